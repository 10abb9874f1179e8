// The text form of a PeerLabel; see peer.h.

#include "runtime/peer.h"

#include "absl/strings/str_cat.h"

namespace ipdl {

std::string PeerLabel::ToString() const {
  std::string text = trust == PeerTrust::kLauncher ? "launcher" : kind;
  if (!name.empty()) absl::StrAppend(&text, "#", name);
  if (process_id != 0) {
    absl::StrAppend(&text, text.empty() ? "pid " : " (pid ", process_id, text.empty() ? "" : ")");
  }
  return text.empty() ? "unknown peer" : text;
}

}  // namespace ipdl
