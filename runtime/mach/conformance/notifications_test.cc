// Notifications: what each needs, when it comes, what it brings, and that nobody can forge one.

#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

audit_token_t AuditOf(const mach_msg_header_t& header) {
  mach_msg_audit_trailer_t trailer;
  std::memcpy(&trailer, reinterpret_cast<const char*>(&header) + round_msg(header.msgh_size),
              sizeof(trailer));
  return trailer.msgh_audit;
}

bool IsFromKernel(const mach_msg_header_t& header) {
  const audit_token_t kernel = KERNEL_AUDIT_TOKEN_VALUE;
  const audit_token_t sender = AuditOf(header);
  return std::memcmp(&kernel, &sender, sizeof(kernel)) == 0;
}

Notification Next(mach_port_t from) {
  Notification notification = {};
  EXPECT_EQ(MACH_MSG_SUCCESS, Receive(from, &notification));
  EXPECT_TRUE(IsFromKernel(notification.header));
  return notification;
}

void Drain(mach_port_t port) {
  while (!IsEmpty(port)) {
  }
}

MACH_TEST(MachNotifications, DeadNameBringsAReferenceOfTheName) {
  const mach_port_t notify = NewPort();
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(static_cast<mach_port_t>(MACH_PORT_NULL),
            Request(port, MACH_NOTIFY_DEAD_NAME, 0, notify));
  EXPECT_NE(0u, TypeOf(port) & MACH_PORT_TYPE_DNREQUEST);
  DropReceive(port);
  const Notification got = Next(notify);
  EXPECT_EQ(MACH_NOTIFY_DEAD_NAME, got.header.msgh_id);
  EXPECT_EQ(36u, got.header.msgh_size);
  EXPECT_EQ(port, got.value);
  EXPECT_EQ(2u, DeadRefs(port));
  DropSend(port);
  DropSend(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, ADeadNameCannotBeWatchedLater) {
  const mach_port_t notify = NewPort();
  const mach_port_t port = NewPortWithSend();
  DropReceive(port);
  mach_port_t previous = MACH_PORT_NULL;
  EXPECT_EQ(KERN_INVALID_ARGUMENT,
            mach_port_request_notification(Self(), port, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                           MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
  EXPECT_TRUE(IsEmpty(notify));
  // Asking for it at once is different.
  Request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify);
  EXPECT_EQ(MACH_NOTIFY_DEAD_NAME, Next(notify).header.msgh_id);
  EXPECT_EQ(2u, DeadRefs(port));
  DropSend(port);
  DropSend(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, DroppingTheNameFirstSaysPortDeleted) {
  const mach_port_t notify = NewPort();
  const mach_port_t port = NewPort();
  mach_port_t once = MACH_PORT_NULL;
  mach_msg_type_name_t type = 0;
  ASSERT_EQ(KERN_SUCCESS,
            mach_port_extract_right(Self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type));
  Request(once, MACH_NOTIFY_DEAD_NAME, 0, notify);
  DropSend(once);
  const Notification got = Next(notify);
  EXPECT_EQ(MACH_NOTIFY_PORT_DELETED, got.header.msgh_id);
  EXPECT_EQ(once, got.value);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, ARequestReplacesTheOneBefore) {
  const mach_port_t notify = NewPort();
  const mach_port_t port = NewPortWithSend();
  Request(port, MACH_NOTIFY_DEAD_NAME, 0, notify);
  const mach_port_t previous = Request(port, MACH_NOTIFY_DEAD_NAME, 0, MACH_PORT_NULL);
  EXPECT_EQ(MACH_PORT_TYPE_SEND_ONCE, TypeOf(previous));
  DropSend(previous);
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, Next(notify).header.msgh_id);
  DropReceive(port);
  EXPECT_TRUE(IsEmpty(notify));
  DropSend(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, NoSendersWaitsForTheLastSendRight) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  Request(port, MACH_NOTIFY_NO_SENDERS, 1, notify);
  EXPECT_TRUE(StatusOf(port).mps_nsrequest);
  // A right in a message counts.
  PortMessage message = Carry(port, port, MACH_MSG_TYPE_MOVE_SEND);
  message.header.msgh_bits =
      MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0) | MACH_MSGH_BITS_COMPLEX;
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_TRUE(IsEmpty(notify));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_TRUE(IsEmpty(notify));
  mach_msg_destroy(&got.header);
  const Notification last = Next(notify);
  EXPECT_EQ(MACH_NOTIFY_NO_SENDERS, last.header.msgh_id);
  EXPECT_EQ(1u, last.value);
  EXPECT_FALSE(StatusOf(port).mps_nsrequest);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, NoSendersComesAtOnceIfTheSyncIsReached) {
  const mach_port_t port = NewPort();
  const mach_port_t notify = NewPort();
  Request(port, MACH_NOTIFY_NO_SENDERS, 0, notify);
  EXPECT_EQ(0u, Next(notify).value);
  Request(port, MACH_NOTIFY_NO_SENDERS, 1, notify);
  EXPECT_TRUE(IsEmpty(notify));
  EXPECT_EQ(KERN_SUCCESS, mach_port_insert_right(Self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
  DropSend(port);
  EXPECT_EQ(1u, Next(notify).value);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, ARequestThatNeverFiredIsAnnounced) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  Request(port, MACH_NOTIFY_NO_SENDERS, 1, notify);
  DropReceive(port);
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, Next(notify).header.msgh_id);
  DropSend(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, SendPossibleFiresAtOnceWhenThereIsRoom) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  Request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify);
  const Notification got = Next(notify);
  EXPECT_EQ(MACH_NOTIFY_SEND_POSSIBLE, got.header.msgh_id);
  EXPECT_EQ(port, got.value);
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, SendPossibleWaitsForRoomAndFiresOnce) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  Request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify);
  EXPECT_NE(0u, TypeOf(port) & MACH_PORT_TYPE_SPREQUEST);
  EXPECT_TRUE(IsEmpty(notify));
  ReceiveWord(port);
  EXPECT_EQ(MACH_NOTIFY_SEND_POSSIBLE, Next(notify).header.msgh_id);
  ReceiveWord(port);
  EXPECT_TRUE(IsEmpty(notify));
  Drain(port);
  DropSend(port);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, SendPossibleWithoutSyncIsArmedByASendThatFoundNoRoom) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  Request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, notify);
  EXPECT_NE(0u, TypeOf(port) & MACH_PORT_TYPE_SPREQUEST_DELAYED);
  ReceiveWord(port);
  EXPECT_TRUE(IsEmpty(notify));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 5));
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 6);
  ASSERT_EQ(MACH_SEND_TIMED_OUT, Send(&message, MACH_SEND_NOTIFY));
  mach_msg_destroy(&message.header);
  ReceiveWord(port);
  EXPECT_EQ(MACH_NOTIFY_SEND_POSSIBLE, Next(notify).header.msgh_id);
  Drain(port);
  DropSend(port);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, SendPossibleTakesTheSlotOfDeadNameAndPortDeathFiresIt) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  Request(port, MACH_NOTIFY_DEAD_NAME, 0, notify);
  const mach_port_t previous = Request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify);
  EXPECT_EQ(MACH_PORT_TYPE_SEND_ONCE, TypeOf(previous));
  DropSend(previous);
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, Next(notify).header.msgh_id);
  DropReceive(port);
  EXPECT_EQ(MACH_NOTIFY_DEAD_NAME, Next(notify).header.msgh_id);
  DropSend(port);
  DropSend(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, PortDestroyedGivesTheReceiveRightBack) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t notify = NewPort();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 11));
  Request(port, MACH_NOTIFY_PORT_DESTROYED, 0, notify);
  EXPECT_TRUE(StatusOf(port).mps_pdrequest);
  DropReceive(port);
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(notify, &got));
  EXPECT_EQ(MACH_NOTIFY_PORT_DESTROYED, got.header.msgh_id);
  EXPECT_EQ(40u, got.header.msgh_size);
  EXPECT_EQ(port, got.port.name);
  EXPECT_EQ(11u, ReceiveWord(port));
  DropSend(port);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachNotifications, AForgedOneHasItsSendersToken) {
  const mach_port_t port = NewPortWithSend();
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 0);
  message.header.msgh_id = MACH_NOTIFY_DEAD_NAME;
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(MACH_NOTIFY_DEAD_NAME, got.header.msgh_id);
  EXPECT_FALSE(IsFromKernel(got.header));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachNotifications, RequestsAreChecked) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t set = NewSet();
  mach_port_t previous = MACH_PORT_NULL;
  const auto request = [&](mach_port_t name, mach_msg_id_t id, mach_port_t notify,
                           mach_msg_type_name_t how) {
    return mach_port_request_notification(Self(), name, id, 0, notify, how, &previous);
  };
  EXPECT_EQ(KERN_INVALID_VALUE, request(port, 99, port, MACH_MSG_TYPE_MAKE_SEND_ONCE));
  EXPECT_EQ(KERN_INVALID_NAME,
            request(0x777703, MACH_NOTIFY_DEAD_NAME, port, MACH_MSG_TYPE_MAKE_SEND_ONCE));
  EXPECT_EQ(KERN_INVALID_RIGHT,
            request(set, MACH_NOTIFY_NO_SENDERS, port, MACH_MSG_TYPE_MAKE_SEND_ONCE));
  EXPECT_EQ(KERN_INVALID_CAPABILITY,
            request(port, MACH_NOTIFY_DEAD_NAME, set, MACH_MSG_TYPE_MAKE_SEND_ONCE));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
  DropSend(port);
  DropReceive(port);
}

}  // namespace
}  // namespace ipdl::mach_test
