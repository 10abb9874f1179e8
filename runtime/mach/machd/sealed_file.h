// Memory files from clients: is what a region claims really there, and for good?

#ifndef IPDL_RUNTIME_MACH_MACHD_SEALED_FILE_H_
#define IPDL_RUNTIME_MACH_MACHD_SEALED_FILE_H_

#include <cstdint>
#include <string>

#include "runtime/mach/machd/file.h"

namespace ipdl::machd {

// True if `file` is a memfd that nobody can write to or resize any more, and has `bytes` bytes at
// `offset`. Only then is it the same for machd and for every receiver as it was for the sender.
bool SealedFileHolds(const File& file, uint64_t offset, uint64_t bytes);

// The same for one that may be written to (a memory entry) but not resized. The size, 0 if not.
uint64_t FixedFileSize(const File& file);

// A new sealed memfd with these bytes; empty if there is no memory.
File SealedFileOf(const std::string& bytes);

// The first `bytes` bytes of a file that SealedFileHolds has checked. False if they cannot be read.
bool ReadSealedFile(const File& file, uint64_t bytes, std::string* out);

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_SEALED_FILE_H_
