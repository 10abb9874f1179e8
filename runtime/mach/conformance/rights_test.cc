// The algebra of rights and names: what makes, joins, counts, moves and ends them.

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

MACH_TEST(MachRights, ANewPortIsAReceiveRightWithoutSenders) {
  const mach_port_t port = NewPort();
  EXPECT_EQ(MACH_PORT_TYPE_RECEIVE, TypeOf(port));
  EXPECT_NE(0u, port & 0xff);
  const mach_port_status_t status = StatusOf(port);
  EXPECT_EQ(0, status.mps_srights);
  EXPECT_EQ(static_cast<mach_port_msgcount_t>(MACH_PORT_QLIMIT_DEFAULT), status.mps_qlimit);
  DropReceive(port);
  EXPECT_EQ(0u, TypeOf(port));
}

MACH_TEST(MachRights, SendAndReceiveShareANameAndSendRightsAreCounted) {
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(MACH_PORT_TYPE_SEND_RECEIVE, TypeOf(port));
  EXPECT_EQ(1u, SendRefs(port));
  EXPECT_EQ(KERN_SUCCESS, mach_port_insert_right(Self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
  EXPECT_EQ(2u, SendRefs(port));
  EXPECT_EQ(2u, StatusOf(port).mps_mscount);
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 3));
  EXPECT_EQ(5u, SendRefs(port));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, -5));
  EXPECT_EQ(MACH_PORT_TYPE_RECEIVE, TypeOf(port));
  EXPECT_EQ(0, StatusOf(port).mps_srights);
  DropReceive(port);
}

MACH_TEST(MachRights, ExtractedSendRightHasTheSameNameSendOnceRightsEachTheirOwn) {
  const mach_port_t port = NewPort();
  mach_port_t send = MACH_PORT_NULL;
  mach_msg_type_name_t type = 0;
  ASSERT_EQ(KERN_SUCCESS,
            mach_port_extract_right(Self(), port, MACH_MSG_TYPE_MAKE_SEND, &send, &type));
  EXPECT_EQ(port, send);
  EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_SEND), type);
  mach_port_t once[2] = {};
  for (mach_port_t& name : once) {
    ASSERT_EQ(KERN_SUCCESS,
              mach_port_extract_right(Self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &name, &type));
    EXPECT_EQ(static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_PORT_SEND_ONCE), type);
    EXPECT_EQ(MACH_PORT_TYPE_SEND_ONCE, TypeOf(name));
  }
  EXPECT_NE(once[0], once[1]);
  EXPECT_EQ(2u, StatusOf(port).mps_sorights);
  DropSend(once[0]);
  DropSend(once[1]);
  DropSend(send);
  DropReceive(port);
}

MACH_TEST(MachRights, ASendRightOfADeadPortBecomesADeadName) {
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 1));
  DropReceive(port);
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(port));
  EXPECT_EQ(2u, DeadRefs(port));
  EXPECT_EQ(MACH_SEND_INVALID_DEST, SendWord(port, 1));
  DropSend(port);
  DropSend(port);
  EXPECT_EQ(0u, TypeOf(port));
}

MACH_TEST(MachRights, ASendOnceRightOfADeadPortBecomesADeadName) {
  const mach_port_t port = NewPort();
  mach_port_t once = MACH_PORT_NULL;
  mach_msg_type_name_t type = 0;
  ASSERT_EQ(KERN_SUCCESS,
            mach_port_extract_right(Self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type));
  DropReceive(port);
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(once));
  EXPECT_EQ(1u, DeadRefs(once));
  DropSend(once);
}

MACH_TEST(MachRights, DeallocateIsNotForReceiveRightsOrSets) {
  AllowMisuse();
  const mach_port_t port = NewPort();
  const mach_port_t set = NewSet();
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_deallocate(Self(), port));
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_deallocate(Self(), set));
  DropReceive(port);
  EXPECT_EQ(KERN_INVALID_NAME, mach_port_deallocate(Self(), port));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
}

MACH_TEST(MachRights, ModRefsChecksRightNameAndCount) {
  AllowMisuse();
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(KERN_INVALID_VALUE, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, -2));
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND_ONCE, -1));
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_DEAD_NAME, -1));
  EXPECT_EQ(KERN_INVALID_VALUE, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_RECEIVE, 1));
  EXPECT_EQ(KERN_INVALID_VALUE, mach_port_mod_refs(Self(), port, 7, 1));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 0));
  EXPECT_EQ(1u, SendRefs(port));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachRights, ReferencesEndAtSixteenBits) {
  const mach_port_t port = NewPortWithSend();
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 0xfffd));
  EXPECT_EQ(0xfffeu, SendRefs(port));
  EXPECT_EQ(KERN_UREFS_OVERFLOW, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, 2));
  EXPECT_EQ(0xfffeu, SendRefs(port));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_SEND, -0xfffe));
  DropReceive(port);
}

