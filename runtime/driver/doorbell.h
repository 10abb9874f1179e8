// How one end of a connection wakes the other when all it has to say is "look": cheaper than a
// datagram, and without trusting whoever is at the other end.
//
// What it is: the descriptor that this end hears and the one that it rings with. What it is not: in
// order with datagrams, or a carrier of anything. Called by Connection on the loop's thread.
//
// Nobody writes to, or reads from, what a less trusted process has open too, in a way that could
// block: it could have made the description a blocking one.
//
//   towards whom              rung with                           heard by
//   the launcher              a write to an eventfd of the        watching it, and never reading
//                             launcher's
//   anybody else              a byte on our own end of a socket,  watching it; only who trusts the
//                             unless that would block             other end reads it now and then
//
// Reading is for those who trust because Linux reads a stream socket under a lock (iolock), which
// another holder of the same end can keep while it waits for a page of its own. A socket that
// nobody reads is full after some hundred rings, and datagrams go on.
//
// Whoever does not take the other end for its launcher makes these descriptors and offers the other
// end its half; see Connection. Until then, and where there are none, datagrams do.

#ifndef IPDL_RUNTIME_DRIVER_DOORBELL_H_
#define IPDL_RUNTIME_DRIVER_DOORBELL_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

class Doorbell final : private Transport {
 public:
  struct Callbacks {
    // The other end rang. May destroy the doorbell.
    absl::AnyInvocable<void()> heard;
    // It could not be rung: say it in another way.
    absl::AnyInvocable<void()> failed;
  };

  Doorbell(RunLoop* loop, Callbacks callbacks);
  ~Doorbell();

  // Makes both directions. Returns what the other end needs for Accept; nothing if this system has
  // no such thing, or no descriptors now.
  std::vector<OwnedHandle> Offer();
  enum class Accepted : uint8_t {
    kYes,
    kIllegal,  // an honest one offers something else
    kUnheard,  // the system cannot watch it now, and the other end relies on that
  };
  // Takes what the other end offered, whatever becomes of it.
  Accepted Accept(absl::Span<OwnedHandle> offered, PeerTrust peer);

  bool can_ring() const { return rings_.valid(); }
  // Rings at the end of the turn, or before.
  void Ring();
  // Rings now if that was still to come.
  void Hurry();
  // Reads what was rung, if that is safe, so that there is room to ring again.
  void Drain();

 private:
  int transport_fd() const override { return hears_.get(); }
  void OnTransportReady(FdReady ready) override;
  void FlushTransport() override;

  bool Hear(FileDescriptor descriptor);
  bool RingNow();

  Callbacks callbacks_;
  FileDescriptor hears_;
  FileDescriptor rings_;
  bool hears_bytes_ = false;
  bool may_read_ = false;
  bool rings_with_byte_ = false;
  bool to_ring_ = false;
  size_t unread_ = 0;  // rings since the last Drain, at least
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_DOORBELL_H_
