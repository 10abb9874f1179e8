// Makes small PNG files of any colour type for the tests, with libpng used directly and not through
// the code under test, and knows which pixels a correct reader must return.

#ifndef DEMO_PICTURE_PNG_SAMPLE_TEST_H_
#define DEMO_PICTURE_PNG_SAMPLE_TEST_H_

#include <png.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ipdl::demo {

struct PngSample {
  int colour_type = PNG_COLOR_TYPE_RGB_ALPHA;
  int bit_depth = 8;
  bool interlaced = false;
  bool transparent = false;  // with a tRNS chunk: palette entries 0..2, or one grey or RGB value
  uint32_t width = 13;
  uint32_t height = 11;

  std::string Name() const;
};

// Every legal combination of colour type, depth, interlacing and tRNS.
std::vector<PngSample> AllPngSamples();

// The bytes of the file.
std::vector<uint8_t> EncodeSample(const PngSample& sample);

// What the reader must return for the pixel: R, G, B, A, premultiplied.
std::array<uint8_t, 4> ExpectedPixel(const PngSample& sample, uint32_t x, uint32_t y);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_PNG_SAMPLE_TEST_H_
