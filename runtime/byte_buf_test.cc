// Tests that ByteBuf takes the form its size asks for, arrives intact, and accepts no other form.

#include "runtime/byte_buf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/param_traits.h"

namespace ipdl {
namespace {

using ::testing::HasSubstr;

class ByteBufTest : public ::testing::Test {
 protected:
  ByteBufTest() { limits_.bytebuf_inline_bytes = 100; }
  ~ByteBufTest() override {
    handles_.clear();
    EXPECT_EQ(before_, OpenDescriptors());
  }

  ByteBuf Filled(size_t n) {
    absl::StatusOr<ByteBuf> buf = ByteBuf::Allocate(n, limits_);
    EXPECT_TRUE(buf.ok()) << buf.status();
    for (size_t i = 0; i < n; ++i) buf->mutable_bytes()[i] = static_cast<uint8_t>(i * 7);
    return *std::move(buf);
  }

  // Sends and receives; what arrived, or why it did not.
  absl::StatusOr<ByteBuf> RoundTrip(ByteBuf&& buf) {
    queue_.Consume(queue_.size());
    handles_.clear();
    Writer writer(&queue_, &handles_, &limits_);
    WriteParam(writer, std::move(buf));
    if (!writer.Finish()) return absl::InternalError(std::string(writer.error()));
    return Receive();
  }
  absl::StatusOr<ByteBuf> Receive() {
    ByteBuf out;
    Reader reader(queue_.bytes(), absl::MakeSpan(handles_), &limits_);
    if (!ReadParam(reader, "buf", &out) || !reader.Finish()) {
      return absl::InternalError(reader.failure().ToString());
    }
    return out;
  }

