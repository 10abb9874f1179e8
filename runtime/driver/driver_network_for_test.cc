// What the tests of portals between nodes run over in this program: the drivers that users get.
// See runtime/portal/test_drivers/network.h.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "absl/status/statusor.h"
#include "runtime/channel/socket_channel.h"
#include "runtime/driver/driver.h"
#include "runtime/driver/handle_item.h"
#include "runtime/portal/test_drivers/network.h"
#include "runtime/run_loop.h"

namespace ipdl {
namespace {

enum class Way {
  kLocalSync,         // inside Transmit
  kLocalLoop,         // by tasks of the test's loop
  kSockets,           // on the test's loop
  kSocketsElsewhere,  // on a loop of another thread: every put crosses threads
};

class DriverNetwork final : public portal::Network {
 public:
  explicit DriverNetwork(Way way) : way_(way), own_loop_(*RunLoop::Create()) {
    LinkPolicy policy;
    policy.limits = DefaultLinkPolicy()->limits;
    policy.on_misconduct = [this](const PeerLabel& peer, const Misconduct& misconduct) {
      EXPECT_EQ("node", peer.kind);
      rejections_.push_back(misconduct.context);
    };
    policy_ = std::make_shared<const LinkPolicy>(std::move(policy));
    if (way == Way::kSocketsElsewhere) {
      std::promise<RunLoop*> made;
      thread_ = std::thread([&made] {
        const std::unique_ptr<RunLoop> loop = *RunLoop::Create();
        made.set_value(loop.get());
        loop->Run();
      });
      loop_ = made.get_future().get();
    } else if (way != Way::kLocalSync) {
      loop_ = own_loop_.get();
    }
  }
  ~DriverNetwork() override {
    if (!thread_.joinable()) return;
    loop_->Quit();
    thread_.join();
  }

  const IpczDriver& table() const override { return PortalDriver(); }

  std::pair<IpczDriverHandle, IpczDriverHandle> NewTransports(bool) override {
    if (!is_remote()) return NewLocalTransports(loop_, loop_);
    absl::StatusOr<SocketPair> pair = CreateSocketPair();
    EXPECT_TRUE(pair.ok()) << pair.status();
    PeerLabel label;
    label.kind = "node";
    return {NewSocketTransport(std::move(pair->ours), loop_, policy_, label),
            NewSocketTransport(std::move(pair->theirs), loop_, policy_, label)};
  }

  IpczDriverHandle NewBlob(const std::string& text) override {
    FileDescriptor file(memfd_create("blob", MFD_CLOEXEC));
    EXPECT_EQ(static_cast<ssize_t>(text.size()), write(file.get(), text.data(), text.size()));
    return NewDriverHandle(std::move(file).TakeOwned());
  }

  std::string TextOf(IpczDriverHandle blob) override {
    const OwnedHandle& handle = DriverItem::GetAs<HandleItem>(blob)->handle();
    std::string text(4096, '\0');
    const ssize_t size = pread(static_cast<int>(handle.value()), text.data(), text.size(), 0);
    EXPECT_LE(0, size);
    text.resize(static_cast<size_t>(size));
    return text;
  }

  bool RunUntil(const std::function<bool()>& condition) override {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (!condition()) {
      if (way_ == Way::kLocalSync || absl::Now() > deadline) return false;
      if (way_ == Way::kSocketsElsewhere) {
        std::this_thread::yield();
      } else {
        // What a closing thread closes is heard of a little later.
        own_loop_->Turn(absl::Milliseconds(100));
      }
    }
    return true;
  }
  void Settle() override {
    if (way_ == Way::kSocketsElsewhere) return;
    while (own_loop_->Turn(absl::ZeroDuration())) {
    }
  }

  int live_objects() const override { return static_cast<int>(CountDriverObjects()); }
  // Who rejects what came from its own process blames nobody.
  bool tells_rejections() const override { return is_remote(); }
  std::vector<uintptr_t> rejections() const override { return rejections_; }

 private:
  bool is_remote() const { return way_ == Way::kSockets || way_ == Way::kSocketsElsewhere; }

  const Way way_;
  const std::unique_ptr<RunLoop> own_loop_;
  std::shared_ptr<const LinkPolicy> policy_;
  RunLoop* loop_ = nullptr;  // of the transports
  std::thread thread_;
  std::vector<uintptr_t> rejections_;
};

template <Way way>
std::unique_ptr<portal::Network> Make() {
  return std::make_unique<DriverNetwork>(way);
}

}  // namespace

namespace portal {

std::vector<RemoteSetting> RemoteSettings() {
  return {
      {"LocalSync", &Make<Way::kLocalSync>},
      {"LocalLoop", &Make<Way::kLocalLoop>},
      {"Sockets", &Make<Way::kSockets>},
      {"SocketsElsewhere", &Make<Way::kSocketsElsewhere>},
  };
}

}  // namespace portal
}  // namespace ipdl
