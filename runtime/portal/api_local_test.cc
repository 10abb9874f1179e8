// The C calls on portals within one node: putting, getting, merging, boxes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "runtime/portal/local_fixture_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;

using ApiLocalTest = LocalFixture;

TEST_F(ApiLocalTest, TheTableIsFilledOnlyWhenThereIsRoom) {
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, IpczGetAPI(nullptr));
  IpczAPI api = {};
  api.size = sizeof(api) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, IpczGetAPI(&api));
  struct Larger {
    IpczAPI api;
    uint64_t more;
  } larger = {};
  larger.api.size = sizeof(larger);
  larger.more = 7;
  EXPECT_EQ(IPCZ_RESULT_OK, IpczGetAPI(&larger.api));
  EXPECT_EQ(sizeof(IpczAPI), larger.api.size);
  EXPECT_EQ(7u, larger.more);
}

TEST_F(ApiLocalTest, ANodeNeedsAWholeDriver) {
  IpczHandle node = 0;
  IpczDriver driver = TestNetwork::driver();
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().CreateNode(nullptr, 0, nullptr, &node));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().CreateNode(&driver, 0, nullptr, nullptr));
  driver.size = sizeof(driver) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().CreateNode(&driver, 0, nullptr, &node));
  driver = TestNetwork::driver();
  driver.MapSharedMemory = nullptr;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().CreateNode(&driver, 0, nullptr, &node));
  driver = TestNetwork::driver();
  driver.ReportBadTransportActivity = nullptr;
  IpczCreateNodeOptions options = {};
  options.size = sizeof(options) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().CreateNode(&driver, 0, &options, &node));
  options.size = sizeof(options);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().CreateNode(&driver, 0xffff0000, &options, &node));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(node));
}

TEST_F(ApiLocalTest, HandlesAreCheckedForKindAndAge) {
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Close(IPCZ_INVALID_HANDLE));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Close(0x123456789abcdef0u));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(node_, "x"));
  IpczHandle first = 0;
  IpczHandle second = 0;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().OpenPortals(a_, 0, nullptr, &first, &second));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().OpenPortals(0, 0, nullptr, &first, &second));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().OpenPortals(node_, 0, nullptr, nullptr, &second));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().OpenPortals(node_, 0, nullptr, &first, nullptr));

  const Portals other = Open(node_);
  CloseAll({other.a, other.b});
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Close(other.a));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(other.b, "x"));
  // The slots are used again, by other handles.
  const Portals again = Open(node_);
  EXPECT_NE(other.a, again.a);
  EXPECT_NE(other.b, again.b);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(other.a, "x"));
  CloseAll({again.a, again.b});
}

TEST_F(ApiLocalTest, ParcelsArriveInOrder) {
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "one"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, ""));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "three"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(b_, "back"));
  EXPECT_EQ(3u, Status(b_).num_local_parcels);
  EXPECT_EQ(8u, Status(b_).num_local_bytes);
  EXPECT_EQ("one", Get(b_).text);
  EXPECT_EQ(IPCZ_RESULT_OK, Get(b_).result);
  EXPECT_EQ("three", Get(b_).text);
  EXPECT_EQ("back", Get(a_).text);
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
}

TEST_F(ApiLocalTest, PutRefusesWhatCannotTravel) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {IPCZ_INVALID_HANDLE}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {a_}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {b_}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {node_}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {other.a, other.a}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {other.a, b_}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Put(a_, nullptr, 1, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Put(a_, nullptr, 0, nullptr, 1, 0, nullptr));
  // Nothing was taken.
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "still here"));
  CloseAll({other.a, other.b});
}

TEST_F(ApiLocalTest, AnUnserializableBoxIsRefused) {
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  contents.object.driver_object = network().NewImmobile();
  IpczHandle box = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Box(node_, &contents, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {box}));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(box));
}

TEST_F(ApiLocalTest, APortalTravelsWithItsQueue) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.b, "before"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "take", {other.a}));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(other.a, "gone"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.b, "after"));
  const Got got = Get(b_);
  EXPECT_EQ("take", got.text);
  ASSERT_EQ(1u, got.handles.size());
  EXPECT_EQ("before", Get(got.handles[0]).text);
  EXPECT_EQ("after", Get(got.handles[0]).text);
  CloseAll({got.handles[0], other.b});
}

TEST_F(ApiLocalTest, ClosureComesAfterTheParcels) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "last words"));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(a_));
  a_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED, Status(b_).flags);
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Put(b_, "too late"));
  EXPECT_EQ("last words", Get(b_).text);
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(b_).flags);
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Get(b_).result);
  const volatile void* data = nullptr;
  IpczTransaction transaction = 0;
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND,
            ipcz().BeginGet(b_, 0, nullptr, &data, nullptr, nullptr, nullptr, &transaction));
}

TEST_F(ApiLocalTest, ClosingAPortalClosesWhatWasInItsQueue) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {other.a, BoxBlob(node_, "lost")}));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(b_));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(other.b).flags);
  EXPECT_EQ(0, network().live_objects());
  CloseAll({other.b});
}

