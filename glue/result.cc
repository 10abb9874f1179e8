#include "glue/result.h"

namespace ipdl {

Result Refused(std::string reason) { return Result(Result::Kind::kRefused, std::move(reason)); }

Result BadMessage(std::string reason) { return Result(Result::Kind::kBad, std::move(reason)); }

}  // namespace ipdl
