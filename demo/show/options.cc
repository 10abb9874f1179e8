// See options.h.

#include "demo/show/options.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipdl::demo {
namespace {

constexpr uint32_t kMostFrames = 100'000;
constexpr size_t kMostImages = 64;

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Wrong(std::string_view option, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(Absl(option), ": ", Absl(what)));
}

absl::Status ReadNumber(std::string_view option, std::string_view text, uint32_t* number) {
  uint32_t value = 0;
  if (!absl::SimpleAtoi(Absl(text), &value) || value < 1 || value > kMostFrames) {
    return Wrong(option,
                 absl::StrCat("'", Absl(text), "' is not a number from 1 to ", kMostFrames));
  }
  *number = value;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::Span<const std::string_view> arguments) {
  Options options;
  bool only_images = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    if (only_images || name.size() < 2 || name[0] != '-') {
      if (name.empty()) return absl::InvalidArgumentError("an image has an empty name");
      options.images.emplace_back(name);
      continue;
    }
    if (name == "--") {
      only_images = true;
    } else if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (name == "--sheet-only") {
      options.write_frames = false;
    } else {
      const size_t equals = name.find('=');
      std::string_view value;
      const bool inline_value = equals != std::string_view::npos;
      if (inline_value) {
        value = name.substr(equals + 1);
        name = name.substr(0, equals);
      }
      const bool known = name == "--out" || name == "--frames" || name == "--kill";
      if (!known) return Wrong(name, "there is no such option; --help lists them");
      if (!inline_value) {
        if (i + 1 == arguments.size()) return Wrong(name, "its value is missing");
        value = arguments[++i];
      }
      if (name == "--out") {
        if (value.empty()) return Wrong(name, "its value is empty");
        options.out = value;
      } else {
        absl::Status read =
            ReadNumber(name, value, name == "--frames" ? &options.frames : &options.kill_at);
        if (!read.ok()) return read;
      }
    }
  }
  if (options.images.size() > kMostImages) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.images.size(), " images are more than the limit of ", kMostImages));
  }
  return options;
}

std::string_view HelpText() {
  return R"(usage: demo [--out DIR] [--frames N] [IMAGE.png ...]

Starts one content process per picture. Each draws into shared-memory textures and hands them to
this process, the compositor, which blends the moving layers and writes what it sees. Without
pictures the content processes draw scenes of their own.

  --out DIR      where to write frame-0000.png, ... and contact-sheet.png (default: out/demo);
                 frames that follow them from a longer run before are removed
  --frames N     how many frames to compose (default: 120)
  --sheet-only   write the contact sheet, but not the single frames
  --kill N       kill the first content process when frame N is composed, to see its layer go
  --help         this text
)";
}

}  // namespace ipdl::demo
