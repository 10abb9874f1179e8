// The whole main job with real content processes: what is written equals what was drawn, and
// whatever a content process does (dies, stops, lies, is no content process at all) costs its
// layer, not more.

#include "demo/show/compositor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "demo/draw/photo_painter.h"
#include "demo/picture/backdrop.h"
#include "demo/picture/blend.h"
#include "demo/picture/png_file.h"
#include "demo/picture/scene.h"
#include "demo/picture/scratch_directory_test.h"
#include "runtime/foreign_close.h"
#include "tests/support/forked_test.h"

namespace ipdl::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint32_t kWidth = 320, kHeight = 200;

// What a run left behind.
struct Outcome {
  absl::Status status;
  std::vector<std::string> losses;
  uint64_t frames = 0;
  std::string line;
};

CompositorSettings Settings(const ScratchDirectory& out, uint32_t frames) {
  CompositorSettings settings;
  settings.options.out = out.File("out");
  settings.options.frames = frames;
  settings.content_program = IPDL_DEMO_CONTENT;
  settings.width = kWidth;
  settings.height = kHeight;
  settings.first_frame_patience = absl::Seconds(120);  // a hang limit; the machine may be busy
  settings.frame_patience = absl::Seconds(60);
  settings.exit_patience = absl::Seconds(60);
  return settings;
}

Outcome Run(CompositorSettings settings) {
  std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  Outcome outcome;
  {
    Compositor compositor(std::move(settings), loop.get());
    outcome.status = compositor.Run();
    outcome.losses = compositor.losses();
    outcome.frames = compositor.figures().frames();
    outcome.line = compositor.figures().Line(compositor.elapsed());
  }
  DrainForForeignClose();
  return outcome;
}

Image Frame(const ScratchDirectory& out, uint32_t frame) {
  absl::StatusOr<Image> image = ReadPng(out.File(absl::StrFormat("out/frame-%04d.png", frame)));
  EXPECT_TRUE(image.ok()) << image.status();
  return image.ok() ? *std::move(image) : *Image::Create(1, 1);
}

// The frame as one process would have drawn it, without the first `missing` scenes.
Image ExpectedScenes(uint32_t frame, uint32_t missing) {
  Image canvas = *Image::Create(kWidth, kHeight);
  RenderBackdrop(canvas.mutable_view());
  for (uint32_t scene = missing; scene < kSceneCount; ++scene) {
    Image layer = *Image::Create(400, 400);
    RenderScene(scene, frame + 1, layer.mutable_view());  // presentations count from 1
    const LayerPosition at = PositionOfLayer(scene, kSceneCount, frame, kWidth, kHeight, 400, 400);
    BlendOver(layer.view(), canvas.mutable_view(), at.x, at.y);
  }
  return canvas;
}

bool Same(const Image& x, const Image& y) {
  return x.width() == y.width() && x.height() == y.height() &&
         memcmp(x.view().pixels, y.view().pixels, x.stride() * x.height()) == 0;
}

