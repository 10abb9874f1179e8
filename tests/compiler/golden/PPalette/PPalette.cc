// PPalette.cc: functions for both sides of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#include "PPalette.h"

namespace demo {

namespace PPalette {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"Use", ::ipdl::kParentReceives, "format:u8,data:*u8,name:s", ""},
    {"Ask", ::ipdl::kParentReceives | ::ipdl::kHasReply, "files:*{key:i32,value:h}", "formats:*u8"},
    {"Get", ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply, "",
     "text:s,all:*{key:u8,value:{format:u8,title:?s,colours:*{key:s,value:u32}}}"},
    {"Refused", ::ipdl::kChildReceives, "format:?u8", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "demo::PPalette",
    .id = kProtocolId,
    .fingerprint = 0x0e63a6b0d4ccbd2e,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 4,
};

}  // namespace PPalette

}  // namespace demo
