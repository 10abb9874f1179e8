// Sending and receiving: headers, dispositions, sizes, trailers, and who owns what after each
// error.

#include <unistd.h>

#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

MACH_TEST(MachMessages, AMessageArrivesWithTheRolesSwapped) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t reply = NewPort();
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 42);
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
  message.header.msgh_local_port = reply;
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(42u, got.word);
  EXPECT_EQ(1000, got.header.msgh_id);
  EXPECT_EQ(kWordBytes, got.header.msgh_size);
  EXPECT_EQ(port, got.header.msgh_local_port);
  EXPECT_EQ(MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND),
            MACH_MSGH_BITS_PORTS(got.header.msgh_bits));
  const mach_port_t once = got.header.msgh_remote_port;
  EXPECT_EQ(MACH_PORT_TYPE_SEND_ONCE, TypeOf(once));
  WordMessage answer = Word(once, MACH_MSG_TYPE_MOVE_SEND_ONCE, 43);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&answer));
  EXPECT_EQ(0u, TypeOf(once));
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(reply, &got));
  EXPECT_EQ(43u, got.word);
  EXPECT_EQ(static_cast<mach_msg_bits_t>(MACH_MSG_TYPE_PORT_SEND_ONCE),
            MACH_MSGH_BITS_LOCAL(got.header.msgh_bits));
  EXPECT_EQ(static_cast<mach_port_t>(MACH_PORT_NULL), got.header.msgh_remote_port);
  DropSend(port);
  DropReceive(port);
  DropReceive(reply);
}

MACH_TEST(MachMessages, TheAuditTrailerNamesTheSender) {
  const mach_port_t port = NewPortWithSend();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 1));
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  mach_msg_audit_trailer_t trailer;
  std::memcpy(&trailer, reinterpret_cast<char*>(&got) + round_msg(got.header.msgh_size),
              sizeof(trailer));
  EXPECT_EQ(sizeof(trailer), trailer.msgh_trailer_size);
  EXPECT_EQ(static_cast<unsigned>(getpid()), trailer.msgh_audit.val[5]);
  EXPECT_EQ(geteuid(), trailer.msgh_audit.val[1]);
  EXPECT_NE(0u, trailer.msgh_audit.val[7]);
  EXPECT_EQ(geteuid(), trailer.msgh_sender.val[0]);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, SequenceNumbersCountWhatIsReceived) {
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
    WordMessage got = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
    EXPECT_EQ(i, got.trailer.msgh_seqno);
  }
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, SizesBelowAHeaderOrUnevenAreTooSmall) {
  const mach_port_t port = NewPortWithSend();
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 0);
  const auto send = [&message](mach_msg_size_t size) {
    return mach_msg(&message.header, MACH_SEND_MSG, size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
  };
  EXPECT_EQ(MACH_SEND_MSG_TOO_SMALL, send(20));
  EXPECT_EQ(MACH_SEND_MSG_TOO_SMALL, send(26));
  EXPECT_EQ(MACH_MSG_SUCCESS, send(24));
  EXPECT_EQ(1u, SendRefs(port));
  WordMessage got = {};
  EXPECT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, HeaderErrorsTakeNothing) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t reply = NewPort();
  struct Row {
    mach_msg_return_t expected;
    mach_msg_bits_t bits;
    mach_port_t remote;
    mach_port_t local;
  };
  const mach_msg_bits_t plain = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
  const Row rows[] = {
      {MACH_SEND_INVALID_DEST, plain, MACH_PORT_NULL, 0},
      {MACH_SEND_INVALID_DEST, plain, MACH_PORT_DEAD, 0},
      {MACH_SEND_INVALID_DEST, plain, 0x777703, 0},
      {MACH_SEND_INVALID_DEST, plain, reply, 0},  // only a receive right
      {MACH_SEND_INVALID_HEADER, MACH_MSGH_BITS(0, 0), port, 0},
      {MACH_SEND_INVALID_HEADER, MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_RECEIVE, 0), port, 0},
      {MACH_SEND_INVALID_HEADER, plain | 0x01000000u, port, 0},
      {MACH_SEND_INVALID_HEADER, plain, port, reply},  // a reply port without a type
  };
  for (const Row& row : rows) {
    WordMessage message = Word(row.remote, 0, 0);
    message.header.msgh_bits = row.bits;
    message.header.msgh_local_port = row.local;
    EXPECT_EQ(row.expected, Send(&message)) << &row - rows;
  }
  EXPECT_EQ(MACH_PORT_TYPE_SEND_RECEIVE, TypeOf(port));
  EXPECT_EQ(1u, SendRefs(port));
  EXPECT_TRUE(IsEmpty(port));
  DropSend(port);
  DropReceive(port);
  DropReceive(reply);
}

