// ShmemAccount: how many bytes of Shmem one peer makes this process map.
//
// What it is: a count, kept by the segments that came by one connection. What it is not: a
// judgement; reading a Shmem compares it with Limits::held_shmem_bytes. Made by MessageChannel,
// shared with the segments, which may outlive it. One thread.

#ifndef IPDL_GLUE_SHMEM_ACCOUNT_H_
#define IPDL_GLUE_SHMEM_ACCOUNT_H_

#include <cstdint>

namespace ipdl {

class ShmemAccount {
 public:
  uint64_t held() const { return held_; }
  void Charge(uint64_t bytes) { held_ += bytes; }
  void Credit(uint64_t bytes) { held_ -= bytes; }

 private:
  uint64_t held_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_GLUE_SHMEM_ACCOUNT_H_
