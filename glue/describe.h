// DescribeValues: the arguments of a message in words, read from its bytes by the protocol's
// signature string (glue/protocol.h).
//
// What it is: for IPDL_LOG. What it is not: validation; it stops quietly where the bytes do not
// fit, and the real reader says what is wrong. Bounds its own output, whatever the message holds.
// Text of a peer is escaped.
//
//   n=7, s="hello", rect={x=1, y=-2}, fds=[fd, fd], shape=2:"round", maybe=none

#ifndef IPDL_GLUE_DESCRIBE_H_
#define IPDL_GLUE_DESCRIBE_H_

#include <string>
#include <string_view>

#include "runtime/handle.h"
#include "runtime/reader.h"

namespace ipdl {

// Characters of one message's values that are printed, about.
inline constexpr size_t kMostDescribed = 500;
// Bytes of one string and elements of one array that are printed.
inline constexpr size_t kMostOfAString = 64;
inline constexpr size_t kMostOfAnArray = 8;

// "fd", "send-right", ...
std::string_view ShortHandleName(OwnedHandle::Kind kind);

// `in` stands before the first value. `signature` is one that the compiler wrote.
std::string DescribeValues(std::string_view signature, Reader& in);

}  // namespace ipdl

#endif  // IPDL_GLUE_DESCRIBE_H_
