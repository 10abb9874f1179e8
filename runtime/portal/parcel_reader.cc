// See parcel_reader.h.
//
// All sizes are checked against what is left of the message before anything is allocated for them,
// so a message cannot make more memory than a small multiple of its own size.

#include "runtime/portal/parcel_reader.h"

#include <cstring>
#include <utility>

#include "runtime/portal/box.h"
#include "runtime/portal/limits.h"
#include "runtime/portal/router.h"
#include "runtime/portal/wire_cursor.h"

namespace ipdl::portal {
namespace {

struct Section {
  SectionHeader header;
  std::vector<AttachmentRecord> records;
  ParcelPtr parcel;
};

bool IsLegal(const AttachmentRecord& record, bool in_subparcel) {
  if (record.reserved != 0) return false;
  switch (record.type) {
    case AttachmentType::kPortal:
      return record.num_handles == 0 && record.flag <= 1;
    case AttachmentType::kDriverObject:
      return record.flag == 0 && (record.num_handles > 0 || record.value > 0);
    case AttachmentType::kRelayedObject:
      return record.flag == 0 && record.num_handles == 0 && record.value == 0;
    case AttachmentType::kSubparcel:
      return !in_subparcel && record.flag == 0 && record.num_handles == 0 && record.value == 0;
  }
  return false;
}

bool ReadSections(WireCursor& cursor, uint32_t count, std::vector<Section>* sections) {
  if (count == 0 || count > Limits::kSectionsPerParcel) return false;
  size_t attachments = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Section section;
    if (!cursor.Read(&section.header) || section.header.reserved != 0) return false;
    attachments += section.header.num_attachments;
    sections->push_back(std::move(section));
  }
  if (attachments > kLimits.attachments_per_message ||
      attachments > cursor.left() / sizeof(AttachmentRecord)) {
    return false;
  }
  size_t subparcels = 0;
  for (Section& section : *sections) {
    section.records.resize(section.header.num_attachments);
    for (AttachmentRecord& record : section.records) {
      if (!cursor.Read(&record) || !IsLegal(record, &section != &sections->front())) return false;
      if (record.type == AttachmentType::kSubparcel) ++subparcels;
    }
  }
  if (subparcels != sections->size() - 1) return false;
  for (Section& section : *sections) {
    absl::Span<const uint8_t> bytes;
    if (!cursor.ReadBytes(section.header.num_bytes, &bytes)) return false;
    section.parcel = Parcel::New(bytes.size());
    if (section.parcel == nullptr) return false;
    if (!bytes.empty()) std::memcpy(section.parcel->data(), bytes.data(), bytes.size());
  }
  return true;
}

}  // namespace

ParsedParcel ReadParcel(absl::Span<const uint8_t> body, IncomingHandles& handles,
                        const Ref<Transport>& transport) {
  WireCursor cursor(body);
  ParcelBody fixed;
  std::vector<Section> sections;
  if (!cursor.Read(&fixed) || fixed.forwardings > Limits::kForwardings ||
      !ReadSections(cursor, fixed.num_sections, &sections)) {
    return {};
  }

  // The places of attachments must not move any more once they are pointed at.
  for (Section& section : sections) {
    section.parcel->attachments.resize(section.records.size());
    section.parcel->SetSource(transport);
  }
  ParsedParcel parsed;
  parsed.hop = fixed.hop;
  auto awaited = std::make_unique<Parcel::Awaited>();
  awaited->relay_id = fixed.relay_id;
  for (Section& section : sections) {
    for (size_t i = 0; i < section.records.size(); ++i) {
      const AttachmentRecord& record = section.records[i];
      Ref<Object>* const place = &section.parcel->attachments[i];
      switch (record.type) {
        case AttachmentType::kPortal:
          parsed.portals.push_back({place, record.value, record.flag != 0});
          break;
        case AttachmentType::kRelayedObject:
          awaited->places.push_back(place);
          break;
        case AttachmentType::kDriverObject: {
          absl::Span<const uint8_t> bytes;
          if (!cursor.ReadBytes(record.value, &bytes)) return {};
          DriverObject object = handles.Deserialize(bytes, record.num_handles, transport->handle());
          if (!object.is_valid()) return {};
          *place = MakeRef<Box>(std::move(object));
          break;
        }
        case AttachmentType::kSubparcel:
          break;
      }
    }
  }
  if (cursor.left() != 0 || handles.size() != 0) return {};
  if ((fixed.relay_id != 0) != !awaited->places.empty()) return {};
  if (fixed.forwardings != 0 && sections.front().records.empty()) return {};
  // Last, because it moves the subparcels; their attachments stay where they are.
  size_t next_subparcel = 1;
  for (size_t i = 0; i < sections[0].records.size(); ++i) {
    if (sections[0].records[i].type != AttachmentType::kSubparcel) continue;
    sections[0].parcel->attachments[i] =
        MakeRef<Box>(MakeRef<HeldParcel>(std::move(sections[next_subparcel++].parcel)));
  }
  parsed.parcel = std::move(sections.front().parcel);
  parsed.parcel->forwardings = fixed.forwardings;
  if (fixed.relay_id != 0) parsed.parcel->awaited = std::move(awaited);
  return parsed;
}

}  // namespace ipdl::portal
