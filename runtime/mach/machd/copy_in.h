// From a sender's buffer to a Message: names become rights.
//
// What it is: the half of a send that Darwin calls copy-in, with the same answer to the question
// who owns what after an error. Header errors take nothing. Errors in the body come after the
// header and the descriptors before were taken, and those are gone. Called by message_call.cc.

#ifndef IPDL_RUNTIME_MACH_MACHD_COPY_IN_H_
#define IPDL_RUNTIME_MACH_MACHD_COPY_IN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/mach/call_format.h"
#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/message.h"

namespace ipdl::machd {

class Task;

struct CopiedIn {
  mach_msg_return_t result = MACH_MSG_SUCCESS;
  std::unique_ptr<Message> message;
  uint32_t taken_descriptors = 0;
  // The message is complete, and more than its sender may have waiting.
  bool over_quota = false;
};

// `payload`: the message, then its regions (call_format.h). All of it is what a client chose.
CopiedIn CopyIn(Task& task, const mach::MessageRequest& request, std::string payload,
                std::vector<File> files);

// What a right taken with `disposition` arrives as, 0 if that is none.
uint8_t ArrivesAs(uint32_t disposition);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_COPY_IN_H_
