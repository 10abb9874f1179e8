// One client thread's connection: packets in, packets out.
//
// What it is: the place where bytes become requests. It keeps the rules of call_format.h and cuts
// off who breaks them. What it is not: the event loop (server.h). A connection answers one request
// at a time, and if its client does not read, it waits with one answer at most and reads no
// further.

#ifndef IPDL_RUNTIME_MACH_MACHD_CONNECTION_H_
#define IPDL_RUNTIME_MACH_MACHD_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/message_call.h"

namespace ipdl::machd {

class Connection {
 public:
  // `attention`: where this connection puts its id when the event loop must look at it, because it
  // waits to write or has failed.
  Connection(Kernel& kernel, Task& task, File socket, uint64_t id, std::set<uint64_t>* attention);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return socket_.get(); }
  Task& task() { return task_; }

  // Serves one packet. False if the client is gone or broke the rules: drop the connection.
  bool Read();
  // The socket takes bytes again. False as above.
  bool Write();
  bool wants_write() const { return unsent_.has_value(); }
  bool failed() const { return failed_; }

 private:
  bool Serve(const mach::CallRequest& request, std::string payload, std::vector<File> files);
  bool ServeMessage(std::string payload, std::vector<File> files);
  void Hello(const mach::CallRequest& request, CallReplyData* reply);
  void Answered(MessageAnswer answer);
  void Reply(CallReplyData reply);
  // False if the socket is full; anything else that goes wrong marks the connection as failed.
  bool TrySend(const CallReplyData& reply);

  Kernel& kernel_;
  Task& task_;
  const File socket_;
  const uint64_t id_;
  std::set<uint64_t>* const attention_;
  std::unique_ptr<MessageCall> call_;
  bool answering_ = false;  // a kMessage has no answer yet
  bool failed_ = false;
  std::optional<CallReplyData> unsent_;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_CONNECTION_H_
