// A node and its loop, as each process of a test has.
//
// What it is: short names for the C functions, with the driver for users below them, and ways to
// turn the loop until something has happened. What it is not: a fixture; the tests fork (see
// tests/support/process_pair.h), and each side makes one of its own. Called by tests with
// processes.

#ifndef IPDL_RUNTIME_DRIVER_PORTAL_PROCESS_FOR_TEST_H_
#define IPDL_RUNTIME_DRIVER_PORTAL_PROCESS_FOR_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/driver/driver.h"
#include "runtime/run_loop.h"

extern "C" int IPCZ_API IpczTestIsDirectRemote(IpczHandle portal);

namespace ipdl {

struct Got {
  IpczResult result = IPCZ_RESULT_UNKNOWN;
  std::string text;
  std::vector<int> identities;  // of boxed descriptors
  std::vector<IpczHandle> portals;
};

// A node and its loop, as each process has.
class Process {
 public:
  // `alone`: the process has no other node when this one ends.
  explicit Process(IpczCreateNodeFlags flags, bool alone = true)
      : alone_(alone), loop_(*RunLoop::Create()) {
    extended_.api.size = sizeof(extended_);
    EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&extended_.api));
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.CreateNode(&PortalDriver(), flags, nullptr, &node_));
  }
  ~Process() {
    EndNow();
    if (alone_) {
      EXPECT_EQ(0u, CountDriverObjects());
    }
  }

  // Closes everything before the end.
  void EndNow() {
    for (const IpczHandle portal : std::exchange(portals_, {})) ipcz_.Close(portal, 0, nullptr);
    if (node_ == IPCZ_INVALID_HANDLE) return;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.Close(std::exchange(node_, IPCZ_INVALID_HANDLE), 0, nullptr));
  }

  RunLoop& loop() { return *loop_; }
  IpczHandle node() const { return node_; }
  const IpczAPI& ipcz() const { return ipcz_; }
  const IpczExtendedAPI& extended() const { return extended_; }

  // Portals are closed with the node.
  IpczHandle Own(IpczHandle portal) {
    portals_.push_back(portal);
    return portal;
  }
  // Somebody else closes it.
  IpczHandle Disown(IpczHandle portal) {
    std::erase(portals_, portal);
    return portal;
  }
  void DisownAll() { portals_.clear(); }
  IpczHandle Connect(int socket, IpczConnectNodeFlags flags = IPCZ_NO_FLAGS) {
    const bool to_broker = (flags & IPCZ_CONNECT_NODE_TO_BROKER) != 0;
    PeerLabel label;
    label.kind = to_broker ? "launcher" : "child";
    label.trust = to_broker ? PeerTrust::kLauncher : PeerTrust::kUntrusted;
    return Connect(socket, flags, DefaultLinkPolicy(), label);
  }
  IpczHandle Connect(int socket, IpczConnectNodeFlags flags,
                     std::shared_ptr<const LinkPolicy> policy, PeerLabel label) {
    return ConnectOver(NewSocketTransport(FileDescriptor(socket), loop_.get(), std::move(policy),
                                          std::move(label)),
                       flags);
  }
  IpczHandle ConnectOver(IpczDriverHandle transport, IpczConnectNodeFlags flags) {
    IpczHandle portal = IPCZ_INVALID_HANDLE;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.ConnectNode(node_, transport, 1, flags, nullptr, &portal));
    return Own(portal);
  }
  void CloseNow(IpczHandle portal) { ipcz_.Close(Disown(portal), 0, nullptr); }
  std::pair<IpczHandle, IpczHandle> Open() {
    std::pair<IpczHandle, IpczHandle> pair;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.OpenPortals(node_, 0, nullptr, &pair.first, &pair.second));
    return pair;
  }

  IpczResult Put(IpczHandle portal, const std::string& text, std::vector<IpczHandle> handles = {}) {
    return ipcz_.Put(portal, text.data(), text.size(), handles.data(), handles.size(), 0, nullptr);
  }
  IpczHandle BoxNumbered(int identity) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    contents.type = IPCZ_BOX_TYPE_DRIVER_OBJECT;
    contents.object.driver_object = NewDriverHandle(DescriptorNumbered(identity).TakeOwned());
    IpczHandle box = IPCZ_INVALID_HANDLE;
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.Box(node_, &contents, 0, nullptr, &box));
    return box;
  }
  IpczResult PutNumbered(IpczHandle portal, const std::string& text, int first, int count) {
    std::vector<IpczHandle> boxes;
    for (int i = 0; i < count; ++i) boxes.push_back(BoxNumbered(first + i));
    return Put(portal, text, std::move(boxes));
  }

  Got Get(IpczHandle portal) {
    Got got;
    size_t num_bytes = 0;
    size_t num_handles = 0;
    got.result = ipcz_.Get(portal, 0, nullptr, nullptr, &num_bytes, nullptr, &num_handles, nullptr);
    if (got.result != IPCZ_RESULT_RESOURCE_EXHAUSTED) return got;
    got.text.resize(num_bytes);
    std::vector<IpczHandle> handles(num_handles);
    got.result = ipcz_.Get(portal, IPCZ_GET_REMEMBER_ORIGIN, nullptr, got.text.data(), &num_bytes,
                           handles.data(), &num_handles, nullptr);
    for (const IpczHandle handle : handles) {
      IpczBoxContents contents = {};
      contents.size = sizeof(contents);
      if (ipcz_.Unbox(handle, 0, nullptr, &contents) != IPCZ_RESULT_OK) {
        got.portals.push_back(Own(handle));
        continue;
      }
      OwnedHandle descriptor;
      EXPECT_TRUE(TakeDriverHandle(contents.object.driver_object, &descriptor));
      got.identities.push_back(IdentityOf(descriptor.value()));
    }
    return got;
  }
  void RunUntil(const std::function<bool()>& condition) {
    while (!condition()) loop_->Turn(absl::InfiniteDuration());
  }
  // NOT_FOUND if the peer is closed and nothing is left.
  Got WaitToGet(IpczHandle portal) {
    Got got;
    RunUntil([&] {
      got = Get(portal);
      return got.result != IPCZ_RESULT_UNAVAILABLE;
    });
    return got;
  }
  void WaitUntilClosed(IpczHandle portal) {
    RunUntil([&] {
      IpczPortalStatus status = {sizeof(status), 0, 0, 0};
      ipcz_.QueryPortalStatus(portal, 0, nullptr, &status);
      return (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
    });
  }

 private:
  const bool alone_;
  const std::unique_ptr<RunLoop> loop_;
  IpczExtendedAPI extended_ = {};
  const IpczAPI& ipcz_ = extended_.api;
  IpczHandle node_ = IPCZ_INVALID_HANDLE;
  std::vector<IpczHandle> portals_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_PORTAL_PROCESS_FOR_TEST_H_
