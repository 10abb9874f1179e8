// MessageScope: what the layer above hangs on a message while its values are written or read.
//
// An actor reference can be written only by someone who knows which channel the message is for.
// runtime/ does not know actors; it carries this pointer from whoever opens the message to whoever
// writes or reads such a value. glue/'s channel derives from it and casts back.

#ifndef IPDL_RUNTIME_MESSAGE_SCOPE_H_
#define IPDL_RUNTIME_MESSAGE_SCOPE_H_

namespace ipdl {

struct MessageScope {};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_MESSAGE_SCOPE_H_
