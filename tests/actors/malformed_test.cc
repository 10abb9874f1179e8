// Messages that no honest peer sends: each cuts the peer off, with one line that names the peer,
// the message and the field.

#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <functional>
#include <memory>
#include <ostream>

#include "PLeaf.h"
#include "PNode.h"
#include "PTree.h"
#include "TreeChild.h"
#include "TreeParent.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/hostile_peer.h"
#include "tests/support/process_resources.h"

namespace actors {
namespace {

using ipdl::kWireConstructor;
using ipdl::kWireDelete;
using ipdl::kWireHasReply;
using ipdl::kWireRejected;
using ipdl::kWireReply;
using ipdl::kWireSync;

// A victim on one loop with its hostile peer. Afterwards every descriptor must be gone.
template <typename Victim, typename Base>
class Scene {
 public:
  explicit Scene(const ipdl::Limits& limits = ipdl::Limits()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    loop = *ipdl::RunLoop::Create();
    victim = ipdl::MakeRef<Victim>(&journal);
    ipdl::Endpoint<Base> end;
    peer.emplace(&end);
    EXPECT_TRUE(end.Bind(victim, loop.get(), limits).ok());
  }
  ~Scene() {
    victim->Close();
    Settle();
    victim = nullptr;
    EXPECT_EQ(0, journal.live_actors);
    ipdl::SetLogSink(nullptr);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  Journal journal;
  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<Victim> victim;
  std::optional<HostilePeer> peer;
};

using ParentScene = Scene<TreeParent, PTreeParent>;
using ChildScene = Scene<TreeChild, PTreeChild>;

struct Case {
  const char* name;
  std::function<void(HostilePeer&)> act;
  // After "cut off evil#1 (pid 7): ".
  const char* expected;
  bool hello = true;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

// --- Shorthands for the rows -------------------------------------------------------------------

std::function<void(HostilePeer&)> Sends(const Bytes& bytes) {
  return [bytes](HostilePeer& peer) { peer.Send(bytes); };
}

std::function<void(HostilePeer&)> SendsBoth(const Bytes& first, const Bytes& second) {
  return [first, second](HostilePeer& peer) {
    peer.Send(first);
    peer.Send(second);
  };
}

Bytes ToTop(uint16_t message, int32_t seqno = 0) {
  return MessageBytes(PTree::kProtocol, message, 0, seqno);
}

Bytes WithFlags(uint16_t message, uint16_t flags, int32_t seqno = 0) {
  return Bytes({.protocol = PTree::kProtocolId,
                .message = message,
                .flags = flags,
                .routing = 0,
                .seqno = seqno});
}

// The victim has made leaf 1 and node 2, and has deleted leaf 3; the peer has made node -1.
constexpr int32_t kLeaf = 1;
constexpr int32_t kNode = 2;
constexpr int32_t kGone = 3;
constexpr int32_t kTheirs = -1;

Bytes Constructor(int32_t id) { return ToTop(PTree::Msg_PNodeConstructor).Put(id).String("x"); }

Bytes Text(std::string_view s) { return ToTop(PTree::Msg_Text).String(s); }

// --- Rows: a parent under attack ----------------------------------------------------------------

const Case kParentCases[] = {
    // Before anything else.
    {"EmptyMessage", Sends(Bytes()), "a message of 0 bytes is shorter than its header"},
    {"ShortHeader", Sends(Bytes().Put(uint64_t{1}).Put(uint32_t{2}).Put(uint16_t{3})),
     "a message of 14 bytes is shorter than its header"},
    {"NoHello", Sends(ToTop(PTree::Msg_Note).Put(uint32_t{1})),
     "PTree::Msg_Note: the hello is missing", false},
    {"GoodbyeBeforeHello", Sends(ControlBytes(1)), "goodbye: it comes before the hello", false},
    {"HelloTwice", Sends(HelloBytes(PTree::kProtocol, ipdl::Side::kChild)),
     "hello: it comes twice"},
    {"HelloOfAnotherProtocol",
     Sends(ControlBytes(0).Put(uint32_t{0x1234}).Put(uint8_t{1}).Put(uint64_t{0})),
     "hello: protocol: 0x00001234 is not PTree", false},
    {"HelloOfTheSameSide", Sends(HelloBytes(PTree::kProtocol, ipdl::Side::kParent)),
     "hello: side: both ends are PTreeParent", false},
    {"HelloOfAnotherVersion",
     Sends(ControlBytes(0).Put(PTree::kProtocolId).Put(uint8_t{1}).Put(uint64_t{0})),
     "hello: fingerprint: the peer was built from another version of PTree", false},
    {"HelloTooShort", Sends(ControlBytes(0).Put(PTree::kProtocolId).Put(uint8_t{1})),
     "hello: ... (byte 21)", false},
    {"HelloTooLong", Sends(HelloBytes(PTree::kProtocol, ipdl::Side::kChild).Put(uint64_t{0})),
     "hello: ... (byte 40)", false},
    {"UnknownControlMessage", Sends(ControlBytes(9)), "control message: number 9 is not known"},
    {"ControlMessageWithFlags",
     Sends(Bytes({.protocol = 0, .message = 1, .flags = 1, .routing = 0, .seqno = 0})),
     "control message: flags, routing and seqno are not zero"},
    {"GoodbyeWithABody", Sends(ControlBytes(1).Put(uint32_t{1})),
     "goodbye: something follows the header"},

    // Routing.
    {"ActorOfThePeerThatNeverWas",
     Sends(MessageBytes(PNode::kProtocol, PNode::Msg_Hello, -77).String("x")),
     "message 0 of protocol PNODE: routing: there never was an actor -77"},
    {"ActorOfOursThatNeverWas",
     Sends(MessageBytes(PNode::kProtocol, PNode::Msg_Hello, 4).String("x")),
     "message 0 of protocol PNODE: routing: there never was an actor 4"},
    {"SmallestId", Sends(MessageBytes(PNode::kProtocol, PNode::Msg_Hello, INT_MIN).String("x")),
     "message 0 of protocol PNODE: routing: there never was an actor -2147483648"},
    {"AnotherProtocolsMessage",
     Sends(MessageBytes(PNode::kProtocol, PNode::Msg_Hello, kLeaf).String("x")),
     "message 0 of protocol PNODE for PLeaf actor 1: protocol: the actor is of another one"},
    {"MessageNumberOutOfRange", Sends(WithFlags(999, 0)),
     "message 999 of protocol PTREE for PTree actor 0: message: the protocol has no such number"},
    {"MessageThatThisSideSends", Sends(ToTop(PTree::Msg_Poke).Put(uint32_t{1})),
     "PTree::Msg_Poke: this side does not receive it"},
    {"NonsenseForADeadActor",
     Sends(Bytes({.protocol = PLeaf::kProtocolId,
                  .message = 0,
                  .flags = 0x4000,
                  .routing = kGone,
                  .seqno = 0})),
     "message 0 of protocol PLEAF: flags: no message has these"},
    {"ConstructorForADeadActorWithABadId",
     Sends(Bytes({.protocol = PNode::kProtocolId,
                  .message = 0,
                  .flags = kWireConstructor,
                  .routing = kGone,
                  .seqno = 0})
               .Put(int32_t{5})),
     "message 0 of protocol PNODE: id: not a new id of the peer"},

    // Flags and sequence numbers.
    {"AsyncMessageSentAsSync", Sends(WithFlags(PTree::Msg_Note, kWireSync | kWireHasReply, 1)),
     "PTree::Msg_Note: flags: not those of this message"},
    {"SyncMessageSentAsAsync", Sends(WithFlags(PTree::Msg_Add, 0)),
     "PTree::Msg_Add: flags: not those of this message"},
    {"UnknownFlag", Sends(WithFlags(PTree::Msg_Note, 0x8000)),
     "PTree::Msg_Note: flags: not those of this message"},
    {"ConstructorWithoutItsFlag", Sends(WithFlags(PTree::Msg_PNodeConstructor, 0)),
     "PTree::Msg_PNodeConstructor: flags: not those of this message"},
    {"DeleteFlagOnAnotherMessage", Sends(WithFlags(PTree::Msg_Note, kWireDelete)),
     "PTree::Msg_Note: flags: not those of this message"},
    {"SeqnoWithoutAReply", Sends(ToTop(PTree::Msg_Note, 5).Put(uint32_t{1})),
     "PTree::Msg_Note: seqno: out of range"},
    {"QuestionWithoutSeqno", Sends(ToTop(PTree::Msg_Ask, 0).String("x")),
     "PTree::Msg_Ask: seqno: out of range"},
    {"QuestionWithNegativeSeqno", Sends(ToTop(PTree::Msg_Ask, -1).String("x")),
     "PTree::Msg_Ask: seqno: out of range"},
    {"SeqnoOfAnOpenQuestion",
     SendsBoth(ToTop(PTree::Msg_Ask, 5).String("keep"), ToTop(PTree::Msg_Ask, 5).String("x")),
     "PTree::Msg_Ask: seqno: 5 is an open question already"},

    // Constructors.
    {"IdMissing", Sends(ToTop(PTree::Msg_PNodeConstructor)),
     "PTree::Msg_PNodeConstructor: id: ... (byte 16)"},
    {"IdOfOurSign", Sends(Constructor(9)),
     "PTree::Msg_PNodeConstructor: id: 9 is not a new id of the peer"},
    {"IdZero", Sends(Constructor(0)),
     "PTree::Msg_PNodeConstructor: id: 0 is not a new id of the peer"},
    {"IdInUse", Sends(Constructor(kTheirs)),
     "PTree::Msg_PNodeConstructor: id: -1 is not a new id of the peer"},
    {"IdOfOneThatIsGone",
     SendsBoth(MessageBytes(PNode::kProtocol, PNode::Msg___delete__, kTheirs),
               Constructor(kTheirs)),
     "PTree::Msg_PNodeConstructor: id: -1 is not a new id of the peer"},
    {"IdThatWasSkipped", SendsBoth(Constructor(-5), Constructor(-4)),
     "PTree::Msg_PNodeConstructor: id: -4 is not a new id of the peer"},
    {"SmallestIdOfAll", Sends(Constructor(INT_MIN)),
     "PTree::Msg_PNodeConstructor: id: -2147483648 is not a new id of the peer"},

    // Replies. The victim has asked AskChild once: its question has seqno 1.
    {"ReplyNobodyAskedFor", Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 2)),
     "PTree::Reply_AskChild: seqno: 2 is not an open question"},
    {"ReplyToSeqnoZero", Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 0)),
     "PTree::Reply_AskChild: seqno: 0 is not an open question"},
    {"ReplyForAnotherMessage",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Ask, 0, 1).Put(uint32_t{4})),
     "PTree::Reply_AskChild: seqno: 1 belongs to another message"},
    {"ReplyForAnotherActor",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, kNode, 1).Put(uint32_t{4})),
     "PTree::Reply_AskChild: seqno: 1 belongs to another message"},
    {"ReplyOfAnotherKind",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1, kWireSync).Put(uint32_t{4})),
     "PTree::Reply_AskChild: flags: not those of this reply"},
    {"ReplyTwice",
     SendsBoth(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1).Put(uint32_t{4}),
               ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1).Put(uint32_t{4})),
     "PTree::Reply_AskChild: seqno: 1 is not an open question"},
    {"ReplyTooShort",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1).Put(uint16_t{4})),
     "PTree::Reply_AskChild: twice: ... (byte 16)"},
    {"ReplyTooLong",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1).Put(uint32_t{4}).Put(8)),
     "PTree::Reply_AskChild: ... (byte 20)"},
    {"RejectionWithoutAReason",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1, kWireRejected)),
     "PTree::Reply_AskChild: reason: ... (byte 16)"},
    {"RejectionForAReasonOfOurs",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1, kWireRejected).Put(uint8_t{1})),
     "PTree::Reply_AskChild: reason: not a reason that a peer may give (byte 17)"},
    {"RejectionForNoReasonAtAll",
     Sends(
         ReplyBytes(PTree::kProtocol, PTree::Msg_AskChild, 0, 1, kWireRejected).Put(uint8_t{200})),
     "PTree::Reply_AskChild: reason: not a reason that a peer may give (byte 17)"},

    // Arguments.
    {"ArgumentMissing", Sends(ToTop(PTree::Msg_Note)), "PTree::Msg_Note: n: ... (byte 16)"},
    {"BytesLeftOver", Sends(ToTop(PTree::Msg_Note).Put(uint32_t{1}).Put(uint32_t{2}).Put(3)),
     "PTree::Msg_Note: ... (byte 20)"},
    {"StringPastTheEnd", Sends(ToTop(PTree::Msg_Ask, 1).Put(uint32_t{100})),
     "PTree::Msg_Ask: question: ..."},
    {"FieldOfAStruct", Sends(Text("a").Put(int32_t{1}).Put(int32_t{2}).Put(uint32_t{50})),
     "PTree::Msg_Text: rect.label: ..."},
    {"PaddingNotZero", Sends(Text("a").Raw("\1\0\0", 3).Put(int32_t{1})),
     "PTree::Msg_Text: rect.x: padding is not zero (byte 21)"},
    {"BoolOfTwo", Sends(Text("abcd").Put(1).Put(2).String("l").Put(uint32_t{0}).Put(uint8_t{2})),
     "PTree::Msg_Text: last: a bool is neither 0 nor 1 (byte 44)"},
    {"ArrayOfFourBillion", Sends(Text("abcd").Put(1).Put(2).String("").Put(uint32_t{0xffffffff})),
     "PTree::Msg_Text: data: ..."},
    {"HandleMissing", Sends(ToTop(PTree::Msg_Take).Put(uint32_t{1}).Put(uint8_t{1})),
     "PTree::Msg_Take: fds[0]: ..."},
    {"HandleLeftOver",
     [](HostilePeer& peer) { peer.Send(ToTop(PTree::Msg_Note).Put(uint32_t{1}), {0}); },
     "PTree::Msg_Note: ... (byte 20)"},
    {"HandleOfAnotherKind",
     [](HostilePeer&
            peer) { peer.Send(ToTop(PTree::Msg_Take).Put(uint32_t{1}).Put(uint8_t{3}), {0}); },
     "PTree::Msg_Take: fds[0]: ..."},
    {"ActorOfAnotherProtocol", Sends(ToTop(PTree::Msg_Use).Put(kNode).Put(int32_t{0})),
     "PTree::Msg_Use: leaf: actor 2 is a PNode, not a PLeaf (byte 20)"},
    {"ActorNull", Sends(ToTop(PTree::Msg_Use).Put(int32_t{0}).Put(int32_t{0})),
     "PTree::Msg_Use: leaf: a PLeaf actor is null (byte 20)"},
    {"ActorThatNeverWas", Sends(ToTop(PTree::Msg_Use).Put(kLeaf).Put(int32_t{99})),
     "PTree::Msg_Use: node: there never was an actor 99 (byte 24)"},
    {"ActorInsideAnArrayOfAStruct",
     Sends(ToTop(PTree::Msg_Mixed).Put(kLeaf).Put(0).Put(uint32_t{2}).Put(kLeaf).Put(kNode)),
     "PTree::Msg_Mixed: bundle.leaves[1]: actor 2 is a PNode, not a PLeaf (byte 36)"},
    {"UnionOfNothing",
     Sends(ToTop(PTree::Msg_Mixed).Put(kLeaf).Put(0).Put(uint32_t{0}).Put(uint32_t{0})),
     "PTree::Msg_Mixed: thing: ..."},
    {"UnionOfTooMuch",
     Sends(ToTop(PTree::Msg_Mixed).Put(kLeaf).Put(0).Put(uint32_t{0}).Put(uint32_t{9})),
     "PTree::Msg_Mixed: thing: ..."},
    {"OptionalOfTwo",
     Sends(ToTop(PTree::Msg_Mixed)
               .Put(kLeaf)
               .Put(0)
               .Put(uint32_t{0})
               .Put(uint32_t{2})
               .Put(kLeaf)
               .Put(uint8_t{2})),
     "PTree::Msg_Mixed: rect: a bool is neither 0 nor 1 (byte 36)"},

    // What only the author can know.
    {"HandlerSaysBad", Sends(ToTop(PTree::Msg_Note).Put(uint32_t{666})),
     "PTree::Msg_Note: n: is the number of the beast"},
    {"DeleteHandlerSaysBad",
     Sends(MessageBytes(PLeaf::kProtocol, PLeaf::Msg___delete__, kLeaf).String("bad")),
     "PLeaf::Msg___delete__: why: is bad"},
};

