// Bounds, enums and maps between two ends: values at a limit and beside it, refused by an honest
// sender before they leave, and by a receiver whatever its peer is.

#include <functional>
#include <memory>
#include <optional>
#include <ostream>

#include "PBounded.h"
#include "PBoundedChild.h"
#include "PBoundedParent.h"
#include "glue/trace_log.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/hostile_peer.h"
#include "tests/actors/journal.h"

namespace actors {
namespace {

using Labels = std::map<Level, Label>;

class BoundedParent final : public TestActor<PBoundedParent> {
 public:
  explicit BoundedParent(Journal* journal) : TestActor(journal, "parent") {}
  std::vector<std::string> received;
  std::string cut_off;

 private:
  ipdl::Result RecvData(std::vector<uint8_t> data, std::optional<std::string> name) override {
    return Note("data " + std::to_string(data.size()) + " " + name.value_or("none"));
  }
  ipdl::Result RecvLabels(Labels labels) override {
    std::string text = "labels";
    for (const auto& [level, label] : labels) {
      text += " " + std::to_string(static_cast<int>(level)) + "=" + label.text();
    }
    return Note(text);
  }
  ipdl::Result RecvPut(Content content) override {
    return Note("content " + std::to_string(content.type()));
  }
  ipdl::Result RecvAsk(uint32_t n, AskResolver resolve) override {
    resolve(std::vector<Mode>(n, Mode::kOn));
    return ipdl::Ok();
  }
  ipdl::Result RecvGet(uint32_t n, std::string* text) override {
    text->assign(n, 'x');
    return ipdl::Ok();
  }
  void OnPeerCutOff(std::string_view why) override { cut_off = why; }

  ipdl::Result Note(std::string what) {
    received.push_back(std::move(what));
    return ipdl::Ok();
  }
};

class BoundedChild final : public TestActor<PBoundedChild> {
 public:
  explicit BoundedChild(Journal* journal) : TestActor(journal, "child") {}
  std::string cut_off;

