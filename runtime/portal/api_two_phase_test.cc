// Putting and getting in two phases, within one node.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "runtime/portal/local_fixture_for_test.h"

namespace ipdl::portal {
namespace {

using ApiTwoPhaseTest = LocalFixture;

TEST_F(ApiTwoPhaseTest, TransactionsCommitInTheOrderOfTheirEnds) {
  volatile void* data[2] = {};
  size_t room[2] = {};
  IpczTransaction transaction[2] = {};
  ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, 3, &data[0], &room[0], &transaction[0]));
  ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, 9, &data[1], &room[1], &transaction[1]));
  EXPECT_EQ(3u, room[0]);
  EXPECT_EQ(9u, room[1]);
  EXPECT_NE(transaction[0], transaction[1]);
  std::memcpy(const_cast<void*>(data[0]), "one", 3);
  std::memcpy(const_cast<void*>(data[1]), "two", 3);
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndPut(a_, transaction[1], 3, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndPut(a_, transaction[0], 3, nullptr, 0, 0, nullptr));
  EXPECT_EQ("two", Get(b_).text);
  EXPECT_EQ("one", Get(b_).text);
}

TEST_F(ApiTwoPhaseTest, ABadEndOfAPutLeavesItOpen) {
  volatile void* data = nullptr;
  size_t room = 0;
  IpczTransaction transaction = 0;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, BeginPut(a_, 4, &data, &room, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, BeginPut(node_, 4, &data, &room, &transaction));
  ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, 4, &data, &room, &transaction));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().EndPut(a_, 0, 1, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(b_, transaction, 1, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(a_, transaction, 5, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(a_, transaction, 1, nullptr, 1, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().EndPut(a_, transaction, 1, &b_, 1, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndPut(a_, transaction, 0, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(a_, transaction, 0, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, Get(b_).result);
}

TEST_F(ApiTwoPhaseTest, AnAbortedPutSendsNothing) {
  volatile void* data = nullptr;
  size_t room = 0;
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, 4, &data, &room, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().EndPut(a_, transaction, 99, nullptr, 7, IPCZ_END_PUT_ABORT, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(a_, transaction, 0, nullptr, 0, IPCZ_END_PUT_ABORT, nullptr));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
}

TEST_F(ApiTwoPhaseTest, EndPutToAClosedPeerLeavesTheHandlesWithTheCaller) {
  const Portals other = Open(node_);
  volatile void* data = nullptr;
  size_t room = 0;
  IpczTransaction transaction = 0;
  ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, 4, &data, &room, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK, Close(b_));
  b_ = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, ipcz().EndPut(a_, transaction, 4, &other.a, 1, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndPut(a_, transaction, 4, nullptr, 0, 0, nullptr));
  EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, BeginPut(a_, 4, &data, &room, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(other.a, "alive"));
  EXPECT_EQ("alive", Get(other.b).text);
  CloseAll({other.a, other.b});
}

TEST_F(ApiTwoPhaseTest, AnExclusiveGetLocksTheHead) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello"));
  const volatile void* data = nullptr;
  size_t num_bytes = 0;
  IpczTransaction transaction = 0;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().BeginGet(b_, 0, nullptr, &data, &num_bytes, nullptr, nullptr, nullptr));
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().BeginGet(b_, 0, nullptr, &data, &num_bytes, nullptr, nullptr, &transaction));
  EXPECT_EQ("hello", std::string(const_cast<const char*>(static_cast<const volatile char*>(data)),
                                 num_bytes));
  EXPECT_EQ(1u, Status(b_).num_local_parcels);
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS, Get(b_).result);
  IpczTransaction other = 0;
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS,
            ipcz().BeginGet(b_, 0, nullptr, &data, nullptr, nullptr, nullptr, &other));
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS, ipcz().BeginGet(b_, IPCZ_BEGIN_GET_OVERLAPPED, nullptr,
                                                        &data, nullptr, nullptr, nullptr, &other));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().EndGet(b_, 0, 0, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().EndGet(a_, transaction, 0, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(b_, transaction, IPCZ_END_GET_ABORT, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT, ipcz().EndGet(b_, transaction, 0, nullptr, nullptr));
  EXPECT_EQ("hello", Get(b_).text);
}

TEST_F(ApiTwoPhaseTest, HandlesTakenByAGetInPlaceAreGoneEvenIfItIsAborted) {
  const Portals other = Open(node_);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello", {other.a}));
  const volatile void* data = nullptr;
  size_t num_handles = 0;
  IpczTransaction transaction = 0;
  EXPECT_EQ(IPCZ_RESULT_RESOURCE_EXHAUSTED,
            ipcz().BeginGet(b_, 0, nullptr, &data, nullptr, nullptr, &num_handles, &transaction));
  EXPECT_EQ(1u, num_handles);
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().BeginGet(b_, 0, nullptr, &data, nullptr, nullptr, &num_handles, &transaction));
  IpczHandle taken = 0;
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().BeginGet(b_, 0, nullptr, &data, nullptr, &taken, &num_handles, &transaction));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(b_, transaction, IPCZ_END_GET_ABORT, nullptr, nullptr));
  const Got got = Get(b_);
  EXPECT_EQ("hello", got.text);
  EXPECT_TRUE(got.handles.empty());
  CloseAll({taken, other.b});
}