MACH_TEST(MachMessages, AReplyRightThatIsNoneTakesNothing) {
  AllowMisuse();
  const mach_port_t port = NewPortWithSend();
  WordMessage message = Word(port, 0, 0);
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND);
  message.header.msgh_local_port = 0x777703;
  EXPECT_EQ(MACH_SEND_INVALID_REPLY, Send(&message));
  // The same name twice, and only one reference.
  message.header.msgh_local_port = port;
  EXPECT_EQ(MACH_SEND_INVALID_REPLY, Send(&message));
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, MoveSendTakesAReferenceCopySendDoesNot) {
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 1));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 1));
  EXPECT_EQ(2u, SendRefs(port));
  for (uint32_t left = 1; left <= 1; --left) {
    WordMessage message = Word(port, MACH_MSG_TYPE_MOVE_SEND, 2);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    EXPECT_EQ(left, SendRefs(port));
  }
  EXPECT_EQ(1u, ReceiveWord(port));
  EXPECT_EQ(2u, ReceiveWord(port));
  EXPECT_EQ(2u, ReceiveWord(port));
  DropReceive(port);
}

MACH_TEST(MachMessages, ASentRightThatIsHeldAlreadyComesBackUnderItsName) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t cargo = NewPortWithSend();
  PortMessage message = Carry(port, cargo, MACH_MSG_TYPE_COPY_SEND);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(cargo, got.port.name);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_SEND), got.port.disposition);
  EXPECT_EQ(2u, SendRefs(cargo));
  mach_msg_destroy(&got.header);
  EXPECT_EQ(1u, SendRefs(cargo));
  DropSend(cargo);
  DropReceive(cargo);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, ADeadNameInABodyArrivesAsMachPortDead) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t dead = NewPortWithSend();
  DropReceive(dead);
  PortMessage message = Carry(port, dead, MACH_MSG_TYPE_COPY_SEND);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(MACH_PORT_DEAD, got.port.name);
  EXPECT_EQ(1u, DeadRefs(dead));
  DropSend(dead);
  // And so does a right whose port dies on the way, with its disposition.
  const mach_port_t dying = NewPort();
  message = Carry(port, dying, MACH_MSG_TYPE_MAKE_SEND_ONCE);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  DropReceive(dying);
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(MACH_PORT_DEAD, got.port.name);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_SEND_ONCE), got.port.disposition);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, ABodyErrorHasTakenTheHeaderAndWhatCameBefore) {
  AllowMisuse();
  const mach_port_t port = NewPortWithSend();
  const mach_port_t reply = NewPort();
  PortMessage message = Carry(port, 0x777703, MACH_MSG_TYPE_COPY_SEND);
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE) |
                             MACH_MSGH_BITS_COMPLEX;
  message.header.msgh_local_port = reply;
  EXPECT_EQ(MACH_SEND_INVALID_RIGHT, Send(&message));
  EXPECT_EQ(0u, SendRefs(port));
  // The send-once right that was made for the reply died unused.
  Notification notification = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(reply, &notification));
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, notification.header.msgh_id);
  DropReceive(port);
  DropReceive(reply);
}

MACH_TEST(MachMessages, AnUnknownDescriptorIsAnInvalidType) {
  const mach_port_t port = NewPortWithSend();
  PortMessage message = Carry(port, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND);
  message.port.type = 77;
  EXPECT_EQ(MACH_SEND_INVALID_TYPE, Send(&message));
  message = Carry(port, MACH_PORT_NULL, 3);
  EXPECT_EQ(MACH_SEND_INVALID_TYPE, Send(&message));
  EXPECT_TRUE(IsEmpty(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, DescriptorsBeyondTheMessageAreTooSmall) {
  const mach_port_t port = NewPortWithSend();
  PortMessage message = Carry(port, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND);
  message.body.msgh_descriptor_count = 2;
  EXPECT_EQ(MACH_SEND_MSG_TOO_SMALL, Send(&message));
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, MovingTheReceiveRightTakesTheQueueAlongAndSendersGoOn) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t moved = NewPortWithSend();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(moved, 1));
  PortMessage message = Carry(port, moved, MACH_MSG_TYPE_MOVE_RECEIVE);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(MACH_PORT_TYPE_SEND, TypeOf(moved));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(moved, 2));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(moved, got.port.name);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_RECEIVE), got.port.disposition);
  EXPECT_EQ(1u, ReceiveWord(moved));
  EXPECT_EQ(2u, ReceiveWord(moved));
  DropSend(moved);
  DropReceive(moved);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, AReceiveRightSentIntoItselfDies) {
  const mach_port_t port = NewPortWithSend();
  PortMessage message = Carry(port, port, MACH_MSG_TYPE_MOVE_RECEIVE);
  EXPECT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(port));
  DropSend(port);
}

