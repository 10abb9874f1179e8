// Reading and writing of PNG files: every kind of file, every kind of damage, every kind of
// failure.

#include "demo/picture/png_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "demo/picture/png_sample_test.h"
#include "demo/picture/scratch_directory_test.h"

namespace ipdl::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

Image Checkered(uint32_t width, uint32_t height, bool opaque) {
  Image image = *Image::Create(width, height);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      uint8_t* pixel = image.mutable_view().Row(y) + 4 * x;
      const uint8_t alpha = opaque ? 255 : static_cast<uint8_t>(x * 85 + y);
      pixel[0] = static_cast<uint8_t>((x ^ y) % (alpha + 1));
      pixel[1] = alpha;
      pixel[2] = static_cast<uint8_t>((x * y) % (alpha + 1));
      pixel[3] = alpha;
    }
  }
  return image;
}

void ExpectEqualPixels(ImageView expected, ImageView actual, int tolerance = 0) {
  ASSERT_EQ(expected.width, actual.width);
  ASSERT_EQ(expected.height, actual.height);
  for (uint32_t y = 0; y < expected.height; ++y) {
    for (uint32_t i = 0; i < 4 * expected.width; ++i) {
      ASSERT_NEAR(expected.Row(y)[i], actual.Row(y)[i], tolerance) << "row " << y << " byte " << i;
    }
  }
}

TEST(PngFileTest, ReadsEveryColourTypeDepthAndInterlacing) {
  ScratchDirectory directory;
  const std::vector<PngSample> samples = AllPngSamples();
  EXPECT_EQ(size_t{2 * (5 + 2 + 4) * 2 + 2 * (2 + 2)}, samples.size());
  for (const PngSample& sample : samples) {
    SCOPED_TRACE(sample.Name());
    const std::string path = directory.Write("sample.png", EncodeSample(sample));
    absl::StatusOr<Image> image = ReadPng(path);
    ASSERT_TRUE(image.ok()) << image.status();
    ASSERT_EQ(sample.width, image->width());
    ASSERT_EQ(sample.height, image->height());
    for (uint32_t y = 0; y < sample.height; ++y) {
      for (uint32_t x = 0; x < sample.width; ++x) {
        const auto expected = ExpectedPixel(sample, x, y);
        const uint8_t* actual = image->view().Row(y) + 4 * x;
        for (int c = 0; c < 4; ++c) {
          ASSERT_EQ(expected[c], actual[c]) << "x " << x << " y " << y << " channel " << c;
        }
      }
    }
  }
}

TEST(PngFileTest, WhatWasWrittenIsReadBack) {
  ScratchDirectory directory;
  const std::string path = directory.File("out.png");
  const Image opaque = Checkered(61, 17, true);
  ASSERT_EQ(absl::OkStatus(), WritePng(path, opaque.view()));
  absl::StatusOr<Image> read = ReadPng(path);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectEqualPixels(opaque.view(), read->view());

  // Dividing by alpha and multiplying again may round by one step, not more.
  const Image translucent = Checkered(61, 17, false);
  ASSERT_EQ(absl::OkStatus(), WritePng(path, translucent.view()));
  read = ReadPng(path);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectEqualPixels(translucent.view(), read->view(), 1);
  EXPECT_THAT(directory.Names(), ElementsAre("out.png"));
}

TEST(PngFileTest, WritesOnlyTheVisiblePartOfPaddedRows) {
  ScratchDirectory directory;
  const Image wide = Checkered(64, 8, true);
  const ImageView left = {wide.view().pixels, 20, 8, wide.stride()};
  ASSERT_EQ(absl::OkStatus(), WritePng(directory.File("left.png"), left));
  absl::StatusOr<Image> read = ReadPng(directory.File("left.png"));
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectEqualPixels(left, read->view());
}

