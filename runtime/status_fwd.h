// absl::Status and absl::StatusOr, declared and not defined.
//
// Their header takes longer to compile than everything else that a generated header includes. So
// headers that messages need (handle.h, byte_buf.h, shared_memory.h) only name them; whoever calls
// a function that answers one includes "absl/status/statusor.h", as whoever names a type should.

#ifndef IPDL_RUNTIME_STATUS_FWD_H_
#define IPDL_RUNTIME_STATUS_FWD_H_

#include "absl/base/attributes.h"
#include "absl/base/config.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
class ABSL_MUST_USE_RESULT Status;
template <typename T>
class ABSL_MUST_USE_RESULT StatusOr;
ABSL_NAMESPACE_END
}  // namespace absl

#endif  // IPDL_RUNTIME_STATUS_FWD_H_
