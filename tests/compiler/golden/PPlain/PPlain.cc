// PPlain.cc: functions for both sides of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#include "PPlain.h"

namespace golden {

namespace PPlain {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"Hello", ::ipdl::kParentReceives, "", ""},
    {"Values", ::ipdl::kParentReceives, "yes:b,n:i32,x:f64,text:s,wide:w,colour:.", ""},
    {"Wrapped", ::ipdl::kParentReceives, "names:*s,flags:*b,bytes:?*u8,pointer:^s", ""},
    {"Moved", ::ipdl::kParentReceives, "file:h,bytes:B,ticket:.,files:*h", ""},
    {"Counted", ::ipdl::kParentReceives, "picture:.,maybe:.", ""},
    {"Add", ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply, "a:i32,b:i32", "sum:i32"},
    {"Wait", ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply, "", ""},
    {"Ask", ::ipdl::kParentReceives | ::ipdl::kHasReply, "question:s", "answer:s,count:u32"},
    {"Confirm", ::ipdl::kParentReceives | ::ipdl::kHasReply, "file:h", ""},
    {"Tell", ::ipdl::kChildReceives, "text:s", ""},
    {"Ping", ::ipdl::kParentReceives | ::ipdl::kChildReceives, "n:u64", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PPlain",
    .id = kProtocolId,
    .fingerprint = 0x9807f00d7562a57c,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 11,
};

}  // namespace PPlain

}  // namespace golden