TEST_F(ApiLocalTest, DeeplyNestedPortalsCloseWithoutDeepStacks) {
  IpczHandle inner = IPCZ_INVALID_HANDLE;
  std::vector<IpczHandle> outer;
  for (int i = 0; i < 20000; ++i) {
    const Portals next = Open(node_);
    if (inner != IPCZ_INVALID_HANDLE) {
      EXPECT_EQ(IPCZ_RESULT_OK, Put(next.a, "", {inner}));
    }
    inner = next.b;
    outer.push_back(next.a);
  }
  EXPECT_EQ(IPCZ_RESULT_OK, Close(inner));
  for (const IpczHandle portal : outer) {
    EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(portal).flags);
  }
  CloseAll(outer);
}

TEST_F(ApiLocalTest, StatusNeedsRoom) {
  IpczPortalStatus status = {sizeof(status) - 1, 0, 0, 0};
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().QueryPortalStatus(a_, 0, nullptr, &status));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().QueryPortalStatus(a_, 0, nullptr, nullptr));
  status.size = sizeof(status);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().QueryPortalStatus(node_, 0, nullptr, &status));
}

TEST_F(ApiLocalTest, PortalsOutliveTheirNode) {
  CloseNode(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello"));
  EXPECT_EQ("hello", Get(b_).text);
}

TEST_F(ApiLocalTest, PortalsOfTwoNodesCanBeMixed) {
  const IpczHandle other_node = NewBroker();
  const Portals other = Open(other_node);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {other.a}));
  const Got got = Get(b_);
  ASSERT_EQ(1u, got.handles.size());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.b, "across"));
  EXPECT_EQ("across", Get(got.handles[0]).text);
  const Portals first = Open(node_);
  const Portals third = Open(NewBroker());
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(first.a, third.a, IPCZ_NO_FLAGS, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(first.b, "merged"));
  EXPECT_EQ("merged", Get(third.b).text);
  CloseAll({got.handles[0], other.b, first.b, third.b});
}

// --- Get -----------------------------------------------------------------------------------------

TEST_F(ApiLocalTest, GetTellsTheSizesAndKeepsTheParcel) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello", {other.a}));
  size_t num_bytes = 4;
  size_t num_handles = 1;
  std::array<char, 8> data;
  IpczHandle handle = 0;
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            ipcz().Get(b_, 0, nullptr, data.data(), &num_bytes, &handle, &num_handles, nullptr));
  EXPECT_EQ(5u, num_bytes);
  EXPECT_EQ(1u, num_handles);
  num_handles = 0;
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            ipcz().Get(b_, 0, nullptr, data.data(), &num_bytes, nullptr, &num_handles, nullptr));
  EXPECT_EQ(1u, num_handles);
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            ipcz().Get(b_, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().Get(b_, 0, nullptr, nullptr, &num_bytes, &handle, &num_handles, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().Get(b_, 0, nullptr, data.data(), &num_bytes, nullptr, &num_handles, nullptr));
  EXPECT_EQ(1u, Status(b_).num_local_parcels);
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(b_, 0, nullptr, data.data(), &num_bytes, &handle, &num_handles, nullptr));
  EXPECT_EQ("hello", std::string(data.data(), num_bytes));
  CloseAll({handle, other.b});
}

TEST_F(ApiLocalTest, GetOfNothingComesBeforeBadBuffers) {
  size_t num_bytes = 4;
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE,
            ipcz().Get(b_, 0, nullptr, nullptr, &num_bytes, nullptr, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().Get(node_, 0, nullptr, nullptr, &num_bytes, nullptr, nullptr, nullptr));
}

TEST_F(ApiLocalTest, APartialGetLosesTheRest) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello", {other.a}));
  char data[2];
  size_t num_bytes = sizeof(data);
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(b_, IPCZ_GET_PARTIAL, nullptr, data, &num_bytes, nullptr, nullptr, nullptr));
  EXPECT_EQ("he", std::string(data, num_bytes));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(other.b).flags);
  CloseAll({other.b});
}

TEST_F(ApiLocalTest, AParcelCanBeKeptAndReadAgain) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello", {other.a, other.b}));
  IpczHandle parcel = 0;
  IpczHandle taken = 0;
  size_t num_handles = 1;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(b_, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr, &taken,
                                       &num_handles, &parcel));
  EXPECT_EQ(1u, num_handles);
  IpczHandle again = 0;
  char data[5];
  size_t num_bytes = sizeof(data);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(parcel, IPCZ_GET_PARTIAL, nullptr, data, &num_bytes, nullptr,
                                       nullptr, &again));
  EXPECT_EQ("hello", std::string(data, num_bytes));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(parcel));
  IpczHandle left = 0;
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(again, 0, nullptr, data, &num_bytes, &left, &num_handles, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(taken, "through"));
  EXPECT_EQ("through", Get(left).text);
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().Reject(again, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Reject(a_, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Put(a_, "", {again}));
  CloseAll({again, left, taken});
}

