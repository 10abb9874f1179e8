// Reading half of png_file.h.
//
// libpng reports errors by longjmp, which skips destructors. So the three functions that call
// it (ReadHeader, PrepareRows, ReadRows) have nothing but pointers and integers in their frames;
// the state that they share with the callbacks is a plain struct, and everything that owns memory
// lives in ReadPng().

#include <fcntl.h>
#include <png.h>
#include <sys/stat.h>

#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "demo/picture/file_error.h"
#include "demo/picture/png_file.h"

namespace ipdl::demo {
namespace {

enum class Failure { kNone, kDamaged, kEndsEarly, kSystem };

struct Source {
  FILE* file = nullptr;
  uint64_t offset = 0;  // bytes taken so far, for the error text
  Failure failure = Failure::kNone;
  int error_number = 0;
  char reason[160] = {};
};

Source* SourceOf(png_structp png) { return static_cast<Source*>(png_get_error_ptr(png)); }

void OnError(png_structp png, png_const_charp message) {
  Source* source = SourceOf(png);
  if (source->failure == Failure::kNone) source->failure = Failure::kDamaged;
  snprintf(source->reason, sizeof source->reason, "%s", message);
  png_longjmp(png, 1);
}

void OnWarning(png_structp, png_const_charp) {}  // a strange but readable file is not news

void OnRead(png_structp png, png_bytep into, size_t count) {
  Source* source = static_cast<Source*>(png_get_io_ptr(png));
  const size_t got = fread(into, 1, count, source->file);
  source->offset += got;
  if (got == count) return;
  if (ferror(source->file)) {
    source->failure = Failure::kSystem;
    source->error_number = errno;
  } else {
    source->failure = Failure::kEndsEarly;
  }
  png_error(png, "cannot read");
}

struct Header {
  png_uint_32 width = 0;
  png_uint_32 height = 0;
};

// Reads up to the first image data. False: the source's failure says why.
bool ReadHeader(png_structp png, png_infop info, const PngLimits& limits, Header* header) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, SourceOf(png), OnRead);
  // Our own limits are checked below with better words; libpng's would hide the size.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png, limits.max_chunk_bytes);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  return true;
}

// Asks libpng for rows of 8-bit RGBA. It allocates rows of the width that the file claims, so the
// claim must have been checked by then.
bool PrepareRows(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  return true;
}

// `rows` has one pointer per row, each to 4 * width bytes. Reads on to the end marker, so that a
// file which lost its tail is noticed.
bool ReadRows(png_structp png, png_infop info, png_bytepp rows) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_read_image(png, rows);
  png_read_end(png, info);
  return true;
}

absl::Status ErrorOf(const Source& source, const std::string& path) {
  switch (source.failure) {
    case Failure::kSystem:
      return FileError("read", path, source.error_number);
    case Failure::kEndsEarly:
      return absl::DataLossError(
          absl::StrCat(path, ": the PNG file ends too early, after ", source.offset, " bytes"));
    case Failure::kDamaged:
    case Failure::kNone:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(path, ": the PNG file is damaged near byte ",
                                                 source.offset, ": ", source.reason));
}

absl::Status CheckLimits(const Header& header, const PngLimits& limits, const std::string& path) {
  const uint64_t pixels = uint64_t{header.width} * header.height;
  if (header.width <= limits.max_width && header.height <= limits.max_height &&
      pixels <= limits.max_pixels) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat(path, ": the picture of ", header.width, " x ", header.height,
                   " pixels is larger than the limit of ", limits.max_width, " x ",
                   limits.max_height, " and ", limits.max_pixels, " pixels in all"));
}

void Premultiply(MutableImageView image) {
  for (uint32_t y = 0; y < image.height; ++y) {
    uint8_t* pixel = image.Row(y);
    for (uint32_t x = 0; x < image.width; ++x, pixel += kBytesPerPixel) {
      const unsigned alpha = pixel[3];
      if (alpha == 255) continue;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>((pixel[c] * alpha + 127) / 255);
    }
  }
}

struct FileCloser {
  void operator()(FILE* file) const { fclose(file); }
};
using File = std::unique_ptr<FILE, FileCloser>;

absl::StatusOr<File> RegularFile(FileDescriptor descriptor, const std::string& name) {
  struct stat status = {};
  if (fstat(descriptor.get(), &status) != 0) return FileError("read", name, errno);
  if (S_ISDIR(status.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(name, " is a directory, not a PNG file"));
  }
  if (!S_ISREG(status.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(name, " is not a regular file"));
  }
  File file(fdopen(descriptor.get(), "rb"));
  if (file == nullptr) return FileError("read", name, errno);
  static_cast<void>(descriptor.Release());  // fclose() closes it
  return file;
}

// The eight bytes that every PNG begins with, checked by hand to tell "not a PNG" from "damaged".
absl::Status CheckSignature(FILE* file, const std::string& path) {
  png_byte start[8];
  const size_t got = fread(start, 1, sizeof start, file);
  if (got == 0 && ferror(file)) return FileError("read", path, errno);
  if (got == 0) return absl::DataLossError(absl::StrCat(path, ": the file is empty"));
  if (png_sig_cmp(start, 0, got) != 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a PNG file"));
  }
  if (got < sizeof start) {
    return absl::DataLossError(
        absl::StrCat(path, ": the PNG file ends too early, after ", got, " bytes"));
  }
  return absl::OkStatus();
}

// libpng's two structs, destroyed together.
struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

}  // namespace

absl::StatusOr<FileDescriptor> OpenPng(const std::string& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang; it has no effect on files.
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return FileError("open", path, errno);
  return file;
}

absl::StatusOr<Image> ReadPng(const std::string& path, const PngLimits& limits) {
  absl::StatusOr<FileDescriptor> file = OpenPng(path);
  if (!file.ok()) return file.status();
  return ReadPng(*std::move(file), path, limits);
}

absl::StatusOr<Image> ReadPng(FileDescriptor descriptor, const std::string& path,
                              const PngLimits& limits) {
  absl::StatusOr<File> file = RegularFile(std::move(descriptor), path);
  if (!file.ok()) return file.status();
  if (absl::Status signature = CheckSignature(file->get(), path); !signature.ok()) {
    return signature;
  }

  Source source;
  source.file = file->get();
  source.offset = 8;
  Decoder decoder;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, OnError, OnWarning);
  if (decoder.png != nullptr) decoder.info = png_create_info_struct(decoder.png);
  if (decoder.info == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": no memory to decode the PNG file"));
  }
  png_set_sig_bytes(decoder.png, 8);

  Header header;
  if (!ReadHeader(decoder.png, decoder.info, limits, &header)) return ErrorOf(source, path);
  if (absl::Status size = CheckLimits(header, limits, path); !size.ok()) return size;
  if (!PrepareRows(decoder.png, decoder.info)) return ErrorOf(source, path);
  absl::StatusOr<Image> image = Image::Create(header.width, header.height);
  if (!image.ok()) return image.status();
  // All the transformations above end in this row size; anything else would overrun the rows.
  if (png_get_rowbytes(decoder.png, decoder.info) != image->stride()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": the PNG file has unusual pixels"));
  }
  std::vector<png_bytep> rows(header.height);
  const MutableImageView view = image->mutable_view();
  for (uint32_t y = 0; y < header.height; ++y) rows[y] = view.Row(y);
  if (!ReadRows(decoder.png, decoder.info, rows.data())) return ErrorOf(source, path);
  Premultiply(view);
  return image;
}

}  // namespace ipdl::demo
