// PPlainChild.cc: the child side of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#include "PPlainChild.h"

#include <tuple>

#include "PlainChild.h"
#include "glue/generated.h"
#include "golden/picture.h"
#include "golden/ticket.h"

namespace golden {

struct PPlainChild::Dispatch {
  static bool ReadAskReply(::ipdl::Reader& in, std::tuple<std::string, uint32_t>* values) {
    return ::ipdl::ReadParam(in, "answer", &std::get<0>(*values)) &&
           ::ipdl::ReadParam(in, "count", &std::get<1>(*values));
  }

  static bool ReadConfirmReply(::ipdl::Reader&, std::tuple<>*) { return true; }

  static ::ipdl::HandlerStatus OnTell(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::string text;
    if (!(::ipdl::ReadParam(in.reader(), "text", &text) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<PlainChild&>(actor).RecvTell(std::move(text)));
  }

  static ::ipdl::HandlerStatus OnPing(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    uint64_t n{};
    if (!(::ipdl::ReadParam(in.reader(), "n", &n) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<PlainChild&>(actor).RecvPing(n));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      nullptr,
      &OnTell,
      &OnPing,
  };
};

constinit const ::ipdl::ActorClass PPlainChild::kClass = {
    .protocol = &PPlain::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PPlainChild::Dispatch::kHandlers,
};

PPlainChild::PPlainChild() : ToplevelActor(kClass) {}
PPlainChild::~PPlainChild() = default;

::ipdl::SendResult PPlainChild::SendHello() {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Hello);
  return out.Send();
}

::ipdl::SendResult PPlainChild::SendValues(bool yes, int32_t n, double x, std::string_view text,
                                           std::u16string_view wide,
                                           const ::golden::Colour& colour) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Values);
  ::ipdl::WriteParam(out.writer(), yes);
  ::ipdl::WriteParam(out.writer(), n);
  ::ipdl::WriteParam(out.writer(), x);
  ::ipdl::WriteParam(out.writer(), text);
  ::ipdl::WriteParam(out.writer(), wide);
  ::ipdl::WriteParam(out.writer(), colour);
  return out.Send();
}

::ipdl::SendResult PPlainChild::SendWrapped(absl::Span<const std::string> names,
                                            const std::vector<bool>& flags,
                                            const std::optional<std::vector<uint8_t>>& bytes,
                                            const std::unique_ptr<std::string>& pointer) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Wrapped);
  ::ipdl::WriteParam(out.writer(), names);
  ::ipdl::WriteParam(out.writer(), flags);
  ::ipdl::WriteParam(out.writer(), bytes);
  ::ipdl::WriteParam(out.writer(), pointer);
  return out.Send();
}

::ipdl::SendResult PPlainChild::SendMoved(::ipdl::FileDescriptor&& file, ::ipdl::ByteBuf&& bytes,
                                          ::golden::Ticket&& ticket,
                                          std::vector<::ipdl::FileDescriptor>&& files) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Moved);
  ::ipdl::WriteParam(out.writer(), std::move(file));
  ::ipdl::WriteParam(out.writer(), std::move(bytes));
  ::ipdl::WriteParam(out.writer(), std::move(ticket));
  ::ipdl::WriteParam(out.writer(), std::move(files));
  return out.Send();
}

::ipdl::SendResult PPlainChild::SendCounted(::golden::Picture* picture, ::golden::Picture* maybe) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Counted);
  ::ipdl::CheckNotNull(out.writer(), "picture", picture);
  ::ipdl::WriteParam(out.writer(), ::ipdl::RefPtr<::golden::Picture>(picture));
  ::ipdl::WriteParam(out.writer(), ::ipdl::RefPtr<::golden::Picture>(maybe));
  return out.Send();
}

::ipdl::SendResult PPlainChild::SendAdd(int32_t a, int32_t b, int32_t* sum) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Add);
  ::ipdl::WriteParam(out.writer(), a);
  ::ipdl::WriteParam(out.writer(), b);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return sent;
  if (!(::ipdl::ReadParam(reply.reader(), "sum", sum) && reply.Finish())) return reply.Malformed();
  return sent;
}

::ipdl::SendResult PPlainChild::SendWait() {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Wait);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return sent;
  if (!reply.Finish()) return reply.Malformed();
  return sent;
}

::ipdl::Reply<std::string, uint32_t> PPlainChild::SendAsk(std::string_view question) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Ask);
  ::ipdl::WriteParam(out.writer(), question);
  return out.SendForReply(&Dispatch::ReadAskReply);
}

::ipdl::Reply<> PPlainChild::SendConfirm(::ipdl::FileDescriptor&& file) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Confirm);
  ::ipdl::WriteParam(out.writer(), std::move(file));
  return out.SendForReply(&Dispatch::ReadConfirmReply);
}

::ipdl::SendResult PPlainChild::SendPing(uint64_t n) {
  ::ipdl::Outgoing out(*this, PPlain::Msg_Ping);
  ::ipdl::WriteParam(out.writer(), n);
  return out.Send();
}

}  // namespace golden
