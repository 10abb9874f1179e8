// DataPipeSender and DataPipeReceiver: a stream of bytes from one process to another, beside the
// messages, with back-pressure.
//
// What they are: move-only values, made in pairs, that any message can carry to any process, as
// Endpoint<> is. What they are not: actors; a message about the stream and the stream itself keep
// no order with each other. Called by authors; they call the router.
//
//   ipdl::DataPipeSender ours;
//   ipdl::DataPipeReceiver theirs;
//   absl::Status made = ipdl::CreateDataPipe(&ours, &theirs);
//   foo->SendBody(std::move(theirs));           // `async Body(DataPipeReceiver body);`
//
//   absl::StatusOr<size_t> n = ours.Write(bytes);    // how many bytes it took; 0: it is full
//   ours.WhenWritable(loop, [&] { ... write more ... });
//   ours.Finish();                                   // that was all
//
//   absl::StatusOr<size_t> n = theirs.Read(buffer);  // how many bytes came; 0: none now
//   theirs.WhenReadable(loop, [&] { ... read more ... });
//   if (absl::IsOutOfRange(n.status())) ...          // that was all
//
// The pipe takes at most its capacity of bytes that were not read; so a receiver that does not read
// costs the sender no more than that. A receiver trusts nothing: it sees bytes, and an end that was
// said (Finish) or was not (the sender died, dropped its end, or broke the rules).
//
// Threads: each end belongs to one thread at a time. One that came in a message is reached by way
// of that message's loop: bytes come and go while that loop turns, also if the end is used on
// another.

#ifndef IPDL_GLUE_DATA_PIPE_H_
#define IPDL_GLUE_DATA_PIPE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/param_traits.h"

namespace ipdl {

class RunLoop;

// Bytes that a pipe holds, unless its maker says otherwise, and the most that one may hold.
inline constexpr size_t kDataPipeCapacity = size_t{256} << 10;
inline constexpr size_t kMaxDataPipeCapacity = size_t{64} << 20;

class DataPipeSender;
class DataPipeReceiver;

// Makes a pipe; both ends must be empty. Errors: `capacity` is 0 or above the limit
// (InvalidArgument), no memory (Unavailable).
absl::Status CreateDataPipe(DataPipeSender* sender, DataPipeReceiver* receiver,
                            size_t capacity = kDataPipeCapacity);

// What both ends have in common.
class DataPipeEnd {
 public:
  using Callback = absl::AnyInvocable<void()>;

  bool valid() const { return portal_.valid(); }
  explicit operator bool() const { return valid(); }

 protected:
  struct Waiter;

  DataPipeEnd() = default;
  DataPipeEnd(DataPipeEnd&& other) noexcept;
  DataPipeEnd& operator=(DataPipeEnd&& other) noexcept;
  ~DataPipeEnd() { Drop(); }

  // Closes, and forgets who waits.
  void Drop();
  // Gives the portal up, and forgets who waits.
  OwnedHandle TakePortal();
  // Calls `callback` once from the loop's tasks when one of the trap conditions holds; instead of
  // one that waits already.
  void Wait(RunLoop* loop, uint32_t conditions, Callback callback);

  OwnedHandle portal_;
  uint32_t capacity_ = 0;

 private:
  std::shared_ptr<Waiter> waiter_;
};

class DataPipeSender : public DataPipeEnd {
 public:
  DataPipeSender() = default;
  DataPipeSender(DataPipeSender&&) noexcept = default;
  DataPipeSender& operator=(DataPipeSender&&) noexcept = default;

  // Takes as many bytes from the front of `bytes` as there is room for, and answers how many; 0:
  // there is none now. Errors: the receiver is gone (Cancelled), the pipe is empty or finished
  // (FailedPrecondition), no memory (Unavailable).
  absl::StatusOr<size_t> Write(absl::Span<const uint8_t> bytes);
  // Calls `callback` once, from the tasks of `loop` (null: this thread's), when there is room or
  // the receiver is gone. Not after this object was moved, dropped or sent, or the loop is gone.
  void WhenWritable(RunLoop* loop, Callback callback);
  // Says that everything was written, and gives the end up. Without it the receiver is told that
  // the stream broke off.
  void Finish();
  // Gives the end up without that.
  void Reset() { Drop(); }

 private:
  friend struct ParamTraits<DataPipeSender>;
  friend absl::Status CreateDataPipe(DataPipeSender*, DataPipeReceiver*, size_t);

  absl::Status Limit();

  bool limited_ = false;  // the portal has its limits, which do not travel with it
};

class DataPipeReceiver : public DataPipeEnd {
 public:
  DataPipeReceiver() = default;
  DataPipeReceiver(DataPipeReceiver&& other) noexcept;
  DataPipeReceiver& operator=(DataPipeReceiver&& other) noexcept;
  ~DataPipeReceiver() { Reset(); }

  // Copies at most room.size() bytes, and answers how many; 0: none came yet (or no room). Errors,
  // once all that came was read: everything was read and the sender said so (OutOfRange), it broke
  // off (Aborted), the receiver is empty (FailedPrecondition).
  absl::StatusOr<size_t> Read(absl::Span<uint8_t> room);
  // The bytes that come next, in place, as far as they lie side by side; empty if none came yet.
  // Nobody changes them until Consume, Read, a move or the end of this object. Errors as for Read.
  absl::StatusOr<absl::Span<const uint8_t>> Peek();
  // Drops so many of the bytes that Peek gave; more than those: all of them.
  void Consume(size_t bytes);
  // Calls `callback` once, from the tasks of `loop` (null: this thread's), when Read has something
  // to say. Not after this object was moved, dropped or sent, or the loop is gone.
  void WhenReadable(RunLoop* loop, Callback callback);
  // Gives the end up; the sender is told that nobody reads.
  void Reset();

 private:
  friend struct ParamTraits<DataPipeReceiver>;
  friend absl::Status CreateDataPipe(DataPipeSender*, DataPipeReceiver*, size_t);

  // Puts the chunk that is being read back; it is then read from `head_.read` on.
  void PutBack();

  // The chunk at the head of the stream.
  struct Head {
    const uint8_t* bytes = nullptr;  // in the router's memory, if a get is open
    size_t size = 0;
    size_t read = 0;            // of its bytes
    uintptr_t transaction = 0;  // the open get
    bool finished = false;      // there is none any more
  };

  Head head_;
};

// They travel as a portal, as endpoints do, with how far the first chunk was read. An empty one is
// not sent.
template <>
struct ParamTraits<DataPipeSender> {
  static constexpr size_t kMinWireBytes = 5;
  static void Write(Writer& out, DataPipeSender&& value);
  static bool Read(Reader& in, DataPipeSender* value);
};
template <>
struct ParamTraits<DataPipeReceiver> {
  static constexpr size_t kMinWireBytes = 5;
  static void Write(Writer& out, DataPipeReceiver&& value);
  static bool Read(Reader& in, DataPipeReceiver* value);
};

}  // namespace ipdl

#endif  // IPDL_GLUE_DATA_PIPE_H_
