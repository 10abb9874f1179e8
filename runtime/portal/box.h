// What is no portal and travels in a parcel: an object of the driver, of the application, or a
// parcel inside the parcel.
//
// What it is: the content of a box and its end. It does not change after it was made, except that
// it is taken out, by the one who holds the box alone. What it is not: serialization (ParcelWriter
// does that). Called by the C functions and the links. Ends call out, so the last reference is
// never dropped under a domain's lock.

#ifndef IPDL_RUNTIME_PORTAL_BOX_H_
#define IPDL_RUNTIME_PORTAL_BOX_H_

#include <utility>

#include "runtime/portal/driver_object.h"
#include "runtime/portal/held_parcel.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/object.h"

namespace ipdl::portal {

struct ApplicationObject {
  uintptr_t object = 0;
  IpczApplicationObjectSerializer serializer = nullptr;
  IpczApplicationObjectDestructor destructor = nullptr;
};

class Box : public Object {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kBox;

  explicit Box(DriverObject object)
      : Object(kKind), type_(IPCZ_BOX_TYPE_DRIVER_OBJECT), driver_object_(std::move(object)) {}
  explicit Box(const ApplicationObject& object)
      : Object(kKind), type_(IPCZ_BOX_TYPE_APPLICATION_OBJECT), application_object_(object) {}
  explicit Box(Ref<HeldParcel> subparcel)
      : Object(kKind), type_(IPCZ_BOX_TYPE_SUBPARCEL), subparcel_(std::move(subparcel)) {}
  ~Box() override;

  IpczBoxType type() const { return type_; }
  const DriverObject& driver_object() const { return driver_object_; }
  const ApplicationObject& application_object() const { return application_object_; }
  HeldParcel* subparcel() const { return subparcel_.get(); }

  // Whether the content could ever leave this node. Asks the driver.
  bool CanBeSerialized() const;
  // Whether it could leave it now: an application's object needs a serializer.
  bool CanLeaveNode() const {
    return type_ != IPCZ_BOX_TYPE_APPLICATION_OBJECT || application_object_.serializer != nullptr;
  }

  // Tells the content without giving it away.
  void Peek(IpczBoxContents* contents);
  // Gives it away; the box is empty afterwards. Only for the one who took the box's handle.
  void Unbox(IpczBoxContents* contents);
  DriverObject TakeDriverObject() { return std::move(driver_object_); }
  // The application object was serialized: runs its destructor.
  void EndApplicationObject();

 private:
  IpczHandle SubparcelHandle();

  const IpczBoxType type_;
  DriverObject driver_object_;
  ApplicationObject application_object_;
  Ref<HeldParcel> subparcel_;
  // A subparcel's handle, made when it is first asked for.
  IpczHandle subparcel_handle_ = IPCZ_INVALID_HANDLE;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_BOX_H_