// Protocol ids are hashes: the rows name the protocol instead.
std::string Expected(std::string text) {
  const auto replace = [&](const std::string& word, const std::string& by) {
    const size_t at = text.find(word);
    if (at != std::string::npos) text.replace(at, word.size(), by);
  };
  char hex[16];
  const auto id = [&](uint32_t value) {
    std::snprintf(hex, sizeof(hex), "0x%08x", value);
    return std::string(hex);
  };
  replace("protocol PTREE", "protocol " + id(PTree::kProtocolId));
  replace("protocol PNODE", "protocol " + id(PNode::kProtocolId));
  replace("protocol PLEAF", "protocol " + id(PLeaf::kProtocolId));
  return "cut off evil#1 (pid 7): " + text;
}

// "..." in a row stands for words of runtime/'s, which are tested there.
void ExpectLine(const std::string& expected, const std::string& line) {
  const size_t dots = expected.find("...");
  if (dots == std::string::npos) {
    EXPECT_EQ(expected, line);
    return;
  }
  const std::string end = expected.substr(dots + 3);
  ASSERT_LT(expected.size(), line.size()) << line;
  EXPECT_EQ(expected.substr(0, dots), line.substr(0, dots));
  EXPECT_EQ(end, line.substr(line.size() - end.size()));
  EXPECT_NE(std::string::npos, line.find("(byte ", dots)) << line;
}

