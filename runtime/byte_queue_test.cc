// Tests that ByteQueue keeps bytes, order, alignment and its promise to give memory back.

#include "runtime/byte_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <utility>

namespace ipdl {
namespace {

void Append(ByteQueue& queue, size_t n, uint8_t first) {
  uint8_t* at = queue.Extend(n);
  for (size_t i = 0; i < n; ++i) at[i] = static_cast<uint8_t>(first + i);
}

TEST(ByteQueueTest, StartsEmptyAndWithoutMemory) {
  const ByteQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(0u, queue.capacity());
}

TEST(ByteQueueTest, KeepsBytesInOrderWhileGrowing) {
  ByteQueue queue;
  for (int i = 0; i < 10000; ++i) Append(queue, 1, static_cast<uint8_t>(i));
  ASSERT_EQ(10000u, queue.size());
  for (int i = 0; i < 10000; ++i) ASSERT_EQ(static_cast<uint8_t>(i), queue.bytes()[i]);
}

TEST(ByteQueueTest, TruncateDropsTheTail) {
  ByteQueue queue;
  Append(queue, 10, 0);
  queue.Truncate(4);
  EXPECT_EQ(4u, queue.size());
  Append(queue, 1, 99);
  EXPECT_EQ(3, queue.bytes()[3]);
  EXPECT_EQ(99, queue.bytes()[4]);
}

TEST(ByteQueueTest, ConsumeDropsTheHeadAndMovesNothing) {
  ByteQueue queue;
  Append(queue, 10, 0);
  const uint8_t* fifth = &queue.bytes()[5];
  queue.Consume(5);
  EXPECT_EQ(fifth, queue.bytes().data());
  EXPECT_EQ(5, queue.bytes()[0]);
}

TEST(ByteQueueTest, RoomBeforeTheHeadIsUsedAgain) {
  ByteQueue queue;
  for (int round = 0; round < 100000; ++round) {
    Append(queue, 64, 0);
    Append(queue, 64, 0);
    queue.Consume(64);
    if (queue.size() > 1024) queue.Consume(1024);
  }
  EXPECT_GE(size_t{16 * 1024}, queue.capacity());
}

TEST(ByteQueueTest, GivesALargeBlockBackWhenDrained) {
  ByteQueue queue;
  queue.Extend(ByteQueue::kKeptBytes + 1);
  queue.Consume(ByteQueue::kKeptBytes);
  EXPECT_LT(ByteQueue::kKeptBytes, queue.capacity());
  queue.Consume(1);
  EXPECT_EQ(0u, queue.capacity());
}

TEST(ByteQueueTest, KeepsASmallBlockWhenDrained) {
  ByteQueue queue;
  queue.Extend(ByteQueue::kKeptBytes);
  queue.Consume(ByteQueue::kKeptBytes);
  EXPECT_EQ(ByteQueue::kKeptBytes, queue.capacity());
}

TEST(ByteQueueTest, FramesStayAlignedBehindAPartlyConsumedOne) {
  ByteQueue queue;
  std::mt19937 random(1);
  size_t appended = 0;
  size_t consumed = 0;
  for (int round = 0; round < 20000; ++round) {
    const size_t frame = 8 * (1 + random() % 100);
    const uint8_t* at = queue.Extend(frame);
    // The position in the whole stream modulo 8 is the address modulo 8.
    ASSERT_EQ(appended % 8, reinterpret_cast<uintptr_t>(at) % 8);
    appended += frame;
    const size_t taken = random() % (queue.size() + 1);
    queue.Consume(taken);
    consumed += taken;
    if (queue.empty()) appended = consumed = 0;  // starts afresh
  }
}

TEST(ByteQueueTest, BehavesAsADequeUnderRandomUse) {
  ByteQueue queue;
  std::deque<uint8_t> model;
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    switch (random() % 3) {
      case 0: {
        const size_t n = random() % 300;
        const uint8_t first = static_cast<uint8_t>(random());
        Append(queue, n, first);
        for (size_t i = 0; i < n; ++i) model.push_back(static_cast<uint8_t>(first + i));
        break;
      }
      case 1: {
        const size_t n = random() % (model.size() + 1);
        queue.Consume(n);
        model.erase(model.begin(), model.begin() + static_cast<ptrdiff_t>(n));
        break;
      }
      default: {
        const size_t n = model.size() - random() % (model.size() / 4 + 1);
        queue.Truncate(n);
        model.resize(n);
      }
    }
    ASSERT_EQ(model.size(), queue.size());
    ASSERT_TRUE(std::equal(model.begin(), model.end(), queue.bytes().begin()));
  }
}

TEST(ByteQueueTest, MovingTakesTheBytesAlong) {
  ByteQueue first;
  Append(first, 8, 1);
  ByteQueue second = std::move(first);
  EXPECT_EQ(8u, second.size());
  EXPECT_TRUE(first.empty());  // NOLINT: that is what is tested
  Append(first, 1, 9);
  first = std::move(second);
  EXPECT_EQ(8u, first.size());
  EXPECT_EQ(1, first.bytes()[0]);
}

}  // namespace
}  // namespace ipdl
