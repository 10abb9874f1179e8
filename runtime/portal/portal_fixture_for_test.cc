// See portal_fixture_for_test.h.

#include "runtime/portal/portal_fixture_for_test.h"

#include <algorithm>

#include "runtime/portal/handle_table.h"

namespace ipdl::portal {

PortalFixture::PortalFixture(const TestNetwork::Options& options)
    : PortalFixture(std::make_unique<TestNetwork>(options)) {}

PortalFixture::PortalFixture(std::unique_ptr<Network> network) : network_(std::move(network)) {
  ipcz_.size = sizeof(ipcz_);
  EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&ipcz_));
  handles_before_ = HandleTable::Get().size();
}

PortalFixture::~PortalFixture() {
  CloseNodes();
  network_->RunUntil([&] {
    return HandleTable::Get().size() == handles_before_ && network_->live_objects() == 0;
  });
  EXPECT_EQ(handles_before_, HandleTable::Get().size()) << "handles were left open";
  EXPECT_EQ(0, network_->live_objects()) << "objects of the driver were left open";
}

IpczHandle PortalFixture::NewNode(IpczCreateNodeFlags flags) {
  return NewNodeWith(network_->table(), flags);
}

IpczHandle PortalFixture::NewNodeWith(const IpczDriver& driver, IpczCreateNodeFlags flags) {
  IpczHandle node = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.CreateNode(&driver, flags, nullptr, &node));
  nodes_.push_back(node);
  return node;
}

void PortalFixture::CloseNodes() {
  while (!nodes_.empty()) CloseNode(nodes_.back());
  network_->Settle();
}

void PortalFixture::CloseNode(IpczHandle node) {
  nodes_.erase(std::find(nodes_.begin(), nodes_.end(), node));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(node));
}

Portals PortalFixture::Open(IpczHandle node) {
  Portals portals;
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz_.OpenPortals(node, IPCZ_NO_FLAGS, nullptr, &portals.a, &portals.b));
  return portals;
}

Portals PortalFixture::Connect(IpczHandle broker, IpczHandle client) {
  return ConnectWith(broker, IPCZ_NO_FLAGS, client, IPCZ_CONNECT_NODE_TO_BROKER, true);
}

Portals PortalFixture::ConnectWith(IpczHandle node0, IpczConnectNodeFlags flags0, IpczHandle node1,
                                   IpczConnectNodeFlags flags1, bool has_broker) {
  const auto [end0, end1] = network_->NewTransports(has_broker);
  Portals portals;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.ConnectNode(node0, end0, 1, flags0, nullptr, &portals.a));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.ConnectNode(node1, end1, 1, flags1, nullptr, &portals.b));
  return portals;
}

IpczResult PortalFixture::Put(IpczHandle portal, const std::string& text,
                              const std::vector<IpczHandle>& handles) {
  return ipcz_.Put(portal, text.data(), text.size(), handles.data(), handles.size(), IPCZ_NO_FLAGS,
                   nullptr);
}

Got PortalFixture::Get(IpczHandle portal) {
  Got got;
  size_t num_bytes = 0;
  size_t num_handles = 0;
  got.result = ipcz_.Get(portal, IPCZ_NO_FLAGS, nullptr, nullptr, &num_bytes, nullptr, &num_handles,
                         nullptr);
  if (got.result != IPCZ_RESULT_RESOURCE_EXHAUSTED) return got;
  got.text.resize(num_bytes);
  got.handles.resize(num_handles);
  got.result = ipcz_.Get(portal, IPCZ_NO_FLAGS, nullptr, got.text.data(), &num_bytes,
                         got.handles.data(), &num_handles, nullptr);
  return got;
}

IpczPortalStatus PortalFixture::Status(IpczHandle portal) {
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.QueryPortalStatus(portal, IPCZ_NO_FLAGS, nullptr, &status));
  return status;
}

Got PortalFixture::WaitToGet(IpczHandle portal) {
  network_->RunUntil([&] {
    const IpczPortalStatus status = Status(portal);
    return status.num_local_parcels > 0 || (status.flags & IPCZ_PORTAL_STATUS_DEAD) != 0;
  });
  return Get(portal);
}

bool PortalFixture::WaitUntilClosed(IpczHandle portal) {
  return network_->RunUntil(
      [&] { return (Status(portal).flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0; });
}

bool PortalFixture::WaitUntilDirect(IpczHandle a, IpczHandle b) {
  return network_->RunUntil([&] {
    return IpczTestIsDirectLocal(a, b) != 0 ||
           (IpczTestIsDirectRemote(a) != 0 && IpczTestIsDirectRemote(b) != 0);
  });
}

void PortalFixture::CloseAll(const std::vector<IpczHandle>& handles) {
  for (const IpczHandle handle : handles) EXPECT_EQ(IPCZ_RESULT_OK, Close(handle));
}

IpczHandle PortalFixture::BoxBlob(IpczHandle node, const std::string& text) {
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  contents.type = IPCZ_BOX_TYPE_DRIVER_OBJECT;
  contents.object.driver_object = network_->NewBlob(text);
  IpczHandle box = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz_.Box(node, &contents, IPCZ_NO_FLAGS, nullptr, &box));
  return box;
}

std::string PortalFixture::UnboxBlob(IpczHandle box) {
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  const IpczResult result = ipcz_.Unbox(box, IPCZ_NO_FLAGS, nullptr, &contents);
  EXPECT_EQ(IPCZ_RESULT_OK, result);
  if (result != IPCZ_RESULT_OK) return "no box";
  if (contents.type != IPCZ_BOX_TYPE_DRIVER_OBJECT) return "no driver object";
  const std::string text = network_->TextOf(contents.object.driver_object);
  network_->Close(contents.object.driver_object);
  return text;
}

IpczHandle PortalFixture::Move(IpczHandle portal, IpczHandle from, IpczHandle to) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(from, "", {portal}));
  const Got got = WaitToGet(to);
  EXPECT_EQ(IPCZ_RESULT_OK, got.result);
  return got.handles.size() == 1 ? got.handles[0] : IPCZ_INVALID_HANDLE;
}

void PortalFixture::Recorder::Record(const IpczTrapEvent* event) {
  Recorder* const recorder = reinterpret_cast<Recorder*>(event->context);
  recorder->flags.push_back(event->condition_flags);
  recorder->statuses.push_back(*event->status);
}

IpczResult PortalFixture::Trap(IpczHandle portal, IpczTrapConditionFlags flags, Recorder* recorder,
                               size_t min_parcels, size_t min_bytes) {
  const IpczTrapConditions conditions = {sizeof(conditions), flags, min_parcels, min_bytes};
  return ipcz_.Trap(portal, &conditions, &Recorder::Record, reinterpret_cast<uintptr_t>(recorder),
                    IPCZ_NO_FLAGS, nullptr, nullptr, nullptr);
}

}  // namespace ipdl::portal
