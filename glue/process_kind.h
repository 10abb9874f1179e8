// In which kinds of process the sides of a protocol may live ([ParentProc], [ChildProc]), and which
// kind this process and others are.
//
// What it is: the check, and what this process's launcher said of it. What it is not: anything that
// a peer says of itself. Called by endpoint.cc for this process, message_channel.cc for the peer
// and process*.cc. Any thread.

#ifndef IPDL_GLUE_PROCESS_KIND_H_
#define IPDL_GLUE_PROCESS_KIND_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "glue/protocol.h"

namespace ipdl {

// That of a process which nobody launched: the first kind of every prelude.
inline constexpr std::string_view kParentKind = "Parent";

// As the launcher named it; kParentKind if nobody did.
std::string ProcessKind();
void SetProcessKind(std::string kind);

// Whether every kind is fine.
bool MayLiveAnywhere(const ProtocolInfo& protocol, Side side);
// `kind` is empty if nobody knows it. Error: "the child side of PFoo lives in processes of kind
// Content, and <who> is of kind GPU".
absl::Status MayLiveIn(const ProtocolInfo& protocol, Side side, std::string_view kind,
                       std::string_view who);
}  // namespace ipdl

#endif  // IPDL_GLUE_PROCESS_KIND_H_
