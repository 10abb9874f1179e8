// What one end of a connection has of shared memory, and how far it is with it.
//
// What it is: state, and nothing that calls anybody: the rings in use, the memory that was offered
// and not taken into use yet, and a message of which a part was written or read. What it is not: a
// sender or a receiver; node_link_ring.cc is. Used by NodeLink under the domain's lock.
//
// How a ring comes into use, whoever allocated its memory:
//
//   writer                                reader
//   ------ ShareMemory (or a broker's introduction brings it) ------>  maps it
//   <----- RingReady ------------------------------------------------
//   ------ SwitchRing, the last message where it wrote until now --->  reads there from now on
//
// Until then, and where memory is refused, everything goes by the transport.

#ifndef IPDL_RUNTIME_PORTAL_LINK_RINGS_H_
#define IPDL_RUNTIME_PORTAL_LINK_RINGS_H_

#include <cstdint>
#include <vector>

#include "runtime/portal/link_memory.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/ref.h"
#include "runtime/portal/ring.h"

namespace ipdl::portal {

struct LinkRings {
  struct Out {
    Ref<LinkMemory> memory;  // null: none
    RingWriter writer;
  };
  struct In {
    Ref<LinkMemory> memory;
    RingReader reader;
  };

  // A message of which not everything is in the ring yet; nothing else may be written before.
  struct Unfinished {
    std::vector<uint8_t> head;
    ParcelPtr payload;  // behind the head; may be null
    size_t done = 0;

    size_t size() const { return head.size() + (payload == nullptr ? 0 : payload->size()); }
    bool is_active() const { return !head.empty(); }
  };

  // A message of which some frames were read.
  struct Arriving {
    size_t left = 0;  // bytes that are still to come; 0: no such message
    uint64_t hop = 0;
    ParcelPtr parcel;  // of a parcel without attachments; else null, and in `bytes`
    size_t filled = 0;
    std::vector<uint8_t> bytes;
  };

  Out out;
  Out offered_out;  // the other end has not said that it reads it
  In in;
  In offered_in;  // the other end has not said that it writes there
  Unfinished unfinished;
  Arriving arriving;
  bool resizing = false;   // other memory for `out` is being allocated or offered
  bool may_resize = true;  // nobody has refused it
  uint64_t written = 0;    // bytes since the last look at how much the ring is used
  size_t until_hurry = 0;  // bytes until the bell that was rung last shall wait no more; 0: any
  bool switching = false;  // SwitchRing is in the queue
  bool waits = false;      // asked for a bell when there is room
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_LINK_RINGS_H_
