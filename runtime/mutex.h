// A std::mutex that clang's thread safety analysis understands, and the lock that goes with it.
//
// What it is: the only lock in the house. What it is not: absl's mutex, which Debian ships without
// the instrumentation that ThreadSanitizer needs. Called by what little is shared between threads.
// Callbacks never run under one.
//
//   Mutex mutex;
//   int shared ABSL_GUARDED_BY(mutex);
//   { MutexLock lock(&mutex); ++shared; }

#ifndef IPDL_RUNTIME_MUTEX_H_
#define IPDL_RUNTIME_MUTEX_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace ipdl {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

  // For std::condition_variable_any, which locks by these names.
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

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

}  // namespace ipdl

#endif  // IPDL_RUNTIME_MUTEX_H_
