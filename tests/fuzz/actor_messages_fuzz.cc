// What the other end of an actor's connection may send: frames, messages of any protocol and
// number, replies to what was asked or not, handles.
//
// The first byte of the input chooses which side is under attack and whether it is greeted; each
// further one is a step: of the peer, who is a raw socket, or of the victim's author. Afterwards no
// actor and no descriptor is left.

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "LeafChild.h"
#include "NodeChild.h"
#include "PSideParent.h"
#include "TreeChild.h"
#include "TreeParent.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/hostile_peer.h"
#include "tests/fuzz/fuzz_input.h"

namespace actors {
namespace {

using fuzz::Input;

const ipdl::ProtocolInfo* const kProtocols[] = {&PTree::kProtocol, &PNode::kProtocol,
                                                &PLeaf::kProtocol, &PSide::kProtocol};

// What the author of either side does besides answering.
void Act(Input& input, TreeParent& victim) {
  Journal& journal = victim.journal();
  switch (input.Below(4)) {
    case 0:
      victim.SendPoke(input.Byte());
      break;
    case 1:
      victim.SendAskChild(
          input.Byte(), [](uint32_t) {}, [](ipdl::RejectReason) {});
      break;
    case 2:
      victim.SendPLeafConstructor(ipdl::MakeRef<LeafParent>(&journal, "own leaf"), 1);
      break;
    default:
      victim.SendPNodeConstructor(ipdl::MakeRef<NodeParent>(&journal, "own node"), "n");
      break;
  }
}

void Act(Input& input, TreeChild& victim) {
  Journal& journal = victim.journal();
  switch (input.Below(4)) {
    case 0:
      victim.SendNote(input.Byte());
      break;
    case 1:
      victim.SendAsk(
          "what", [](std::string, uint32_t) {}, [](ipdl::RejectReason) {});
      break;
    case 2:
      victim.SendPLeafConstructor(ipdl::MakeRef<LeafChild>(&journal, "own leaf"), 1);
      break;
    default:
      victim.SendPNodeConstructor(ipdl::MakeRef<NodeChild>(&journal, "own node"), "n");
      break;
  }
}

template <typename Victim, typename Base, ipdl::Side kPeer>
class Scene {
 public:
  Scene() : loop_(*ipdl::RunLoop::Create()), victim_(ipdl::MakeRef<Victim>(&journal_)) {
    ipdl::Endpoint<Base> end;
    peer_ = std::make_unique<HostilePeer>(&end);
    fuzz::Check(end.Bind(victim_).ok(), "the victim cannot be bound");
  }
  ~Scene() {
    victim_->Close();
    Settle();
    victim_ = nullptr;
    fuzz::Check(journal_.live_actors == 0, "an actor is left");
  }

  void Run(Input& input, bool greets) {
    if (greets) peer_->Send(HelloBytes(PTree::kProtocol, kPeer));
    for (int steps = 0; steps < 100 && !input.at_end(); ++steps) {
      Step(input);
      Settle();
    }
  }

 private:
  void Settle() {
    while (loop_->Turn(absl::ZeroDuration())) {
    }
  }

  // From -128 to 127.
  static int32_t Small(Input& input) {
    const int32_t byte = input.Byte();
    return byte < 128 ? byte : byte - 256;
  }

  static Bytes Message(Input& input) {
    const ipdl::ProtocolInfo& protocol = *kProtocols[input.Below(4)];
    const size_t message = input.Byte();
    const int32_t routing = Small(input);
    const int32_t seqno = Small(input);
    if (message >= 128) {
      return ReplyBytes(protocol, static_cast<uint16_t>(message - 128), routing, seqno,
                        input.Byte());
    }
    if (message < protocol.message_count) {
      return MessageBytes(protocol, static_cast<uint16_t>(message), routing, seqno);
    }
    return Bytes({.protocol = protocol.id,
                  .message = static_cast<uint16_t>(message % 64),
                  .flags = static_cast<uint16_t>(input.Number(2)),
                  .routing = routing,
                  .seqno = seqno});
  }

  void Step(Input& input) {
    const uint8_t step = input.Byte();
    switch (step % 8) {
      case 0:
        Act(input, *victim_);
        break;
      case 1: {
        const std::vector<uint8_t> raw = input.Bytes(input.Byte());
        peer_->SendRaw(std::string(raw.begin(), raw.end()));
        break;
      }
      case 2: {
        const std::vector<uint8_t> body = input.Bytes(input.Below(64));
        peer_->Send(ControlBytes(step / 8).Raw(body.data(), body.size()));
        break;
      }
      default: {
        Bytes message = Message(input);
        const std::vector<uint8_t> body = input.Bytes(input.Byte());
        message.Raw(body.data(), body.size());
        const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (step / 64 == 0) peer_->Send(message);
        if (step / 64 == 1) peer_->Send(message, {null});
        if (step / 64 == 2) peer_->Send(message, {null, null});
        if (step / 64 == 3) peer_->Send(message, {null, null, null});
        close(null);
        break;
      }
    }
  }

  Journal journal_;
  const std::unique_ptr<ipdl::RunLoop> loop_;
  ipdl::RefPtr<Victim> victim_;
  std::unique_ptr<HostilePeer> peer_;
};

using ParentScene = Scene<TreeParent, PTreeParent, ipdl::Side::kChild>;
using ChildScene = Scene<TreeChild, PTreeChild, ipdl::Side::kParent>;

}  // namespace
}  // namespace actors

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // What the raw peer expects of its socket holds here, too.
  testing::FLAGS_gtest_break_on_failure = true;
  ipdl::SetLogSink([](std::string_view) {});
  fuzz::Input input(data, size);
  const uint8_t first = input.Byte();
  const bool greets = (first & 2) == 0;
  const int before = dup(STDERR_FILENO);
  close(before);
  if ((first & 1) == 0) {
    actors::ParentScene().Run(input, greets);
  } else {
    actors::ChildScene().Run(input, greets);
  }
  ipdl::DrainForForeignClose();
  const int after = dup(STDERR_FILENO);
  close(after);
  fuzz::Check(before == after, "a descriptor is left");
  ipdl::SetLogSink(nullptr);
  return 0;
}
