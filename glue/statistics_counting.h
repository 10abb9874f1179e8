// The counting behind statistics.h: what observe.cc calls for each message.

#ifndef IPDL_GLUE_STATISTICS_COUNTING_H_
#define IPDL_GLUE_STATISTICS_COUNTING_H_

#include <cstdint>

#include "glue/observe.h"

namespace ipdl {

// `message` has a protocol and a message.
void CountSent(const ObservedMessage& message);
// `waited`: of a reply, the time since its question was sent; negative if that was not seen.
void CountReceived(const ObservedMessage& message, int64_t waited);
void CountHandled(const ObservedMessage& message, int64_t took);

}  // namespace ipdl

#endif  // IPDL_GLUE_STATISTICS_COUNTING_H_
