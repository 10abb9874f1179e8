// Tests that every value arrives as it was sent, at its limits too, and that sending owns handles.

#include "runtime/param_traits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "runtime/open_descriptors_for_test.h"
#include "runtime/sample_types_for_test.h"

namespace ipdl {
namespace {

class ParamTraitsTest : public ::testing::Test {
 protected:
  // Writes `value` and reads it back as a T; `why_` says what went wrong.
  template <typename T, typename V>
  T RoundTrip(V&& value) {
    queue_.Consume(queue_.size());
    handles_.clear();
    why_.clear();
    T out{};
    Writer writer(&queue_, &handles_, &limits_);
    WriteParam(writer, std::forward<V>(value));
    if (!writer.Finish()) {
      why_ = "not sent: " + std::string(writer.error());
      return out;
    }
    Reader reader(queue_.bytes(), absl::MakeSpan(handles_), &limits_);
    if (!ReadParam(reader, "v", &out) || !reader.Finish()) why_ = reader.failure().ToString();
    return out;
  }

  template <typename T>
  void ExpectSame(const T& value) {
    EXPECT_EQ(value, RoundTrip<T>(value));
    EXPECT_EQ("", why_);
  }

  Limits limits_;
  ByteQueue queue_;
  std::vector<OwnedHandle> handles_;
  std::string why_;
};

template <typename T>
std::vector<T> Extremes() {
  using L = std::numeric_limits<T>;
  return {L::lowest(), L::min(), L::max(), T{0}, T{1}};
}

TEST_F(ParamTraitsTest, ScalarsArriveAtTheirExtremes) {
  ExpectSame(true);
  ExpectSame(false);
  for (auto v : Extremes<char>()) ExpectSame(v);
  for (auto v : Extremes<int8_t>()) ExpectSame(v);
  for (auto v : Extremes<int16_t>()) ExpectSame(v);
  for (auto v : Extremes<int32_t>()) ExpectSame(v);
  for (auto v : Extremes<int64_t>()) ExpectSame(v);
  for (auto v : Extremes<uint8_t>()) ExpectSame(v);
  for (auto v : Extremes<uint16_t>()) ExpectSame(v);
  for (auto v : Extremes<uint32_t>()) ExpectSame(v);
  for (auto v : Extremes<uint64_t>()) ExpectSame(v);
  for (auto v : Extremes<float>()) ExpectSame(v);
  for (auto v : Extremes<double>()) ExpectSame(v);
  for (auto v : Extremes<long long>()) ExpectSame(v);
  ExpectSame(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(RoundTrip<double>(std::nan(""))));
}

TEST_F(ParamTraitsTest, StringsArriveWithAnyBytes) {
  ExpectSame(std::string());
  ExpectSame(std::string("a"));
  ExpectSame(std::string("\0\xff\x80 zero and more", 17));
  ExpectSame(std::string(60000, 'x'));
  ExpectSame(std::u16string());
  ExpectSame(std::u16string{0, 0x00e4, 0xd800});
}

TEST_F(ParamTraitsTest, AStringViewIsWrittenAsAString) {
  EXPECT_EQ("view", RoundTrip<std::string>(std::string_view("view")));
  EXPECT_EQ(u"view", RoundTrip<std::u16string>(std::u16string_view(u"view")));
}

TEST_F(ParamTraitsTest, ArraysOfScalarsArrive) {
  ExpectSame(std::vector<uint8_t>());
  ExpectSame(std::vector<uint8_t>{1, 2, 3});
  ExpectSame(std::vector<int16_t>{-1, 2, -3});
  ExpectSame(std::vector<float>{1.5f, -2.5f});
  ExpectSame(std::vector<double>());
  ExpectSame(std::vector<double>{1.5});
  ExpectSame(std::vector<uint64_t>(5000, UINT64_MAX));
}

TEST_F(ParamTraitsTest, AnEmptyArrayOfWideScalarsHasNoPadding) {
  RoundTrip<std::vector<double>>(std::vector<double>());
  EXPECT_EQ(4u, queue_.size());
}

TEST_F(ParamTraitsTest, ASpanIsWrittenAsAVector) {
  const std::vector<int32_t> numbers = {1, 2, 3};
  EXPECT_EQ(numbers, RoundTrip<std::vector<int32_t>>(absl::Span<const int32_t>(numbers)));
  const std::vector<std::string> strings = {"a", "", "ccc"};
  EXPECT_EQ(strings, RoundTrip<std::vector<std::string>>(absl::Span<const std::string>(strings)));
}

TEST_F(ParamTraitsTest, ArraysOfBoolArrive) {
  ExpectSame(std::vector<bool>());
  ExpectSame(std::vector<bool>{true, false, true, true});
  ExpectSame(std::vector<std::vector<bool>>{{true}, {}, {false, true}});
}

TEST_F(ParamTraitsTest, ArraysOfArraysArrive) {
  ExpectSame(std::vector<std::vector<std::vector<uint64_t>>>{{{1}, {}}, {}, {{2, 3}}});
  ExpectSame(std::vector<std::vector<std::string>>{{"a", "b"}, {""}});
}

TEST_F(ParamTraitsTest, OptionalsArrive) {
  ExpectSame(std::optional<uint32_t>());
  ExpectSame(std::optional<uint32_t>(7));
  ExpectSame(std::vector<std::optional<std::string>>{"a", std::nullopt, ""});
  ExpectSame(std::optional<std::optional<bool>>(std::optional<bool>()));
}

TEST_F(ParamTraitsTest, OwningPointersArrive) {
  EXPECT_EQ(nullptr, RoundTrip<std::unique_ptr<std::string>>(std::unique_ptr<std::string>()));
  EXPECT_EQ("", why_);
  EXPECT_EQ("x", *RoundTrip<std::unique_ptr<std::string>>(std::make_unique<std::string>("x")));
}

TEST_F(ParamTraitsTest, EnumsFlagsAndPlainDataArrive) {
  for (Colour colour : {Colour::kRed, Colour::kGreen, Colour::kBlue}) ExpectSame(colour);
  for (Offset offset : {Offset::kLeft, Offset::kNone, Offset::kRight}) ExpectSame(offset);
  for (Modes modes : {Modes::kNone, Modes::kRead, Modes::kWrite, Modes::kAll}) ExpectSame(modes);
  ExpectSame(PlainRect{-1, 2, 3, 4, 5});
  ExpectSame(std::vector<PlainRect>{{-1, 2, 3, 4, 5}, {}});
  ExpectSame(std::vector<Label>{{-1, "x", Colour::kBlue}, {}});
}

TEST_F(ParamTraitsTest, EnumsThatTheReceiverWouldRefuseAreNotSent) {
  RoundTrip<Colour>(static_cast<Colour>(0));
  EXPECT_EQ("not sent: an enum has a value that is not one of its own", why_);
  RoundTrip<Colour>(static_cast<Colour>(4));
  EXPECT_EQ("not sent: an enum has a value that is not one of its own", why_);
  RoundTrip<Modes>(static_cast<Modes>(2));
  EXPECT_EQ("not sent: flags have a bit that is not one of their own", why_);
}

TEST_F(ParamTraitsTest, StructsByTheirFieldsArrive) {
  ExpectSame(Note{"x", Colour::kGreen, 7});
  ExpectSame(std::vector<Note>{{"", Colour::kRed, std::nullopt}, {"yy", Colour::kBlue, 1}});
  Page page;
  page.label = {3, "l", Colour::kGreen};
  page.bits = {true, false};
  page.file = FileDescriptor(dup(0));
  const Page arrived = RoundTrip<Page>(std::move(page));
  ASSERT_EQ("", why_);
  EXPECT_EQ((Label{3, "l", Colour::kGreen}), arrived.label);
  EXPECT_EQ((std::vector<bool>{true, false}), arrived.bits);
  EXPECT_TRUE(arrived.file.valid());
}

TEST_F(ParamTraitsTest, AStructsBadFieldIsNamedByItsPlace) {
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, std::string_view("x"));
  writer.Put(uint8_t{9});
  writer.Put(false);
  ASSERT_TRUE(writer.Finish());
  Note note;
  Reader reader(queue_.bytes(), {}, &limits_);
  EXPECT_FALSE(ReadParam(reader, "note", &note));
  EXPECT_NE(std::string::npos, reader.failure().ToString().find("note.field 2"))
      << reader.failure().ToString();
}

TEST_F(ParamTraitsTest, AStructWithAnEmptyHandleIsNotSent) {
  RoundTrip<Page>(Page());
  EXPECT_NE(std::string::npos, why_.find("not sent: ")) << why_;
}

TEST_F(ParamTraitsTest, UnionsArrive) {
  Shape inner;
  inner.value = Label{1, "in", Colour::kGreen};
  Shape shape;
  shape.value = std::vector<Shape>{inner, inner};
  const Shape arrived = RoundTrip<Shape>(shape);
  ASSERT_EQ("", why_);
  EXPECT_EQ("in", std::get<2>(std::get<3>(arrived.value)[1].value).text);
}

std::unique_ptr<Chain> ChainOf(int length) {
  std::unique_ptr<Chain> chain;
  for (int i = 0; i < length; ++i) {
    auto longer = std::make_unique<Chain>();
    longer->next = std::move(chain);
    chain = std::move(longer);
  }
  return chain;
}

TEST_F(ParamTraitsTest, RecursionEndsAtTheNestingLimit) {
  for (int length : {63, 64}) {
    RoundTrip<std::unique_ptr<Chain>>(ChainOf(length));
    EXPECT_EQ("", why_) << length;
  }
  RoundTrip<std::unique_ptr<Chain>>(ChainOf(65));
  EXPECT_EQ("not sent: values nest deeper than 64 levels", why_);
}

TEST_F(ParamTraitsTest, ReadingReplacesWhatWasThere) {
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, std::vector<std::string>{"new"});
  WriteParam(writer, std::optional<int>());
  WriteParam(writer, std::string());
  ASSERT_TRUE(writer.Finish());
  std::vector<std::string> strings = {"old", "older"};
  std::optional<int> number = 5;
  std::string text = "old";
  Reader reader(queue_.bytes(), {}, &limits_);
  ASSERT_TRUE(ReadParam(reader, "a", &strings) && ReadParam(reader, "b", &number) &&
              ReadParam(reader, "c", &text) && reader.Finish());
  EXPECT_EQ(std::vector<std::string>{"new"}, strings);
  EXPECT_EQ(std::nullopt, number);
  EXPECT_EQ("", text);
}

