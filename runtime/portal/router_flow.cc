// How much a portal may have under way. See router.h.
//
// A limit is the putting side's: it counts what it puts, and its peer tells what was got. Nobody
// tells without having been asked (Watch), so a route without limits costs nothing. Both words pass
// through proxies at once; neither takes part in the order of parcels, because a hop that has not
// ended with Fin has only such words on it as a proxy has passed on before it passes the Fin on.
//
// What the peer says is believed only within this route: it can make this side put more into a
// queue which is its own.

#include <algorithm>

#include "runtime/portal/messages.h"
#include "runtime/portal/node_link.h"
#include "runtime/portal/router.h"

namespace ipdl::portal {

// --- The side that puts --------------------------------------------------------------------------

IpczResult Router::SetLimits(Turn& turn, uint64_t parcels, uint64_t bytes) {
  if (is_proxy() || closed_) return IPCZ_RESULT_INVALID_ARGUMENT;
  if (parcels == 0 && bytes == 0) {
    flow_ = nullptr;
    UpdateTraps(turn, false);
    return IPCZ_RESULT_OK;
  }
  if (flow_ == nullptr) flow_ = std::make_unique<Flow>();
  flow_->max_parcels = parcels == 0 ? UINT64_MAX : parcels;
  flow_->max_bytes = bytes == 0 ? UINT64_MAX : bytes;
  // Told often enough that the putting side need not wait for a queue that is nearly empty.
  SendWatch(turn, {flow_->max_parcels / 4, flow_->max_bytes / 4});
  UpdateTraps(turn, false);
  return IPCZ_RESULT_OK;
}

bool Router::MayPut(size_t num_bytes) const {
  return flow_ == nullptr ||
         (flow_->parcels < flow_->max_parcels &&
          num_bytes <= flow_->max_bytes - std::min(flow_->bytes, flow_->max_bytes));
}

void Router::CountPut(size_t num_bytes) {
  if (flow_ == nullptr) return;
  ++flow_->parcels;
  flow_->bytes += num_bytes;
}

bool Router::IsWritable() const {
  return flow_ == nullptr || in_end_ != End::kNone ||
         (flow_->parcels < flow_->max_parcels && flow_->bytes < flow_->max_bytes);
}

void Router::OnRead(Turn& turn, const Amounts& progress) {
  if (partner_) return partner_->SendRead(turn, progress);
  if (flow_ == nullptr) return;
  // More than was counted: of parcels that were put before there was a limit.
  flow_->parcels -= std::min(flow_->parcels, progress.parcels);
  flow_->bytes -= std::min(flow_->bytes, progress.bytes);
  UpdateTraps(turn, false);
}

// --- The side that gets --------------------------------------------------------------------------

void Router::OnWatch(Turn& turn, const Amounts& window) {
  if (partner_) return partner_->SendWatch(turn, window);
  if (watch_ == nullptr) watch_ = std::make_unique<Watch>();
  watch_->window = window;
}

void Router::CountRead(Turn& turn, const Parcel& parcel) {
  if (watch_ == nullptr) return;
  ++watch_->read.parcels;
  watch_->read.bytes += parcel.size();
  if (inbound_.empty() || watch_->read.parcels >= watch_->window.parcels ||
      watch_->read.bytes >= watch_->window.bytes) {
    TellRead(turn);
  }
}

void Router::TellRead(Turn& turn) {
  if (watch_ == nullptr || watch_->read.parcels == 0) return;
  SendRead(turn, std::exchange(watch_->read, {}));
}

// The application has no part in this router any more. Returns what another router shall be told,
// which will read in this one's place; null: nobody asked.
std::unique_ptr<Router::Amounts> Router::EndFlow(Turn& turn) {
  flow_ = nullptr;
  TellRead(turn);
  const std::unique_ptr<Watch> watch = std::move(watch_);
  return watch == nullptr ? nullptr : std::make_unique<Amounts>(watch->window);
}

// --- Outward -------------------------------------------------------------------------------------

void Router::SendWatch(Turn& turn, const Amounts& window) {
  if (peer_) return peer_->OnWatch(turn, window);
  if (out_end_ == End::kNone && current_) {
    current_->node_link->SendAmounts(turn, MessageType::kWatch, current_.get(), window.parcels,
                                     window.bytes);
  }
}

void Router::SendRead(Turn& turn, const Amounts& progress) {
  if (peer_) return peer_->OnRead(turn, progress);
  if (out_end_ == End::kNone && current_) {
    current_->node_link->SendAmounts(turn, MessageType::kRead, current_.get(), progress.parcels,
                                     progress.bytes);
  }
}

}  // namespace ipdl::portal
