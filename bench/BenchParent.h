// The serving side of the benchmarks' protocol: echoes, counts, and nothing else.

#ifndef IPDL_BENCH_BENCHPARENT_H_
#define IPDL_BENCH_BENCHPARENT_H_

#include <string>
#include <utility>

#include "PBenchParent.h"
#include "runtime/byte_buf.h"
#include "runtime/handle.h"
#include "runtime/run_loop.h"

namespace ipdl::bench {

class BenchParent final : public PBenchParent {
 public:
  Result RecvEcho(uint64_t first, uint64_t second, uint32_t third, std::string&& text,
                  EchoResolver&& resolve) {
    resolve(first, second, third, std::move(text));
    return Ok();
  }
  Result RecvSyncEcho(uint64_t first, uint64_t second, uint32_t third, std::string&& text,
                      uint64_t* out_first, uint64_t* out_second, uint32_t* out_third,
                      std::string* out_text) {
    *out_first = first;
    *out_second = second;
    *out_third = third;
    *out_text = std::move(text);
    return Ok();
  }
  Result RecvData(uint64_t, uint64_t, uint32_t, std::string&&) {
    ++received_;
    return Ok();
  }
  Result RecvDescriptor(uint64_t, FileDescriptor&&) {
    ++received_;
    return Ok();
  }
  Result RecvBlob(ByteBuf&& blob) {
    // Looks at every page, so that a blob that was only mapped counts as read.
    const auto bytes = blob.bytes();
    for (size_t i = 0; i < bytes.size(); i += 4096) seen_ += bytes[i];
    ++received_;
    return Ok();
  }
  Result RecvBarrier(uint64_t* received) {
    *received = std::exchange(received_, 0);
    return Ok();
  }

  void ActorDestroy(DestroyReason) override { RunLoop::Current()->Quit(); }

 private:
  uint64_t received_ = 0;
  uint64_t seen_ = 0;
};

}  // namespace ipdl::bench

#endif  // IPDL_BENCH_BENCHPARENT_H_