TEST_F(ParamTraitsTest, DescriptorsArriveInOrder) {
  const int before = OpenDescriptors();
  {
    std::vector<FileDescriptor> sent;
    std::vector<int> expected;
    for (int i = 0; i < 5; ++i) {
      sent.push_back(AnyDescriptor());
      expected.push_back(sent.back().get());
    }
    const auto arrived = RoundTrip<std::vector<FileDescriptor>>(std::move(sent));
    ASSERT_EQ("", why_);
    std::vector<int> actual;
    for (const FileDescriptor& descriptor : arrived) actual.push_back(descriptor.get());
    EXPECT_EQ(expected, actual);
  }
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(ParamTraitsTest, MoveOnlyValuesTravelInEveryContainer) {
  const int before = OpenDescriptors();
  {
    std::vector<std::optional<FileDescriptor>> some;
    some.emplace_back(AnyDescriptor());
    some.emplace_back();
    const auto arrived = RoundTrip<std::vector<std::optional<FileDescriptor>>>(std::move(some));
    ASSERT_EQ("", why_);
    ASSERT_EQ(2u, arrived.size());
    EXPECT_TRUE(arrived[0].has_value() && arrived[0]->valid());
    EXPECT_FALSE(arrived[1].has_value());

    std::vector<std::vector<FileDescriptor>> nested(2);
    nested[1].push_back(AnyDescriptor());
    EXPECT_EQ(1u, RoundTrip<std::vector<std::vector<FileDescriptor>>>(std::move(nested))[1].size());
    EXPECT_TRUE(RoundTrip<std::unique_ptr<FileDescriptor>>(
                    std::make_unique<FileDescriptor>(AnyDescriptor()))
                    ->valid());
    handles_.clear();
  }
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(ParamTraitsTest, AnEmptyDescriptorIsNotSentAndItsSiblingsAreClosed) {
  const int before = OpenDescriptors();
  std::vector<FileDescriptor> sent;
  sent.push_back(AnyDescriptor());
  sent.emplace_back();
  sent.push_back(AnyDescriptor());
  RoundTrip<std::vector<FileDescriptor>>(std::move(sent));
  EXPECT_EQ("not sent: a handle is empty", why_);
  EXPECT_TRUE(sent.empty());  // NOLINT: that is what is tested
  handles_.clear();           // what the channel does when it abandons the message
  EXPECT_EQ(before, OpenDescriptors());
}

TEST_F(ParamTraitsTest, HandlesThatThisPlatformLacksAreNotSent) {
  RoundTrip<MachSendRight>(MachSendRight());
  EXPECT_EQ("not sent: a handle is empty", why_);
  std::optional<MachReceiveRight> none;
  EXPECT_FALSE(RoundTrip<std::optional<MachReceiveRight>>(std::move(none)).has_value());
  EXPECT_EQ("", why_);
}

TEST_F(ParamTraitsTest, AMessageThatIsNotAlignedInMemoryIsReadTheSame) {
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, true);
  WriteParam(writer, std::vector<double>{1.5, 2.5});
  WriteParam(writer, std::u16string(u"odd"));
  WriteParam(writer, uint64_t{9});
  ASSERT_TRUE(writer.Finish());
  for (size_t shift = 0; shift < 8; ++shift) {
    std::vector<uint8_t> moved(shift);
    moved.insert(moved.end(), queue_.bytes().begin(), queue_.bytes().end());
    bool flag = false;
    std::vector<double> numbers;
    std::u16string text;
    uint64_t last = 0;
    Reader reader(absl::MakeConstSpan(moved).subspan(shift), {}, &limits_);
    ASSERT_TRUE(ReadParam(reader, "a", &flag) && ReadParam(reader, "b", &numbers) &&
                ReadParam(reader, "c", &text) && ReadParam(reader, "d", &last) && reader.Finish())
        << reader.failure().ToString();
    EXPECT_EQ((std::vector<double>{1.5, 2.5}), numbers);
    EXPECT_EQ(u"odd", text);
    EXPECT_EQ(9u, last);
  }
}

}  // namespace
}  // namespace ipdl
