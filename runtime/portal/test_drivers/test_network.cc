// See test_network.h.

#include "runtime/portal/test_drivers/test_network.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ipdl::portal {
namespace {

TestNetwork* g_current = nullptr;

enum class Kind { kTransport, kBlob, kImmobile, kMemory, kMapping };

}  // namespace

struct TestNetwork::TransportEnd {
  std::weak_ptr<TransportEnd> peer;
  bool has_broker = true;
  std::deque<Message> incoming;
  bool peer_closed = false;
  bool error_told = false;
  bool active = false;
  bool deactivating = false;
  bool delivering = false;
  bool is_ready = false;  // in ready_
  bool closed = false;
  IpczHandle listener = 0;
  IpczTransportActivityHandler handler = nullptr;
  std::thread::id delivering_thread;

  bool HasWork() const {
    if (!active) return false;
    return deactivating || !incoming.empty() || (peer_closed && !error_told);
  }
};

struct TestNetwork::Object {
  Kind kind;
  std::shared_ptr<TransportEnd> transport;
  std::string text;
  std::shared_ptr<Memory> memory;
};

// Zeros at first, and alone on its pages, so that a test can have accesses to it watched.
class TestNetwork::Memory {
 public:
  static constexpr size_t kPage = 4096;
  explicit Memory(size_t size)
      : size_((size + kPage - 1) / kPage * kPage), data_(std::aligned_alloc(kPage, size_)) {
    if (data_ == nullptr) std::abort();
    std::memset(data_, 0, size_);
  }
  ~Memory() { std::free(data_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const size_t size_;
  void* const data_;
};

namespace {

TestNetwork::Object* From(IpczDriverHandle handle) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a driver's handle is an integer in the interface.
  return reinterpret_cast<TestNetwork::Object*>(handle);
}

}  // namespace

struct TestDriverCalls {
  static IpczDriverHandle New(TestNetwork::Object object) {
    ++g_current->live_objects_;
    return reinterpret_cast<IpczDriverHandle>(new TestNetwork::Object(std::move(object)));
  }

  static void Delete(IpczDriverHandle handle) {
    --g_current->live_objects_;
    delete From(handle);
  }

  static IpczResult Close(IpczDriverHandle handle, uint32_t, const void*) {
    TestNetwork::Object* const object = From(handle);
    if (object->kind == Kind::kTransport) {
      CloseTransport(object->transport);
      std::erase_if(g_current->timers, [&](const auto& timer) { return timer.first == handle; });
    }
    Delete(handle);
    return IPCZ_RESULT_OK;
  }

  static void CloseTransport(const std::shared_ptr<TestNetwork::TransportEnd>& end) {
    TestNetwork& network = *g_current;
    std::deque<TestNetwork::Message> unread;
    std::shared_ptr<TestNetwork::TransportEnd> peer;
    {
      std::lock_guard<std::mutex> lock(network.mutex_);
      end->closed = true;
      unread.swap(end->incoming);
      peer = end->peer.lock();
      if (peer) {
        peer->peer_closed = true;
        network.EnqueueReady(peer);
      }
    }
    for (const TestNetwork::Message& message : unread) {
      for (const IpczDriverHandle handle : message.handles) Close(handle, 0, nullptr);
    }
    if (peer && network.options_.delivery == Delivery::kSync) network.DeliverAll(peer);
  }

  static IpczResult Serialize(IpczDriverHandle handle, IpczDriverHandle transport, uint32_t,
                              const void*, volatile void* data, size_t* num_bytes,
                              IpczDriverHandle* handles, size_t* num_handles) {
    TestNetwork::Object* const object = From(handle);
    if (object == nullptr || object->kind == Kind::kImmobile || object->kind == Kind::kMapping) {
      return IPCZ_RESULT_INVALID_ARGUMENT;
    }
    const bool is_blob = object->kind == Kind::kBlob;
    if (is_blob && transport == IPCZ_INVALID_DRIVER_HANDLE) return IPCZ_RESULT_ABORTED;
    if (is_blob && g_current->options_.objects_need_broker &&
        !From(transport)->transport->has_broker) {
      return IPCZ_RESULT_PERMISSION_DENIED;
    }
    // A blob is its text behind a mark; anything else travels as a handle.
    const size_t needed_bytes = is_blob ? object->text.size() + 1 : 0;
    const size_t needed_handles = is_blob ? 0 : 1;
    const size_t byte_room = num_bytes == nullptr ? 0 : *num_bytes;
    const size_t handle_room = num_handles == nullptr ? 0 : *num_handles;
    if (num_bytes != nullptr) *num_bytes = needed_bytes;
    if (num_handles != nullptr) *num_handles = needed_handles;
    if (byte_room < needed_bytes || handle_room < needed_handles) {
      return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    }
    if (is_blob) {
      char* const out = const_cast<char*>(static_cast<volatile char*>(data));
      out[0] = 'B';
      // NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes, not a string.
      std::memcpy(out + 1, object->text.data(), object->text.size());
      Delete(handle);
    } else {
      handles[0] = handle;
    }
    return IPCZ_RESULT_OK;
  }

