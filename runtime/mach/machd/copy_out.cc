#include "runtime/mach/machd/copy_out.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {
namespace {

template <typename T>
void Write(std::string* bytes, size_t offset, const T& value) {
  std::memcpy(bytes->data() + offset, &value, sizeof(value));
}

void AppendRegion(MessageAnswer* answer, Memory* memory) {
  mach::RegionHeader header = {};
  header.bytes = memory->size;
  header.offset = memory->offset;
  header.descriptor = memory->file ? 1 : 0;
  answer->payload.append(reinterpret_cast<const char*>(&header), sizeof(header));
  answer->payload += memory->bytes;
  if (memory->file) answer->files.push_back(std::move(memory->file));
  ++answer->reply.regions;
}

bool InsertFailed(Task& task, Right right, uint32_t* name) {
  return task.names.Insert(std::move(right), name) != KERN_SUCCESS;
}

// Writes the descriptors into `answer`, and their regions behind it.
mach_msg_return_t CopyOutBody(Task& task, Message* message, MessageAnswer* answer) {
  bool failed = false;
  for (Descriptor& descriptor : message->descriptors) {
    const size_t at = descriptor.offset;
    // The payload is the message so far, and then regions: offsets in it stay what they are.
    if (descriptor.type == MACH_MSG_PORT_DESCRIPTOR) {
      mach_msg_port_descriptor_t port = {};
      port.type = descriptor.type;
      port.disposition = descriptor.disposition;
      uint32_t name;
      failed |= InsertFailed(task, std::move(descriptor.rights[0]), &name);
      port.name = name;
      Write(&answer->payload, at, port);
    } else if (descriptor.type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
      mach_msg_ool_ports_descriptor_t ports = {};
      ports.type = descriptor.type;
      ports.disposition = descriptor.disposition;
      ports.copy = descriptor.copy;
      ports.deallocate = descriptor.copy == MACH_MSG_VIRTUAL_COPY;
      ports.count = static_cast<mach_msg_size_t>(descriptor.rights.size());
      Write(&answer->payload, at, ports);
      Memory names;
      names.size = descriptor.rights.size() * sizeof(uint32_t);
      for (Right& right : descriptor.rights) {
        uint32_t name;
        failed |= InsertFailed(task, std::move(right), &name);
        names.bytes.append(reinterpret_cast<const char*>(&name), sizeof(name));
      }
      AppendRegion(answer, &names);
    } else {
      mach_msg_ool_descriptor_t memory = {};
      memory.type = descriptor.type;
      memory.copy = descriptor.copy;
      memory.deallocate = descriptor.copy == MACH_MSG_VIRTUAL_COPY;
      memory.size = static_cast<mach_msg_size_t>(descriptor.memory.size);
      Write(&answer->payload, at, memory);
      AppendRegion(answer, &descriptor.memory);
    }
  }
  return failed ? MACH_MSG_IPC_SPACE : MACH_MSG_SUCCESS;
}

void AppendTrailer(const Message& message, Port& port, mach_msg_option_t options,
                   std::string* bytes) {
  mach_msg_max_trailer_t trailer = {};
  trailer.msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
  trailer.msgh_trailer_size = TrailerSize(options);
  trailer.msgh_seqno = port.sequence_number++;
  trailer.msgh_sender = message.sender;
  trailer.msgh_audit = message.audit;
  trailer.msgh_context = port.context;
  bytes->append(reinterpret_cast<const char*>(&trailer), trailer.msgh_trailer_size);
}

// The right that a receiver gets for the voucher it was sent: with a boost of its own if there is
// importance in it and the port takes that.
Right VoucherFor(Task& task, const Port& port, Kernel& kernel, Message* message) {
  if (!message->voucher || !message->carries_importance || !port.importance_receiver) {
    return std::move(message->voucher);
  }
  auto object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kVoucher});
  object->attributes = message->voucher.port()->object->attributes;
  object->boost = Boost(task.importance);
  message->voucher.Reset();
  return kernel.NewObject(std::move(object));
}