// --- Merge ---------------------------------------------------------------------------------------

TEST_F(ApiLocalTest, MergedRoutesAreOne) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "from a"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "from other"));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(b_, other.b, 0, nullptr));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "more"));
  EXPECT_EQ("from a", Get(other.a).text);
  EXPECT_EQ("more", Get(other.a).text);
  EXPECT_EQ("from other", Get(a_).text);
  EXPECT_NE(0, IpczTestIsDirectLocal(a_, other.a));
  CloseAll({other.a});
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED | IPCZ_PORTAL_STATUS_DEAD, Status(a_).flags);
}

TEST_F(ApiLocalTest, MergeRefuses) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().MergePortals(a_, a_, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().MergePortals(a_, b_, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().MergePortals(a_, node_, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().MergePortals(0, a_, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "used"));
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().MergePortals(a_, other.a, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().MergePortals(other.a, a_, 0, nullptr));
  EXPECT_EQ("used", Get(b_).text);
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION, ipcz().MergePortals(b_, other.a, 0, nullptr));
  // Untouched.
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "alive"));
  EXPECT_EQ("alive", Get(other.b).text);
  CloseAll({other.a, other.b});
}

TEST_F(ApiLocalTest, MergeWithAClosedPeerCloses) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "last"));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(a_));
  a_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(b_, other.a, 0, nullptr));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_PORTAL_STATUS_PEER_CLOSED, Status(other.b).flags);
  EXPECT_EQ("last", Get(other.b).text);
  CloseAll({other.b});
}

TEST_F(ApiLocalTest, TrapsOfMergedPortalsAreRemoved) {
  const Portals other = Open(node_);
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().MergePortals(b_, other.b, 0, nullptr));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_REMOVED | IPCZ_TRAP_WITHIN_API_CALL));
  CloseAll({other.a});
}

// --- Boxes ---------------------------------------------------------------------------------------

TEST_F(ApiLocalTest, BoxesCheckTheirArguments) {
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  IpczHandle box = 0;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Box(node_, &contents, 0, nullptr, &box));
  contents.object.driver_object = 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Box(a_, &contents, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Box(node_, nullptr, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Box(node_, &contents, 0, nullptr, nullptr));
  contents.type = IPCZ_BOX_TYPE_SUBPARCEL;
  EXPECT_EQ(IPCZ_RESULT_UNIMPLEMENTED, ipcz().Box(node_, &contents, 0, nullptr, &box));
  contents.type = 17;
  EXPECT_EQ(IPCZ_RESULT_UNIMPLEMENTED, ipcz().Box(node_, &contents, 0, nullptr, &box));
  contents.size = sizeof(contents) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Box(node_, &contents, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(a_, 0, nullptr, &contents));
}

TEST_F(ApiLocalTest, ABoxTravelsAndIsOpenedOnce) {
  const IpczHandle box = BoxBlob(node_, "treasure");
  IpczBoxContents contents = {};
  contents.size = sizeof(contents) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(box, 0, nullptr, &contents));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(box, 0, nullptr, nullptr));
  contents.size = sizeof(contents);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(box, IPCZ_UNBOX_PEEK, nullptr, &contents));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(box, IPCZ_UNBOX_PEEK, nullptr, &contents));
  EXPECT_EQ("treasure", TestNetwork::BlobText(contents.object.driver_object));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {box}));
  const Got got = Get(b_);
  ASSERT_EQ(1u, got.handles.size());
  EXPECT_EQ("treasure", UnboxBlob(got.handles[0]));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(got.handles[0], 0, nullptr, &contents));
}

TEST_F(ApiLocalTest, AnApplicationObjectStaysAsItIsWithinTheNode) {
  static int destroyed = 0;
  destroyed = 0;
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  contents.type = IPCZ_BOX_TYPE_APPLICATION_OBJECT;
  contents.object.application_object = 42;
  contents.destructor = [](uintptr_t object, uint32_t, const void*) {
    EXPECT_EQ(42u, object);
    ++destroyed;
  };
  IpczHandle box = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Box(node_, &contents, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {box}));
  const Got got = Get(b_);
  ASSERT_EQ(1u, got.handles.size());
  IpczBoxContents opened = {};
  opened.size = sizeof(opened);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Unbox(got.handles[0], 0, nullptr, &opened));
  EXPECT_EQ(IPCZ_BOX_TYPE_APPLICATION_OBJECT, opened.type);
  EXPECT_EQ(42u, opened.object.application_object);
  EXPECT_EQ(contents.destructor, opened.destructor);
  EXPECT_EQ(0, destroyed);
  ASSERT_EQ(IPCZ_RESULT_OK, ipcz().Box(node_, &contents, 0, nullptr, &box));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(box));
  EXPECT_EQ(1, destroyed);
}

}  // namespace
}  // namespace ipdl::portal
