// Breaks messages in every small way and reads them: each truncation, each bit flipped, each byte
// replaced by each value.
//
// A broken message must either fail, saying where and why, or mean something, and then writing
// what was read must give the very same bytes: a value has one encoding. Under ASan and UBSan the
// same runs show that nothing is read or written out of bounds. What it is not: a fuzzer; it is
// exhaustive over its small set and the same each time.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/byte_buf.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/param_traits.h"
#include "runtime/sample_types_for_test.h"

namespace ipdl {
namespace {

// One kind of message: how it is made and what reads it.
class Golden {
 public:
  virtual ~Golden() = default;
  virtual void WriteSample(Writer& out) const = 0;
  // Reads everything and, if all is well, writes what was read.
  virtual bool ReadAndRewrite(Reader& in, Writer& out) const = 0;
};

template <typename T>
class GoldenOf : public Golden {
 public:
  explicit GoldenOf(std::function<T()> make) : make_(std::move(make)) {}
  void WriteSample(Writer& out) const override { WriteParam(out, make_()); }
  bool ReadAndRewrite(Reader& in, Writer& out) const override {
    T value{};
    if (!ReadParam(in, "v", &value) || !in.Finish()) return false;
    WriteParam(out, std::move(value));
    return true;
  }

 private:
  std::function<T()> make_;
};

template <typename Make>
std::unique_ptr<Golden> MakeGolden(Make make) {
  return std::make_unique<GoldenOf<decltype(make())>>(make);
}

Shape NestedShape() {
  Shape number;
  number.value = 7u;
  Shape label;
  label.value = Label{-1, "label", Colour::kBlue};
  Shape inner;
  inner.value = std::vector<Shape>{number, label};
  Shape outer;
  outer.value = std::vector<Shape>{inner, label, number};
  return outer;
}

Chain ShortChain() {
  Chain chain;
  chain.value = 1;
  chain.next = std::make_unique<Chain>();
  chain.next->next = std::make_unique<Chain>();
  return chain;
}

std::vector<std::unique_ptr<Golden>> Goldens() {
  std::vector<std::unique_ptr<Golden>> goldens;
  goldens.push_back(MakeGolden([] { return std::vector<bool>{true, false, true}; }));
  goldens.push_back(MakeGolden([] { return std::vector<double>{1.5, -2.5}; }));
  goldens.push_back(MakeGolden([] {
    return std::vector<std::vector<uint16_t>>{{1, 2, 3}, {}, {4}};
  }));
  goldens.push_back(MakeGolden([] {
    return std::vector<std::string>{"first", "", "the third is longer than the small ones"};
  }));
  goldens.push_back(MakeGolden([] { return std::u16string(u"sixteen"); }));
  goldens.push_back(MakeGolden([] {
    return std::vector<std::optional<std::string>>{"a", std::nullopt, "b"};
  }));
  goldens.push_back(MakeGolden([] {
    return std::vector<Label>{{1, "x", Colour::kRed}, {2, "yy", Colour::kGreen}};
  }));
  goldens.push_back(MakeGolden([] { return std::vector<PlainRect>{{1, 2, 3, 4, 5}, {}}; }));
  goldens.push_back(MakeGolden([] { return std::vector<Modes>{Modes::kAll, Modes::kRead}; }));
  goldens.push_back(MakeGolden(NestedShape));
  goldens.push_back(MakeGolden(ShortChain));
  goldens.push_back(MakeGolden([] { return std::vector<Shape>{NestedShape(), NestedShape()}; }));
  goldens.push_back(MakeGolden([] {
    std::vector<std::optional<FileDescriptor>> some;
    some.emplace_back(AnyDescriptor());
    some.emplace_back();
    some.emplace_back(AnyDescriptor());
    return some;
  }));
  goldens.push_back(MakeGolden([] {
    std::vector<ByteBuf> bufs;
    for (size_t n : {0, 5, 200}) {
      bufs.push_back(*ByteBuf::Copy(std::vector<uint8_t>(n, 0x5a)));
    }
    return bufs;
  }));
  return goldens;
}

class MutationTest : public ::testing::Test {
 protected:
  MutationTest() { limits_.bytebuf_inline_bytes = 64; }

