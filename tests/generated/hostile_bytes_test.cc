// Generated ParamTraits against bytes that no honest peer writes: refused with the path of the
// value, or decoded to some legal value; never a crash.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Belongings.h"
#include "Values.h"
#include "tests/generated/message_box.h"
#include "tests/generated/random_values.h"

namespace demo::values {
namespace {

using tests::MessageBox;

TEST(HostileBytes, FailuresNameTheFieldByItsPath) {
  MessageBox box;
  const Description sent(1, 2, tests::Colour::kGreen, {3, 4}, {Plane(5, 6), Plane(7, 8)}, "label");
  ASSERT_TRUE(box.Put(sent));
  // width 4, height 4, colour 1, extent (aligned) 8, the planes' count and 8 bytes for each.
  constexpr size_t kColour = 8;
  constexpr size_t kPlanes = 20;
  constexpr size_t kLabel = kPlanes + 4 + 16;
  const std::vector<uint8_t> honest = box.bytes;
  Description out;

  box.bytes[kColour] = 3;
  EXPECT_FALSE(box.Take("desc", &out));
  EXPECT_EQ("desc.colour: an enum has a value that is not its own (byte 9)", box.error);

  box.bytes = honest;
  box.bytes[kLabel] = 2;
  EXPECT_FALSE(box.Take("desc", &out));
  EXPECT_EQ("desc.label: a bool is neither 0 nor 1 (byte 40)", box.error);

  box.bytes = honest;
  box.bytes[kPlanes] = 3;  // one more than there are; the label's bytes lie where it would be
  box.bytes.resize(kPlanes + 4 + 20);
  box.bytes.resize(kPlanes + 4 + 24);
  box.bytes[kPlanes] = 4;
  EXPECT_FALSE(box.Take("desc", &out));
  EXPECT_EQ("desc.planes: 4 elements take at least 32 bytes, 24 are left (byte 24)", box.error);
}

TEST(HostileBytes, FailuresInsideAnArrayNameTheElement) {
  MessageBox box;
  Wrapped sent;
  sent.holes() = {1, 2, 3};
  ASSERT_TRUE(box.Put(sent));
  Wrapped out;
  // Four empty arrays, an absent one, the count of `holes`; each hole is a byte and, aligned, two.
  constexpr size_t kHoles = 4 * 4 + 4;
  ASSERT_EQ(3, box.bytes[kHoles]);
  ASSERT_EQ(1, box.bytes[kHoles + 4 + 8]);
  box.bytes[kHoles + 4 + 8] = 9;
  EXPECT_FALSE(box.Take("w", &out));
  EXPECT_EQ("w.holes[2]: a bool is neither 0 nor 1 (byte 32)", box.error);
}

TEST(HostileBytes, FailuresInsideAUnionNameTheAlternative) {
  MessageBox box;
  ASSERT_TRUE(box.Put(Json(std::vector<Member>{Member("k", Json(true))})));
  const size_t last = box.bytes.size() - 1;
  box.bytes[last] = 7;
  Json out;
  EXPECT_FALSE(box.Take("json", &out));
  EXPECT_EQ("json.ArrayOfMember[0].value.bool: a bool is neither 0 nor 1 (byte " +
                std::to_string(last) + ")",
            box.error);
}

TEST(HostileBytes, UnionTagsOutsideTheAlternativesAreRefused) {
  for (uint32_t tag : {0u, static_cast<uint32_t>(Number::T__Last) + 1, 0xffffffffu}) {
    MessageBox box;
    ASSERT_TRUE(box.Put(tag));
    Number out;
    EXPECT_FALSE(box.Take("n", &out)) << tag;
    EXPECT_EQ("n: a union has a tag that names none of its alternatives (byte 4)", box.error);
  }
}

// A tower of `levels` unions, each holding the next in an array of one.
Json Tower(uint32_t levels) {
  Json tower(1.0);
  for (uint32_t level = 1; level < levels; ++level) {
    std::vector<Json> floor;
    floor.push_back(std::move(tower));
    tower = Json(std::move(floor));
  }
  return tower;
}

TEST(HostileBytes, RecursionIsBoundedOnBothSides) {
  const uint32_t limit = ipdl::Limits().nesting_depth;
  for (uint32_t levels : {limit - 1, limit}) {
    MessageBox box;
    Json out;
    EXPECT_TRUE(box.Put(Tower(levels))) << box.error;
    EXPECT_TRUE(box.Take("json", &out)) << box.error;
    EXPECT_EQ(Tower(levels), out);
  }
  MessageBox box;
  Json out;
  EXPECT_FALSE(box.Put(Tower(limit + 1)));
  box.limits.nesting_depth = limit + 1;
  ASSERT_TRUE(box.Put(Tower(limit + 1))) << box.error;
  box.limits.nesting_depth = limit;
  EXPECT_FALSE(box.Take("json", &out));
  EXPECT_NE(std::string::npos, box.error.find("nest deeper than 64 levels")) << box.error;
}

// Reads `box` with each prefix of its bytes and with each of its bits flipped.
template <typename T>
void TryDamaged(MessageBox& box) {
  const std::vector<uint8_t> honest = box.bytes;
  for (size_t size = 0; size < honest.size(); ++size) {
    box.bytes.assign(honest.begin(), honest.begin() + static_cast<ptrdiff_t>(size));
    T out;
    ASSERT_FALSE(box.Take("value", &out)) << "cut at " << size << " of " << honest.size();
    ASSERT_EQ(0u, box.error.find("value")) << box.error;
  }
  for (size_t bit = 0; bit < honest.size() * 8; ++bit) {
    box.bytes = honest;
    box.bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    T out;
    if (!box.Take("value", &out)) {
      ASSERT_NE("", box.error);
      continue;
    }
    // What was decoded is a value like any other.
    MessageBox again;
    ASSERT_TRUE(again.Put(std::move(out))) << "bit " << bit << ": " << again.error;
  }
}

TEST(HostileBytes, EveryTruncationIsRefusedAndNoBitFlipCrashes) {
  tests::Random random(99);
  for (int round = 0; round < 20 && !testing::Test::HasFailure(); ++round) {
    MessageBox box;
    ASSERT_TRUE(box.Put(tests::RandomDescription(random)));
    TryDamaged<Description>(box);
    ASSERT_TRUE(box.Put(tests::RandomScalars(random)));
    TryDamaged<Scalars>(box);
    ASSERT_TRUE(box.Put(tests::RandomWrapped(random)));
    TryDamaged<Wrapped>(box);
    ASSERT_TRUE(box.Put(tests::RandomNumber(random)));
    TryDamaged<Number>(box);
    ASSERT_TRUE(box.Put(tests::RandomJson(random, 3)));
    TryDamaged<Json>(box);
    ASSERT_TRUE(box.Put(tests::RandomChain(random, 2)));
    TryDamaged<Chain>(box);
  }
}

TEST(HostileBytes, RandomBytesAreRefusedOrDecoded) {
  tests::Random random(100);
  int decoded = 0;
  for (int round = 0; round < 20000; ++round) {
    MessageBox box;
    box.bytes.resize(random() % 64);
    // Mostly small numbers: they pass for tags, counts and bools.
    for (uint8_t& byte : box.bytes) {
      byte = static_cast<uint8_t>(random() % 4 != 0 ? 0 : random() % 9);
    }
    Json json;
    if (box.Take("json", &json)) ++decoded;
    Chain chain;
    if (box.Take("chain", &chain)) ++decoded;
  }
  EXPECT_GT(decoded, 0);
}

}  // namespace
}  // namespace demo::values
