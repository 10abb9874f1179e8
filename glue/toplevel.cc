#include "glue/toplevel.h"

#include "glue/message_channel.h"

namespace ipdl {

ToplevelActor::ToplevelActor(const ActorClass& actor_class) : Actor(actor_class) {}
ToplevelActor::~ToplevelActor() = default;

void ToplevelActor::Close() {
  const RefPtr<ToplevelActor> keep(this);
  if (connection_) connection_->Close();
}

bool ToplevelActor::IsOpen() const { return connection_ && connection_->IsOpen(); }

const PeerLabel& ToplevelActor::peer() const {
  static const PeerLabel* const nobody = new PeerLabel();
  return connection_ ? connection_->peer() : *nobody;
}

int64_t ToplevelActor::OtherPid() const { return peer().process_id; }

size_t ToplevelActor::queued_bytes() const { return connection_ ? connection_->queued_bytes() : 0; }

bool ToplevelActor::Flush() { return connection_ && connection_->Flush(); }

SendResult ToplevelActor::last_sync_result() const {
  return connection_ ? connection_->last_sync_result() : SendResult::kOk;
}

bool ToplevelActor::CancelCurrentTransaction() {
  return connection_ && connection_->CancelCurrentTransaction();
}

void ToplevelActor::SetReplyTimeoutMs(int64_t milliseconds) {
  if (connection_) connection_->set_reply_timeout_ms(milliseconds);
}

RunLoop* ToplevelActor::loop() const {
  return connection_ && link_status() != LinkStatus::kDestroyed ? &connection_->loop() : nullptr;
}

}  // namespace ipdl
