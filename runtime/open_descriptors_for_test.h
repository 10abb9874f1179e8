// How many file descriptors this process has open: what the tests of ownership compare.
//
// Used by the tests of this floor only.

#ifndef IPDL_RUNTIME_OPEN_DESCRIPTORS_FOR_TEST_H_
#define IPDL_RUNTIME_OPEN_DESCRIPTORS_FOR_TEST_H_

#include <dirent.h>
#include <sys/mman.h>

#include "runtime/foreign_close.h"
#include "runtime/handle.h"

namespace ipdl {

// Counts after closes that were put off are done. The descriptor that counting itself takes is
// the same each time and cancels out.
inline int OpenDescriptors() {
  DrainForForeignClose();
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return -1;
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

// Some descriptor.
inline FileDescriptor AnyDescriptor() {
  return FileDescriptor(memfd_create("any", MFD_CLOEXEC | MFD_ALLOW_SEALING));
}

inline OwnedHandle AnyHandle() { return AnyDescriptor().TakeOwned(); }

}  // namespace ipdl

#endif  // IPDL_RUNTIME_OPEN_DESCRIPTORS_FOR_TEST_H_
