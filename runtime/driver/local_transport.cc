// See local_transport.h.

#include "runtime/driver/local_transport.h"

#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

struct Datagram {
  std::vector<uint8_t> bytes;
  std::vector<IpczDriverHandle> items;
};

void CloseItems(const Datagram& datagram) {
  for (const IpczDriverHandle item : datagram.items) DriverItem::Take(item);
}

}  // namespace

struct LocalTransport::End : std::enable_shared_from_this<End> {
  // Hands on what there is; from where the end's activity happens.
  void Pump();
  // Sees to it that Pump is called. Without lock.
  void Wake();
  void TellPeerClosed() const;
  bool WaitsForLoop() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return loop != nullptr && hears == Hears::kFromLoop;
  }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    return active && (deactivating || !incoming.empty() || (peer_closed && !error_told));
  }

  std::weak_ptr<End> peer;  // set once

  Mutex mutex;
  RunLoop* loop ABSL_GUARDED_BY(mutex) = nullptr;
  Hears hears ABSL_GUARDED_BY(mutex) = Hears::kFromLoop;
  std::deque<Datagram> incoming ABSL_GUARDED_BY(mutex);
  Listener listener ABSL_GUARDED_BY(mutex);
  bool active ABSL_GUARDED_BY(mutex) = false;
  bool deactivating ABSL_GUARDED_BY(mutex) = false;
  bool peer_closed ABSL_GUARDED_BY(mutex) = false;
  bool error_told ABSL_GUARDED_BY(mutex) = false;
  bool closed ABSL_GUARDED_BY(mutex) = false;
  bool posted ABSL_GUARDED_BY(mutex) = false;
  bool pumping ABSL_GUARDED_BY(mutex) = false;
};

void LocalTransport::End::Wake() {
  {
    MutexLock lock(&mutex);
    if (!HasWork()) return;
    if (WaitsForLoop()) {
      if (std::exchange(posted, true)) return;
      loop->PostToNode([self = shared_from_this()] {
        {
          MutexLock relock(&self->mutex);
          self->posted = false;
        }
        self->Pump();
      });
      return;
    }
  }
  Pump();
}

void LocalTransport::End::TellPeerClosed() const {
  const std::shared_ptr<End> other = peer.lock();
  if (other == nullptr) return;
  {
    MutexLock lock(&other->mutex);
    other->peer_closed = true;
  }
  other->Wake();
}

void LocalTransport::End::Pump() {
  const auto keep = shared_from_this();
  mutex.Lock();
  // Further up on this stack, or on another thread, someone goes on with it.
  if (pumping) return mutex.Unlock();
  pumping = true;
  while (HasWork()) {
    const Listener told = listener;
    Datagram datagram;
    IpczTransportActivityFlags flags = IPCZ_NO_FLAGS;
    if (deactivating) {
      flags = IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED;
      active = false;
      if (WaitsForLoop()) loop->ExpectPostsToNode(-1);
    } else if (!incoming.empty()) {
      datagram = std::move(incoming.front());
      incoming.pop_front();
    } else {
      flags = IPCZ_TRANSPORT_ACTIVITY_ERROR;
      error_told = true;
    }
    mutex.Unlock();
    const IpczResult result = told.Call(datagram.bytes, datagram.items, flags);
    if (result != IPCZ_RESULT_OK && flags == IPCZ_NO_FLAGS) {
      told.Call({}, {}, IPCZ_TRANSPORT_ACTIVITY_ERROR);
    }
    mutex.Lock();
  }
  pumping = false;
  mutex.Unlock();
}

std::pair<std::unique_ptr<LocalTransport>, std::unique_ptr<LocalTransport>> LocalTransport::NewPair(
    RunLoop* loop0, RunLoop* loop1, Hears hears) {
  const auto end0 = std::make_shared<End>();
  const auto end1 = std::make_shared<End>();
  for (const auto& end : {end0, end1}) {
    MutexLock lock(&end->mutex);
    end->hears = hears;
  }
  end0->peer = end1;
  end1->peer = end0;
  std::unique_ptr<LocalTransport> transport0(new LocalTransport(end0));
  std::unique_ptr<LocalTransport> transport1(new LocalTransport(end1));
  transport0->MoveTo(loop0);
  transport1->MoveTo(loop1);
  return {std::move(transport0), std::move(transport1)};
}

LocalTransport::LocalTransport(std::shared_ptr<End> end) : end_(std::move(end)) {}

LocalTransport::~LocalTransport() {
  std::deque<Datagram> unread;
  {
    MutexLock lock(&end_->mutex);
    end_->closed = true;
    unread.swap(end_->incoming);
  }
  for (const Datagram& datagram : unread) CloseItems(datagram);
  end_->TellPeerClosed();
}

RunLoop* LocalTransport::loop() const {
  MutexLock lock(&end_->mutex);
  return end_->loop;
}

LocalTransport::Hears LocalTransport::hears() const {
  MutexLock lock(&end_->mutex);
  return end_->hears;
}

void LocalTransport::MoveTo(RunLoop* loop) {
  MutexLock lock(&end_->mutex);
  if (!end_->active) end_->loop = loop;
}

IpczResult LocalTransport::Activate(const Listener& listener) {
  const std::shared_ptr<End> end = end_;
  {
    MutexLock lock(&end->mutex);
    end->listener = listener;
    end->active = true;
    if (end->WaitsForLoop()) end->loop->ExpectPostsToNode(1);
  }
  end->Wake();
  return IPCZ_RESULT_OK;
}

void LocalTransport::Deactivate() {
  const std::shared_ptr<End> end = end_;
  bool on_loop;
  {
    MutexLock lock(&end->mutex);
    end->deactivating = true;
    on_loop = end->WaitsForLoop() && end->loop->thread() == std::this_thread::get_id();
  }
  // The loop may not turn any more.
  if (on_loop) {
    end->Pump();
  } else {
    end->Wake();
  }
  // Not only when the handle is closed, which whoever holds a parcel may put off.
  end->TellPeerClosed();
}

IpczResult LocalTransport::Transmit(absl::Span<const uint8_t> data,
                                    absl::Span<const IpczDriverHandle> items) {
  Datagram datagram{{data.begin(), data.end()}, {items.begin(), items.end()}};
  const std::shared_ptr<End> peer = end_->peer.lock();
  if (peer != nullptr) {
    MutexLock lock(&peer->mutex);
    if (!peer->closed && !peer->deactivating) peer->incoming.push_back(std::exchange(datagram, {}));
  }
  // Nobody will read them.
  CloseItems(datagram);
  if (peer != nullptr) peer->Wake();
  return IPCZ_RESULT_OK;
}

}  // namespace ipdl
