// A parcel on its way into a message.
//
// What it is: two steps. Serialize, without lock, asks the driver and the application's serializers
// to make bytes and handles of every box; Encode, under the lock, gives each portal its hop and
// writes the message. What it is not: a sender. Called by NodeLink.
//
// A driver's object that may not cross this transport is left for the broker to carry (`relayed`).
// What cannot be carried at all arrives as an empty subparcel, so that the parcel still does.

#ifndef IPDL_RUNTIME_PORTAL_PARCEL_WRITER_H_
#define IPDL_RUNTIME_PORTAL_PARCEL_WRITER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/portal/driver_object.h"
#include "runtime/portal/messages.h"
#include "runtime/portal/parcel.h"
#include "runtime/portal/router.h"
#include "runtime/portal/transport.h"
#include "runtime/portal/turn.h"

namespace ipdl::portal {

class Box;

class ParcelWriter {
 public:
  // `domain`: what the portals in it will be part of.
  ParcelWriter(const Transport& transport, Domain* domain, bool may_relay)
      : transport_(transport), domain_(domain), may_relay_(may_relay) {}

  // Null if the object cannot be made bytes of for this transport.
  static bool SerializeObject(DriverObject& object, const Transport& transport,
                              std::vector<uint8_t>* bytes, std::vector<IpczDriverHandle>* handles);

  void Serialize(ParcelPtr parcel);

  // Appends the body to `bytes` and the handles to `handles`.
  void Encode(Turn& turn, NodeLink* link, uint64_t hop, uint64_t relay_id,
              std::vector<uint8_t>* bytes, std::vector<IpczDriverHandle>* handles);

  // Instead of Encode, when the connection is over: closes everything. No lock is held.
  void Abandon(Cause cause);

  // In the order of their places in the parcel.
  std::vector<DriverObject>& relayed() { return relayed_; }

 private:
  struct Section {
    ParcelPtr parcel;  // attachments taken out
    std::vector<AttachmentRecord> records;
    std::vector<Ref<Router>> portals;  // those of the records that are portals
  };

  void AddSection(ParcelPtr parcel);
  // Nothing if it cannot be carried here.
  std::optional<AttachmentRecord> AddBox(Box& box, bool in_subparcel,
                                         std::vector<ParcelPtr>* subparcels);
  ParcelPtr SerializeApplicationObject(Box& box) const;

  const Transport& transport_;
  Domain* const domain_;
  const bool may_relay_;
  std::vector<Section> sections_;
  std::vector<uint8_t> object_bytes_;
  std::vector<IpczDriverHandle> object_handles_;
  std::vector<DriverObject> relayed_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_PARCEL_WRITER_H_
