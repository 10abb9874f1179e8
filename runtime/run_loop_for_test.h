// What the run loop's tests share: a loop that notes what it ran, a wire, a transport that is made
// up.

#ifndef IPDL_RUNTIME_RUN_LOOP_FOR_TEST_H_
#define IPDL_RUNTIME_RUN_LOOP_FOR_TEST_H_

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "runtime/handle.h"
#include "runtime/run_loop.h"

namespace ipdl {

inline constexpr FdInterest kReadable = {.readable = true};
inline constexpr absl::Duration kNow = absl::ZeroDuration();

inline std::unique_ptr<RunLoop> MakeLoop() {
  absl::StatusOr<std::unique_ptr<RunLoop>> loop = RunLoop::Create();
  EXPECT_TRUE(loop.ok()) << loop.status();
  return *std::move(loop);
}

// A connected pair of descriptors: what is written to one can be read from the other.
struct Wire {
  Wire() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    here = FileDescriptor(ends[0]);
    there = FileDescriptor(ends[1]);
  }
  void Write() { EXPECT_EQ(1, send(there.get(), "x", 1, MSG_NOSIGNAL)); }
  void Read() {
    char byte;
    EXPECT_EQ(1, recv(here.get(), &byte, 1, MSG_DONTWAIT));
  }
  FileDescriptor here;
  FileDescriptor there;
};

class FakeTransport final : public Transport {
 public:
  int transport_fd() const override { return wire.here.get(); }
  void OnTransportReady(FdReady ready) override {
    if (on_ready) on_ready(ready);
  }
  void FlushTransport() override {
    ++flushes;
    if (on_flush) on_flush();
  }
  void OnTransportDeadline() override {
    if (on_deadline) on_deadline();
  }
  bool HasInput() const override { return input; }

  Wire wire;
  std::function<void(FdReady)> on_ready;
  std::function<void()> on_flush;
  std::function<void()> on_deadline;
  bool input = false;
  int flushes = 0;
};

inline bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

class RunLoopTest : public testing::Test {
 protected:
  void RunUntilIdle() {
    while (loop_->Turn(kNow)) {
    }
  }
  std::function<void()> Note(std::string what) {
    return [this, what] { seen_.push_back(what); };
  }

  std::unique_ptr<RunLoop> loop_ = MakeLoop();
  std::vector<std::string> seen_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_RUN_LOOP_FOR_TEST_H_
