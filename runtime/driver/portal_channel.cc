// See portal_channel.h.

#include "runtime/driver/portal_channel.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "runtime/driver/driver.h"
#include "runtime/driver/portal_handle.h"
#include "runtime/log.h"
#include "runtime/mutex.h"

namespace ipdl {
namespace {

// Handles that a parcel collects before it is put, as many as one send of a socket takes.
constexpr size_t kHandlesPerParcel = 253;
// While the route to the peer becomes direct.
constexpr absl::Duration kFirstPeerDelay = absl::Milliseconds(1);
constexpr absl::Duration kMostPeerDelay = absl::Milliseconds(64);
constexpr absl::Duration kPeerWait = absl::Seconds(10);
// A buffer for parcels that is larger than this is not kept (8-byte words).
constexpr size_t kKeptWords = 32 * 1024;

}  // namespace

// A trap may be called by another thread while the channel goes away on its own.
struct PortalChannel::Hook {
  Mutex mutex;
  std::thread::id thread;                          // of the loop
  RunLoop* loop ABSL_GUARDED_BY(mutex) = nullptr;  // null once the channel is gone
  PortalChannel* channel = nullptr;                // on the loop's thread
};

// Who put a parcel, for Cut. As long as no other parcel is got the router knows it by itself.
class PortalChannel::HeldOrigin {
 public:
  explicit HeldOrigin(const IpczAPI* ipcz) : ipcz_(ipcz) {}
  ~HeldOrigin() {
    if (is_held()) ipcz_->Close(parcel_, IPCZ_NO_FLAGS, nullptr);
  }
  HeldOrigin(const HeldOrigin&) = delete;
  HeldOrigin& operator=(const HeldOrigin&) = delete;

  bool is_held() const { return parcel_ != IPCZ_INVALID_HANDLE; }
  // Of the parcel that was got last.
  void Hold(IpczHandle portal) {
    if (is_held() || ipcz_->size < sizeof(IpczExtendedAPI)) return;
    const auto& extended = *reinterpret_cast<const IpczExtendedAPI*>(ipcz_);
    if (extended.HoldOrigin(portal, IPCZ_NO_FLAGS, nullptr, &parcel_) != IPCZ_RESULT_OK) {
      parcel_ = IPCZ_INVALID_HANDLE;
    }
  }
  void Reject(std::string_view reason) const {
    const IpczAccusation why = {sizeof(why), IPCZ_INVALID_DRIVER_HANDLE, reason.data(),
                                reason.size()};
    if (is_held()) {
      ipcz_->Reject(parcel_, 0, IPCZ_REJECT_TELL_BROKER | IPCZ_REJECT_REASON, &why);
    }
  }

 private:
  const IpczAPI* const ipcz_;
  IpczHandle parcel_ = IPCZ_INVALID_HANDLE;
};

struct PortalChannel::Parcel {
  std::vector<uint64_t> words;  // 8-aligned
  size_t size = 0;
  size_t position = 0;
  std::vector<OwnedHandle> handles;
  size_t next_handle = 0;
  std::shared_ptr<HeldOrigin> origin;  // once somebody asks

  const std::shared_ptr<HeldOrigin>& OriginBy(const IpczAPI* ipcz) {
    if (origin == nullptr) origin = std::make_shared<HeldOrigin>(ipcz);
    return origin;
  }

  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(words.data()); }
  bool AtEnd() const { return position == size && next_handle == handles.size(); }
};

// --- Beginning and end ---------------------------------------------------------------------------

absl::StatusOr<std::unique_ptr<PortalChannel>> PortalChannel::Create(const Portal& portal,
                                                                     RunLoop* loop,
                                                                     const Limits& limits,
                                                                     PeerLabel peer) {
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
  if (portal.ipcz->QueryPortalStatus(portal.portal, IPCZ_NO_FLAGS, nullptr, &status) !=
      IPCZ_RESULT_OK) {
    portal.ipcz->Close(portal.portal, IPCZ_NO_FLAGS, nullptr);
    return absl::InvalidArgumentError("a portal channel needs a portal");
  }
  std::unique_ptr<PortalChannel> channel(new PortalChannel(portal, limits, std::move(peer)));
  channel->hook_ = std::make_shared<Hook>();
  channel->hook_->channel = channel.get();
  channel->hook_->thread = loop->thread();
  {
    MutexLock lock(&channel->hook_->mutex);
    channel->hook_->loop = loop;
  }
  absl::Status added = loop->AddTransport(channel.get(), FdInterest{});
  if (!added.ok()) return added;
  // The peer may be on another thread, which then says that something came.
  loop->ExpectPostsToNode(1);
  return channel;
}

