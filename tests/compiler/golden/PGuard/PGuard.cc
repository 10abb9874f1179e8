// PGuard.cc: functions for both sides of protocol golden::PGuard.
// Generated from PGuard.ipdl by the ipdl compiler; do not edit.

#include "PGuard.h"

namespace golden {

namespace PGuard {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"Enter", ::ipdl::kParentReceives | ::ipdl::kHasReply,
     "door:u32,name:s,token:s,gate:A,files:*h,picture:.", "granted:b"},
    {"PGateConstructor", ::ipdl::kParentReceives | ::ipdl::kConstructor,
     "name:s,width:u32,picture:.", ""},
    {"Whisper", ::ipdl::kParentReceives | ::ipdl::kChildReceives, "text:s", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PGuard",
    .id = kProtocolId,
    .fingerprint = 0xfa140470f990f7b5,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 3,
};

}  // namespace PGuard

}  // namespace golden