class MalformedForParent : public testing::TestWithParam<Case> {};

TEST_P(MalformedForParent, CutsThePeerOffWithOneLine) {
  const Case& row = GetParam();
  const ipdl::ProcessResources before = ipdl::ProcessResources::Now();
  {
    std::vector<TreeParent::AskResolver> kept;
    ParentScene scene;
    TreeParent& victim = *scene.victim;
    victim.on_ask = [&](std::string, TreeParent::AskResolver resolve) {
      kept.push_back(std::move(resolve));
      return ipdl::Ok();
    };
    victim.on_note = [](uint32_t n) {
      return n == 666 ? ipdl::BadMessage("n: is the number of the beast") : ipdl::Ok();
    };
    auto leaf = ipdl::MakeRef<LeafParent>(&scene.journal, "leaf");
    auto node = ipdl::MakeRef<NodeParent>(&scene.journal, "node");
    auto gone = ipdl::MakeRef<LeafParent>(&scene.journal, "gone");
    EXPECT_NE(nullptr, victim.SendPLeafConstructor(leaf, 1));
    EXPECT_NE(nullptr, victim.SendPNodeConstructor(node, "node"));
    EXPECT_NE(nullptr, victim.SendPLeafConstructor(gone, 2));
    EXPECT_TRUE(PLeafParent::Send__delete__(gone.get(), ""));
    victim.SendAskChild(5);
    if (row.hello) {
      scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kChild));
      scene.peer->Send(Constructor(kTheirs));
    }
    scene.Settle();
    scene.journal.Take();
    EXPECT_TRUE(victim.IsOpen());

    row.act(*scene.peer);
    // What follows the malformed message must not be looked at.
    scene.peer->Send(ToTop(PTree::Msg_Note).Put(uint32_t{666}));
    scene.Settle();

    EXPECT_FALSE(victim.IsOpen());
    EXPECT_EQ(ipdl::LinkStatus::kDestroyed, victim.link_status());
    ASSERT_EQ(1u, scene.log.size());
    ExpectLine(Expected(row.expected), victim.cut_off);
    EXPECT_NE(std::string::npos, scene.log[0].find(victim.cut_off)) << scene.log[0];
    ASSERT_FALSE(scene.journal.lines.empty());
    EXPECT_EQ("parent: abnormal shutdown", scene.journal.lines.back());
    EXPECT_TRUE(scene.peer->IsCutOff());
  }
  ipdl::DrainForForeignClose();
  EXPECT_EQ((std::vector<std::string>{}), ipdl::ProcessResources::LeakedSince(before));
}

