// PPalette.cc: functions for both sides of protocol demo::PPalette.
// Generated from PPalette.ipdl by the ipdl compiler; do not edit.

#include "PPalette.h"

#include <utility>

#include "runtime/param_traits.h"

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
    .messages = kMessages,
};

absl::Status CreateEndpoints(::ipdl::Endpoint<PPaletteParent>* parent,
                             ::ipdl::Endpoint<PPaletteChild>* child) {
  return ::ipdl::CreateEndpointPair(parent, child);
}

}  // namespace PPalette

}  // namespace demo

namespace ipdl {

void ParamTraits<Endpoint<::demo::PPaletteParent>>::Write(Writer& out,
                                                          Endpoint<::demo::PPaletteParent>&& end) {
  Endpoint<::demo::PPaletteParent>::Write(out, std::move(end),
                                          {&::demo::PPalette::kProtocol, Side::kParent, nullptr});
}

bool ParamTraits<Endpoint<::demo::PPaletteParent>>::Read(Reader& in,
                                                         Endpoint<::demo::PPaletteParent>* end) {
  return Endpoint<::demo::PPaletteParent>::Read(
      in, end, {&::demo::PPalette::kProtocol, Side::kParent, nullptr});
}

void ParamTraits<Endpoint<::demo::PPaletteChild>>::Write(Writer& out,
                                                         Endpoint<::demo::PPaletteChild>&& end) {
  Endpoint<::demo::PPaletteChild>::Write(out, std::move(end),
                                         {&::demo::PPalette::kProtocol, Side::kChild, nullptr});
}

bool ParamTraits<Endpoint<::demo::PPaletteChild>>::Read(Reader& in,
                                                        Endpoint<::demo::PPaletteChild>* end) {
  return Endpoint<::demo::PPaletteChild>::Read(
      in, end, {&::demo::PPalette::kProtocol, Side::kChild, nullptr});
}

}  // namespace ipdl
