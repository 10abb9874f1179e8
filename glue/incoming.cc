#include "glue/incoming.h"

#include <utility>

#include "glue/message_channel.h"
#include "glue/text.h"
#include "runtime/log.h"
#include "runtime/writer.h"

namespace ipdl {

HandlerStatus Incoming::Malformed() noexcept {
  return channel_.TakeGoneActor() ? HandlerStatus::kDropped : HandlerStatus::kMalformed;
}

HandlerStatus Incoming::Done(Result result) noexcept {
  switch (result.kind()) {
    case Result::Kind::kOk:
      return HandlerStatus::kDone;
    case Result::Kind::kBad:
      reason_ = result.reason();
      return HandlerStatus::kBad;
    case Result::Kind::kRefused:
      reason_ = result.reason();
      return HandlerStatus::kRefused;
  }
  return HandlerStatus::kDone;
}

HandlerStatus Incoming::Construct(Actor* made) noexcept {
  if (made == nullptr) {
    reason_ = "this side has no actor for it";
    return HandlerStatus::kBad;
  }
  if (made->link_status() != LinkStatus::kInactive) {
    LogError(Text("an Alloc function returned a ", made->protocol_name(),
                  " actor that is in use already"));
    reason_ = "this side has no new actor for it";
    return HandlerStatus::kBad;
  }
  constructed_ = RefPtr<Actor>(made);
  // The Alloc function closed or deleted what it was called on. That the peer has gone meanwhile is
  // no reason: what it made before is made, and told of the end with the others.
  if (actor_.link_status() != LinkStatus::kConnected) {
    ActorTree::FailConstructor(*made, actor_);
    return HandlerStatus::kDropped;
  }
  channel_.tree().Connect(*made, actor_, constructed_id_, /*made_by_peer=*/true);
  return HandlerStatus::kDone;
}

Writer& Incoming::OpenReply() noexcept {
  reply_ = &channel_.OpenReply(header_);
  return *reply_;
}

HandlerStatus Incoming::SendReply() noexcept {
  Writer& reply = *std::exchange(reply_, nullptr);
  if (call_->answered) {  // it was cancelled
    channel_.Abandon(reply);
    return HandlerStatus::kDone;
  }
  call_->answered = true;
  channel_.FinishReply(header_, reply);
  return HandlerStatus::kDone;
}

}  // namespace ipdl
