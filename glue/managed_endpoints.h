// ManagedEndpoints: what one connection knows of actors that are opened and not bound yet.
//
// What it is: the two tables (opened here; opened by the peer) behind ManagedEndpoint, and the
// messages that connections exchange about them. What it is not: the values that authors hold, nor
// the actors. Owned and called by MessageChannel.
//
// An endpoint's life, as the wire shows it (docs/wire.md):
//   opener: Opened ... a message with the id ... Sent              binder: Bound, or Dropped
//   or      Opened ... Withdrawn, if it never gets into a message
// Opened comes first, so the peer knows all ids and takes each from one message only. Sent follows
// the message that carried it: an endpoint that is not taken by then was in a message that nobody
// read.
//
// The peer is hostile: each of its five messages fits the state of the id, or it is cut off.

#ifndef IPDL_GLUE_MANAGED_ENDPOINTS_H_
#define IPDL_GLUE_MANAGED_ENDPOINTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "glue/managed_endpoint.h"
#include "glue/wire.h"

namespace ipdl {

class Reader;
class Writer;

class ManagedEndpoints {
 public:
  explicit ManagedEndpoints(MessageChannel* channel) : channel_(channel) {}
  ManagedEndpoints(const ManagedEndpoints&) = delete;
  ManagedEndpoints& operator=(const ManagedEndpoints&) = delete;

  // Opened by the peer, neither bound nor dropped: they count as actors that the peer made.
  size_t offers() const { return offers_.size(); }

  // For OpenManagedEndpoint and BindManagedEndpoint.
  ManagedEndpointBase Open(Actor& manager, Actor& made);
  bool Bind(Actor& manager, ManagedEndpointBase& end, Actor& actor);

  // For the ParamTraits.
  void Write(Writer& out, ManagedEndpointBase&& end, const ProtocolInfo& protocol, Side side);
  bool Read(Reader& in, ManagedEndpointBase* end, const ProtocolInfo& protocol, Side side);

  // An endpoint that was opened here and did not get into a message; a received one that is not
  // bound.
  void DropOpened(int32_t id);
  void DropReceived(int32_t id);

  // The message being written to `writer` was sent, or was not and never will be.
  void Settle(const Writer& writer, bool sent) {
    if (!writing_.empty()) SettleWritten(writer, sent);
  }

  // The peer sent a message to an actor that waits to be bound: so it is, and Bound is on its way.
  // False: it cannot be.
  bool ConfirmByMessage(Actor& actor);

  // One of the peer's messages about endpoints. Empty, or why the peer must be cut off.
  std::string Receive(ControlMessage message, Reader& reader);

 private:
  struct Opened {
    bool sent = false;
  };
  struct Offer {
    uint32_t protocol;
    int32_t manager;
    bool taken = false;  // there is a ManagedEndpoint for it in this process
  };
  struct Written {
    const Writer* writer;
    int32_t id;
  };

  void SettleWritten(const Writer& writer, bool sent);
  void Withdraw(int32_t id);
  std::string ReceiveOpened(int32_t id, Reader& reader);
  std::string ReceiveSent(int32_t id);
  std::string ReceiveWithdrawn(int32_t id);
  std::string ReceiveBound(int32_t id);
  std::string ReceiveDropped(int32_t id);

  MessageChannel* const channel_;
  absl::flat_hash_map<int32_t, Opened> opened_;  // by us; the peer has not answered
  absl::flat_hash_map<int32_t, Offer> offers_;
  std::vector<Written> writing_;  // in messages that are open now
};

}  // namespace ipdl

#endif  // IPDL_GLUE_MANAGED_ENDPOINTS_H_
