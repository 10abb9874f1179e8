// Outgoing, OutgoingConstructor, OutgoingDelete and SyncReply: one message on its way out, as
// generated SendX functions make it.
//
// What they are: short-lived objects on the stack of a SendX. The message is written straight into
// the buffer that the kernel will be given. What they are not: for authors, or for storing. Called
// by generated code; they call MessageChannel.
//
//   ipdl::SendResult PFooChild::SendPing(uint32_t n, std::string_view s) {
//     ipdl::Outgoing out(*this, PFoo::Msg_Ping);
//     ipdl::WriteParam(out.writer(), n);
//     ipdl::WriteParam(out.writer(), s);
//     return out.Send();
//   }
//
// If the actor cannot send, writer() swallows what is written (handles in it are closed) and
// sending answers kClosed; so generated code has no branch. Arguments are consumed in every case.
//
// None of them throws, and an Outgoing has no destructor: it must be sent. So a SendX has nothing
// to undo, and is a few calls in a row.

#ifndef IPDL_GLUE_OUTGOING_H_
#define IPDL_GLUE_OUTGOING_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "glue/actor.h"
#include "glue/ref_ptr.h"
#include "glue/reply.h"
#include "glue/wire.h"
#include "runtime/send_result.h"

namespace ipdl {

class Reader;
class Writer;

// The values of a sync reply, as they came; they are read from here.
class SyncReply {
 public:
  SyncReply() noexcept;
  SyncReply(const SyncReply&) = delete;
  SyncReply& operator=(const SyncReply&) = delete;
  ~SyncReply();

  // Only after SendSync answered kOk.
  Reader& reader() noexcept;
  // After the last value: true if nothing is left over.
  bool Finish() noexcept;
  // A value was wrong, or Finish failed: cuts the peer off. Answers kClosed.
  SendResult Malformed() noexcept;

 private:
  friend class Outgoing;
  struct Parts;

  SendResult Await(MessageChannel& channel, const ActorHeader& question, int32_t transaction,
                   const ProtocolInfo& protocol);

  std::unique_ptr<Parts> parts_;
};

class Outgoing {
 public:
  // Opens message number `message` of the actor's protocol.
  Outgoing(Actor& from, uint16_t message) noexcept;
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  Writer& writer() { return *writer_; }

  // Each message ends in exactly one of these.
  SendResult Send() noexcept;
  // Waits for the reply. kRefused if the receiver's handler refused; kClosed if the connection, or
  // the actor, ended before the reply came; kCancelled, kTimedOut and kPreviousTimeout as in
  // runtime/send_result.h.
  SendResult SendSync(SyncReply& reply) noexcept;
  template <typename... Ts>
  Reply<Ts...> SendForReply(ReplyReader<Ts...> read) {
    auto state = MakeRef<internal::AwaitedValues<Ts...>>(read);
    SendFor(*state);
    return Reply<Ts...>(std::move(state));
  }

 protected:
  // For constructors, whose header follows the registration; `from` null: swallow.
  Outgoing() noexcept;
  void Open(Actor* from, uint16_t message) noexcept;

  Actor* from_ = nullptr;
  SendResult unsent_ = SendResult::kClosed;  // what to answer if nothing was opened

 private:
  void SendFor(internal::AwaitedReply& reply) noexcept;
  RefPtr<MessageChannel> TakeChannel();
  // Logs a refusal under the name of the message.
  SendResult Finish(MessageChannel& channel);

  // Kept by this object; null: the actor cannot send, or the message is gone.
  MessageChannel* channel_ = nullptr;
  Writer* writer_ = nullptr;
  int32_t seqno_ = 0;
  int32_t transaction_ = 0;  // of a sync message
  uint16_t message_ = 0;
};

// A constructor: `made` is connected under `manager` first, so that it may be an argument of its
// own constructor. If the message cannot be sent, `made` gets ActorDestroy(kFailedConstructor)
// before Send returns.
//
//   PBarChild* PFooChild::SendPBarConstructor(ipdl::RefPtr<PBarChild> actor, std::string_view name)
//   {
//     ipdl::OutgoingConstructor out(*this, PFoo::Msg_PBarConstructor, actor.get());
//     ipdl::WriteParam(out.writer(), name);
//     return out.Send() ? actor.get() : nullptr;
//   }
class OutgoingConstructor : public Outgoing {
 public:
  // `made` null, or connected before: answers kRefused (and logs it).
  OutgoingConstructor(Actor& manager, uint16_t message, Actor* made) noexcept;
  ~OutgoingConstructor();

  SendResult Send() noexcept;
  // A sync constructor. If the receiver fails it, `made` is destroyed as above.
  SendResult SendSync(SyncReply& reply) noexcept;

 private:
  SendResult Settle(SendResult sent);

  RefPtr<Actor> made_;  // null once settled
  RefPtr<Actor> manager_;
  RefPtr<MessageChannel> constructing_;  // whose `constructing` is ours
};

// __delete__: once the message is sent, `actor` and all below it are destroyed, before Send
// returns. A message that would block is not sent and destroys nothing.
//
//   ipdl::SendResult PBarChild::Send__delete__(PBarChild* actor) {
//     ipdl::OutgoingDelete out(actor, PBar::Msg___delete__);
//     return out.Send();
//   }
class OutgoingDelete : public Outgoing {
 public:
  // `actor` null or not connected: answers kClosed.
  OutgoingDelete(Actor* actor, uint16_t message) noexcept;
  SendResult Send() noexcept;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_OUTGOING_H_
