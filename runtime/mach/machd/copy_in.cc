#include "runtime/mach/machd/copy_in.h"

#include <cstring>
#include <utility>

#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/sealed_file.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {
namespace {

// What the descriptors say before any right is touched.
struct Layout {
  std::vector<uint32_t> offsets;
  bool unknown_type = false;  // at the end of `offsets`
};

template <typename T>
T Read(const std::string& bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

mach_msg_return_t ReadLayout(const std::string& bytes, Layout* layout) {
  if (bytes.size() < sizeof(mach_msg_base_t)) return MACH_SEND_MSG_TOO_SMALL;
  const auto count = Read<uint32_t>(bytes, sizeof(mach_msg_header_t));
  uint64_t ports = 0;
  size_t offset = sizeof(mach_msg_base_t);
  for (uint32_t i = 0; i < count; ++i) {
    if (bytes.size() - offset < sizeof(mach_msg_port_descriptor_t)) return MACH_SEND_MSG_TOO_SMALL;
    const auto type = Read<uint8_t>(bytes, offset + kDescriptorTypeOffset);
    const uint32_t size = DescriptorSize(type);
    layout->offsets.push_back(static_cast<uint32_t>(offset));
    if (size == 0) {
      layout->unknown_type = true;
      return MACH_MSG_SUCCESS;
    }
    if (bytes.size() - offset < size) return MACH_SEND_MSG_TOO_SMALL;
    if (type == MACH_MSG_PORT_DESCRIPTOR) ++ports;
    if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
      ports += Read<mach_msg_ool_ports_descriptor_t>(bytes, offset).count;
    }
    if (ports > kMostPortsPerMessage) return MACH_SEND_TOO_LARGE;
    offset += size;
  }
  return MACH_MSG_SUCCESS;
}

// The regions behind the message, one after the other.
class Regions {
 public:
  Regions(std::string payload, size_t at, uint32_t count, std::vector<File> files)
      : payload_(std::move(payload)), files_(std::move(files)), at_(at), left_(count) {}

  // The next one, which must have `bytes` bytes.
  bool Next(uint64_t bytes, Memory* memory) {
    if (left_ == 0 || payload_.size() - at_ < sizeof(mach::RegionHeader)) return false;
    --left_;
    const auto header = Read<mach::RegionHeader>(payload_, at_);
    at_ += sizeof(header);
    if (header.bytes != bytes) return false;
    memory->size = bytes;
    if (header.descriptor != 0) {
      if (next_file_ == files_.size()) return false;
      memory->file = std::move(files_[next_file_++]);
      memory->offset = header.offset;
      return SealedFileHolds(memory->file, header.offset, bytes);
    }
    if (payload_.size() - at_ < bytes) return false;
    memory->bytes = payload_.substr(at_, bytes);
    at_ += bytes;
    return true;
  }

