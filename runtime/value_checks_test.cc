// Tests of the checks that an .ipdl asks for: one below, at and one above each limit, on both ways.

#include "runtime/value_checks.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/byte_buf.h"

namespace ipdl {
namespace {

constexpr size_t kLimit = 4;

// What a reader or a writer says of the value; empty if it passes.
template <typename T>
std::string OnReading(bool (*check)(Reader&, const char*, const T&, size_t), const T& value) {
  const Limits limits;
  Reader in({}, {}, &limits);
  if (check(in, "v", value, kLimit)) return in.ok() ? "" : "passed, but failed the reader";
  return in.failure().ToString();
}
template <typename T>
std::string OnWriting(void (*check)(Writer&, const char*, const T&, size_t), const T& value) {
  const Limits limits;
  ByteQueue queue;
  std::vector<OwnedHandle> handles;
  Writer out(&queue, &handles, &limits);
  check(out, "v", value, kLimit);
  return std::string(out.error());
}

template <typename T>
void ExpectLength(const std::string& expected, const T& value) {
  EXPECT_EQ(expected.empty() ? "" : expected + " (byte 0)", OnReading<T>(&CheckLength<T>, value));
  EXPECT_EQ(expected, OnWriting<T>(&CheckLength<T>, value));
}
template <typename T>
void ExpectBytes(const std::string& expected, const T& value) {
  EXPECT_EQ(expected.empty() ? "" : expected + " (byte 0)", OnReading<T>(&CheckBytes<T>, value));
  EXPECT_EQ(expected, OnWriting<T>(&CheckBytes<T>, value));
}

const std::string kFiveElements = "v: 5 elements, [MaxLength] allows 4";
const std::string kFiveBytes = "v: 5 bytes, [MaxBytes] allows 4";

TEST(ValueChecks, LengthCountsElements) {
  for (size_t n : {0u, 3u, 4u}) {
    ExpectLength("", std::vector<std::string>(n, "a long element"));
  }
  ExpectLength(kFiveElements, std::vector<std::string>(5));
  ExpectLength(kFiveElements, std::vector<bool>(5));
  const std::vector<uint64_t> five(5);
  ExpectLength(kFiveElements, absl::Span<const uint64_t>(five));
  ExpectLength("", std::map<int, int>{{1, 1}, {2, 2}, {3, 3}, {4, 4}});
  ExpectLength(kFiveElements, std::map<int, int>{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}});
}

TEST(ValueChecks, LengthLooksThroughOptionalsAndPointers) {
  using Bytes = std::vector<uint8_t>;
  ExpectLength("", std::optional<Bytes>());
  ExpectLength("", std::optional<Bytes>(Bytes(4)));
  ExpectLength(kFiveElements, std::optional<Bytes>(Bytes(5)));
  ExpectLength("", std::unique_ptr<Bytes>());
  ExpectLength(kFiveElements, std::make_unique<Bytes>(5));
}

TEST(ValueChecks, LengthIsThatOfTheOutermostArray) {
  ExpectLength("", std::vector<std::vector<int>>(4, std::vector<int>(100)));
  ExpectLength(kFiveElements, std::vector<std::vector<int>>(5));
}

TEST(ValueChecks, BytesAreThoseOfTheLongestText) {
  for (const char* text : {"", "abc", "abcd"}) {
    ExpectBytes("", std::string(text));
    ExpectBytes("", std::string_view(text));
  }
  ExpectBytes(kFiveBytes, std::string("abcde"));
  ExpectBytes(kFiveBytes, std::vector<std::string>{"a", "abcde", ""});
  ExpectBytes("", std::vector<std::string>(100, "abcd"));
  ExpectBytes("", std::map<std::string, std::string>{{"a", "abcd"}});
  ExpectBytes(kFiveBytes, std::map<std::string, int>{{"a", 1}, {"abcde", 2}});
  ExpectBytes(kFiveBytes,
              std::map<int, std::optional<std::string>>{{1, std::nullopt}, {2, "abcde"}});
  ExpectBytes("", std::unique_ptr<std::string>());
}

TEST(ValueChecks, BytesOfWideTextAreTwiceItsLength) {
  ExpectBytes("", std::u16string(u"ab"));
  ExpectBytes("v: 6 bytes, [MaxBytes] allows 4", std::u16string(u"abc"));
}

TEST(ValueChecks, BytesOfAByteBufAreItsSize) {
  const std::vector<uint8_t> bytes(5);
  ExpectBytes("", *ByteBuf::Copy(absl::MakeSpan(bytes).first(4)));
  ExpectBytes(kFiveBytes, *ByteBuf::Copy(bytes));
}

}  // namespace
}  // namespace ipdl
