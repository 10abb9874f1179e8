// The traits of the usual types, compiled here once for everybody (param_traits_std.h has the
// list).

#include "runtime/param_traits.h"

namespace ipdl {

IPDL_INSTANTIATE_TRAITS()

}  // namespace ipdl
