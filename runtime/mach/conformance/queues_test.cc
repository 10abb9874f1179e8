// Queues: limits, waiting with and without a time, and messages that are handed back.

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

// Fills the queue of `port`, which must be empty, up to its limit.
void Fill(mach_port_t port) {
  const mach_port_msgcount_t limit = StatusOf(port).mps_qlimit;
  for (uint32_t i = 0; i < limit; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
}

void Drain(mach_port_t port) {
  while (!IsEmpty(port)) {
  }
}

MACH_TEST(MachQueues, TheDefaultLimitIsFive) {
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  EXPECT_EQ(MACH_SEND_TIMED_OUT, SendWord(port, 5));
  EXPECT_EQ(5u, StatusOf(port).mps_msgcount);
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(i, ReceiveWord(port));
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, TheLimitIsAtMost1024) {
  const mach_port_t port = NewPortWithSend();
  mach_port_limits_t limits = {1025};
  const auto set = [&] {
    return mach_port_set_attributes(Self(), port, MACH_PORT_LIMITS_INFO,
                                    reinterpret_cast<mach_port_info_t>(&limits),
                                    MACH_PORT_LIMITS_INFO_COUNT);
  };
  EXPECT_EQ(KERN_INVALID_VALUE, set());
  limits.mpl_qlimit = 1024;
  EXPECT_EQ(KERN_SUCCESS, set());
  for (uint32_t i = 0; i < 1024; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  EXPECT_EQ(MACH_SEND_TIMED_OUT, SendWord(port, 1024));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, ASendOnceRightPassesTheLimit) {
  const mach_port_t port = NewPortWithSend();
  Fill(port);
  WordMessage message = Word(port, MACH_MSG_TYPE_MAKE_SEND_ONCE, 77);
  EXPECT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(6u, StatusOf(port).mps_msgcount);
  Drain(port);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, ATimedOutMessageComesBackReadyToBeSentAgain) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t reply = NewPort();
  const mach_port_t cargo = NewPort();
  Fill(port);
  PortMessage message = Carry(port, cargo, MACH_MSG_TYPE_MAKE_SEND);
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE) |
                             MACH_MSGH_BITS_COMPLEX;
  message.header.msgh_local_port = reply;
  ASSERT_EQ(MACH_SEND_TIMED_OUT, Send(&message));
  // COPY_SEND became MOVE_SEND, with a reference of its own; the other rights were made.
  EXPECT_EQ(MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND_ONCE) |
                MACH_MSGH_BITS_COMPLEX,
            message.header.msgh_bits);
  EXPECT_EQ(port, message.header.msgh_remote_port);
  EXPECT_EQ(2u, SendRefs(port));
  EXPECT_EQ(MACH_PORT_TYPE_SEND_ONCE, TypeOf(message.header.msgh_local_port));
  EXPECT_EQ(cargo, message.port.name);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_MOVE_SEND), message.port.disposition);
  EXPECT_EQ(1u, SendRefs(cargo));
  // As it is, it times out again without gathering references, and at last it is sent.
  ASSERT_EQ(MACH_SEND_TIMED_OUT, Send(&message));
  EXPECT_EQ(2u, SendRefs(port));
  EXPECT_EQ(1u, SendRefs(cargo));
  Drain(port);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(1u, SendRefs(port));
  EXPECT_EQ(0u, SendRefs(cargo));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(cargo, got.port.name);
  mach_msg_destroy(&got.header);
  Notification unused = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(reply, &unused));
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, unused.header.msgh_id);
  DropSend(port);
  DropReceive(port);
  DropReceive(reply);
  DropReceive(cargo);
}

MACH_TEST(MachQueues, AHandedBackMessageCanBeDestroyed) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t cargo = NewPortWithSend();
  Fill(port);
  PortMessage message = Carry(port, cargo, MACH_MSG_TYPE_MOVE_RECEIVE);
  ASSERT_EQ(MACH_SEND_TIMED_OUT, Send(&message));
  EXPECT_EQ(MACH_PORT_TYPE_SEND_RECEIVE, TypeOf(cargo));
  mach_msg_destroy(&message.header);
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(cargo));
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(cargo);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, ASendWithATimeWaitsThatLong) {
  const mach_port_t port = NewPortWithSend();
  Fill(port);
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 9);
  EXPECT_EQ(MACH_SEND_TIMED_OUT, mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                                          kWordBytes, 0, MACH_PORT_NULL, 5, MACH_PORT_NULL));
  mach_msg_destroy(&message.header);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, AReceiveWithATimeWaitsThatLong) {
  const mach_port_t port = NewPort();
  WordMessage got = {};
  EXPECT_EQ(MACH_RCV_TIMED_OUT, mach_msg(&got.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                         sizeof(got), port, 5, MACH_PORT_NULL));
  DropReceive(port);
}

MACH_TEST(MachQueues, TheTimeCountsOnlyWithItsOption) {
  const mach_port_t port = NewPortWithSend();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 3));
  WordMessage got = {};
  EXPECT_EQ(MACH_MSG_SUCCESS, mach_msg(&got.header, MACH_RCV_MSG, 0, sizeof(got), port,
                                       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, RaisingTheLimitMakesRoom) {
  const mach_port_t port = NewPortWithSend();
  Fill(port);
  EXPECT_EQ(MACH_SEND_TIMED_OUT, SendWord(port, 5));
  SetQueueLimit(port, 6);
  EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(port, 5));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachQueues, MessagesOfADyingPortAreDestroyedWithTheirRights) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t cargo = NewPort();
  PortMessage message = Carry(port, cargo, MACH_MSG_TYPE_MAKE_SEND_ONCE);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  DropReceive(port);
  Notification unused = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(cargo, &unused));
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, unused.header.msgh_id);
  DropSend(port);
  DropReceive(cargo);
}

}  // namespace
}  // namespace ipdl::mach_test
