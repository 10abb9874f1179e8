// Generated ParamTraits: what is written arrives as it was, and what cannot be sent is refused.

#include <fcntl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Belongings.h"
#include "Values.h"
#include "absl/status/statusor.h"
#include "tests/generated/message_box.h"
#include "tests/generated/random_values.h"

namespace demo {
namespace {

using tests::MessageBox;
using values::Chain;
using values::Description;
using values::Json;
using values::Link;
using values::Member;
using values::Nothing;
using values::Number;
using values::Plane;

constexpr int kRounds = 500;

template <typename T>
void ExpectArrives(const T& value) {
  MessageBox box;
  ASSERT_TRUE(box.Put(value)) << box.error;
  T out;
  ASSERT_TRUE(box.Take("value", &out)) << box.error;
  EXPECT_EQ(value, out);
}

TEST(GeneratedTraits, RandomValuesArrive) {
  tests::Random random(7);
  for (int round = 0; round < kRounds && !testing::Test::HasFailure(); ++round) {
    ExpectArrives(tests::RandomPlane(random));
    ExpectArrives(tests::RandomDescription(random));
    ExpectArrives(tests::RandomScalars(random));
    ExpectArrives(tests::RandomWrapped(random));
    ExpectArrives(tests::RandomNumber(random));
    ExpectArrives(tests::RandomJson(random, 5));
  }
}

TEST(GeneratedTraits, AMoveOnlyStructArrives) {
  tests::Random random(8);
  const Chain sent = tests::RandomChain(random, 6);
  MessageBox box;
  ASSERT_TRUE(box.Put(sent)) << box.error;
  Chain out;
  ASSERT_TRUE(box.Take("chain", &out)) << box.error;
  const Chain* a = &sent;
  const Chain* b = &out;
  for (int link = 0; link < 6; ++link) {
    EXPECT_EQ(a->name(), b->name());
    ASSERT_EQ(a->description() == nullptr, b->description() == nullptr);
    if (a->description()) {
      EXPECT_EQ(*a->description(), *b->description());
    }
    ASSERT_EQ(Link::TChain, b->next()->type());
    a = &a->next()->get_Chain();
    b = &b->next()->get_Chain();
  }
}

TEST(GeneratedTraits, AStructIsItsFieldsInOrder) {
  MessageBox box;
  ASSERT_TRUE(box.Put(Plane(0x01020304, 0x11121314)));
  EXPECT_EQ((std::vector<uint8_t>{4, 3, 2, 1, 0x14, 0x13, 0x12, 0x11}), box.bytes);
}

TEST(GeneratedTraits, AStructWithoutFieldsIsOneZeroByte) {
  MessageBox box;
  ASSERT_TRUE(box.Put(Nothing()));
  EXPECT_EQ(std::vector<uint8_t>{0}, box.bytes);
  box.bytes[0] = 1;
  Nothing out;
  EXPECT_FALSE(box.Take("nothing", &out));
  EXPECT_EQ("nothing: is not empty (byte 1)", box.error);
}

TEST(GeneratedTraits, AUnionIsItsTagAndTheValue) {
  MessageBox box;
  ASSERT_TRUE(box.Put(Number(true)));
  EXPECT_EQ((std::vector<uint8_t>{1, 0, 0, 0, 1}), box.bytes);
  ASSERT_TRUE(box.Put(Number(-2)));
  EXPECT_EQ((std::vector<uint8_t>{2, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}), box.bytes);
}

TEST(GeneratedTraits, AUnionThatHoldsNothingIsNotSent) {
  MessageBox box;
  EXPECT_FALSE(box.Put(Number()));
  EXPECT_EQ("a union holds nothing", box.error);
}

ipdl::FileDescriptor OpenNull() {
  return ipdl::FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(GeneratedTraits, HandlesTravelInOrder) {
  Files files;
  files.one() = OpenNull();
  files.perhaps() = OpenNull();
  for (int i = 0; i < 3; ++i) files.many().push_back(OpenNull());
  files.bytes() = *ipdl::ByteBuf::Copy(std::vector<uint8_t>{1, 2, 3});
  std::vector<int> expected = {files.one().get(), files.perhaps()->get()};
  for (const auto& each : files.many()) expected.push_back(each.get());

  MessageBox box;
  ASSERT_TRUE(box.Put(std::move(files))) << box.error;
  EXPECT_EQ(5u, box.handles.size());
  Files out;
  ASSERT_TRUE(box.Take("files", &out)) << box.error;
  std::vector<int> actual = {out.one().get(), out.perhaps()->get()};
  for (const auto& each : out.many()) actual.push_back(each.get());
  EXPECT_EQ(expected, actual);
  EXPECT_EQ(3u, out.bytes().bytes().size());
}

TEST(GeneratedTraits, AStructWithAnEmptyHandleIsNotSent) {
  Files files;
  files.perhaps() = OpenNull();
  MessageBox box;
  EXPECT_FALSE(box.Put(std::move(files)));
  EXPECT_NE("", box.error);
}

TEST(GeneratedTraits, PossessionsTravel) {
  MessageBox box;
  Possession out;
  ASSERT_TRUE(box.Put(Possession(OpenNull()))) << box.error;
  ASSERT_TRUE(box.Take("possession", &out)) << box.error;
  EXPECT_TRUE(out.get_FileDescriptor().valid());
  ASSERT_TRUE(box.Put(Possession(tests::Ticket(17)))) << box.error;
  ASSERT_TRUE(box.Take("possession", &out)) << box.error;
  EXPECT_EQ(17u, out.get_Ticket().number());
  ASSERT_TRUE(box.Put(Possession(std::unique_ptr<Description>()))) << box.error;
  ASSERT_TRUE(box.Take("possession", &out)) << box.error;
  EXPECT_EQ(nullptr, out.get_UniquePtrOfDescription());
}

Imports SampleImports() {
  Imports imports(tests::Ticket(1), tests::Blueprint(2), tests::Coin(3),
                  ipdl::MakeRef<tests::Shared>(4u), nullptr, {});
  imports.crowd().push_back(nullptr);
  imports.crowd().push_back(ipdl::MakeRef<tests::Shared>(5u));
  return imports;
}

TEST(GeneratedTraits, ImportedTypesTravelByTheirOwnTraits) {
  Imports imports = SampleImports();
  MessageBox box;
  ASSERT_TRUE(box.Put(std::move(imports))) << box.error;
  Imports out;
  ASSERT_TRUE(box.Take("imports", &out)) << box.error;
  EXPECT_EQ(1u, out.ticket().number());
  EXPECT_EQ(2u, out.blueprint().pages());
  EXPECT_EQ(3u, out.coin().cents());
  EXPECT_EQ(4u, out.shared()->value());
  EXPECT_EQ(nullptr, out.maybe().get());
  ASSERT_EQ(2u, out.crowd().size());
  EXPECT_EQ(nullptr, out.crowd()[0].get());
  EXPECT_EQ(5u, out.crowd()[1]->value());
  // What sending consumes is gone, what it only reads is not.
  EXPECT_EQ(0u, imports.ticket().number());
  EXPECT_EQ(2u, imports.blueprint().pages());
  EXPECT_EQ(0u, imports.coin().cents());
}

TEST(GeneratedTraits, ACountedPointerIsNullOnlyWhereTheProtocolSaysSo) {
  Imports imports = SampleImports();
  imports.shared() = nullptr;
  MessageBox box;
  EXPECT_FALSE(box.Put(std::move(imports)));
  EXPECT_EQ("shared is null", box.error);

  ASSERT_TRUE(box.Put(SampleImports())) << box.error;
  // Three u32, then the presence of `shared` and, aligned, its value: without it the rest moves up.
  ASSERT_EQ(1, box.bytes[12]);
  box.bytes[12] = 0;
  Imports out;
  EXPECT_FALSE(box.Take("imports", &out));
  EXPECT_EQ("imports.shared: is null (byte 13)", box.error);
}

}  // namespace
}  // namespace demo
