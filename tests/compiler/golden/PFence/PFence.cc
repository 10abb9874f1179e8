// PFence.cc: functions for both sides of protocol golden::PFence.
// Generated from PFence.ipdl by the ipdl compiler; do not edit.

#include "PFence.h"

namespace golden {

namespace PFence {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"PStakeConstructor",
     ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply | ::ipdl::kConstructor,
     "name:s,data:*u8,before:A", "place:u32"},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PFence",
    .id = kProtocolId,
    .fingerprint = 0x801f7a0016d20ef8,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 1,
};

}  // namespace PFence

}  // namespace golden
