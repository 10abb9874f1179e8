// Tests that maps arrive as they were sent, and that a map that no honest peer writes is refused.

#include "runtime/param_traits_map.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ipdl {
namespace {

class MapTest : public ::testing::Test {
 protected:
  template <typename T>
  bool Write(T&& value) {
    ByteQueue queue;
    Writer writer(&queue, &handles_, &limits_);
    WriteParam(writer, std::forward<T>(value));
    const bool finished = writer.Finish();
    why_ = std::string(writer.error());
    bytes_.assign(queue.bytes().begin(), queue.bytes().end());
    return finished;
  }

  template <typename T>
  bool Read(T* value) {
    Reader reader(bytes_, absl::MakeSpan(handles_), &limits_);
    why_.clear();
    if (ReadParam(reader, "m", value) && reader.Finish()) return true;
    why_ = reader.failure().ToString();
    return false;
  }

  template <typename T>
  void ExpectSame(const T& value) {
    ASSERT_TRUE(Write(value)) << why_;
    T out;
    ASSERT_TRUE(Read(&out)) << why_;
    EXPECT_EQ(value, out);
  }

  Limits limits_;
  std::vector<OwnedHandle> handles_;
  std::vector<uint8_t> bytes_;
  std::string why_;
};

TEST_F(MapTest, MapsOfEveryKindOfKeyArrive) {
  using L = std::numeric_limits<int64_t>;
  ExpectSame(std::map<int64_t, std::string>{});
  ExpectSame(std::map<int64_t, std::string>{{L::min(), "least"}, {0, ""}, {L::max(), "most"}});
  ExpectSame(std::map<bool, uint8_t>{{false, 1}, {true, 2}});
  ExpectSame(std::map<std::string, double>{{"", 0.5}, {"\x7f", 1.5}, {"\x80", 2.5}});
  ExpectSame(std::map<std::u16string, std::vector<bool>>{{u"a", {true}}, {u"\uffff", {}}});
  ExpectSame(std::map<uint8_t, std::map<uint8_t, std::string>>{{1, {{1, "x"}}}, {2, {}}});
}

TEST_F(MapTest, ReadingReplacesWhatTheMapHeld) {
  ASSERT_TRUE(Write(std::map<uint32_t, uint32_t>{{5, 6}}));
  std::map<uint32_t, uint32_t> out{{1, 2}, {9, 9}};
  ASSERT_TRUE(Read(&out));
  EXPECT_EQ((std::map<uint32_t, uint32_t>{{5, 6}}), out);
}

TEST_F(MapTest, AKeyThatIsTwiceThereIsRefused) {
  ASSERT_TRUE(Write(std::map<uint8_t, uint8_t>{{1, 10}, {2, 20}}));
  ASSERT_EQ((std::vector<uint8_t>{2, 0, 0, 0, 1, 10, 2, 20}), bytes_);
  bytes_[6] = 1;
  std::map<uint8_t, uint8_t> out;
  EXPECT_FALSE(Read(&out));
  EXPECT_EQ("m[1].key: the keys of a map are not in ascending order, each of them once (byte 7)",
            why_);
}

TEST_F(MapTest, KeysOutOfOrderAreRefused) {
  ASSERT_TRUE(Write(std::map<uint8_t, uint8_t>{{1, 10}, {2, 20}}));
  bytes_[4] = 3;
  std::map<uint8_t, uint8_t> out;
  EXPECT_FALSE(Read(&out));
}

TEST_F(MapTest, AFailureInAValueNamesItsEntry) {
  ASSERT_TRUE(Write(std::map<uint8_t, bool>{{1, false}, {2, true}}));
  bytes_[7] = 2;
  std::map<uint8_t, bool> out;
  EXPECT_FALSE(Read(&out));
  EXPECT_EQ("m[1]: a bool is neither 0 nor 1 (byte 7)", why_);
}

TEST_F(MapTest, MoreEntriesThanTheBytesCanHoldAreRefusedBeforeAnyIsMade) {
  ASSERT_TRUE(Write(std::map<uint8_t, uint8_t>{{1, 10}, {2, 20}}));
  for (uint32_t n : {3u, 0xffffffffu}) {
    std::memcpy(bytes_.data(), &n, sizeof n);
    std::map<uint8_t, uint8_t> out;
    EXPECT_FALSE(Read(&out));
    EXPECT_EQ(0, out.size());
  }
}

TEST_F(MapTest, MemoryOfTheEntriesIsCounted) {
  using Map = std::map<uint16_t, uint8_t>;
  Map map;
  for (uint16_t i = 0; i < 1000; ++i) map[i] = 1;
  limits_.decoded_factor = 1;
  const auto fits = [&](size_t budget) {
    limits_.decoded_floor_bytes = budget;
    Map out;
    const bool sent = Write(map);
    return std::make_pair(sent, Read(&out));
  };
  constexpr size_t kNeeded = 1000 * ParamTraits<Map>::kNodeBytes;
  limits_.decoded_floor_bytes = kNeeded;
  ASSERT_TRUE(Write(map)) << why_;
  EXPECT_EQ(std::make_pair(true, true), fits(kNeeded));
  EXPECT_EQ(std::make_pair(false, false), fits(kNeeded - 1));
}

TEST_F(MapTest, ValuesThatAreConsumedAreConsumed) {
  using Map = std::map<std::string, FileDescriptor>;
  Map empty;
  empty.emplace("none", FileDescriptor());
  EXPECT_FALSE(Write(std::move(empty)));
  EXPECT_EQ("a handle is empty", why_);
}

}  // namespace
}  // namespace ipdl
