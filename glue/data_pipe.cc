// Data pipes over portals: chunks of bytes as parcels, back-pressure by the portal's limits, and an
// empty parcel for the end.

#include "glue/data_pipe.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "glue/node.h"
#include "glue/text.h"
#include "runtime/driver/portal_handle.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

namespace {

// A chunk is at most a quarter of the capacity, so that one is under way while another is read; and
// small enough to lie in the memory that two nodes share.
constexpr size_t kMaxChunk = size_t{64} << 10;

size_t ChunkOf(size_t capacity) { return std::clamp<size_t>(capacity / 4, 1, kMaxChunk); }

const IpczExtendedAPI& Api() { return Node::ExtendedApi(); }

IpczHandle HandleOf(const OwnedHandle& portal) { return static_cast<IpczHandle>(portal.value()); }

}  // namespace

// --- Waiting -------------------------------------------------------------------------------------

// What a trap reaches an end by. The trap has no share in it: it is used, and ends, on the thread
// of the end only.
struct DataPipeEnd::Waiter {
  struct Hook {
    std::weak_ptr<Waiter> waiter;
    RunLoop* loop;
  };

  RunLoop* loop;
  Callback callback;

  static void Post(Hook hook) {
    hook.loop->Post([waiter = std::move(hook.waiter)] {
      const std::shared_ptr<Waiter> waits = waiter.lock();
      if (waits == nullptr || waits->callback == nullptr) return;
      Callback callback = std::exchange(waits->callback, nullptr);
      callback();
    });
  }
  static void IPCZ_API OnTrap(const IpczTrapEvent* event) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
    const std::unique_ptr<Hook> hook(reinterpret_cast<Hook*>(event->context));
    if ((event->condition_flags & IPCZ_TRAP_REMOVED) == 0) Post(std::move(*hook));
  }
};

DataPipeEnd::DataPipeEnd(DataPipeEnd&& other) noexcept
    : portal_(other.TakePortal()), capacity_(other.capacity_) {}

DataPipeEnd& DataPipeEnd::operator=(DataPipeEnd&& other) noexcept {
  if (this != &other) {
    waiter_ = nullptr;
    portal_ = other.TakePortal();
    capacity_ = other.capacity_;
  }
  return *this;
}

void DataPipeEnd::Drop() {
  waiter_ = nullptr;
  portal_.Reset();
}

OwnedHandle DataPipeEnd::TakePortal() {
  waiter_ = nullptr;
  return std::move(portal_);
}

void DataPipeEnd::Wait(RunLoop* loop, uint32_t conditions, Callback callback) {
  if (loop == nullptr) loop = RunLoop::Current();
  if (waiter_ != nullptr && waiter_->callback != nullptr && waiter_->loop == loop) {
    waiter_->callback = std::move(callback);  // its trap is set already
    return;
  }
  waiter_ = std::make_shared<Waiter>(Waiter{loop, std::move(callback)});
  auto hook = std::make_unique<Waiter::Hook>(Waiter::Hook{waiter_, loop});
  const IpczTrapConditions wanted = {sizeof(wanted), conditions, 0, 0};
  const IpczResult set = valid() && conditions != 0
                             ? Api().api.Trap(HandleOf(portal_), &wanted, &Waiter::OnTrap,
                                              reinterpret_cast<uintptr_t>(hook.get()),
                                              IPCZ_NO_FLAGS, nullptr, nullptr, nullptr)
                             : IPCZ_RESULT_FAILED_PRECONDITION;
  if (set == IPCZ_RESULT_OK) {
    static_cast<void>(hook.release());  // the trap's
  } else {
    Waiter::Post(std::move(*hook));  // there is something to say already
  }
}

// --- The sender ----------------------------------------------------------------------------------

absl::Status CreateDataPipe(DataPipeSender* sender, DataPipeReceiver* receiver, size_t capacity) {
  if (capacity == 0 || capacity > kMaxDataPipeCapacity) {
    return absl::InvalidArgumentError(
        Text("a data pipe holds 1 to ", kMaxDataPipeCapacity, " bytes, not ", capacity));
  }
  std::pair<OwnedHandle, OwnedHandle> ends = Node::OpenPair();
  if (!ends.first.valid()) return absl::UnavailableError("the router makes no data pipe");
  *sender = DataPipeSender();
  sender->portal_ = std::move(ends.first);
  sender->capacity_ = static_cast<uint32_t>(capacity);
  *receiver = DataPipeReceiver();
  receiver->portal_ = std::move(ends.second);
  return absl::OkStatus();
}

