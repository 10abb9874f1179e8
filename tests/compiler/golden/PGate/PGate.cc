// PGate.cc: functions for both sides of protocol golden::PGate.
// Generated from PGate.ipdl by the ipdl compiler; do not edit.

#include "PGate.h"

namespace golden {

namespace PGate {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"__delete__", ::ipdl::kChildReceives | ::ipdl::kDelete, "", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PGate",
    .id = kProtocolId,
    .fingerprint = 0xc11fd46312992a48,
    .toplevel = false,
    .messages = kMessages,
    .message_count = 1,
};

}  // namespace PGate

}  // namespace golden