MACH_TEST(MachRights, NamesListsEveryNameWithItsType) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t set = NewSet();
  mach_port_name_array_t names = nullptr;
  mach_port_type_array_t types = nullptr;
  mach_msg_type_number_t count = 0;
  mach_msg_type_number_t types_count = 0;
  ASSERT_EQ(KERN_SUCCESS, mach_port_names(Self(), &names, &count, &types, &types_count));
  ASSERT_EQ(count, types_count);
  int found = 0;
  for (mach_msg_type_number_t i = 0; i < count; ++i) {
    if (names[i] == port) found += types[i] == MACH_PORT_TYPE_SEND_RECEIVE ? 1 : 100;
    if (names[i] == set) found += types[i] == MACH_PORT_TYPE_PORT_SET ? 1 : 100;
  }
  EXPECT_EQ(2, found);
  vm_deallocate(Self(), reinterpret_cast<vm_address_t>(names), count * sizeof(*names));
  vm_deallocate(Self(), reinterpret_cast<vm_address_t>(types), count * sizeof(*types));
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachRights, ConstructSetsLimitSendRightAndGuard) {
  AllowMisuse();
  mach_port_options_t options = {};
  options.flags = MPO_CONTEXT_AS_GUARD | MPO_QLIMIT | MPO_INSERT_SEND_RIGHT | MPO_STRICT;
  options.mpl.mpl_qlimit = MACH_PORT_QLIMIT_LARGE;
  mach_port_t port = MACH_PORT_NULL;
  ASSERT_EQ(KERN_SUCCESS, mach_port_construct(Self(), &options, 0x1234, &port));
  EXPECT_EQ(MACH_PORT_TYPE_SEND_RECEIVE, TypeOf(port));
  EXPECT_EQ(static_cast<mach_port_msgcount_t>(MACH_PORT_QLIMIT_LARGE), StatusOf(port).mps_qlimit);
  EXPECT_EQ(KERN_INVALID_ARGUMENT, mach_port_destruct(Self(), port, -1, 0x9999));
  EXPECT_EQ(MACH_PORT_TYPE_SEND_RECEIVE, TypeOf(port));
  EXPECT_EQ(KERN_SUCCESS, mach_port_destruct(Self(), port, -1, 0x1234));
  EXPECT_EQ(0u, TypeOf(port));
}

MACH_TEST(MachRights, AGuardedReceiveRightEndsOnlyWithItsGuard) {
  AllowMisuse();
  const mach_port_t port = NewPort();
  ASSERT_EQ(KERN_SUCCESS, mach_port_guard(Self(), port, 77, TRUE));
  EXPECT_EQ(KERN_INVALID_RIGHT, mach_port_mod_refs(Self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
  EXPECT_EQ(KERN_INVALID_ARGUMENT, mach_port_unguard(Self(), port, 78));
  EXPECT_EQ(KERN_SUCCESS, mach_port_unguard(Self(), port, 77));
  DropReceive(port);
}

MACH_TEST(MachRights, AFreedNameDoesNotComeBackAtOnce) {
  const mach_port_t first = NewPort();
  DropReceive(first);
  const mach_port_t second = NewPort();
  EXPECT_NE(first, second);
  DropReceive(second);
}

MACH_TEST(MachRights, AChosenNameMustBeFree) {
  constexpr mach_port_t kChosen = 0x123407;
  ASSERT_EQ(KERN_SUCCESS, mach_port_allocate_name(Self(), MACH_PORT_RIGHT_RECEIVE, kChosen));
  EXPECT_EQ(KERN_NAME_EXISTS, mach_port_allocate_name(Self(), MACH_PORT_RIGHT_RECEIVE, kChosen));
  EXPECT_EQ(MACH_PORT_TYPE_RECEIVE, TypeOf(kChosen));
  // A port that has a name gets no second one.
  const mach_port_t other = NewPort();
  EXPECT_EQ(KERN_RIGHT_EXISTS,
            mach_port_insert_right(Self(), kChosen, other, MACH_MSG_TYPE_MAKE_SEND));
  EXPECT_EQ(KERN_RIGHT_EXISTS,
            mach_port_insert_right(Self(), 0x223407, other, MACH_MSG_TYPE_MAKE_SEND));
  DropReceive(other);
  DropReceive(kChosen);
}

}  // namespace
}  // namespace ipdl::mach_test