PortalChannel::PortalChannel(const Portal& portal, const Limits& limits, PeerLabel peer)
    : limits_(limits), peer_(std::move(peer)), portal_(portal), batch_(&limits_) {}

PortalChannel::~PortalChannel() {
  Close();
  *alive_ = false;
  if (loop() != nullptr) loop()->ExpectPostsToNode(-1);
  MutexLock lock(&hook_->mutex);
  hook_->loop = nullptr;
  hook_->channel = nullptr;
}

void PortalChannel::Start(Delegate* delegate) {
  assert(delegate_ == nullptr);
  delegate_ = delegate;
  Soon();
}

void PortalChannel::Close() {
  const bool sends = IsOpen();
  if (sends) PutBatch();
  why_closed_.reset();
  delegate_ = nullptr;
  ShutDown();
  // The process may end before the loop turns again.
  if (sends && loop() != nullptr) loop()->FlushTransports();
}

void PortalChannel::Cut(std::string reason) {
  if (!IsWhole()) return;
  // If it was not held when another parcel was got, then none was.
  HoldLastOrigin();
  if (const Origin blamed = origin(); blamed != nullptr) {
    static_cast<const HeldOrigin*>(blamed.get())->Reject(reason);
  }
  Fail(ChannelClosed::Kind::kCut, std::move(reason));
}

// For what is wrong with the frames of a parcel.
void PortalChannel::Blame(std::string text) {
  handing_on_ = parcel_.get();
  origin_ = nullptr;
  Cut(std::move(text));
  handing_on_ = nullptr;
}

PortalChannel::Origin PortalChannel::origin() {
  if (origin_ != nullptr || handing_on_ == nullptr) return origin_;
  return handing_on_->OriginBy(portal_.ipcz);
}

void PortalChannel::HoldLastOrigin() {
  if (parcel_ != nullptr && IsWhole()) parcel_->OriginBy(portal_.ipcz)->Hold(portal_.portal);
}

void PortalChannel::Fail(ChannelClosed::Kind kind, std::string text) {
  if (!IsWhole()) return;
  why_closed_ = ChannelClosed{kind, std::move(text)};
  ShutDown();
  Soon();
}

void PortalChannel::ShutDown() {
  batch_.Stop();
  refused_ = false;
  if (!IsWhole()) return;
  portal_.ipcz->Close(std::exchange(portal_.portal, IPCZ_INVALID_HANDLE), IPCZ_NO_FLAGS, nullptr);
}

void PortalChannel::ReportClosed() {
  if (!why_closed_.has_value() || delegate_ == nullptr) return;
  const ChannelClosed why = *std::exchange(why_closed_, std::nullopt);
  std::exchange(delegate_, nullptr)->OnChannelClosed(why);
}

// --- The peer
// --------------------------------------------------------------------------------------

void PortalChannel::SeePeer(IpczDriverHandle transport, uintptr_t context) {
  const PeerLabel* const label = PeerOf(transport);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
  if (label != nullptr) *reinterpret_cast<PeerLabel*>(context) = *label;
}

const PeerLabel& PortalChannel::peer() const {
  if (IsWhole() && portal_.ipcz->size >= sizeof(IpczExtendedAPI)) {
    reinterpret_cast<const IpczExtendedAPI*>(portal_.ipcz)
        ->QueryPeer(portal_.portal, &SeePeer, reinterpret_cast<uintptr_t>(&peer_), IPCZ_NO_FLAGS,
                    nullptr);
  }
  return peer_;
}

Channel::PeerIs PortalChannel::WhoIsPeer() const {
  if (!IsWhole()) return PeerIs::kNotKnown;
  if (portal_.ipcz->size < sizeof(IpczExtendedAPI)) return PeerIs::kKnown;
  const auto& extended = *reinterpret_cast<const IpczExtendedAPI*>(portal_.ipcz);
  // Empty: within this process.
  std::optional<PeerLabel> label;
  const auto see = [](IpczDriverHandle transport, uintptr_t context) {
    if (const PeerLabel* const found = PeerOf(transport); found != nullptr) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
      *reinterpret_cast<std::optional<PeerLabel>*>(context) = *found;
    }
  };
  if (extended.QueryPeer(portal_.portal, see, reinterpret_cast<uintptr_t>(&label), IPCZ_NO_FLAGS,
                         nullptr) == IPCZ_RESULT_OK) {
    if (!label.has_value()) return PeerIs::kThisProcess;
    peer_ = *std::move(label);
    return PeerIs::kKnown;
  }
  if (extended.QueryPeer(portal_.portal, see, reinterpret_cast<uintptr_t>(&label),
                         IPCZ_QUERY_PEER_NEXT_HOP, nullptr) != IPCZ_RESULT_OK) {
    return PeerIs::kThisProcess;
  }
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
  portal_.ipcz->QueryPortalStatus(portal_.portal, IPCZ_NO_FLAGS, nullptr, &status);
  const bool closed = (status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED) != 0;
  return closed ? PeerIs::kNotKnown : PeerIs::kNotKnownYet;
}

