// Release fences: how a producer learns that the consumer's last read of a texture has ended.
//
// A fence is one connected pair of AF_UNIX stream sockets. The producer makes it, keeps one end and
// sends the other along with the presentation; the consumer signals by shutting its end down and
// dropping it. The producer sees that as a hangup. It is used once. If the consumer dies the kernel
// closes its end, so a fence always signals in the end.
//
// Why not an eventfd, and why not a pipe: the two processes need not trust each other. A descriptor
// that the other side holds too shares its open description, so reading or writing it can block us
// for ever (the peer clears O_NONBLOCK and fills an eventfd's counter). Here nobody reads or
// writes: the producer only polls, and the consumer calls shutdown(2), which on AF_UNIX takes a
// spinlock and wakes the peer, but waits for nobody. close(2) alone would signal as well; it is
// left to the descriptor's owner, who closes what a peer sent on a thread that may wait
// (foreign_close.h). A pipe has no shutdown, and its close takes a mutex that the peer can hold for
// as long as it likes.
//
// Called by texture_pool.h and texture_consumer.h. One thread at a time.

#ifndef IPDL_PROTOCOLS_TEXTURE_RELEASE_FENCE_H_
#define IPDL_PROTOCOLS_TEXTURE_RELEASE_FENCE_H_

#include "absl/status/statusor.h"
#include "protocols/texture/texture_verdict.h"
#include "runtime/handle.h"

namespace ipdl::textures {

// The producer's end.
class ReleaseFence {
 public:
  // An empty fence counts as signalled.
  ReleaseFence() = default;

  // A new fence; `*for_consumer` is the end to send away. Keeping it would keep the fence from
  // signalling when the consumer dies. Errors: out of descriptors or memory; then `*for_consumer`
  // is empty.
  static absl::StatusOr<ReleaseFence> Create(FileDescriptor* for_consumer);

  bool IsSignalled() const;

  // For a run loop: hangs up when the fence signals. Only poll it. -1 if empty.
  int fd() const { return end_.get(); }

 private:
  FileDescriptor end_;
};

// The consumer's end. Destroying it signals: whatever becomes of the consumer's objects, the
// producer is not left waiting.
class ReleaseSignal {
 public:
  ReleaseSignal() = default;
  ReleaseSignal(ReleaseSignal&&) noexcept = default;
  ReleaseSignal& operator=(ReleaseSignal&& other) noexcept;
  ~ReleaseSignal() { Signal(); }

  // Takes what a producer sent. kFalse if it is not an AF_UNIX socket: signalling another kind of
  // descriptor might do anything. The descriptor is consumed in every case.
  static TextureVerdict Accept(FileDescriptor descriptor, ReleaseSignal* signal);

  // Never blocks. The second time, and on an empty object, it does nothing.
  void Signal();

  bool pending() const { return end_.valid(); }

 private:
  FileDescriptor end_;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_RELEASE_FENCE_H_
