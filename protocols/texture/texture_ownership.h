// Who may touch a texture: one state machine per texture, the same code in the producer and in the
// consumer.
//
//            Share              BeginWrite               Present
//   (none) --------> Free ---------------> Producing ---------------> Locked
//                     ^  \                   |                          |
//                     |   \  Forget          | CancelWrite              | Release
//                     |    `------> (none)   v                          v
//                     |<------------------- Free                     Released
//                     '--------------------------------------------------'
//                                       Finish (the release fence signals)
//
//   Free       the producer's; contents may be kept or drawn over
//   Producing  the producer draws; the consumer does not look
//   Locked     presented: the consumer may read at any time, the producer must not write
//   Released   the consumer begins no new read, but reads may still run until the fence signals
//
// The producer walks through every state. The consumer does not see drawing, so it applies
// BeginWrite and Present together when a presentation arrives; it applies Release when it lets go
// and Finish when it signals the fence. A peer that asks for a transition that is not in the figure
// is wrong, whatever the reason; the answer says how.
//
// It owns no memory and no handles, and cannot stop a process from writing: it decides, and
// texture_pool.h and texture_consumer.h act. One thread.

#ifndef IPDL_PROTOCOLS_TEXTURE_TEXTURE_OWNERSHIP_H_
#define IPDL_PROTOCOLS_TEXTURE_TEXTURE_OWNERSHIP_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace ipdl::textures {

enum class TextureState : uint8_t { kFree, kProducing, kLocked, kReleased };

// Why a transition was refused; kDone if it was not. A refused transition changes nothing.
enum class Transition : uint8_t {
  kDone,
  kUnknownTexture,  // never shared, or forgotten
  kIdNotNew,        // Share: not larger than every id before it (0 never is)
  kWrongState,      // no such arrow from the present state
  kStaleSerial,     // Present: not larger than every serial before it
  kWrongSerial,     // Release: not the serial of the presentation
};

// "unknown texture", "wrong state", ...
std::string_view TransitionName(Transition transition);
std::string_view TextureStateName(TextureState state);

class TextureOwnership {
 public:
  // Ids must count up: that an id is never used twice is then one comparison, not a memory.
  Transition Share(uint64_t id);
  Transition BeginWrite(uint64_t id);
  Transition CancelWrite(uint64_t id);
  // `serial` numbers the presentations of all textures together, upwards from 1.
  Transition Present(uint64_t id, uint64_t serial);
  Transition Release(uint64_t id, uint64_t serial);
  Transition Finish(uint64_t id);
  Transition Forget(uint64_t id);

  // False if the texture is unknown; else sets `*state`.
  bool StateOf(uint64_t id, TextureState* state) const;
  // The serial of the texture's last presentation; 0 if there is none.
  uint64_t SerialOf(uint64_t id) const;
  size_t count() const { return textures_.size(); }

 private:
  struct Entry {
    TextureState state = TextureState::kFree;
    uint64_t serial = 0;
  };
  Transition Move(uint64_t id, TextureState from, TextureState to);

  absl::flat_hash_map<uint64_t, Entry> textures_;
  uint64_t last_id_ = 0;
  uint64_t last_serial_ = 0;
};

}  // namespace ipdl::textures

#endif  // IPDL_PROTOCOLS_TEXTURE_TEXTURE_OWNERSHIP_H_
