// A std::mutex that clang's thread safety analysis understands.
//
// What it is: the router's only lock. What it is not: Abseil's mutex, which Debian ships without
// what ThreadSanitizer needs, nor the mutex of the floor below, which the router must not know.
// Called by Domain and HandleTable. No callback of the application or of the driver runs under one.

#ifndef IPDL_RUNTIME_PORTAL_MUTEX_H_
#define IPDL_RUNTIME_PORTAL_MUTEX_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace ipdl::portal {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for the length of a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_MUTEX_H_
