// A message in a buffer of this process: its descriptors, one by one, and their memory.
//
// What it is: the walk that everything which looks into a message shares, and the two ways out-of-
// line memory takes: from addresses into a question to machd, and from its answer to addresses.
// Called by message.cc.

#ifndef IPDL_RUNTIME_MACH_CLIENT_MESSAGE_BODY_H_
#define IPDL_RUNTIME_MACH_CLIENT_MESSAGE_BODY_H_

#include <mach/mach.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "runtime/handle.h"
#include "runtime/mach/client/session.h"

namespace ipdl::mach {

// Calls `visit(type, descriptor)` for each descriptor that lies within `size` bytes, and stops at
// one whose type is unknown or when `visit` says false.
void ForEachDescriptor(void* message, size_t size,
                       absl::FunctionRef<bool(uint32_t type, void* descriptor)> visit);

// Appends the message's regions to the question. Returns how many; `*keep` holds their files until
// the question has been asked.
uint32_t AppendRegions(void* message, size_t size, Question* question,
                       std::vector<FileDescriptor>* keep);

// Ends the memory of the first `count` descriptors that are marked for it.
void DeallocateSent(void* message, size_t size, uint32_t count);

// Writes the addresses of what the answer brought into `message`; `at` is where its regions begin
// in the reply's payload. False if there was no memory for one of them (its address is null).
bool PlaceRegions(void* message, size_t size, Reply* reply, size_t at, uint32_t regions);

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_CLIENT_MESSAGE_BODY_H_
