// MessageBox: one message in memory, written by a Writer and read by a Reader with nothing between.
//
// For tests of ParamTraits. What it is not: a channel; there is no frame and no connection, so
// actor references cannot be written to it.

#ifndef IPDL_TESTS_GENERATED_MESSAGE_BOX_H_
#define IPDL_TESTS_GENERATED_MESSAGE_BOX_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/byte_queue.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/param_traits.h"
#include "runtime/reader.h"
#include "runtime/writer.h"

namespace tests {

class MessageBox {
 public:
  ipdl::Limits limits;
  std::vector<uint8_t> bytes;
  std::vector<ipdl::OwnedHandle> handles;
  std::string error;  // of the last Put or Take; empty if it succeeded

  // Replaces the message by one that holds `value`.
  template <typename T>
  bool Put(T&& value) {
    ipdl::ByteQueue queue;
    handles.clear();
    ipdl::Writer writer(&queue, &handles, &limits);
    ipdl::WriteParam(writer, std::forward<T>(value));
    const bool finished = writer.Finish();
    error = std::string(writer.error());
    bytes.assign(queue.bytes().begin(), queue.bytes().end());
    return finished;
  }

  // Reads a value called `name`, which must be all that the message holds.
  template <typename T>
  bool Take(const char* name, T* out) {
    error.clear();
    ipdl::Reader reader(bytes, absl::MakeSpan(handles), &limits);
    if (ipdl::ReadParam(reader, name, out) && reader.Finish()) return true;
    error = reader.failure().ToString();
    return false;
  }
};

}  // namespace tests

#endif  // IPDL_TESTS_GENERATED_MESSAGE_BOX_H_
