// The example of docs/from-message-maps.md: a service that makes small pictures of large ones.

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "PThumbnails.h"
#include "PThumbnailsChild.h"
#include "PThumbnailsParent.h"
#include "runtime/byte_buf.h"
#include "tests/guide/guide.h"

namespace guide {
namespace {

// A grey picture: width and height of 16 bits each, then a byte for each pixel.
std::vector<uint8_t> ReadAll(const ipdl::FileDescriptor& file) {
  struct stat about = {};
  if (fstat(file.get(), &about) != 0 || about.st_size > (1 << 20)) return {};
  std::vector<uint8_t> bytes(static_cast<size_t>(about.st_size));
  return pread(file.get(), bytes.data(), bytes.size(), 0) == about.st_size ? bytes
                                                                           : std::vector<uint8_t>();
}

class Thumbnails final : public PThumbnailsChild {
 public:
  using Base = PThumbnailsChild;

 private:
  ipdl::Result RecvMake(ipdl::FileDescriptor file, uint16_t edge, MakeResolver resolve) override {
    if (edge == 0 || edge > 512) return ipdl::BadMessage("edge: not 1 to 512");
    const std::vector<uint8_t> bytes = ReadAll(file);
    if (bytes.size() < 4) return ipdl::Refused("file: not a picture");
    const size_t width = bytes[0] | bytes[1] << 8;
    const size_t height = bytes[2] | bytes[3] << 8;
    if (bytes.size() != 4 + width * height || width < edge || height < edge) {
      return ipdl::Refused("file: not a picture of that size");
    }
    absl::StatusOr<ipdl::ByteBuf> pixels = ipdl::ByteBuf::Allocate(size_t{edge} * edge);
    if (!pixels.ok()) return ipdl::Refused(std::string(pixels.status().message()));
    for (size_t y = 0; y < edge; ++y) {
      for (size_t x = 0; x < edge; ++x) {
        pixels->mutable_bytes()[y * edge + x] =
            bytes[4 + y * height / edge * width + x * width / edge];
      }
    }
    resolve(Picture(edge, edge, *std::move(pixels)));
    return ipdl::Ok();
  }
  ipdl::Result RecvCancel() override {
    Close();
    return ipdl::Ok();
  }
};

class Gallery final : public PThumbnailsParent {
 public:
  using Base = PThumbnailsParent;
};

ipdl::FileDescriptor PictureOf(uint16_t edge) {
  ipdl::FileDescriptor file(memfd_create("picture", MFD_CLOEXEC));
  std::vector<uint8_t> bytes = {static_cast<uint8_t>(edge), static_cast<uint8_t>(edge >> 8),
                                static_cast<uint8_t>(edge), static_cast<uint8_t>(edge >> 8)};
  for (size_t i = 0; i < size_t{edge} * edge; ++i) bytes.push_back(static_cast<uint8_t>(i));
  EXPECT_EQ(static_cast<ssize_t>(bytes.size()), write(file.get(), bytes.data(), bytes.size()));
  return file;
}

class FromMessageMap : public Guide {
 protected:
  FromMessageMap() { Connect(PThumbnails::CreateEndpoints, gallery, service); }

  ipdl::RefPtr<Gallery> gallery = ipdl::MakeRef<Gallery>();
  ipdl::RefPtr<Thumbnails> service = ipdl::MakeRef<Thumbnails>();
};

TEST_F(FromMessageMap, BecomesAProtocol) {
  std::optional<Picture> shown;
  gallery->SendMake(
      PictureOf(64), 8, [&](std::optional<Picture> picture) { shown = std::move(picture); },
      [](ipdl::RejectReason) {});
  Settle();
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(8, shown->width());
  EXPECT_EQ(64u, shown->pixels().size());
  EXPECT_EQ(8, shown->pixels().bytes()[1]);

  Lines told;
  gallery->SendMake(PictureOf(4), 8, nullptr,
                    [&](ipdl::RejectReason why) { told.push_back(ipdl::RejectReasonName(why)); });
  Settle();
  EXPECT_EQ((Lines{"handler rejected"}), told);

  gallery->SendCancel();
  Settle();
  EXPECT_FALSE(gallery->CanSend());
}

}  // namespace
}  // namespace guide
