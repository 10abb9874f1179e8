// What generated headers say of managed endpoints, without what it takes to use one.
//
// Whoever opens, passes on or binds one includes "glue/managed_endpoint.h".

#ifndef IPDL_GLUE_MANAGED_ENDPOINT_FWD_H_
#define IPDL_GLUE_MANAGED_ENDPOINT_FWD_H_

#include <cstddef>

#include "glue/protocol.h"

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;
template <typename A>
class ManagedEndpoint;

// The ParamTraits of ManagedEndpoint<A>. On the wire: the i32 id of the actor. Says whose endpoint
// it is by itself, so that messages can carry one without having the class A built in.
template <typename A, const ProtocolInfo& protocol, Side side>
struct ManagedEndpointTraits {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, ManagedEndpoint<A>&& end);
  static bool Read(Reader& in, ManagedEndpoint<A>* end);
};

}  // namespace ipdl

#endif  // IPDL_GLUE_MANAGED_ENDPOINT_FWD_H_
