// PDeleteChild.cc: the child side of protocol golden::new::PDelete.
// Generated from PDelete.ipdl by the ipdl compiler; do not edit.

#include "PDeleteChild.h"

#include <tuple>

#include "DeleteChild.h"
#include "glue/generated.h"

namespace golden::new_ {

struct PDeleteChild::Dispatch {
  static bool ReadthisReply(::ipdl::Reader& in_, std::tuple<bool>* values) {
    return ::ipdl::ReadParam(in_, "reply", &std::get<0>(*values));
  }

  static void WritethisReply(::ipdl::Writer& out_, bool&& reply) {
    ::ipdl::WriteParam(out_, reply);
  }

  static ::ipdl::HandlerStatus Onthis(::ipdl::Actor& actor_, ::ipdl::Incoming& in_) noexcept {
    int32_t in{};
    int32_t out{};
    operator_ self;
    template_ actor;
    if (!(::ipdl::ReadParam(in_.reader(), "in", &in) &&
          ::ipdl::ReadParam(in_.reader(), "out", &out) &&
          ::ipdl::ReadParam(in_.reader(), "self", &self) &&
          ::ipdl::ReadParam(in_.reader(), "actor", &actor) && in_.Finish())) {
      return in_.Malformed();
    }
    auto& self_ = static_cast<DeleteChild&>(actor_);
    return in_.Done(self_.Recvthis(in, out, std::move(self), std::move(actor),
                                   in_.TakeResolver(&WritethisReply)));
  }

  static constexpr ::ipdl::Handler kHandlers[] = {
      &Onthis,
  };
};

constinit const ::ipdl::ActorClass PDeleteChild::kClass = {
    .protocol = &PDelete::kProtocol,
    .side = ::ipdl::Side::kChild,
    .handlers = PDeleteChild::Dispatch::kHandlers,
};

PDeleteChild::PDeleteChild() : ToplevelActor(kClass) {}
PDeleteChild::~PDeleteChild() = default;

::ipdl::Reply<bool> PDeleteChild::Sendthis(int32_t in, int32_t out, const operator_& self,
                                           const template_& actor) {
  ::ipdl::Outgoing out_(*this, PDelete::Msg_this);
  ::ipdl::WriteParam(out_.writer(), in);
  ::ipdl::WriteParam(out_.writer(), out);
  ::ipdl::WriteParam(out_.writer(), self);
  ::ipdl::WriteParam(out_.writer(), actor);
  return out_.SendForReply(&Dispatch::ReadthisReply);
}

}  // namespace golden::new_
