// What a generated PFoo.h says of the endpoints of its protocol, without what it takes to use one.
//
// Most programs that include a protocol neither make its connections nor pass them on. Those that
// do include "glue/endpoint.h", which defines everything declared here.

#ifndef IPDL_GLUE_ENDPOINT_FWD_H_
#define IPDL_GLUE_ENDPOINT_FWD_H_

#include <cstddef>

#include "glue/protocol.h"
#include "runtime/status_fwd.h"

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;
template <typename A>
class Endpoint;

// The ParamTraits of Endpoint<A>. On the wire: u32 protocol id, u8 side, the handle. An empty
// endpoint fails the send. Says whose endpoint it is by itself, so that a program can pass one on
// without having the actor class A built in.
template <typename A, const ProtocolInfo& protocol, Side side>
struct EndpointTraits {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, Endpoint<A>&& end);
  static bool Read(Reader& in, Endpoint<A>* end);
};

// The type of PFoo::CreateEndpoints, which is called like a function:
//
//   absl::Status made = PFoo::CreateEndpoints(&parent, &child);
//
// Makes two connected ends. Error: no descriptors or memory are left; both are empty then.
template <typename Parent, typename Child>
struct EndpointMaker {
  absl::Status operator()(Endpoint<Parent>* parent, Endpoint<Child>* child) const;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_ENDPOINT_FWD_H_
