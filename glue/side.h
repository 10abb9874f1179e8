// The two sides of a protocol.
//
// What it is: the enum that says which end of a connection an actor is. What it is not: a trust
// level; who launched whom decides that (runtime/peer.h). Used by all of glue/ and generated code.

#ifndef IPDL_GLUE_SIDE_H_
#define IPDL_GLUE_SIDE_H_

#include <cstdint>

namespace ipdl {

// The values are on the wire (an Endpoint names its side). Never renumber.
enum class Side : uint8_t { kParent = 0, kChild = 1 };

constexpr Side OtherSide(Side side) { return side == Side::kParent ? Side::kChild : Side::kParent; }

constexpr const char* SideName(Side side) { return side == Side::kParent ? "Parent" : "Child"; }

}  // namespace ipdl

#endif  // IPDL_GLUE_SIDE_H_
