// Compositor and content actors together on one loop: frames flow, rules hold, a liar is cut off.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "PCompositor.h"
#include "PCompositorChild.h"
#include "PLayerChild.h"
#include "demo/draw/content.h"
#include "demo/picture/monotonic_time.h"
#include "demo/picture/scene.h"
#include "demo/show/content_actor.h"
#include "demo/show/layer.h"
#include "glue/endpoint.h"
#include "protocols/texture/release_fence.h"
#include "protocols/texture/texture_wire.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"

namespace ipdl::demo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Watcher : ContentObserver, LayerObserver {
  void OnFailed(const std::string& reason) override { failed = reason; }
  void OnDisconnected(const std::string& why) override {
    disconnected = true;
    lost_because = why;
  }
  void OnTexture() override { ++textures; }
  void OnFrame(uint64_t, uint64_t changed_pixels, uint64_t) override {
    ++frames;
    changed = changed_pixels;
  }

  std::string failed, lost_because;
  bool disconnected = false;
  int textures = 0, frames = 0;
  uint64_t changed = 0;
};

class ActorsTest : public testing::Test {
 protected:
  ActorsTest() : loop_(*RunLoop::Create()) {
    SetLogSink([this](std::string_view line) { log_ += std::string(line) + "\n"; });
  }
  ~ActorsTest() override {
    parent_->ForgetObservers();
    parent_->Close();
    TurnUntil([&] { return false; }, absl::Milliseconds(1));
    DrainForForeignClose();
    SetLogSink(nullptr);
  }

  void Connect(RefPtr<textures::PCompositorChild> child, textures::TextureLimits limits = {}) {
    Endpoint<textures::PCompositorParent> parent_end;
    Endpoint<textures::PCompositorChild> child_end;
    ASSERT_EQ(absl::OkStatus(), textures::PCompositor::CreateEndpoints(&parent_end, &child_end));
    parent_ = MakeRef<ContentActor>(limits, &watcher_, &watcher_);
    ASSERT_EQ(absl::OkStatus(), parent_end.Bind(parent_));
    ASSERT_EQ(absl::OkStatus(), child_end.Bind(child));
  }

  // Turns the loop until `done` holds; a hang ends with a failure.
  template <typename Done>
  bool TurnUntil(const Done& done, absl::Duration limit = absl::Seconds(20)) {
    const absl::Time deadline = absl::Now() + limit;
    while (!done()) {
      if (absl::Now() > deadline) return false;
      loop_->Turn(absl::Milliseconds(10));
    }
    return true;
  }

  bool Waiting() { return parent_->layer() != nullptr && parent_->layer()->HasNext(); }

  std::string log_;
  std::unique_ptr<RunLoop> loop_;
  Watcher watcher_;
  RefPtr<ContentActor> parent_;
};

textures::PictureSource Scene(uint32_t number) { return textures::SceneNumber(number); }

TEST_F(ActorsTest, FramesAreShownInOrderAndExactlyAsDrawn) {
  bool ended = false;
  Connect(MakeRef<Content>([&] { ended = true; }));
  parent_->SendShow(Scene(kStar), textures::PictureSpace(40, 30, 3));
  for (uint32_t frame = 1; frame <= 20; ++frame) {
    ASSERT_TRUE(TurnUntil([&] { return Waiting(); })) << frame << "\n" << log_;
    parent_->layer()->Latch();
    const ImageView picture = parent_->layer()->picture();
    ASSERT_EQ(40u, picture.width);
    ASSERT_EQ(30u, picture.height);
    Image expected = *Image::Create(40, 30);
    RenderScene(kStar, frame, expected.mutable_view());
    for (uint32_t y = 0; y < 30; ++y) {
      ASSERT_EQ(0, memcmp(expected.view().Row(y), picture.Row(y), 160)) << frame << " row " << y;
    }
  }
  EXPECT_EQ(3, watcher_.textures) << "a texture was mapped more than once";
  EXPECT_EQ(uint64_t{40 * 30}, watcher_.changed);
  parent_->Close();
  EXPECT_TRUE(TurnUntil([&] { return ended; }));
  EXPECT_TRUE(watcher_.disconnected);
  EXPECT_EQ("", watcher_.lost_because);
  EXPECT_THAT(log_, IsEmpty());
}

TEST_F(ActorsTest, AProducerIsAtMostItsTexturesAhead) {
  Connect(MakeRef<Content>([] {}));
  parent_->SendShow(Scene(kRose), textures::PictureSpace(16, 16, 3));
  ASSERT_TRUE(TurnUntil([&] { return watcher_.frames == 3; }));
  for (int turn = 0; turn < 50; ++turn) loop_->Turn(absl::ZeroDuration());
  EXPECT_EQ(3, watcher_.frames);
  parent_->layer()->Latch();  // the first is shown, none comes back
  for (int turn = 0; turn < 50; ++turn) loop_->Turn(absl::ZeroDuration());
  EXPECT_EQ(3, watcher_.frames);
  parent_->layer()->Latch();  // the second replaces it
  EXPECT_TRUE(TurnUntil([&] { return watcher_.frames == 4; }));
}

TEST_F(ActorsTest, ABrokenPictureIsReportedWithItsName) {
  Connect(MakeRef<Content>([] {}));
  FileDescriptor file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  parent_->SendShow(textures::PictureFile("cat\n.png", std::move(file)),
                    textures::PictureSpace(100, 100, 3));
  ASSERT_TRUE(TurnUntil([&] { return !watcher_.failed.empty(); }));
  EXPECT_EQ("cat\\x0a.png is not a regular file", watcher_.failed);
  EXPECT_EQ(nullptr, parent_->layer());
}

