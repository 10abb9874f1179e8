// Everything that generated .cc files call; the only header of glue/ that they include.
//
// What it is: the contract between the compiler's emitter and the library. What it is not: for
// authors; their headers (PFooChild.h) include only what their declarations need: glue/toplevel.h
// or glue/actor.h, glue/reply.h, glue/resolver.h, glue/endpoint.h, glue/side_variant.h. Endpoints
// are not here either: few messages carry one, and they take longest to compile.
//
// The shape of what is generated is in the examples of outgoing.h (senders) and incoming.h
// (handlers). Each base class has
//
//   static const ipdl::ActorClass kClass;   // = {&PFoo::kProtocol, ipdl::Side::kParent, kHandlers}
//
// and its constructor passes kClass to ipdl::Actor or ipdl::ToplevelActor.

#ifndef IPDL_GLUE_GENERATED_H_
#define IPDL_GLUE_GENERATED_H_

#include <vector>

#include "glue/actor.h"            // IWYU pragma: export
#include "glue/actor_param.h"      // IWYU pragma: export
#include "glue/incoming.h"         // IWYU pragma: export
#include "glue/null_checks.h"      // IWYU pragma: export
#include "glue/outgoing.h"         // IWYU pragma: export
#include "glue/protocol.h"         // IWYU pragma: export
#include "glue/reply.h"            // IWYU pragma: export
#include "glue/resolver.h"         // IWYU pragma: export
#include "glue/side_variant.h"     // IWYU pragma: export
#include "glue/toplevel.h"         // IWYU pragma: export
#include "runtime/param_traits.h"  // IWYU pragma: export

namespace ipdl {

// The actors of class A that `manager` manages, oldest first; behind ManagedPBarParent().
template <typename A>
std::vector<RefPtr<A>> ManagedActors(const Actor& manager) {
  std::vector<RefPtr<A>> found;
  for (Actor* actor = manager.first_managed(); actor != nullptr; actor = actor->next_managed()) {
    if (&actor->actor_class() == &A::kClass) found.push_back(static_cast<A*>(actor));
  }
  return found;
}

}  // namespace ipdl

#endif  // IPDL_GLUE_GENERATED_H_