  static IpczResult Deserialize(const volatile void* data, size_t num_bytes,
                                const IpczDriverHandle* driver_handles, size_t num_driver_handles,
                                IpczDriverHandle, uint32_t, const void*, IpczDriverHandle* handle) {
    const char* const bytes = const_cast<const char*>(static_cast<const volatile char*>(data));
    if (num_driver_handles == 1 && num_bytes == 0) {
      *handle = driver_handles[0];
      return IPCZ_RESULT_OK;
    }
    for (size_t i = 0; i < num_driver_handles; ++i) Close(driver_handles[i], 0, nullptr);
    if (num_driver_handles != 0 || num_bytes == 0 || bytes[0] != 'B') {
      return IPCZ_RESULT_INVALID_ARGUMENT;
    }
    *handle = New({Kind::kBlob, nullptr, std::string(bytes + 1, num_bytes - 1), nullptr});
    return IPCZ_RESULT_OK;
  }

  static IpczResult CreateTransports(IpczDriverHandle transport0, IpczDriverHandle transport1,
                                     uint32_t, const void*, IpczDriverHandle* new0,
                                     IpczDriverHandle* new1) {
    // Made by a broker for two others: neither end of it is a broker's.
    const bool introduced = transport0 != 0 && transport1 != 0;
    const auto ends = g_current->NewTransports(!introduced);
    *new0 = ends.first;
    *new1 = ends.second;
    if (introduced) g_current->introduced_.push_back(From(ends.first)->transport);
    return IPCZ_RESULT_OK;
  }

  static IpczResult ActivateTransport(IpczDriverHandle transport, IpczHandle listener,
                                      IpczTransportActivityHandler handler, uint32_t, const void*) {
    TestNetwork& network = *g_current;
    // A hostile node may send anything for a transport.
    if (From(transport)->kind != Kind::kTransport) return IPCZ_RESULT_INVALID_ARGUMENT;
    if (network.fail_activations > 0) {
      --network.fail_activations;
      return IPCZ_RESULT_UNKNOWN;
    }
    const std::shared_ptr<TestNetwork::TransportEnd> end = From(transport)->transport;
    network.last_listener_ = listener;
    {
      std::lock_guard<std::mutex> lock(network.mutex_);
      end->listener = listener;
      end->handler = handler;
      end->active = true;
      network.EnqueueReady(end);
    }
    if (network.options_.delivery == Delivery::kSync) network.DeliverAll(end);
    return IPCZ_RESULT_OK;
  }

  static IpczResult DeactivateTransport(IpczDriverHandle transport, uint32_t, const void*) {
    TestNetwork& network = *g_current;
    const std::shared_ptr<TestNetwork::TransportEnd> end = From(transport)->transport;
    {
      std::lock_guard<std::mutex> lock(network.mutex_);
      end->deactivating = true;
      network.EnqueueReady(end);
    }
    if (network.options_.delivery == Delivery::kSync) network.DeliverAll(end);
    return IPCZ_RESULT_OK;
  }