 private:
  const std::string payload_;
  std::vector<File> files_;
  size_t at_;
  size_t next_file_ = 0;
  uint32_t left_;
};

bool IsVoucher(NameSpace& names, uint32_t name) {
  const NameSpace::Entry* entry = names.Find(name);
  if (entry == nullptr || !entry->send) return false;
  const KernelObject* object = entry->send.port()->object.get();
  return object != nullptr && object->kind == KernelObject::Kind::kVoucher;
}

bool IsSendType(uint32_t disposition) {
  return ArrivesAs(disposition) != 0 && disposition != MACH_MSG_TYPE_MOVE_RECEIVE;
}

// Takes the rights of the header, all or none.
mach_msg_return_t CopyInHeader(NameSpace& names, const mach_msg_header_t& header,
                               Message* message) {
  if ((header.msgh_bits & ~MACH_MSGH_BITS_USER) != 0) return MACH_SEND_INVALID_HEADER;
  const uint32_t to = MACH_MSGH_BITS_REMOTE(header.msgh_bits);
  const uint32_t reply = MACH_MSGH_BITS_LOCAL(header.msgh_bits);
  const uint32_t voucher = MACH_MSGH_BITS_VOUCHER(header.msgh_bits);
  const uint32_t to_name = header.msgh_remote_port;
  const uint32_t reply_name = header.msgh_local_port;
  const uint32_t voucher_name = header.msgh_voucher_port;
  if (!IsSendType(to)) return MACH_SEND_INVALID_HEADER;
  if (reply == 0 ? reply_name != MACH_PORT_NULL : !IsSendType(reply)) {
    return MACH_SEND_INVALID_HEADER;
  }
  if (voucher != 0 && voucher != MACH_MSG_TYPE_MOVE_SEND && voucher != MACH_MSG_TYPE_COPY_SEND) {
    return MACH_SEND_INVALID_HEADER;
  }

  NameSpace::Entry* destination = names.Find(to_name);
  if (destination == nullptr || destination->dead || names.CanCopyIn(to_name, to) != KERN_SUCCESS) {
    return MACH_SEND_INVALID_DEST;
  }
  const bool has_voucher = voucher != 0 && voucher_name != MACH_PORT_NULL;
  if (voucher == 0 && voucher_name != MACH_PORT_NULL) return MACH_SEND_INVALID_VOUCHER;
  if (has_voucher &&
      (voucher_name == to_name || voucher_name == reply_name || !IsVoucher(names, voucher_name))) {
    return MACH_SEND_INVALID_VOUCHER;
  }
  const bool has_reply = MACH_PORT_VALID(reply_name);
  if (has_reply && names.CanCopyIn(reply_name, reply) != KERN_SUCCESS) {
    return MACH_SEND_INVALID_REPLY;
  }
  // With one name for both, the first must leave something for the second.
  const bool one_name = has_reply && reply_name == to_name;
  if (one_name && to == MACH_MSG_TYPE_MOVE_SEND_ONCE) return MACH_SEND_INVALID_REPLY;
  if (one_name && to == MACH_MSG_TYPE_MOVE_SEND && reply == MACH_MSG_TYPE_MOVE_SEND &&
      destination->references < 2) {
    return MACH_SEND_INVALID_REPLY;
  }

  // Nothing can fail from here on. The right that moves is taken last.
  if (one_name && to == MACH_MSG_TYPE_MOVE_SEND) names.CopyIn(reply_name, reply, &message->reply);
  names.CopyIn(to_name, to, &message->destination);
  if (has_reply && !message->reply) names.CopyIn(reply_name, reply, &message->reply);
  if (reply_name == MACH_PORT_DEAD) message->reply = Right::Dead();
  if (has_voucher) names.CopyIn(voucher_name, voucher, &message->voucher);
  message->reply_disposition = ArrivesAs(reply);
  message->other_bits = MACH_MSGH_BITS_OTHER(header.msgh_bits);
  return MACH_MSG_SUCCESS;
}

mach_msg_return_t CopyInRight(Task& task, uint32_t name, uint32_t disposition,
                              Descriptor* descriptor) {
  if (ArrivesAs(disposition) == 0) return MACH_SEND_INVALID_TYPE;
  Right& right = descriptor->rights.emplace_back();
  if (name == MACH_PORT_NULL) return MACH_MSG_SUCCESS;
  if (name == MACH_PORT_DEAD) {
    right = Right::Dead();
    return MACH_MSG_SUCCESS;
  }
  if (task.names.CopyIn(name, disposition, &right) == KERN_SUCCESS) return MACH_MSG_SUCCESS;
  task.names.Misused(name, "it does not have the right that a descriptor is to carry");
  return MACH_SEND_INVALID_RIGHT;
}

mach_msg_return_t CopyInDescriptor(Task& task, const std::string& bytes, Regions* regions,
                                   Descriptor* descriptor) {
  const uint32_t offset = descriptor->offset;
  descriptor->type = Read<uint8_t>(bytes, offset + kDescriptorTypeOffset);
  if (descriptor->type == MACH_MSG_PORT_DESCRIPTOR) {
    const auto port = Read<mach_msg_port_descriptor_t>(bytes, offset);
    descriptor->disposition = ArrivesAs(port.disposition);
    return CopyInRight(task, port.name, port.disposition, descriptor);
  }
  if (descriptor->type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
    const auto ports = Read<mach_msg_ool_ports_descriptor_t>(bytes, offset);
    if (ports.copy > MACH_MSG_VIRTUAL_COPY) return MACH_SEND_INVALID_TYPE;
    descriptor->copy = static_cast<uint8_t>(ports.copy);
    descriptor->disposition = ArrivesAs(ports.disposition);
    if (descriptor->disposition == 0) return MACH_SEND_INVALID_TYPE;
    Memory names;
    if (!regions->Next(uint64_t{ports.count} * sizeof(uint32_t), &names) || names.file) {
      return MACH_SEND_INVALID_MEMORY;
    }
    for (uint32_t i = 0; i < ports.count; ++i) {
      const auto name = Read<uint32_t>(names.bytes, i * sizeof(uint32_t));
      const mach_msg_return_t result = CopyInRight(task, name, ports.disposition, descriptor);
      if (result != MACH_MSG_SUCCESS) return result;
    }
    return MACH_MSG_SUCCESS;
  }
  const auto memory = Read<mach_msg_ool_descriptor_t>(bytes, offset);
  if (memory.copy > MACH_MSG_VIRTUAL_COPY) return MACH_SEND_INVALID_TYPE;
  descriptor->copy = static_cast<uint8_t>(memory.copy);
  return regions->Next(memory.size, &descriptor->memory) ? MACH_MSG_SUCCESS
                                                         : MACH_SEND_INVALID_MEMORY;
}

}  // namespace

