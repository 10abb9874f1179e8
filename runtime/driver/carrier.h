// How the channels of a network are made: the seam between transports and the kinds of channels.
//
// What it is: two functions for each kind of channel, and a byte that names the kind on the wire.
// What it is not: a channel. Implemented here for sockets; a channel of Mach ports or of named
// pipes adds a carrier of its own, and nothing else changes. Called by channel_transport.cc.

#ifndef IPDL_RUNTIME_DRIVER_CARRIER_H_
#define IPDL_RUNTIME_DRIVER_CARRIER_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "runtime/channel/channel.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/peer.h"
#include "runtime/run_loop.h"

namespace ipdl {

class Carrier {
 public:
  // One end of a channel that does not exist yet: the handles it is made of.
  using End = absl::InlinedVector<OwnedHandle, 1>;

  Carrier() = default;
  virtual ~Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  // On the wire. Never renumber.
  virtual uint8_t id() const = 0;
  virtual size_t handles_per_end() const = 0;

  // Two connected ends. Errors: no descriptors or memory.
  virtual absl::StatusOr<std::pair<End, End>> NewEnds() const = 0;

  // The channel that `end`, of any origin, makes; on the loop's thread. Errors: it makes none.
  virtual absl::StatusOr<std::unique_ptr<Channel>> Open(End end, RunLoop* loop,
                                                        const Limits& limits,
                                                        PeerLabel peer) const = 0;
};

const Carrier& SocketCarrier();

// Null: there is none with that number here.
const Carrier* FindCarrier(uint8_t id);

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_CARRIER_H_