  void Decode(const Golden& golden, absl::Span<const uint8_t> bytes) {
    ++decodes_;
    std::vector<OwnedHandle> handles;
    for (const OwnedHandle& handle : golden_handles_) {
      handles.push_back(std::move(*internal::Duplicate<FileDescriptor>(handle)).TakeOwned());
    }
    // A copy of its own exact size, so that ASan sees the first byte read beyond it.
    const std::unique_ptr<uint8_t[]> exact(new uint8_t[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), exact.get());
    Reader reader(absl::MakeConstSpan(exact.get(), bytes.size()), absl::MakeSpan(handles),
                  &limits_);
    queue_.Consume(queue_.size());
    std::vector<OwnedHandle> rewritten_handles;
    Writer writer(&queue_, &rewritten_handles, &limits_);
    if (!golden.ReadAndRewrite(reader, writer)) {
      ++refused_;
      const Reader::Failure& failure = reader.failure();
      ASSERT_FALSE(failure.reason.empty());
      ASSERT_LE(failure.offset, bytes.size());
      return;
    }
    ASSERT_TRUE(writer.Finish()) << writer.error();
    // The same bytes, but for zeros that completed the frame.
    const absl::Span<const uint8_t> rewritten = queue_.bytes();
    ASSERT_LE(rewritten.size(), bytes.size());
    ASSERT_TRUE(std::equal(rewritten.begin(), rewritten.end(), bytes.begin()));
    ASSERT_TRUE(std::all_of(bytes.begin() + static_cast<ptrdiff_t>(rewritten.size()), bytes.end(),
                            [](uint8_t byte) { return byte == 0; }));
    ASSERT_EQ(golden_handles_.size(), rewritten_handles.size());
  }

  std::vector<uint8_t> SampleOf(const Golden& golden) {
    golden_handles_.clear();
    queue_.Consume(queue_.size());
    Writer writer(&queue_, &golden_handles_, &limits_);
    golden.WriteSample(writer);
    EXPECT_TRUE(writer.Finish()) << writer.error();
    return {queue_.bytes().begin(), queue_.bytes().end()};
  }

  Limits limits_;
  ByteQueue queue_;
  std::vector<OwnedHandle> golden_handles_;
  int64_t decodes_ = 0;
  int64_t refused_ = 0;
};

TEST_F(MutationTest, EverySmallMutationIsRefusedOrMeansExactlyWhatItSays) {
  const int before = OpenDescriptors();
  for (const std::unique_ptr<Golden>& golden : Goldens()) {
    const std::vector<uint8_t> sample = SampleOf(*golden);
    const int64_t refused_before = refused_;
    ASSERT_NO_FATAL_FAILURE(Decode(*golden, sample));
    ASSERT_EQ(refused_before, refused_) << "the sample itself was refused";

    for (size_t length = 0; length < sample.size(); ++length) {
      ASSERT_NO_FATAL_FAILURE(Decode(*golden, absl::MakeConstSpan(sample.data(), length)));
    }
    std::vector<uint8_t> broken = sample;
    for (size_t i = 0; i < sample.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        broken[i] = static_cast<uint8_t>(sample[i] ^ (1 << bit));
        ASSERT_NO_FATAL_FAILURE(Decode(*golden, broken));
      }
      for (int value = 0; value < 256; ++value) {
        broken[i] = static_cast<uint8_t>(value);
        ASSERT_NO_FATAL_FAILURE(Decode(*golden, broken));
      }
      broken[i] = sample[i];
    }
  }
  golden_handles_.clear();
  EXPECT_EQ(before, OpenDescriptors());
  EXPECT_LT(100000, decodes_);
  EXPECT_LT(decodes_ / 10, refused_);
  std::printf("mutations: %lld decodes, %lld refused\n", static_cast<long long>(decodes_),
              static_cast<long long>(refused_));
  std::fflush(stdout);  // or a child that a later test forks prints it again
}

TEST_F(MutationTest, EveryLostOrAddedHandleIsNoticed) {
  for (const std::unique_ptr<Golden>& golden : Goldens()) {
    const std::vector<uint8_t> sample = SampleOf(*golden);
    const int64_t refused_before = refused_;
    golden_handles_.push_back(AnyHandle());
    ASSERT_NO_FATAL_FAILURE(Decode(*golden, sample));
    EXPECT_EQ(refused_before + 1, refused_);
    golden_handles_.pop_back();
    if (golden_handles_.empty()) continue;
    golden_handles_.pop_back();
    ASSERT_NO_FATAL_FAILURE(Decode(*golden, sample));
    EXPECT_EQ(refused_before + 2, refused_);
  }
}

}  // namespace
}  // namespace ipdl