  static IpczResult Transmit(IpczDriverHandle transport, const void* data, size_t num_bytes,
                             const IpczDriverHandle* driver_handles, size_t num_driver_handles,
                             uint32_t, const void*) {
    TestNetwork& network = *g_current;
    const uint8_t* const begin = static_cast<const uint8_t*>(data);
    TestNetwork::Message message;
    message.bytes.assign(begin, begin + num_bytes);
    message.handles.assign(driver_handles, driver_handles + num_driver_handles);
    bool failed = false;
    if (network.fail_transmits > 0) {
      --network.fail_transmits;
      failed = true;
    }
    ++network.transmitted_;
    if (network.tamper) network.tamper(&message.bytes);
    std::shared_ptr<TestNetwork::TransportEnd> peer;
    if (!failed) {
      std::lock_guard<std::mutex> lock(network.mutex_);
      peer = From(transport)->transport->peer.lock();
      if (peer && !peer->closed && !peer->deactivating &&
          !From(transport)->transport->peer_closed) {
        peer->incoming.push_back(std::exchange(message, {}));
        network.EnqueueReady(peer);
      }
    }
    // Nobody reads them any more, or never will.
    for (const IpczDriverHandle handle : message.handles) Close(handle, 0, nullptr);
    if (failed) return IPCZ_RESULT_UNKNOWN;
    if (peer && network.options_.delivery == Delivery::kSync) network.DeliverAll(peer);
    return IPCZ_RESULT_OK;
  }

  static IpczResult ReportBadTransportActivity(IpczDriverHandle transport, uintptr_t context,
                                               uint32_t flags, const void* options) {
    const auto* const accusation = static_cast<const IpczAccusation*>(options);
    if ((flags & IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_ACCUSED) != 0) {
      g_current->accusers.push_back(accusation->accuser);
    }
    if (accusation != nullptr && accusation->num_reason_bytes != 0) {
      g_current->reasons.emplace_back(accusation->reason, accusation->num_reason_bytes);
    }
    g_current->reports.emplace_back(transport, context);
    g_current->report_flags.push_back(flags);
    return IPCZ_RESULT_OK;
  }

  static IpczResult AllocateSharedMemory(size_t num_bytes, uint32_t, const void*,
                                         IpczDriverHandle* driver_memory) {
    if (g_current->fail_allocations > 0) {
      --g_current->fail_allocations;
      return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    }
    ++g_current->allocations_;
    *driver_memory =
        New({Kind::kMemory, nullptr, "", std::make_shared<TestNetwork::Memory>(num_bytes)});
    return IPCZ_RESULT_OK;
  }

  static IpczResult GetSharedMemoryInfo(IpczDriverHandle driver_memory, uint32_t, const void*,
                                        IpczSharedMemoryInfo* info) {
    if (From(driver_memory)->kind != Kind::kMemory) return IPCZ_RESULT_INVALID_ARGUMENT;
    info->region_num_bytes = From(driver_memory)->memory->size();
    return IPCZ_RESULT_OK;
  }

  static IpczResult DuplicateSharedMemory(IpczDriverHandle driver_memory, uint32_t, const void*,
                                          IpczDriverHandle* new_driver_memory) {
    if (From(driver_memory)->kind != Kind::kMemory) return IPCZ_RESULT_INVALID_ARGUMENT;
    *new_driver_memory = New({Kind::kMemory, nullptr, "", From(driver_memory)->memory});
    return IPCZ_RESULT_OK;
  }

  static IpczResult MapSharedMemory(IpczDriverHandle driver_memory, uint32_t, const void*,
                                    volatile void** address, IpczDriverHandle* driver_mapping) {
    if (From(driver_memory)->kind != Kind::kMemory) return IPCZ_RESULT_INVALID_ARGUMENT;
    if (g_current->fail_maps > 0) {
      --g_current->fail_maps;
      return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    }
    *address = From(driver_memory)->memory->data();
    *driver_mapping = New({Kind::kMapping, nullptr, "", From(driver_memory)->memory});
    return IPCZ_RESULT_OK;
  }

