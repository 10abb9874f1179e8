// The slots' words. See handle_table.h.
//
// A word is generation (32 bits), kind (3), state (2), pins (27). Every change is one atomic
// operation on it; the mutex guards only the list of free slots.

#include "runtime/portal/handle_table.h"

#include <bit>
#include <new>

namespace ipdl::portal {
namespace {

constexpr uint64_t kPinMask = (uint64_t{1} << 27) - 1;
constexpr uint64_t kStateShift = 27;
constexpr uint64_t kKindShift = 29;
constexpr uint64_t kGenerationShift = 32;

constexpr uint64_t kFree = uint64_t{0} << kStateShift;
constexpr uint64_t kOpen = uint64_t{1} << kStateShift;
constexpr uint64_t kReserved = uint64_t{2} << kStateShift;
constexpr uint64_t kTaken = uint64_t{3} << kStateShift;  // waits for its pins to go
constexpr uint64_t kStateMask = uint64_t{3} << kStateShift;
constexpr uint64_t kKindMask = uint64_t{7} << kKindShift;

uint32_t Generation(uint64_t word) { return static_cast<uint32_t>(word >> kGenerationShift); }
uint64_t KindField(ObjectKind kind) { return static_cast<uint64_t>(kind) << kKindShift; }
uint32_t KindBitOf(uint64_t word) { return 1u << ((word & kKindMask) >> kKindShift); }

// A handle is the generation above the slot's number, counted from 1.
static_assert(sizeof(IpczHandle) == 8, "handles hold a slot and a generation");
uint32_t HandleGeneration(IpczHandle handle) { return static_cast<uint32_t>(handle >> 32); }

}  // namespace

HandleTable& HandleTable::Get() {
  // Never destroyed: threads may still close handles while the program ends.
  alignas(HandleTable) static unsigned char memory[sizeof(HandleTable)];
  static HandleTable* const table = new (memory) HandleTable();
  return *table;
}

HandleTable::Slot* HandleTable::Find(IpczHandle handle) {
  const uint32_t number = static_cast<uint32_t>(handle);
  if (number == 0) return nullptr;
  // Slot i lies in the chunk that the highest bit of i + kFirstChunk names.
  const uint64_t position = uint64_t{number - 1} + (uint64_t{1} << kFirstChunkBits);
  const uint32_t width = static_cast<uint32_t>(std::bit_width(position));
  const uint32_t chunk_number = width - 1 - kFirstChunkBits;
  if (chunk_number >= kChunks) return nullptr;
  Slot* const chunk = chunks_[chunk_number].load(std::memory_order_acquire);
  return chunk == nullptr ? nullptr : &chunk[position - (uint64_t{1} << (width - 1))];
}

HandleTable::Slot* HandleTable::NewSlot() {
  const uint32_t index = slots_made_++;
  const uint64_t position = uint64_t{index} + (uint64_t{1} << kFirstChunkBits);
  const uint32_t width = static_cast<uint32_t>(std::bit_width(position));
  std::atomic<Slot*>& chunk = chunks_[width - 1 - kFirstChunkBits];
  const uint64_t offset = position - (uint64_t{1} << (width - 1));
  if (offset == 0) chunk.store(new Slot[uint64_t{1} << (width - 1)], std::memory_order_release);
  Slot* const slot = &chunk.load(std::memory_order_relaxed)[offset];
  slot->index = index;
  return slot;
}

IpczHandle HandleTable::Add(Ref<Object> object) {
  Slot* slot;
  {
    MutexLock lock(&mutex_);
    slot = free_;
    if (slot != nullptr) {
      free_ = reinterpret_cast<Slot*>(slot->object);
    } else {
      slot = NewSlot();
    }
    ++size_;
  }
  const uint64_t kind = KindField(object->kind());
  slot->object = object.release();
  const uint64_t generation = slot->word.load(std::memory_order_relaxed) >> kGenerationShift;
  slot->word.store(generation << kGenerationShift | kind | kOpen, std::memory_order_release);
  return static_cast<IpczHandle>(generation << 32 | (uint64_t{slot->index} + 1));
}

HandleTable::Slot* HandleTable::Pin(IpczHandle handle, ObjectKind kind) {
  Slot* const slot = Find(handle);
  if (slot == nullptr) return nullptr;
  const uint64_t wanted =
      uint64_t{HandleGeneration(handle)} << kGenerationShift | KindField(kind) | kOpen;
  uint64_t word = slot->word.load(std::memory_order_acquire);
  do {
    if ((word & ~kPinMask) != wanted) return nullptr;
  } while (!slot->word.compare_exchange_weak(word, word + 1, std::memory_order_acquire));
  return slot;
}

void HandleTable::Unpin(Slot* slot) {
  const uint64_t before = slot->word.fetch_sub(1, std::memory_order_acq_rel);
  if ((before & kStateMask) == kTaken && (before & kPinMask) == 1) Free(slot);
}

HandleTable::Slot* HandleTable::Reserve(IpczHandle handle, uint32_t kinds) {
  Slot* const slot = Find(handle);
  if (slot == nullptr) return nullptr;
  uint64_t word = slot->word.load(std::memory_order_acquire);
  do {
    if (Generation(word) != HandleGeneration(handle) || (word & kStateMask) != kOpen ||
        (KindBitOf(word) & kinds) == 0) {
      return nullptr;
    }
  } while (
      !slot->word.compare_exchange_weak(word, word - kOpen + kReserved, std::memory_order_acquire));
  return slot;
}

Ref<Object> HandleTable::TakeReserved(Slot* slot) {
  Ref<Object> object(slot->object);
  const uint64_t before = slot->word.fetch_add(kTaken - kReserved, std::memory_order_acq_rel);
  if ((before & kPinMask) == 0) Free(slot);
  return object;
}

void HandleTable::GiveBack(Slot* slot) {
  slot->word.fetch_sub(kReserved - kOpen, std::memory_order_acq_rel);
}

Ref<Object> HandleTable::Take(IpczHandle handle, uint32_t kinds) {
  Slot* const slot = Reserve(handle, kinds);
  return slot == nullptr ? nullptr : TakeReserved(slot);
}

void HandleTable::Free(Slot* slot) {
  const Ref<Object> object = Ref<Object>::Adopt(slot->object);
  const uint64_t generation = uint64_t{Generation(slot->word.load(std::memory_order_relaxed))} + 1;
  slot->word.store(generation << kGenerationShift | kFree, std::memory_order_release);
  MutexLock lock(&mutex_);
  --size_;
  // A slot whose generations are used up is left alone, lest an old handle become valid again.
  if (generation > UINT32_MAX) return;
  slot->object = reinterpret_cast<Object*>(free_);
  free_ = slot;
}

uint64_t HandleTable::size() const {
  MutexLock lock(&mutex_);
  return size_;
}

}  // namespace ipdl::portal
