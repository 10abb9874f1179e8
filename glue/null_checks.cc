#include "glue/null_checks.h"

#include "absl/base/attributes.h"
#include "glue/text.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

namespace ipdl::internal {

ABSL_ATTRIBUTE_COLD bool FailNull(Reader& in, const char* name) noexcept {
  in.Fail("is null");
  return in.Blame(name);
}

ABSL_ATTRIBUTE_COLD void FailNull(Writer& out, const char* name) noexcept {
  out.Fail(Text(name, " is null"));
}

}  // namespace ipdl::internal