// The router does not tell when a route has become direct, but that takes no time worth a trap.
bool PortalChannel::HoldForPeer() {
  if (!awaits_peer_) return false;
  if (WhoIsPeer() != PeerIs::kNotKnownYet || peer_waited_ >= kPeerWait || loop() == nullptr) {
    awaits_peer_ = false;
    return false;
  }
  peer_delay_ = std::clamp(peer_delay_ * 2, kFirstPeerDelay, kMostPeerDelay);
  peer_waited_ += peer_delay_;
  loop()->SetTransportDeadline(this, peer_delay_);
  return true;
}

// --- The loop and the router ---------------------------------------------------------------------

void PortalChannel::Soon() {
  if (soon_ || loop() == nullptr) return;
  soon_ = true;
  loop()->SetTransportDeadline(this, absl::ZeroDuration());
}

void PortalChannel::OnTransportDeadline() {
  const std::shared_ptr<const bool> alive = alive_;
  soon_ = false;
  ReportWritable();
  if (!*alive) return;
  Dispatch();
  if (!*alive) return;
  ReportClosed();
}

// Has the router say when a parcel comes or the peer is gone.
void PortalChannel::WaitForMore() {
  if (trapped_ || !IsWhole()) return;
  const IpczTrapConditions conditions = {sizeof(conditions),
                                         IPCZ_TRAP_ABOVE_MIN_LOCAL_PARCELS | IPCZ_TRAP_DEAD, 0, 0};
  auto* const context = new std::shared_ptr<Hook>(hook_);
  trapped_ = true;
  const IpczResult result =
      portal_.ipcz->Trap(portal_.portal, &conditions, &OnTrap, reinterpret_cast<uintptr_t>(context),
                         IPCZ_NO_FLAGS, nullptr, nullptr, nullptr);
  if (result == IPCZ_RESULT_OK) {
    // Nothing is left to do until then.
    if (soon_ && !refused_ && !why_closed_.has_value() && loop() != nullptr) {
      soon_ = false;
      loop()->SetTransportDeadline(this, absl::InfiniteDuration());
    }
    return;
  }
  delete context;
  trapped_ = false;
  if (result == IPCZ_RESULT_FAILED_PRECONDITION) return Soon();  // something is there already
  Fail(ChannelClosed::Kind::kError, absl::StrCat("the router sets no trap: ", result));
}

void PortalChannel::OnTrap(const IpczTrapEvent* event) {
  const std::unique_ptr<std::shared_ptr<Hook>> taken(
      // NOLINTNEXTLINE(performance-no-int-to-ptr): a context is an integer in the interface.
      reinterpret_cast<std::shared_ptr<Hook>*>(event->context));
  const std::shared_ptr<Hook>& hook = *taken;
  if ((event->condition_flags & IPCZ_TRAP_REMOVED) != 0) return;
  if (hook->thread == std::this_thread::get_id()) {
    if (hook->channel != nullptr) hook->channel->OnPortalEvent();
    return;
  }
  MutexLock lock(&hook->mutex);
  if (hook->loop == nullptr) return;
  hook->loop->PostToNode([hook = hook] {
    if (hook->channel != nullptr) hook->channel->OnPortalEvent();
  });
}

// Only marks: nothing is handed on inside a call of the router.
void PortalChannel::OnPortalEvent() {
  trapped_ = false;
  Soon();
}

// --- Sending -------------------------------------------------------------------------------------

PortalBatch::Room PortalChannel::RoomNow() const {
  return {.bytes = limits_.queued_bytes - std::min(limits_.queued_bytes, unread_bytes_),
          .handles =
              limits_.queued_handles - std::min<uint64_t>(limits_.queued_handles, unread_handles_),
          .is_first = unread_bytes_ == 0};
}

