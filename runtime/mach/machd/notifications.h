// The messages that the kernel sends about ports, with the layouts of <mach/notify.h>.
//
// Each takes the send-once right to send to. Their tokens are the kernel's, which no task can have.
// Called by port.cc, name_space.cc and calls_notify.cc; sent when the kernel settles.

#ifndef IPDL_RUNTIME_MACH_MACHD_NOTIFICATIONS_H_
#define IPDL_RUNTIME_MACH_MACHD_NOTIFICATIONS_H_

#include <cstdint>
#include <memory>

#include "runtime/mach/machd/message.h"
#include "runtime/mach/machd/right.h"

namespace ipdl::machd {

std::unique_ptr<Message> PortDeletedNotification(Right to, uint32_t name);
std::unique_ptr<Message> SendPossibleNotification(Right to, uint32_t name);
// The receiver of this message gets a reference of the name with it.
std::unique_ptr<Message> DeadNameNotification(Right to, uint32_t name);
std::unique_ptr<Message> NoSendersNotification(Right to, uint32_t make_send_count);
std::unique_ptr<Message> PortDestroyedNotification(Right to, Right receive);
// To the port itself: a send-once right of it died unused.
std::unique_ptr<Message> SendOnceNotification(Ref<Port> to);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_NOTIFICATIONS_H_
