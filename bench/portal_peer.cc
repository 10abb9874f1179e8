#include "bench/portal_peer.h"

#include <stdio.h>
#include <stdlib.h>

#include <string>
#include <vector>

#include "bench/portal_process.h"
#include "bench/processor.h"
#include "runtime/channel/socket_channel.h"

namespace ipdl::bench {

PortalPeer::PortalPeer(int cpu, const std::function<int(FileDescriptor)>& body) {
  absl::StatusOr<SocketPair> pair = CreateSocketPair();
  if (!pair.ok()) {
    fprintf(stderr, "ipdl-bench: %s\n", std::string(pair.status().message()).c_str());
    exit(1);
  }
  socket_ = std::move(pair->ours);
  peer_ = std::make_unique<ForkedPeer>(cpu, [&] {
    socket_ = FileDescriptor();
    return body(std::move(pair->theirs));
  });
}

namespace {

class Servant {
 public:
  explicit Servant(FileDescriptor socket)
      : process_(IPCZ_NO_FLAGS),
        portal_(process_.Connect(std::move(socket), IPCZ_CONNECT_NODE_TO_BROKER)),
        buffer_(size_t{4} << 20) {
    kept_.reserve(200000);
    process_.Listen(portal_, [this] {
      while (left_ == 0 ? TakeOrder() : TakeParcel()) {
      }
    });
  }
  int Run() {
    process_.RunUntil([this] {
      LookAtPassed();
      LookAtMet();
      return process_.IsDead(portal_);
    });
    return 0;
  }

 private:
  bool TakeOrder() {
    size_t size = sizeof(order_);
    if (!process_.Get(portal_, &order_, &size)) return false;
    left_ = order_.count;
    heap_ = HeapBytes();
    if (order_.kind != PortalOrder::kPass) return true;
    left_ = 0;
    const auto [stays, goes] = process_.Open();
    passed_ = stays;
    passed_ns_ = NowNs();
    process_.Put(portal_, "", 0, {goes});
    return true;
  }

  void LookAtPassed() {
    size_t size = 0;
    if (passed_ == IPCZ_INVALID_HANDLE || !process_.Get(passed_, nullptr, &size)) return;
    Answer(static_cast<uint64_t>(NowNs() - passed_ns_));
    process_.Close(std::exchange(passed_, IPCZ_INVALID_HANDLE));
  }

  void LookAtMet() {
    if (met_ == IPCZ_INVALID_HANDLE) return;
    if (!process_.IsSettled(met_)) return;
    process_.Put(met_, nullptr, 0);
    process_.Close(std::exchange(met_, IPCZ_INVALID_HANDLE));
  }

  bool TakeParcel() {
    IpczHandle attached = IPCZ_INVALID_HANDLE;
    size_t size = buffer_.size();
    if (order_.kind == PortalOrder::kSkim
            ? !process_.Skim(portal_, &size)
            : !process_.Get(portal_, buffer_.data(), &size, &attached)) {
      return false;
    }
    --left_;
    const bool is_last = left_ == 0;
    switch (order_.kind) {
      case PortalOrder::kPass:
        break;
      case PortalOrder::kMeet:
        met_ = attached;
        break;
      case PortalOrder::kEcho:
        process_.Put(portal_, buffer_.data(), size);
        break;
      case PortalOrder::kDrain:
      case PortalOrder::kSkim:
        if (is_last || (order_.count - left_) % order_.every == 0) Answer(0);
        break;
      case PortalOrder::kClose:
        process_.Close(attached);
        if (is_last) Answer(0);
        break;
      case PortalOrder::kKeep:
        kept_.push_back(attached);
        if (!is_last) break;
        Answer((HeapBytes() - heap_) / order_.count);
        for (const IpczHandle kept : std::exchange(kept_, {})) process_.Close(kept);
        kept_.reserve(200000);
        break;
    }
    return true;
  }

  void Answer(uint64_t answer) { process_.Put(portal_, &answer, sizeof(answer)); }

  PortalProcess process_;
  const IpczHandle portal_;
  std::vector<char> buffer_;
  std::vector<IpczHandle> kept_;
  IpczHandle passed_ = IPCZ_INVALID_HANDLE;
  int64_t passed_ns_ = 0;
  IpczHandle met_ = IPCZ_INVALID_HANDLE;
  PortalOrder order_ = {};
  uint64_t left_ = 0;
  size_t heap_ = 0;
};

}  // namespace

int Obey(FileDescriptor socket) { return Servant(std::move(socket)).Run(); }

}  // namespace ipdl::bench
