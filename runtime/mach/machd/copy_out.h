// From a Message to a receiver's buffer: rights become names.
//
// What it is: the half of a receive that Darwin calls copy-out, and its twin that gives a message
// back to its sender. Called by message_call.cc.

#ifndef IPDL_RUNTIME_MACH_MACHD_COPY_OUT_H_
#define IPDL_RUNTIME_MACH_MACHD_COPY_OUT_H_

#include <cstdint>
#include <memory>

#include "runtime/mach/machd/message.h"
#include "runtime/mach/machd/message_call.h"

namespace ipdl::machd {

class Port;
class Task;

// Bytes of the trailer that these options ask for; never none.
uint32_t TrailerSize(mach_msg_option_t options);

// For the task that received `message` on `port`. Rights that find no name are dropped and the
// result says so; everything else arrives all the same.
MessageAnswer CopyOut(Task& task, Port& port, mach_msg_option_t options,
                      std::unique_ptr<Message> message);

// For the task that tried to send it: every right is a right to be moved now, also that to the
// destination. The result is success, or the bits that say what found no room.
MessageAnswer HandBack(Task& task, std::unique_ptr<Message> message);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_COPY_OUT_H_
