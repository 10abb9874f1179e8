// MachEndpoint: the right to one end of a pair of Mach ports that two processes talk over directly.
//
// What it is: a receive right to listen on, the send right to the other end's port, and the process
// that it is meant for; a move-only value that a message carries like any handle. What it is not:
// a connection (nothing is sent or received here), nor an Endpoint<> (there is no actor behind it).
// Made by a process that both ends trust, usually the launcher; taken by the recipients.
//
//   ipdl::MachEndpoint ours;
//   ipdl::MachEndpoint theirs;
//   absl::Status made = ipdl::MachEndpoint::CreatePair(first_pid, second_pid, &ours, &theirs);
//   first->SendSideConnection(std::move(ours));
//   second->SendSideConnection(std::move(theirs));
//
// The rights are made in the calling process and travel as descriptors of the message. No task port
// of another process is needed, no name of a port is ever sent as a number, and nothing is left
// behind in another process when a step fails.
//
// Where there are no Mach ports (MachEndpoint::kSupported) an endpoint can only be empty:
// CreatePair says so, a message that carries one is not sent, and one that arrives is malformed.
//
// Threads: an endpoint belongs to one thread at a time. Facts: osfmk/mach/port.h
// (mach_port_options_t) and mach/mach_port.h of the macOS SDK.

#ifndef IPDL_MACH_BRIDGE_MACH_ENDPOINT_H_
#define IPDL_MACH_BRIDGE_MACH_ENDPOINT_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "runtime/handle.h"
#include "runtime/param_traits.h"

namespace ipdl {

class MachEndpoint {
 public:
  static constexpr bool kSupported = MachReceiveRight::kSupported;

  // What an end is made of. Both are valid.
  struct Rights {
    MachReceiveRight receive;  // our port
    MachSendRight send;        // to the other end's port
  };

  MachEndpoint() = default;
  MachEndpoint(MachEndpoint&&) noexcept = default;
  MachEndpoint& operator=(MachEndpoint&&) noexcept = default;

  // Makes two joined ends, `*a` for the process `pid_a` and `*b` for `pid_b` (both positive; they
  // may be equal). What was in `*a` and `*b` is dropped. On an error both are empty and no right
  // is left: Unimplemented where there are no Mach ports, InvalidArgument for a process id that
  // is none, otherwise the kernel's refusal (ResourceExhausted: no ports to be had).
  static absl::Status CreatePair(int64_t pid_a, int64_t pid_b, MachEndpoint* a, MachEndpoint* b);

  bool valid() const { return rights_.receive.valid() && rights_.send.valid(); }
  explicit operator bool() const { return valid(); }

  // The process that may take the rights; 0 if empty.
  int64_t recipient() const { return recipient_; }

  // Hands the rights to the caller. Consumes the endpoint in every case. FailedPrecondition, and
  // the rights are dropped, if it is empty or meant for another process than this one: whoever
  // only passes an endpoint on cannot use it by mistake.
  absl::Status Take(Rights* rights) &&;

 private:
  friend struct ParamTraits<MachEndpoint>;

  Rights rights_;
  int64_t recipient_ = 0;
};

// On the wire: i64 recipient, the receive right, the send right. Empty endpoints fail the send; a
// recipient that is not positive is refused.
template <>
struct ParamTraits<MachEndpoint> {
  static constexpr size_t kMinWireBytes = 10;
  static void Write(Writer& out, MachEndpoint&& end);
  static bool Read(Reader& in, MachEndpoint* end);
};

}  // namespace ipdl

#endif  // IPDL_MACH_BRIDGE_MACH_ENDPOINT_H_
