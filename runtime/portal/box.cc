// See box.h.

#include "runtime/portal/box.h"

#include "runtime/portal/handle_table.h"

namespace ipdl::portal {
namespace {

// Two threads may look into one box at once; only subparcels have something to make then.
Mutex& SubparcelHandleMutex() {
  static Mutex mutex;
  return mutex;
}

}  // namespace

Box::~Box() {
  EndApplicationObject();
  if (subparcel_handle_ != IPCZ_INVALID_HANDLE) {
    HandleTable::Get().Take(subparcel_handle_, HandleTable::KindBit(ObjectKind::kParcel));
  }
}

void Box::EndApplicationObject() {
  const ApplicationObject ended = std::exchange(application_object_, {});
  if (ended.destructor != nullptr) ended.destructor(ended.object, IPCZ_NO_FLAGS, nullptr);
}

bool Box::CanBeSerialized() const {
  if (type_ != IPCZ_BOX_TYPE_DRIVER_OBJECT) return true;
  if (!driver_object_.is_valid()) return false;
  const IpczResult result = driver_object_.driver()->Serialize(
      driver_object_.get(), IPCZ_INVALID_DRIVER_HANDLE, IPCZ_NO_FLAGS, nullptr, nullptr, nullptr,
      nullptr, nullptr);
  // Aborted: it depends on the transport. Exhausted: no room was given, of course.
  return result == IPCZ_RESULT_OK || result == IPCZ_RESULT_ABORTED ||
         result == IPCZ_RESULT_RESOURCE_EXHAUSTED;
}

IpczHandle Box::SubparcelHandle() {
  MutexLock lock(&SubparcelHandleMutex());
  if (subparcel_handle_ == IPCZ_INVALID_HANDLE) {
    subparcel_handle_ = HandleTable::Get().Add(subparcel_);
  }
  return subparcel_handle_;
}

void Box::Peek(IpczBoxContents* contents) {
  contents->type = type_;
  switch (type_) {
    case IPCZ_BOX_TYPE_DRIVER_OBJECT:
      contents->object.driver_object = driver_object_.get();
      return;
    case IPCZ_BOX_TYPE_APPLICATION_OBJECT:
      contents->object.application_object = application_object_.object;
      contents->serializer = application_object_.serializer;
      contents->destructor = application_object_.destructor;
      return;
    default:
      contents->object.subparcel = SubparcelHandle();
      return;
  }
}

void Box::Unbox(IpczBoxContents* contents) {
  Peek(contents);
  // From here on they are the caller's.
  (void)driver_object_.release();
  application_object_ = {};
  subparcel_handle_ = IPCZ_INVALID_HANDLE;
  subparcel_ = nullptr;
}

}  // namespace ipdl::portal
