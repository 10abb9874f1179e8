// The name of a node: 128 random bits, given by the broker of its network.
//
// What it is: a value, also on the wire. Who knows a name may ask to be introduced to its bearer,
// nothing more. Called by Node, NodeLink and the messages.

#ifndef IPDL_RUNTIME_PORTAL_NODE_NAME_H_
#define IPDL_RUNTIME_PORTAL_NODE_NAME_H_

#include <cstdint>
#include <utility>

namespace ipdl::portal {

struct NodeName {
  uint64_t high = 0;
  uint64_t low = 0;

  // All zero: no name yet.
  bool is_valid() const { return (high | low) != 0; }
  auto operator<=>(const NodeName&) const = default;  // NOLINT(modernize-use-nullptr)

  template <typename H>
  friend H AbslHashValue(H hash, const NodeName& name) {
    return H::combine(std::move(hash), name.high, name.low);
  }
};
static_assert(sizeof(NodeName) == 16);

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_NODE_NAME_H_
