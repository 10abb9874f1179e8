// The ring by itself: wrapping, and that nobody sleeps on something that is there.

#include "runtime/portal/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace ipdl::portal {
namespace {

constexpr size_t kCapacity = 64;

struct Ring {
  RingControl control = {};
  uint8_t data[kCapacity] = {};
  RingWriter writer{&control, data, kCapacity};
  RingReader reader{&control, data, kCapacity};

  bool Write(const std::string& text) {
    if (!writer.HasRoom(FrameSpace(text.size()))) return false;
    const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(text.data());
    writer.Write(absl::MakeSpan(bytes, 1), absl::MakeSpan(bytes, text.size()).subspan(1), false);
    return true;
  }
  std::string Read() {
    FrameHeader frame;
    if (reader.Peek(&frame) != RingReader::Found::kFrame) return "nothing";
    std::string text(frame.size, '\0');
    reader.CopyOut(0, reinterpret_cast<uint8_t*>(text.data()), text.size());
    reader.Consume(frame);
    return text;
  }
};

TEST(RingTest, FramesOfAnySizeGoRoundTheEnd) {
  Ring ring;
  for (size_t round = 0; round < 200; ++round) {
    const std::string text(1 + round % (kCapacity - sizeof(FrameHeader)),
                           static_cast<char>('a' + round % 26));
    ASSERT_TRUE(ring.Write(text)) << text.size();
    EXPECT_EQ("nothing", ring.Read());
    ring.writer.Publish();
    EXPECT_EQ(text, ring.Read());
    ring.reader.Release();
  }
}

TEST(RingTest, AFullRingTakesNothingUntilSomethingIsReleased) {
  Ring ring;
  ASSERT_TRUE(ring.Write(std::string(24, 'x')));
  ASSERT_TRUE(ring.Write(std::string(24, 'y')));
  ring.writer.Publish();
  EXPECT_FALSE(ring.Write("z"));
  EXPECT_EQ(std::string(24, 'x'), ring.Read());
  EXPECT_FALSE(ring.writer.is_broken());
  ring.reader.Release();
  EXPECT_TRUE(ring.Write("z"));
}

// Both ends as steps between which the other end may do anything. Every order of the steps of two
// writes and of a reader's reading, going to sleep and being woken is tried: at the end a reader
// that sleeps has a bell on its way, or has read everything.
class SleepingRace {
 public:
  // `order`: bit i says who takes step i.
  explicit SleepingRace(uint32_t order) {
    for (int i = 0; i < 24; ++i) (order >> i & 1) != 0 ? WriterStep() : ReaderStep();
  }
  bool IsStuck() {
    // Who is not asleep goes on by itself.
    for (int i = 0; i < 12; ++i) WriterStep();
    for (int i = 0; i < 12; ++i) ReaderStep();
    return read_ != 2;
  }

 private:
  enum class State { kReading, kAboutToSleep, kAsleep };

  void WriterStep() {
    if (step_ == 6) return;
    switch (step_++ % 3) {
      case 0:
        ring_.Write("x");
        break;
      case 1:
        ring_.writer.Publish();
        break;
      default:
        if (ring_.writer.TakeSleeper()) bell_ = true;
        break;
    }
  }
  void ReaderStep() {
    switch (state_) {
      case State::kReading:
        if (ring_.Read() == "x") {
          ++read_;
        } else {
          state_ = State::kAboutToSleep;
        }
        break;
      case State::kAboutToSleep:
        ring_.reader.Release();
        state_ = ring_.reader.Sleep() ? State::kReading : State::kAsleep;
        break;
      case State::kAsleep:
        if (std::exchange(bell_, false)) {
          ring_.reader.Awake();
          state_ = State::kReading;
        }
        break;
    }
  }

  Ring ring_;
  int step_ = 0;
  State state_ = State::kReading;
  bool bell_ = false;
  int read_ = 0;
};

TEST(RingTest, NobodySleepsOnWhatIsThere) {
  // Twelve steps of the reader and twelve of the writer (of which six do something), in any order.
  for (uint32_t order = 0; order < 1u << 16; ++order) {
    ASSERT_FALSE(SleepingRace(order << 8 | 0x55).IsStuck()) << order;
    ASSERT_FALSE(SleepingRace(order).IsStuck()) << order;
  }
}

}  // namespace
}  // namespace ipdl::portal
