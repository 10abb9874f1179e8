// The table of messages. See messages.h.

#include "runtime/portal/messages.h"

#include <algorithm>
#include <iterator>

namespace ipdl::portal {
namespace {

constexpr uint16_t kFromBroker = RoleBit(Role::kBroker);
constexpr uint16_t kFromClient = RoleBit(Role::kClient);
constexpr uint16_t kFromOtherBroker = RoleBit(Role::kOtherBroker);

constexpr MessageRow kRows[] = {
    {MessageType::kConnectToBroker, "ConnectToBroker", sizeof(ConnectBody),
     RoleBit(Role::kClientAwaited), 0, false},
    {MessageType::kConnectFromBroker, "ConnectFromBroker", sizeof(ConnectFromBrokerBody),
     RoleBit(Role::kBrokerAwaited), 0, false},
    {MessageType::kConnectBrokers, "ConnectBrokers", sizeof(ConnectBrokersBody),
     RoleBit(Role::kOtherBrokerAwaited), 0, false},
    {MessageType::kConnectToReferrer, "ConnectToReferrer", sizeof(ConnectBody),
     RoleBit(Role::kReferredAwaited), 0, false},
    {MessageType::kReferralAccepted, "ReferralAccepted", sizeof(ReferralAcceptedBody),
     RoleBit(Role::kReferrerAwaited), 2, false},

    {MessageType::kReferNode, "ReferNode", sizeof(ReferNodeBody), kFromClient, 1, false},
    {MessageType::kReferralDone, "ReferralDone", sizeof(ReferralDoneBody), kFromBroker, 2, false},
    {MessageType::kReferralFailed, "ReferralFailed", sizeof(ReferralFailedBody), kFromBroker, 0,
     false},
    {MessageType::kIntroduce, "Introduce", sizeof(IntroduceBody), kFromClient | kFromOtherBroker, 0,
     false},
    {MessageType::kIntroduction, "Introduction", sizeof(IntroductionBody),
     kFromBroker | kFromOtherBroker, 2, false},
    {MessageType::kIntroduced, "Introduced", sizeof(IntroducedBody), kFromBroker | kFromOtherBroker,
     0, false},
    {MessageType::kPassIntroduction, "PassIntroduction", sizeof(PassIntroductionBody),
     kFromOtherBroker, 2, false},
    {MessageType::kLinkLost, "LinkLost", sizeof(LinkLostBody), kFromClient | kFromOtherBroker, 0,
     false},
    {MessageType::kRelayObjects, "RelayObjects", sizeof(RelayBody), kFromClient | kFromOtherBroker,
     255, false},
    {MessageType::kRelayedObjects, "RelayedObjects", sizeof(RelayBody),
     kFromBroker | kFromOtherBroker, 255, false},
    {MessageType::kAccept, "Accept", sizeof(AcceptBody), kEstablished, 0, false},
    {MessageType::kShareMemory, "ShareMemory", sizeof(ShareMemoryBody), kEstablished, 1, false},
    {MessageType::kRingReady, "RingReady", sizeof(RingReadyBody), kEstablished, 0, false},
    {MessageType::kSwitchRing, "SwitchRing", sizeof(SwitchRingBody), kEstablished, 0, false},
    {MessageType::kRequestMemory, "RequestMemory", sizeof(RequestMemoryBody),
     kFromClient | RoleBit(Role::kEqual), 0, false},
    {MessageType::kProvideMemory, "ProvideMemory", sizeof(ProvideMemoryBody),
     kFromBroker | RoleBit(Role::kEqual), 255, false},
    {MessageType::kAccuse, "Accuse", sizeof(AccuseBody), kFromClient, 0, false},
    {MessageType::kRelayTaken, "RelayTaken", sizeof(RelayTakenBody), kFromClient | kFromOtherBroker,
     0, false},

    {MessageType::kParcel, "Parcel", sizeof(ParcelBody), kEstablished, 0, true},
    {MessageType::kFin, "Fin", sizeof(HopBody), kEstablished, 0, false},
    {MessageType::kClosed, "Closed", sizeof(HopFlagBody), kEstablished, 0, false},
    {MessageType::kLockAsk, "LockAsk", sizeof(HopBody), kEstablished, 0, false},
    {MessageType::kLockGrant, "LockGrant", sizeof(HopBody), kEstablished, 0, false},
    {MessageType::kLockRelease, "LockRelease", sizeof(HopBody), kEstablished, 0, false},
    {MessageType::kSettled, "Settled", sizeof(HopBody), kEstablished, 0, false},
    {MessageType::kForwarding, "Forwarding", sizeof(HopFlagBody), kEstablished, 0, false},
    {MessageType::kOffer, "Offer", sizeof(TermsBody), kEstablished, 0, false},
    {MessageType::kBypass, "Bypass", sizeof(TermsBody), kEstablished, 0, false},
    {MessageType::kReady, "Ready", sizeof(HopFlagBody), kEstablished, 0, false},
    {MessageType::kWatch, "Watch", sizeof(AmountsBody), kEstablished, 0, false},
    {MessageType::kRead, "Read", sizeof(AmountsBody), kEstablished, 0, false},
};
static_assert(std::all_of(std::begin(kRows), std::end(kRows),
                          [](const MessageRow& row) { return row.body_size <= kMostBodyBytes; }));

}  // namespace

const MessageRow* FindMessageRow(MessageType type) {
  for (const MessageRow& row : kRows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace ipdl::portal
