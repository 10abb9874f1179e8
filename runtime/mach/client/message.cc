// mach_msg on Linux: a message from the caller's buffer to machd, and one from there.
//
// See <mach/message.h> for what the calls promise. Everything that concerns rights happens in
// machd; here are only buffers and memory.

#include <mach/mach.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/mach/client/memory.h"
#include "runtime/mach/client/message_body.h"
#include "runtime/mach/client/session.h"

namespace ipdl::mach {
namespace {

// Everything about the send is over and done with, whatever became of the receive.
bool SendDone(mach_msg_return_t result) {
  return result == MACH_MSG_SUCCESS || (result & 0x4000) != 0;
}

void DestroyRight(mach_port_t port, mach_msg_type_name_t disposition) {
  if (!MACH_PORT_VALID(port)) return;
  const mach_port_t self = mach_task_self();
  mach_port_t made;
  mach_msg_type_name_t type;
  switch (disposition) {
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
      mach_port_deallocate(self, port);
      break;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
      mach_port_mod_refs(self, port, MACH_PORT_RIGHT_RECEIVE, -1);
      break;
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      // A right that was to be made for the message counts as made and gone.
      if (mach_port_extract_right(self, port, disposition, &made, &type) == KERN_SUCCESS) {
        mach_port_deallocate(self, made);
      }
      break;
    default:
      break;
  }
}

}  // namespace
}  // namespace ipdl::mach

using ipdl::mach::Question;
using ipdl::mach::Reply;

mach_msg_return_t mach_msg_overwrite(mach_msg_header_t* msg, mach_msg_option_t option,
                                     mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                     mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                     mach_port_name_t /*notify*/, mach_msg_header_t* rcv_msg,
                                     mach_msg_size_t rcv_limit) {
  const bool sends = (option & MACH_SEND_MSG) != 0;
  const bool receives = (option & MACH_RCV_MSG) != 0;
  if (!sends && !receives) return MACH_MSG_SUCCESS;
  if (sends && send_size > ipdl::mach::kMostPayload / 4) return MACH_SEND_TOO_LARGE;
  mach_msg_header_t* into = rcv_msg != nullptr ? rcv_msg : msg;
  const mach_msg_size_t room = rcv_msg != nullptr && rcv_limit != 0 ? rcv_limit : rcv_size;

  ipdl::mach::MessageRequest request = {};
  request.options = static_cast<uint32_t>(option);
  request.send_bytes = sends ? send_size : 0;
  request.receive_bytes = receives ? room : 0;
  request.receive_name = rcv_name;
  request.timeout_ms = timeout;
  Question question = ipdl::mach::About(ipdl::mach::Call::kMessage, MACH_PORT_NULL);
  question.payload.assign(sizeof(request), '\0');
  std::vector<ipdl::FileDescriptor> keep;
  if (sends) {
    question.payload.append(reinterpret_cast<const char*>(msg), send_size);
    request.regions = ipdl::mach::AppendRegions(msg, send_size, &question, &keep);
  }
  std::memcpy(question.payload.data(), &request, sizeof(request));

  Reply reply;
  const bool interruptible = (option & (MACH_SEND_INTERRUPT | MACH_RCV_INTERRUPT)) != 0;
  if (!ipdl::mach::Ask(question, &reply, interruptible)) {
    return sends ? MACH_SEND_INVALID_DEST : MACH_RCV_PORT_DIED;
  }
  ipdl::mach::MessageReply answer = {};
  if (reply.payload.size() < sizeof(answer)) return MACH_RCV_PORT_DIED;
  std::memcpy(&answer, reply.payload.data(), sizeof(answer));
  const mach_msg_return_t result = reply.head.result;

  const bool handed_back = answer.handed_back != 0;
  if (sends) {
    const bool all_taken = handed_back || ipdl::mach::SendDone(result);
    ipdl::mach::DeallocateSent(msg, send_size, all_taken ? UINT32_MAX : answer.taken_descriptors);
  }
  // What came back is placed in the answer's own copy, then goes to the caller in one piece.
  char* message = reply.payload.data() + sizeof(answer);
  const size_t bytes =
      std::min<size_t>({answer.message_bytes, reply.payload.size() - sizeof(answer),
                        handed_back ? send_size : room});
  if (bytes == 0) return result;
  const bool placed = ipdl::mach::PlaceRegions(
      message, bytes, &reply, sizeof(answer) + answer.message_bytes, answer.regions);
  std::memcpy(static_cast<void*>(handed_back ? msg : into), message, bytes);
  if (placed) return result;
  if (handed_back) return result | MACH_MSG_VM_SPACE;
  return (result == MACH_MSG_SUCCESS ? MACH_RCV_BODY_ERROR : result) | MACH_MSG_VM_SPACE;
}

mach_msg_return_t mach_msg(mach_msg_header_t* msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify) {
  return mach_msg_overwrite(msg, option, send_size, rcv_size, rcv_name, timeout, notify, nullptr,
                            0);
}

void mach_msg_destroy(mach_msg_header_t* msg) {
  using ipdl::mach::DestroyRight;
  DestroyRight(msg->msgh_remote_port, MACH_MSGH_BITS_REMOTE(msg->msgh_bits));
  DestroyRight(msg->msgh_voucher_port, MACH_MSGH_BITS_VOUCHER(msg->msgh_bits));
  ipdl::mach::ForEachDescriptor(msg, msg->msgh_size, [](uint32_t type, void* at) {
    if (type == MACH_MSG_PORT_DESCRIPTOR) {
      mach_msg_port_descriptor_t port;
      std::memcpy(&port, at, sizeof(port));
      DestroyRight(port.name, port.disposition);
    } else if (type == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
      mach_msg_ool_ports_descriptor_t ports;
      std::memcpy(&ports, at, sizeof(ports));
      const auto* names = static_cast<const mach_port_t*>(ports.address);
      for (mach_msg_size_t i = 0; names != nullptr && i < ports.count; ++i) {
        DestroyRight(names[i], ports.disposition);
      }
      if (ports.deallocate != 0) {
        ipdl::mach::DeallocateRegion(ports.address, ports.count * sizeof(mach_port_t));
      }
    } else {
      mach_msg_ool_descriptor_t memory;
      std::memcpy(&memory, at, sizeof(memory));
      if (memory.deallocate != 0) ipdl::mach::DeallocateRegion(memory.address, memory.size);
    }
    return true;
  });
}
