// Unions whose alternatives are one type in C++, and equality of what C++ cannot copy.

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "Same.h"
#include "tests/generated/message_box.h"

namespace same {
namespace {

TEST(UnionOfOneType, IsMadeByTheNameOfTheAlternative) {
  EXPECT_EQ(Outcome::Tnsresult, Outcome::make_nsresult(5).type());
  EXPECT_EQ(Outcome::Tuint32_t, Outcome::make_uint32_t(5).type());
  EXPECT_EQ(5u, Outcome::make_uint32_t(5).get_uint32_t());
  EXPECT_EQ(u"x", Outcome::make_nsDependentSubstring(u"x").get_nsDependentSubstring());
  EXPECT_EQ(Outcome::Tbool, Outcome(true).type());
  static_assert(!std::is_constructible_v<Outcome, std::u16string>);
}

TEST(UnionOfOneType, ArrivesAsTheSameAlternative) {
  tests::MessageBox box;
  std::vector<Outcome> inside;
  inside.push_back(Outcome::make_nsresult(1));
  inside.push_back(Outcome::make_uint32_t(2));
  inside.push_back(Outcome::make_nsString(u"a"));
  inside.push_back(Outcome::make_nsDependentSubstring(u"b"));
  ASSERT_TRUE(box.Put(Outcome(inside))) << box.error;
  Outcome read;
  ASSERT_TRUE(box.Take("it", &read)) << box.error;
  ASSERT_EQ(Outcome::TArrayOfOutcome, read.type());
  const std::vector<Outcome>& found = read.get_ArrayOfOutcome();
  ASSERT_EQ(4u, found.size());
  EXPECT_EQ(1u, found[0].get_nsresult());
  EXPECT_EQ(2u, found[1].get_uint32_t());
  EXPECT_EQ(u"a", found[2].get_nsString());
  EXPECT_EQ(u"b", found[3].get_nsDependentSubstring());
}

TEST(ComparableHandles, EqualThemselvesAndOthersThatAreEmpty) {
  const Given none;
  EXPECT_EQ(none, none);
  EXPECT_EQ(none, Given());
  const Given file(ipdl::FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)), nullptr);
  EXPECT_EQ(file, file);
  EXPECT_FALSE(file == none);
  const Given name(std::nullopt, std::make_unique<std::u16string>(u"n"));
  EXPECT_EQ(name, name);
  EXPECT_FALSE(name == Given(std::nullopt, std::make_unique<std::u16string>(u"n")));
}

}  // namespace
}  // namespace same
