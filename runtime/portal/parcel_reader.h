// A parcel on its way out of a message.
//
// What it is: one function that checks all of a parcel's body and makes the parcel, with the
// objects of the driver, but without its portals: they need the lock. What it is not: a judge of
// hops (NodeLink is). Called by NodeLink, without lock; every byte is the peer's.

#ifndef IPDL_RUNTIME_PORTAL_PARCEL_READER_H_
#define IPDL_RUNTIME_PORTAL_PARCEL_READER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "runtime/portal/incoming_handles.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/transport.h"

namespace ipdl::portal {

struct ParsedParcel {
  struct Portal {
    Ref<Object>* place;  // in the attachments of the parcel or of one of its subparcels
    uint64_t hop;
    bool forwards;  // its other end
  };

  uint64_t hop = 0;
  ParcelPtr parcel;
  std::vector<Portal> portals;
};

// Nothing but an empty `parcel` if the body is not legal.
ParsedParcel ReadParcel(absl::Span<const uint8_t> body, IncomingHandles& handles,
                        const Ref<Transport>& transport);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_PARCEL_READER_H_
