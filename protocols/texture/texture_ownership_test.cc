// The state machine against its figure: each arrow, each missing arrow, and long random walks.

#include "protocols/texture/texture_ownership.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace ipdl::textures {
namespace {

constexpr uint64_t kId = 7;

// A machine whose texture kId is in `state`, presented (if it ever was) as serial 1.
TextureOwnership In(TextureState state) {
  TextureOwnership ownership;
  ownership.Share(kId);
  if (state == TextureState::kFree) return ownership;
  ownership.BeginWrite(kId);
  if (state == TextureState::kProducing) return ownership;
  ownership.Present(kId, 1);
  if (state == TextureState::kLocked) return ownership;
  ownership.Release(kId, 1);
  return ownership;
}

constexpr TextureState kStates[] = {TextureState::kFree, TextureState::kProducing,
                                    TextureState::kLocked, TextureState::kReleased};

struct Event {
  const char* name;
  Transition (*apply)(TextureOwnership&);
  TextureState from;
  TextureState to;
};
constexpr Event kEvents[] = {
    {"BeginWrite", [](TextureOwnership& o) { return o.BeginWrite(kId); }, TextureState::kFree,
     TextureState::kProducing},
    {"CancelWrite", [](TextureOwnership& o) { return o.CancelWrite(kId); },
     TextureState::kProducing, TextureState::kFree},
    {"Present", [](TextureOwnership& o) { return o.Present(kId, 2); }, TextureState::kProducing,
     TextureState::kLocked},
    {"Release", [](TextureOwnership& o) { return o.Release(kId, 1); }, TextureState::kLocked,
     TextureState::kReleased},
    {"Finish", [](TextureOwnership& o) { return o.Finish(kId); }, TextureState::kReleased,
     TextureState::kFree},
};

TEST(TextureOwnershipTest, OnlyTheArrowsOfTheFigureExist) {
  for (const Event& event : kEvents) {
    for (const TextureState state : kStates) {
      SCOPED_TRACE(std::string(event.name) + " in state " + std::string(TextureStateName(state)));
      TextureOwnership ownership = In(state);
      const bool legal = state == event.from;
      EXPECT_EQ(legal ? Transition::kDone : Transition::kWrongState, event.apply(ownership));
      TextureState after = TextureState::kFree;
      ASSERT_TRUE(ownership.StateOf(kId, &after));
      EXPECT_EQ(TextureStateName(legal ? event.to : state), TextureStateName(after));
    }
  }
}

TEST(TextureOwnershipTest, OnlyAFreeTextureCanBeForgotten) {
  for (const TextureState state : kStates) {
    TextureOwnership ownership = In(state);
    const bool legal = state == TextureState::kFree;
    EXPECT_EQ(legal ? Transition::kDone : Transition::kWrongState, ownership.Forget(kId));
    EXPECT_EQ(size_t{legal ? 0u : 1u}, ownership.count());
  }
}

TEST(TextureOwnershipTest, UnknownTexturesHaveNoTransitions) {
  TextureOwnership ownership = In(TextureState::kFree);
  for (const uint64_t id : {uint64_t{0}, kId - 1, kId + 1, ~uint64_t{0}}) {
    EXPECT_EQ(Transition::kUnknownTexture, ownership.BeginWrite(id));
    EXPECT_EQ(Transition::kUnknownTexture, ownership.CancelWrite(id));
    EXPECT_EQ(Transition::kUnknownTexture, ownership.Present(id, 9));
    EXPECT_EQ(Transition::kUnknownTexture, ownership.Release(id, 1));
    EXPECT_EQ(Transition::kUnknownTexture, ownership.Finish(id));
    EXPECT_EQ(Transition::kUnknownTexture, ownership.Forget(id));
    TextureState state = TextureState::kFree;
    EXPECT_FALSE(ownership.StateOf(id, &state));
    EXPECT_EQ(uint64_t{0}, ownership.SerialOf(id));
  }
}

TEST(TextureOwnershipTest, IdsAreNeverUsedTwice) {
  TextureOwnership ownership;
  EXPECT_EQ(Transition::kIdNotNew, ownership.Share(0));
  EXPECT_EQ(Transition::kDone, ownership.Share(5));
  EXPECT_EQ(Transition::kIdNotNew, ownership.Share(5));
  EXPECT_EQ(Transition::kIdNotNew, ownership.Share(4));
  EXPECT_EQ(Transition::kDone, ownership.Forget(5));
  EXPECT_EQ(Transition::kIdNotNew, ownership.Share(5));
  EXPECT_EQ(Transition::kDone, ownership.Share(~uint64_t{0}));
  EXPECT_EQ(Transition::kIdNotNew, ownership.Share(6));
}

TEST(TextureOwnershipTest, SerialsCountUpOverAllTextures) {
  TextureOwnership ownership;
  ownership.Share(1);
  ownership.Share(2);
  ownership.BeginWrite(1);
  ownership.BeginWrite(2);
  EXPECT_EQ(Transition::kStaleSerial, ownership.Present(1, 0));
  EXPECT_EQ(Transition::kDone, ownership.Present(1, 10));
  EXPECT_EQ(Transition::kStaleSerial, ownership.Present(2, 10));
  EXPECT_EQ(Transition::kStaleSerial, ownership.Present(2, 9));
  EXPECT_EQ(Transition::kDone, ownership.Present(2, 11));
  EXPECT_EQ(Transition::kWrongSerial, ownership.Release(1, 11));
  EXPECT_EQ(Transition::kDone, ownership.Release(1, 10));
  EXPECT_EQ(uint64_t{11}, ownership.SerialOf(2));
}

// The machine written down a second time, as plainly as possible: a set of facts per texture.
class Model {
 public:
  bool Share(uint64_t id) {
    for (const uint64_t old : ever_) {
      if (old >= id) return false;
    }
    if (id == 0) return false;
    ever_.insert(id);
    state_[id] = "free";
    return true;
  }
  bool Step(uint64_t id, const std::string& from, const std::string& to) {
    if (state_.count(id) == 0 || state_[id] != from) return false;
    state_[id] = to;
    return true;
  }
  bool Present(uint64_t id, uint64_t serial) {
    for (const uint64_t old : serials_) {
      if (old >= serial) return false;
    }
    if (serial == 0 || !Step(id, "producing", "locked")) return false;
    serials_.insert(serial);
    presented_[id] = serial;
    return true;
  }
  bool Release(uint64_t id, uint64_t serial) {
    return presented_[id] == serial && Step(id, "locked", "released");
  }
  bool Forget(uint64_t id) {
    if (state_.count(id) == 0 || state_[id] != "free") return false;
    state_.erase(id);
    return true;
  }
  const std::map<uint64_t, std::string>& state() const { return state_; }

