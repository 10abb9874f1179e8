#include "bench/actor_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "PBench.h"
#include "absl/time/time.h"
#include "bench/BenchParent.h"
#include "bench/processor.h"
#include "glue/detached.h"
#include "glue/endpoint.h"
#include "glue/process.h"
#include "runtime/channel/socket_channel.h"

namespace ipdl::bench {
namespace {

constexpr int kTrips = 200;
constexpr size_t kTextBytes = 40;  // 8 + 8 + 4 + 4 + 40 = 64 bytes of arguments

[[noreturn]] void Die(const char* what, std::string_view why) {
  fprintf(stderr, "ipdl-bench: actors: %s: %.*s\n", what, static_cast<int>(why.size()), why.data());
  exit(1);
}

void Check(const absl::Status& status, const char* what) {
  if (!status.ok()) Die(what, std::string(status.message()));
}

std::unique_ptr<RunLoop> NewLoop() {
  absl::StatusOr<std::unique_ptr<RunLoop>> loop = RunLoop::Create();
  Check(loop.status(), "run loop");
  return *std::move(loop);
}

int Serve(FileDescriptor socket) {
  const std::unique_ptr<RunLoop> loop = NewLoop();
  absl::StatusOr<EndpointBase> end = ConnectToLauncher(std::move(socket), getppid());
  Check(end.status(), "connect");
  Check(Endpoint<PBenchParent>(*std::move(end)).Bind(MakeRef<BenchParent>()), "bind");
  loop->Run();
  return 0;
}

// Makes one call after the other, each when the reply of the one before has come.
Detached AwaitInTurn(RefPtr<BenchChild> child, const std::string& text, int* left) {
  while (*left > 0) {
    auto reply = co_await child->SendEcho(1, 2, 3, text);
    if (!reply.ok()) Die("echo", RejectReasonName(reply.reason()));
    --*left;
  }
}

void CallInTurn(BenchChild* child, const std::string& text, int* left) {
  child->SendEcho(
      1, 2, 3, text,
      [=, &text](uint64_t, uint64_t, uint32_t, const std::string&) {
        if (--*left > 0) CallInTurn(child, text, left);
      },
      [](RejectReason reason) { Die("echo", RejectReasonName(reason)); });
}

}  // namespace

ActorPair::ActorPair(int peer_cpu) {
  absl::StatusOr<SocketPair> sockets = CreateSocketPair();
  Check(sockets.status(), "socket pair");
  peer_ = std::make_unique<ForkedPeer>(peer_cpu, [&] {
    sockets->ours = {};
    return Serve(std::move(sockets->theirs));
  });
  sockets->theirs = {};
  loop_ = NewLoop();
  absl::StatusOr<EndpointBase> end = ConnectToChild(std::move(sockets->ours), PeerLabel());
  Check(end.status(), "connect");
  child_ = MakeRef<BenchChild>();
  Check(Endpoint<PBenchChild>(*std::move(end)).Bind(child_), "bind");
}

ActorPair::~ActorPair() { child_->Close(); }

double ActorPair::AsyncReplyNs() {
  const std::string text(kTextBytes, 'x');
  int left = kTrips;
  const int64_t start = NowNs();
  CallInTurn(child_.get(), text, &left);
  while (left > 0) loop_->Turn(absl::InfiniteDuration());
  return static_cast<double>(NowNs() - start) / kTrips;
}

double ActorPair::AwaitedReplyNs() {
  const std::string text(kTextBytes, 'x');
  int left = kTrips;
  const int64_t start = NowNs();
  AwaitInTurn(child_, text, &left);
  while (left > 0) loop_->Turn(absl::InfiniteDuration());
  return static_cast<double>(NowNs() - start) / kTrips;
}

double ActorPair::SyncNs() {
  const std::string text(kTextBytes, 'x');
  uint64_t first = 0;
  uint64_t second = 0;
  uint32_t third = 0;
  std::string back;
  const int64_t start = NowNs();
  for (int i = 0; i < kTrips; ++i) {
    if (!child_->SendSyncEcho(1, 2, 3, text, &first, &second, &third, &back)) {
      Die("sync echo", "no reply");
    }
  }
  return static_cast<double>(NowNs() - start) / kTrips;
}

// Sends as a program does that has much to send: a batch, then a turn of the loop, which writes
// it; more when most of it has left.
template <typename SendOne>
double ActorPair::SendAll(size_t count, SendOne send_one) {
  constexpr size_t kQueued = 256 * 1024;
  const int64_t start = NowNs();
  for (size_t sent = 0; sent < count;) {
    while (sent < count && child_->queued_bytes() < kQueued) {
      const SendResult result = send_one(sent);
      if (result == SendResult::kWouldBlock) break;
      if (!result) Die("send", "refused or closed");
      ++sent;
    }
    if (sent < count) loop_->Turn(absl::InfiniteDuration());
  }
  uint64_t received = 0;
  if (!child_->SendBarrier(&received)) Die("barrier", "no reply");
  if (received != count) Die("barrier", "messages are missing");
  return static_cast<double>(NowNs() - start);
}

double ActorPair::OneWayNs(const std::vector<std::string>& texts, size_t count) {
  size_t next = 0;
  return SendAll(count, [&](size_t i) {
    const std::string& text = texts[next];
    const SendResult result = child_->SendData(i, 2, 3, text);
    if (result && ++next == texts.size()) next = 0;
    return result;
  });
}

double ActorPair::DescriptorsNs(size_t count) {
  // What to send is made in the round: the figure is for a descriptor's whole way.
  FileDescriptor original(memfd_create("bench", MFD_CLOEXEC));
  if (!original.valid()) Die("memfd_create", "no memory file");
  return SendAll(count, [&](size_t i) {
    absl::StatusOr<FileDescriptor> copy = original.Duplicate();
    Check(copy.status(), "duplicate");
    return child_->SendDescriptor(i, *std::move(copy));
  });
}

double ActorPair::BlobsNs(size_t bytes, size_t count) {
  const std::vector<uint8_t> contents(bytes, 7);
  return SendAll(count, [&](size_t) {
    absl::StatusOr<ByteBuf> blob = ByteBuf::Copy(contents);
    Check(blob.status(), "blob");
    return child_->SendBlob(*std::move(blob));
  });
}

double ActorPair::CpuNs() const { return static_cast<double>(bench::CpuNs() + peer_->CpuNs()); }

}  // namespace ipdl::bench
