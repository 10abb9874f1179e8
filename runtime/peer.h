// PeerLabel: who is at the other end of a channel, by what this process's launcher knows.
//
// Made by whoever made the connection (a launcher that started the peer, or the broker that
// introduced it) and never from anything the peer said: text and numbers from the wire must not
// get into it, but for what our own launcher says of those whom it introduces. Kept by each
// channel; read by checks of process kinds and by every log line that blames a peer.

#ifndef IPDL_RUNTIME_PEER_H_
#define IPDL_RUNTIME_PEER_H_

#include <cstdint>
#include <string>

namespace ipdl {

// What we owe the peer's words.
enum class PeerTrust : uint8_t {
  // This very process (both ends of a pair made here).
  kSelf,
  // The process that launched us: it decides what we may do.
  kLauncher,
  // A process that we launched, or one that somebody introduced: it may be hostile.
  kUntrusted,
};

struct PeerLabel {
  int64_t process_id = 0;  // as seen when the connection was made; 0 if not known
  std::string kind;        // the process kind of the prelude: "Child", "content", ...
  std::string name;        // tells peers of one kind apart: "2"; may be empty
  PeerTrust trust = PeerTrust::kUntrusted;

  // "content#2 (pid 123)"; parts that are not known are left out; "unknown peer" if none is. Our
  // launcher is "launcher (pid 123)", whatever its kind.
  std::string ToString() const;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_PEER_H_
