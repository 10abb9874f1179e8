// The application's side of a portal: putting, getting, status, traps. See router.h.
//
// Each function is one C function under the lock, after its arguments were checked for null.

#include <algorithm>

#include "runtime/portal/box.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/reserved_handles.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

Router::TwoPhase& Router::two_phase() {
  if (two_phase_ == nullptr) two_phase_ = std::make_unique<TwoPhase>();
  return *two_phase_;
}

IpczPortalStatus Router::Status() const {
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, inbound_.count(), inbound_.bytes()};
  if (in_end_ != End::kNone) {
    status.flags |= IPCZ_PORTAL_STATUS_PEER_CLOSED;
    if (inbound_.empty()) status.flags |= IPCZ_PORTAL_STATUS_DEAD;
  }
  return status;
}

void Router::UpdateTraps(Turn& turn, bool new_parcel) {
  if (!traps_.empty()) traps_.StatusChanged(turn, Status(), IsWritable(), new_parcel);
}

// --- Put -----------------------------------------------------------------------------------------

IpczResult Router::CheckAttachments(const ReservedHandles& handles) const {
  for (size_t i = 0; i < handles.size(); ++i) {
    const Object* const object = handles.at(i);
    if (object == this || object == peer_.get()) return IPCZ_RESULT_INVALID_ARGUMENT;
    if (object->kind() == ObjectKind::kBox && LeadsElsewhere() &&
        !static_cast<const Box*>(object)->CanLeaveNode()) {
      return IPCZ_RESULT_INVALID_ARGUMENT;
    }
  }
  return IPCZ_RESULT_OK;
}

IpczResult Router::Put(Turn& turn, ParcelPtr& parcel, ReservedHandles& handles) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  const IpczResult result = CheckAttachments(handles);
  if (result != IPCZ_RESULT_OK) return result;
  if (in_end_ != End::kNone) return IPCZ_RESULT_NOT_FOUND;
  if (!MayPut(parcel->size())) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  if (handles.size() > 0) parcel->attachments = handles.Take();
  CountPut(parcel->size());
  used_ = true;
  SendOut(turn, std::move(parcel));
  return IPCZ_RESULT_OK;
}

bool Router::PutAtOnce(Turn& turn, absl::Span<const uint8_t> bytes) {
  if (is_proxy() || closed_ || in_end_ != End::kNone || out_end_ != End::kNone || peer_ ||
      !current_ || !MayPut(bytes.size()) ||
      !current_->node_link->SendAtOnce(turn, current_.get(), bytes)) {
    return false;
  }
  CountPut(bytes.size());
  CountSent(bytes.size());
  used_ = true;
  return true;
}

IpczResult Router::BeginPut(ParcelPtr parcel, volatile void** data, IpczTransaction* transaction) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (in_end_ != End::kNone) return IPCZ_RESULT_NOT_FOUND;
  TwoPhase::Open open = {++two_phase().last, std::move(parcel)};
  if (data != nullptr) *data = open.parcel->data();
  *transaction = open.transaction;
  two_phase_->puts.push_back(std::move(open));
  return IPCZ_RESULT_OK;
}

namespace {

template <typename Opens>
auto FindOpen(Opens& opens, IpczTransaction transaction) {
  return std::find_if(opens.begin(), opens.end(),
                      [&](const auto& open) { return open.transaction == transaction; });
}

}  // namespace

IpczResult Router::EndPut(Turn& turn, IpczTransaction transaction, size_t num_bytes,
                          ReservedHandles& handles) {
  if (two_phase_ == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  const auto open = FindOpen(two_phase_->puts, transaction);
  if (open == two_phase_->puts.end() || num_bytes > open->parcel->capacity()) {
    return IPCZ_RESULT_INVALID_ARGUMENT;
  }
  const IpczResult result = CheckAttachments(handles);
  if (result != IPCZ_RESULT_OK) return result;
  if (in_end_ == End::kNone && !MayPut(num_bytes)) return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  ParcelPtr parcel = std::move(open->parcel);
  two_phase_->puts.erase(open);
  parcel->Shrink(num_bytes);
  return Put(turn, parcel, handles);
}

IpczResult Router::AbortPut(Turn& turn, IpczTransaction transaction) {
  if (two_phase_ == nullptr) return IPCZ_RESULT_INVALID_ARGUMENT;
  const auto open = FindOpen(two_phase_->puts, transaction);
  if (open == two_phase_->puts.end()) return IPCZ_RESULT_INVALID_ARGUMENT;
  turn.Discard(std::move(open->parcel));
  two_phase_->puts.erase(open);
  return IPCZ_RESULT_OK;
}

// --- Get -----------------------------------------------------------------------------------------

ParcelPtr Router::TakeHead(Turn& turn) {
  used_ = true;
  ParcelPtr parcel = PopInbound();
  CountRead(turn, *parcel);
  UpdateTraps(turn, false);
  return parcel;
}

void Router::RememberOrigin(Turn& turn, const Parcel& parcel) {
  if (got_from_.get() != parcel.source().get()) {
    if (got_from_) turn.Release(std::move(got_from_));
    got_from_ = parcel.source();
  }
  got_directly_ = parcel.came_directly;
}

ParcelPtr Router::Origin() const {
  if (!got_from_) return nullptr;
  ParcelPtr parcel = Parcel::New(0);
  if (parcel == nullptr) return nullptr;
  parcel->SetSource(got_from_);
  parcel->came_directly = got_directly_;
  return parcel;
}

IpczResult Router::Get(Turn& turn, IpczGetFlags flags, const GetRoom& room, ParcelPtr* parcel) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (inbound_.empty()) {
    return in_end_ != End::kNone ? IPCZ_RESULT_NOT_FOUND : IPCZ_RESULT_UNAVAILABLE;
  }
  if (room.lacks_buffer()) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (two_phase_ != nullptr && two_phase_->exclusive_get != 0) return IPCZ_RESULT_ALREADY_EXISTS;
  if ((flags & IPCZ_GET_PARTIAL) == 0 && !room.Fits(*inbound_.front())) {
    room.TellSizes(*inbound_.front());
    return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  }
  *parcel = TakeHead(turn);
  if ((flags & IPCZ_GET_REMEMBER_ORIGIN) != 0) RememberOrigin(turn, **parcel);
  return IPCZ_RESULT_OK;
}

