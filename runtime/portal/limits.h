// What a peer may make this process hold. A peer that goes beyond is disconnected.
//
// What it is: names, units, defaults and reasons. What it is not: what the application may do in
// its own process. Called by NodeLink and Node.

#ifndef IPDL_RUNTIME_PORTAL_LIMITS_H_
#define IPDL_RUNTIME_PORTAL_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace ipdl::portal {

struct Limits {
  // Portals that a connection begins with. Numbers of hops below kFirstFreeHop are theirs.
  static constexpr size_t kInitialPortals = 12;

  // Bytes of one parcel, or of one of the parcels inside it. A message's size has 32 bits.
  static constexpr size_t kParcelBytes = size_t{1} << 30;

  // Hops of routes on one connection, both sides' together.
  size_t routes_per_link = 16384;

  // Bytes of parcels that came over one connection and still exist, and kParcelCost for each.
  size_t held_bytes_per_link = SIZE_MAX;
  static constexpr size_t kParcelCost = 64;

  // Introductions by a broker for one node, per second.
  size_t introductions_per_second = 1024;

  // What one client says of others' parcels, per second; what is beyond is not listened to. Without
  // SetTimer: in all.
  static constexpr size_t kAccusationsPerSecond = 64;

  // Of one message, what is attached to a parcel and its subparcels together.
  size_t attachments_per_message = 65536;

  // How often proxies pass a parcel with attachments on. A portal inside it may be on its way to
  // itself, and each time it is passed on makes its route longer; beyond, that route ends.
  static constexpr uint32_t kForwardings = 4096;

  // A parcel and the parcels inside it. 1,023 may be inside.
  static constexpr size_t kSectionsPerParcel = 1024;

  // Hops that were accepted before they were offered here, on one connection.
  size_t parked_accepts_per_link = 4096;

  // How long something waits for what another connection brings: at least so long, at most twice.
  static constexpr uint64_t kWaitSeconds = 10;

  // How long a new connection waits for the other end's greeting: as long as a process may take to
  // start. Not a node that waits for its referrer to have a broker. Without SetTimer: for ever.
  static constexpr uint64_t kGreetingSeconds = 120;

  // Parcels on one node that wait for relayed objects.
  size_t awaited_relays = 65536;

  // Messages with relayed objects that came before their parcel, on one node, and those objects.
  size_t early_relays = 1024;
  size_t objects_per_relay = 1024;

  // Objects that a broker passes on for one connection and that were not taken yet. Beyond, they
  // are closed, and the parcel that waits for them ends the connection it came over.
  static constexpr size_t kRelayedObjectsPerLink = 4096;

  // Transports that a client referred and whose node has not said who it is.
  size_t referrals_per_link = 256;

  // Of one message in a ring; larger ones go by the transport.
  size_t ring_message_bytes = size_t{64} << 20;

  // Pieces of memory that are allocated for a node that has made this one its delegate.
  size_t memory_requests_per_link = 4096;

  // Bytes of a ring that are read before others have their turn: little enough that the parcels
  // are taken while they are in the processor's cache. A full ring at least, and at least so many
  // bytes, where the driver has no timers and the other end must ring for the rest.
  size_t ring_bytes_per_turn = size_t{64} << 10;
  size_t ring_bytes_per_bell = size_t{1} << 20;

  // Bytes of a ring that are read under the lock before the application sees them.
  size_t ring_bytes_per_lock = size_t{64} << 10;

  // What is written while a bell may wait for more.
  size_t ring_bytes_until_hurry = size_t{32} << 10;

  // Pairs of nodes, and nodes of other networks, that one node remembers what was said of.
  size_t introductions_asked = 65536;
};

inline constexpr Limits kLimits;

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_LIMITS_H_
