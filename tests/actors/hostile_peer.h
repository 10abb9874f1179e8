// HostilePeer: the other end of an actor's connection, played by hand.
//
// What it is: a portal, and parcels of frames made of whatever bytes a test likes. What it is not:
// an actor; it checks nothing. The frame layout is written out here a second time on purpose.

#ifndef IPDL_TESTS_ACTORS_HOSTILE_PEER_H_
#define IPDL_TESTS_ACTORS_HOSTILE_PEER_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "glue/endpoint.h"
#include "glue/protocol.h"
#include "glue/wire.h"
#include "runtime/handle.h"

namespace actors {

// Bytes of a message: header and body, built from the left.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(const ipdl::ActorHeader& header) { Raw(&header, sizeof(header)); }

  // A value at its natural alignment.
  template <typename T>
  Bytes& Put(T value) {
    Align(sizeof(T));
    return Raw(&value, sizeof(value));
  }
  Bytes& String(std::string_view text) {
    Put<uint32_t>(static_cast<uint32_t>(text.size()));
    return Raw(text.data(), text.size());
  }
  Bytes& Align(size_t alignment) {
    while (data_.size() % alignment != 0) data_.push_back('\0');
    return *this;
  }
  Bytes& Raw(const void* bytes, size_t n) {
    data_.append(static_cast<const char*>(bytes), n);
    return *this;
  }

  const std::string& data() const { return data_; }

 private:
  std::string data_;
};

// A message of `protocol`, by number; the flags are those of the table.
Bytes MessageBytes(const ipdl::ProtocolInfo& protocol, uint16_t message, int32_t routing,
                   int32_t seqno = 0);
Bytes ReplyBytes(const ipdl::ProtocolInfo& protocol, uint16_t message, int32_t routing,
                 int32_t seqno, uint16_t extra_flags = 0);
// What each side sends first.
Bytes HelloBytes(const ipdl::ProtocolInfo& protocol, ipdl::Side side);
Bytes ControlBytes(uint16_t number);

class HostilePeer {
 public:
  // Connects to an endpoint that the test binds; its peer is called "evil#1 (pid 7)".
  explicit HostilePeer(ipdl::EndpointBase* victim);

  // One frame around `payload`, with duplicates of these descriptors.
  void Send(const Bytes& payload, std::initializer_list<int> descriptors = {});
  // One parcel.
  void SendRaw(const std::string& bytes, std::initializer_list<int> descriptors = {});
  void Close() { portal_.Reset(); }

  // True if the victim has closed its end.
  bool IsCutOff();
  // All bytes that the victim has sent so far.
  std::string Receive();

 private:
  ipdl::OwnedHandle portal_;
};

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_HOSTILE_PEER_H_
