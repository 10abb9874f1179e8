// A message that is written beside the channel's buffer instead of into it.
//
// What it is: bytes, handles and the Writer that fills them. Used for replies while the channel's
// queue is nearly full, because they must not be refused, and for messages that the log wants to
// read before they leave. Internal to MessageChannel.

#ifndef IPDL_GLUE_SPARE_MESSAGE_H_
#define IPDL_GLUE_SPARE_MESSAGE_H_

#include <vector>

#include "glue/message_channel.h"
#include "runtime/byte_queue.h"
#include "runtime/handle.h"
#include "runtime/writer.h"

namespace ipdl {

struct MessageChannel::SpareMessage {
  SpareMessage(const Limits* limits, MessageScope* scope)
      : writer(&bytes, &handles, limits, scope) {}

  ByteQueue bytes;
  std::vector<OwnedHandle> handles;
  Writer writer;
  int64_t opened = 0;  // ObserversClock, if anybody looks
};

}  // namespace ipdl

#endif  // IPDL_GLUE_SPARE_MESSAGE_H_
