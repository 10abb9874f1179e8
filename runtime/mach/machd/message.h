// A message on its way: what its sender's buffer said, with rights in place of names.
//
// What it is not: copying in or out (copy_in.h, copy_out.h) or queueing (port.h). Whoever drops a
// message drops what is in it. Nothing of it is visible to any task any more: bytes are a private
// copy, memory is bytes or a sealed file.

#ifndef IPDL_RUNTIME_MACH_MACHD_MESSAGE_H_
#define IPDL_RUNTIME_MACH_MACHD_MESSAGE_H_

#include <mach/mach.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/importance.h"
#include "runtime/mach/machd/quota.h"
#include "runtime/mach/machd/right.h"

namespace ipdl::machd {

// An out-of-line region. Either `file` holds it at `offset`, sealed, or `bytes` does.
struct Memory {
  std::string bytes;
  File file;
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct Descriptor {
  uint32_t offset = 0;  // in Message::bytes
  uint8_t type = 0;     // MACH_MSG_..._DESCRIPTOR
  // Ports: what it arrives as (MACH_MSG_TYPE_PORT_...).
  uint8_t disposition = 0;
  uint8_t copy = 0;           // memory: MACH_MSG_..._COPY
  std::vector<Right> rights;  // one for a port, any number for ports out of line
  Memory memory;
};

struct Message {
  Right destination;
  Right reply;
  Right voucher;
  uint8_t reply_disposition = 0;  // what the reply right arrives as
  mach_msg_bits_t other_bits = 0;
  // Header, descriptors and data as sent; names and addresses in it are not read any more.
  std::string bytes;
  std::vector<Descriptor> descriptors;
  security_token_t sender = KERNEL_SECURITY_TOKEN_VALUE;
  audit_token_t audit = KERNEL_AUDIT_TOKEN_VALUE;
  bool carries_importance = false;
  Boost boost;  // of the receiver, while the message waits
  Charge charge;
};

// What each descriptor type takes up in a message, 0 for a type that is unknown here; guarded port
// descriptors are.
constexpr uint32_t DescriptorSize(uint8_t type) {
  switch (type) {
    case MACH_MSG_PORT_DESCRIPTOR:
      return sizeof(mach_msg_port_descriptor_t);
    case MACH_MSG_OOL_DESCRIPTOR:
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR:
      return sizeof(mach_msg_ool_descriptor_t);
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
      return sizeof(mach_msg_ool_ports_descriptor_t);
    default:
      return 0;
  }
}
// The type byte stands here in every descriptor.
inline constexpr uint32_t kDescriptorTypeOffset = 11;

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_MESSAGE_H_
