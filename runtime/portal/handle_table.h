// Which handle stands for which object: one table for the whole process.
//
// What it is: slots with a generation. A handle names a slot and the generation that it was given
// in; it stops being valid the moment the slot is given up, and the slot's next handle is another
// number, so a stale or forged handle is found out instead of followed. What it is not: an owner of
// what objects own; it holds a reference. Called by the C functions and by Transport. Any thread.
//
// A handle in use is pinned: lookups count themselves in the slot's word, and the slot is reused
// only when it was given up and nobody is looking any more. So even a program that closes a handle
// while another thread uses it (which the interface forbids) reads no freed memory.

#ifndef IPDL_RUNTIME_PORTAL_HANDLE_TABLE_H_
#define IPDL_RUNTIME_PORTAL_HANDLE_TABLE_H_

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/mutex.h"
#include "runtime/portal/object.h"

namespace ipdl::portal {

class HandleTable {
 public:
  struct Slot {
    std::atomic<uint64_t> word{0};
    Object* object = nullptr;
    uint32_t index = 0;
  };

  static HandleTable& Get();

  // Makes a handle, which holds the reference.
  IpczHandle Add(Ref<Object> object);

  // Pins the slot of `handle` and returns it; null if it is not a handle of that kind, or taken.
  Slot* Pin(IpczHandle handle, ObjectKind kind);
  void Unpin(Slot* slot);

  // The object, with a reference of the caller's; the handle is no longer valid. Null if it was not
  // a handle of one of `kinds`, a set of bits (KindBit).
  Ref<Object> Take(IpczHandle handle, uint32_t kinds);

  // In two steps: Reserve keeps others off the handle (a second Reserve fails, too), and then it is
  // either taken or given back. Null as for Take.
  Slot* Reserve(IpczHandle handle, uint32_t kinds);
  Ref<Object> TakeReserved(Slot* slot);
  void GiveBack(Slot* slot);

  static constexpr uint32_t KindBit(ObjectKind kind) { return 1u << static_cast<uint32_t>(kind); }

  // Handles that exist now.
  uint64_t size() const;

 private:
  // Chunk n has kFirstChunk << n slots; chunks are never freed, so a slot can always be looked at.
  static constexpr uint32_t kFirstChunkBits = 8;
  static constexpr uint32_t kChunks = 32 - kFirstChunkBits;

  constexpr HandleTable() = default;
  Slot* Find(IpczHandle handle);
  Slot* NewSlot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Free(Slot* slot);

  mutable Mutex mutex_;
  std::atomic<Slot*> chunks_[kChunks] = {};
  uint32_t slots_made_ ABSL_GUARDED_BY(mutex_) = 0;
  // Free slots, chained through `object`: the last one freed is the next one used.
  Slot* free_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint64_t size_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A handle's object, for the length of a call. False if the handle was not of that kind.
template <typename T>
class Pinned {
 public:
  explicit Pinned(IpczHandle handle) : slot_(HandleTable::Get().Pin(handle, T::kKind)) {}
  ~Pinned() {
    if (slot_ != nullptr) HandleTable::Get().Unpin(slot_);
  }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

  explicit operator bool() const { return slot_ != nullptr; }
  T* get() const { return static_cast<T*>(slot_->object); }
  T* operator->() const { return get(); }
  T& operator*() const { return *get(); }

 private:
  HandleTable::Slot* const slot_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_HANDLE_TABLE_H_
