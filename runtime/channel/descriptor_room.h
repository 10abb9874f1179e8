// Whether this process has room for the descriptors that the next read may bring.
//
// A process at its descriptor limit that reads a message with descriptors gets some of them, and
// the kernel drops the rest: the message is lost, and it looks as if the sender had broken the
// rules. So a channel asks here before each read, and waits if there is no room.
//
// What it is: an estimate, one for the whole process, that is exact where it matters. Counting the
// open descriptors costs a system call per few hundred of them, so it is done only when those
// received since the last count, or the highest number among them, could have used up half of the
// room that was left. Descriptors that the program opens itself show in the numbers of those
// received next, because the kernel gives out the lowest number that is free.
//
// What it is not: a reservation. Called by the channels, any thread.

#ifndef IPDL_RUNTIME_CHANNEL_DESCRIPTOR_ROOM_H_
#define IPDL_RUNTIME_CHANNEL_DESCRIPTOR_ROOM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ipdl {

// Descriptors that one recvmsg can bring (SCM_MAX_FD of Linux).
inline constexpr size_t kMostDescriptorsPerRead = 253;

class DescriptorRoom {
 public:
  // True if kMostDescriptorsPerRead more descriptors fit.
  static bool Enough() { return credit_.load(std::memory_order_relaxed) > 0 || Count(); }

  // Makes the next Enough() count. For a program that lowers its limit while it runs.
  static void Forget() { credit_.store(0, std::memory_order_relaxed); }

  // Tells that `count` descriptors came, the highest of which has this number.
  static void Received(int highest, size_t count);

 private:
  // Counts what is open now. True if there is room.
  static bool Count();

  // Descriptors that may be received before the next count; not positive: count first.
  static std::atomic<int64_t> credit_;
  // What the last count found as the highest number, and as credit.
  static std::atomic<int64_t> counted_highest_;
  static std::atomic<int64_t> counted_credit_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_DESCRIPTOR_ROOM_H_
