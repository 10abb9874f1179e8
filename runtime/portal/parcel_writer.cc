// See parcel_writer.h.

#include "runtime/portal/parcel_writer.h"

#include <cstring>
#include <utility>

#include "runtime/portal/box.h"
#include "runtime/portal/handle_table.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/reserved_handles.h"

namespace ipdl::portal {
namespace {

void Append(std::vector<uint8_t>* bytes, const void* data, size_t size) {
  const uint8_t* const begin = static_cast<const uint8_t*>(data);
  bytes->insert(bytes->end(), begin, begin + size);
}

template <typename T>
void Append(std::vector<uint8_t>* bytes, const T& value) {
  Append(bytes, &value, sizeof(value));
}

constexpr AttachmentRecord kSubparcelRecord = {AttachmentType::kSubparcel, 0, 0, 0, 0};

}  // namespace

bool ParcelWriter::SerializeObject(DriverObject& object, const Transport& transport,
                                   std::vector<uint8_t>* bytes,
                                   std::vector<IpczDriverHandle>* handles) {
  const auto serialize = object.driver()->Serialize;
  const IpczDriverHandle handle = object.get();
  const IpczDriverHandle over = transport.handle();
  if (serialize(handle, over, IPCZ_NO_FLAGS, nullptr, nullptr, nullptr, nullptr, nullptr) !=
      IPCZ_RESULT_RESOURCE_EXHAUSTED) {
    return false;
  }
  size_t num_bytes = 0;
  size_t num_handles = 0;
  if (serialize(handle, over, IPCZ_NO_FLAGS, nullptr, nullptr, &num_bytes, nullptr, &num_handles) !=
      IPCZ_RESULT_RESOURCE_EXHAUSTED) {
    return false;
  }
  const size_t bytes_before = bytes->size();
  const size_t handles_before = handles->size();
  bytes->resize(bytes_before + num_bytes);
  handles->resize(handles_before + num_handles);
  if (serialize(handle, over, IPCZ_NO_FLAGS, nullptr, bytes->data() + bytes_before, &num_bytes,
                handles->data() + handles_before, &num_handles) != IPCZ_RESULT_OK) {
    bytes->resize(bytes_before);
    handles->resize(handles_before);
    return false;
  }
  (void)object.release();
  return true;
}

// The bytes and handles that the application makes of its object. Null if it cannot.
ParcelPtr ParcelWriter::SerializeApplicationObject(Box& box) const {
  const ApplicationObject& object = box.application_object();
  if (object.serializer == nullptr ||
      object.serializer(object.object, IPCZ_NO_FLAGS, nullptr, nullptr, nullptr, nullptr,
                        nullptr) == IPCZ_RESULT_FAILED_PRECONDITION) {
    return nullptr;
  }
  size_t num_bytes = 0;
  size_t num_handles = 0;
  IpczResult result = object.serializer(object.object, IPCZ_NO_FLAGS, nullptr, nullptr, &num_bytes,
                                        nullptr, &num_handles);
  if (result == IPCZ_RESULT_OK) return Parcel::New(0);
  if (result != IPCZ_RESULT_RESOURCE_EXHAUSTED) return nullptr;
  ParcelPtr parcel = Parcel::New(num_bytes);
  if (parcel == nullptr) return nullptr;
  std::vector<IpczHandle> handles(num_handles, IPCZ_INVALID_HANDLE);
  result = object.serializer(object.object, IPCZ_NO_FLAGS, nullptr, parcel->data(), &num_bytes,
                             handles.data(), &num_handles);
  if (result != IPCZ_RESULT_OK || num_bytes > parcel->capacity() || num_handles > handles.size()) {
    return nullptr;
  }
  parcel->Shrink(num_bytes);
  handles.resize(num_handles);
  for (const IpczHandle handle : handles) {
    Ref<Object> attached = HandleTable::Get().Take(handle, ReservedHandles::kAttachable);
    if (attached) parcel->attachments.push_back(std::move(attached));
  }
  return parcel;
}

std::optional<AttachmentRecord> ParcelWriter::AddBox(Box& box, bool in_subparcel,
                                                     std::vector<ParcelPtr>* subparcels) {
  if (box.type() == IPCZ_BOX_TYPE_DRIVER_OBJECT) {
    DriverObject object = box.TakeDriverObject();
    const size_t bytes_before = object_bytes_.size();
    const size_t handles_before = object_handles_.size();
    if (object.is_valid() &&
        SerializeObject(object, transport_, &object_bytes_, &object_handles_)) {
      return AttachmentRecord{AttachmentType::kDriverObject, 0, 0,
                              static_cast<uint32_t>(object_handles_.size() - handles_before),
                              object_bytes_.size() - bytes_before};
    }
    if (object.is_valid() && may_relay_) {
      relayed_.push_back(std::move(object));
      return AttachmentRecord{AttachmentType::kRelayedObject, 0, 0, 0, 0};
    }
  }
  // There is one level of subparcels: what would make a second one is dropped.
  if (in_subparcel) return std::nullopt;
  ParcelPtr subparcel;
  if (box.type() == IPCZ_BOX_TYPE_APPLICATION_OBJECT) {
    subparcel = SerializeApplicationObject(box);
    box.EndApplicationObject();
  } else if (box.type() == IPCZ_BOX_TYPE_SUBPARCEL) {
    subparcel = box.subparcel()->TakeParcel();
  }
  if (subparcel == nullptr || subparcels->size() + 1 >= Limits::kSectionsPerParcel) {
    CloseParcel(std::move(subparcel), Cause::kApiCall);
    subparcel = Parcel::New(0);
  }
  subparcels->push_back(std::move(subparcel));
  return kSubparcelRecord;
}

void ParcelWriter::AddSection(ParcelPtr parcel) {
  const bool in_subparcel = !sections_.empty();
  std::vector<ParcelPtr> subparcels;
  Section section;
  for (Ref<Object>& object : std::exchange(parcel->attachments, {})) {
    if (object->kind() == ObjectKind::kPortal) {
      Ref<Router> portal(static_cast<Router*>(object.get()));
      Domain::Unite(domain_, portal->domain());
      section.portals.push_back(std::move(portal));
      section.records.push_back({AttachmentType::kPortal, 0, 0, 0, 0});
      continue;
    }
    const std::optional<AttachmentRecord> record =
        AddBox(static_cast<Box&>(*object), in_subparcel, &subparcels);
    if (record) section.records.push_back(*record);
  }
  section.parcel = std::move(parcel);
  sections_.push_back(std::move(section));
  for (ParcelPtr& subparcel : subparcels) AddSection(std::move(subparcel));
}

void ParcelWriter::Serialize(ParcelPtr parcel) { AddSection(std::move(parcel)); }

void ParcelWriter::Encode(Turn& turn, NodeLink* link, uint64_t hop, uint64_t relay_id,
                          std::vector<uint8_t>* bytes, std::vector<IpczDriverHandle>* handles) {
  Append(bytes, ParcelBody{hop, relay_id, static_cast<uint32_t>(sections_.size()),
                           sections_.front().parcel->forwardings});
  for (const Section& section : sections_) {
    Append(bytes,
           SectionHeader{section.parcel->size(), static_cast<uint32_t>(section.records.size()), 0});
  }
  for (Section& section : sections_) {
    auto portal = section.portals.begin();
    for (AttachmentRecord record : section.records) {
      if (record.type == AttachmentType::kPortal) {
        const Ref<RemoteLink> departed = Router::Depart(turn, std::move(*portal++), link);
        record.value = departed->id;
        record.flag = departed->told_proxies ? 1 : 0;
      }
      Append(bytes, record);
    }
  }
  for (const Section& section : sections_) {
    Append(bytes, section.parcel->data(), section.parcel->size());
  }
  Append(bytes, object_bytes_.data(), object_bytes_.size());
  handles->insert(handles->end(), object_handles_.begin(), object_handles_.end());
}

void ParcelWriter::Abandon(Cause cause) {
  for (Section& section : sections_) {
    for (Ref<Router>& portal : section.portals) {
      section.parcel->attachments.push_back(std::move(portal));
    }
    CloseParcel(std::move(section.parcel), cause);
  }
  for (const IpczDriverHandle handle : object_handles_) {
    transport_.driver()->Close(handle, IPCZ_NO_FLAGS, nullptr);
  }
}

}  // namespace ipdl::portal
