// Every truncation, every bit flip and every byte value of good messages, each thrown at a live
// actor that must either take it or cut the peer off; it never crashes, hangs or keeps a
// descriptor.

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "PNode.h"
#include "PTree.h"
#include "TreeParent.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/hostile_peer.h"
#include "tests/support/process_resources.h"

namespace actors {
namespace {

struct Golden {
  const char* name;
  Bytes bytes;
  int descriptors = 0;
};

// The victim has made leaf 1, node 2 and asked AskChild (seqno 1); the peer has made node -1.
std::vector<Golden> Goldens() {
  const auto to_top = [](uint16_t message, int32_t seqno = 0) {
    return MessageBytes(PTree::kProtocol, message, 0, seqno);
  };
  return {
      {"Note", to_top(PTree::Msg_Note).Put(uint32_t{7})},
      {"Text", to_top(PTree::Msg_Text)
                   .String("hello")
                   .Put(int32_t{1})
                   .Put(int32_t{2})
                   .String("label")
                   .String("\1\2\3")
                   .Put(uint8_t{1})},
      {"Take", to_top(PTree::Msg_Take).Put(uint32_t{2}).Put(uint8_t{1}).Put(uint8_t{1}), 2},
      {"Mixed", to_top(PTree::Msg_Mixed)
                    .Put(int32_t{1})
                    .Put(int32_t{2})
                    .Put(uint32_t{1})
                    .Put(int32_t{1})
                    .Put(uint32_t{1})
                    .Put(int32_t{5})
                    .Put(int32_t{6})
                    .String("in a union")
                    .Put(uint8_t{1})
                    .Put(int32_t{7})
                    .Put(int32_t{8})
                    .String("optional")},
      {"Ask", to_top(PTree::Msg_Ask, 5).String("question")},
      {"Add", to_top(PTree::Msg_Add, 6).Put(int32_t{1}).Put(int32_t{2})},
      {"Constructor", to_top(PTree::Msg_PNodeConstructor).Put(int32_t{-2}).String("made")},
      {"Delete", MessageBytes(PNode::kProtocol, PNode::Msg___delete__, -1)},
      {"Reply", ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1).Put(uint32_t{8})},
      {"Hello", HelloBytes(PTree::kProtocol, ipdl::Side::kChild)},
      {"Goodbye", ControlBytes(1)},
  };
}

class Mutation : public testing::Test {
 protected:
  Mutation() : loop(*ipdl::RunLoop::Create()), file(open("/dev/null", O_RDONLY | O_CLOEXEC)) {}
  ~Mutation() override {
    ipdl::SetLogSink(nullptr);
    ipdl::DrainForForeignClose();
  }

