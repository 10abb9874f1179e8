// A transport of the driver in use: what it receives goes to a listener.
//
// What it is: the driver's handle of one end, its activation, and its orderly end. What it is not:
// a connection between nodes; NodeLink is, and may outlive several. Called by NodeLink; calls the
// driver, so never under a domain's lock. A parcel keeps the transport that it came over, so that
// it can be rejected when the connection is over; the driver closes what a transport costs when it
// is deactivated.

#ifndef IPDL_RUNTIME_PORTAL_TRANSPORT_H_
#define IPDL_RUNTIME_PORTAL_TRANSPORT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "runtime/portal/driver_object.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/node_name.h"
#include "runtime/portal/object.h"

namespace ipdl::portal {

class Node;
class NodeLink;

class Transport : public Object {
 public:
  static constexpr ObjectKind kKind = ObjectKind::kListener;

  explicit Transport(DriverObject object);
  ~Transport() override;

  const IpczDriver* driver() const { return object_.driver(); }
  IpczDriverHandle handle() const { return object_.get(); }

  // Whether the driver says that the node at the other end need not be limited. From activation on.
  bool is_trusted() const { return trusted_; }

  // What is received goes to `link` from now on, perhaps before this returns.
  IpczResult Activate(Ref<NodeLink> link);
  // Any number of times; also from within what is received.
  void Deactivate();
  // The driver takes the handles.
  IpczResult Transmit(absl::Span<const uint8_t> data,
                      absl::Span<const IpczDriverHandle> handles) const;
  // Has the other end look at what is there without a datagram. `flags` as in IpczExtendedDriver.
  IpczResult RingDoorbell(uint32_t flags) const;
  // Whether the driver's table has them; a transport may still be without.
  bool has_timers() const;
  // False if this transport has no timers. See IpczExtendedDriver.
  bool SetTimer(uint64_t delay_us, uintptr_t context) const;
  // `forwarded`: whoever is at the other end only passed on what is reported.
  IpczResult ReportBadActivity(uintptr_t context, std::string_view reason, bool forwarded) const;
  // The same, as the node at the other end of `accuser` says. Nothing, if the driver is a plain
  // one.
  void ReportAccused(uintptr_t context, std::string_view reason, bool forwarded,
                     const Transport& accuser) const;

  // Which node is at the other end, before anything of its is received. Under the domain's lock.
  void SetPeer(const Ref<Node>& node, const NodeName& peer);
  // Tells the broker what is reported of the peer, also when the connection is over.
  void Accuse(uintptr_t context, std::string_view reason, bool forwarded) const;
  // Bytes of parcels that came this way and still exist.
  void Hold(size_t num_bytes) { held_bytes_.fetch_add(num_bytes, std::memory_order_relaxed); }
  void Release(size_t num_bytes) { held_bytes_.fetch_sub(num_bytes, std::memory_order_relaxed); }
  size_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

  // Makes the caller own the driver's handle again, after a failure.
  DriverObject TakeObject() { return std::move(object_); }

 private:
  static IpczResult IPCZ_API OnActivity(IpczHandle listener, const void* data, size_t num_bytes,
                                        const IpczDriverHandle* handles, size_t num_handles,
                                        IpczTransportActivityFlags flags, const void* options);

  DriverObject object_;
  Ref<NodeLink> link_;  // set before activation
  Ref<Node> node_;
  NodeName peer_;
  IpczHandle listener_ = IPCZ_INVALID_HANDLE;
  bool trusted_ = false;
  std::atomic<bool> active_{false};
  std::atomic<size_t> held_bytes_{0};
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_TRANSPORT_H_
