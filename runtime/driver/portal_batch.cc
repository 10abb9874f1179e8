// See portal_batch.h.

#include "runtime/driver/portal_batch.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ipdl {
namespace {

constexpr size_t PaddingFor(size_t payload) { return (0 - payload) & 7; }

constexpr size_t FrameSize(size_t payload) {
  return kFrameHeaderBytes + payload + PaddingFor(payload);
}

FrameHeader HeaderOf(size_t payload, size_t handles) {
  return {static_cast<uint32_t>(FrameSize(payload)), static_cast<uint16_t>(handles),
          static_cast<uint8_t>(PaddingFor(payload)), FrameKind::kMessage};
}

}  // namespace

Writer& PortalBatch::Begin(MessageScope* scope) {
  if (!open_ && !stopped_) {
    open_ = true;
    open_at_ = bytes_.size();
    open_handle_ = handles_.size();
    bytes_.Extend(kFrameHeaderBytes);
    return writer_.emplace(&bytes_, &handles_, limits_, scope);
  }
  Draft& draft = *drafts_.emplace_back(std::make_unique<Draft>());
  if (stopped_) return draft.writer.emplace("the channel is closed");
  return draft.writer.emplace(&draft.bytes, &draft.handles, limits_, scope);
}

// Messages end from the inside out.
std::unique_ptr<PortalBatch::Draft> PortalBatch::TakeDraft(const Writer& writer) {
  assert(!drafts_.empty() && &writer == &*drafts_.back()->writer);
  (void)writer;
  std::unique_ptr<Draft> draft = std::move(drafts_.back());
  drafts_.pop_back();
  return draft;
}

SendResult PortalBatch::Check(Writer& writer, absl::Span<const OwnedHandle> handles,
                              const Room& room, std::string* why) const {
  if (stopped_) return SendResult::kClosed;
  if (!writer.Finish()) {
    *why = std::string(writer.error());
    return SendResult::kRefused;
  }
  return Admit(writer.size(), handles, room, why);
}

SendResult PortalBatch::End(Writer& writer, const Room& room, std::string* why_refused) {
  if (IsOpen(writer)) {
    const auto handles = absl::MakeConstSpan(handles_).subspan(open_handle_);
    const SendResult result = Check(writer, handles, room, why_refused);
    CloseOpen(static_cast<bool>(result));
    return result;
  }
  const std::unique_ptr<Draft> draft = TakeDraft(writer);
  const SendResult result = Check(writer, draft->handles, room, why_refused);
  if (result) Add(draft->bytes.bytes(), draft->handles);
  return result;
}

void PortalBatch::Abandon(Writer& writer) {
  if (IsOpen(writer)) return CloseOpen(false);
  TakeDraft(writer);
}

// The end of the message in place.
void PortalBatch::CloseOpen(bool keep) {
  if (keep) {
    const size_t payload = bytes_.size() - open_at_ - kFrameHeaderBytes;
    const size_t padding = PaddingFor(payload);
    if (padding != 0) std::memset(bytes_.Extend(padding), 0, padding);
    const FrameHeader header = HeaderOf(payload, handles_.size() - open_handle_);
    std::memcpy(bytes_.mutable_bytes().data() + open_at_, &header, sizeof(header));
  } else {
    bytes_.Truncate(open_at_);
    handles_.resize(open_handle_);
  }
  if (!early_.empty()) InsertEarly();
  open_ = false;
}

// In front of the message in place, whose writing is over.
void PortalBatch::InsertEarly() {
  const size_t behind = bytes_.size() - open_at_;
  bytes_.Extend(early_.size());
  uint8_t* const at = bytes_.mutable_bytes().data() + open_at_;
  std::memmove(at + early_.size(), at, behind);
  std::memcpy(at, early_.bytes().data(), early_.size());
  handles_.insert(handles_.begin() + static_cast<ptrdiff_t>(open_handle_),
                  std::make_move_iterator(early_handles_.begin()),
                  std::make_move_iterator(early_handles_.end()));
  early_.Consume(early_.size());
  early_handles_.clear();
}

