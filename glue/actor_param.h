// Actors as arguments: how a reference to an actor is written to and read from a message.
//
// What it is: the ParamTraits of pointers to generated actor classes and the two functions behind
// them. What it is not: a way to send an actor elsewhere; on the wire a reference is the actor's
// i32 id (0: null), which means something only on the same connection. Called by generated code;
// calls MessageChannel, which the Writer and Reader carry as their scope.
//
// Writing an actor that is not connected, or that belongs to another connection, fails the send;
// so does null where the protocol does not say `nullable`. Reading checks that the id names a live
// actor of the right protocol. An id of an actor that existed once and is gone is nobody's fault
// (its __delete__ crossed this message): the message is dropped, a caller who waits gets an error.
// The top-level actor, which has no id among the others, is written as kToplevelReference.

#ifndef IPDL_GLUE_ACTOR_PARAM_H_
#define IPDL_GLUE_ACTOR_PARAM_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "glue/actor.h"
#include "runtime/param_traits.h"

namespace ipdl {

// Stands for the connection's own top-level actor. No actor that anybody makes has this id.
inline constexpr int32_t kToplevelReference = std::numeric_limits<int32_t>::min();

enum class Nullability : bool { kNotNull, kNullable };

// Of any class: `expected` is the class that the protocol's text names.
void WriteActor(Writer& out, const Actor* actor, const ActorClass& expected,
                Nullability nullability);
[[nodiscard]] bool ReadActor(Reader& in, const ActorClass& expected, Nullability nullability,
                             Actor** actor);

// `nullable PBar` as an argument. A not nullable one goes through WriteParam and ReadParam.
template <std::derived_from<Actor> A>
void WriteNullableActor(Writer& out, A* actor) {
  WriteActor(out, actor, A::kClass, Nullability::kNullable);
}
template <std::derived_from<Actor> A>
[[nodiscard]] bool ReadNullableActor(Reader& in, const char* name, A** actor) {
  Actor* any = nullptr;
  if (!ReadActor(in, A::kClass, Nullability::kNullable, &any)) return in.Blame(name);
  *actor = static_cast<A*>(any);
  return true;
}

template <std::derived_from<Actor> A>
struct ParamTraits<A*> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, A* actor) {
    WriteActor(out, actor, A::kClass, Nullability::kNotNull);
  }
  static bool Read(Reader& in, A** actor) {
    Actor* any = nullptr;
    if (!ReadActor(in, A::kClass, Nullability::kNotNull, &any)) return false;
    *actor = static_cast<A*>(any);
    return true;
  }
};

}  // namespace ipdl

#endif  // IPDL_GLUE_ACTOR_PARAM_H_
