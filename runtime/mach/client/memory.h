// Memory that this process allocated through vm_allocate, and how it goes into messages.
//
// What it is: the table of regions that a memfd backs, so that a message can hand their pages over.
// What it is not: an allocator; every region is a mapping of its own. Small regions are anonymous
// memory, which travels as bytes. Any thread.

#ifndef IPDL_RUNTIME_MACH_CLIENT_MEMORY_H_
#define IPDL_RUNTIME_MACH_CLIENT_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/handle.h"

namespace ipdl::mach {

// Zeroed pages for at least `bytes` bytes; null if there is no memory.
void* AllocateRegion(size_t bytes);
// Ends the pages of [address, address + bytes).
void DeallocateRegion(const void* address, size_t bytes);

// A sealed file with the bytes [address, address + bytes) as they are now. Pages of a region that
// is given whole are not copied: from now on they are this process's private copy of the file, like
// the receiver's. Empty if the memory cannot be read.
FileDescriptor SealedFileOfRegion(const void* address, size_t bytes);

// The file of a region that is given whole, to be shared and never sealed; empty if it is none.
FileDescriptor SharedFileOfRegion(const void* address, size_t bytes);

// Appends the bytes at `address`. False if they cannot be read.
bool AppendMemory(const void* address, size_t bytes, std::string* to);

// Maps what came out of line; null if that fails. Ended with DeallocateRegion.
void* MapReceived(int file, uint64_t offset, size_t bytes);

size_t PageSize();

}  // namespace ipdl::mach

#endif  // IPDL_RUNTIME_MACH_CLIENT_MEMORY_H_