bool PortalChannel::HasRoom(size_t payload_bytes, size_t handles) const {
  return PortalBatch::Fits(payload_bytes, handles, RoomNow());
}

SendResult PortalChannel::End(Writer& writer, std::string* why_refused) {
  std::string reason;
  const uint64_t bytes = queued_bytes();
  const uint64_t handles = queued_handles();
  const SendResult result = Queued(batch_.End(writer, RoomNow(), &reason), bytes, handles);
  if (result.code() == SendResult::kRefused) {
    if (why_refused == nullptr) {
      LogRefused(reason);
    } else {
      *why_refused = std::move(reason);
    }
  }
  return result;
}

SendResult PortalChannel::Send(absl::Span<const uint8_t> bytes,
                               std::vector<OwnedHandle>&& handles) {
  std::string reason;
  const uint64_t bytes_before = queued_bytes();
  const uint64_t handles_before = queued_handles();
  const SendResult result = Queued(batch_.Send(bytes, std::move(handles), RoomNow(), &reason),
                                   bytes_before, handles_before);
  if (result.code() == SendResult::kRefused) LogRefused(reason);
  return result;
}

void PortalChannel::LogRefused(const std::string& reason) {
  LogErrorLimited("refused",
                  absl::StrCat("a message to ", peer().ToString(), " was not sent: ", reason));
}

SendResult PortalChannel::Queued(SendResult result, uint64_t bytes_before,
                                 uint64_t handles_before) {
  if (result) {
    unread_bytes_ += queued_bytes() - bytes_before;
    unread_handles_ += queued_handles() - handles_before;
    if (unread_bytes_ > limits_.queued_bytes / 4 || unread_handles_ > limits_.queued_handles / 4) {
      AskIfRead();
    }
    if (queued_bytes() >= limits_.flush_bytes || queued_handles() >= kHandlesPerParcel) {
      PutBatch();
    } else if (loop() != nullptr) {
      loop()->MarkDirty(this);
    }
    return result;
  }
  if (result.code() == SendResult::kWouldBlock) {
    refused_ = true;
    AskIfRead();
  }
  return result;
}

void PortalChannel::AskIfRead() {
  if (asked_) return;
  asked_ = true;
  // Nobody can answer who has not read the question.
  PortalDriver().GenerateRandomBytes(sizeof(token_), IPCZ_NO_FLAGS, nullptr, &token_);
  asked_bytes_ = unread_bytes_;
  asked_handles_ = unread_handles_;
  batch_.AddControl(FrameKind::kTellMe, token_);
  if (loop() != nullptr) loop()->MarkDirty(this);
}

bool PortalChannel::Flush() {
  if (IsOpen()) PutBatch();
  // What carries it writes now as well.
  if (loop() != nullptr) loop()->FlushTransports();
  return queued_bytes() == 0;
}

void PortalChannel::FlushTransport() {
  if (IsOpen()) PutBatch();
}

void PortalChannel::PutBatch() {
  if (batch_.empty()) return;
  const PortalBatch::Ready ready = batch_.GetReady();
  std::vector<IpczHandle> handles;
  handles.reserve(ready.handles.size());
  IpczResult result = IPCZ_RESULT_OK;
  for (OwnedHandle& handle : ready.handles) {
    if (handle.kind() == OwnedHandle::Kind::kPortal) {
      handles.push_back(TakePortal(std::move(handle)));
      continue;
    }
    IpczBoxContents contents = {};
    contents.size = sizeof(contents);
    contents.type = IPCZ_BOX_TYPE_DRIVER_OBJECT;
    contents.object.driver_object = NewDriverHandle(std::move(handle));
    IpczHandle box = IPCZ_INVALID_HANDLE;
    result = portal_.ipcz->Box(portal_.node, &contents, IPCZ_NO_FLAGS, nullptr, &box);
    if (result != IPCZ_RESULT_OK) {
      PortalDriver().Close(contents.object.driver_object, IPCZ_NO_FLAGS, nullptr);
      break;
    }
    handles.push_back(box);
  }
  if (result == IPCZ_RESULT_OK) {
    result = portal_.ipcz->Put(portal_.portal, ready.bytes.data(), ready.bytes.size(),
                               handles.data(), handles.size(), IPCZ_NO_FLAGS, nullptr);
  }
  if (result != IPCZ_RESULT_OK) {
    for (const IpczHandle handle : handles) {
      portal_.ipcz->Close(handle, IPCZ_NO_FLAGS, nullptr);
    }
  }
  batch_.Clear();
  if (result == IPCZ_RESULT_OK) return;
  if (result == IPCZ_RESULT_NOT_FOUND) {
    // What the peer sent before it went is still to be handed on.
    broken_ = true;
    batch_.Stop();
    return;
  }
  Fail(ChannelClosed::Kind::kError, absl::StrCat("the router refused a parcel: ", result));
}