SendResult PortalBatch::Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles,
                             const Room& room, std::string* why_refused) {
  std::vector<OwnedHandle> taken = std::move(handles);
  if (stopped_) return SendResult::kClosed;
  for (const OwnedHandle& handle : taken) {
    if (handle.valid()) continue;
    *why_refused = "a handle is empty";
    return SendResult::kRefused;
  }
  const SendResult result = Admit(bytes.size(), taken, room, why_refused);
  if (result) Add(bytes, taken);
  return result;
}

SendResult PortalBatch::Admit(size_t payload, absl::Span<const OwnedHandle> handles,
                              const Room& room, std::string* why) const {
  const size_t frame = FrameSize(payload);
  if (frame > limits_->message_bytes) {
    *why =
        absl::StrCat("the message has ", frame, " bytes; ", limits_->message_bytes, " are allowed");
    return SendResult::kRefused;
  }
  const size_t most_handles = std::min<size_t>(limits_->message_handles, UINT16_MAX);
  if (handles.size() > most_handles) {
    *why = absl::StrCat("the message has ", handles.size(), " handles; ", most_handles,
                        " are allowed");
    return SendResult::kRefused;
  }
  return Fits(payload, handles.size(), room) ? SendResult::kOk : SendResult::kWouldBlock;
}

bool PortalBatch::Fits(size_t payload, size_t handles, const Room& room) {
  return room.is_first || (FrameSize(payload) <= room.bytes && handles <= room.handles);
}

void PortalBatch::Add(absl::Span<const uint8_t> payload, std::vector<OwnedHandle>& handles) {
  const FrameHeader header = HeaderOf(payload.size(), handles.size());
  uint8_t* at = (open_ ? early_ : bytes_).Extend(header.size);
  std::memcpy(at, &header, sizeof(header));
  at += sizeof(header);
  if (!payload.empty()) std::memcpy(at, payload.data(), payload.size());
  std::memset(at + payload.size(), 0, header.padding);
  std::move(handles.begin(), handles.end(), std::back_inserter(open_ ? early_handles_ : handles_));
}

void PortalBatch::AddControl(FrameKind kind, uint64_t token) {
  if (stopped_) return;
  const FrameHeader header = {kControlFrameBytes, 0, 0, kind};
  uint8_t* const at = (open_ ? early_ : bytes_).Extend(kControlFrameBytes);
  std::memcpy(at, &header, sizeof(header));
  std::memcpy(at + sizeof(header), &token, sizeof(token));
}

PortalBatch::Ready PortalBatch::GetReady() {
  if (early_.empty()) {
    return {bytes_.bytes().first(ended_bytes()),
            absl::MakeSpan(handles_).subspan(next_handle_, ended_handles() - next_handle_)};
  }
  // Rare: somebody sends, and flushes, inside the writing of a message.
  ByteQueue all;
  std::memcpy(all.Extend(num_bytes()), bytes_.bytes().data(), ended_bytes());
  std::memcpy(all.mutable_bytes().data() + ended_bytes(), early_.bytes().data(), early_.size());
  early_ = std::move(all);
  bytes_.Consume(std::exchange(open_at_, 0));
  early_handles_.insert(
      early_handles_.begin(),
      std::make_move_iterator(handles_.begin() + static_cast<ptrdiff_t>(next_handle_)),
      std::make_move_iterator(handles_.begin() + static_cast<ptrdiff_t>(open_handle_)));
  next_handle_ = open_handle_;
  return {early_.bytes(), absl::MakeSpan(early_handles_)};
}

void PortalBatch::Clear() {
  bytes_.Consume(ended_bytes());
  early_.Consume(early_.size());
  early_handles_.clear();
  if (open_) {
    // Its writer counts from where its handles begin.
    open_at_ = 0;
    for (; next_handle_ < open_handle_; ++next_handle_) handles_[next_handle_].Reset();
  } else {
    handles_.clear();
    next_handle_ = 0;
  }
}

void PortalBatch::Stop() {
  stopped_ = true;
  Clear();
}

}  // namespace ipdl
