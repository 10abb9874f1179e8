// The command line of the demo.
//
// Called by compositor.cc; prints nothing.

#ifndef DEMO_SHOW_OPTIONS_H_
#define DEMO_SHOW_OPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace ipdl::demo {

struct Options {
  std::string out = "out/demo";     // directory for what is written; made if missing
  uint32_t frames = 120;            // 1 .. 100,000
  std::vector<std::string> images;  // PNG files, one content process each; none: built-in scenes
  uint32_t kill_at = 0;             // frame at which the first content process is killed; 0: never
  bool write_frames = true;         // false: only the contact sheet
  bool help = false;
};

// `arguments` without the program's name. InvalidArgument: what is wrong with which argument.
absl::StatusOr<Options> ParseOptions(absl::Span<const std::string_view> arguments);

// The help text, several lines.
std::string_view HelpText();

}  // namespace ipdl::demo

#endif  // DEMO_SHOW_OPTIONS_H_
