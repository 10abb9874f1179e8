// A parcel that the application holds by a handle, or that lies in a box.
//
// What it is: a parcel taken out of its queue, which can be read again and again, its handles being
// taken meanwhile, by several handles and threads. What it is not: part of any route, so it has a
// lock of its own, which never is held together with another. Called by the C functions.

#ifndef IPDL_RUNTIME_PORTAL_HELD_PARCEL_H_
#define IPDL_RUNTIME_PORTAL_HELD_PARCEL_H_

#include <string_view>

#include "absl/base/thread_annotations.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/mutex.h"
#include "runtime/portal/object.h"
#include "runtime/portal/parcel.h"

namespace ipdl::portal {

// Room of the caller's for a get, and what came of it. Null counts mean no room.
struct GetRoom {
  GetRoom(void* data, size_t* num_bytes, IpczHandle* handles, size_t* num_handles)
      : data(data), num_bytes(num_bytes), handles(handles), num_handles(num_handles) {}

  size_t byte_room() const { return num_bytes == nullptr ? 0 : *num_bytes; }
  size_t handle_room() const { return num_handles == nullptr ? 0 : *num_handles; }
  bool lacks_buffer() const {
    return (byte_room() > 0 && data == nullptr) || (handle_room() > 0 && handles == nullptr);
  }
  bool Fits(const Parcel& parcel) const {
    return parcel.size() <= byte_room() && parcel.attachments.size() <= handle_room();
  }
  void TellSizes(const Parcel& parcel) const;
  // Copies what fits and moves the handles that fit out of `parcel`.
  void Take(Parcel* parcel) const;

  void* data;
  size_t* num_bytes;
  IpczHandle* handles;
  size_t* num_handles;
};

// Makes handles of the first `count` attachments and removes them from the parcel.
void MoveHandlesOut(Parcel* parcel, IpczHandle* handles, size_t count);

class HeldParcel : public Object {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kParcel;

  explicit HeldParcel(ParcelPtr parcel) : Object(kKind), parcel_(std::move(parcel)) {}
  ~HeldParcel() override;

  IpczResult Get(IpczGetFlags flags, const GetRoom& room);
  IpczResult BeginGet(IpczBeginGetFlags flags, const volatile void** data, size_t* num_bytes,
                      IpczHandle* handles, size_t* num_handles, IpczTransaction* transaction);
  IpczResult EndGet(IpczTransaction transaction);
  IpczResult Reject(uintptr_t context, std::string_view reason, IpczRejectFlags flags);

  // The content, for a link that sends this as a part of another parcel. Null if a two-phase get is
  // open, or if it was taken before.
  ParcelPtr TakeParcel();

 private:
  Mutex mutex_;
  ParcelPtr parcel_ ABSL_GUARDED_BY(mutex_);
  // Of the two-phase get that is open; 0 if none is. Numbers are not used twice.
  IpczTransaction open_get_ ABSL_GUARDED_BY(mutex_) = 0;
  IpczTransaction last_get_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_HELD_PARCEL_H_