void PortalChannel::ReportWritable() {
  if (!refused_ || delegate_ == nullptr || !IsOpen()) return;
  if (unread_bytes_ * 2 > limits_.queued_bytes || unread_handles_ * 2 > limits_.queued_handles) {
    AskIfRead();
    return;
  }
  refused_ = false;
  delegate_->OnChannelWritable();
}

// --- Receiving -----------------------------------------------------------------------------------

void PortalChannel::ResumeReading() {
  paused_ = false;
  Soon();
}

bool PortalChannel::ReadNow() {
  if (delegate_ == nullptr || paused_ || !IsWhole()) return false;
  const uint64_t before = received_;
  const std::shared_ptr<const bool> alive = alive_;
  Dispatch();
  return !*alive || received_ != before;
}

// Hands on what there is, within this turn's share.
void PortalChannel::Dispatch() {
  const std::shared_ptr<const bool> alive = alive_;
  size_t bytes = 0;
  while (delegate_ != nullptr && !paused_ && IsWhole()) {
    if (bytes >= limits_.read_buffer_bytes) return Soon();
    const Next next = FindFrame();
    if (next == Next::kFailed) return;
    if (next == Next::kNothing) return WaitForMore();
    if (HoldForPeer()) return;
    const std::shared_ptr<Parcel> parcel = parcel_;
    const uint8_t* const at = parcel->bytes() + parcel->position;
    FrameHeader header;
    std::memcpy(&header, at, sizeof(header));
    parcel->position += header.size;
    bytes += header.size;
    if (header.kind != FrameKind::kMessage) {
      uint64_t token;
      std::memcpy(&token, at + sizeof(header), sizeof(token));
      OnControl(header.kind, token);
      continue;
    }
    const absl::Span<OwnedHandle> handles =
        absl::MakeSpan(parcel->handles).subspan(parcel->next_handle, header.handles);
    parcel->next_handle += header.handles;
    ++received_;
    // The call may wait for what is behind this message.
    Soon();
    Parcel* const outer = std::exchange(handing_on_, parcel.get());
    Origin outer_origin = std::exchange(origin_, nullptr);
    delegate_->OnChannelMessage(
        {at + sizeof(header), header.size - sizeof(header) - header.padding}, handles);
    for (OwnedHandle& handle : handles) handle.Reset();
    if (!*alive) return;
    handing_on_ = outer;
    origin_ = std::move(outer_origin);
  }
}

// Finds the next frame, whole and legal, at the position in parcel_.
PortalChannel::Next PortalChannel::FindFrame() {
  while (parcel_ == nullptr || parcel_->AtEnd()) {
    const Next next = GetParcel();
    if (next != Next::kFrame) return next;
  }
  const size_t left = parcel_->size - parcel_->position;
  FrameHeader header = {};
  if (left >= sizeof(header)) {
    std::memcpy(&header, parcel_->bytes() + parcel_->position, sizeof(header));
  }
  const bool is_control = header.kind == FrameKind::kTellMe || header.kind == FrameKind::kHaveRead;
  std::string wrong;
  if (header.size < sizeof(header) || header.size > left || header.size % 8 != 0) {
    wrong = absl::StrCat("a frame of ", header.size, " bytes where ", left, " are left");
  } else if (header.size > limits_.message_bytes) {
    wrong = "a frame above the limit of message bytes";
  } else if (header.padding > 7 || header.padding > header.size - sizeof(header)) {
    wrong = absl::StrCat("a frame with ", header.padding, " bytes of padding");
  } else if (header.kind != FrameKind::kMessage &&
             (!is_control || header.size != kControlFrameBytes || header.handles != 0 ||
              header.padding != 0)) {
    wrong = "a frame of an unknown kind";
  } else if (header.handles > limits_.message_handles) {
    wrong = "a frame above the limit of handles";
  } else if (header.handles > parcel_->handles.size() - parcel_->next_handle) {
    wrong = "a frame that announces more handles than came";
  } else {
    return Next::kFrame;
  }
  Blame(absl::StrCat("sent ", wrong));
  return Next::kFailed;
}