uint8_t ArrivesAs(uint32_t disposition) {
  switch (disposition) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
      return MACH_MSG_TYPE_PORT_RECEIVE;
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND:
      return MACH_MSG_TYPE_PORT_SEND;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      return MACH_MSG_TYPE_PORT_SEND_ONCE;
    default:
      return 0;
  }
}

CopiedIn CopyIn(Task& task, const mach::MessageRequest& request, std::string payload,
                std::vector<File> files) {
  CopiedIn in;
  const auto fail = [&in](mach_msg_return_t why) {
    in.result = why;
    in.message.reset();
    return std::move(in);
  };
  if (request.send_bytes < sizeof(mach_msg_header_t) || request.send_bytes % 4 != 0) {
    return fail(MACH_SEND_MSG_TOO_SMALL);
  }
  if (request.send_bytes > kMostMessageBytes) return fail(MACH_SEND_TOO_LARGE);
  if (payload.size() < request.send_bytes) return fail(MACH_SEND_INVALID_DATA);

  const uint64_t total_bytes = payload.size();
  const uint64_t total_files = files.size();
  in.message = std::make_unique<Message>();
  Message& message = *in.message;
  message.bytes = payload.substr(0, request.send_bytes);
  const auto header = Read<mach_msg_header_t>(message.bytes, 0);
  const bool complex = MACH_MSGH_BITS_IS_COMPLEX(header.msgh_bits);
  Layout layout;
  if (complex) {
    const mach_msg_return_t result = ReadLayout(message.bytes, &layout);
    if (result != MACH_MSG_SUCCESS) return fail(result);
  }
  mach_msg_return_t result = CopyInHeader(task.names, header, &message);
  if (result != MACH_MSG_SUCCESS) return fail(result);

  Regions regions(std::move(payload), request.send_bytes, request.regions, std::move(files));
  uint64_t file_bytes = 0;
  for (const uint32_t offset : layout.offsets) {
    if (layout.unknown_type && offset == layout.offsets.back()) return fail(MACH_SEND_INVALID_TYPE);
    Descriptor& descriptor = message.descriptors.emplace_back();
    descriptor.offset = offset;
    result = CopyInDescriptor(task, message.bytes, &regions, &descriptor);
    if (result != MACH_MSG_SUCCESS) return fail(result);
    if (descriptor.memory.file) file_bytes += descriptor.memory.size;
    ++in.taken_descriptors;
  }

  message.sender = task.security_token();
  message.audit = task.audit_token();
  if (message.voucher) {
    const KernelObject& voucher = *message.voucher.port()->object;
    message.carries_importance = (request.options & MACH_SEND_NOIMPORTANCE) == 0 &&
                                 voucher.attributes.contains(MACH_VOUCHER_ATTR_KEY_IMPORTANCE);
  }
  in.over_quota = !message.charge.Take(
      task.account, {.messages = 1, .bytes = total_bytes + file_bytes, .descriptors = total_files});
  return in;
}

}  // namespace ipdl::machd
