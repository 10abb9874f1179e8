#include "runtime/mach/machd/right.h"

#include "runtime/mach/machd/port.h"

namespace ipdl::machd {

Right::Right(Kind kind, Ref<Port> port) : port_(std::move(port)), kind_(kind) {
  if (kind == Kind::kSend) ++port_->send_rights;
  if (kind == Kind::kSendOnce) ++port_->send_once_rights;
}

bool Right::dead() const { return kind_ == Kind::kDead || (port_ && !port_->alive()); }

void Right::Reset() {
  const Kind kind = std::exchange(kind_, Kind::kNone);
  const Ref<Port> port = std::move(port_);
  port_ = nullptr;
  if (kind == Kind::kSend && --port->send_rights == 0) port->LastSenderGone();
  if (kind == Kind::kSendOnce) {
    --port->send_once_rights;
    port->SendOnceUnused();
  }
  if (kind == Kind::kReceive) port->ReceiverGone();
}

void Right::Spend() {
  if (kind_ == Kind::kSendOnce) {
    --port_->send_once_rights;
    kind_ = Kind::kNone;
    port_ = nullptr;
  } else {
    Reset();
  }
}

}  // namespace ipdl::machd
