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

}  // namespace

Writer& PortalBatch::Begin(MessageScope* scope) {
  if (open_ == drafts_.size()) drafts_.push_back(std::make_unique<Draft>());
  Draft& draft = *drafts_[open_++];
  if (stopped_) return draft.writer.emplace("the channel is closed");
  return draft.writer.emplace(&draft.bytes, &draft.handles, limits_, scope);
}

PortalBatch::Draft& PortalBatch::Innermost(const Writer& writer) {
  // Messages end from the inside out.
  assert(open_ > 0 && &writer == &*drafts_[open_ - 1]->writer);
  (void)writer;
  return *drafts_[open_ - 1];
}

void PortalBatch::Finish(Draft& draft) {
  draft.writer.reset();
  draft.bytes.Consume(draft.bytes.size());
  draft.handles.clear();
  --open_;
}

SendResult PortalBatch::End(Writer& writer, const Room& room, std::string* why_refused) {
  Draft& draft = Innermost(writer);
  SendResult result = SendResult::kOk;
  if (stopped_) {
    result = SendResult::kClosed;
  } else if (!writer.Finish()) {
    *why_refused = std::string(writer.error());
    result = SendResult::kRefused;
  } else {
    result = Admit(draft.bytes.size(), draft.handles, room, why_refused);
  }
  if (result) Add(draft.bytes.bytes(), draft.handles);
  Finish(draft);
  return result;
}

void PortalBatch::Abandon(Writer& writer) { Finish(Innermost(writer)); }

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
  const size_t padding = PaddingFor(payload.size());
  const FrameHeader header = {static_cast<uint32_t>(FrameSize(payload.size())),
                              static_cast<uint16_t>(handles.size()), static_cast<uint8_t>(padding),
                              FrameKind::kMessage};
  uint8_t* at = bytes_.Extend(header.size);
  std::memcpy(at, &header, sizeof(header));
  at += sizeof(header);
  if (!payload.empty()) std::memcpy(at, payload.data(), payload.size());
  std::memset(at + payload.size(), 0, padding);
  std::move(handles.begin(), handles.end(), std::back_inserter(handles_));
}

void PortalBatch::AddControl(FrameKind kind, uint64_t token) {
  if (stopped_) return;
  const FrameHeader header = {kControlFrameBytes, 0, 0, kind};
  uint8_t* const at = bytes_.Extend(kControlFrameBytes);
  std::memcpy(at, &header, sizeof(header));
  std::memcpy(at + sizeof(header), &token, sizeof(token));
}

void PortalBatch::Clear() {
  bytes_.Consume(bytes_.size());
  handles_.clear();
}

void PortalBatch::Stop() {
  stopped_ = true;
  Clear();
}

}  // namespace ipdl
