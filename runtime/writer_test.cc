// Tests what Writer puts into the queue, byte by byte, and what it does when a value cannot go.

#include "runtime/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "runtime/open_descriptors_for_test.h"
#include "runtime/reader.h"

namespace ipdl {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

class WriterTest : public ::testing::Test {
 protected:
  std::vector<uint8_t> Bytes() const { return {queue_.bytes().begin(), queue_.bytes().end()}; }

  Limits limits_;
  ByteQueue queue_;
  std::vector<OwnedHandle> handles_;
};

TEST_F(WriterTest, ScalarsLieAtMultiplesOfTheirSizeBehindZeros) {
  // Garbage in the block shows padding that is not written.
  std::memset(queue_.Extend(64), 0xff, 64);
  queue_.Truncate(0);
  Writer writer(&queue_, &handles_, &limits_);
  writer.Put<uint8_t>(1);
  writer.Put<uint16_t>(0x0302);
  writer.Put<uint8_t>(4);
  writer.Put<uint64_t>(0x0c0b0a0908070605);
  writer.Put(true);
  writer.Put<int32_t>(-1);
  ASSERT_TRUE(writer.Finish());
  EXPECT_THAT(Bytes(), ElementsAre(1, 0, 2, 3, 4, 0, 0, 0, 5, 6, 7, 8, 9, 10, 11, 12, 1, 0, 0, 0,
                                   0xff, 0xff, 0xff, 0xff));
}

TEST_F(WriterTest, PaddingIsTheSameCloseToTheEndOfTheBlock) {
  // Every distance from the end of the block, so that both the quick and the exact path and the
  // growth between them write the same bytes.
  const auto write = [this](ByteQueue* queue) {
    const size_t before = queue->size();
    Writer writer(queue, &handles_, &limits_);
    writer.Put<uint8_t>(0x11);
    writer.Put<uint32_t>(0x22222222);
    writer.Put<uint8_t>(0x33);
    writer.Put<double>(1.5);
    writer.Put<uint8_t>(0x44);
    writer.Put<uint16_t>(0x5555);
    const std::array<uint8_t, 3> bytes = {0x66, 0x77, 0x88};
    writer.PutBytes(bytes);
    writer.Align(8);
    EXPECT_TRUE(writer.Finish());
    return std::vector<uint8_t>(queue->bytes().begin() + static_cast<ptrdiff_t>(before),
                                queue->bytes().end());
  };
  ByteQueue roomy;
  roomy.Extend(1000);
  const std::vector<uint8_t> expected = write(&roomy);
  for (size_t left = 0; left <= 48; left += 8) {
    ByteQueue tight;
    tight.Extend(8);
    const size_t capacity = tight.capacity();
    std::memset(tight.Extend(capacity - 8), 0xee, capacity - 8);
    tight.Truncate(capacity - left);
    EXPECT_THAT(write(&tight), ElementsAreArray(expected)) << left;
  }
}

TEST_F(WriterTest, MessagesFollowOneAnotherInOneQueue) {
  for (uint8_t i = 0; i < 3; ++i) {
    Writer writer(&queue_, &handles_, &limits_);
    writer.Put(i);
    writer.Align(8);
    EXPECT_EQ(8u, writer.size());
    ASSERT_TRUE(writer.Finish());
  }
  ASSERT_EQ(24u, queue_.size());
  EXPECT_EQ(2, queue_.bytes()[16]);
}

TEST_F(WriterTest, ConsumingTheHeadMeanwhileDoesNoHarm) {
  queue_.Extend(4000);
  Writer writer(&queue_, &handles_, &limits_);
  writer.Put<uint32_t>(1);
  queue_.Consume(4000);
  for (uint32_t i = 2; i < 5000; ++i) writer.Put(i);
  ASSERT_TRUE(writer.Finish());
  ASSERT_EQ(4999u * 4, queue_.size());
  uint32_t last;
  std::memcpy(&last, queue_.bytes().data() + 4998 * 4, 4);
  EXPECT_EQ(4999u, last);
}

TEST_F(WriterTest, AMessageMayFillItsLimitExactly) {
  limits_.message_bytes = 64 + kFrameHeaderBytes;
  for (size_t bytes : {63, 64, 65}) {
    for (bool one_by_one : {false, true}) {
      queue_.Consume(queue_.size());
      Writer writer(&queue_, &handles_, &limits_);
      if (one_by_one) {
        for (size_t i = 0; i < bytes; ++i) writer.Put<uint8_t>(1);
      } else {
        writer.PutBytes(std::vector<uint8_t>(bytes));
      }
      EXPECT_EQ(bytes <= 64, writer.Finish()) << bytes;
      if (bytes > 64) {
        EXPECT_EQ("the message is larger than 72 bytes", writer.error());
      }
    }
  }
}

TEST_F(WriterTest, TheLimitHoldsWhateverRoomTheBlockHas) {
  limits_.message_bytes = 64 + kFrameHeaderBytes;
  queue_.Extend(100000);
  queue_.Truncate(8);
  Writer writer(&queue_, &handles_, &limits_);
  for (int i = 0; i < 8; ++i) writer.Put<uint64_t>(7);
  EXPECT_TRUE(writer.ok());
  writer.Put<uint8_t>(7);
  EXPECT_FALSE(writer.ok());
}

TEST_F(WriterTest, HandlesGoToTheListAndTheirKindToTheStream) {
  Writer writer(&queue_, &handles_, &limits_);
  OwnedHandle handle = AnyHandle();
  const intptr_t value = handle.value();
  writer.PutHandle(std::move(handle));
  ASSERT_TRUE(writer.Finish());
  EXPECT_THAT(Bytes(), ElementsAre(1));
  ASSERT_EQ(1u, handles_.size());
  EXPECT_EQ(value, handles_[0].value());
}

TEST_F(WriterTest, AnEmptyHandleFailsTheMessage) {
  Writer writer(&queue_, &handles_, &limits_);
  writer.PutHandle(OwnedHandle());
  EXPECT_FALSE(writer.Finish());
  EXPECT_EQ("a handle is empty", writer.error());
}

TEST_F(WriterTest, HandlesAreLimitedPerMessage) {
  limits_.message_handles = 3;
  handles_.push_back(AnyHandle());  // of the message before
  for (int count : {2, 3, 4}) {
    Writer writer(&queue_, &handles_, &limits_);
    for (int i = 0; i < count; ++i) writer.PutHandle(AnyHandle());
    EXPECT_EQ(count <= 3, writer.Finish()) << count;
    if (count > 3) {
      EXPECT_EQ("the message carries more than 3 handles", writer.error());
    }
    queue_.Consume(queue_.size());
    handles_.resize(1);
  }
}

TEST_F(WriterTest, AFailedWriterConsumesHandlesAndKeepsNothing) {
  const int before = OpenDescriptors();
  Writer writer(&queue_, &handles_, &limits_);
  writer.Fail("first");
  writer.Fail("second");
  writer.PutHandle(AnyHandle());
  writer.Put<uint64_t>(1);
  writer.PutLength(5);
  writer.PutBytes(std::vector<uint8_t>(100));
  writer.PutBytes({});
  writer.Align(8);
  EXPECT_FALSE(writer.Finish());
  EXPECT_EQ("first", writer.error());
  EXPECT_EQ(0u, writer.size());
  EXPECT_TRUE(queue_.empty());
  EXPECT_TRUE(handles_.empty());
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(WriterTest, AWriterWithoutAChannelSwallowsEverything) {
  Writer writer("not connected");
  writer.Put<uint32_t>(1);
  writer.PutHandle(AnyHandle());
  writer.Enter();
  writer.Leave();
  EXPECT_FALSE(writer.Finish());
  EXPECT_EQ("not connected", writer.error());
  EXPECT_EQ(nullptr, writer.scope());
}

TEST_F(WriterTest, NestingIsLimited) {
  limits_.nesting_depth = 3;
  for (int depth : {2, 3, 4}) {
    Writer writer(&queue_, &handles_, &limits_);
    for (int i = 0; i < depth; ++i) writer.Enter();
    for (int i = 0; i < depth; ++i) writer.Leave();
    writer.Enter();
    writer.Leave();
    EXPECT_EQ(depth <= 3, writer.Finish()) << depth;
    if (depth > 3) {
      EXPECT_EQ("values nest deeper than 3 levels", writer.error());
    }
  }
}

TEST_F(WriterTest, WhatTheReceiverWouldRefuseToAllocateIsNotSent) {
  limits_.decoded_floor_bytes = 100;
  limits_.decoded_factor = 8;
  for (size_t memory : {99, 100, 101}) {
    Writer writer(&queue_, &handles_, &limits_);
    writer.Put<uint64_t>(0);
    writer.ChargeMemory(memory);
    EXPECT_EQ(memory <= 100, writer.Finish()) << memory;
    queue_.Consume(queue_.size());
  }
}

TEST_F(WriterTest, LengthsAbove32BitsAreRefused) {
  Writer writer(&queue_, &handles_, &limits_);
  writer.PutLength(UINT32_MAX);
  EXPECT_TRUE(writer.ok());
  writer.PutLength(size_t{UINT32_MAX} + 1);
  EXPECT_EQ("a length of 4294967296 does not fit in 32 bits", writer.error());
}

TEST_F(WriterTest, CarriesTheScopeToWhoeverWrites) {
  MessageScope scope;
  Writer writer(&queue_, &handles_, &limits_, &scope);
  EXPECT_EQ(&scope, writer.scope());
  Reader reader({}, {}, &limits_, &scope);
  EXPECT_EQ(&scope, reader.scope());
}

}  // namespace
}  // namespace ipdl
