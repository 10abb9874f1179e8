// PPaletteParent.cc: the parent side of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#include "PPaletteParent.h"

#include <utility>

#include "PaletteParent.h"
#include "glue/generated.h"
#include "runtime/param_traits_map.h"
#include "runtime/value_checks.h"

namespace demo {

struct PPaletteParent::Dispatch {
  static ::ipdl::HandlerStatus OnUse(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    Format format{Format::kRgb};
    std::vector<uint8_t> data;
    std::string name;
    if (!(::ipdl::ReadParam(in.reader(), "format", &format) &&
          ::ipdl::ReadParam(in.reader(), "data", &data) &&
          ::ipdl::CheckLength(in.reader(), "data", data, 16) &&
          ::ipdl::ReadParam(in.reader(), "name", &name) &&
          ::ipdl::CheckBytes(in.reader(), "name", name, 100) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PaletteParent&>(actor);
    return in.Done(self.RecvUse(format, std::move(data), std::move(name)));
  }

  static void WriteAskReply(::ipdl::Writer& out, std::vector<Format>&& formats) {
    ::ipdl::CheckLength(out, "formats", formats, 3);
    ::ipdl::WriteParam(out, formats);
  }

  static ::ipdl::HandlerStatus OnAsk(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    std::map<int32_t, ::ipdl::FileDescriptor> files;
    if (!(::ipdl::ReadParam(in.reader(), "files", &files) &&
          ::ipdl::CheckLength(in.reader(), "files", files, 2) && in.Finish())) {
      return in.Malformed();
    }
    auto& self = static_cast<PaletteParent&>(actor);
    return in.Done(self.RecvAsk(std::move(files), in.TakeResolver(&WriteAskReply)));
  }

  static ::ipdl::HandlerStatus OnGet(::ipdl::Actor& actor, ::ipdl::Incoming& in) noexcept {
    if (!in.Finish()) return in.Malformed();
    auto& self = static_cast<PaletteParent&>(actor);
    std::string text;
    std::map<Format, Palette> all;
    const ::ipdl::HandlerStatus done = in.Done(self.RecvGet(&text, &all));
    if (done != ::ipdl::HandlerStatus::kDone) return done;
    ::ipdl::Writer& reply = in.OpenReply();
    ::ipdl::CheckBytes(reply, "text", text, 4096);
    ::ipdl::WriteParam(reply, text);
    ::ipdl::CheckLength(reply, "all", all, 16);
    ::ipdl::WriteParam(reply, all);
    return in.SendReply();
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &OnUse,
      &OnAsk,
      &OnGet,
      nullptr,
  };
};

constinit const ::ipdl::ActorClass PPaletteParent::kClass = {
    .protocol = &PPalette::kProtocol,
    .side = ::ipdl::Side::kParent,
    .handlers = PPaletteParent::Dispatch::kHandlers,
};

PPaletteParent::PPaletteParent() : ToplevelActor(kClass) {}
PPaletteParent::~PPaletteParent() = default;

::ipdl::SendResult PPaletteParent::SendRefused(const std::optional<Format>& format) {
  ::ipdl::Outgoing out(*this, PPalette::Msg_Refused);
  ::ipdl::WriteParam(out.writer(), format);
  return out.Send();
}

}  // namespace demo