  // A new victim for one message; true if it was cut off for it.
  bool CutsOff(const Bytes& bytes, int descriptors) {
    ipdl::SetLogSink([this](std::string_view line) {  // forgets rate limits
      ++lines;
      EXPECT_NE(std::string_view::npos, line.find("cut off evil#1 (pid 7): ")) << line;
    });
    lines = 0;
    Journal journal;
    ipdl::Endpoint<PTreeParent> end;
    HostilePeer peer(&end);
    auto victim = ipdl::MakeRef<TreeParent>(&journal);
    EXPECT_TRUE(end.Bind(victim, loop.get()).ok());
    victim->SendPLeafConstructor(ipdl::MakeRef<LeafParent>(&journal, "leaf"), 1);
    victim->SendPNodeConstructor(ipdl::MakeRef<NodeParent>(&journal, "node"), "node");
    victim->SendAskChild(4);
    peer.Send(HelloBytes(PTree::kProtocol, ipdl::Side::kChild));
    peer.Send(MessageBytes(PTree::kProtocol, PTree::Msg_PNodeConstructor, 0)
                  .Put(int32_t{-1})
                  .String("theirs"));
    if (descriptors == 2) {
      peer.Send(bytes, {file.get(), file.get()});
    } else {
      peer.Send(bytes);
    }
    while (loop->Turn(absl::ZeroDuration())) {
    }
    const bool cut_off = !victim->cut_off.empty();
    EXPECT_EQ(cut_off ? 1 : 0, lines) << victim->cut_off;
    EXPECT_EQ(cut_off, victim->cut_off.find("cut off evil#1 (pid 7): ") == 0);
    if (!cut_off && victim->IsOpen()) {
      // It still serves.
      peer.Receive();
      peer.Send(MessageBytes(PTree::kProtocol, PTree::Msg_Add, 0, 77).Put(1).Put(2));
      while (loop->Turn(absl::ZeroDuration())) {
      }
      EXPECT_EQ(32u, peer.Receive().size());
    }
    victim->Close();
    while (loop->Turn(absl::ZeroDuration())) {
    }
    victim = nullptr;
    EXPECT_EQ(0, journal.live_actors);
    ++executions;
    return cut_off;
  }

  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::FileDescriptor file;
  int lines = 0;
  int executions = 0;
};

TEST_F(Mutation, GoodMessagesAreTaken) {
  for (const Golden& golden : Goldens()) {
    const bool second_hello = std::string(golden.name) == "Hello";
    EXPECT_EQ(second_hello, CutsOff(golden.bytes, golden.descriptors)) << golden.name;
  }
}

TEST_F(Mutation, EveryTruncationCutsOff) {
  const ipdl::ProcessResources before = ipdl::ProcessResources::Now();
  for (const Golden& golden : Goldens()) {
    for (size_t n = 0; n < golden.bytes.data().size(); ++n) {
      Bytes shorter;
      shorter.Raw(golden.bytes.data().data(), n);
      EXPECT_TRUE(CutsOff(shorter, golden.descriptors)) << golden.name << " of " << n << " bytes";
    }
  }
  ipdl::DrainForForeignClose();
  EXPECT_EQ(std::vector<std::string>{}, ipdl::ProcessResources::LeakedSince(before));
  RecordProperty("executions", executions);
}

TEST_F(Mutation, EveryBitFlipIsSurvived) {
  const ipdl::ProcessResources before = ipdl::ProcessResources::Now();
  int cut_off = 0;
  for (const Golden& golden : Goldens()) {
    for (size_t bit = 0; bit < 8 * golden.bytes.data().size(); ++bit) {
      std::string flipped = golden.bytes.data();
      flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
      Bytes bytes;
      bytes.Raw(flipped.data(), flipped.size());
      if (CutsOff(bytes, golden.descriptors)) ++cut_off;
      if (HasFailure()) FAIL() << golden.name << ", bit " << bit;
    }
  }
  ipdl::DrainForForeignClose();
  EXPECT_EQ(std::vector<std::string>{}, ipdl::ProcessResources::LeakedSince(before));
  EXPECT_LT(executions / 3, cut_off);
  RecordProperty("executions", executions);
}

TEST_F(Mutation, EveryByteAtItsExtremesIsSurvived) {
  for (const Golden& golden : Goldens()) {
    for (size_t at = 0; at < golden.bytes.data().size(); ++at) {
      for (int value : {0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff}) {
        std::string changed = golden.bytes.data();
        changed[at] = static_cast<char>(value);
        Bytes bytes;
        bytes.Raw(changed.data(), changed.size());
        CutsOff(bytes, golden.descriptors);
        if (HasFailure()) FAIL() << golden.name << ", byte " << at << " = " << value;
      }
    }
  }
  EXPECT_LT(2000, executions);
}

TEST_F(Mutation, TooFewAndTooManyDescriptorsCutOff) {
  for (const Golden& golden : Goldens()) {
    EXPECT_TRUE(CutsOff(golden.bytes, golden.descriptors == 0 ? 2 : 0)) << golden.name;
  }
}

}  // namespace
}  // namespace actors
