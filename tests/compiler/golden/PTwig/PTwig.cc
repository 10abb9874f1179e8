// PTwig.cc: functions for both sides of protocol golden::PTwig.
// Generated from PTwig.ipdl by the ipdl compiler; do not edit.

#include "PTwig.h"

namespace golden {

namespace PTwig {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"__delete__", ::ipdl::kParentReceives | ::ipdl::kChildReceives | ::ipdl::kDelete, "why:s", ""},
    {"PTwigConstructor",
     ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply | ::ipdl::kConstructor,
     "depth:u32", "place:u32"},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PTwig",
    .id = kProtocolId,
    .fingerprint = 0xe9688f890fd8325f,
    .toplevel = false,
    .messages = kMessages,
    .message_count = 2,
};

}  // namespace PTwig

}  // namespace golden
