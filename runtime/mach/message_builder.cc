#include "runtime/mach/message_builder.h"

#include <cstring>
#include <utility>

namespace ipdl::mach {

MessageBuilder::MessageBuilder(mach_msg_id_t id) {
  mach_msg_base_t base = {};
  base.header.msgh_id = id;
  base.header.msgh_size = sizeof(base);
  // Complex from the start, if need be without a descriptor: the body then has one place.
  base.header.msgh_bits = MACH_MSGH_BITS_COMPLEX;
  message_.buffer_.assign(reinterpret_cast<const uint8_t*>(&base),
                          reinterpret_cast<const uint8_t*>(&base) + sizeof(base));
}

MessageBuilder& MessageBuilder::SetHeader(mach_port_t mach_msg_header_t::*field, mach_port_t name,
                                          mach_msg_bits_t bits) {
  message_.header()->*field = name;
  if (name != MACH_PORT_NULL) message_.header()->msgh_bits |= bits;
  return *this;
}

MessageBuilder& MessageBuilder::To(SendRight port) {
  return SetHeader(&mach_msg_header_t::msgh_remote_port, port.Release(), MACH_MSG_TYPE_MOVE_SEND);
}
MessageBuilder& MessageBuilder::To(SendOnceRight port) {
  return SetHeader(&mach_msg_header_t::msgh_remote_port, port.Release(),
                   MACH_MSG_TYPE_MOVE_SEND_ONCE);
}
MessageBuilder& MessageBuilder::ReplyTo(SendRight port) {
  return SetHeader(&mach_msg_header_t::msgh_local_port, port.Release(),
                   MACH_MSGH_BITS(0, MACH_MSG_TYPE_MOVE_SEND));
}
MessageBuilder& MessageBuilder::ReplyTo(SendOnceRight port) {
  return SetHeader(&mach_msg_header_t::msgh_local_port, port.Release(),
                   MACH_MSGH_BITS(0, MACH_MSG_TYPE_MOVE_SEND_ONCE));
}
MessageBuilder& MessageBuilder::Voucher(SendRight voucher) {
  return SetHeader(&mach_msg_header_t::msgh_voucher_port, voucher.Release(),
                   MACH_MSGH_BITS_SET_PORTS(0, 0, MACH_MSG_TYPE_MOVE_SEND));
}

void MessageBuilder::Append(const void* bytes, size_t size) {
  const auto* from = static_cast<const uint8_t*>(bytes);
  message_.buffer_.insert(message_.buffer_.end(), from, from + size);
  message_.header()->msgh_size = static_cast<mach_msg_size_t>(message_.buffer_.size());
}

MessageBuilder& MessageBuilder::AddDescriptor(const void* bytes, size_t size) {
  Append(bytes, size);
  mach_msg_base_t base;
  std::memcpy(&base, message_.buffer_.data(), sizeof(base));
  ++base.body.msgh_descriptor_count;
  std::memcpy(message_.buffer_.data(), &base, sizeof(base));
  return *this;
}

MessageBuilder& MessageBuilder::AddPort(mach_port_t name, mach_msg_type_name_t disposition) {
  mach_msg_port_descriptor_t port = {};
  port.name = name;
  port.disposition = disposition;
  port.type = MACH_MSG_PORT_DESCRIPTOR;
  return AddDescriptor(&port, sizeof(port));
}

MessageBuilder& MessageBuilder::Add(SendRight right) {
  return AddPort(right.Release(), MACH_MSG_TYPE_MOVE_SEND);
}
MessageBuilder& MessageBuilder::Add(SendOnceRight right) {
  return AddPort(right.Release(), MACH_MSG_TYPE_MOVE_SEND_ONCE);
}
MessageBuilder& MessageBuilder::Add(ReceiveRight right) {
  return AddPort(right.Release(), MACH_MSG_TYPE_MOVE_RECEIVE);
}

MessageBuilder& MessageBuilder::Add(OutOfLine memory) {
  mach_msg_ool_descriptor_t descriptor = {};
  descriptor.size = memory.size();
  descriptor.address = memory.Release();
  descriptor.deallocate = TRUE;
  descriptor.copy = MACH_MSG_VIRTUAL_COPY;
  descriptor.type = MACH_MSG_OOL_DESCRIPTOR;
  return AddDescriptor(&descriptor, sizeof(descriptor));
}

MessageBuilder& MessageBuilder::Body(absl::Span<const uint8_t> bytes) {
  Append(bytes.data(), bytes.size());
  const uint8_t zeros[3] = {};
  Append(zeros, (4 - bytes.size() % 4) % 4);
  return *this;
}

Message MessageBuilder::Build() { return std::move(message_); }

}  // namespace ipdl::mach
