#include "glue/process_kind.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "glue/blame.h"
#include "glue/text.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

struct OwnKind {
  Mutex mutex;
  std::string kind ABSL_GUARDED_BY(mutex){kParentKind};
};

OwnKind& Own() {
  static OwnKind& own = *new OwnKind;  // never destroyed: threads may end after main
  return own;
}

const char* KindsOf(const ProtocolInfo& protocol, Side side) {
  return side == Side::kParent ? protocol.parent_kinds : protocol.child_kinds;
}

// `kinds` as in ProtocolInfo.
bool Allow(std::string_view kinds, std::string_view kind) {
  if (kinds[0] == '!') return !kind.empty() && kinds.substr(1) != kind;
  while (true) {
    const size_t blank = kinds.find(' ');
    if (kinds.substr(0, blank) == kind) return true;
    if (blank == std::string_view::npos) return false;
    kinds.remove_prefix(blank + 1);
  }
}

}  // namespace

std::string ProcessKind() {
  MutexLock lock(&Own().mutex);
  return Own().kind;
}

void SetProcessKind(std::string kind) {
  MutexLock lock(&Own().mutex);
  Own().kind = std::move(kind);
}

bool MayLiveAnywhere(const ProtocolInfo& protocol, Side side) {
  return KindsOf(protocol, side) == nullptr;
}

absl::Status MayLiveIn(const ProtocolInfo& protocol, Side side, std::string_view kind,
                       std::string_view who) {
  const char* const kinds = KindsOf(protocol, side);
  if (kinds == nullptr || Allow(kinds, kind)) return absl::OkStatus();
  const bool excludes = kinds[0] == '!';
  return absl::FailedPreconditionError(
      Text("the ", side == Side::kParent ? "parent" : "child", " side of ", ShortName(protocol),
           " lives in processes of ", excludes ? "any kind but " : "kind ", kinds + excludes,
           ", and ", who, " is of kind ", kind.empty() ? "(unknown)" : kind));
}

}  // namespace ipdl