TEST(PngFileTest, ColoursAboveTheirAlphaAreClampedWhenWritten) {
  ScratchDirectory directory;
  Image image = *Image::Create(1, 1);
  memcpy(image.mutable_view().pixels, "\xff\x10\x00\x10", 4);
  ASSERT_EQ(absl::OkStatus(), WritePng(directory.File("odd.png"), image.view()));
  absl::StatusOr<Image> read = ReadPng(directory.File("odd.png"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(0, memcmp("\x10\x10\x00\x10", read->view().pixels, 4));
}

TEST(PngFileTest, EveryTruncationIsAnErrorThatNamesTheFile) {
  ScratchDirectory directory;
  for (const bool interlaced : {false, true}) {
    PngSample sample;
    sample.interlaced = interlaced;
    const std::vector<uint8_t> whole = EncodeSample(sample);
    for (size_t size = 0; size < whole.size(); ++size) {
      const std::string path =
          directory.Write("cut.png", std::vector<uint8_t>(whole.begin(), whole.begin() + size));
      const absl::StatusOr<Image> image = ReadPng(path);
      ASSERT_FALSE(image.ok()) << size << " of " << whole.size() << " bytes were enough";
      EXPECT_EQ(absl::StatusCode::kDataLoss, image.status().code()) << size << image.status();
      EXPECT_THAT(Message(image.status()), HasSubstr(path));
    }
  }
}

TEST(PngFileTest, EveryFlippedBitIsNoticed) {
  // Each chunk has a checksum, and what is not in a chunk (signature, lengths) has to be exact.
  ScratchDirectory directory;
  PngSample sample;
  sample.width = sample.height = 5;
  const std::vector<uint8_t> whole = EncodeSample(sample);
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<uint8_t> damaged = whole;
    damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const absl::StatusOr<Image> image = ReadPng(directory.Write("flip.png", damaged));
    EXPECT_FALSE(image.ok()) << "bit " << bit;
  }
}

TEST(PngFileTest, SaysThatAFileIsNotAPng) {
  ScratchDirectory directory;
  const std::string jpeg = directory.Write("a.png", {0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I'});
  EXPECT_EQ(absl::InvalidArgumentError(jpeg + ": not a PNG file"), ReadPng(jpeg).status());
  const std::string empty = directory.Write("b.png", {});
  EXPECT_EQ(absl::DataLossError(empty + ": the file is empty"), ReadPng(empty).status());
}

TEST(PngFileTest, MissingFilesAndDirectoriesAreNamed) {
  ScratchDirectory directory;
  const std::string missing = directory.File("missing.png");
  EXPECT_EQ(absl::NotFoundError("cannot open " + missing + ": No such file or directory"),
            ReadPng(missing).status());
  EXPECT_EQ(absl::FailedPreconditionError(directory.path() + " is a directory, not a PNG file"),
            ReadPng(directory.path()).status());
  const std::string pipe = directory.File("pipe");
  ASSERT_EQ(0, mkfifo(pipe.c_str(), 0600));
  EXPECT_EQ(absl::FailedPreconditionError(pipe + " is not a regular file"), ReadPng(pipe).status());
}

TEST(PngFileTest, ReadsAFileThatAnotherOpenedAndClosesIt) {
  ScratchDirectory directory;
  const std::string path = directory.Write("sample.png", EncodeSample(PngSample{}));
  absl::StatusOr<FileDescriptor> file = OpenPng(path);
  ASSERT_TRUE(file.ok()) << file.status();
  const int number = file->get();
  absl::StatusOr<Image> image = ReadPng(*std::move(file), "the cat");
  ASSERT_TRUE(image.ok()) << image.status();
  ExpectEqualPixels(ReadPng(path)->view(), image->view());
  EXPECT_EQ(-1, fcntl(number, F_GETFD));

  file = OpenPng(directory.path());
  ASSERT_TRUE(file.ok()) << file.status();
  const int other = file->get();
  EXPECT_EQ(absl::FailedPreconditionError("the cat is a directory, not a PNG file"),
            ReadPng(*std::move(file), "the cat").status());
  EXPECT_EQ(-1, fcntl(other, F_GETFD));
  EXPECT_FALSE(ReadPng(FileDescriptor(), "nothing").ok());
}

TEST(PngFileTest, LimitsHoldExactly) {
  ScratchDirectory directory;
  const PngSample sample;  // 13 x 11
  const std::string path = directory.Write("sample.png", EncodeSample(sample));
  const auto read = [&](uint32_t width, uint32_t height, uint64_t pixels) {
    PngLimits limits;
    limits.max_width = width;
    limits.max_height = height;
    limits.max_pixels = pixels;
    return ReadPng(path, limits).status();
  };
  EXPECT_EQ(absl::OkStatus(), read(13, 11, 143));
  EXPECT_EQ(absl::OkStatus(), read(14, 12, 144));
  for (const absl::Status& status : {read(12, 11, 143), read(13, 10, 143), read(13, 11, 142)}) {
    EXPECT_EQ(absl::StatusCode::kResourceExhausted, status.code());
    EXPECT_THAT(Message(status), HasSubstr(path));
    EXPECT_THAT(Message(status), HasSubstr("13 x 11"));
  }
}

TEST(PngFileTest, AFileThatClaimsHugeSizesIsRefusedBeforeMemoryIsTaken) {
  ScratchDirectory directory;
  // libpng allocates and clears whole rows of the claimed width, gigabytes here, unless the claim
  // is looked at first.
  const std::vector<uint8_t> file = {0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,
                                     0,    13,   'I',  'H',  'D',  'R',  0x7f, 0xff, 0xff, 0xff,
                                     0x7f, 0xff, 0xff, 0xff, 16,   6,    0,    0,    0};
  std::vector<uint8_t> with_checksum = file;
  const uint32_t checksum = [&] {
    uint32_t crc = ~0u;
    for (size_t i = 12; i < file.size(); ++i) {
      crc ^= file[i];
      for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
  }();
  for (int shift = 24; shift >= 0; shift -= 8) {
    with_checksum.push_back(static_cast<uint8_t>(checksum >> shift));
  }
  // An image data chunk must follow before libpng calls the header complete.
  for (const uint8_t byte : {0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0x35, 0xaf, 0x06, 0x1e}) {
    with_checksum.push_back(byte);
  }
  const std::string path = directory.Write("huge.png", with_checksum);
  rusage before = {}, after = {};
  ASSERT_EQ(0, getrusage(RUSAGE_SELF, &before));
  const absl::Status status = ReadPng(path).status();
  ASSERT_EQ(0, getrusage(RUSAGE_SELF, &after));
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 << 10) << "KiB";
  EXPECT_EQ(absl::StatusCode::kResourceExhausted, status.code()) << status;
  EXPECT_THAT(Message(status), HasSubstr("2147483647 x 2147483647"));
}

TEST(PngFileTest, AFullDiskIsAnError) {
  const absl::Status status = WritePng("/dev/full", Checkered(8, 8, true).view());
  EXPECT_EQ(absl::ResourceExhaustedError("cannot write /dev/full: No space left on device"),
            status);
  struct stat device = {};
  ASSERT_EQ(0, stat("/dev/full", &device));
  EXPECT_TRUE(S_ISCHR(device.st_mode)) << "the device was replaced by a file";
}

TEST(PngFileTest, AFailedWriteKeepsTheOldFileAndLeavesNoOther) {
  // A limit on the size of files makes the write fail in the middle, as a full disk would.
  ScratchDirectory directory;
  const std::string path = directory.File("out.png");
  const Image old_image = Checkered(4, 4, true);
  ASSERT_EQ(absl::OkStatus(), WritePng(path, old_image.view()));
  Image noise = *Image::Create(300, 300);
  for (uint32_t i = 0; i < 300 * 300 * 4; ++i) {
    noise.mutable_view().pixels[i] = static_cast<uint8_t>(i * 2654435761u >> 24);
  }
  rlimit before = {};
  ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &before));
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &small));
  const absl::Status status = WritePng(path, noise.view());
  ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &before));
  std::signal(SIGXFSZ, old_handler);

  EXPECT_EQ(absl::ResourceExhaustedError("cannot write " + path + ": File too large"), status);
  EXPECT_THAT(directory.Names(), ElementsAre("out.png"));
  absl::StatusOr<Image> kept = ReadPng(path);
  ASSERT_TRUE(kept.ok()) << kept.status();
  ExpectEqualPixels(old_image.view(), kept->view());
}

