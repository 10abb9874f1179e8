// Traps: when they fire, in which order, with exactly which flags; within one node.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/portal/local_fixture_for_test.h"

namespace ipdl::portal {
namespace {

using testing::ElementsAre;

using ApiTrapTest = LocalFixture;

TEST_F(ApiTrapTest, TrapChecksItsArguments) {
  IpczTrapConditions conditions = {sizeof(conditions), 0, 0, 0};
  IpczPortalStatus status = {sizeof(status) - 1, 0, 0, 0};
  const auto trap = [&](IpczHandle portal, const IpczTrapConditions* given,
                        IpczTrapEventHandler handler, IpczPortalStatus* out) {
    return ipcz().Trap(portal, given, handler, 0, 0, nullptr, nullptr, out);
  };
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, trap(node_, &conditions, &Recorder::Record, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, trap(a_, nullptr, &Recorder::Record, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, trap(a_, &conditions, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, trap(a_, &conditions, &Recorder::Record, &status));
  conditions.size = sizeof(conditions) - 1;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, trap(a_, &conditions, &Recorder::Record, nullptr));
}

TEST_F(ApiTrapTest, ATrapWhoseConditionHoldsIsNotSet) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello"));
  const IpczTrapConditions conditions = {
      sizeof(conditions),
      IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_ABOVE_MIN_LOCAL_BYTES | IPCZ_TRAP_DEAD, 0, 5};
  Recorder recorder;
  IpczTrapConditionFlags satisfied = 0;
  IpczPortalStatus status = {sizeof(status), 0, 0, 0};
  EXPECT_EQ(IPCZ_RESULT_FAILED_PRECONDITION,
            ipcz().Trap(b_, &conditions, &Recorder::Record, reinterpret_cast<uintptr_t>(&recorder),
                        0, nullptr, &satisfied, &status));
  EXPECT_EQ(IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS, satisfied);
  EXPECT_EQ(1u, status.num_local_parcels);
  EXPECT_EQ(5u, status.num_local_bytes);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "more"));
  EXPECT_THAT(recorder.flags, ElementsAre());
}

TEST_F(ApiTrapTest, TrapsFireOnceInTheirOrder) {
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS, &recorder, 1));
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_ABOVE_MIN_LOCAL_BYTES, &recorder, 0, 0));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "x"));
  EXPECT_THAT(recorder.flags,
              ElementsAre(IPCZ_TRAP_NEW_LOCAL_PARCEL | IPCZ_TRAP_WITHIN_API_CALL,
                          IPCZ_TRAP_ABOVE_MIN_LOCAL_BYTES | IPCZ_TRAP_WITHIN_API_CALL));
  EXPECT_EQ(1u, recorder.statuses[0].num_local_parcels);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "y"));
  EXPECT_EQ(3u, recorder.flags.size());
  EXPECT_EQ(IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_WITHIN_API_CALL, recorder.flags[2]);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "z"));
  EXPECT_EQ(3u, recorder.flags.size());
}

TEST_F(ApiTrapTest, WhatIsNoNewParcelIsNotToldAsOne) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "there"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "already"));
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ("there", Get(b_).text);
  CloseAll({std::exchange(a_, IPCZ_INVALID_HANDLE)});
  EXPECT_THAT(recorder.flags, ElementsAre());
  CloseAll({std::exchange(b_, IPCZ_INVALID_HANDLE)});
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_REMOVED | IPCZ_TRAP_WITHIN_API_CALL));
}

TEST_F(ApiTrapTest, ATrapHearsOnlyWhatItAskedFor) {
  Recorder closed;
  Recorder dead;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_PEER_CLOSED, &closed));
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_TRAP_DEAD, &dead));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "x"));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(a_));
  a_ = IPCZ_INVALID_HANDLE;
  EXPECT_THAT(closed.flags, ElementsAre(IPCZ_TRAP_PEER_CLOSED | IPCZ_TRAP_WITHIN_API_CALL));
  EXPECT_THAT(dead.flags, ElementsAre());
  EXPECT_EQ("x", Get(b_).text);
  EXPECT_THAT(dead.flags, ElementsAre(IPCZ_TRAP_DEAD | IPCZ_TRAP_WITHIN_API_CALL));
}

TEST_F(ApiTrapTest, ClosingAPortalRemovesItsTraps) {
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(b_, IPCZ_NO_FLAGS, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "x"));
  EXPECT_THAT(recorder.flags, ElementsAre());
  EXPECT_EQ(IPCZ_RESULT_OK, Close(b_));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_REMOVED | IPCZ_TRAP_WITHIN_API_CALL));
  EXPECT_EQ(0u, recorder.statuses[0].num_local_parcels);
  EXPECT_EQ(sizeof(IpczPortalStatus), recorder.statuses[0].size);
}

TEST_F(ApiTrapTest, APortalSentWithinTheNodeKeepsItsTraps) {
  const Portals other = Open(node_);
  Recorder recorder;
  EXPECT_EQ(IPCZ_RESULT_OK, Trap(other.a, IPCZ_TRAP_NEW_LOCAL_PARCEL, &recorder));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "", {other.a}));
  EXPECT_THAT(recorder.flags, ElementsAre());
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.b, "x"));
  EXPECT_THAT(recorder.flags, ElementsAre(IPCZ_TRAP_NEW_LOCAL_PARCEL | IPCZ_TRAP_WITHIN_API_CALL));
  CloseAll({other.b});
}

TEST_F(ApiTrapTest, AHandlerMaySetItsTrapAgainAndCloseThePortal) {
  struct State {
    ApiTrapTest* test;
    IpczHandle portal;
    int count = 0;
    static void IPCZ_API OnEvent(const IpczTrapEvent* event) {
      State& state = *reinterpret_cast<State*>(event->context);
      if ((event->condition_flags & IPCZ_TRAP_REMOVED) != 0) return;
      EXPECT_EQ(IPCZ_RESULT_OK, state.test->Get(state.portal).result);
      if (++state.count == 3) {
        EXPECT_EQ(IPCZ_RESULT_OK, state.test->Close(state.portal));
      } else {
        EXPECT_EQ(IPCZ_RESULT_OK, state.Set());
      }
    }
    IpczResult Set() {
      const IpczTrapConditions conditions = {sizeof(conditions), IPCZ_TRAP_NEW_LOCAL_PARCEL, 0, 0};
      return test->ipcz().Trap(portal, &conditions, &OnEvent, reinterpret_cast<uintptr_t>(this), 0,
                               nullptr, nullptr, nullptr);
    }
  } state = {this, b_};
  EXPECT_EQ(IPCZ_RESULT_OK, state.Set());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "x"));
  EXPECT_EQ(3, state.count);
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, Put(a_, "x"));
}

}  // namespace
}  // namespace ipdl::portal
