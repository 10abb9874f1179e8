// The order of waiting messages. See incoming_queue.h.

#include "glue/incoming_queue.h"

namespace ipdl {

size_t IncomingQueue::RankOf(MessagePriority priority) {
  switch (priority) {
    case MessagePriority::kLow:
      return 0;
    case MessagePriority::kNormal:
      return 1;
    case MessagePriority::kMediumHigh:
      return 2;
    case MessagePriority::kInput:
      return 3;
    case MessagePriority::kVsync:
      return 4;
    case MessagePriority::kControl:
      return 5;
  }
  return 1;
}

bool IncomingQueue::Push(OwnedMessage message, const Manner& manner) {
  const size_t before = size_;
  if (manner.compression == Compression::kAdjacent) {
    if (has_newest_ && newest_->manner.compression == Compression::kAdjacent &&
        newest_->manner.key == manner.key) {
      Remove(newest_);
    }
  } else if (manner.compression == Compression::kAll) {
    if (const auto older = compressed_.find(manner.key); older != compressed_.end()) {
      Remove(older->second);
    }
  }
  const bool replaced = size_ < before;
  ++size_;
  const size_t cost = message.cost();
  cost_ += cost;
  List& list = lists_[RankOf(manner.priority)];
  newest_ = list.insert(list.end(), Entry{std::move(message), manner, cost});
  has_newest_ = true;
  if (manner.nested) newest_->among_nested = nested_.insert(nested_.end(), newest_);
  if (manner.compression == Compression::kAll) compressed_[manner.key] = newest_;
  return replaced;
}

void IncomingQueue::Remove(List::iterator entry) {
  --size_;
  cost_ -= entry->cost;
  if (entry->manner.compression == Compression::kAll) compressed_.erase(entry->manner.key);
  if (entry->manner.nested) nested_.erase(entry->among_nested);
  if (has_newest_ && entry == newest_) has_newest_ = false;
  ListOf(*entry).erase(entry);
}

OwnedMessage IncomingQueue::Pop() {
  size_t rank = kRanks - 1;
  while (lists_[rank].empty()) --rank;
  const List::iterator first = lists_[rank].begin();
  OwnedMessage message = std::move(first->message);
  Remove(first);
  return message;
}

std::optional<OwnedMessage> IncomingQueue::TakeNested(
    absl::FunctionRef<bool(absl::Span<const uint8_t> payload)> wanted) {
  for (const List::iterator entry : nested_) {
    if (!wanted(entry->message.bytes())) continue;
    OwnedMessage message = std::move(entry->message);
    Remove(entry);
    return message;
  }
  return std::nullopt;
}

void IncomingQueue::Clear() {
  for (List& list : lists_) list.clear();
  compressed_.clear();
  nested_.clear();
  has_newest_ = false;
  size_ = 0;
  cost_ = 0;
}

}  // namespace ipdl
