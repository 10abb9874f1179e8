// Generated structs as C++ types: construction, access, copies, equality.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "Belongings.h"
#include "Values.h"

namespace demo::values {
namespace {

TEST(GeneratedStruct, StartsWithZeroesAndEmptyValues) {
  const Description description;
  EXPECT_EQ(0u, description.width());
  EXPECT_EQ(tests::Colour::kRed, description.colour());
  EXPECT_TRUE(description.planes().empty());
  EXPECT_FALSE(description.label().has_value());
  const Scalars scalars;
  EXPECT_FALSE(scalars.yes());
  EXPECT_EQ(0.0, scalars.twice());
}

TEST(GeneratedStruct, TakesAllFieldsInOrder) {
  const Description description(640, 480, tests::Colour::kBlue, {1, 2}, {Plane(0, 2560)}, "front");
  EXPECT_EQ(640u, description.width());
  EXPECT_EQ(480u, description.height());
  EXPECT_EQ(tests::Colour::kBlue, description.colour());
  EXPECT_EQ(2, description.extent().y);
  ASSERT_EQ(1u, description.planes().size());
  EXPECT_EQ(2560u, description.planes()[0].stride());
  EXPECT_EQ("front", description.label());
}

TEST(GeneratedStruct, AccessorsReachTheField) {
  Plane plane;
  plane.stride() = 64;
  EXPECT_EQ(64u, std::as_const(plane).stride());
}

TEST(GeneratedStruct, ComparesFieldByField) {
  EXPECT_EQ(Plane(1, 2), Plane(1, 2));
  EXPECT_NE(Plane(1, 2), Plane(1, 3));
  EXPECT_NE(Plane(1, 2), Plane(2, 2));
  EXPECT_EQ(Nothing(), Nothing());
}

TEST(GeneratedStruct, IsCopyableUnlessAMemberIsNot) {
  static_assert(std::is_copy_constructible_v<Description>);
  static_assert(std::is_copy_assignable_v<Member>);
  static_assert(!std::is_copy_constructible_v<Chain>);
  static_assert(std::is_nothrow_move_constructible_v<Chain>);
  static_assert(!std::is_copy_constructible_v<demo::Files>);
  static_assert(std::is_move_assignable_v<demo::Files>);
  Member member("key", Json(std::string("value")));
  const Member copy = member;
  member.value() = Json(1.5);
  EXPECT_EQ("value", copy.value().get_string());
}

TEST(GeneratedStruct, OfOneFieldIsNotMadeFromItByAccident) {
  static_assert(!std::is_convertible_v<uint32_t, Plane>);
  static_assert(std::is_constructible_v<Plane, uint32_t, uint32_t>);
}

}  // namespace
}  // namespace demo::values
