#include "runtime/mach/machd/notifications.h"

#include <cstddef>
#include <cstring>

#include "runtime/mach/machd/port.h"

namespace ipdl::machd {
namespace {

// Little-endian integers, ASCII, IEEE floats: what NDR_record says on every machine we know.
constexpr NDR_record_t kNdr = {0, 0, 0, 0, 1, 0, 0, 0};

template <typename Layout>
std::unique_ptr<Message> New(Right to, mach_msg_id_t id, Layout layout) {
  auto message = std::make_unique<Message>();
  layout.not_header.msgh_id = id;
  // The struct ends with a trailer, which is made anew for each receiver.
  constexpr size_t kBytes = offsetof(Layout, trailer);
  message->bytes.assign(reinterpret_cast<const char*>(&layout), kBytes);
  message->destination = std::move(to);
  return message;
}

std::unique_ptr<Message> AboutName(Right to, mach_msg_id_t id, uint32_t name) {
  mach_port_deleted_notification_t layout = {};
  layout.NDR = kNdr;
  layout.not_port = name;
  return New(std::move(to), id, layout);
}

}  // namespace

std::unique_ptr<Message> PortDeletedNotification(Right to, uint32_t name) {
  return AboutName(std::move(to), MACH_NOTIFY_PORT_DELETED, name);
}

std::unique_ptr<Message> SendPossibleNotification(Right to, uint32_t name) {
  return AboutName(std::move(to), MACH_NOTIFY_SEND_POSSIBLE, name);
}

std::unique_ptr<Message> DeadNameNotification(Right to, uint32_t name) {
  return AboutName(std::move(to), MACH_NOTIFY_DEAD_NAME, name);
}

std::unique_ptr<Message> NoSendersNotification(Right to, uint32_t make_send_count) {
  mach_no_senders_notification_t layout = {};
  layout.NDR = kNdr;
  layout.not_count = make_send_count;
  return New(std::move(to), MACH_NOTIFY_NO_SENDERS, layout);
}

std::unique_ptr<Message> PortDestroyedNotification(Right to, Right receive) {
  mach_port_destroyed_notification_t layout = {};
  layout.not_body.msgh_descriptor_count = 1;
  layout.not_port.disposition = MACH_MSG_TYPE_PORT_RECEIVE;
  auto message = New(std::move(to), MACH_NOTIFY_PORT_DESTROYED, layout);
  message->other_bits = MACH_MSGH_BITS_COMPLEX;
  Descriptor& descriptor = message->descriptors.emplace_back();
  descriptor.offset = offsetof(mach_port_destroyed_notification_t, not_port);
  descriptor.type = MACH_MSG_PORT_DESCRIPTOR;
  descriptor.disposition = MACH_MSG_TYPE_PORT_RECEIVE;
  descriptor.rights.push_back(std::move(receive));
  return message;
}

std::unique_ptr<Message> SendOnceNotification(Ref<Port> to) {
  return New(Right(Right::Kind::kSendOnce, std::move(to)), MACH_NOTIFY_SEND_ONCE,
             mach_send_once_notification_t{});
}

}  // namespace ipdl::machd
