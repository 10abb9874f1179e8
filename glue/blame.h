// Names for error texts and logs: "PFoo::Msg_Ping", "PFoo::Reply_Ask", "message 3 of protocol
// 0x..".
//
// What it is: text from the compiler's tables and from header numbers; nothing of it is the peer's
// wording. Called by MessageChannel and the trace.

#ifndef IPDL_GLUE_BLAME_H_
#define IPDL_GLUE_BLAME_H_

#include <string>
#include <string_view>

#include "glue/protocol.h"
#include "glue/wire.h"
#include "runtime/peer.h"

namespace ipdl {

// "PFoo" of "demo::PFoo".
std::string_view ShortName(const ProtocolInfo& protocol);

// `message` must be a number of the protocol's table.
std::string MessageName(const ProtocolInfo& protocol, uint16_t message);
std::string ReplyName(const ProtocolInfo& protocol, uint16_t message);

// "goodbye", ...; "control message" for a number that is none.
std::string_view ControlName(ControlMessage message);

// For a header that fits no table.
std::string UnknownMessageName(const ActorHeader& header);

// The line about a message that was refused on our side; `message` is one of the names above.
void LogNotSent(std::string_view message, const PeerLabel& to, std::string_view why);

}  // namespace ipdl

#endif  // IPDL_GLUE_BLAME_H_
