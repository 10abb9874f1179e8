// Tests what Reader says of a failure and how it counts; wire_case_test has the verdicts on bytes.

#include "runtime/reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/open_descriptors_for_test.h"
#include "runtime/param_traits.h"

namespace ipdl {
namespace {

class ReaderTest : public ::testing::Test {
 protected:
  Limits limits_;
};

TEST_F(ReaderTest, AFailureTellsPathReasonAndOffset) {
  const std::vector<uint8_t> bytes = {1, 2};
  Reader reader(bytes, {}, &limits_);
  bool flag;
  ASSERT_TRUE(ReadParam(reader, "first", &flag));
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(ReadParam(reader, "second", &flag));
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ("second: a bool is neither 0 nor 1 (byte 1)", reader.failure().ToString());
}

TEST_F(ReaderTest, AFailureOfTheWholeMessageHasNoPath) {
  const std::vector<uint8_t> bytes = {1, 2, 3};
  Reader reader(bytes, {}, &limits_);
  EXPECT_FALSE(reader.Finish());
  EXPECT_EQ("3 bytes follow the last value (byte 0)", reader.failure().ToString());
}

TEST_F(ReaderTest, ThePathIsBuiltFromTheInsideOut) {
  Reader reader({}, {}, &limits_);
  EXPECT_FALSE(reader.Fail("first"));
  EXPECT_FALSE(reader.Blame("x"));
  EXPECT_FALSE(reader.BlameIndex(3));
  EXPECT_FALSE(reader.BlameIndex(0));
  EXPECT_FALSE(reader.Blame("points"));
  EXPECT_FALSE(reader.Blame("scene"));
  EXPECT_EQ("scene.points[0][3].x", reader.failure().path);
}

TEST_F(ReaderTest, TheFirstReasonStays) {
  Reader reader({}, {}, &limits_);
  uint32_t value;
  EXPECT_FALSE(reader.Fail("first"));
  EXPECT_FALSE(reader.Fail("second"));
  EXPECT_FALSE(reader.Get(&value));
  EXPECT_FALSE(reader.Finish());
  EXPECT_EQ("first", reader.failure().reason);
}

TEST_F(ReaderTest, BlameAloneIsAFailureToo) {
  Reader reader({}, {}, &limits_);
  EXPECT_FALSE(reader.Blame("x"));
  EXPECT_EQ("x: is malformed (byte 0)", reader.failure().ToString());
}

TEST_F(ReaderTest, BytesAreNotCopied) {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4};
  Reader reader(bytes, {}, &limits_);
  uint8_t first;
  absl::Span<const uint8_t> view;
  ASSERT_TRUE(reader.Get(&first) && reader.GetBytes(3, &view) && reader.Finish());
  EXPECT_EQ(bytes.data() + 1, view.data());
  EXPECT_EQ(3u, view.size());
}

TEST_F(ReaderTest, CountsPositionAndRemainingBytes) {
  const std::vector<uint8_t> bytes(12);
  Reader reader(bytes, {}, &limits_);
  uint8_t small;
  uint64_t large;
  EXPECT_EQ(12u, reader.remaining());
  ASSERT_TRUE(reader.Get(&small));
  EXPECT_EQ(1u, reader.position());
  EXPECT_FALSE(reader.Get(&large));
  EXPECT_EQ(0u, reader.remaining());
  EXPECT_EQ(1u, reader.failure().offset);
}

TEST_F(ReaderTest, HugeRequestsDoNotWrap) {
  const std::vector<uint8_t> bytes(8);
  for (size_t n : {SIZE_MAX, SIZE_MAX - 7, size_t{9}}) {
    Reader reader(bytes, {}, &limits_);
    uint8_t first;
    absl::Span<const uint8_t> view;
    ASSERT_TRUE(reader.Get(&first));
    EXPECT_FALSE(reader.GetBytes(n, &view));
  }
  Reader reader(bytes, {}, &limits_);
  EXPECT_FALSE(reader.ChargeMemory(UINT64_MAX));
}

TEST_F(ReaderTest, LengthsTimesHugeElementsDoNotWrap) {
  const std::vector<uint8_t> bytes = {1, 0, 0, 0, 0, 0, 0, 0};
  Reader reader(bytes, {}, &limits_);
  uint32_t n;
  EXPECT_FALSE(reader.GetLength(size_t{1} << 62, 1, &n));
}

TEST_F(ReaderTest, AMessageThatFailsKeepsNoHandle) {
  const int before = OpenDescriptors();
  {
    std::vector<OwnedHandle> handles;
    for (int i = 0; i < 3; ++i) handles.push_back(AnyHandle());
    const std::vector<uint8_t> bytes = {1, 1, 2};
    Reader reader(bytes, absl::MakeSpan(handles), &limits_);
    FileDescriptor first;
    FileDescriptor second;
    bool flag;
    ASSERT_TRUE(ReadParam(reader, "a", &first) && ReadParam(reader, "b", &second));
    EXPECT_FALSE(ReadParam(reader, "c", &flag));
    EXPECT_FALSE(handles[0].valid());
    EXPECT_TRUE(handles[2].valid());
    EXPECT_EQ(before + 3, OpenDescriptors());
  }
  EXPECT_EQ(before, OpenDescriptors());
}

}  // namespace
}  // namespace ipdl