TEST_F(ActorsTest, ATextureBeyondTheLimitIsRefusedWithAReason) {
  textures::TextureLimits limits;
  limits.textures = 2;
  Connect(MakeRef<Content>([] {}), limits);
  parent_->SendShow(Scene(0), textures::PictureSpace(16, 16, 3));
  ASSERT_TRUE(TurnUntil([&] { return !watcher_.failed.empty(); }));
  EXPECT_THAT(watcher_.failed, HasSubstr("the limit of 2 live textures is reached"));
  EXPECT_TRUE(parent_->IsOpen()) << "asking for too much is no crime";
}

// A producer that says what it is told to.
class LiarLayer : public textures::PLayerChild {
 private:
  Result RecvReleased(std::vector<textures::ReleasedTexture>) override { return Ok(); }
};

class Liar : public textures::PCompositorChild {
 public:
  RefPtr<LiarLayer> MakeLayer(uint32_t width, uint32_t height) {
    auto layer = MakeRef<LiarLayer>();
    SendPLayerConstructor(layer, width, height);
    return layer;
  }

 private:
  Result RecvShow(textures::PictureSource, textures::PictureSpace) override { return Ok(); }
};

class LiarTest : public ActorsTest {
 protected:
  LiarTest() {
    liar_ = MakeRef<Liar>();
    Connect(liar_);
    layer_ = liar_->MakeLayer(8, 4);
  }

  static textures::TextureDescription Described(uint64_t id, uint32_t width = 8) {
    return textures::TextureDescription(id, textures::kFourccAbgr8888, width, 4, width * 4, 0,
                                        uint64_t{width} * 16);
  }
  static FileDescriptor Memory(size_t size, int seals) {
    FileDescriptor memory(memfd_create("liar", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(0, ftruncate(memory.get(), static_cast<off_t>(size)));
    EXPECT_EQ(0, fcntl(memory.get(), F_ADD_SEALS, seals));
    return memory;
  }
  static FileDescriptor GoodMemory() {
    return Memory(128, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  }
  void Present(uint64_t id, uint64_t serial, std::vector<textures::DamageRect> damage = {}) {
    FileDescriptor far;
    fences_.push_back(*textures::ReleaseFence::Create(&far));
    layer_->SendPresent(id, textures::FrameStamp(serial, MonotonicNanoseconds()), damage,
                        std::move(far));
  }
  void ExpectCutOff(const std::string& why) {
    EXPECT_TRUE(TurnUntil([&] { return watcher_.disconnected; }));
    EXPECT_THAT(watcher_.lost_because, HasSubstr(why));
    EXPECT_EQ(nullptr, parent_->layer());
    DrainForForeignClose();  // a fence that came with a refused presentation is only closed
    for (const textures::ReleaseFence& fence : fences_) EXPECT_TRUE(fence.IsSignalled());
  }

  RefPtr<Liar> liar_;
  RefPtr<LiarLayer> layer_;
  std::vector<textures::ReleaseFence> fences_;
};

TEST_F(LiarTest, AnHonestSequenceIsNotCutOff) {
  layer_->SendShare(Described(1), GoodMemory());
  Present(1, 1, {textures::DamageRect(0, 0, 8, 4)});
  EXPECT_TRUE(TurnUntil([&] { return watcher_.frames == 1; }));
  EXPECT_FALSE(watcher_.disconnected);
  EXPECT_FALSE(fences_[0].IsSignalled());
}

TEST_F(LiarTest, MissingSealsCutItOff) {
  layer_->SendShare(Described(1), Memory(128, F_SEAL_GROW | F_SEAL_SEAL));
  ExpectCutOff("seals");
}

TEST_F(LiarTest, AFalseSizeCutsItOff) {
  layer_->SendShare(Described(1), Memory(127, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
  ExpectCutOff("127 bytes");
}

TEST_F(LiarTest, ATextureOfAnotherSizeThanItsLayerCutsItOff) {
  layer_->SendShare(Described(1, 9), GoodMemory());
  ExpectCutOff("9 x 4 pixels on a layer of 8 x 4");
}

TEST_F(LiarTest, PresentingALockedTextureCutsItOff) {
  layer_->SendShare(Described(1), GoodMemory());
  Present(1, 1);
  Present(1, 2);
  ExpectCutOff("texture 1: wrong state");
}

TEST_F(LiarTest, PresentingAnUnknownTextureCutsItOff) {
  Present(1, 1);
  ExpectCutOff("texture 1: unknown texture");
}

TEST_F(LiarTest, DamageOutsideTheTextureCutsItOff) {
  layer_->SendShare(Described(1), GoodMemory());
  Present(1, 1, {textures::DamageRect(0, 0, 9, 4)});
  ExpectCutOff("damage");
}

TEST_F(LiarTest, ASecondLayerCutsItOff) {
  liar_->MakeLayer(8, 4);
  EXPECT_TRUE(TurnUntil([&] { return watcher_.disconnected; }));
  EXPECT_THAT(watcher_.lost_because, HasSubstr("PLayer"));
}

TEST_F(LiarTest, ForgettingAShownTextureCutsItOff) {
  layer_->SendShare(Described(1), GoodMemory());
  Present(1, 1);
  layer_->SendForget(1);
  ExpectCutOff("texture 1: wrong state");
}

TEST_F(LiarTest, AnotherKindOfHandleAsFenceCutsItOff) {
  layer_->SendShare(Described(1), GoodMemory());
  layer_->SendPresent(1, textures::FrameStamp(1, 0), {}, GoodMemory());
  ExpectCutOff("release_fence");
}

}  // namespace
}  // namespace ipdl::demo