absl::Status DataPipeSender::Limit() {
  // Small chunks cost the receiver more than their bytes.
  const IpczPortalLimits limits = {sizeof(limits), 16 + capacity_ / 64, capacity_};
  if (Api().SetPortalLimits(HandleOf(portal_), &limits, IPCZ_NO_FLAGS, nullptr) != IPCZ_RESULT_OK) {
    return absl::UnavailableError("the router takes no limits for a data pipe");
  }
  limited_ = true;
  return absl::OkStatus();
}

absl::StatusOr<size_t> DataPipeSender::Write(absl::Span<const uint8_t> bytes) {
  if (!valid()) return absl::FailedPreconditionError("the data pipe's sender is empty");
  if (!limited_) {
    if (absl::Status limited = Limit(); !limited.ok()) return limited;
  }
  size_t taken = 0;
  size_t chunk = ChunkOf(capacity_);
  while (taken < bytes.size() && chunk != 0) {
    const size_t n = std::min(chunk, bytes.size() - taken);
    const IpczResult put = Api().api.Put(HandleOf(portal_), bytes.data() + taken, n, nullptr, 0,
                                         IPCZ_NO_FLAGS, nullptr);
    if (put == IPCZ_RESULT_OK) {
      taken += n;
    } else if (put == IPCZ_RESULT_RESOURCE_EXHAUSTED) {
      chunk = n / 2;  // there may be room for less
    } else if (taken != 0) {
      break;  // said next time
    } else if (put == IPCZ_RESULT_NOT_FOUND) {
      return absl::CancelledError("the data pipe's receiver is gone");
    } else {
      return absl::UnavailableError(Text("the router does not take a chunk: ", put));
    }
  }
  return taken;
}

void DataPipeSender::WhenWritable(RunLoop* loop, Callback callback) {
  if (valid() && !limited_) static_cast<void>(Limit());
  Wait(loop, limited_ ? IPCZ_TRAP_WRITABLE : 0, std::move(callback));
}

void DataPipeSender::Finish() {
  if (!valid()) return;
  // The end goes even if the pipe is full.
  const IpczPortalLimits none = {sizeof(none), 0, 0};
  Api().SetPortalLimits(HandleOf(portal_), &none, IPCZ_NO_FLAGS, nullptr);
  Api().api.Put(HandleOf(portal_), nullptr, 0, nullptr, 0, IPCZ_NO_FLAGS, nullptr);
  Reset();
}

// --- The receiver --------------------------------------------------------------------------------

DataPipeReceiver::DataPipeReceiver(DataPipeReceiver&& other) noexcept
    : DataPipeEnd(std::move(other)), head_(std::exchange(other.head_, {})) {}

DataPipeReceiver& DataPipeReceiver::operator=(DataPipeReceiver&& other) noexcept {
  if (this != &other) {
    head_ = std::exchange(other.head_, {});
    DataPipeEnd::operator=(std::move(other));  // drops the portal with the get that is open
  }
  return *this;
}

void DataPipeReceiver::Reset() {
  Drop();  // with the get that is open
  head_ = {};
}

void DataPipeReceiver::PutBack() {
  if (head_.transaction == 0) return;
  Api().api.EndGet(HandleOf(portal_), head_.transaction, IPCZ_END_GET_ABORT, nullptr, nullptr);
  head_.transaction = 0;
  head_.bytes = nullptr;
}