TEST_F(ApiTwoPhaseTest, OverlappedGetsTakeTheParcelsOutAtOnce) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "one"));
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "two"));
  const volatile void* data[2] = {};
  IpczTransaction transaction[2] = {};
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(IPCZ_RESULT_OK, ipcz().BeginGet(b_, IPCZ_BEGIN_GET_OVERLAPPED, nullptr, &data[i],
                                              nullptr, nullptr, nullptr, &transaction[i]));
  }
  EXPECT_EQ(0u, Status(b_).num_local_parcels);
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "three"));
  IpczTransaction exclusive = 0;
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS,
            ipcz().BeginGet(b_, 0, nullptr, nullptr, nullptr, nullptr, nullptr, &exclusive));
  EXPECT_EQ("three", Get(b_).text);
  IpczHandle parcel = 0;
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(b_, transaction[1], 0, nullptr, &parcel));
  EXPECT_EQ("two", Get(parcel).text);
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipcz().EndGet(b_, transaction[0], IPCZ_END_GET_ABORT, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_UNAVAILABLE, Get(b_).result);
  CloseAll({parcel});
}

TEST_F(ApiTwoPhaseTest, AParcelIsReadInPlaceByOneAtATime) {
  EXPECT_EQ(IPCZ_RESULT_OK, Put(a_, "hello"));
  IpczHandle parcel = 0;
  char text[5];
  size_t num_bytes = sizeof(text);
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().Get(b_, 0, nullptr, text, &num_bytes, nullptr, nullptr, &parcel));
  const volatile void* data = nullptr;
  IpczTransaction transaction = 0;
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().BeginGet(parcel, IPCZ_BEGIN_GET_OVERLAPPED, nullptr, &data, nullptr, nullptr,
                            nullptr, &transaction));
  ASSERT_EQ(IPCZ_RESULT_OK,
            ipcz().BeginGet(parcel, 0, nullptr, &data, nullptr, nullptr, nullptr, &transaction));
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS, Get(parcel).result);
  IpczTransaction second = 0;
  EXPECT_EQ(IPCZ_RESULT_ALREADY_EXISTS,
            ipcz().BeginGet(parcel, 0, nullptr, &data, nullptr, nullptr, nullptr, &second));
  EXPECT_EQ(IPCZ_RESULT_INVALID_ARGUMENT,
            ipcz().EndGet(parcel, transaction + 1, 0, nullptr, nullptr));
  EXPECT_EQ(IPCZ_RESULT_OK, ipcz().EndGet(parcel, transaction, 0, nullptr, nullptr));
  EXPECT_EQ("hello", Get(parcel).text);
  CloseAll({parcel});
}

}  // namespace
}  // namespace ipdl::portal
