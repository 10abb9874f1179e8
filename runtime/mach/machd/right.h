// A right to a port, outside of any name space: in a message, a notification request, an entry.
//
// What it is: move-only, and counted by its port as long as it lives. What it is not: a name; names
// stand for rights in name_space.h. When a right is given up (its object dies or is reset), the
// port notices: the last send right may mean no senders, a send-once right that dies unused is
// announced, a receive right takes its port along. All that is only noted there and acted on when
// the kernel settles (kernel.h), so dropping a right is safe anywhere.

#ifndef IPDL_RUNTIME_MACH_MACHD_RIGHT_H_
#define IPDL_RUNTIME_MACH_MACHD_RIGHT_H_

#include <cstdint>
#include <utility>

#include "runtime/mach/machd/ref.h"

namespace ipdl::machd {

class Port;

class Right {
 public:
  enum class Kind : uint8_t {
    kNone,  // MACH_PORT_NULL
    kDead,  // MACH_PORT_DEAD, or a dead name
    kSend,
    kSendOnce,
    kReceive,
  };

  Right() = default;
  // Counted by `port` from now on. kReceive: there must be no other.
  Right(Kind kind, Ref<Port> port);
  static Right Dead() {
    Right right;
    right.kind_ = Kind::kDead;
    return right;
  }
  Right(Right&& other) noexcept
      : port_(std::move(other.port_)), kind_(std::exchange(other.kind_, Kind::kNone)) {}
  Right& operator=(Right&& other) noexcept {
    if (this != &other) {
      Reset();
      port_ = std::move(other.port_);
      kind_ = std::exchange(other.kind_, Kind::kNone);
    }
    return *this;
  }
  ~Right() { Reset(); }

  Kind kind() const { return kind_; }
  explicit operator bool() const { return kind_ != Kind::kNone; }
  // Null for kNone and kDead.
  Port* port() const { return port_.get(); }
  const Ref<Port>& port_ref() const { return port_; }
  // True if the port is gone, whatever this was.
  bool dead() const;

  // Gives the right up.
  void Reset();
  // Ends a send-once right that has done its work: no announcement.
  void Spend();

 private:
  Ref<Port> port_;
  Kind kind_ = Kind::kNone;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_RIGHT_H_
