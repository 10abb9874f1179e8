// Putting a Mach message together out of things that are owned.
//
// Everything is moved in, so that the finished message owns all of it and its buffer holds nothing
// but rights to be moved (message.h says why). Parts that were moved in and never sent are released
// with the builder or the message.

#ifndef IPDL_RUNTIME_MACH_MESSAGE_BUILDER_H_
#define IPDL_RUNTIME_MACH_MESSAGE_BUILDER_H_

#include <mach/mach.h>

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "runtime/mach/message.h"
#include "runtime/mach/out_of_line.h"
#include "runtime/mach/rights.h"

namespace ipdl::mach {

class MessageBuilder {
 public:
  explicit MessageBuilder(mach_msg_id_t id);

  // Where it goes: one of the two, once.
  MessageBuilder& To(SendRight port);
  MessageBuilder& To(SendOnceRight port);
  // Where the answer goes; at most once.
  MessageBuilder& ReplyTo(SendRight port);
  MessageBuilder& ReplyTo(SendOnceRight port);
  MessageBuilder& Voucher(SendRight voucher);

  // A descriptor each, in this order. An empty right arrives as an empty one.
  MessageBuilder& Add(SendRight right);
  MessageBuilder& Add(SendOnceRight right);
  MessageBuilder& Add(ReceiveRight right);
  MessageBuilder& Add(OutOfLine memory);

  // Inline data, padded with zeros to a multiple of 4. At most once.
  MessageBuilder& Body(absl::Span<const uint8_t> bytes);

  // Leaves the builder empty.
  Message Build();

 private:
  MessageBuilder& SetHeader(mach_port_t mach_msg_header_t::*field, mach_port_t name,
                            mach_msg_bits_t bits);
  MessageBuilder& AddDescriptor(const void* bytes, size_t size);
  MessageBuilder& AddPort(mach_port_t name, mach_msg_type_name_t disposition);
  void Append(const void* bytes, size_t size);

  // As it will be sent: from the first part on it is a message and releases what is in it.
  Message message_;
};

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_MESSAGE_BUILDER_H_
