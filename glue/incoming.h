// Incoming: one message on its way in, as generated handlers see it.
//
// What it is: the reader over the message's bytes where the channel received them, plus what a
// handler may answer. What it is not: for authors, or for storing. Made by MessageChannel, which
// has checked the header, found the actor and holds a reference to it during the handler.
//
//   ipdl::HandlerStatus OnPing(ipdl::Actor& actor, ipdl::Incoming& in) noexcept {
//     uint32_t n{};
//     std::string s;
//     if (!(ipdl::ReadParam(in.reader(), "n", &n) && ipdl::ReadParam(in.reader(), "s", &s) &&
//           in.Finish())) {
//       return in.Malformed();
//     }
//     return in.Done(static_cast<FooParent&>(actor).RecvPing(n, std::move(s)));
//   }
//
//   ipdl::HandlerStatus OnAdd(ipdl::Actor& actor, ipdl::Incoming& in) noexcept {      // sync
//     int32_t a{}, b{};
//     ... read ...
//     int32_t sum{};
//     if (auto status = in.Done(static_cast<FooParent&>(actor).RecvAdd(a, b, &sum));
//         status != ipdl::HandlerStatus::kDone) {
//       return status;
//     }
//     ipdl::WriteParam(in.OpenReply(), sum);      // OpenReply is called once, SendReply once
//     return in.SendReply();
//   }
//
//   void WriteReplyAsk(ipdl::Writer& writer, std::string&& a, uint32_t&& n) {        // async
//   returns
//     ipdl::WriteParam(writer, std::move(a));
//     ipdl::WriteParam(writer, n);
//   }
//   ... return in.Done(self.RecvAsk(std::move(q), in.TakeResolver(&WriteReplyAsk)));
//
//   ipdl::HandlerStatus OnPBarConstructor(ipdl::Actor& actor, ipdl::Incoming& in) noexcept {
//     ... read ...
//     auto& self = static_cast<FooParent&>(actor);
//     ipdl::RefPtr<PBarParent> made = self.AllocPBarParent(name);
//     if (auto status = in.Construct(made.get()); status != ipdl::HandlerStatus::kDone) return
//     status; return in.Done(self.RecvPBarConstructor(made.get(), std::move(name)));
//   }
//
// A handler of __delete__ ends in in.Done(self.Recv__delete__(...)) like any other; the actor is
// destroyed afterwards by the caller.

#ifndef IPDL_GLUE_INCOMING_H_
#define IPDL_GLUE_INCOMING_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "glue/actor.h"
#include "glue/resolver.h"
#include "glue/wire.h"
#include "runtime/handle.h"
#include "runtime/reader.h"

namespace ipdl {

struct CallFrame;

class Incoming {
 public:
  // For MessageChannel. `payload` starts with the actor header; both spans outlive the object.
  Incoming(MessageChannel& channel, Actor& actor, const ActorHeader& header,
           absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles);
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  Reader& reader() { return reader_; }
  // After the last argument: true if no byte and no handle is left over.
  bool Finish() noexcept { return reader_.Finish(); }
  // An argument was wrong, or Finish failed. Which one and why is in reader().
  HandlerStatus Malformed() noexcept;
  // Turns the author's answer into the handler's.
  HandlerStatus Done(Result result) noexcept;

  // Constructors, once, after the arguments were read: connects the actor that AllocX returned.
  // Null is answered as a bad message. If not kDone, the handler returns it.
  [[nodiscard]] HandlerStatus Construct(Actor* made) noexcept;

  // Sync messages: where to write the results; then SendReply().
  Writer& OpenReply() noexcept;
  HandlerStatus SendReply() noexcept;

  // Async messages with `returns`, once.
  template <typename... Ts>
  Resolver<Ts...> TakeResolver(ReplyWriter<Ts...> write) {
    return Resolver<Ts...>(*this, write);
  }

 private:
  friend class MessageChannel;
  friend class ResolverBase;

  MessageChannel& channel_;
  Actor& actor_;
  const ActorHeader header_;
  Reader reader_;
  int32_t transaction_ = 0;    // of a sync message
  CallFrame* call_ = nullptr;  // of a sync message, while its handler runs
  bool caller_waits_ = false;  // of a sync message, after its handler: nobody has answered it
  int32_t constructed_id_ = 0;
  RefPtr<Actor> constructed_;
  Writer* reply_ = nullptr;  // open reply of a sync message
  std::string reason_;       // of Refused and BadMessage
};

}  // namespace ipdl

#endif  // IPDL_GLUE_INCOMING_H_
