#include "glue/blame.h"

#include "glue/text.h"
#include "runtime/log.h"

namespace ipdl {

std::string_view ShortName(const ProtocolInfo& protocol) {
  const std::string_view name = protocol.name;
  const size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

namespace {

std::string Join(const ProtocolInfo& protocol, std::string_view kind, uint16_t message) {
  std::string name(ShortName(protocol));
  name += kind;
  name += protocol.messages[message].name;
  return name;
}

}  // namespace

std::string MessageName(const ProtocolInfo& protocol, uint16_t message) {
  return Join(protocol, "::Msg_", message);
}

std::string ReplyName(const ProtocolInfo& protocol, uint16_t message) {
  return Join(protocol, "::Reply_", message);
}

std::string_view ControlName(ControlMessage message) {
  switch (message) {
    case ControlMessage::kHello:
      return "hello";
    case ControlMessage::kGoodbye:
      return "goodbye";
    case ControlMessage::kEndpointOpened:
      return "endpoint opened";
    case ControlMessage::kEndpointSent:
      return "endpoint sent";
    case ControlMessage::kEndpointWithdrawn:
      return "endpoint withdrawn";
    case ControlMessage::kEndpointBound:
      return "endpoint bound";
    case ControlMessage::kEndpointDropped:
      return "endpoint dropped";
  }
  return "control message";
}

std::string UnknownMessageName(const ActorHeader& header) {
  return Text((header.flags & kWireReply) != 0 ? "reply to message " : "message ", header.message,
              " of protocol 0x", absl::Hex(header.protocol, absl::kZeroPad8));
}

void LogNotSent(std::string_view message, const PeerLabel& to, std::string_view why) {
  LogErrorLimited("refused", Text(message, " was not sent to ", to.ToString(), ": ", why));
}

}  // namespace ipdl
