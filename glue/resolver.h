// Resolver<Ts...>: how a handler answers an asynchronous message that has `returns`, now or later.
//
// What it is: a move-only right to answer once. What it is not: the asking side (glue/reply.h), nor
// a share in the actor: it may be stored in the actor itself without keeping it alive.
//
//   ipdl::Result FooParent::RecvAsk(std::string q, AskResolver resolve) {
//     if (q == "now") resolve("yes", 1);
//     else waiting_.push_back(std::move(resolve));   // answer later, on the same thread
//     return ipdl::Ok();
//   }
//
// Dropped without an answer, it rejects the asker with kResolverDestroyed. After the actor has been
// destroyed, or the connection closed, all of it does nothing. Answering twice is a mistake of the
// program: the second answer is logged and not sent.

#ifndef IPDL_GLUE_RESOLVER_H_
#define IPDL_GLUE_RESOLVER_H_

#include <cstdint>
#include <utility>

#include "glue/ref_ptr.h"
#include "glue/reply.h"
#include "glue/wire.h"

namespace ipdl {

class Incoming;
class MessageChannel;
class Writer;

// Writes the values of a reply; a file-local function of generated code.
template <typename... Ts>
using ReplyWriter = void (*)(Writer&, Ts&&...);

class ResolverBase {
 public:
  ResolverBase(ResolverBase&& other) noexcept;
  ResolverBase& operator=(ResolverBase&& other) noexcept;
  ~ResolverBase();

  // True while an answer would reach the asker: not answered yet, actor and connection alive.
  bool pending() const;
  // Answers "no": the asker gets RejectReason::kHandlerRejected.
  void Reject();

 protected:
  // Where to write the values; null if there is nobody to answer.
  Writer* Open();
  // Sends what was written since Open. If it could not be written (too large, an empty handle), the
  // asker gets kHandlerRejected.
  void Send();

 private:
  friend class Incoming;
  template <typename...>
  friend class Resolver;
  explicit ResolverBase(Incoming& in);
  Actor* Asked() const;
  bool NoteAnswered();
  void Answer(RejectReason reason);

  RefPtr<MessageChannel> channel_;  // null once moved from
  ActorHeader question_;
  bool answered_ = false;
  Writer* writer_ = nullptr;  // between Open and Send
};

template <typename... Ts>
class Resolver : public ResolverBase {
 public:
  Resolver(Resolver&&) noexcept = default;
  Resolver& operator=(Resolver&&) noexcept = default;

  // Answers. The values are consumed in every case.
  void operator()(Ts... values) {
    if (Writer* writer = Open()) {
      write_(*writer, std::move(values)...);
      Send();
    }
  }

 private:
  friend class Incoming;
  Resolver(Incoming& in, ReplyWriter<Ts...> write) : ResolverBase(in), write_(write) {}

  ReplyWriter<Ts...> write_;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_RESOLVER_H_
