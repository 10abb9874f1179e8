// One picture that shows a run at a glance: small copies of evenly chosen frames, each with its
// number.
//
// Frames are scaled down as they are added, so a long run does not keep its frames in memory.
// Called by the compositor; calls nothing but image.h. Not thread-safe.
//
// Example:
//   ContactSheet sheet({.total_frames = 120});
//   for (uint32_t f = 0; f < 120; ++f) if (sheet.Wants(f)) sheet.Add(f, frame.view());
//   absl::StatusOr<Image> page = sheet.Compose();

#ifndef DEMO_PICTURE_CONTACT_SHEET_H_
#define DEMO_PICTURE_CONTACT_SHEET_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "demo/picture/image.h"

namespace ipdl::demo {

struct ContactSheetOptions {
  uint32_t total_frames = 0;     // how many frames the run will have
  uint32_t max_pictures = 12;    // how many of them to show
  uint32_t columns = 4;          // pictures in a row of the sheet
  uint32_t picture_width = 320;  // pixels; the height follows from the first frame's shape
  uint32_t margin = 6;           // pixels around and between pictures
};

class ContactSheet {
 public:
  explicit ContactSheet(const ContactSheetOptions& options);

  // Whether `frame` (0-based) is one of the chosen: the first and the last are, the others lie
  // evenly between. If the run has no more frames than max_pictures, all are.
  bool Wants(uint32_t frame) const;

  // Keeps a small copy of a chosen frame; ignores others. Frames may be added in any order and all
  // should have the same size: the sheet's cells have the shape of the first one added.
  void Add(uint32_t frame, ImageView picture);

  // The sheet with what was added so far, in order of frame number. FailedPrecondition if nothing
  // was.
  absl::StatusOr<Image> Compose() const;

 private:
  struct Picture {
    uint32_t frame;
    Image image;
  };
  const ContactSheetOptions options_;
  std::vector<uint32_t> chosen_;  // ascending
  std::vector<Picture> pictures_;
  uint32_t cell_height_ = 0;  // set by the first frame
};

// Shrinks by averaging the source pixels under each target pixel; also enlarges, by repeating. Both
// must not be empty.
void BoxScale(ImageView source, MutableImageView target);

// Writes `number` in digits of 5 x 7 dots, each `dot` pixels wide, white on a dark plate, with the
// plate's top left corner at (x, y). Clipped at the edges of `target`.
void DrawNumber(uint32_t number, uint32_t dot, uint32_t x, uint32_t y, MutableImageView target);

}  // namespace ipdl::demo

#endif  // DEMO_PICTURE_CONTACT_SHEET_H_
