// See session_portal_for_test.h.

#include "runtime/driver/session_portal_for_test.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/time/clock.h"
#include "runtime/foreign_close.h"

namespace ipdl {
namespace {

// Nothing takes this long, on any machine and under any load.
constexpr absl::Duration kHang = absl::Seconds(60);

// Empty if there are no descriptors left.
FileDescriptor FileNumbered(int identity) {
  FileDescriptor file(memfd_create("numbered", MFD_CLOEXEC));
  if (file.valid() && ftruncate(file.get(), identity + 1) != 0) file.Reset();
  return file;
}

}  // namespace

// --- SessionNode ---------------------------------------------------------------------------------

SessionNode::SessionNode(std::string name, IpczCreateNodeFlags flags, bool may_fail)
    : name_(std::move(name)), may_fail_(may_fail) {
  absl::StatusOr<std::unique_ptr<RunLoop>> loop = RunLoop::Create();
  if (!Check(loop.ok() ? IPCZ_RESULT_OK : IPCZ_RESULT_RESOURCE_EXHAUSTED, "RunLoop::Create")) {
    return;
  }
  loop_ = *std::move(loop);
  ipcz_.api.size = sizeof(ipcz_);
  EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&ipcz_.api));
  Check(ipcz().CreateNode(&PortalDriver(), flags, nullptr, &node_), "CreateNode");
}

SessionNode::~SessionNode() {
  if (node_ != IPCZ_INVALID_HANDLE) {
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Close(node_, IPCZ_NO_FLAGS, nullptr));
  }
  loop_ = nullptr;
  DrainForForeignClose();
  EXPECT_EQ(0u, CountDriverObjects()) << "of " << name_;
}

IpczCounters SessionNode::counters() const {
  IpczCounters counters = {};
  counters.size = sizeof(counters);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.QueryCounters(node_, IPCZ_NO_FLAGS, nullptr, &counters));
  return counters;
}

std::string SessionNode::Dump() const {
  if (node_ == IPCZ_INVALID_HANDLE) return "no node";
  size_t size = 0;
  ipcz_.Dump(node_, IPCZ_NO_FLAGS, nullptr, nullptr, &size);
  std::string text(size, '\0');
  ipcz_.Dump(node_, IPCZ_NO_FLAGS, nullptr, text.data(), &size);
  return text;
}

bool SessionNode::Check(IpczResult result, const char* call) {
  if (result == IPCZ_RESULT_OK) return true;
  gave_up_ = true;
  if (!may_fail_) ADD_FAILURE() << name_ << ": " << call << " says " << result;
  return false;
}

IpczHandle SessionNode::Connect(int socket, IpczConnectNodeFlags flags) {
  FileDescriptor end(socket);
  if (gave_up_) return IPCZ_INVALID_HANDLE;
  const bool to_broker = (flags & IPCZ_CONNECT_NODE_TO_BROKER) != 0;
  PeerLabel label;
  label.kind = to_broker ? "launcher" : "child";
  label.trust = to_broker ? PeerTrust::kLauncher : PeerTrust::kUntrusted;
  const IpczDriverHandle transport =
      NewSocketTransport(std::move(end), loop_.get(), DefaultLinkPolicy(), label);
  IpczHandle portal = IPCZ_INVALID_HANDLE;
  const IpczResult result = ipcz().ConnectNode(node_, transport, 1, flags, nullptr, &portal);
  if (Check(result, "ConnectNode")) return portal;
  PortalDriver().Close(transport, IPCZ_NO_FLAGS, nullptr);
  return IPCZ_INVALID_HANDLE;
}

std::pair<IpczHandle, IpczHandle> SessionNode::OpenPair() {
  std::pair<IpczHandle, IpczHandle> pair;
  Check(ipcz().OpenPortals(node_, IPCZ_NO_FLAGS, nullptr, &pair.first, &pair.second),
        "OpenPortals");
  return pair;
}

void SessionNode::RunUntil(const char* what, absl::FunctionRef<bool()> step,
                           absl::FunctionRef<std::string()> state) {
  absl::Time give_up = absl::Now() + kHang;
  while (!gave_up_ && !step()) {
    if (loop_->Turn(give_up - absl::Now())) {
      give_up = absl::Now() + kHang;
    } else if (absl::Now() >= give_up) {
      ADD_FAILURE() << name_ << " waits for ever for " << what << ": " << state() << "\n" << Dump();
      gave_up_ = true;
    }
  }
}

// --- SessionPortal -------------------------------------------------------------------------------

SessionPortal::SessionPortal(SessionNode* node, std::string name, IpczHandle portal)
    : node_(node), name_(std::move(name)), portal_(portal) {
  IpczTrapConditions conditions = {};
  conditions.size = sizeof(conditions);
  conditions.flags = IPCZ_TRAP_DEAD | IPCZ_TRAP_REMOVED;
  const IpczResult result =
      node_->ipcz().Trap(portal_, &conditions, &OnTrap, reinterpret_cast<uintptr_t>(this),
                         IPCZ_NO_FLAGS, nullptr, nullptr, nullptr);
  if (result == IPCZ_RESULT_FAILED_PRECONDITION) {
    ++told_dead_;
  } else {
    EXPECT_EQ(IPCZ_RESULT_OK, result) << name_;
  }
}

SessionPortal::~SessionPortal() {
  node_->Close(portal_);
  EXPECT_EQ(1, told_dead_ + told_removed_) << node_->name() << ": " << name_;
}

void SessionPortal::OnTrap(const IpczTrapEvent* event) {
  auto* const self = reinterpret_cast<SessionPortal*>(event->context);
  const bool dead = (event->condition_flags & IPCZ_TRAP_DEAD) != 0;
  ++(dead ? self->told_dead_ : self->told_removed_);
}

