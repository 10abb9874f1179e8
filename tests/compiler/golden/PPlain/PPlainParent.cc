// PPlainParent.cc: the parent side of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#include "PPlainParent.h"

#include <utility>

#include "PlainParent.h"
#include "glue/generated.h"
#include "golden/picture.h"
#include "golden/ticket.h"

namespace golden {

struct PPlainParent::Dispatch {
  static ::ipdl::HandlerStatus OnHello(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    if (!in.Finish()) return in.Malformed();
    return in.Done(static_cast<PlainParent&>(actor).RecvHello());
  }

  static ::ipdl::HandlerStatus OnValues(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    bool yes{};
    int32_t n{};
    double x{};
    std::string text;
    std::u16string wide;
    ::golden::Colour colour{};
    if (!(::ipdl::ReadParam(in.reader(), "yes", &yes) && ::ipdl::ReadParam(in.reader(), "n", &n) &&
          ::ipdl::ReadParam(in.reader(), "x", &x) &&
          ::ipdl::ReadParam(in.reader(), "text", &text) &&
          ::ipdl::ReadParam(in.reader(), "wide", &wide) &&
          ::ipdl::ReadParam(in.reader(), "colour", &colour) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PlainParent&>(actor);
    return in.Done(self.RecvValues(yes, n, x, std::move(text), std::move(wide), std::move(colour)));
  }

  static ::ipdl::HandlerStatus OnWrapped(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::vector<std::string> names;
    std::vector<bool> flags;
    std::optional<std::vector<uint8_t>> bytes;
    std::unique_ptr<std::string> pointer;
    if (!(::ipdl::ReadParam(in.reader(), "names", &names) &&
          ::ipdl::ReadParam(in.reader(), "flags", &flags) &&
          ::ipdl::ReadParam(in.reader(), "bytes", &bytes) &&
          ::ipdl::ReadParam(in.reader(), "pointer", &pointer) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PlainParent&>(actor);
    return in.Done(
        self.RecvWrapped(std::move(names), std::move(flags), std::move(bytes), std::move(pointer)));
  }

  static ::ipdl::HandlerStatus OnMoved(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    ::ipdl::FileDescriptor file;
    ::ipdl::ByteBuf bytes;
    ::golden::Ticket ticket{};
    std::vector<::ipdl::FileDescriptor> files;
    if (!(::ipdl::ReadParam(in.reader(), "file", &file) &&
          ::ipdl::ReadParam(in.reader(), "bytes", &bytes) &&
          ::ipdl::ReadParam(in.reader(), "ticket", &ticket) &&
          ::ipdl::ReadParam(in.reader(), "files", &files) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PlainParent&>(actor);
    return in.Done(
        self.RecvMoved(std::move(file), std::move(bytes), std::move(ticket), std::move(files)));
  }

  static ::ipdl::HandlerStatus OnCounted(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    ::ipdl::RefPtr<::golden::Picture> picture;
    ::ipdl::RefPtr<::golden::Picture> maybe;
    if (!(::ipdl::ReadParam(in.reader(), "picture", &picture) &&
          ::ipdl::CheckNotNull(in.reader(), "picture", picture) &&
          ::ipdl::ReadParam(in.reader(), "maybe", &maybe) && in.Finish())) {
      return in.Malformed();
    }
    return in.Done(static_cast<PlainParent&>(actor).RecvCounted(picture.get(), maybe.get()));
  }

  static ::ipdl::HandlerStatus OnAdd(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    int32_t a{};
    int32_t b{};
    if (!(::ipdl::ReadParam(in.reader(), "a", &a) && ::ipdl::ReadParam(in.reader(), "b", &b) &&
          in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PlainParent&>(actor);
    int32_t sum{};
    const ::ipdl::HandlerStatus done = in.Done(self.RecvAdd(a, b, &sum));
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    ::ipdl::Writer& reply = in.OpenReply();
    ::ipdl::WriteParam(reply, sum);
    return in.SendReply();
  }

  static ::ipdl::HandlerStatus OnWait(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    if (!in.Finish()) return in.Malformed();
    const ::ipdl::HandlerStatus done = in.Done(static_cast<PlainParent&>(actor).RecvWait());
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    in.OpenReply();
    return in.SendReply();
  }

  static void WriteAskReply(::ipdl::Writer& out, std::string&& answer, uint32_t&& count) {
    ::ipdl::WriteParam(out, answer);
    ::ipdl::WriteParam(out, count);
  }

  static ::ipdl::HandlerStatus OnAsk(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string question;
    if (!(::ipdl::ReadParam(in.reader(), "question", &question) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PlainParent&>(actor);
    return in.Done(self.RecvAsk(std::move(question), in.TakeResolver(&WriteAskReply)));
  }

  static void WriteConfirmReply(::ipdl::Writer&) {}

  static ::ipdl::HandlerStatus OnConfirm(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    ::ipdl::FileDescriptor file;
    if (!(::ipdl::ReadParam(in.reader(), "file", &file) && in.Finish())) return in.Malformed();
    auto& self = static_cast<PlainParent&>(actor);
    return in.Done(self.RecvConfirm(std::move(file), in.TakeResolver(&WriteConfirmReply)));
  }

  static ::ipdl::HandlerStatus OnPing(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    uint64_t n{};
    if (!(::ipdl::ReadParam(in.reader(), "n", &n) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<PlainParent&>(actor).RecvPing(n));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &OnHello,
      &OnValues,
      &OnWrapped,
      &OnMoved,
      &OnCounted,
      &OnAdd,
      &OnWait,
      &OnAsk,
      &OnConfirm,
      nullptr,
      &OnPing,
  };
};

constinit const ::ipdl::ActorClass PPlainParent::kClass = {
    .protocol = &PPlain::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PPlainParent::Dispatch::kHandlers,
};

PPlainParent::PPlainParent() : ToplevelActor(kClass) {}
PPlainParent::~PPlainParent() = default;

::ipdl::SendResult PPlainParent::SendTell(std::string_view text) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Tell);
  ::ipdl::WriteParam(out.writer(), text);
  return out.Send();
}

::ipdl::SendResult PPlainParent::SendPing(uint64_t n) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Ping);
  ::ipdl::WriteParam(out.writer(), n);
  return out.Send();
}

}  // namespace golden
