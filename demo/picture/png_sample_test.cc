// See png_sample_test.h.

#include "demo/picture/png_sample_test.h"

#include "absl/strings/str_cat.h"

namespace ipdl::demo {
namespace {

bool HasColour(const PngSample& s) { return (s.colour_type & PNG_COLOR_MASK_COLOR) != 0; }
bool HasAlpha(const PngSample& s) { return (s.colour_type & PNG_COLOR_MASK_ALPHA) != 0; }
bool IsPalette(const PngSample& s) { return s.colour_type == PNG_COLOR_TYPE_PALETTE; }
unsigned Largest(const PngSample& s) { return (1u << s.bit_depth) - 1; }

int Channels(const PngSample& s) {
  return (HasColour(s) && !IsPalette(s) ? 3 : 1) + (HasAlpha(s) ? 1 : 0);
}

// The stored value of a channel (or palette index), full range, and reaching both ends.
unsigned Raw(const PngSample& s, uint32_t x, uint32_t y, int channel) {
  const unsigned mixed = x * 2749 + y * 7919 + static_cast<unsigned>(channel) * 15473 + 7 * x * y;
  return mixed % 65521 % (Largest(s) + 1);
}

std::array<uint8_t, 3> PaletteColour(unsigned index) {
  return {static_cast<uint8_t>(index * 37), static_cast<uint8_t>(255 - index * 11),
          static_cast<uint8_t>(index * 91 + 3)};
}

constexpr std::array<uint8_t, 3> kPaletteAlpha = {0, 128, 77};

// The one value that tRNS makes transparent: the one at (1, 1), so that it occurs.
unsigned TransparentRaw(const PngSample& s, int channel) { return Raw(s, 1, 1, channel); }

uint8_t ToByte(unsigned raw, const PngSample& s) {
  return static_cast<uint8_t>((uint64_t{raw} * 255 * 2 + Largest(s)) / (2 * Largest(s)));
}

void WriteRaw(const PngSample& s, uint32_t y, uint8_t* row) {
  unsigned bit = 0;
  for (uint32_t x = 0; x < s.width; ++x) {
    for (int c = 0; c < Channels(s); ++c, bit += s.bit_depth) {
      const unsigned raw = Raw(s, x, y, c);
      if (s.bit_depth == 16) {
        row[bit / 8] = static_cast<uint8_t>(raw >> 8);
        row[bit / 8 + 1] = static_cast<uint8_t>(raw);
      } else {
        row[bit / 8] |= static_cast<uint8_t>(raw << (8 - s.bit_depth - bit % 8));
      }
    }
  }
}

void Append(png_structp png, png_bytep bytes, size_t count) {
  auto* file = static_cast<std::vector<uint8_t>*>(png_get_io_ptr(png));
  file->insert(file->end(), bytes, bytes + count);
}

}  // namespace

std::string PngSample::Name() const {
  return absl::StrCat("colour", colour_type, "_depth", bit_depth, interlaced ? "_adam7" : "",
                      transparent ? "_trns" : "");
}

std::vector<PngSample> AllPngSamples() {
  const std::vector<std::pair<int, std::vector<int>>> legal = {
      {PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8, 16}}, {PNG_COLOR_TYPE_RGB, {8, 16}},
      {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}},  {PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}},
      {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}},
  };
  std::vector<PngSample> samples;
  for (const auto& [colour_type, depths] : legal) {
    for (const int depth : depths) {
      for (const bool interlaced : {false, true}) {
        PngSample sample;
        sample.colour_type = colour_type;
        sample.bit_depth = depth;
        sample.interlaced = interlaced;
        samples.push_back(sample);
        sample.transparent = true;
        if (!HasAlpha(sample)) samples.push_back(sample);
      }
    }
  }
  return samples;
}

std::vector<uint8_t> EncodeSample(const PngSample& s) {
  std::vector<uint8_t> file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, Append, nullptr);
  png_set_IHDR(png, info, s.width, s.height, s.bit_depth, s.colour_type,
               s.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (IsPalette(s)) {
    std::vector<png_color> palette(Largest(s) + 1);
    for (unsigned i = 0; i < palette.size(); ++i) {
      const auto colour = PaletteColour(i);
      palette[i] = {colour[0], colour[1], colour[2]};
    }
    png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  }
  if (s.transparent) {
    png_color_16 value = {};
    value.gray = static_cast<png_uint_16>(TransparentRaw(s, 0));
    value.red = value.gray;
    value.green = static_cast<png_uint_16>(TransparentRaw(s, 1));
    value.blue = static_cast<png_uint_16>(TransparentRaw(s, 2));
    const int entries = IsPalette(s) ? (Largest(s) < 2 ? 2 : 3) : 1;
    png_set_tRNS(png, info, IsPalette(s) ? kPaletteAlpha.data() : nullptr, entries, &value);
  }
  png_write_info(png, info);
  std::vector<std::vector<uint8_t>> rows(s.height);
  std::vector<png_bytep> pointers;
  for (uint32_t y = 0; y < s.height; ++y) {
    rows[y].resize(size_t{s.width} * 8);
    WriteRaw(s, y, rows[y].data());
    pointers.push_back(rows[y].data());
  }
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

std::array<uint8_t, 4> ExpectedPixel(const PngSample& s, uint32_t x, uint32_t y) {
  std::array<uint8_t, 4> pixel = {};
  unsigned alpha = 255;
  if (IsPalette(s)) {
    const unsigned index = Raw(s, x, y, 0);
    const auto colour = PaletteColour(index);
    for (int c = 0; c < 3; ++c) pixel[c] = colour[c];
    if (s.transparent && index < kPaletteAlpha.size()) alpha = kPaletteAlpha[index];
  } else {
    bool hit = true;
    for (int c = 0; c < 3; ++c) {
      const int source = HasColour(s) ? c : 0;
      pixel[c] = ToByte(Raw(s, x, y, source), s);
      hit = hit && Raw(s, x, y, source) == TransparentRaw(s, source);
    }
    if (HasAlpha(s)) alpha = ToByte(Raw(s, x, y, Channels(s) - 1), s);
    if (s.transparent && hit) alpha = 0;
  }
  for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>((pixel[c] * alpha + 127) / 255);
  pixel[3] = static_cast<uint8_t>(alpha);
  return pixel;
}

}  // namespace ipdl::demo
