// One mach_msg call in progress: a send, a receive, or first the one and then the other.
//
// What it is: the state of a call that may have to wait, at a port for room or at a port or set for
// a message. What it is not: the connection, which owns it and gets the answer through Answer.
// Ports and sets list the calls that wait at them; the kernel has them look again.

#ifndef IPDL_RUNTIME_MACH_MACHD_MESSAGE_CALL_H_
#define IPDL_RUNTIME_MACH_MACHD_MESSAGE_CALL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "runtime/mach/call_format.h"
#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/message.h"
#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/ref.h"

namespace ipdl::machd {

class Kernel;
class Task;

// What the client gets back.
struct MessageAnswer {
  mach_msg_return_t result = MACH_MSG_SUCCESS;
  mach::MessageReply reply = {};
  std::string payload;  // message and regions, without the MessageReply
  std::vector<File> files;
};

class MessageCall {
 public:
  using Answer = absl::AnyInvocable<void(MessageAnswer)>;

  // Calls `answer` exactly once, perhaps before Start returns, unless the call is destroyed first.
  MessageCall(Kernel& kernel, Task& task, const mach::MessageRequest& request, Answer answer);
  ~MessageCall();
  MessageCall(const MessageCall&) = delete;
  MessageCall& operator=(const MessageCall&) = delete;

  // `payload`: what came behind the MessageRequest; `files` the descriptors that came along.
  void Start(std::string payload, std::vector<File> files);

  // The client wants its thread back.
  void Interrupt();

  // --- For ports and the kernel -----------------------------------------------------------------

  // Out of every list.
  void StopWaiting();
  // Looks again for what it waited for.
  void Continue();
  void TimedOut();
  // The port at which it waited for room has some: sends.
  void SendUnblocked();
  // That port died, which counts as sent.
  void EndSend();
  // The port or set at which it waited for a message went away.
  void EndReceive(mach_msg_return_t why);

 private:
  enum class State : uint8_t { kSending, kSent, kReceiving, kDone };

  void Send();
  void SendFailed(mach_msg_return_t why);
  void Receive();
  // Takes the first message of `port`, which has one.
  void ReceiveFrom(Port* port);
  void Wait(bool limited);
  void Finish(MessageAnswer answer);
  void Fail(mach_msg_return_t why);

  Kernel& kernel_;
  Task& task_;
  const mach::MessageRequest request_;
  Answer answer_;
  State state_ = State::kSending;
  std::unique_ptr<Message> sending_;
  // Where it waits; at most one of the three.
  Ref<Port> sends_to_;
  Ref<Port> receives_from_;
  Ref<PortSet> receives_from_set_;
  int64_t deadline_ = 0;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_MESSAGE_CALL_H_
