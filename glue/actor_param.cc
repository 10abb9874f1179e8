#include "glue/actor_param.h"

#include "glue/blame.h"
#include "glue/message_channel.h"
#include "glue/side_variant.h"
#include "glue/text.h"

namespace ipdl {

void WriteActor(Writer& out, const Actor* actor, const ActorClass& expected,
                Nullability nullability) {
  if (!out.ok()) return;
  const ProtocolInfo& protocol = *expected.protocol;
  if (actor == nullptr) {
    if (nullability == Nullability::kNotNull) {
      out.Fail(Text("a ", ShortName(protocol), " argument is null"));
    }
    out.Put<int32_t>(0);
    return;
  }
  const auto* channel = static_cast<const MessageChannel*>(out.scope());
  if (actor->actor_class().protocol != expected.protocol || channel == nullptr ||
      !channel->Owns(*actor)) {
    out.Fail(Text("a ", ShortName(protocol), " argument is not a live actor of this tree"));
  }
  out.Put(actor->id() == 0 ? kToplevelReference : actor->id());
}

bool ReadActor(Reader& in, const ActorClass& expected, Nullability nullability, Actor** actor) {
  *actor = nullptr;
  int32_t id = 0;
  if (!in.Get(&id)) return false;
  const ProtocolInfo& protocol = *expected.protocol;
  if (id == 0) {
    return nullability == Nullability::kNullable ||
           in.Fail(Text("a ", ShortName(protocol), " actor is null"));
  }
  auto* channel = static_cast<MessageChannel*>(in.scope());
  if (channel == nullptr) return in.Fail("an actor where none can be");
  Actor* found = channel->tree().Find(id == kToplevelReference ? 0 : id);
  if (found == nullptr || found->link_status() != LinkStatus::kConnected) {
    if (id != kToplevelReference && !channel->tree().WasUsed(id)) {
      return in.Fail(Text("there never was an actor ", id));
    }
    channel->NoteGoneActor();
    return in.Fail(Text("actor ", id, " no longer exists"));
  }
  if (&found->actor_class() != &expected) {
    const std::string which = id == kToplevelReference ? "the top-level actor" : Text("actor ", id);
    return in.Fail(Text(which, " is a ", ShortName(*found->actor_class().protocol), ", not a ",
                        ShortName(protocol)));
  }
  *actor = found;
  return true;
}

Side SideOf(const Reader& in) {
  const auto* channel = static_cast<const MessageChannel*>(in.scope());
  return channel == nullptr ? Side::kParent : channel->side();
}

}  // namespace ipdl
