// PTrunk.cc: functions for both sides of protocol golden::PTrunk.
// Generated from PTrunk.ipdl by the ipdl compiler; do not edit.

#include "PTrunk.h"

#include <utility>

#include "PTwigChild.h"
#include "PTwigParent.h"
#include "runtime/param_traits.h"

namespace golden {

Pair::Pair(::ipdl::SideVariant<PTwigParent*, PTwigChild*> first,
           ::ipdl::NullableSideVariant<PTwigParent*, PTwigChild*> second)
    : first_(std::move(first)), second_(std::move(second)) {}

namespace PTrunk {
namespace {

constexpr ::ipdl::MessageInfo kMessages[] = {
    {"PTwigConstructor", ::ipdl::kParentReceives | ::ipdl::kConstructor, "name:s", ""},
    {"Choose", ::ipdl::kParentReceives | ::ipdl::kSync | ::ipdl::kHasReply, "twigs:*A,best:A",
     "chosen:A"},
    {"Graft", ::ipdl::kChildReceives, "twig:A,pair:{first:A,second:A},more:E", ""},
};

}  // namespace

constinit const ::ipdl::ProtocolInfo kProtocol = {
    .name = "golden::PTrunk",
    .id = kProtocolId,
    .fingerprint = 0x66e13ebad75b7e7f,
    .toplevel = true,
    .parent_kinds = "Parent",
    .messages = kMessages,
    .message_count = 3,
};

}  // namespace PTrunk

}  // namespace golden

namespace ipdl {

void ParamTraits<::golden::Pair>::Write(Writer& out, const ::golden::Pair& value) {
  WriteParam(out, value.first());
  WriteParam(out, value.second());
}

bool ParamTraits<::golden::Pair>::Read(Reader& in, ::golden::Pair* value) {
  return ReadParam(in, "first", &value->first()) && ReadParam(in, "second", &value->second());
}

}  // namespace ipdl
