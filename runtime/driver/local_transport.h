// A transport whose both ends are in this process: queues of datagrams.
//
// What it is: for nodes of several loops in one process, for programs that want portals without
// other processes, and for tests. An end with a loop hears of its datagrams from the loop's tasks;
// one without, or of a pair that hears at once, inside the other end's Transmit, on that thread.
// What it is not: bounded; both ends belong to the same program. Items cross as they are. Called by
// driver.cc.

#ifndef IPDL_RUNTIME_DRIVER_LOCAL_TRANSPORT_H_
#define IPDL_RUNTIME_DRIVER_LOCAL_TRANSPORT_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/driver/transport_item.h"

namespace ipdl {

class LocalTransport final : public TransportItem {
 public:
  enum class Hears : uint8_t { kFromLoop, kAtOnce };

  // Two connected ends of nodes on these loops. A loop that is not null must live until its end is
  // closed or deactivated.
  static std::pair<std::unique_ptr<LocalTransport>, std::unique_ptr<LocalTransport>> NewPair(
      RunLoop* loop0, RunLoop* loop1, Hears hears);
  ~LocalTransport() override;

  IpczResult Activate(const Listener& listener) override;
  void Deactivate() override;
  IpczResult Transmit(absl::Span<const uint8_t> data,
                      absl::Span<const IpczDriverHandle> items) override;
  // Both ends are the same program: nobody to blame.
  void ReportBadActivity(uintptr_t, uint32_t, const TransportItem*, std::string_view) override {}
  IpczResult RingDoorbell(bool at_once) override {
    return at_once ? IPCZ_RESULT_OK : Transmit({}, {});
  }
  // There may be no loop, and what deadlines are for is done by peers that are not trusted.
  IpczResult SetTimer(uint64_t, uintptr_t) override { return IPCZ_RESULT_UNIMPLEMENTED; }
  bool is_local() const override { return true; }
  RunLoop* loop() const override;
  Hears hears() const;
  void MoveTo(RunLoop* loop) override;

  // Only over local transports, as it is.
  bool CanTravel() const override { return false; }
  size_t packed_bytes() const override { return 0; }
  size_t packed_handles() const override { return 0; }
  void Pack(uint8_t*, std::vector<OwnedHandle>*) override {}

 private:
  struct End;
  explicit LocalTransport(std::shared_ptr<End> end);

  const std::shared_ptr<End> end_;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_LOCAL_TRANSPORT_H_
