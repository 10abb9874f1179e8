// Drivers for tests: transports within this process, delivered at once, one by one, or by threads.
//
// What it is: an IpczDriver whose transports are queues. How a queue is emptied is the mode: kSync
// delivers inside Transmit, kStepped when the test says so and in an order that a seed decides,
// kThreaded by threads of its own. It counts its objects, so a test sees what was not closed. What
// it is not: for users. Called by tests and the simulator. One network exists at a time.
//
// A box's object here is a Blob: bytes, and perhaps another object inside. With
// `objects_need_broker` it crosses only transports that have the broker at one end; others answer
// PERMISSION_DENIED.

#ifndef IPDL_RUNTIME_PORTAL_TEST_DRIVERS_TEST_NETWORK_H_
#define IPDL_RUNTIME_PORTAL_TEST_DRIVERS_TEST_NETWORK_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/portal/test_drivers/network.h"

namespace ipdl::portal {

enum class Delivery { kSync, kStepped, kThreaded };

class TestNetwork final : public Network {
 public:
  struct Options {
    Delivery delivery = Delivery::kSync;
    bool objects_need_broker = false;
    uint64_t seed = 1;
  };

  explicit TestNetwork(const Options& options);
  ~TestNetwork() override;

  static const IpczDriver& driver();
  const IpczDriver& table() const override { return driver(); }

  // A new transport. `has_broker`: one of its ends is for a broker, or will be given to one.
  std::pair<IpczDriverHandle, IpczDriverHandle> NewTransports(bool has_broker = true) override;
  IpczDriverHandle NewBlob(const std::string& text) override;
  // An object that cannot be serialized at all.
  IpczDriverHandle NewImmobile();
  static std::string BlobText(IpczDriverHandle blob);
  std::string TextOf(IpczDriverHandle blob) override { return BlobText(blob); }
  static void CloseObject(IpczDriverHandle object);

  // kStepped: delivers one message; false if there is none. kSync: nothing to do.
  bool Step();
  // kStepped: until nothing moves.
  void Settle() override;
  // Steps or waits until it holds. False if it cannot come true any more, or takes too long.
  bool RunUntil(const std::function<bool()>& condition) override;

  // Breaks one of the transports in use that a broker made for two others, which one the seed
  // decides: both ends hear of it behind what is on its way, or instead of that. False: there is
  // none. kStepped.
  bool BreakOne();

  // What a test may do to the other end of a transport that it holds itself.
  static IpczResult TransmitRaw(IpczDriverHandle transport, const std::vector<uint8_t>& bytes,
                                const std::vector<IpczDriverHandle>& handles = {});
  // The oldest message waiting for a transport that is not active; empty if none. Its handles are
  // closed, unless somebody wants them.
  static std::vector<uint8_t> TakeRaw(IpczDriverHandle transport,
                                      std::vector<IpczDriverHandle>* handles = nullptr);
  static bool IsPeerClosed(IpczDriverHandle transport);

  // Failures to order: the next calls of that function fail.
  std::atomic<int> fail_transmits{0};
  std::atomic<int> fail_activations{0};
  std::atomic<int> fail_allocations{0};
  std::atomic<int> fail_maps{0};
  // Called before each message that is transmitted; may change it. Not with kThreaded.
  std::function<void(std::vector<uint8_t>* bytes)> tamper;

  // The same with timers, which a test lets run out: each entry is a transport and a context.
  static const IpczDriver& driver_with_timers();
  std::vector<std::pair<IpczDriverHandle, uintptr_t>> timers;
  // All that are set now; not those that are set meanwhile.
  void FireTimers();

  // What ActivateTransport was given last.
  IpczHandle last_listener() const { return last_listener_; }
  int live_objects() const override { return live_objects_; }
  uint64_t transmitted() const { return transmitted_; }
  int allocations() const { return allocations_; }
  // What ReportBadTransportActivity was called with, transport and context.
  std::vector<std::pair<IpczDriverHandle, uintptr_t>> reports;
  std::vector<uint32_t> report_flags;
  std::vector<IpczDriverHandle> accusers;
  std::vector<std::string> reasons;
  std::vector<uintptr_t> rejections() const override {
    std::vector<uintptr_t> contexts;
    for (const auto& [transport, context] : reports) contexts.push_back(context);
    return contexts;
  }

  struct Object;
  class Memory;
  struct TransportEnd;
  struct Message {
    std::vector<uint8_t> bytes;
    std::vector<IpczDriverHandle> handles;
  };

  static TestNetwork* current();

 private:
  friend struct TestDriverCalls;
  struct Activity;

  void EnqueueReady(const std::shared_ptr<TransportEnd>& end);
  bool DeliverOne(const std::shared_ptr<TransportEnd>& end);
  void DeliverAll(const std::shared_ptr<TransportEnd>& end);
  void Work();

  const Options options_;
  std::mutex mutex_;  // of all queues and states
  std::mt19937_64 random_;
  std::vector<std::shared_ptr<TransportEnd>> ready_;  // have something to deliver
  std::vector<std::weak_ptr<TransportEnd>> introduced_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
  std::atomic<int> live_objects_{0};
  std::atomic<uint64_t> transmitted_{0};
  std::atomic<int> allocations_{0};
  std::atomic<IpczHandle> last_listener_{0};
};

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_TEST_DRIVERS_TEST_NETWORK_H_
