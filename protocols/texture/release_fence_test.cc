// Fences between two ends, one of which is dead, hostile, or not a socket at all.

#include "protocols/texture/release_fence.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

namespace ipdl::textures {
namespace {

using Kind = TextureVerdict::Kind;

TEST(ReleaseFenceTest, SignalsOnceTheConsumerSaysSo) {
  FileDescriptor sent;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&sent);
  ASSERT_TRUE(fence.ok()) << fence.status();
  EXPECT_FALSE(fence->IsSignalled());
  ReleaseSignal signal;
  ASSERT_TRUE(ReleaseSignal::Accept(std::move(sent), &signal).accepted());
  EXPECT_FALSE(fence->IsSignalled());
  EXPECT_TRUE(signal.pending());
  signal.Signal();
  EXPECT_TRUE(fence->IsSignalled());
  EXPECT_FALSE(signal.pending());
  signal.Signal();
  EXPECT_TRUE(fence->IsSignalled());
}

TEST(ReleaseFenceTest, SignalsWhenTheConsumersObjectDiesOrIsReplaced) {
  FileDescriptor first_end, second_end;
  absl::StatusOr<ReleaseFence> first = ReleaseFence::Create(&first_end);
  absl::StatusOr<ReleaseFence> second = ReleaseFence::Create(&second_end);
  ASSERT_TRUE(first.ok() && second.ok());
  {
    ReleaseSignal signal, other;
    ASSERT_TRUE(ReleaseSignal::Accept(std::move(first_end), &signal).accepted());
    ASSERT_TRUE(ReleaseSignal::Accept(std::move(second_end), &other).accepted());
    ReleaseSignal moved = std::move(signal);
    EXPECT_FALSE(first->IsSignalled());
    moved = std::move(other);
    EXPECT_TRUE(first->IsSignalled());
    EXPECT_FALSE(second->IsSignalled());
  }
  EXPECT_TRUE(second->IsSignalled());
}

TEST(ReleaseFenceTest, SignalsAlthoughTheProducerKeptACopyOfTheSentEnd) {
  // Closing alone would not: the copy keeps the socket open.
  FileDescriptor sent;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&sent);
  ASSERT_TRUE(fence.ok());
  absl::StatusOr<FileDescriptor> copy = sent.Duplicate();
  ASSERT_TRUE(copy.ok());
  ReleaseSignal signal;
  ASSERT_TRUE(ReleaseSignal::Accept(std::move(sent), &signal).accepted());
  signal.Signal();
  EXPECT_TRUE(fence->IsSignalled());
}

TEST(ReleaseFenceTest, SignalsWhenTheConsumerProcessDies) {
  FileDescriptor sent;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&sent);
  ASSERT_TRUE(fence.ok());
  const pid_t consumer = fork();
  ASSERT_GE(consumer, 0);
  if (consumer == 0) {
    for (;;) pause();
  }
  sent.Reset();
  EXPECT_FALSE(fence->IsSignalled());
  ASSERT_EQ(0, kill(consumer, SIGKILL));
  ASSERT_EQ(consumer, waitpid(consumer, nullptr, 0));
  EXPECT_TRUE(fence->IsSignalled());
}

TEST(ReleaseFenceTest, HangsUpForALoopThatWatchesIt) {
  FileDescriptor sent;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&sent);
  ASSERT_TRUE(fence.ok());
  pollfd entry = {fence->fd(), 0, 0};
  EXPECT_EQ(0, poll(&entry, 1, 0));
  sent.Reset();
  EXPECT_EQ(1, poll(&entry, 1, 10'000));
  EXPECT_NE(0, entry.revents & POLLHUP);
}

TEST(ReleaseFenceTest, BytesFromAHostileProducerDoNotStopTheSignal) {
  FileDescriptor sent;
  absl::StatusOr<ReleaseFence> fence = ReleaseFence::Create(&sent);
  ASSERT_TRUE(fence.ok());
  const char junk[4096] = {};
  while (send(fence->fd(), junk, sizeof junk, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
  }
  ReleaseSignal signal;
  ASSERT_TRUE(ReleaseSignal::Accept(std::move(sent), &signal).accepted());
  EXPECT_FALSE(fence->IsSignalled());
  signal.Signal();
  EXPECT_TRUE(fence->IsSignalled());
}

TEST(ReleaseFenceTest, OnlyUnixSocketsAreAccepted) {
  int pipe_ends[2];
  ASSERT_EQ(0, pipe2(pipe_ends, O_CLOEXEC));
  FileDescriptor read_end(pipe_ends[0]);
  FileDescriptor others[] = {
      FileDescriptor(pipe_ends[1]),
      FileDescriptor(eventfd(0, EFD_CLOEXEC)),
      FileDescriptor(open("/dev/null", O_RDWR | O_CLOEXEC)),
      FileDescriptor(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      FileDescriptor(),
  };
  for (FileDescriptor& other : others) {
    ReleaseSignal signal;
    const TextureVerdict verdict = ReleaseSignal::Accept(std::move(other), &signal);
    EXPECT_EQ(Kind::kFalse, verdict.kind());
    EXPECT_EQ("release_fence: the descriptor is not an AF_UNIX socket", verdict.reason());
    EXPECT_FALSE(signal.pending());
  }
}

TEST(ReleaseFenceTest, AnUnconnectedSocketIsHarmless) {
  ReleaseSignal signal;
  FileDescriptor lonely(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_TRUE(ReleaseSignal::Accept(std::move(lonely), &signal).accepted());
  signal.Signal();
  EXPECT_FALSE(signal.pending());
}

TEST(ReleaseFenceTest, AnEmptyFenceIsSignalled) {
  EXPECT_TRUE(ReleaseFence().IsSignalled());
  EXPECT_EQ(-1, ReleaseFence().fd());
}

}  // namespace
}  // namespace ipdl::textures