absl::StatusOr<absl::Span<const uint8_t>> DataPipeReceiver::Peek() {
  if (!valid()) return absl::FailedPreconditionError("the data pipe's receiver is empty");
  if (head_.finished) return absl::OutOfRangeError("the data pipe has ended");
  if (head_.transaction == 0) {
    const volatile void* data = nullptr;
    // Nothing may be attached to a chunk; what is, is closed with it.
    size_t no_handles = 0;
    const IpczResult got =
        Api().api.BeginGet(HandleOf(portal_), IPCZ_BEGIN_GET_PARTIAL, nullptr, &data, &head_.size,
                           nullptr, &no_handles, &head_.transaction);
    if (got == IPCZ_RESULT_UNAVAILABLE) return absl::Span<const uint8_t>();
    if (got != IPCZ_RESULT_OK) {
      return absl::AbortedError("the data pipe broke off before its end");
    }
    head_.bytes = static_cast<const uint8_t*>(const_cast<const void*>(data));
    if (head_.size == 0 || head_.read >= head_.size) {
      const bool ended = head_.size == 0 && head_.read == 0;
      Consume(0);
      if (ended) {
        head_.finished = true;
        return absl::OutOfRangeError("the data pipe has ended");
      }
      Reset();
      return absl::AbortedError("the data pipe was handed on wrongly");
    }
  }
  return absl::Span<const uint8_t>(head_.bytes + head_.read, head_.size - head_.read);
}

void DataPipeReceiver::Consume(size_t bytes) {
  if (head_.transaction == 0) return;
  head_.read += std::min(bytes, head_.size - std::min(head_.read, head_.size));
  if (head_.read < head_.size) return;
  Api().api.EndGet(HandleOf(portal_), head_.transaction, IPCZ_NO_FLAGS, nullptr, nullptr);
  head_.transaction = 0;
  head_.bytes = nullptr;
  head_.size = 0;
  head_.read = 0;
}

absl::StatusOr<size_t> DataPipeReceiver::Read(absl::Span<uint8_t> room) {
  size_t copied = 0;
  while (copied < room.size()) {
    const absl::StatusOr<absl::Span<const uint8_t>> next = Peek();
    if (!next.ok() && copied == 0) return next.status();
    if (!next.ok() || next->empty()) break;
    const size_t n = std::min(next->size(), room.size() - copied);
    std::memcpy(room.data() + copied, next->data(), n);
    copied += n;
    Consume(n);
  }
  return copied;
}

void DataPipeReceiver::WhenReadable(RunLoop* loop, Callback callback) {
  const bool now = head_.transaction != 0 || head_.finished;
  Wait(loop, now ? 0 : IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_DEAD, std::move(callback));
}

// --- In messages ---------------------------------------------------------------------------------

void ParamTraits<DataPipeSender>::Write(Writer& out, DataPipeSender&& value) {
  DataPipeSender taken = std::move(value);
  if (!taken.valid()) return out.Fail("a data pipe's sender is empty");
  out.Put(taken.capacity_);
  out.PutHandle(taken.TakePortal());
}

bool ParamTraits<DataPipeSender>::Read(Reader& in, DataPipeSender* value) {
  uint32_t capacity = 0;
  OwnedHandle portal;
  if (!in.Get(&capacity)) return false;
  if (capacity == 0 || capacity > kMaxDataPipeCapacity) {
    return in.Fail(Text("a data pipe holds 1 to ", kMaxDataPipeCapacity, " bytes, not ", capacity));
  }
  if (!in.GetHandle(OwnedHandle::Kind::kPortal, &portal)) return false;
  *value = DataPipeSender();
  value->portal_ = std::move(portal);
  value->capacity_ = capacity;
  return true;
}

void ParamTraits<DataPipeReceiver>::Write(Writer& out, DataPipeReceiver&& value) {
  DataPipeReceiver taken = std::move(value);
  if (!taken.valid() || taken.head_.finished) return out.Fail("a data pipe's receiver is empty");
  taken.PutBack();
  out.Put(static_cast<uint32_t>(taken.head_.read));
  out.PutHandle(taken.TakePortal());
}

bool ParamTraits<DataPipeReceiver>::Read(Reader& in, DataPipeReceiver* value) {
  uint32_t read = 0;
  OwnedHandle portal;
  if (!in.Get(&read) || !in.GetHandle(OwnedHandle::Kind::kPortal, &portal)) return false;
  *value = DataPipeReceiver();
  value->portal_ = std::move(portal);
  value->head_.read = read;
  return true;
}

}  // namespace ipdl