  int before_ = OpenDescriptors();
  Limits limits_;
  ByteQueue queue_;
  std::vector<OwnedHandle> handles_;
};

TEST_F(ByteBufTest, ArrivesIntactAroundTheInlineLimit) {
  for (size_t n : {0, 1, 99, 100, 101, 4096, 100000}) {
    absl::StatusOr<ByteBuf> arrived = RoundTrip(Filled(n));
    ASSERT_TRUE(arrived.ok()) << arrived.status();
    EXPECT_EQ(n > 100 ? 1u : 0u, handles_.size());
    const ByteBuf expected = Filled(n);
    EXPECT_EQ(expected.bytes(), arrived->bytes());
    EXPECT_EQ(n == 0, arrived->empty());
  }
}

TEST_F(ByteBufTest, LargeOnesDoNotCountAsMessageBytes) {
  limits_.message_bytes = 64;
  EXPECT_TRUE(RoundTrip(Filled(1 << 20)).ok());
}

TEST_F(ByteBufTest, WhatArrivedInMemoryCannotBeChanged) {
  absl::StatusOr<ByteBuf> arrived = RoundTrip(Filled(5000));
  ASSERT_TRUE(arrived.ok());
  EXPECT_TRUE(arrived->mutable_bytes().empty());
}

TEST_F(ByteBufTest, WhatArrivedInlineCanBeChanged) {
  absl::StatusOr<ByteBuf> arrived = RoundTrip(Filled(50));
  ASSERT_TRUE(arrived.ok());
  EXPECT_EQ(50u, arrived->mutable_bytes().size());
}

TEST_F(ByteBufTest, WhatArrivedCanBeSentOn) {
  absl::StatusOr<ByteBuf> arrived = RoundTrip(Filled(5000));
  ASSERT_TRUE(arrived.ok());
  absl::StatusOr<ByteBuf> again = RoundTrip(*std::move(arrived));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(Filled(5000).bytes(), again->bytes());
}

TEST_F(ByteBufTest, IsEqualToOneWithTheSameBytesWhereverTheyLie) {
  for (size_t n : {0, 50, 200}) {
    absl::StatusOr<ByteBuf> arrived = RoundTrip(Filled(n));
    ASSERT_TRUE(arrived.ok()) << arrived.status();
    EXPECT_TRUE(*arrived == Filled(n));
    EXPECT_FALSE(*arrived == Filled(n + 1));
  }
  ByteBuf other = Filled(50);
  other.mutable_bytes()[49] ^= 1;
  EXPECT_FALSE(other == Filled(50));
}

TEST_F(ByteBufTest, MadeForOtherLimitsItIsConverted) {
  Limits others;
  others.bytebuf_inline_bytes = 10;
  absl::StatusOr<ByteBuf> memory = ByteBuf::Copy(Filled(50).bytes(), others);
  ASSERT_TRUE(memory.ok());
  absl::StatusOr<ByteBuf> inlined = RoundTrip(*std::move(memory));
  ASSERT_TRUE(inlined.ok()) << inlined.status();
  EXPECT_EQ(Filled(50).bytes(), inlined->bytes());

  others.bytebuf_inline_bytes = 1000;
  absl::StatusOr<ByteBuf> heap = ByteBuf::Copy(Filled(500).bytes(), others);
  ASSERT_TRUE(heap.ok());
  absl::StatusOr<ByteBuf> mapped = RoundTrip(*std::move(heap));
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(Filled(500).bytes(), mapped->bytes());
}

TEST_F(ByteBufTest, SendingConsumesItAlsoWhenTheMessageFails) {
  ByteBuf buf = Filled(5000);
  Writer writer("not connected");
  WriteParam(writer, std::move(buf));
  EXPECT_TRUE(buf.empty());  // NOLINT: that is what is tested
}

TEST_F(ByteBufTest, AllocateRefusesMoreThanTheLimit) {
  limits_.bytebuf_bytes = 1000;
  EXPECT_TRUE(ByteBuf::Allocate(999, limits_).ok());
  EXPECT_TRUE(ByteBuf::Allocate(1000, limits_).ok());
  EXPECT_EQ("a ByteBuf of 1001 bytes is larger than 1000",
            ByteBuf::Allocate(1001, limits_).status().message());
}

TEST_F(ByteBufTest, SendingMoreThanTheLimitIsRefused) {
  limits_.bytebuf_bytes = 2000;
  ByteBuf buf = Filled(1500);
  limits_.bytebuf_bytes = 1499;
  EXPECT_EQ("a ByteBuf of 1500 bytes is larger than 1499",
            RoundTrip(std::move(buf)).status().message());
}

TEST_F(ByteBufTest, MemoryThatTheSenderCanStillChangeIsRefused) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(5000, "test");
  ASSERT_TRUE(memory.ok());
  ASSERT_TRUE(memory->Seal(SharedMemory::kFixedSize).ok());
  Writer writer(&queue_, &handles_, &limits_);
  writer.Put<uint8_t>(1);
  writer.Put<uint32_t>(5000);
  writer.PutHandle(std::move(*memory).TakeDescriptor().TakeOwned());
  EXPECT_THAT(std::string(Receive().status().message()),
              HasSubstr("buf: shared memory has seals shrink|grow|seal, needed are "
                        "shrink|grow|write|seal"));
}

TEST_F(ByteBufTest, ManyAtATimeStaySeparate) {
  std::vector<ByteBuf> bufs;
  for (size_t i = 0; i < 20; ++i) bufs.push_back(Filled(90 + i));
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, std::move(bufs));
  ASSERT_TRUE(writer.Finish()) << writer.error();
  Reader reader(queue_.bytes(), absl::MakeSpan(handles_), &limits_);
  std::vector<ByteBuf> arrived;
  ASSERT_TRUE(ReadParam(reader, "bufs", &arrived) && reader.Finish())
      << reader.failure().ToString();
  ASSERT_EQ(20u, arrived.size());
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(Filled(90 + i).bytes(), arrived[i].bytes());
}

}  // namespace
}  // namespace ipdl
