#include "glue/trace_log.h"
namespace ipdl {
namespace internal {
bool trace_is_on = false;
}
void StartTrace() {}
void SetTrace(std::string_view, absl::AnyInvocable<void(std::string_view line)>) {}
void TraceSent(const MessageChannel&, absl::Span<const uint8_t>, absl::Span<const OwnedHandle>) {}
void TraceReceived(const MessageChannel&, absl::Span<const uint8_t>,
                   absl::Span<const OwnedHandle>) {}
void TraceNote(const MessageChannel&, std::string_view) {}
}  // namespace ipdl