MACH_TEST(MachMessages, ACircleOfTwoReceiveRightsDies) {
  const mach_port_t first = NewPortWithSend();
  const mach_port_t second = NewPortWithSend();
  PortMessage message = Carry(second, first, MACH_MSG_TYPE_MOVE_RECEIVE);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  message = Carry(first, second, MACH_MSG_TYPE_MOVE_RECEIVE);
  EXPECT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(first));
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(second));
  DropSend(first);
  DropSend(second);
}

MACH_TEST(MachMessages, ALargeMessageStaysQueuedWithRcvLarge) {
  const mach_port_t port = NewPortWithSend();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 5));
  mach_msg_header_t header = {};
  const auto receive = [&](mach_msg_option_t options) {
    return mach_msg(&header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | options, 0, sizeof(header), port, 0,
                    MACH_PORT_NULL);
  };
  EXPECT_EQ(MACH_RCV_TOO_LARGE, receive(MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY));
  EXPECT_EQ(kWordBytes, header.msgh_size);
  EXPECT_EQ(port, header.msgh_local_port);
  EXPECT_EQ(1u, StatusOf(port).mps_msgcount);
  EXPECT_EQ(MACH_RCV_TOO_LARGE, receive(0));
  EXPECT_EQ(0u, StatusOf(port).mps_msgcount);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, RoomForTheTrailerCounts) {
  const mach_port_t port = NewPortWithSend();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 5));
  WordMessage got = {};
  const mach_msg_option_t options = MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_LARGE |
                                    MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
  const mach_msg_size_t needed = kWordBytes + sizeof(mach_msg_audit_trailer_t);
  EXPECT_EQ(MACH_RCV_TOO_LARGE,
            mach_msg(&got.header, options, 0, needed - 4, port, 0, MACH_PORT_NULL));
  EXPECT_EQ(MACH_MSG_SUCCESS, mach_msg(&got.header, options, 0, needed, port, 0, MACH_PORT_NULL));
  EXPECT_EQ(5u, got.word);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, ReceivingNeedsAReceiveRightOrASet) {
  const mach_port_t port = NewPortWithSend();
  DropReceive(port);
  WordMessage got = {};
  EXPECT_EQ(MACH_RCV_INVALID_NAME, Poll(port, &got));
  EXPECT_EQ(MACH_RCV_INVALID_NAME, Poll(MACH_PORT_NULL, &got));
  DropSend(port);
}

MACH_TEST(MachMessages, OneCallSendsAndReceives) {
  const mach_port_t port = NewPortWithSend();
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 9);
  ASSERT_EQ(MACH_MSG_SUCCESS, mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, kWordBytes,
                                       sizeof(message), port, 0, MACH_PORT_NULL));
  EXPECT_EQ(9u, message.word);
  EXPECT_EQ(port, message.header.msgh_local_port);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachMessages, AMegabyteArrivesInline) {
  const mach_port_t port = NewPortWithSend();
  constexpr mach_msg_size_t kBytes = 1 << 20;
  std::string out(sizeof(mach_msg_header_t) + kBytes, 'x');
  const WordMessage head = Word(port, MACH_MSG_TYPE_COPY_SEND, 0);
  std::memcpy(out.data(), &head.header, sizeof(head.header));
  out.back() = 'y';
  ASSERT_EQ(MACH_MSG_SUCCESS, mach_msg(reinterpret_cast<mach_msg_header_t*>(out.data()),
                                       MACH_SEND_MSG, static_cast<mach_msg_size_t>(out.size()), 0,
                                       MACH_PORT_NULL, 0, MACH_PORT_NULL));
  std::string in(out.size() + MAX_TRAILER_SIZE, '\0');
  ASSERT_EQ(MACH_MSG_SUCCESS,
            mach_msg(reinterpret_cast<mach_msg_header_t*>(in.data()), MACH_RCV_MSG, 0,
                     static_cast<mach_msg_size_t>(in.size()), port, 0, MACH_PORT_NULL));
  EXPECT_EQ(out.substr(sizeof(head.header)), in.substr(sizeof(head.header), kBytes));
  DropSend(port);
  DropReceive(port);
}

}  // namespace
}  // namespace ipdl::mach_test
