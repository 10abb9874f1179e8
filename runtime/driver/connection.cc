// See connection.h.

#include "runtime/driver/connection.h"

#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "runtime/driver/handle_item.h"
#include "runtime/log.h"

namespace ipdl {

Connection::Connection(const Carrier* carrier, Carrier::End end, RunLoop* loop,
                       std::shared_ptr<const LinkPolicy> policy, PeerLabel peer)
    : carrier_(carrier),
      loop_(loop),
      thread_(loop->thread()),
      policy_(std::move(policy)),
      peer_(std::move(peer)),
      end_(std::move(end)) {}

Connection::~Connection() = default;

// --- Between threads -----------------------------------------------------------------------------

void Connection::Post(RunLoop::Task task) {
  MutexLock lock(&mutex_);
  if (!shut_) loop_->PostToNode(std::move(task));
}

IpczResult Connection::Activate(const TransportItem::Listener& listener) {
  if (!OnLoop()) {
    Post([self = shared_from_this(), listener] {
      self->listener_ = listener;
      self->active_ = true;
      if (!self->Start()) self->Fail();
    });
    return IPCZ_RESULT_OK;
  }
  listener_ = listener;
  active_ = true;
  if (Start()) return IPCZ_RESULT_OK;
  active_ = false;
  return IPCZ_RESULT_UNKNOWN;
}

IpczResult Connection::Transmit(absl::Span<const uint8_t> data, std::vector<OwnedHandle> handles) {
  if (OnLoop()) {
    if (has_outbox_.load(std::memory_order_acquire) && !SendOutbox()) {
      return IPCZ_RESULT_RESOURCE_EXHAUSTED;
    }
    return Send(data, std::move(handles));
  }
  MutexLock lock(&mutex_);
  if (shut_) return IPCZ_RESULT_OK;
  AddToOutbox({{data.begin(), data.end()}, std::move(handles)});
  return IPCZ_RESULT_OK;
}

void Connection::AddToOutbox(Datagram datagram) {
  outbox_.push_back(std::move(datagram));
  has_outbox_.store(true, std::memory_order_release);
  if (std::exchange(posted_, true)) return;
  loop_->PostToNode([self = shared_from_this()] {
    {
      MutexLock relock(&self->mutex_);
      self->posted_ = false;
    }
    if (!self->SendOutbox()) self->Fail();
  });
}

bool Connection::SendOutbox() {
  std::vector<Datagram> outbox;
  {
    MutexLock lock(&mutex_);
    outbox.swap(outbox_);
    has_outbox_.store(false, std::memory_order_relaxed);
  }
  bool sent = true;
  for (Datagram& datagram : outbox) {
    if (datagram.is_bell) {
      RingDoorbell(false);
      continue;
    }
    sent = sent && Send(datagram.bytes, std::move(datagram.handles)) == IPCZ_RESULT_OK;
  }
  return sent;
}

void Connection::Deactivate() {
  if (OnLoop()) return DeactivateNow();
  Post([self = shared_from_this()] { self->DeactivateNow(); });
}

void Connection::Close() {
  if (OnLoop()) return Shut();
  Post([self = shared_from_this()] { self->Shut(); });
}

// --- On the loop's thread ------------------------------------------------------------------------

bool Connection::Open() {
  if (channel_ != nullptr) return true;
  if (end_.empty()) return false;
  absl::StatusOr<std::unique_ptr<Channel>> channel =
      carrier_->Open(std::exchange(end_, {}), loop_, policy_->limits, peer_);
  if (!channel.ok()) {
    LogErrorLimited(
        absl::StrCat("open ", peer_.ToString()),
        absl::StrCat("no connection to ", peer_.ToString(), ": ", channel.status().message()));
    return false;
  }
  channel_ = *std::move(channel);
  doorbell_ = std::make_unique<Doorbell>(
      loop_, Doorbell::Callbacks{.heard = [this] { OnRung(); },
                                 .failed = [this] { (void)SendOnChannel({}, {}); }});
  deadlines_ = std::make_unique<Deadlines>(loop_, [this](uintptr_t context) { OnDue(context); });
  return true;
}

bool Connection::Start() {
  if (!Open()) return false;
  channel_->Start(this);
  return true;
}

IpczResult Connection::Send(absl::Span<const uint8_t> data, std::vector<OwnedHandle> handles) {
  if (channel_ == nullptr) {
    {
      MutexLock lock(&mutex_);
      if (shut_) return IPCZ_RESULT_OK;
    }
    if (!Open()) return IPCZ_RESULT_UNKNOWN;
  }
  return SendOnChannel(data, std::move(handles));
}

IpczResult Connection::SendOnChannel(absl::Span<const uint8_t> data,
                                     std::vector<OwnedHandle> handles) {
  const SendResult sent = channel_->Send(data, std::move(handles));
  // A peer that is gone has perhaps left something to be read; the listener hears of it behind.
  if (sent || sent == SendResult::kClosed) return IPCZ_RESULT_OK;
  if (sent == SendResult::kWouldBlock) {
    LogErrorLimited(absl::StrCat("slow ", peer_.ToString()),
                    absl::StrCat(peer_.ToString(), " does not read: ", channel_->queued_bytes(),
                                 " bytes wait for it"));
  }
  return IPCZ_RESULT_RESOURCE_EXHAUSTED;
}

// --- The doorbell and timers ---------------------------------------------------------------------

void Connection::RingDoorbell(bool at_once) {
  if (!OnLoop()) {
    // The loop turns for it alone, at once.
    MutexLock lock(&mutex_);
    if (!at_once && !shut_) AddToOutbox({.is_bell = true});
    return;
  }
  if (at_once) {
    if (doorbell_ != nullptr) doorbell_->Hurry();
  } else if (doorbell_ != nullptr && doorbell_->can_ring()) {
    doorbell_->Ring();
  } else {
    (void)Send({}, {});
    OfferDoorbell();
  }
}

void Connection::OfferDoorbell() {
  if (doorbell_ == nullptr || peer_.trust == PeerTrust::kLauncher || offered_) return;
  offered_ = true;
  std::vector<OwnedHandle> offer = doorbell_->Offer();
  if (!offer.empty()) (void)SendOnChannel({}, std::move(offer));
}

void Connection::OnDoorbellOffered(absl::Span<OwnedHandle> offered) {
  switch (doorbell_->Accept(offered, peer_.trust)) {
    case Doorbell::Accepted::kYes:
      return;
    case Doorbell::Accepted::kIllegal:
      return channel_->Cut("offered a doorbell that is none");
    case Doorbell::Accepted::kUnheard:
      LogErrorLimited(
          absl::StrCat("bell ", peer_.ToString()),
          absl::StrCat("lost ", peer_.ToString(), ": its doorbell cannot be watched here"));
      return Lose();
  }
}

void Connection::OnRung() {
  const auto keep = shared_from_this();
  if (delivering_) {
    rung_early_ = true;
    return;
  }
  Deliver({}, {});
  DeliverEarly();
}

void Connection::SetTimer(uint64_t delay_us, uintptr_t context) {
  if (!OnLoop()) {
    return Post(
        [self = shared_from_this(), delay_us, context] { self->SetTimer(delay_us, context); });
  }
  if (deadlines_ != nullptr) deadlines_->Set(delay_us, context);
}

void Connection::OnDue(uintptr_t context) {
  const auto keep = shared_from_this();
  if (delivering_) return early_due_.push_back(context);
  TellDue(context);
  DeliverEarly();
}

void Connection::TellDue(uintptr_t context) {
  if (!active_ || failed_) return;
  delivering_ = true;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(&context);
  const IpczResult result =
      listener_.Call({bytes, sizeof(context)}, {}, IPCZ_TRANSPORT_ACTIVITY_TIMER);
  delivering_ = false;
  AfterCall(result);
}

// --- The end -------------------------------------------------------------------------------------

void Connection::DeactivateNow() {
  if (!active_) return;
  if (delivering_) {
    deactivating_ = true;
  } else {
    SendOutbox();
    Finish();
  }
}

// The listener's last call.
void Connection::Finish() {
  const auto keep = shared_from_this();
  active_ = false;
  Shut();
  listener_.Call({}, {}, IPCZ_TRANSPORT_ACTIVITY_DEACTIVATED);
}

void Connection::Shut() {
  {
    MutexLock lock(&mutex_);
    shut_ = true;
  }
  early_.clear();
  early_due_.clear();
  rung_early_ = false;
  end_.clear();
  if (channel_ == nullptr) return;
  // A doorbell rung in this turn would not ring any more.
  doorbell_->Hurry();
  doorbell_.reset();
  deadlines_.reset();
  channel_->Close();
  channel_.reset();
}

// --- Receiving -----------------------------------------------------------------------------------

void Connection::OnChannelMessage(absl::Span<const uint8_t> payload,
                                  absl::Span<OwnedHandle> handles) {
  const auto keep = shared_from_this();
  if (payload.empty() && !handles.empty()) return OnDoorbellOffered(handles);
  if (payload.empty()) {
    // Its doorbell had no room left, or it has none yet.
    doorbell_->Drain();
    OfferDoorbell();
  }
  if (delivering_) {
    // Someone turns the loop inside a call of the listener.
    Datagram& datagram = early_.emplace_back();
    datagram.bytes.assign(payload.begin(), payload.end());
    for (OwnedHandle& handle : handles) datagram.handles.push_back(std::move(handle));
    return;
  }
  Deliver(payload, handles);
  DeliverEarly();
}

void Connection::DeliverEarly() {
  while (active_ && !failed_) {
    if (!early_.empty()) {
      Datagram datagram = std::move(early_.front());
      early_.pop_front();
      Deliver(datagram.bytes, absl::MakeSpan(datagram.handles));
    } else if (std::exchange(rung_early_, false)) {
      Deliver({}, {});
    } else if (!early_due_.empty()) {
      const uintptr_t context = early_due_.back();
      early_due_.pop_back();
      TellDue(context);
    } else {
      break;
    }
  }
  if (lost_) Fail();
}

void Connection::Deliver(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle> handles) {
  if (!active_ || failed_) return;
  absl::InlinedVector<IpczDriverHandle, 8> items;
  items.reserve(handles.size());
  for (OwnedHandle& handle : handles) {
    items.push_back(DriverItem::Give(std::make_unique<HandleItem>(std::move(handle))));
  }
  delivering_ = true;
  const IpczResult result = listener_.Call(payload, items, IPCZ_NO_FLAGS);
  delivering_ = false;
  AfterCall(result);
}

void Connection::AfterCall(IpczResult result) {
  if (result != IPCZ_RESULT_OK) {
    LogErrorLimited(absl::StrCat("cut ", peer_.ToString()),
                    absl::StrCat("cut ", peer_.ToString(), " off: it broke the router's rules"));
    ReportMisconduct("it broke the router's rules");
  }
  if (deactivating_) {
    Finish();
  } else if (result != IPCZ_RESULT_OK) {
    Fail();
  }
}

// Tells the listener that there is nothing more to come.
void Connection::Fail() {
  if (!active_ || failed_) return;
  const auto keep = shared_from_this();
  failed_ = true;
  delivering_ = true;
  listener_.Call({}, {}, IPCZ_TRANSPORT_ACTIVITY_ERROR);
  delivering_ = false;
  if (deactivating_) Finish();
}

void Connection::ReportMisconduct(std::string_view what) const {
  if (policy_->on_misconduct == nullptr) return;
  policy_->on_misconduct(peer_, {.kind = Misconduct::Kind::kBrokenRules, .what = what});
}

void Connection::OnChannelClosed(const ChannelClosed& why) {
  const auto keep = shared_from_this();
  if (why.kind != ChannelClosed::Kind::kPeerClosed) {
    LogErrorLimited(absl::StrCat("lost ", peer_.ToString()),
                    absl::StrCat("lost ", peer_.ToString(), ": ", why.text));
  }
  if (why.kind == ChannelClosed::Kind::kCut) ReportMisconduct(why.text);
  Lose();
}

void Connection::Lose() {
  if (delivering_) {
    lost_ = true;
  } else {
    Fail();
  }
}

}  // namespace ipdl
