// The transitions of texture_ownership.h.

#include "protocols/texture/texture_ownership.h"

namespace ipdl::textures {

std::string_view TransitionName(Transition transition) {
  switch (transition) {
    case Transition::kDone:
      return "done";
    case Transition::kUnknownTexture:
      return "unknown texture";
    case Transition::kIdNotNew:
      return "the id is not new";
    case Transition::kWrongState:
      return "wrong state";
    case Transition::kStaleSerial:
      return "the serial is not new";
    case Transition::kWrongSerial:
      return "another serial was presented";
  }
  return "?";
}

std::string_view TextureStateName(TextureState state) {
  switch (state) {
    case TextureState::kFree:
      return "free";
    case TextureState::kProducing:
      return "producing";
    case TextureState::kLocked:
      return "locked";
    case TextureState::kReleased:
      return "released";
  }
  return "?";
}

Transition TextureOwnership::Share(uint64_t id) {
  if (id <= last_id_) return Transition::kIdNotNew;
  last_id_ = id;
  textures_.emplace(id, Entry{});
  return Transition::kDone;
}

Transition TextureOwnership::Move(uint64_t id, TextureState from, TextureState to) {
  const auto texture = textures_.find(id);
  if (texture == textures_.end()) return Transition::kUnknownTexture;
  if (texture->second.state != from) return Transition::kWrongState;
  texture->second.state = to;
  return Transition::kDone;
}

Transition TextureOwnership::BeginWrite(uint64_t id) {
  return Move(id, TextureState::kFree, TextureState::kProducing);
}

Transition TextureOwnership::CancelWrite(uint64_t id) {
  return Move(id, TextureState::kProducing, TextureState::kFree);
}

Transition TextureOwnership::Present(uint64_t id, uint64_t serial) {
  const auto texture = textures_.find(id);
  if (texture == textures_.end()) return Transition::kUnknownTexture;
  if (texture->second.state != TextureState::kProducing) return Transition::kWrongState;
  if (serial <= last_serial_) return Transition::kStaleSerial;
  last_serial_ = serial;
  texture->second = {TextureState::kLocked, serial};
  return Transition::kDone;
}

Transition TextureOwnership::Release(uint64_t id, uint64_t serial) {
  const auto texture = textures_.find(id);
  if (texture == textures_.end()) return Transition::kUnknownTexture;
  if (texture->second.state != TextureState::kLocked) return Transition::kWrongState;
  if (texture->second.serial != serial) return Transition::kWrongSerial;
  texture->second.state = TextureState::kReleased;
  return Transition::kDone;
}

Transition TextureOwnership::Finish(uint64_t id) {
  return Move(id, TextureState::kReleased, TextureState::kFree);
}

Transition TextureOwnership::Forget(uint64_t id) {
  const auto texture = textures_.find(id);
  if (texture == textures_.end()) return Transition::kUnknownTexture;
  if (texture->second.state != TextureState::kFree) return Transition::kWrongState;
  textures_.erase(texture);
  return Transition::kDone;
}

bool TextureOwnership::StateOf(uint64_t id, TextureState* state) const {
  const auto texture = textures_.find(id);
  if (texture == textures_.end()) return false;
  *state = texture->second.state;
  return true;
}

uint64_t TextureOwnership::SerialOf(uint64_t id) const {
  const auto texture = textures_.find(id);
  return texture == textures_.end() ? 0 : texture->second.serial;
}

}  // namespace ipdl::textures