INSTANTIATE_TEST_SUITE_P(Rows, MalformedForParent, testing::ValuesIn(kParentCases),
                         [](const auto& info) { return std::string(info.param.name); });

// --- Rows: a child that waits for a sync reply ---------------------------------------------------

// The reply lies in the socket before the call is made: its seqno is 1.
const Case kSyncCases[] = {
    {"ReplyOfAnotherKind",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Add, 0, 1).Put(int32_t{4})),
     "PTree::Reply_Add: flags: not those of this reply"},
    {"ReplyForAnotherMessage",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Fetch, 0, 1, kWireSync).Put(int32_t{4})),
     "PTree::Reply_Add: seqno: 1 belongs to another message"},
    {"ReplyTooShort", Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Add, 0, 1, kWireSync)),
     "PTree::Reply_Add: sum: ... (byte 16)"},
    {"ReplyTooLong",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Add, 0, 1, kWireSync)
               .Put(int32_t{4})
               .Put(int32_t{5})),
     "PTree::Reply_Add: ... (byte 20)"},
    {"RejectionWithoutAReason",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Add, 0, 1, kWireSync | kWireRejected)),
     "PTree::Reply_Add: reason: ... (byte 16)"},
    {"NoHello",
     Sends(ReplyBytes(PTree::kProtocol, PTree::Msg_Add, 0, 1, kWireSync).Put(int32_t{4})),
     "PTree::Reply_Add: the hello is missing", false},
    {"HelloOfAnotherVersion",
     Sends(ControlBytes(0).Put(PTree::kProtocolId).Put(uint8_t{0}).Put(uint64_t{0})),
     "hello: fingerprint: the peer was built from another version of PTree", false},
};