 private:
  std::set<uint64_t> ever_, serials_;
  std::map<uint64_t, std::string> state_;
  std::map<uint64_t, uint64_t> presented_;
};

TEST(TextureOwnershipTest, RandomWalksAgreeWithAPlainModel) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    TextureOwnership ownership;
    Model model;
    uint64_t next_id = 1, next_serial = 1;
    int accepted = 0;
    for (int step = 0; step < 2000; ++step) {
      const uint64_t id = random() % (next_id + 1);
      const uint64_t serial = next_serial > 3 ? next_serial - random() % 3 : next_serial;
      bool expected = false;
      Transition actual = Transition::kDone;
      switch (random() % 7) {
        case 0: {
          const uint64_t new_id = next_id < 6 || random() % 40 == 0 ? next_id++ : id;
          expected = model.Share(new_id);
          actual = ownership.Share(new_id);
          break;
        }
        case 1:
          expected = model.Step(id, "free", "producing");
          actual = ownership.BeginWrite(id);
          break;
        case 2:
          if (random() % 4 != 0) continue;
          expected = model.Step(id, "producing", "free");
          actual = ownership.CancelWrite(id);
          break;
        case 3:
          expected = model.Present(id, serial);
          actual = ownership.Present(id, serial);
          if (expected) next_serial = serial + 1;
          break;
        case 4: {
          const uint64_t which = random() % 5 == 0 ? serial : ownership.SerialOf(id);
          expected = which != 0 && model.Release(id, which);
          actual = ownership.Release(id, which);
          break;
        }
        case 5:
          expected = model.Step(id, "released", "free");
          actual = ownership.Finish(id);
          break;
        case 6:
          if (random() % 8 != 0) continue;
          expected = model.Forget(id);
          actual = ownership.Forget(id);
          break;
      }
      ASSERT_EQ(expected, actual == Transition::kDone) << "step " << step;
      if (expected) ++accepted;
      ASSERT_EQ(model.state().size(), ownership.count());
      for (const auto& [known, name] : model.state()) {
        TextureState state = TextureState::kFree;
        ASSERT_TRUE(ownership.StateOf(known, &state));
        ASSERT_EQ(name, TextureStateName(state)) << "texture " << known << " step " << step;
      }
    }
    EXPECT_GT(accepted, 100);
  }
}

TEST(TextureOwnershipTest, EveryAnswerHasWords) {
  std::set<std::string> words;
  for (const Transition t :
       {Transition::kDone, Transition::kUnknownTexture, Transition::kIdNotNew,
        Transition::kWrongState, Transition::kStaleSerial, Transition::kWrongSerial}) {
    words.insert(std::string(TransitionName(t)));
  }
  for (const TextureState state : kStates) words.insert(std::string(TextureStateName(state)));
  EXPECT_EQ(size_t{10}, words.size());
}

}  // namespace
}  // namespace ipdl::textures
