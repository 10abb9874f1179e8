// What a channel does when descriptors are short in this process, or when the peer makes it keep or
// close more of them than it should.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/descriptor_room.h"
#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/channel/recording_delegate_for_test.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/lingering_socket_for_test.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"

namespace ipdl {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ChannelClosed::Kind;

constexpr absl::Duration kNow = absl::ZeroDuration();

std::unique_ptr<SocketChannel> MakeChannel(FileDescriptor socket, RunLoop* loop,
                                           const Limits& limits = {}) {
  absl::StatusOr<std::unique_ptr<SocketChannel>> channel =
      SocketChannel::Create(std::move(socket), loop, limits, PeerLabel{});
  EXPECT_TRUE(channel.ok()) << channel.status();
  return *std::move(channel);
}

// Counts messages and drops what they bring.
class Dropping final : public Channel::Delegate {
 public:
  void OnChannelMessage(absl::Span<const uint8_t>, absl::Span<OwnedHandle> handles) override {
    ++messages;
    for (OwnedHandle& handle : handles) handle.Reset();
  }
  void OnChannelClosed(const ChannelClosed&) override {}

  int messages = 0;
};

TEST(SocketChannelShortageTest, NothingIsReadFromAPeerThatMakesTooManyClosesWait) {
  const std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  FileDescriptor receiver;
  FileDescriptor slow = LingeringSocket(&receiver);
  if (!slow.valid()) GTEST_SKIP() << "no loopback network here";
  SocketPair pair = *CreateSocketPair();
  RawSocket peer(std::move(pair.theirs));
  {
    std::vector<OwnedHandle> handles;
    handles.push_back(std::move(slow).TakeOwned());
    peer.Write(FrameOf(Text("slow"), 1), handles);
  }
  Limits limits;
  limits.closing_handles = 1;
  Dropping delegate;
  const std::unique_ptr<SocketChannel> channel =
      MakeChannel(std::move(pair.ours), loop.get(), limits);
  channel->Start(&delegate);
  while (delegate.messages < 1) loop->Turn(absl::InfiniteDuration());
  peer.Write(FrameOf(Text("later"), 0), {});
  for (int turn = 0; turn < 10; ++turn) loop->Turn(kNow);
  EXPECT_EQ(1, delegate.messages);
  ReadToTheEnd(receiver);
  while (delegate.messages < 2) loop->Turn(absl::InfiniteDuration());
  EXPECT_TRUE(channel->IsOpen());
}

TEST(SocketChannelShortageTest, WhatComesThroughASocketOfThePeerIsChargedToThePeer) {
  const std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  SocketPair pair = *CreateSocketPair();
  RawSocket peer(std::move(pair.theirs));
  const HandleAccount::Ref account = HandleAccount::New();
  OwnedHandle socket = std::move(pair.ours).TakeOwned();
  socket.MarkForeign(account.get());
  FileDescriptor typed;
  ASSERT_TRUE(FileDescriptor::From(std::move(socket), &typed));
  RecordingDelegate delegate;
  uint32_t held = 0;
  delegate.on_message = [&](const std::string&) { held = account->held(); };
  const std::unique_ptr<SocketChannel> channel = MakeChannel(std::move(typed), loop.get());
  channel->Start(&delegate);
  {
    std::vector<OwnedHandle> handles;
    handles.push_back(DescriptorNumbered(0).TakeOwned());
    peer.Write(FrameOf(Text("x"), 1), handles);
  }
  while (delegate.messages.empty()) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ(2u, held);  // the socket and what came through it
  EXPECT_EQ(1u, account->held());
}

FORKED_TEST(SocketChannelShortageTest, WaitsUntilThereIsRoomForDescriptors) {
  std::vector<std::string> lines;
  SetLogSink([&](std::string_view line) { lines.emplace_back(line); });
  {
    std::unique_ptr<RunLoop> loop = *RunLoop::Create();
    SocketPair pair = *CreateSocketPair();
    auto channel = MakeChannel(std::move(pair.ours), loop.get());
    RawSocket peer(std::move(pair.theirs));
    RecordingDelegate delegate;
    channel->Start(&delegate);
    {
      std::vector<OwnedHandle> handles;
      for (int i = 0; i < 253; ++i) handles.push_back(DescriptorNumbered(i).TakeOwned());
      peer.Write(FrameOf(Text("many"), 253), handles);
    }
    rlimit limit = {};
    ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
    const rlimit before = limit;
    limit.rlim_cur = 200;
    ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
    DescriptorRoom::Forget();
    for (int i = 0; i < 20; ++i) loop->Turn(absl::Milliseconds(1));
    // A sync wait must not take it for silence for ever either.
    EXPECT_TRUE(loop->WaitTransports(absl::InfiniteFuture()));
    EXPECT_EQ(0u, channel->counters().reads);
    EXPECT_TRUE(channel->IsOpen());
    ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
    while (delegate.messages.empty() && channel->IsOpen()) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ(253u, delegate.identities.size());
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines[0], HasSubstr("too few free descriptors"));
  }
  SetLogSink(nullptr);
}

FORKED_TEST(SocketChannelShortageTest, ClosesWithoutBlameIfDescriptorsWereLostAllTheSame) {
  std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  SocketPair pair = *CreateSocketPair();
  auto channel = MakeChannel(std::move(pair.ours), loop.get());
  RawSocket peer(std::move(pair.theirs));
  RecordingDelegate delegate;
  channel->Start(&delegate);
  // There was room when it was counted.
  DescriptorRoom::Forget();
  ASSERT_TRUE(DescriptorRoom::Enough());
  {
    std::vector<OwnedHandle> handles;
    for (int i = 0; i < 100; ++i) handles.push_back(DescriptorNumbered(i).TakeOwned());
    peer.Write(FrameOf(Text("many"), 100), handles);
  }
  rlimit limit = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
  const rlimit before = limit;
  limit.rlim_cur = 64;
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
  while (delegate.closed.empty()) loop->Turn(absl::InfiniteDuration());
  ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
  EXPECT_EQ(Kind::kError, delegate.closed[0].kind);
  EXPECT_THAT(delegate.closed[0].text, HasSubstr("ran out of descriptors"));
  EXPECT_THAT(delegate.messages, IsEmpty());
}
}  // namespace
}  // namespace ipdl
