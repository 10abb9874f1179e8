#include "glue/actor.h"

#include <utility>

#include "glue/message_channel.h"
#include "glue/toplevel.h"

namespace ipdl {

const char* DestroyReasonName(DestroyReason reason) {
  switch (reason) {
    case DestroyReason::kDeletion:
      return "deletion";
    case DestroyReason::kAncestorDeletion:
      return "ancestor deletion";
    case DestroyReason::kNormalShutdown:
      return "normal shutdown";
    case DestroyReason::kAbnormalShutdown:
      return "abnormal shutdown";
    case DestroyReason::kFailedConstructor:
      return "failed constructor";
    case DestroyReason::kManagedEndpointDropped:
      return "managed endpoint dropped";
  }
  return "?";
}

Actor::~Actor() = default;

void Actor::Unreferenced() const {
  if (!class_->manual_dealloc) {
    delete this;
  } else if (const RefPtr<Actor> manager = std::exchange(freed_by_, nullptr)) {
    manager->class_->deallocate(*manager, const_cast<Actor&>(*this));
  }
}

bool Actor::CanSend() const { return status_ == LinkStatus::kConnected && channel_->IsOpen(); }

ToplevelActor* Actor::toplevel() { return channel_ == nullptr ? nullptr : channel_->toplevel(); }

}  // namespace ipdl
