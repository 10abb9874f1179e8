// Port sets: membership, and receiving from any member.

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

void DropSet(mach_port_t set) {
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
}

MACH_TEST(MachSets, AReceiveTakesFromAnyMemberAndTellsWhich) {
  const mach_port_t set = NewSet();
  const mach_port_t first = NewPortWithSend();
  const mach_port_t second = NewPortWithSend();
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), first, set));
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), second, set));
  EXPECT_TRUE(IsEmpty(set));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(second, 2));
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(set, &got));
  EXPECT_EQ(second, got.header.msgh_local_port);
  EXPECT_EQ(2u, got.word);
  // Directly from a member, too.
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(first, 1));
  EXPECT_EQ(1u, ReceiveWord(first));
  EXPECT_TRUE(IsEmpty(set));
  DropSet(set);
  for (const mach_port_t port : {first, second}) {
    DropSend(port);
    DropReceive(port);
  }
}

MACH_TEST(MachSets, ABusyMemberDoesNotStarveTheOther) {
  const mach_port_t set = NewSet();
  const mach_port_t busy = NewPortWithSend();
  const mach_port_t other = NewPortWithSend();
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), busy, set));
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), other, set));
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(busy, i));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(other, 100));
  bool found = false;
  for (int i = 0; i < 2; ++i) found |= ReceiveWord(set) == 100;
  EXPECT_TRUE(found);
  DropSet(set);
  for (const mach_port_t port : {busy, other}) {
    DropSend(port);
    DropReceive(port);
  }
}

MACH_TEST(MachSets, MembershipIsCheckedAndCanBeMany) {
  const mach_port_t set = NewSet();
  const mach_port_t other = NewSet();
  const mach_port_t port = NewPort();
  EXPECT_EQ(KERN_NOT_IN_SET, mach_port_extract_member(Self(), port, set));
  EXPECT_EQ(KERN_NOT_IN_SET, mach_port_move_member(Self(), port, MACH_PORT_NULL));
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), port, set));
  EXPECT_EQ(KERN_ALREADY_IN_SET, mach_port_insert_member(Self(), port, set));
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), port, other));
  mach_port_name_array_t members = nullptr;
  mach_msg_type_number_t count = 0;
  ASSERT_EQ(KERN_SUCCESS, mach_port_get_set_status(Self(), other, &members, &count));
  ASSERT_EQ(1u, count);
  EXPECT_EQ(port, members[0]);
  vm_deallocate(Self(), reinterpret_cast<vm_address_t>(members), count * sizeof(*members));
  ASSERT_EQ(KERN_SUCCESS, mach_port_move_member(Self(), port, set));
  EXPECT_EQ(KERN_NOT_IN_SET, mach_port_extract_member(Self(), port, other));
  EXPECT_EQ(KERN_SUCCESS, mach_port_extract_member(Self(), port, set));
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_insert_member(Self(), set, other));
  DropSet(set);
  DropSet(other);
  DropReceive(port);
}

MACH_TEST(MachSets, ASetCannotBeSentTo) {
  const mach_port_t set = NewSet();
  EXPECT_EQ(MACH_SEND_INVALID_DEST, SendWord(set, 1));
  DropSet(set);
}

MACH_TEST(MachSets, APortThatIsMovedAwayLeavesItsSets) {
  const mach_port_t set = NewSet();
  const mach_port_t port = NewPortWithSend();
  const mach_port_t member = NewPortWithSend();
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), member, set));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(member, 1));
  PortMessage message = Carry(port, member, MACH_MSG_TYPE_MOVE_RECEIVE);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_TRUE(IsEmpty(set));
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_TRUE(IsEmpty(set));
  EXPECT_EQ(1u, ReceiveWord(member));
  DropSet(set);
  for (const mach_port_t each : {port, member}) {
    DropSend(each);
    DropReceive(each);
  }
}

}  // namespace
}  // namespace ipdl::mach_test