PortalChannel::Next PortalChannel::GetParcel() {
  // From here on the router knows another one's origin.
  if (parcel_ != nullptr && (parcel_.use_count() > 1 || parcel_->origin.use_count() > 1)) {
    HoldLastOrigin();
  }
  // Memory that nobody else looks at any more is used again.
  if (parcel_ == nullptr || parcel_.use_count() > 1 || parcel_->words.size() > kKeptWords) {
    parcel_ = std::make_shared<Parcel>();
  }
  Parcel& parcel = *parcel_;
  parcel.size = parcel.position = parcel.next_handle = 0;
  parcel.handles.clear();
  parcel.origin = nullptr;
  size_t num_bytes = parcel.words.size() * sizeof(uint64_t);
  size_t num_handles = 0;
  std::vector<IpczHandle> boxes;
  IpczResult result =
      portal_.ipcz->Get(portal_.portal, IPCZ_GET_REMEMBER_ORIGIN, nullptr, parcel.words.data(),
                        &num_bytes, nullptr, &num_handles, nullptr);
  if (result == IPCZ_RESULT_RESOURCE_EXHAUSTED) {
    parcel.words.resize(std::max<size_t>(limits_.flush_bytes, num_bytes + sizeof(uint64_t)) /
                        sizeof(uint64_t));
    boxes.resize(num_handles);
    num_bytes = parcel.words.size() * sizeof(uint64_t);
    result =
        portal_.ipcz->Get(portal_.portal, IPCZ_GET_REMEMBER_ORIGIN, nullptr, parcel.words.data(),
                          &num_bytes, boxes.data(), &num_handles, nullptr);
  }
  if (result == IPCZ_RESULT_UNAVAILABLE) return Next::kNothing;
  if (result == IPCZ_RESULT_NOT_FOUND) {
    Fail(ChannelClosed::Kind::kPeerClosed, "the peer closed the connection");
    return Next::kFailed;
  }
  if (result != IPCZ_RESULT_OK) {
    Fail(ChannelClosed::Kind::kError, absl::StrCat("the router gave no parcel: ", result));
    return Next::kFailed;
  }
  parcel.size = num_bytes;
  if (!TakeHandles(boxes)) {
    Blame("sent something else than a handle beside a message");
    return Next::kFailed;
  }
  // A parcel of nothing at all is none.
  if (num_bytes == 0) {
    Blame("sent a parcel without a frame");
    return Next::kFailed;
  }
  return Next::kFrame;
}

// Takes what lay beside the bytes. Empty if it is neither a handle in a box nor a portal.
OwnedHandle PortalChannel::TakeHandle(IpczHandle handle) {
  IpczBoxContents contents = {};
  contents.size = sizeof(contents);
  const IpczResult seen = portal_.ipcz->Unbox(handle, IPCZ_UNBOX_PEEK, nullptr, &contents);
  if (seen != IPCZ_RESULT_OK) return MakePortalHandle(*portal_.ipcz, handle);
  OwnedHandle content;
  if (contents.type != IPCZ_BOX_TYPE_DRIVER_OBJECT) {
    portal_.ipcz->Close(handle, IPCZ_NO_FLAGS, nullptr);
    return content;
  }
  portal_.ipcz->Unbox(handle, IPCZ_NO_FLAGS, nullptr, &contents);
  TakeDriverHandle(contents.object.driver_object, &content);
  return content;
}

bool PortalChannel::TakeHandles(const std::vector<IpczHandle>& handles) {
  bool all = true;
  for (const IpczHandle handle : handles) {
    parcel_->handles.push_back(TakeHandle(handle));
    all = all && parcel_->handles.back().valid();
  }
  return all;
}

void PortalChannel::OnControl(FrameKind kind, uint64_t token) {
  if (kind == FrameKind::kTellMe) {
    // Answers count as well: a peer that only asks and never reads shall not fill our memory.
    unread_bytes_ += kControlFrameBytes;
    if (unread_bytes_ > limits_.queued_bytes + limits_.message_bytes) {
      return Blame("asks and does not read the answers");
    }
    if (unread_bytes_ > limits_.queued_bytes / 4) AskIfRead();
    batch_.AddControl(FrameKind::kHaveRead, token);
    if (loop() != nullptr) loop()->MarkDirty(this);
    return;
  }
  if (!asked_ || token != token_) {
    return Blame("answers what was not asked");
  }
  asked_ = false;
  unread_bytes_ -= asked_bytes_;
  unread_handles_ -= asked_handles_;
  if (refused_) Soon();
}

}  // namespace ipdl
