// OwnedMessage: a message taken out of the channel's receive buffer, to be looked at later.
//
// What it is: a private, 8-aligned copy of the bytes, and the handles. What it is not: on the usual
// way of a message, which is dispatched where it was received. Used for messages that must wait
// behind a sync call, for sync replies, and for replies that the channel cannot take yet.

#ifndef IPDL_GLUE_OWNED_MESSAGE_H_
#define IPDL_GLUE_OWNED_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/channel/channel.h"
#include "runtime/handle.h"

namespace ipdl {

class OwnedMessage {
 public:
  OwnedMessage() = default;
  // Copies the bytes and takes the handles, which are empty afterwards.
  OwnedMessage(absl::Span<const uint8_t> bytes, absl::Span<OwnedHandle> handles)
      : bytes_(std::make_unique_for_overwrite<uint64_t[]>((bytes.size() + 7) / 8)),
        size_(bytes.size()),
        handles_(std::make_move_iterator(handles.begin()), std::make_move_iterator(handles.end())) {
    if (size_ != 0) std::memcpy(bytes_.get(), bytes.data(), size_);
  }

  absl::Span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(bytes_.get()), size_};
  }
  absl::Span<OwnedHandle> handles() { return absl::MakeSpan(handles_); }
  std::vector<OwnedHandle>& handle_list() { return handles_; }
  // Who sent it, for Channel::OriginScope.
  const Channel::Origin& origin() const { return origin_; }
  void SetOrigin(Channel::Origin origin) { origin_ = std::move(origin); }

  // What it costs this process, for limits: an empty message is not free.
  size_t cost() const { return size_ + sizeof(*this) + handles_.size() * sizeof(OwnedHandle); }

 private:
  std::unique_ptr<uint64_t[]> bytes_;
  size_t size_ = 0;
  std::vector<OwnedHandle> handles_;
  Channel::Origin origin_;
};

// Messages in the order they came, and what they cost together.
class MessageQueue {
 public:
  bool empty() const { return head_ == messages_.size(); }
  size_t cost() const { return cost_; }
  OwnedMessage& front() { return messages_[head_]; }

  void Push(OwnedMessage message) {
    cost_ += message.cost();
    messages_.push_back(std::move(message));
  }
  OwnedMessage Pop() {
    OwnedMessage first = std::move(messages_[head_]);
    cost_ -= first.cost();
    if (++head_ == messages_.size()) Clear();
    return first;
  }
  void Clear() {
    std::vector<OwnedMessage>().swap(messages_);  // gives the memory back: bursts are rare
    head_ = 0;
    cost_ = 0;
  }

 private:
  std::vector<OwnedMessage> messages_;
  size_t head_ = 0;  // those before it are gone
  size_t cost_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_OWNED_MESSAGE_H_
