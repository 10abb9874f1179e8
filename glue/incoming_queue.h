// IncomingQueue: messages that came and were not dispatched yet, and which of them is next.
//
// What it is: the order in which a connection hands on what cannot be handed on at once: behind a
// sync call that waits, and in connections whose protocols reorder ([Priority]) or drop
// ([Compress]) messages. What it is not: a judge of messages; MessageChannel tells it what each one
// is, and whatever is wrong with one is found when it is dispatched. Owned by MessageChannel.
//
// The most urgent message is next, the oldest among equals. A message that may be compressed
// replaces an older one to the same actor: kAdjacent only if that was the last to come, kAll
// wherever it is; it takes the place of a newcomer. What is replaced is destroyed, handles and all.
// Nested messages can be taken out of their turn, while a sync call waits.

#ifndef IPDL_GLUE_INCOMING_QUEUE_H_
#define IPDL_GLUE_INCOMING_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "glue/owned_message.h"
#include "glue/protocol.h"

namespace ipdl {

class IncomingQueue {
 public:
  // Which message of which actor it is.
  struct Key {
    uint32_t protocol = 0;
    int32_t routing = 0;
    uint16_t message = 0;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.protocol, key.routing, key.message);
    }
  };
  // How a message is to be treated.
  struct Manner {
    MessagePriority priority = MessagePriority::kNormal;
    Compression compression = Compression::kNone;
    bool nested = false;  // TakeNested finds it
    Key key = {};         // used only if it may be compressed
  };

  IncomingQueue() = default;
  IncomingQueue(const IncomingQueue&) = delete;
  IncomingQueue& operator=(const IncomingQueue&) = delete;

  bool empty() const { return size_ == 0; }
  bool has_nested() const { return !nested_.empty(); }
  // Of all messages together; see OwnedMessage::cost.
  size_t cost() const { return cost_; }

  // True if the message replaced an older one.
  bool Push(OwnedMessage message, const Manner& manner);
  // The next message. Only when not empty.
  OwnedMessage Pop();
  // The oldest of the nested messages, whatever their priority, that `wanted` says yes to.
  std::optional<OwnedMessage> TakeNested(
      absl::FunctionRef<bool(absl::Span<const uint8_t> payload)> wanted);
  void Clear();

 private:
  static constexpr size_t kRanks = 6;

  struct Entry {
    OwnedMessage message;
    Manner manner;
    size_t cost;
    std::list<std::list<Entry>::iterator>::iterator among_nested = {};  // if it is nested
  };
  using List = std::list<Entry>;

  static size_t RankOf(MessagePriority priority);
  List& ListOf(const Entry& entry) { return lists_[RankOf(entry.manner.priority)]; }
  void Remove(List::iterator entry);

  std::array<List, kRanks> lists_;  // the most urgent last
  // The one that came last, if it is still here.
  List::iterator newest_;
  bool has_newest_ = false;
  absl::flat_hash_map<Key, List::iterator> compressed_;  // those that are Compression::kAll
  std::list<List::iterator> nested_;                     // those that are nested, oldest first
  size_t size_ = 0;
  size_t cost_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_INCOMING_QUEUE_H_
