// machd's event loop: who connects, who speaks, who dies, and when to go.
//
// What it is: epoll over the listening socket, the connections and one pidfd for each task. What it
// is not: anything about ports. One thread, and no call in it blocks but the wait itself.
//
// A task is ended when its process is (the pidfd says so), not when its connections are closed: a
// thread that ends closes one too. The server ends with its last task, or when its life line, a
// descriptor that a test holds the other end of, reports a hang-up.

#ifndef IPDL_RUNTIME_MACH_MACHD_SERVER_H_
#define IPDL_RUNTIME_MACH_MACHD_SERVER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "runtime/mach/machd/connection.h"
#include "runtime/mach/machd/file.h"
#include "runtime/mach/machd/kernel.h"

namespace ipdl::machd {

class Server {
 public:
  // `life_line` may be empty.
  Server(const Limits& limits, File listener, File life_line);
  ~Server();

  // Until there is nothing left to serve. False if the system refuses what the loop needs.
  bool Run();

 private:
  struct Process {
    File pidfd;
    TaskIdentity identity;
  };

  bool Watch(int fd, uint32_t events, uint64_t id);
  void Accept();
  // The task of who is at the other end of `socket`, made if it is new; null if that cannot be
  // known.
  Task* Identify(const File& socket);
  void Inherit(Task* task);
  void Handle(uint64_t id, uint32_t events);
  void ProcessEnded(uint64_t id);
  void LookAfter();

  Kernel kernel_;
  const File listener_;
  const File life_line_;
  File epoll_;
  uint64_t next_id_;
  std::map<uint64_t, std::unique_ptr<Connection>> connections_;
  std::map<uint64_t, Process> processes_;
  std::set<uint64_t> attention_;
  bool had_task_ = false;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_SERVER_H_