  static IpczResult GenerateRandomBytes(size_t num_bytes, uint32_t, const void*, void* buffer) {
    std::lock_guard<std::mutex> lock(g_current->mutex_);
    uint8_t* const out = static_cast<uint8_t*>(buffer);
    for (size_t i = 0; i < num_bytes; ++i) out[i] = static_cast<uint8_t>(g_current->random_());
    return IPCZ_RESULT_OK;
  }
};

TestNetwork* TestNetwork::current() { return g_current; }

const IpczDriver& TestNetwork::driver_with_timers() {
  static const IpczExtendedDriver extended = [] {
    IpczExtendedDriver made = {};
    made.driver = driver();
    made.driver.size = sizeof(made);
    made.SetTimer = [](IpczDriverHandle transport, uint64_t delay, uintptr_t context, uint32_t,
                       const void*) -> IpczResult {
      std::erase(g_current->timers, std::make_pair(transport, context));
      if (delay != UINT64_MAX) g_current->timers.emplace_back(transport, context);
      return IPCZ_RESULT_OK;
    };
    return made;
  }();
  return extended.driver;
}

void TestNetwork::FireTimers() {
  for (const auto& timer : std::vector(timers)) {
    // What an earlier one caused may have ended it, with its transport.
    if (std::erase(timers, timer) == 0) continue;
    const auto& [transport, context] = timer;
    const std::shared_ptr<TransportEnd> end = From(transport)->transport;
    if (!end->active) continue;
    end->handler(end->listener, &context, sizeof(context), nullptr, 0,
                 IPCZ_TRANSPORT_ACTIVITY_TIMER, nullptr);
  }
}

const IpczDriver& TestNetwork::driver() {
  static const IpczDriver driver = {
      sizeof(IpczDriver),
      &TestDriverCalls::Close,
      &TestDriverCalls::Serialize,
      &TestDriverCalls::Deserialize,
      &TestDriverCalls::CreateTransports,
      &TestDriverCalls::ActivateTransport,
      &TestDriverCalls::DeactivateTransport,
      &TestDriverCalls::Transmit,
      &TestDriverCalls::ReportBadTransportActivity,
      &TestDriverCalls::AllocateSharedMemory,
      &TestDriverCalls::GetSharedMemoryInfo,
      &TestDriverCalls::DuplicateSharedMemory,
      &TestDriverCalls::MapSharedMemory,
      &TestDriverCalls::GenerateRandomBytes,
  };
  return driver;
}

TestNetwork::TestNetwork(const Options& options) : options_(options), random_(options.seed) {
  if (g_current != nullptr) std::abort();
  g_current = this;
  if (options.delivery != Delivery::kThreaded) return;
  for (int i = 0; i < 3; ++i) threads_.emplace_back([this] { Work(); });
}

TestNetwork::~TestNetwork() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  g_current = nullptr;
}

std::pair<IpczDriverHandle, IpczDriverHandle> TestNetwork::NewTransports(bool has_broker) {
  const auto a = std::make_shared<TransportEnd>();
  const auto b = std::make_shared<TransportEnd>();
  a->peer = b;
  b->peer = a;
  a->has_broker = b->has_broker = has_broker;
  return {TestDriverCalls::New({Kind::kTransport, a, "", nullptr}),
          TestDriverCalls::New({Kind::kTransport, b, "", nullptr})};
}

IpczDriverHandle TestNetwork::NewBlob(const std::string& text) {
  return TestDriverCalls::New({Kind::kBlob, nullptr, text, nullptr});
}

IpczDriverHandle TestNetwork::NewImmobile() {
  return TestDriverCalls::New({Kind::kImmobile, nullptr, "", nullptr});
}

std::string TestNetwork::BlobText(IpczDriverHandle blob) { return From(blob)->text; }

void TestNetwork::CloseObject(IpczDriverHandle object) {
  TestDriverCalls::Close(object, IPCZ_NO_FLAGS, nullptr);
}

IpczResult TestNetwork::TransmitRaw(IpczDriverHandle transport, const std::vector<uint8_t>& bytes,
                                    const std::vector<IpczDriverHandle>& handles) {
  return TestDriverCalls::Transmit(transport, bytes.data(), bytes.size(), handles.data(),
                                   handles.size(), IPCZ_NO_FLAGS, nullptr);
}

std::vector<uint8_t> TestNetwork::TakeRaw(IpczDriverHandle transport,
                                          std::vector<IpczDriverHandle>* handles) {
  Message message;
  {
    std::lock_guard<std::mutex> lock(g_current->mutex_);
    std::deque<Message>& incoming = From(transport)->transport->incoming;
    if (incoming.empty()) return {};
    message = std::move(incoming.front());
    incoming.pop_front();
  }
  if (handles != nullptr) handles->swap(message.handles);
  for (const IpczDriverHandle handle : message.handles) CloseObject(handle);
  return std::move(message.bytes);
}

bool TestNetwork::IsPeerClosed(IpczDriverHandle transport) {
  std::lock_guard<std::mutex> lock(g_current->mutex_);
  return From(transport)->transport->peer_closed;
}

// --- Delivery ------------------------------------------------------------------------------------