 private:
  void OnPeerCutOff(std::string_view why) override { cut_off = why; }
};

// A loop, and what was logged.
class Scene : public testing::Test {
 protected:
  Scene() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
  }
  ~Scene() override {
    if (parent != nullptr) parent->Close();
    if (child != nullptr) child->Close();
    Settle();
    parent = nullptr;
    child = nullptr;
    ipdl::SetLogSink(nullptr);
    ipdl::DrainForForeignClose();
    EXPECT_EQ(0, journal.live_actors);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::vector<std::string> log;
  Journal journal;
  std::unique_ptr<ipdl::RunLoop> loop;
  ipdl::RefPtr<BoundedParent> parent;
  ipdl::RefPtr<BoundedChild> child;
};

// The line has the name of the message, whom it was for, and why it was not sent.
void ExpectNotSent(const std::string& message, const std::string& reason, const std::string& line) {
  const size_t name = line.find(message + " was not sent to ");
  ASSERT_NE(std::string::npos, name) << line;
  EXPECT_NE(std::string::npos, line.find(": " + reason, name)) << line;
}

// --- Two honest ends ----------------------------------------------------------------------------

class Bounds : public Scene {
 protected:
  Bounds() {
    parent = ipdl::MakeRef<BoundedParent>(&journal);
    child = ipdl::MakeRef<BoundedChild>(&journal);
    ipdl::Endpoint<PBoundedParent> parent_end;
    ipdl::Endpoint<PBoundedChild> child_end;
    EXPECT_TRUE(PBounded::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
    Settle();
  }

  // The send is refused for this reason, the log names the message, nothing arrives, and the
  // connection lives.
  void ExpectRefused(const std::string& message, const std::string& reason, ipdl::SendResult sent) {
    EXPECT_EQ(ipdl::SendResult::kRefused, sent.code());
    Settle();
    EXPECT_EQ(std::vector<std::string>{}, parent->received);
    ASSERT_EQ(1u, log.size());
    ExpectNotSent("PBounded::Msg_" + message, reason, log[0]);
    log.clear();
    EXPECT_TRUE(child->SendData({}, "end"));
    Settle();
    EXPECT_EQ((std::vector<std::string>{"data 0 end"}), parent->received);
    parent->received.clear();
  }
};

TEST_F(Bounds, ValuesBelowAndAtALimitArrive) {
  const std::vector<uint8_t> four(4);
  EXPECT_TRUE(child->SendData(absl::MakeSpan(four).first(3), "ab"));
  EXPECT_TRUE(child->SendData(four, "abc"));
  EXPECT_TRUE(child->SendData({}, std::nullopt));
  EXPECT_TRUE(child->SendLabels({}));
  EXPECT_TRUE(child->SendLabels(
      {{Level::kHigh, Label("1234", Mode::kOn)}, {Level::kLow, Label("123", Mode::kOff)}}));
  EXPECT_TRUE(child->SendPut(std::vector<Label>(2)));
  EXPECT_TRUE(child->SendPut(*ipdl::ByteBuf::Copy({1, 2, 3})));
  Settle();
  EXPECT_EQ((std::vector<std::string>{"data 3 ab", "data 4 abc", "data 0 none", "labels",
                                      "labels -2=123 300=1234", "content 1", "content 2"}),
            parent->received);
  EXPECT_EQ(std::vector<std::string>{}, log);
}

TEST_F(Bounds, TooManyElementsAreNotSent) {
  ExpectRefused("Data", "data: 5 elements, [MaxLength] allows 4",
                child->SendData(std::vector<uint8_t>(5), std::nullopt));
}

TEST_F(Bounds, TooManyBytesAreNotSent) {
  ExpectRefused("Data", "name: 4 bytes, [MaxBytes] allows 3", child->SendData({}, "abcd"));
}

TEST_F(Bounds, TooManyBytesInAFieldAreNotSent) {
  ExpectRefused("Labels", "text: 5 bytes, [MaxBytes] allows 4",
                child->SendLabels({{Level::kLow, Label("12345", Mode::kOn)}}));
}

TEST_F(Bounds, TooManyElementsInAnAlternativeAreNotSent) {
  ExpectRefused("Put", "ArrayOfLabel: 3 elements, [MaxLength] allows 2",
                child->SendPut(std::vector<Label>(3)));
}

TEST_F(Bounds, TooManyBytesInAnAlternativeAreNotSent) {
  ExpectRefused("Put", "ByteBuf: 4 bytes, [MaxBytes] allows 3",
                child->SendPut(*ipdl::ByteBuf::Copy({1, 2, 3, 4})));
}

TEST_F(Bounds, ANumberThatIsNoValueOfItsEnumIsNotSent) {
  ExpectRefused("Put", "a value of enum actors::Mode is none of its own",
                child->SendPut(std::vector<Label>{Label("", static_cast<Mode>(1))}));
}

TEST_F(Bounds, AnEnumNobodySetHasItsFirstValue) {
  EXPECT_EQ(Mode::kOff, Label().mode());
  EXPECT_EQ(0, static_cast<int>(Mode::kOff));
}

TEST_F(Bounds, AnAnswerBeyondItsBoundBecomesARejection) {
  std::vector<std::string> answers;
  for (uint32_t n : {1u, 2u, 3u}) {
    child->SendAsk(
        n, [&](std::vector<Mode> modes) { answers.push_back(std::to_string(modes.size())); },
        [&](ipdl::RejectReason why) { answers.emplace_back(ipdl::RejectReasonName(why)); });
    Settle();
  }
  EXPECT_EQ((std::vector<std::string>{"1", "2", "handler rejected"}), answers);
  ASSERT_EQ(1u, log.size());
  ExpectNotSent("PBounded::Reply_Ask", "modes: 3 elements, [MaxLength] allows 2", log[0]);
}

TEST_F(Bounds, WhatIsRefusedIsNamedWhileMessagesAreLogged) {
  ipdl::SetTrace("*", [](std::string_view) {});
  ExpectRefused("Data", "name: 4 bytes, [MaxBytes] allows 3", child->SendData({}, "abcd"));
  ipdl::SetTrace("", nullptr);
}

// --- A parent under attack ----------------------------------------------------------------------

struct Case {
  const char* name;
  Bytes message;
  // After "cut off evil#1 (pid 7): "; empty if the message is legal.
  const char* expected;
};

std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.name; }

Bytes To(uint16_t message, int32_t seqno = 0) {
  return MessageBytes(PBounded::kProtocol, message, 0, seqno);
}

Bytes Data(uint32_t n) { return To(PBounded::Msg_Data).Put(n).Raw("12345678", n); }
Bytes Named(std::string_view name) {
  return To(PBounded::Msg_Data).Put(uint32_t{0}).Put(uint8_t{1}).String(name);
}

struct Entry {
  int16_t level;
  std::string_view text;
  uint8_t mode;
};

Bytes MapOf(std::initializer_list<Entry> entries) {
  Bytes bytes = To(PBounded::Msg_Labels);
  bytes.Put(static_cast<uint32_t>(entries.size()));
  for (const Entry& entry : entries) bytes.Put(entry.level).String(entry.text).Put(entry.mode);
  return bytes;
}

const Case kCases[] = {
    {"LengthBelowTheLimit", Data(3).Put(uint8_t{0}), ""},
    {"LengthAtTheLimit", Data(4).Put(uint8_t{0}), ""},
    {"LengthAboveTheLimit", Data(5).Put(uint8_t{0}),
     "PBounded::Msg_Data: data: 5 elements, [MaxLength] allows 4 (byte 25)"},
    {"BytesAtTheLimit", Named("abc"), ""},
    {"BytesAboveTheLimit", Named("abcd"),
     "PBounded::Msg_Data: name: 4 bytes, [MaxBytes] allows 3 (byte 32)"},
    {"MapAtTheLimit", MapOf({{-2, "1234", 0}, {300, "", 4}}), ""},
    {"BytesOfAFieldAboveTheLimit", MapOf({{-2, "12345", 0}}),
     "PBounded::Msg_Labels: labels[0].text: 5 bytes, [MaxBytes] allows 4 (byte 33)"},
    {"EnumBetweenItsValues", MapOf({{-2, "", 1}}),
     "PBounded::Msg_Labels: labels[0].mode: 1 is not a value of actors::Mode (byte 29)"},
    {"EnumAboveItsValues", MapOf({{-2, "", 255}}),
     "PBounded::Msg_Labels: labels[0].mode: 255 is not a value of actors::Mode (byte 29)"},
    {"NegativeEnumOutOfRange", MapOf({{-3, "", 0}}),
     "PBounded::Msg_Labels: labels[0].key: -3 is not a value of actors::Level (byte 22)"},
    {"KeyTwice", MapOf({{-2, "", 0}, {-2, "", 0}}),
     "PBounded::Msg_Labels: labels[1].key: the keys of a map are not in ascending order, each of "
     "them once (byte 32)"},
    {"KeysOutOfOrder", MapOf({{300, "", 0}, {-2, "", 0}}),
     "PBounded::Msg_Labels: labels[1].key: the keys of a map are not in ascending order, each of "
     "them once (byte 32)"},
    {"AlternativeAboveItsLimit",
     To(PBounded::Msg_Put)
         .Put(uint32_t{1})
         .Put(uint32_t{3})
         .String("")
         .Put(uint8_t{0})
         .String("")
         .Put(uint8_t{0})
         .String("")
         .Put(uint8_t{0}),
     "PBounded::Msg_Put: content.ArrayOfLabel: 3 elements, [MaxLength] allows 2 (byte 45)"},
};

class HostileBounds : public Scene, public testing::WithParamInterface<Case> {};

TEST_P(HostileBounds, AreKeptOrThePeerIsCutOff) {
  const Case& row = GetParam();
  parent = ipdl::MakeRef<BoundedParent>(&journal);
  ipdl::Endpoint<PBoundedParent> end;
  HostilePeer peer(&end);
  ASSERT_TRUE(end.Bind(parent, loop.get()).ok());
  peer.Send(HelloBytes(PBounded::kProtocol, ipdl::Side::kChild));
  peer.Send(row.message);
  Settle();
  if (row.expected[0] == '\0') {
    EXPECT_EQ(1u, parent->received.size());
    EXPECT_EQ(std::vector<std::string>{}, log);
    return;
  }
  EXPECT_EQ(std::vector<std::string>{}, parent->received);
  EXPECT_EQ(std::string("cut off evil#1 (pid 7): ") + row.expected, parent->cut_off);
  EXPECT_TRUE(peer.IsCutOff());
}

INSTANTIATE_TEST_SUITE_P(Rows, HostileBounds, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

// --- A child that gets answers ------------------------------------------------------------------

class HostileAnswers : public Scene {
 protected:
  HostileAnswers() {
    child = ipdl::MakeRef<BoundedChild>(&journal);
    ipdl::Endpoint<PBoundedChild> end;
    peer.emplace(&end);
    EXPECT_TRUE(end.Bind(child, loop.get()).ok());
    peer->Send(HelloBytes(PBounded::kProtocol, ipdl::Side::kParent));
    Settle();
  }
  std::optional<HostilePeer> peer;
};

TEST_F(HostileAnswers, BeyondTheirBoundsCutThePeerOff) {
  std::vector<std::string> answers;
  child->SendAsk(
      1, [&](std::vector<Mode> modes) { answers.push_back(std::to_string(modes.size())); },
      [&](ipdl::RejectReason) { answers.emplace_back("rejected"); });
  peer->Send(
      ReplyBytes(PBounded::kProtocol, PBounded::Msg_Ask, 0, 1).Put(uint32_t{3}).Raw("\4\4\4", 3));
  Settle();
  EXPECT_EQ((std::vector<std::string>{"rejected"}), answers);
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PBounded::Reply_Ask: modes: 3 elements, [MaxLength] allows 2 "
      "(byte 23)",
      child->cut_off);
}

TEST_F(HostileAnswers, ToSyncCallsAreBoundedToo) {
  const auto reply = [](int32_t seqno, std::string_view text) {
    return ReplyBytes(PBounded::kProtocol, PBounded::Msg_Get, 0, seqno, ipdl::kWireSync)
        .String(text);
  };
  std::string text;
  peer->Send(reply(1, "ab"));
  EXPECT_TRUE(child->SendGet(0, &text));
  EXPECT_EQ("ab", text);
  peer->Send(reply(2, "abc"));
  EXPECT_EQ(ipdl::SendResult::kClosed, child->SendGet(0, &text).code());
  Settle();
  EXPECT_EQ(
      "cut off evil#1 (pid 7): PBounded::Reply_Get: text: 3 bytes, [MaxBytes] allows 2 (byte 23)",
      child->cut_off);
}

}  // namespace
}  // namespace actors