bool SessionPortal::Put(const std::string& label, size_t filler, IpczHandle portal, int identity) {
  std::string text = label + '/' + std::to_string(sent_) + '/';
  text.append(filler, 'x');
  std::vector<IpczHandle> handles;
  if (portal != IPCZ_INVALID_HANDLE) handles.push_back(portal);
  if (identity >= 0) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    contents.type = IPCZ_BOX_TYPE_DRIVER_OBJECT;
    FileDescriptor file = FileNumbered(identity);
    IpczHandle box = IPCZ_INVALID_HANDLE;
    if (node_->Check(file.valid() ? IPCZ_RESULT_OK : IPCZ_RESULT_RESOURCE_EXHAUSTED, "a file")) {
      contents.object.driver_object = NewDriverHandle(std::move(file).TakeOwned());
      EXPECT_EQ(IPCZ_RESULT_OK, node_->ipcz().Box(node_->handle(), &contents, 0, nullptr, &box));
      handles.push_back(box);
    }
  }
  IpczResult result = IPCZ_RESULT_NOT_FOUND;
  if (!node_->gave_up()) {
    result = node_->ipcz().Put(portal_, text.data(), text.size(), handles.data(), handles.size(),
                               IPCZ_NO_FLAGS, nullptr);
  }
  if (result == IPCZ_RESULT_OK) {
    ++sent_;
    return true;
  }
  for (const IpczHandle handle : handles) node_->Close(handle);
  if (result != IPCZ_RESULT_NOT_FOUND) node_->Check(result, "Put");
  return false;
}

bool SessionPortal::TakeHandles(const std::vector<IpczHandle>& handles, Parcel* parcel) {
  bool whole = true;
  for (const IpczHandle handle : handles) {
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    if (node_->ipcz().Unbox(handle, IPCZ_NO_FLAGS, nullptr, &contents) != IPCZ_RESULT_OK) {
      parcel->portals.push_back(handle);
      continue;
    }
    OwnedHandle file;
    struct stat status = {};
    whole &= TakeDriverHandle(contents.object.driver_object, &file) &&
             fstat(static_cast<int>(file.value()), &status) == 0;
    parcel->identity = static_cast<int>(status.st_size) - 1;
  }
  return whole;
}

SessionPortal::Next SessionPortal::Get(Parcel* parcel) {
  if (ended_ || node_->gave_up()) return ended_ ? Next::kEnd : Next::kNothing;
  size_t num_bytes = 0;
  size_t num_handles = 0;
  IpczResult result = node_->ipcz().Get(portal_, IPCZ_NO_FLAGS, nullptr, nullptr, &num_bytes,
                                        nullptr, &num_handles, nullptr);
  if (result == IPCZ_RESULT_UNAVAILABLE) return Next::kNothing;
  if (result == IPCZ_RESULT_NOT_FOUND) {
    EXPECT_EQ(1, told_dead_) << node_->name() << ": " << name_;
    ended_ = true;
    return Next::kEnd;
  }
  EXPECT_EQ(0, told_dead_) << node_->name() << ": " << name_ << " has a parcel";
  std::string text(num_bytes, '\0');
  std::vector<IpczHandle> handles(num_handles);
  result = node_->ipcz().Get(portal_, IPCZ_NO_FLAGS, nullptr, text.data(), &num_bytes,
                             handles.data(), &num_handles, nullptr);
  if (!node_->Check(result, "Get")) return Next::kNothing;
  *parcel = {};
  EXPECT_TRUE(TakeHandles(handles, parcel)) << node_->name() << ": " << name_ << ' ' << text;
  const size_t slash = text.find('/');
  parcel->label = text.substr(0, slash);
  parcel->number = std::atoi(text.c_str() + slash + 1);
  EXPECT_EQ(received_, parcel->number) << node_->name() << ": " << name_;
  ++received_;
  return Next::kParcel;
}

// --- SessionTalk ---------------------------------------------------------------------------------

SessionTalk::SessionTalk(SessionNode* node, std::string name, IpczHandle portal, bool must_be_whole)
    : node_(node),
      portal_(std::make_unique<SessionPortal>(node, std::move(name), portal)),
      must_be_whole_(must_be_whole) {
  Say();
  Say();
}

void SessionTalk::Say() {
  if (said_ == kParcels) return;
  const int number = said_++;
  portal_->Put(portal_->name(), number == 2 ? 100'000 : 0, IPCZ_INVALID_HANDLE,
               number == 1 ? number : -1);
}

std::string SessionTalk::state() const {
  if (portal_ == nullptr) return "";
  return portal_->name() + " said " + std::to_string(said_) + " heard " + std::to_string(heard_) +
         "; ";
}

bool SessionTalk::Step() {
  SessionPortal::Parcel parcel;
  while (portal_ != nullptr) {
    switch (portal_->Get(&parcel)) {
      case SessionPortal::Next::kNothing:
        return false;
      case SessionPortal::Next::kEnd:
        EXPECT_FALSE(must_be_whole_) << node_->name() << ": " << portal_->name() << " ends after "
                                     << heard_ << " of " << kParcels;
        portal_ = nullptr;
        break;
      case SessionPortal::Next::kParcel:
        EXPECT_EQ(portal_->name(), parcel.label) << node_->name();
        EXPECT_EQ(parcel.number == 1 ? 1 : -1, parcel.identity) << node_->name();
        for (const IpczHandle handle : parcel.portals) node_->Close(handle);
        EXPECT_TRUE(parcel.portals.empty());
        ++heard_;
        Say();
        if (heard_ == kParcels) portal_ = nullptr;
        break;
    }
  }
  return true;
}

}  // namespace ipdl
