// Generated unions as C++ types: which alternative, copies, moves, recursion, misuse.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "Belongings.h"
#include "Values.h"
#include "tests/generated/random_values.h"

namespace demo::values {
namespace {

TEST(GeneratedUnion, HoldsNothingAtFirst) {
  EXPECT_EQ(Number::T__None, Number().type());
  EXPECT_EQ(Number(), Number());
}

TEST(GeneratedUnion, HoldsWhatItIsMadeFrom) {
  EXPECT_EQ(Number::Tbool, Number(true).type());
  EXPECT_EQ(Number::Tint32_t, Number(5).type());
  EXPECT_EQ(Number::Tuint64_t, Number(uint64_t{5}).type());
  EXPECT_EQ(Number::Tdouble, Number(5.0).type());
  EXPECT_EQ(Number::Tstring, Number(std::string("5")).type());
  EXPECT_EQ(Number::TPlane, Number(Plane()).type());
  EXPECT_EQ(Number::TArrayOfuint8_t, Number(std::vector<uint8_t>{5}).type());
  EXPECT_EQ(Number::TMaybestring, Number(std::optional<std::string>()).type());
  EXPECT_EQ(Number::TColour, Number(tests::Colour::kGreen).type());
  EXPECT_EQ(Number::T__Last, Number::TColour);
}

TEST(GeneratedUnion, DoesNotTakeAStringLiteralForABool) {
  static_assert(!std::is_convertible_v<const char*, Number>);
  static_assert(!std::is_constructible_v<Json, const char*>);
}

TEST(GeneratedUnion, IsAssignedAnAlternative) {
  Number number = 5;
  EXPECT_EQ(5, number.get_int32_t());
  number = std::string("a text that is too long to lie in the string itself");
  EXPECT_EQ(51u, number.get_string().size());
  number = Plane(1, 2);
  number.get_Plane().stride() = 7;
  EXPECT_EQ(7u, std::as_const(number).get_Plane().stride());
}

TEST(GeneratedUnion, CopiesAreDeep) {
  Json tree(std::vector<Member>{Member("a", Json(std::vector<Json>{Json(1.0), Json(true)}))});
  const Json copy = tree;
  EXPECT_EQ(copy, tree);
  tree.get_ArrayOfMember()[0].value().get_ArrayOfJson()[0] = Json(2.0);
  EXPECT_NE(copy, tree);
  EXPECT_EQ(1.0, copy.get_ArrayOfMember()[0].value().get_ArrayOfJson()[0].get_double());
}

TEST(GeneratedUnion, HoldsNothingAfterAMove) {
  Number from(std::string("gone"));
  const Number to(std::move(from));
  EXPECT_EQ("gone", to.get_string());
  EXPECT_EQ(Number::T__None, from.type());
  from = 4;
  Number assigned;
  assigned = std::move(from);
  EXPECT_EQ(4, assigned.get_int32_t());
  EXPECT_EQ(Number::T__None, from.type());
}

TEST(GeneratedUnion, SurvivesAssignmentToAndFromItself) {
  Json json(std::vector<Json>{Json(std::string("inner text, long enough for the heap"))});
  Json& same = json;
  json = same;
  EXPECT_EQ(1u, json.get_ArrayOfJson().size());
  json = std::move(same);
  EXPECT_EQ(1u, json.get_ArrayOfJson().size());
  json = json.get_ArrayOfJson()[0];
  EXPECT_EQ("inner text, long enough for the heap", json.get_string());
  json = Json(std::vector<Json>{Json(7.5)});
  json = std::move(json.get_ArrayOfJson()[0]);
  EXPECT_EQ(7.5, json.get_double());
}

TEST(GeneratedUnion, EqualsOnlyTheSameAlternativeWithTheSameValue) {
  EXPECT_EQ(Number(5), Number(5));
  EXPECT_NE(Number(5), Number(6));
  EXPECT_NE(Number(5), Number(uint64_t{5}));
  EXPECT_NE(Number(), Number(false));
}

TEST(GeneratedUnion, MovesWhatCannotBeCopied) {
  static_assert(!std::is_copy_constructible_v<demo::Possession>);
  static_assert(std::is_nothrow_move_constructible_v<demo::Possession>);
  demo::Possession from(std::make_unique<Description>());
  const Description* address = from.get_UniquePtrOfDescription().get();
  demo::Possession to = std::move(from);
  EXPECT_EQ(address, to.get_UniquePtrOfDescription().get());
  EXPECT_EQ(demo::Possession::T__None, from.type());
}

TEST(GeneratedUnion, RandomValuesEqualTheirCopiesAndMovedSelves) {
  tests::Random random(20240607);
  for (int round = 0; round < 300; ++round) {
    const Json json = tests::RandomJson(random, 5);
    Json copy = json;
    ASSERT_EQ(json, copy);
    const Json moved = std::move(copy);
    ASSERT_EQ(json, moved);
    ASSERT_EQ(Json::T__None, copy.type());
  }
}

using GeneratedUnionDeathTest = testing::Test;

TEST(GeneratedUnionDeathTest, EndsTheProcessWhenAskedForAnotherAlternative) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Number number(5);
  EXPECT_DEATH(number.get_double(), "demo::values::Number: alternative 4 is asked for, 2 is held");
}

}  // namespace
}  // namespace demo::values
