// See held_parcel.h.

#include "runtime/portal/held_parcel.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/portal/handle_table.h"
#include "runtime/portal/transport.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

void MoveHandlesOut(Parcel* parcel, IpczHandle* handles, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    handles[i] = HandleTable::Get().Add(std::move(parcel->attachments[i]));
  }
  parcel->attachments.erase(parcel->attachments.begin(),
                            parcel->attachments.begin() + static_cast<ptrdiff_t>(count));
}

void GetRoom::TellSizes(const Parcel& parcel) const {
  if (num_bytes != nullptr) *num_bytes = parcel.size();
  if (num_handles != nullptr) *num_handles = parcel.attachments.size();
}

void GetRoom::Take(Parcel* parcel) const {
  const size_t byte_count = std::min(byte_room(), parcel->size());
  const size_t handle_count = std::min(handle_room(), parcel->attachments.size());
  if (byte_count > 0) std::memcpy(data, parcel->data(), byte_count);
  if (handle_count > 0) MoveHandlesOut(parcel, handles, handle_count);
  if (num_bytes != nullptr) *num_bytes = byte_count;
  if (num_handles != nullptr) *num_handles = handle_count;
}

HeldParcel::~HeldParcel() { CloseParcel(TakeParcel(), Cause::kApiCall); }

ParcelPtr HeldParcel::TakeParcel() {
  MutexLock lock(&mutex_);
  return std::move(parcel_);
}

IpczResult HeldParcel::Get(IpczGetFlags flags, const GetRoom& room) {
  MutexLock lock(&mutex_);
  if (parcel_ == nullptr || room.lacks_buffer()) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (open_get_ != 0) return IPCZ_RESULT_ALREADY_EXISTS;
  if ((flags & IPCZ_GET_PARTIAL) == 0 && !room.Fits(*parcel_)) {
    room.TellSizes(*parcel_);
    return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  }
  room.Take(parcel_.get());
  return IPCZ_RESULT_OK;
}

IpczResult HeldParcel::BeginGet(IpczBeginGetFlags flags, const volatile void** data,
                                size_t* num_bytes, IpczHandle* handles, size_t* num_handles,
                                IpczTransaction* transaction) {
  MutexLock lock(&mutex_);
  if (parcel_ == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (open_get_ != 0) return IPCZ_RESULT_ALREADY_EXISTS;
  const size_t room = num_handles == nullptr ? 0 : *num_handles;
  const size_t count = parcel_->attachments.size();
  if (count > room && (flags & IPCZ_BEGIN_GET_PARTIAL) == 0) {
    if (num_handles != nullptr) *num_handles = count;
    return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  }
  const size_t moved = std::min(room, count);
  MoveHandlesOut(parcel_.get(), handles, moved);
  if (num_handles != nullptr) *num_handles = moved;
  if (num_bytes != nullptr) *num_bytes = parcel_->size();
  if (data != nullptr) *data = parcel_->size() > 0 ? parcel_->data() : nullptr;
  *transaction = open_get_ = ++last_get_;
  return IPCZ_RESULT_OK;
}

IpczResult HeldParcel::EndGet(IpczTransaction transaction) {
  MutexLock lock(&mutex_);
  if (open_get_ == 0 || transaction != open_get_) return IPCZ_RESULT_INVALID_ARGUMENT;
  open_get_ = 0;
  return IPCZ_RESULT_OK;
}

IpczResult HeldParcel::Reject(uintptr_t context, std::string_view reason, IpczRejectFlags flags) {
  Ref<Transport> source;
  bool forwarded;
  {
    MutexLock lock(&mutex_);
    if (parcel_ == nullptr || !parcel_->source()) return IPCZ_RESULT_FAILED_PRECONDITION;
    source = parcel_->source();
    forwarded = !parcel_->came_directly;
  }
  if ((flags & IPCZ_REJECT_TELL_BROKER) != 0) source->Accuse(context, reason, forwarded);
  return source->ReportBadActivity(context, reason, forwarded);
}

}  // namespace ipdl::portal
