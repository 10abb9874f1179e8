// See parcel.h.

#include "runtime/portal/parcel.h"

#include <cstdlib>
#include <new>
#include <utility>

#include "runtime/portal/limits.h"
#include "runtime/portal/transport.h"

namespace ipdl::portal {

static_assert(sizeof(Parcel) % 8 == 0, "the bytes behind it are aligned for any integer");

Parcel::Parcel(size_t capacity) : size_(capacity), capacity_(capacity) {}
Parcel::~Parcel() {
  if (source_) source_->Release(capacity_ + Limits::kParcelCost);
}

void Parcel::SetSource(const Ref<Transport>& source) {
  source_ = source;
  source_->Hold(capacity_ + Limits::kParcelCost);
}

ParcelPtr Parcel::New(size_t capacity) {
  if (capacity > Limits::kParcelBytes) return nullptr;
  void* const memory = ::operator new(sizeof(Parcel) + capacity, std::nothrow);
  return ParcelPtr(memory == nullptr ? nullptr : new (memory) Parcel(capacity));
}

void ParcelDeleter::operator()(Parcel* parcel) const {
  parcel->~Parcel();
  ::operator delete(parcel);
}

ParcelQueue::ParcelQueue(ParcelQueue&& other) noexcept
    : head_(std::exchange(other.head_, nullptr)),
      tail_(std::exchange(other.tail_, nullptr)),
      count_(std::exchange(other.count_, 0)),
      bytes_(std::exchange(other.bytes_, 0)) {}

ParcelQueue& ParcelQueue::operator=(ParcelQueue&& other) noexcept {
  std::swap(head_, other.head_);
  std::swap(tail_, other.tail_);
  std::swap(count_, other.count_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

ParcelQueue::~ParcelQueue() {
  while (!empty()) Pop();
}

void ParcelQueue::Push(ParcelPtr parcel) {
  Parcel* const added = parcel.release();
  ++count_;
  bytes_ += added->size();
  if (tail_ == nullptr) {
    head_ = added;
  } else {
    tail_->next_ = added;
  }
  tail_ = added;
}

ParcelPtr ParcelQueue::Pop() {
  Parcel* const taken = head_;
  if (taken == nullptr) return nullptr;
  head_ = std::exchange(taken->next_, nullptr);
  if (head_ == nullptr) tail_ = nullptr;
  --count_;
  bytes_ -= taken->size();
  return ParcelPtr(taken);
}

Parcel* ParcelQueue::FindAwaiting(uint64_t relay_id) const {
  Parcel* parcel = head_;
  while (parcel != nullptr &&
         (parcel->awaited == nullptr || parcel->awaited->relay_id != relay_id)) {
    parcel = parcel->next_;
  }
  return parcel;
}

void ParcelQueue::Append(ParcelQueue* other) {
  if (other->empty()) return;
  if (tail_ == nullptr) {
    head_ = other->head_;
  } else {
    tail_->next_ = other->head_;
  }
  tail_ = std::exchange(other->tail_, nullptr);
  count_ += std::exchange(other->count_, 0);
  bytes_ += std::exchange(other->bytes_, 0);
  other->head_ = nullptr;
}

}  // namespace ipdl::portal