// A program that the compositor may start instead of a content process.
std::string Script(const ScratchDirectory& directory, const std::string& text) {
  const std::string path = directory.File("script");
  std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

FORKED_TEST(CompositorTest, WritesExactlyWhatTheContentProcessesDrew) {
  ScratchDirectory out;
  const Outcome outcome = Run(Settings(out, 9));
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(uint64_t{9}, outcome.frames);
  EXPECT_THAT(outcome.losses, IsEmpty());
  for (uint32_t frame = 0; frame < 9; ++frame) {
    EXPECT_TRUE(Same(ExpectedScenes(frame, 0), Frame(out, frame))) << "frame " << frame;
  }
  EXPECT_THAT(outcome.line, HasSubstr("18 textures mapped once each"));
  EXPECT_TRUE(ReadPng(out.File("out/contact-sheet.png")).ok());
}

FORKED_TEST(CompositorTest, AKilledContentProcessLosesItsLayerAndNothingElse) {
  ScratchDirectory out;
  CompositorSettings settings = Settings(out, 16);
  settings.options.kill_at = 4;
  const Outcome outcome = Run(std::move(settings));
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(uint64_t{16}, outcome.frames);
  ASSERT_THAT(outcome.losses, SizeIs(1));
  EXPECT_THAT(outcome.losses[0], HasSubstr("content#1"));
  EXPECT_THAT(outcome.losses[0], HasSubstr("killed by signal 9"));
  for (uint32_t frame = 0; frame <= 4; ++frame) {
    EXPECT_TRUE(Same(ExpectedScenes(frame, 0), Frame(out, frame))) << "frame " << frame;
  }
  // What the dead process had handed over before may still be shown: at most two frames.
  for (uint32_t frame = 7; frame < 16; ++frame) {
    EXPECT_TRUE(Same(ExpectedScenes(frame, 1), Frame(out, frame))) << "frame " << frame;
  }
}

FORKED_TEST(CompositorTest, FramesOfALongerRunBeforeAreNotLeftBehindOurs) {
  ScratchDirectory out;
  std::filesystem::create_directory(out.File("out"));
  for (const char* name :
       {"frame-0000.png", "frame-0002.png", "frame-0003.png", "frame-0005.png"}) {
    std::ofstream(out.File(absl::StrCat("out/", name))) << "old";
  }
  ASSERT_TRUE(Run(Settings(out, 2)).status.ok());
  EXPECT_TRUE(ReadPng(out.File("out/frame-0000.png")).ok());
  EXPECT_FALSE(std::filesystem::exists(out.File("out/frame-0002.png")));
  EXPECT_FALSE(std::filesystem::exists(out.File("out/frame-0003.png")));
  EXPECT_TRUE(std::filesystem::exists(out.File("out/frame-0005.png")));  // no run leaves a gap
}

FORKED_TEST(CompositorTest, PicturesFromFilesAreShownAsTheirPainterDrawsThem) {
  ScratchDirectory directory;
  Image photo = *Image::Create(60, 50);
  RenderBackdrop(photo.mutable_view());
  ASSERT_EQ(absl::OkStatus(), WritePng(directory.File("photo.png"), photo.view()));
  CompositorSettings settings = Settings(directory, 12);
  settings.options.images = {directory.File("photo.png"), directory.File("photo.png")};
  const Outcome outcome = Run(std::move(settings));
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(outcome.line, HasSubstr("6 textures mapped once each"));
  auto painter = PhotoPainter::Create(photo.view(), 640, 480);
  ASSERT_TRUE(painter.ok());
  const uint32_t width = (*painter)->width(), height = (*painter)->height();
  for (uint32_t frame = 0; frame < 12; ++frame) {
    Image expected = *Image::Create(kWidth, kHeight);
    RenderBackdrop(expected.mutable_view());
    Image card = *Image::Create(width, height);
    (*painter)->Draw(frame + 1, 0, card.mutable_view());
    for (uint32_t layer = 0; layer < 2; ++layer) {
      const LayerPosition at = PositionOfLayer(layer, 2, frame, kWidth, kHeight, width, height);
      BlendOver(card.view(), expected.mutable_view(), at.x, at.y);
    }
    EXPECT_TRUE(Same(expected, Frame(directory, frame))) << "frame " << frame;
  }
}

FORKED_TEST(CompositorTest, ABrokenPictureEndsTheRunAndIsNamed) {
  ScratchDirectory directory;
  const std::string broken = directory.Write("broken.png", {0x89, 'P', 'N', 'G'});
  const std::string good = directory.File("good.png");
  ASSERT_EQ(absl::OkStatus(), WritePng(good, Image::Create(20, 20)->view()));
  CompositorSettings settings = Settings(directory, 1000);
  settings.options.images = {good, broken, good};
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(broken + ": the PNG file ends too early, after 4 bytes",
            std::string(outcome.status.message()));
}

FORKED_TEST(CompositorTest, AMissingPictureStartsNoProcess) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 10);
  settings.content_program = Script(directory, "touch " + directory.File("started"));
  settings.options.images = {directory.File("missing.png")};
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(absl::NotFoundError("cannot open " + directory.File("missing.png") +
                                ": No such file or directory"),
            outcome.status);
  EXPECT_FALSE(std::filesystem::exists(directory.File("started")));
}

FORKED_TEST(CompositorTest, AMissingContentProgramIsNamed) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 10);
  settings.content_program = directory.File("no-such-program");
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(absl::StatusCode::kNotFound, outcome.status.code());
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("no-such-program"));
}

FORKED_TEST(CompositorTest, AContentProcessThatEndsAtOnceIsAnError) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 10);
  settings.content_program = Script(directory, "exit 7");
  const Outcome outcome = Run(std::move(settings));
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("ended before it showed a picture: exited with 7"));
}

