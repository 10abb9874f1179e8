// PStake.cc: functions for both sides of protocol golden::PStake.
// Generated from PStake.ipdl by the ipdl compiler; do not edit.

#include "PStake.h"

namespace golden {

namespace PStake {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"__delete__", ::ipdl::kParentReceives | ::ipdl::kDelete, "", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PStake",
    .id = kProtocolId,
    .fingerprint = 0xd26faf5cb0598d96,
    .toplevel = false,
    .messages = kMessages,
    .message_count = 1,
};

}  // namespace PStake

}  // namespace golden