void TestNetwork::EnqueueReady(const std::shared_ptr<TransportEnd>& end) {
  if (end->is_ready || end->delivering || !end->HasWork()) return;
  end->is_ready = true;
  ready_.push_back(end);
  wake_.notify_one();
}

// Delivers the next thing to `end`, which no other thread does meanwhile. False if there is none.
bool TestNetwork::DeliverOne(const std::shared_ptr<TransportEnd>& end) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!end->HasWork()) return false;
  const IpczTransportActivityHandler handler = end->handler;
  const IpczHandle listener = end->listener;
  if (end->deactivating) {
    end->active = false;
    end->error_told = true;
    lock.unlock();
    // Only the handle is left until Close, for parcels that came this way and may be rejected.
    TestDriverCalls::CloseTransport(end);
    handler(listener, nullptr, 0, nullptr, 0, IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED, nullptr);
    return true;
  }
  if (end->incoming.empty()) {
    end->error_told = true;
    lock.unlock();
    handler(listener, nullptr, 0, nullptr, 0, IPCZ_TRANSPORT_ACTIVITY_ERROR, nullptr);
    return true;
  }
  const Message message = std::move(end->incoming.front());
  end->incoming.pop_front();
  lock.unlock();
  const IpczResult result =
      handler(listener, message.bytes.data(), message.bytes.size(), message.handles.data(),
              message.handles.size(), IPCZ_NO_FLAGS, nullptr);
  if (result != IPCZ_RESULT_OK && result != IPCZ_RESULT_UNIMPLEMENTED) {
    handler(listener, nullptr, 0, nullptr, 0, IPCZ_TRANSPORT_ACTIVITY_ERROR, nullptr);
  }
  return true;
}

// kSync: unless it is being delivered to further up on this stack, which then goes on.
void TestNetwork::DeliverAll(const std::shared_ptr<TransportEnd>& end) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ready_.clear();
    end->is_ready = false;
    if (end->delivering) return;
    end->delivering = true;
  }
  while (DeliverOne(end)) {
  }
  std::lock_guard<std::mutex> lock(mutex_);
  end->delivering = false;
}

bool TestNetwork::BreakOne() {
  std::erase_if(introduced_, [](const std::weak_ptr<TransportEnd>& weak) {
    const std::shared_ptr<TransportEnd> end = weak.lock();
    return !end || end->closed || end->peer_closed || end->peer.expired();
  });
  if (introduced_.empty()) return false;
  const std::shared_ptr<TransportEnd> end = introduced_[random_() % introduced_.size()].lock();
  const bool lose = random_() % 2 == 0;
  std::deque<Message> lost;
  for (const std::shared_ptr<TransportEnd>& side : {end, end->peer.lock()}) {
    std::lock_guard<std::mutex> lock(mutex_);
    side->peer_closed = true;
    while (lose && !side->incoming.empty()) {
      lost.push_back(std::move(side->incoming.front()));
      side->incoming.pop_front();
    }
    EnqueueReady(side);
  }
  for (const Message& message : lost) {
    for (const IpczDriverHandle handle : message.handles) CloseObject(handle);
  }
  return true;
}

bool TestNetwork::Step() {
  std::shared_ptr<TransportEnd> end;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (options_.delivery != Delivery::kStepped || ready_.empty()) return false;
    const size_t chosen = random_() % ready_.size();
    end = ready_[chosen];
    ready_[chosen] = ready_.back();
    ready_.pop_back();
    end->is_ready = false;
  }
  DeliverOne(end);
  std::lock_guard<std::mutex> lock(mutex_);
  EnqueueReady(end);
  return true;
}

void TestNetwork::Settle() {
  while (Step()) {
  }
}

void TestNetwork::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (ready_.empty()) return;
    const std::shared_ptr<TransportEnd> end = ready_.back();
    ready_.pop_back();
    end->is_ready = false;
    end->delivering = true;
    lock.unlock();
    DeliverOne(end);
    lock.lock();
    end->delivering = false;
    EnqueueReady(end);
  }
}

bool TestNetwork::RunUntil(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    switch (options_.delivery) {
      case Delivery::kSync:
        return false;
      case Delivery::kStepped:
        if (!Step()) return condition();
        break;
      case Delivery::kThreaded:
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
        break;
    }
  }
  return true;
}

}  // namespace ipdl::portal
