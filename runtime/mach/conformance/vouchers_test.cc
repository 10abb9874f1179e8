// Vouchers: made of recipes, carried by messages, kept by whoever asked for them.

#include <mach/mach_voucher.h>

#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

constexpr size_t kRecipeBytes = sizeof(mach_voucher_attr_recipe_data_t);

mach_voucher_t NewVoucher(mach_voucher_attr_key_t key, mach_voucher_attr_recipe_command_t command,
                          const std::string& content = "") {
  std::string recipe(kRecipeBytes, '\0');
  const uint32_t fields[4] = {key, command, MACH_VOUCHER_NULL,
                              static_cast<uint32_t>(content.size())};
  std::memcpy(recipe.data(), fields, sizeof(fields));
  recipe += content;
  mach_voucher_t voucher = MACH_VOUCHER_NULL;
  const mach_port_t host = mach_host_self();
  EXPECT_EQ(KERN_SUCCESS,
            host_create_mach_voucher(
                host, reinterpret_cast<mach_voucher_attr_raw_recipe_array_t>(recipe.data()),
                static_cast<mach_msg_type_number_t>(recipe.size()), &voucher));
  return voucher;
}

mach_voucher_t UserDataVoucher(const std::string& content) {
  return NewVoucher(MACH_VOUCHER_ATTR_KEY_USER_DATA, MACH_VOUCHER_ATTR_USER_DATA_STORE, content);
}

WordMessage WithVoucher(mach_port_t to, mach_voucher_t voucher, mach_msg_type_name_t how) {
  WordMessage message = Word(to, MACH_MSG_TYPE_COPY_SEND, 1);
  message.header.msgh_bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, how, 0);
  message.header.msgh_voucher_port = voucher;
  return message;
}

MACH_TEST(MachVouchers, AVoucherKeepsItsAttribute) {
  const mach_voucher_t voucher = UserDataVoucher("hello");
  uint8_t recipe[100] = {};
  mach_msg_type_number_t size = sizeof(recipe);
  ASSERT_EQ(KERN_SUCCESS, mach_voucher_extract_attr_recipe(voucher, MACH_VOUCHER_ATTR_KEY_USER_DATA,
                                                           recipe, &size));
  ASSERT_EQ(kRecipeBytes + 5, size);
  EXPECT_EQ(0, std::memcmp(recipe + kRecipeBytes, "hello", 5));
  DropSend(voucher);
}

MACH_TEST(MachVouchers, AVoucherArrivesOnlyIfItIsAskedFor) {
  const mach_port_t port = NewPortWithSend();
  const mach_voucher_t voucher = UserDataVoucher("v");
  for (const bool asks : {false, true}) {
    WordMessage message = WithVoucher(port, voucher, MACH_MSG_TYPE_COPY_SEND);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    WordMessage got = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got, asks ? MACH_RCV_VOUCHER : 0));
    const mach_msg_bits_t expected = asks ? MACH_MSG_TYPE_MOVE_SEND : 0;
    EXPECT_EQ(expected, MACH_MSGH_BITS_VOUCHER(got.header.msgh_bits));
    EXPECT_EQ(asks, got.header.msgh_voucher_port != MACH_PORT_NULL);
    mach_msg_destroy(&got.header);
  }
  EXPECT_EQ(1u, SendRefs(voucher));
  DropSend(voucher);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachVouchers, WhatIsNoVoucherIsRefusedAndNothingIsTaken) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t other = NewPortWithSend();
  WordMessage message = WithVoucher(port, other, MACH_MSG_TYPE_MOVE_SEND);
  EXPECT_EQ(MACH_SEND_INVALID_VOUCHER, Send(&message));
  EXPECT_EQ(1u, SendRefs(other));
  message = WithVoucher(port, other, MACH_MSG_TYPE_MAKE_SEND);
  EXPECT_EQ(MACH_SEND_INVALID_HEADER, Send(&message));
  for (const mach_port_t each : {port, other}) {
    DropSend(each);
    DropReceive(each);
  }
}

MACH_TEST(MachVouchers, ATimedOutMessageGivesItsVoucherBack) {
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  const mach_voucher_t voucher = UserDataVoucher("v");
  WordMessage message = WithVoucher(port, voucher, MACH_MSG_TYPE_COPY_SEND);
  ASSERT_EQ(MACH_SEND_TIMED_OUT, Send(&message));
  EXPECT_EQ(static_cast<mach_msg_bits_t>(MACH_MSG_TYPE_MOVE_SEND),
            MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits));
  EXPECT_EQ(2u, SendRefs(voucher));
  mach_msg_destroy(&message.header);
  EXPECT_EQ(1u, SendRefs(voucher));
  DropSend(voucher);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachVouchers, AThreadAdoptsAVoucherAndGivesItBack) {
  const mach_port_t port = NewPortWithSend();
  const mach_voucher_t voucher = UserDataVoucher("v");
  WordMessage message = WithVoucher(port, voucher, MACH_MSG_TYPE_MOVE_SEND);
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got, MACH_RCV_VOUCHER));
  const voucher_mach_msg_state_t state = voucher_mach_msg_adopt(&got.header);
  // What the thread sends now carries it.
  WordMessage next = Word(port, MACH_MSG_TYPE_COPY_SEND, 2);
  EXPECT_TRUE(voucher_mach_msg_set(&next.header));
  EXPECT_FALSE(voucher_mach_msg_set(&next.header));
  ASSERT_EQ(MACH_MSG_SUCCESS, Send(&next));
  voucher_mach_msg_revert(state);
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got, MACH_RCV_VOUCHER));
  EXPECT_NE(static_cast<mach_port_t>(MACH_PORT_NULL), got.header.msgh_voucher_port);
  mach_msg_destroy(&got.header);
  next = Word(port, MACH_MSG_TYPE_COPY_SEND, 3);
  EXPECT_FALSE(voucher_mach_msg_set(&next.header));
  DropSend(port);
  DropReceive(port);
}

}  // namespace
}  // namespace ipdl::mach_test