TEST(PngFileTest, APlaceThatCannotBeWrittenIsAnError) {
  ScratchDirectory directory;
  const Image image = Checkered(4, 4, true);
  const std::string missing = directory.File("no/such/out.png");
  EXPECT_EQ(absl::NotFoundError("cannot write " + missing + ": No such file or directory"),
            WritePng(missing, image.view()));
  const std::string sealed = directory.File("sealed");
  ASSERT_EQ(0, mkdir(sealed.c_str(), 0500));
  if (geteuid() != 0) {  // root may write everywhere
    EXPECT_EQ(absl::PermissionDeniedError("cannot write " + sealed + "/x.png: Permission denied"),
              WritePng(sealed + "/x.png", image.view()));
  }
  // Not even root can create a file in /proc.
  const absl::Status proc = WritePng("/proc/x.png", image.view());
  EXPECT_FALSE(proc.ok());
  EXPECT_THAT(Message(proc), HasSubstr("cannot write /proc/x.png: "));
  // A directory of that name is in the way.
  EXPECT_FALSE(WritePng(sealed, image.view()).ok());
  EXPECT_THAT(directory.Names(), ElementsAre("sealed"));
}

TEST(PngFileTest, AnEmptyImageCannotBeWritten) {
  ScratchDirectory directory;
  EXPECT_EQ(absl::StatusCode::kInvalidArgument,
            WritePng(directory.File("empty.png"), ImageView{}).code());
  EXPECT_THAT(directory.Names(), IsEmpty());
}

TEST(PngFileTest, DamageIsNotReportedOnStandardError) {
  ScratchDirectory directory;
  std::vector<uint8_t> damaged = EncodeSample(PngSample{});
  damaged[damaged.size() / 2] ^= 0xff;
  const std::string path = directory.Write("damaged.png", damaged);
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(ReadPng(path).ok());
  EXPECT_EQ("", ::testing::internal::GetCapturedStderr());
}

}  // namespace
}  // namespace ipdl::demo
