// The bytes of one value, as a peer may write them: refused, or decoded to a value like any other.
//
// The first byte of the input chooses the type and the number of handles that came along; the rest
// is the message. Whatever is decoded is written again; that must give bytes which say the same and
// which are read as the same.

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "Belongings.h"
#include "Values.h"
#include "runtime/handle.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/generated/message_box.h"

namespace {

using tests::MessageBox;

ipdl::OwnedHandle NewHandle() {
  return ipdl::OwnedHandle(ipdl::OwnedHandle::Kind::kFileDescriptor, dup(STDERR_FILENO));
}

// Of types without handles.
template <typename T>
void ReadValue(MessageBox& box) {
  T value;
  if (!box.Take("value", &value)) {
    fuzz::Check(!box.error.empty(), "a refused message does not say why");
    return;
  }
  MessageBox second;
  fuzz::Check(second.Put(std::move(value)), "what was read cannot be written");
  T again;
  fuzz::Check(second.Take("value", &again), "what was written cannot be read");
  MessageBox third;
  fuzz::Check(third.Put(std::move(again)), "what was read twice cannot be written");
  fuzz::Check(second.bytes == third.bytes, "a value changes on its way");
}

// Its handles are moved to the value and go with it, or stay and are closed by the box.
template <typename T>
void ReadOwner(MessageBox& box) {
  T value;
  if (!box.Take("value", &value)) {
    fuzz::Check(!box.error.empty(), "a refused message does not say why");
    return;
  }
  MessageBox second;
  fuzz::Check(second.Put(std::move(value)), "what was read cannot be written");
  T again;
  fuzz::Check(second.Take("value", &again), "what was written cannot be read");
}

constexpr std::array kReads = {
    &ReadValue<demo::values::Description>,
    &ReadValue<demo::values::Scalars>,
    &ReadValue<demo::values::Wrapped>,
    &ReadValue<demo::values::Number>,
    &ReadValue<demo::values::Json>,
    &ReadValue<demo::values::Chain>,
    &ReadOwner<demo::Files>,
    &ReadOwner<demo::Foreign>,
    &ReadOwner<demo::Possession>,
    &ReadOwner<demo::Imports>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t first = input.Byte();
  MessageBox box;
  for (int i = 0; i < first / 64; ++i) box.handles.push_back(NewHandle());
  box.bytes = input.Bytes(size);
  kReads[first % 64 % kReads.size()](box);
  return 0;
}
