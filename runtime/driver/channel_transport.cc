// See channel_transport.h; the open connection is in connection.cc.

#include "runtime/driver/channel_transport.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "runtime/driver/connection.h"
#include "runtime/driver/handle_item.h"
#include "runtime/log.h"

namespace ipdl {
namespace {

// Bytes of a kind or a name on the wire; longer ones are cut.
constexpr size_t kMostLabelBytes = 128;

// Whom the end on its way leads to, as its sender says.
enum class Relation : uint8_t {
  kSender = 1,   // the sender itself
  kAnother = 2,  // whom the label describes
};

// An end of a channel on its way. The texts follow.
struct EndRecord {
  uint8_t item_kind;
  uint8_t carrier;
  Relation relation;
  uint8_t kind_bytes;
  uint8_t name_bytes;
  uint8_t reserved[3];
  int64_t process_id;
};
static_assert(sizeof(EndRecord) == 16);

std::string_view Cut(const std::string& text) {
  return std::string_view(text).substr(0, kMostLabelBytes);
}

// The label of an end that its maker gives to others, by the transport to the peer it leads to.
PeerLabel LabelFor(const ChannelTransport* transport) {
  if (transport != nullptr) return transport->peer();
  PeerLabel self;
  self.trust = PeerTrust::kSelf;
  return self;
}

}  // namespace

ChannelTransport::ChannelTransport(const Carrier* carrier, Carrier::End end, RunLoop* loop,
                                   std::shared_ptr<const LinkPolicy> policy, PeerLabel peer)
    : carrier_(carrier),
      end_(std::move(end)),
      loop_(loop),
      policy_(std::move(policy)),
      peer_(std::move(peer)),
      judges_(policy_->trusted_to_judge) {}

ChannelTransport::~ChannelTransport() {
  if (connection_ != nullptr) connection_->Close();
}

absl::StatusOr<std::pair<std::unique_ptr<ChannelTransport>, std::unique_ptr<ChannelTransport>>>
ChannelTransport::NewPair(const ChannelTransport* over0, const ChannelTransport* over1) {
  const ChannelTransport& model = over0 != nullptr ? *over0 : *over1;
  absl::StatusOr<std::pair<Carrier::End, Carrier::End>> ends = model.carrier_->NewEnds();
  if (!ends.ok()) return ends.status();
  const auto make = [&model](Carrier::End end, const ChannelTransport* peer) {
    return std::make_unique<ChannelTransport>(model.carrier_, std::move(end), model.loop_,
                                              model.policy_, LabelFor(peer));
  };
  return std::make_pair(make(std::move(ends->first), over1), make(std::move(ends->second), over0));
}

// --- On the way ----------------------------------------------------------------------------------

bool ChannelTransport::CanTravel() const { return !end_.empty() && connection_ == nullptr; }

size_t ChannelTransport::packed_bytes() const {
  return sizeof(EndRecord) + Cut(peer_.kind).size() + Cut(peer_.name).size();
}

void ChannelTransport::Pack(uint8_t* bytes, std::vector<OwnedHandle>* handles) {
  const std::string_view kind = Cut(peer_.kind);
  const std::string_view name = Cut(peer_.name);
  EndRecord record = {};
  record.item_kind = static_cast<uint8_t>(kKind);
  record.carrier = carrier_->id();
  record.relation = peer_.trust == PeerTrust::kSelf ? Relation::kSender : Relation::kAnother;
  record.kind_bytes = static_cast<uint8_t>(kind.size());
  record.name_bytes = static_cast<uint8_t>(name.size());
  record.process_id = peer_.process_id;
  std::memcpy(bytes, &record, sizeof(record));
  std::copy(kind.begin(), kind.end(), bytes + sizeof(record));
  std::copy(name.begin(), name.end(), bytes + sizeof(record) + kind.size());
  for (OwnedHandle& handle : end_) handles->push_back(std::move(handle));
  end_.clear();
}

std::unique_ptr<ChannelTransport> ChannelTransport::Unpack(absl::Span<const uint8_t> bytes,
                                                           absl::Span<OwnedHandle> handles,
                                                           const ChannelTransport& over) {
  EndRecord record;
  if (bytes.size() < sizeof(record)) return nullptr;
  std::memcpy(&record, bytes.data(), sizeof(record));
  const size_t text_bytes = size_t{record.kind_bytes} + record.name_bytes;
  const Carrier* const carrier = FindCarrier(record.carrier);
  const bool legal =
      carrier != nullptr && handles.size() == carrier->handles_per_end() &&
      (record.relation == Relation::kSender || record.relation == Relation::kAnother) &&
      record.kind_bytes <= kMostLabelBytes && record.name_bytes <= kMostLabelBytes &&
      std::all_of(std::begin(record.reserved), std::end(record.reserved),
                  [](uint8_t byte) { return byte == 0; }) &&
      bytes.size() == sizeof(record) + text_bytes;
  if (!legal) return nullptr;

  PeerLabel peer = over.peer();
  if (record.relation == Relation::kAnother) {
    peer.trust = PeerTrust::kUntrusted;
    if (over.peer().trust == PeerTrust::kLauncher) {
      const char* const text = reinterpret_cast<const char*>(bytes.data()) + sizeof(record);
      peer.process_id = record.process_id;
      peer.kind.assign(text, record.kind_bytes);
      peer.name.assign(text + record.kind_bytes, record.name_bytes);
    }
  }
  Carrier::End end;
  for (OwnedHandle& handle : handles) end.push_back(std::move(handle));
  auto transport = std::make_unique<ChannelTransport>(carrier, std::move(end), over.loop_,
                                                      over.policy_, std::move(peer));
  transport->judges_ = over.judges_ && record.relation == Relation::kSender;
  return transport;
}

void ChannelTransport::MoveTo(RunLoop* loop) {
  if (connection_ == nullptr) loop_ = loop;
}

// --- In use --------------------------------------------------------------------------------------

Connection& ChannelTransport::Use() {
  if (connection_ == nullptr) {
    connection_ =
        std::make_shared<Connection>(carrier_, std::exchange(end_, {}), loop_, policy_, peer_);
  }
  return *connection_;
}

IpczResult ChannelTransport::Activate(const Listener& listener) { return Use().Activate(listener); }

void ChannelTransport::Deactivate() {
  if (connection_ != nullptr) connection_->Deactivate();
}

IpczResult ChannelTransport::Transmit(absl::Span<const uint8_t> data,
                                      absl::Span<const IpczDriverHandle> items) {
  std::vector<OwnedHandle> handles;
  handles.reserve(items.size());
  bool legal = true;
  for (const IpczDriverHandle item : items) {
    const std::unique_ptr<DriverItem> taken = DriverItem::Take(item);
    if (taken->kind() != HandleItem::kKind) {
      legal = false;
      continue;
    }
    handles.push_back(static_cast<HandleItem&>(*taken).TakeHandle());
  }
  // Handles without bytes are what connections say to each other.
  if (!legal || (data.empty() && !handles.empty())) return IPCZ_RESULT_INVALID_ARGUMENT;
  return Use().Transmit(data, std::move(handles));
}

IpczResult ChannelTransport::RingDoorbell(bool at_once) {
  Use().RingDoorbell(at_once);
  return IPCZ_RESULT_OK;
}

IpczResult ChannelTransport::SetTimer(uint64_t delay_us, uintptr_t context) {
  Use().SetTimer(delay_us, context);
  return IPCZ_RESULT_OK;
}

void ChannelTransport::ReportBadActivity(uintptr_t context, uint32_t flags,
                                         const TransportItem* accuser, std::string_view reason) {
  const bool forwarded = (flags & IPCZ_REPORT_BAD_TRANSPORT_ACTIVITY_FORWARDED) != 0;
  const ChannelTransport* const accuses = accuser == nullptr || accuser->is_local()
                                              ? nullptr
                                              : static_cast<const ChannelTransport*>(accuser);
  const bool believed = accuses == nullptr || accuses->judges_;
  const std::string why = reason.empty() ? "" : absl::StrCat(": ", EscapePeerText(reason));
  const std::string who =
      accuses == nullptr ? "a parcel" : EscapePeerText(accuses->peer().ToString());
  if (accuses != nullptr || forwarded) {
    const std::string what = absl::StrCat(accuses == nullptr ? "" : " rejected a parcel",
                                          " that came from ", EscapePeerText(peer_.ToString()),
                                          forwarded ? ", which may only have passed it on" : "",
                                          accuses == nullptr ? ", was rejected" : "",
                                          believed ? "" : "; it is not trusted to judge", why);
    LogErrorLimited(absl::StrCat("accused by ", who), absl::StrCat(who, what));
  }
  if (forwarded || !believed || policy_->on_misconduct == nullptr) return;
  const std::string what = accuses == nullptr
                               ? absl::StrCat("a parcel that it put was rejected", why)
                               : absl::StrCat(who, " rejected a parcel that it put", why);
  policy_->on_misconduct(
      peer_, {.kind = Misconduct::Kind::kRejectedParcel, .what = what, .context = context});
}

}  // namespace ipdl
