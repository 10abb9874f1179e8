// Choice and layout of a contact sheet; see contact_sheet.h. Scaling and digits are in
// thumbnail.cc.

#include "demo/picture/contact_sheet.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace ipdl::demo {
namespace {

constexpr uint8_t kPaper[4] = {14, 15, 22, 255};

uint32_t AtLeastOne(uint32_t value) { return std::max<uint32_t>(value, 1); }

std::vector<uint32_t> Choose(uint32_t total, uint32_t wanted) {
  const uint32_t count = std::min(total, AtLeastOne(wanted));
  std::vector<uint32_t> chosen;
  for (uint32_t i = 0; i < count; ++i) {
    chosen.push_back(count == 1 ? 0
                                : static_cast<uint32_t>(uint64_t{i} * (total - 1) / (count - 1)));
  }
  return chosen;
}

}  // namespace

ContactSheet::ContactSheet(const ContactSheetOptions& options)
    : options_(options), chosen_(Choose(options.total_frames, options.max_pictures)) {}

bool ContactSheet::Wants(uint32_t frame) const {
  return std::binary_search(chosen_.begin(), chosen_.end(), frame);
}

void ContactSheet::Add(uint32_t frame, ImageView picture) {
  if (!Wants(frame) || picture.empty()) return;
  const uint32_t width = AtLeastOne(options_.picture_width);
  if (cell_height_ == 0) {
    cell_height_ = AtLeastOne(static_cast<uint32_t>(
        std::min<uint64_t>(uint64_t{width} * picture.height / picture.width, uint64_t{width} * 8)));
  }
  absl::StatusOr<Image> small = Image::Create(width, cell_height_);
  if (!small.ok()) return;  // a width of billions of pixels; Compose() reports it
  BoxScale(picture, small->mutable_view());
  const auto place = std::find_if(pictures_.begin(), pictures_.end(),
                                  [frame](const Picture& other) { return other.frame >= frame; });
  if (place != pictures_.end() && place->frame == frame) {
    place->image = *std::move(small);
  } else {
    pictures_.insert(place, {frame, *std::move(small)});
  }
}

absl::StatusOr<Image> ContactSheet::Compose() const {
  if (pictures_.empty()) {
    return absl::FailedPreconditionError("the contact sheet has no frames");
  }
  const uint32_t count = static_cast<uint32_t>(pictures_.size());
  const uint32_t columns = std::min(AtLeastOne(options_.columns), count);
  const uint32_t rows = (count + columns - 1) / columns;
  const uint32_t step_x = pictures_[0].image.width() + options_.margin;
  const uint32_t step_y = cell_height_ + options_.margin;
  absl::StatusOr<Image> sheet =
      Image::Create(columns * step_x + options_.margin, rows * step_y + options_.margin);
  if (!sheet.ok()) return sheet.status();
  const MutableImageView page = sheet->mutable_view();
  for (uint32_t y = 0; y < page.height; ++y) {
    for (uint32_t x = 0; x < page.width; ++x) std::copy_n(kPaper, 4, page.Row(y) + 4 * size_t{x});
  }
  for (uint32_t i = 0; i < count; ++i) {
    const Picture& picture = pictures_[i];
    const uint32_t left = options_.margin + i % columns * step_x;
    const uint32_t top = options_.margin + i / columns * step_y;
    const MutableImageView cell = {page.Row(top) + left * kBytesPerPixel, picture.image.width(),
                                   picture.image.height(), page.stride};
    if (absl::Status copied = CopyPixels(picture.image.view(), cell); !copied.ok()) return copied;
    const uint32_t dot = AtLeastOne(cell.width / 160);
    DrawNumber(picture.frame, dot, 3 * dot, 3 * dot, cell);
  }
  return sheet;
}

}  // namespace ipdl::demo