FORKED_TEST(CompositorTest, AContentProcessThatSaysNothingIsAnErrorAndIsKilled) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 10);
  settings.content_program = Script(directory, "exec sleep 1000");
  settings.first_frame_patience = absl::Milliseconds(50);
  settings.exit_patience = absl::Milliseconds(50);
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(absl::StatusCode::kDeadlineExceeded, outcome.status.code());
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("showed no picture within 50ms"));
}

FORKED_TEST(CompositorTest, GarbageInsteadOfMessagesIsCutOff) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 10);
  settings.content_program = Script(directory, "printf '%0999d' 0 >&3; exec sleep 1000");
  settings.exit_patience = absl::Milliseconds(50);
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(absl::StatusCode::kUnavailable, outcome.status.code());
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("ended before it showed a picture"));
}

// Runs `disturb(pid of the first content process)` when the run has begun to write frames.
template <typename Disturb>
Outcome RunAndDisturb(CompositorSettings settings, const ScratchDirectory& directory,
                      const Disturb& disturb) {
  // The real content process, behind a script that tells its process id.
  const std::string pid_file = directory.File("pid");
  settings.content_program = Script(
      directory,
      absl::StrFormat("[ -e %s ] || echo $$ > %s\nexec %s", pid_file, pid_file, IPDL_DEMO_CONTENT));
  std::unique_ptr<RunLoop> loop = *RunLoop::Create();
  const std::string trigger = settings.options.out + "/frame-0003.png";
  Outcome outcome;
  bool disturbed = false;
  {
    Compositor compositor(std::move(settings), loop.get());
    absl::AnyInvocable<void()> look = [&] {
      int pid = 0;
      if (std::filesystem::exists(trigger) && std::ifstream(pid_file) >> pid) {
        disturb(pid, compositor);
        disturbed = true;
      } else {
        loop->PostDelayed(absl::Milliseconds(1), [&] { look(); });
      }
    };
    loop->Post([&] { look(); });
    outcome.status = compositor.Run();
    outcome.losses = compositor.losses();
    outcome.frames = compositor.figures().frames();
  }
  loop.reset();
  DrainForForeignClose();
  EXPECT_TRUE(disturbed);
  return outcome;
}

FORKED_TEST(CompositorTest, AStoppedContentProcessDoesNotStopTheOthers) {
  // A leak checker in a content process would still be at work when the patience ends and it is
  // killed, and its own child would be left behind.
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 40);
  settings.frame_patience = absl::Milliseconds(20);
  settings.exit_patience = absl::Milliseconds(50);
  const Outcome outcome = RunAndDisturb(std::move(settings), directory, [](int pid, Compositor&) {
    EXPECT_EQ(0, kill(pid, SIGSTOP));
  });
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(uint64_t{40}, outcome.frames);
  EXPECT_THAT(outcome.losses, IsEmpty());
}

FORKED_TEST(CompositorTest, StoppingEndsEveryContentProcess) {
  ScratchDirectory directory;
  const Outcome outcome = RunAndDisturb(Settings(directory, 100'000), directory,
                                        [](int, Compositor& compositor) { compositor.Stop(); });
  EXPECT_EQ(absl::StatusCode::kCancelled, outcome.status.code());
}

FORKED_TEST(CompositorTest, AFullDiskEndsTheRunWithTheFilesName) {
  ScratchDirectory directory;
  CompositorSettings settings = Settings(directory, 1000);
  std::filesystem::create_directories(directory.File("out"));
  std::filesystem::create_symlink("/dev/full", directory.File("out/frame-0002.png"));
  const Outcome outcome = Run(std::move(settings));
  EXPECT_EQ(absl::ResourceExhaustedError("cannot write " + directory.File("out/frame-0002.png") +
                                         ": No space left on device"),
            outcome.status);
}

FORKED_TEST(CompositorTest, ADirectoryThatCannotBeMadeIsNamed) {
  ScratchDirectory directory;
  directory.Write("file", {1});
  CompositorSettings settings = Settings(directory, 10);
  settings.options.out = directory.File("file/out");
  const Outcome outcome = Run(std::move(settings));
  EXPECT_THAT(std::string(outcome.status.message()),
              HasSubstr("cannot make the directory " + directory.File("file/out")));
}

}  // namespace
}  // namespace ipdl::demo
