#include "glue/result.h"

namespace ipdl {

Result::Result(Kind kind, std::string reason)
    : kind_(kind), reason_(new std::string(std::move(reason))) {}

void Result::Forget() noexcept { delete reason_; }

Result Refused(std::string reason) { return Result(Result::Kind::kRefused, std::move(reason)); }

Result BadMessage(std::string reason) { return Result(Result::Kind::kBad, std::move(reason)); }

}  // namespace ipdl