mach_msg_bits_t DestinationType(const Right& destination) {
  return destination.kind() == Right::Kind::kSendOnce ? MACH_MSG_TYPE_PORT_SEND_ONCE
                                                      : MACH_MSG_TYPE_PORT_SEND;
}

}  // namespace

uint32_t TrailerSize(mach_msg_option_t options) {
  const auto bits = static_cast<uint32_t>(options);
  switch (GET_RCV_ELEMENTS(bits)) {
    case MACH_RCV_TRAILER_NULL:
      return sizeof(mach_msg_trailer_t);
    case MACH_RCV_TRAILER_SEQNO:
      return sizeof(mach_msg_seqno_trailer_t);
    case MACH_RCV_TRAILER_SENDER:
      return sizeof(mach_msg_security_trailer_t);
    case MACH_RCV_TRAILER_AUDIT:
      return sizeof(mach_msg_audit_trailer_t);
    case MACH_RCV_TRAILER_CTX:
      return sizeof(mach_msg_context_trailer_t);
    default:
      return sizeof(mach_msg_max_trailer_t);
  }
}

MessageAnswer CopyOut(Task& task, Port& port, mach_msg_option_t options,
                      std::unique_ptr<Message> message) {
  MessageAnswer answer;
  mach_msg_header_t header;
  std::memcpy(&header, message->bytes.data(), sizeof(header));
  uint32_t reply_name;
  uint32_t voucher_name = MACH_PORT_NULL;
  bool header_failed = InsertFailed(task, std::move(message->reply), &reply_name);
  if ((options & MACH_RCV_VOUCHER) != 0) {
    header_failed |=
        InsertFailed(task, VoucherFor(task, port, task.kernel, message.get()), &voucher_name);
  }
  const mach_msg_bits_t voucher_type = voucher_name != MACH_PORT_NULL ? MACH_MSG_TYPE_PORT_SEND : 0;
  header.msgh_bits =
      MACH_MSGH_BITS_SET(message->reply_disposition, DestinationType(message->destination),
                         voucher_type, message->other_bits);
  header.msgh_size = static_cast<mach_msg_size_t>(message->bytes.size());
  header.msgh_remote_port = reply_name;
  header.msgh_local_port = port.name;
  header.msgh_voucher_port = voucher_name;
  message->destination.Spend();

  answer.payload = std::move(message->bytes);
  Write(&answer.payload, 0, header);
  AppendTrailer(*message, port, options, &answer.payload);
  answer.reply.message_bytes = static_cast<uint32_t>(answer.payload.size());
  const mach_msg_return_t body = CopyOutBody(task, message.get(), &answer);
  if (header_failed) {
    answer.result = MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE;
  } else if (body != MACH_MSG_SUCCESS) {
    answer.result = MACH_RCV_BODY_ERROR | body;
  }
  return answer;
}

MessageAnswer HandBack(Task& task, std::unique_ptr<Message> message) {
  MessageAnswer answer;
  mach_msg_header_t header;
  std::memcpy(&header, message->bytes.data(), sizeof(header));
  const mach_msg_bits_t voucher_type = message->voucher ? MACH_MSG_TYPE_PORT_SEND : 0;
  header.msgh_bits =
      MACH_MSGH_BITS_SET(DestinationType(message->destination), message->reply_disposition,
                         voucher_type, message->other_bits);
  uint32_t names[3];
  bool failed = InsertFailed(task, std::move(message->destination), &names[0]);
  failed |= InsertFailed(task, std::move(message->reply), &names[1]);
  failed |= InsertFailed(task, std::move(message->voucher), &names[2]);
  header.msgh_remote_port = names[0];
  header.msgh_local_port = names[1];
  header.msgh_voucher_port = names[2];

  answer.payload = std::move(message->bytes);
  Write(&answer.payload, 0, header);
  answer.reply.message_bytes = static_cast<uint32_t>(answer.payload.size());
  answer.result = CopyOutBody(task, message.get(), &answer);
  if (failed) answer.result |= MACH_MSG_IPC_SPACE;
  return answer;
}

}  // namespace ipdl::machd
