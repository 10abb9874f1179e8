// Every call that takes a handle, with handles of every other kind: INVALID_ARGUMENT, and nothing
// happened to them.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "runtime/portal/local_fixture_for_test.h"

namespace ipdl::portal {
namespace {

class HandleKindsTest : public LocalFixture {
 protected:
  enum Kind { kNode, kPortal, kParcel, kBox, kNothing };

  HandleKindsTest() {
    EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "kept"));
    EXPECT_EQ(IPCZ_RESULT_OK, ipcz().Get(b_, IPCZ_GET_PARTIAL, nullptr, nullptr, nullptr, nullptr,
                                         nullptr, &parcel_));
    box_ = BoxBlob(node_, "boxed");
    portal_ = Open(node_);
  }
  ~HandleKindsTest() override {
    // All of them are what they were.
    EXPECT_EQ("kept", Get(parcel_).text);
    EXPECT_EQ("boxed", UnboxBlob(box_));
    EXPECT_EQ(IPCZ_RESULT_OK, Put(portal_.a, "through"));
    EXPECT_EQ("through", Get(portal_.b).text);
    CloseAll({parcel_, portal_.a, portal_.b});
  }

  IpczHandle Of(Kind kind) const {
    switch (kind) {
      case kNode:
        return node_;
      case kPortal:
        return portal_.a;
      case kParcel:
        return parcel_;
      case kBox:
        return box_;
      default:
        return IPCZ_INVALID_HANDLE;
    }
  }

  void OnlyTakes(const std::string& call, const std::vector<Kind>& legal,
                 const std::function<IpczResult(IpczHandle)>& try_call) {
    for (const Kind kind : {kNode, kPortal, kParcel, kBox, kNothing}) {
      bool is_legal = false;
      for (const Kind one : legal) is_legal = is_legal || one == kind;
      if (is_legal) continue;
      EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, try_call(Of(kind))) << call << " of kind " << kind;
    }
  }

  IpczHandle parcel_ = 0;
  IpczHandle box_ = 0;
  Portals portal_;
};

TEST_F(HandleKindsTest, CallsOnNodes) {
  IpczHandle out[2] = {};
  OnlyTakes("ConnectNode", {kNode}, [&](IpczHandle handle) {
    return ipcz().ConnectNode(handle, 1, 1, IPCZ_NO_FLAGS, nullptr, out);
  });
  OnlyTakes("OpenPortals", {kNode}, [&](IpczHandle handle) {
    return ipcz().OpenPortals(handle, 0, nullptr, &out[0], &out[1]);
  });
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  contents.object.driver_object = 1;
  OnlyTakes("Box", {kNode},
            [&](IpczHandle handle) { return ipcz().Box(handle, &contents, 0, nullptr, out); });
}

TEST_F(HandleKindsTest, CallsOnPortals) {
  OnlyTakes("MergePortals, first", {kPortal},
            [&](IpczHandle handle) { return ipcz().MergePortals(handle, a_, 0, nullptr); });
  OnlyTakes("MergePortals, second", {kPortal},
            [&](IpczHandle handle) { return ipcz().MergePortals(a_, handle, 0, nullptr); });
  IpczPortalStatus status = {sizeof(status), 0, 0, 0};
  OnlyTakes("QueryPortalStatus", {kPortal}, [&](IpczHandle handle) {
    return ipcz().QueryPortalStatus(handle, 0, nullptr, &status);
  });
  OnlyTakes("Put", {kPortal}, [&](IpczHandle handle) { return Put(handle, "x"); });
  OnlyTakes("Put, attached", {kPortal, kBox},
            [&](IpczHandle handle) { return Put(a_, "", {handle}); });
  IpczTransaction transaction = 0;
  OnlyTakes("BeginPut", {kPortal}, [&](IpczHandle handle) {
    return ipcz().BeginPut(handle, 0, nullptr, nullptr, nullptr, &transaction);
  });
  OnlyTakes("EndPut", {},
            [&](IpczHandle handle) { return ipcz().EndPut(handle, 1, 0, nullptr, 0, 0, nullptr); });
  OnlyTakes("EndPut, aborted", {}, [&](IpczHandle handle) {
    return ipcz().EndPut(handle, 1, 0, nullptr, 0, IPCZ_END_PUT_ABORT, nullptr);
  });
  const IpczTrapConditions conditions = {sizeof(conditions), 0, 0, 0};
  OnlyTakes("Trap", {kPortal}, [&](IpczHandle handle) {
    return ipcz().Trap(handle, &conditions, &Recorder::Record, 0, 0, nullptr, nullptr, nullptr);
  });
}

TEST_F(HandleKindsTest, CallsOnPortalsAndParcels) {
  OnlyTakes("Get", {kPortal, kParcel}, [&](IpczHandle handle) {
    return ipcz().Get(handle, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  });
  IpczTransaction transaction = 0;
  OnlyTakes("BeginGet", {kPortal, kParcel}, [&](IpczHandle handle) {
    return ipcz().BeginGet(handle, 0, nullptr, nullptr, nullptr, nullptr, nullptr, &transaction);
  });
  OnlyTakes("EndGet", {},
            [&](IpczHandle handle) { return ipcz().EndGet(handle, 1, 0, nullptr, nullptr); });
}

TEST_F(HandleKindsTest, CallsOnParcelsAndBoxes) {
  OnlyTakes("Reject", {kParcel},
            [&](IpczHandle handle) { return ipcz().Reject(handle, 0, 0, nullptr); });
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  OnlyTakes("Unbox", {kBox},
            [&](IpczHandle handle) { return ipcz().Unbox(handle, 0, nullptr, &contents); });
  OnlyTakes("Unbox, only looking", {kBox}, [&](IpczHandle handle) {
    return ipcz().Unbox(handle, IPCZ_UNBOX_PEEK, nullptr, &contents);
  });
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(box_, 0, nullptr, nullptr));
  contents.size = sizeof(contents) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().Unbox(box_, 0, nullptr, &contents));
}

// The handle that a driver gets for its listener is no handle of the application's.
TEST_F(HandleKindsTest, AListenerIsTheDriversOnly) {
  const Portals link = Connect(node_, NewNode());
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, Close(network().last_listener()));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(link.a, "alive"));
  EXPECT_EQ("alive", WaitToGet(link.b).text);
  CloseAll({link.a, link.b});
}

}  // namespace
}  // namespace ipdl::portal