class MalformedForSyncCall : public testing::TestWithParam<Case> {};

TEST_P(MalformedForSyncCall, EndsTheCallAndCutsThePeerOff) {
  const Case& row = GetParam();
  ChildScene scene;
  if (row.hello) scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kParent));
  row.act(*scene.peer);
  int32_t sum = 0;
  EXPECT_EQ(ipdl::SendResult::kClosed, scene.victim->SendAdd(1, 2, &sum).code());
  EXPECT_EQ(std::vector<std::string>{}, scene.journal.lines);  // nobody is told inside the call
  scene.Settle();
  ExpectLine(Expected(row.expected), scene.victim->cut_off);
  EXPECT_EQ(1u, scene.log.size());
  EXPECT_TRUE(scene.peer->IsCutOff());
}

INSTANTIATE_TEST_SUITE_P(Rows, MalformedForSyncCall, testing::ValuesIn(kSyncCases),
                         [](const auto& info) { return std::string(info.param.name); });

// --- What is not a fault ------------------------------------------------------------------------

TEST(HostilePeerTest, ASyncReplyToAnAsyncQuestionOfOursIsNotAwaitedButCut) {
  ChildScene scene;
  scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kParent));
  scene.Settle();
  scene.victim->SendAsk("x");  // seqno 1
  scene.peer->Send(ReplyBytes(PTree::kProtocol, PTree::Msg_Ask, 0, 1, kWireSync).String("x"));
  scene.Settle();
  EXPECT_EQ(Expected("PTree::Reply_Ask: flags: not those of this reply"), scene.victim->cut_off);
}

