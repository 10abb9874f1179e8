#include "runtime/mach/client/message_body.h"

#include <cstring>
#include <utility>

#include "runtime/mach/client/memory.h"

namespace ipdl::mach {
namespace {

template <typename T>
T Load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

// An out-of-line descriptor's address, bytes and mark, whichever of the two kinds it is.
struct OutOfLine {
  void* address = nullptr;
  size_t bytes = 0;
  bool deallocate = false;
};

bool Read(uint32_t type, const void* descriptor, OutOfLine* out) {
  if (type == MACH_MSG_OOL_DESCRIPTOR || type == MACH_MSG_OOL_VOLATILE_DESCRIPTOR) {
    const auto memory = Load<mach_msg_ool_descriptor_t>(descriptor);
    *out = {memory.address, memory.size, memory.deallocate != 0};
    return true;
  }
  if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
    const auto ports = Load<mach_msg_ool_ports_descriptor_t>(descriptor);
    *out = {ports.address, size_t{ports.count} * sizeof(mach_port_t), ports.deallocate != 0};
    return true;
  }
  return false;
}

void Append(std::string* to, const RegionHeader& header) {
  to->append(reinterpret_cast<const char*>(&header), sizeof(header));
}

// The address of one region of an answer; null if there is no memory for it.
void* Place(const RegionHeader& header, Reply* reply, size_t* at, size_t* next_file) {
  const auto bytes = static_cast<size_t>(header.bytes);
  if (header.descriptor != 0) {
    if (*next_file == reply->descriptors.size()) return nullptr;
    return MapReceived(reply->descriptors[(*next_file)++].get(), header.offset, bytes);
  }
  if (reply->payload.size() - *at < bytes) return nullptr;
  void* address = AllocateRegion(bytes);
  if (address != nullptr) std::memcpy(address, reply->payload.data() + *at, bytes);
  *at += bytes;
  return address;
}

}  // namespace

void ForEachDescriptor(void* message, size_t size,
                       absl::FunctionRef<bool(uint32_t type, void* descriptor)> visit) {
  if (size < sizeof(mach_msg_base_t)) return;
  const auto base = Load<mach_msg_base_t>(message);
  if (!MACH_MSGH_BITS_IS_COMPLEX(base.header.msgh_bits)) return;
  auto* bytes = static_cast<uint8_t*>(message);
  size_t at = sizeof(base);
  for (uint32_t i = 0; i < base.body.msgh_descriptor_count; ++i) {
    if (size - at < sizeof(mach_msg_port_descriptor_t)) return;
    const uint32_t type = Load<mach_msg_type_descriptor_t>(bytes + at).type;
    size_t length = sizeof(mach_msg_ool_descriptor_t);
    if (type == MACH_MSG_PORT_DESCRIPTOR) {
      length = sizeof(mach_msg_port_descriptor_t);
    } else if (type > MACH_MSG_OOL_VOLATILE_DESCRIPTOR) {
      return;
    }
    if (size - at < length || !visit(type, bytes + at)) return;
    at += length;
  }
}

uint32_t AppendRegions(void* message, size_t size, Question* question,
                       std::vector<FileDescriptor>* keep) {
  uint32_t regions = 0;
  ForEachDescriptor(message, size, [&](uint32_t type, void* descriptor) {
    OutOfLine region;
    if (!Read(type, descriptor, &region)) return true;
    ++regions;
    RegionHeader header = {};
    header.bytes = region.bytes;
    const size_t at = question->payload.size();
    // One descriptor of the packet is left for a large payload.
    const bool as_file = type != MACH_MSG_OOL_PORTS_DESCRIPTOR &&
                         region.bytes >= kSmallestSharedRegion &&
                         keep->size() + 1 < kMostDescriptors;
    bool readable = true;
    if (as_file) {
      FileDescriptor file = SealedFileOfRegion(region.address, region.bytes);
      readable = file.valid();
      header.descriptor = 1;
      if (readable) {
        question->descriptors.push_back(file.get());
        keep->push_back(std::move(file));
      }
      Append(&question->payload, header);
    } else {
      Append(&question->payload, header);
      readable =
          region.bytes == 0 || (question->payload.size() + region.bytes <= kMostPayload &&
                                AppendMemory(region.address, region.bytes, &question->payload));
    }
    if (readable) return true;
    // No region has so many bytes: machd comes as far as here, as Darwin would.
    header.bytes = UINT64_MAX;
    header.descriptor = 0;
    question->payload.resize(at);
    Append(&question->payload, header);
    return false;
  });
  return regions;
}

void DeallocateSent(void* message, size_t size, uint32_t count) {
  ForEachDescriptor(message, size, [&count](uint32_t type, void* descriptor) {
    if (count-- == 0) return false;
    OutOfLine region;
    if (Read(type, descriptor, &region) && region.deallocate) {
      DeallocateRegion(region.address, region.bytes);
    }
    return true;
  });
}

bool PlaceRegions(void* message, size_t size, Reply* reply, size_t at, uint32_t regions) {
  bool placed = true;
  size_t next_file = 0;
  ForEachDescriptor(message, size, [&](uint32_t type, void* descriptor) {
    OutOfLine unused;
    if (!Read(type, descriptor, &unused)) return true;
    void* address = nullptr;
    if (regions > 0 && reply->payload.size() - at >= sizeof(RegionHeader)) {
      --regions;
      const auto header = Load<RegionHeader>(reply->payload.data() + at);
      at += sizeof(header);
      if (header.bytes > 0) {
        address = Place(header, reply, &at, &next_file);
        placed &= address != nullptr;
      }
    }
    // The address comes first in both kinds.
    std::memcpy(descriptor, &address, sizeof(address));
    return true;
  });
  return placed;
}

}  // namespace ipdl::mach
