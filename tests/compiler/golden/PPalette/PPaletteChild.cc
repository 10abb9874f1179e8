// PPaletteChild.cc: the child side of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#include "PPaletteChild.h"

#include <tuple>

#include "PaletteChild.h"
#include "glue/generated.h"
#include "runtime/param_traits_map.h"
#include "runtime/value_checks.h"

namespace demo {

struct PPaletteChild::Dispatch {
  static bool ReadAskReply(::ipdl::Reader& in, std::tuple<std::vector<Format>>* values) {
    return ::ipdl::ReadParam(in, "formats", &std::get<0>(*values)) &&
           ::ipdl::CheckLength(in, "formats", std::get<0>(*values), 3);
  }

  static ::ipdl::HandlerStatus OnRefused(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::optional<Format> format;
    if (!(::ipdl::ReadParam(in.reader(), "format", &format) && in.Finish())) return in.Malformed();
    return in.Done(static_cast<PaletteChild&>(actor).RecvRefused(std::move(format)));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      nullptr,
      nullptr,
      nullptr,
      &OnRefused,
  };
};

constinit const ::ipdl::ActorClass PPaletteChild::kClass = {
    .protocol = &PPalette::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PPaletteChild::Dispatch::kHandlers,
};

PPaletteChild::PPaletteChild() : ToplevelActor(kClass) {}
PPaletteChild::~PPaletteChild() = default;

::ipdl::SendResult PPaletteChild::SendUse(Format format, absl::Span<const uint8_t> data,
                                          std::string_view name) {
  ::ipdl::Outgoing out(*this, PPalette::Msg_Use);
  ::ipdl::WriteParam(out.writer(), format);
  ::ipdl::CheckLength(out.writer(), "data", data, 16);
  ::ipdl::WriteParam(out.writer(), data);
  ::ipdl::CheckBytes(out.writer(), "name", name, 100);
  ::ipdl::WriteParam(out.writer(), name);
  return out.Send();
}

::ipdl::Reply<std::vector<Format>> PPaletteChild::SendAsk(
    std::map<int32_t, ::ipdl::FileDescriptor>&& files) {
  ::ipdl::Outgoing out(*this, PPalette::Msg_Ask);
  ::ipdl::CheckLength(out.writer(), "files", files, 2);
  ::ipdl::WriteParam(out.writer(), std::move(files));
  return out.SendForReply(&Dispatch::ReadAskReply);
}

::ipdl::SendResult PPaletteChild::SendGet(std::string* text, std::map<Format, Palette>* all) {
  ::ipdl::Outgoing out(*this, PPalette::Msg_Get);
  ::ipdl::SyncReply reply;
  const ::ipdl::SendResult sent = out.SendSync(reply);
  if (!sent) return sent;
  if (!(::ipdl::ReadParam(reply.reader(), "text", text) &&
        ::ipdl::CheckBytes(reply.reader(), "text", *text, 4096) &&
        ::ipdl::ReadParam(reply.reader(), "all", all) &&
        ::ipdl::CheckLength(reply.reader(), "all", *all, 16) && reply.Finish())) {
    return reply.Malformed();
  }
  return sent;
}

}  // namespace demo