TEST(HostilePeerTest, ADeathWithoutGoodbyeEndsASyncCall) {
  ChildScene scene;
  scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kParent));
  scene.peer->Close();
  int32_t sum = 0;
  EXPECT_EQ(ipdl::SendResult::kClosed, scene.victim->SendAdd(1, 2, &sum).code());
  EXPECT_EQ(std::vector<std::string>{}, scene.journal.lines);
  scene.Settle();
  EXPECT_EQ((std::vector<std::string>{"child: abnormal shutdown"}), scene.journal.lines);
  EXPECT_EQ(std::vector<std::string>{}, scene.log);  // a death is no crime
}

TEST(HostilePeerTest, TheActorMayGoBeforeItsLossIsTold) {
  ChildScene scene;
  scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kParent));
  scene.peer->Close();
  int32_t sum = 0;
  EXPECT_FALSE(scene.victim->SendAdd(1, 2, &sum));
  scene.victim->Close();
  EXPECT_EQ((std::vector<std::string>{"child: normal shutdown"}), scene.journal.lines);
  scene.victim = ipdl::MakeRef<TreeChild>(&scene.journal);  // the last reference goes
  scene.Settle();
}

TEST(HostilePeerTest, ABrokenFrameCutsThePeerOffToo) {
  ParentScene scene;
  scene.peer->SendRaw(std::string("\xff\xff\xff\xff\0\0\0\0", 8));
  scene.Settle();
  ASSERT_EQ(1u, scene.log.size());
  EXPECT_EQ(0u, scene.victim->cut_off.find("cut off evil#1 (pid 7): ")) << scene.victim->cut_off;
  EXPECT_TRUE(scene.peer->IsCutOff());
}

TEST(HostilePeerTest, ARefusalOfADeadActorsQuestionIsSent) {
  ParentScene scene;
  auto leaf = ipdl::MakeRef<LeafParent>(&scene.journal, "leaf");
  EXPECT_NE(nullptr, scene.victim->SendPLeafConstructor(leaf, 1));
  EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), ""));
  scene.peer->Send(HelloBytes(PTree::kProtocol, ipdl::Side::kChild));
  scene.Settle();
  scene.peer->Receive();
  scene.peer->Send(MessageBytes(PLeaf::kProtocol, PLeaf::Msg_Count, 1, 9));
  scene.Settle();
  const Bytes expected =
      ReplyBytes(PLeaf::kProtocol, PLeaf::Msg_Count, 1, 9, kWireSync | kWireRejected)
          .Put(static_cast<uint8_t>(ipdl::RejectReason::kActorDestroyed));
  const std::string got = scene.peer->Receive();
  ASSERT_EQ(8u + 24u, got.size());
  EXPECT_EQ(expected.data(), got.substr(8, expected.data().size()));
  EXPECT_TRUE(scene.victim->IsOpen());
}

}  // namespace
}  // namespace actors
