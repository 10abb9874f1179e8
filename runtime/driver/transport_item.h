// An end of a connection between two nodes, as the router sees it: datagrams with handles.
//
// What it is: what the kinds of transports have in common. What it is not: a connection's code;
// channel_transport.h (another process) and local_transport.h (this one) have that. Called by
// driver.cc.

#ifndef IPDL_RUNTIME_DRIVER_TRANSPORT_ITEM_H_
#define IPDL_RUNTIME_DRIVER_TRANSPORT_ITEM_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/types/span.h"
#include "runtime/driver/driver_item.h"
#include "runtime/limits.h"
#include "runtime/peer.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

// What a peer did that no honest one does.
struct Misconduct {
  enum class Kind : uint8_t {
    kBrokenRules,     // of frames or of the router; the connection is over
    kRejectedParcel,  // a parcel that it put was rejected; the connection is as it was
  };
  Kind kind;
  std::string_view what;  // one line for a log, valid during the call
  uintptr_t context = 0;  // of a rejected parcel: what Reject was given
};

// What a process lets its connections cost, and what it does about peers that misbehave. One for a
// connection that a program opens and all those that are introduced over it.
struct LinkPolicy {
  // Of each connection. A message here is a datagram of the router.
  Limits limits;
  // It was this peer and nobody else: a launcher may well kill it for that. Not called when a
  // parcel is rejected that the peer may only have passed on, nor when another process that is not
  // trusted to judge accuses it; there is a line in the log then. May be empty. On the loop's
  // thread, or on the one that rejects.
  absl::AnyInvocable<void(const PeerLabel& peer, const Misconduct& misconduct) const> on_misconduct;
  // Whether the peer is believed when it rejects a parcel of another one.
  bool trusted_to_judge = false;
};

class TransportItem : public DriverItem {
 public:
  static constexpr ItemKind kKind = ItemKind::kTransport;

  // What ActivateTransport was given.
  struct Listener {
    IpczHandle handle = IPCZ_INVALID_HANDLE;
    IpczTransportActivityHandler handler = nullptr;

    IpczResult Call(absl::Span<const uint8_t> data, absl::Span<const IpczDriverHandle> handles,
                    IpczTransportActivityFlags flags) const {
      return handler(handle, data.data(), data.size(), handles.data(), handles.size(), flags,
                     nullptr);
    }
  };

  // As in IpczDriver. Any thread.
  virtual IpczResult Activate(const Listener& listener) = 0;
  virtual void Deactivate() = 0;
  // Takes the items.
  virtual IpczResult Transmit(absl::Span<const uint8_t> data,
                              absl::Span<const IpczDriverHandle> items) = 0;
  // `accuser`: to the node that says so; null: this one. `reason`: its words, or nothing.
  virtual void ReportBadActivity(uintptr_t context, uint32_t flags, const TransportItem* accuser,
                                 std::string_view reason) = 0;
  virtual IpczResult RingDoorbell(bool at_once) = 0;
  virtual IpczResult SetTimer(uint64_t delay_us, uintptr_t context) = 0;

  // Whether the other end is in this process, so that items can cross as they are.
  virtual bool is_local() const = 0;
  // That of the node: where the activity happens, or at least that of items which came this way.
  // Null: there is none, and it happens wherever someone transmits.
  virtual RunLoop* loop() const = 0;
  // An item that has just crossed a local transport goes on on that transport's loop.
  virtual void MoveTo(RunLoop* loop) = 0;

 protected:
  TransportItem() : DriverItem(kKind) {}
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_TRANSPORT_ITEM_H_
