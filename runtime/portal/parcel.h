// What a portal carries: bytes, and objects without handles.
//
// What it is: Parcel (one allocation: fields, then the bytes), ParcelPtr which owns one, and
// ParcelQueue. What it is not: the application's handle of a parcel (HeldParcel is). Called by
// Router and the links.
//
// Portals that are attached must be closed when a parcel is dropped, which needs the domain's lock
// and calls of the driver; so a parcel that is not delivered goes to Turn::Discard, and the pointer
// alone only frees memory.

#ifndef IPDL_RUNTIME_PORTAL_PARCEL_H_
#define IPDL_RUNTIME_PORTAL_PARCEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/portal/object.h"

namespace ipdl::portal {

class Transport;
class Parcel;

struct ParcelDeleter {
  void operator()(Parcel* parcel) const;
};
using ParcelPtr = std::unique_ptr<Parcel, ParcelDeleter>;

class Parcel {
 public:
  // With room for `capacity` bytes, not initialised, all of them part of it at first. Null if that
  // is beyond Limits::kParcelBytes, or beyond this machine's memory.
  static ParcelPtr New(size_t capacity);

  uint8_t* data() { return reinterpret_cast<uint8_t*>(this + 1); }
  const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  void Shrink(size_t size) { size_ = size; }

  // Portals (Router) and boxes, in order.
  std::vector<Ref<Object>> attachments;
  // What it came over from another node; null if it did not. Counts there as held from then on.
  const Ref<Transport>& source() const { return source_; }
  void SetSource(const Ref<Transport>& source);
  // Whether the node at the other end of `source` is known to have put it, not just passed it on.
  bool came_directly = false;
  // How often proxies passed it on, if anything is attached.
  uint32_t forwardings = 0;
  // Objects of it that come through the broker and are not here yet; null when it is whole.
  struct Awaited {
    uint64_t relay_id;
    uint64_t at_look = 0;              // of its NodeLink
    std::vector<Ref<Object>*> places;  // in the attachments here and of subparcels
  };
  std::unique_ptr<Awaited> awaited;

 private:
  friend class ParcelQueue;
  friend struct ParcelDeleter;
  explicit Parcel(size_t capacity);
  ~Parcel();

  Parcel* next_ = nullptr;
  Ref<Transport> source_;
  size_t size_;
  const size_t capacity_;
};

// First in, first out, with the sums that a portal's status shows.
class ParcelQueue {
 public:
  ParcelQueue() = default;
  ParcelQueue(ParcelQueue&& other) noexcept;
  ParcelQueue& operator=(ParcelQueue&& other) noexcept;
  ~ParcelQueue();

  bool empty() const { return head_ == nullptr; }
  size_t count() const { return count_; }
  size_t bytes() const { return bytes_; }
  Parcel* front() const { return head_; }
  // The parcel that waits for these relayed objects; null if none does.
  Parcel* FindAwaiting(uint64_t relay_id) const;

  void Push(ParcelPtr parcel);
  ParcelPtr Pop();
  // Moves all of `other` behind what is here.
  void Append(ParcelQueue* other);

 private:
  Parcel* head_ = nullptr;
  Parcel* tail_ = nullptr;
  size_t count_ = 0;
  size_t bytes_ = 0;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_PARCEL_H_
