// PPlain.cc: functions for both sides of protocol golden::PPlain.
// Generated from PPlain.ipdl by the ipdl compiler; do not edit.

#include "PPlain.h"

#include <utility>

#include "runtime/param_traits.h"

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
    .messages = kMessages,
};

absl::Status CreateEndpoints(::ipdl::Endpoint<PPlainParent>* parent,
                             ::ipdl::Endpoint<PPlainChild>* child) {
  return ::ipdl::CreateEndpointPair(parent, child);
}

}  // namespace PPlain

}  // namespace golden

namespace ipdl {

void ParamTraits<Endpoint<::golden::PPlainParent>>::Write(Writer& out,
                                                          Endpoint<::golden::PPlainParent>&& end) {
  Endpoint<::golden::PPlainParent>::Write(out, std::move(end),
                                          {&::golden::PPlain::kProtocol, Side::kParent, nullptr});
}

bool ParamTraits<Endpoint<::golden::PPlainParent>>::Read(Reader& in,
                                                         Endpoint<::golden::PPlainParent>* end) {
  return Endpoint<::golden::PPlainParent>::Read(
      in, end, {&::golden::PPlain::kProtocol, Side::kParent, nullptr});
}

void ParamTraits<Endpoint<::golden::PPlainChild>>::Write(Writer& out,
                                                         Endpoint<::golden::PPlainChild>&& end) {
  Endpoint<::golden::PPlainChild>::Write(out, std::move(end),
                                         {&::golden::PPlain::kProtocol, Side::kChild, nullptr});
}

bool ParamTraits<Endpoint<::golden::PPlainChild>>::Read(Reader& in,
                                                        Endpoint<::golden::PPlainChild>* end) {
  return Endpoint<::golden::PPlainChild>::Read(
      in, end, {&::golden::PPlain::kProtocol, Side::kChild, nullptr});
}

}  // namespace ipdl