IpczResult Router::BeginGet(Turn& turn, IpczBeginGetFlags flags, const volatile void** data,
                            size_t* num_bytes, IpczHandle* handles, size_t* num_handles,
                            IpczTransaction* transaction) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  const bool overlapped = (flags & IPCZ_BEGIN_GET_OVERLAPPED) != 0;
  if (two_phase_ != nullptr &&
      (two_phase_->exclusive_get != 0 || (!overlapped && !two_phase_->overlapped_gets.empty()))) {
    return IPCZ_RESULT_ALREADY_EXISTS;
  }
  if (inbound_.empty()) {
    return in_end_ != End::kNone ? IPCZ_RESULT_NOT_FOUND : IPCZ_RESULT_UNAVAILABLE;
  }
  Parcel* const head = inbound_.front();
  const size_t room = num_handles == nullptr ? 0 : *num_handles;
  const size_t count = head->attachments.size();
  if (count > room && (flags & IPCZ_BEGIN_GET_PARTIAL) == 0) {
    if (num_handles != nullptr) *num_handles = count;
    return IPCZ_RESULT_RESOURCE_EXHAUSTED;
  }
  const size_t moved = std::min(room, count);
  SetContainer(absl::MakeConstSpan(head->attachments).first(moved), nullptr);
  MoveHandlesOut(head, handles, moved);
  if (num_handles != nullptr) *num_handles = moved;
  if (num_bytes != nullptr) *num_bytes = head->size();
  if (data != nullptr) *data = head->size() > 0 ? head->data() : nullptr;
  used_ = true;
  *transaction = ++two_phase().last;
  if (overlapped) {
    two_phase_->overlapped_gets.push_back({*transaction, TakeHead(turn)});
  } else {
    two_phase_->exclusive_get = *transaction;
  }
  return IPCZ_RESULT_OK;
}

IpczResult Router::EndGet(Turn& turn, IpczTransaction transaction, IpczEndGetFlags flags,
                          ParcelPtr* parcel) {
  if (two_phase_ == nullptr || transaction == 0) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (transaction == two_phase_->exclusive_get) {
    two_phase_->exclusive_get = 0;
    if ((flags & IPCZ_END_GET_ABORT) == 0) *parcel = TakeHead(turn);
    return IPCZ_RESULT_OK;
  }
  const auto open = FindOpen(two_phase_->overlapped_gets, transaction);
  if (open == two_phase_->overlapped_gets.end()) return IPCZ_RESULT_INVALID_ARGUMENT;
  if ((flags & IPCZ_END_GET_ABORT) == 0) {
    *parcel = std::move(open->parcel);
  } else {
    turn.Discard(std::move(open->parcel));
  }
  two_phase_->overlapped_gets.erase(open);
  return IPCZ_RESULT_OK;
}

// --- Traps, end ----------------------------------------------------------------------------------

IpczResult Router::Trap(const IpczTrapConditions& conditions, IpczTrapEventHandler handler,
                        uintptr_t context, IpczTrapConditionFlags* satisfied,
                        IpczPortalStatus* status) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  const IpczPortalStatus now = Status();
  const IpczTrapConditionFlags holding = TrapSet::Satisfied(conditions, now, IsWritable());
  if (holding != IPCZ_NO_FLAGS) {
    if (satisfied != nullptr) *satisfied = holding;
    if (status != nullptr) {
      const size_t size = status->size;
      *status = now;
      status->size = size;
    }
    return IPCZ_RESULT_FAILED_PRECONDITION;
  }
  traps_.Add(conditions, handler, context);
  return IPCZ_RESULT_OK;
}

void Router::LeaveApplication(Turn& turn) {
  traps_.Remove(turn);
  if (got_from_) turn.Release(std::move(got_from_));
  if (two_phase_ == nullptr) return;
  for (TwoPhase::Open& open : two_phase_->puts) turn.Discard(std::move(open.parcel));
  for (TwoPhase::Open& open : two_phase_->overlapped_gets) turn.Discard(std::move(open.parcel));
  two_phase_ = nullptr;
}

void Router::Close(Turn& turn) {
  if (closed_) return;
  closed_ = true;
  LeaveApplication(turn);
  while (!inbound_.empty()) turn.Discard(PopInbound());
  SendEnd(turn, End::kClosed);
}

}  // namespace ipdl::portal
