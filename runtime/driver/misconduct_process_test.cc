// Who is blamed for a parcel that nobody honest would put: the one who put it, if that is known for
// sure, and nobody else. With real processes: a culprit that is talked to directly, one behind a
// proxy, accusations true and false.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/driver/driver.h"
#include "runtime/driver/portal_channel.h"
#include "runtime/driver/portal_process_for_test.h"
#include "runtime/log.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A launcher that remembers whom it would have to kill, and what it was told otherwise.
class Launcher : public Process {
 public:
  Launcher() : Process(IPCZ_CREATE_NODE_AS_BROKER) {
    SetLogSink([this](std::string_view line) { log_.append(line).append("\n"); });
  }
  ~Launcher() { SetLogSink(nullptr); }

  IpczHandle ConnectChild(ProcessPair& child, const std::string& name, bool judges = false) {
    LinkPolicy policy;
    policy.limits = DefaultLinkPolicy()->limits;
    policy.trusted_to_judge = judges;
    policy.on_misconduct = [this](const PeerLabel& peer, const Misconduct& misconduct) {
      if (misconduct.kind == Misconduct::Kind::kRejectedParcel) culprits.push_back(peer.name);
      if (misconduct.kind == Misconduct::Kind::kBrokenRules) rule_breakers.push_back(peer.name);
    };
    PeerLabel label;
    label.process_id = child.child();
    label.kind = "child";
    label.name = name;
    return Connect(child.TakeSocket(), IPCZ_NO_FLAGS,
                   std::make_shared<const LinkPolicy>(std::move(policy)), label);
  }
  // The two ends of a pair of portals, one for each child.
  void ConnectThem(IpczHandle a, IpczHandle b) {
    const auto [end_a, end_b] = Open();
    Put(a, "", {end_a});
    Put(b, "", {end_b});
  }

  const std::string& log() const { return log_; }
  std::vector<std::string> culprits;
  std::vector<std::string> rule_breakers;

 private:
  std::string log_;
};

// A channel whose messages are cut off if they say so, at once or when they are looked at later.
class Judge : private Channel::Delegate {
 public:
  Judge(Process& process, IpczHandle portal)
      : channel_(*PortalChannel::Create(
            {.ipcz = &process.ipcz(), .node = process.node(), .portal = portal}, &process.loop(),
            Limits(), PeerLabel{})) {
    channel_->Start(this);
    process.RunUntil([this] { return !closed_.empty(); });
  }
  std::vector<std::string> heard;
  const std::string& closed() const { return closed_; }

 private:
  void OnChannelMessage(absl::Span<const uint8_t> payload, absl::Span<OwnedHandle>) override {
    const std::string text(payload.begin(), payload.end());
    heard.push_back(text);
    if (text == "set aside") aside_ = channel_->origin();
    if (text == "look at what was set aside") {
      const Channel::OriginScope scope(*channel_, aside_);
      channel_->Cut("bad after all");
    }
    if (text == "wait") {
      // What comes meanwhile nests inside; then it is this message that is bad.
      while (heard.size() < 3) channel_->ReadNow();
      channel_->Cut("bad, seen late");
    }
    if (text == "bad") channel_->Cut("a bad message");
  }
  void OnChannelClosed(const ChannelClosed& why) override { closed_ = why.text; }

  std::string closed_;
  Channel::Origin aside_;
  std::unique_ptr<PortalChannel> channel_;
};

// A parcel with one message, as a channel makes it.
std::string Frame(const std::string& text) {
  const Bytes frame = FrameOf(Bytes(text.begin(), text.end()));
  return std::string(frame.begin(), frame.end());
}

// Puts one parcel after the other, and then waits for its end.
auto Says(std::vector<std::string> parcels) {
  return [parcels](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle portal = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    for (const std::string& parcel : parcels) child.Put(portal, parcel);
    child.WaitUntilClosed(portal);
  };
}

FORKED_TEST(MisconductTest, WhoPutAParcelIsBlamedWhenItsMessageIsCut) {
  const std::vector<std::vector<std::string>> kBad = {
      {Frame("bad")},
      {Frame("fine") + Frame("bad")},
      {"no frame"},
      {""},
      {Frame("set aside"), Frame("look at what was set aside")},
      {Frame("wait"), Frame("meanwhile"), Frame("meanwhile")},
  };
  for (const std::vector<std::string>& parcels : kBad) {
    ProcessPair culprit(Says(parcels));
    Launcher launcher;
    const Judge judge(launcher, launcher.Disown(launcher.ConnectChild(culprit, "culprit")));
    EXPECT_THAT(launcher.culprits, ElementsAre("culprit")) << parcels[0];
    EXPECT_THAT(launcher.rule_breakers, IsEmpty());
  }
}

FORKED_TEST(MisconductTest, NobodyIsBlamedForGoing) {
  ProcessPair child([](int socket) {
    Process process(IPCZ_NO_FLAGS);
    process.Put(process.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER), Frame("fine"));
    process.loop().Turn(absl::ZeroDuration());
    process.loop().Turn(absl::ZeroDuration());
  });
  Launcher launcher;
  const Judge judge(launcher, launcher.Disown(launcher.ConnectChild(child, "child")));
  EXPECT_THAT(launcher.culprits, IsEmpty());
  EXPECT_THAT(launcher.rule_breakers, IsEmpty());
}

FORKED_TEST(MisconductTest, WhoBreaksTheRoutersRulesIsBlamed) {
  for (const Bytes& datagram : {FrameOf(Bytes(24, 0xFF)), Bytes(64, 0xFF)}) {
    ProcessPair culprit([&](int socket) {
      RawSocket raw{FileDescriptor(socket)};
      raw.Write(datagram);
      uint8_t buffer[256];
      while (recv(raw.fd(), buffer, sizeof(buffer), 0) > 0) {
      }
    });
    Launcher launcher;
    launcher.WaitUntilClosed(launcher.ConnectChild(culprit, "culprit"));
    EXPECT_THAT(launcher.rule_breakers, ElementsAre("culprit"));
    EXPECT_THAT(launcher.culprits, IsEmpty());
  }
}

// The proxy gets a portal with a parcel in it that it has not looked at, and passes it on.
void PassOnUnread(int socket) {
  Process child(IPCZ_NO_FLAGS);
  const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
  const IpczHandle portal = child.WaitToGet(home).portals.at(0);
  child.RunUntil([&] {
    IpczPortalStatus status = {sizeof(status), 0, 0, 0};
    child.ipcz().QueryPortalStatus(portal, 0, nullptr, &status);
    return status.num_local_parcels > 0;
  });
  child.Put(home, "", {portal});
  child.WaitUntilClosed(home);
}

// Puts `first`, and if there is a `second`, that when the route has become direct.
auto PutsIntoWhatComes(const std::string& first, const std::string& second) {
  return [first, second](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    const IpczHandle portal = child.WaitToGet(home).portals.at(0);
    child.Put(portal, first);
    child.WaitToGet(home);
    if (!second.empty()) {
      child.RunUntil([&] { return IpczTestIsDirectRemote(portal) != 0; });
      child.Put(portal, second);
    }
    child.WaitUntilClosed(portal);
    child.Put(home, "alive");
    child.WaitUntilClosed(home);
  };
}

FORKED_TEST(MisconductTest, AProxyIsNotBlamedForWhatItPassedOn) {
  ProcessPair culprit(PutsIntoWhatComes(Frame("bad"), ""));
  ProcessPair proxy(PassOnUnread);
  Launcher launcher;
  const IpczHandle to_culprit = launcher.ConnectChild(culprit, "culprit");
  const IpczHandle to_proxy = launcher.ConnectChild(proxy, "proxy");
  launcher.ConnectThem(to_culprit, to_proxy);
  const IpczHandle portal = launcher.WaitToGet(to_proxy).portals.at(0);
  const Judge judge(launcher, launcher.Disown(portal));
  EXPECT_EQ("a bad message", judge.closed());
  EXPECT_THAT(launcher.culprits, IsEmpty());
  EXPECT_THAT(launcher.log(), HasSubstr("a parcel that came from child#proxy"));
  EXPECT_THAT(launcher.log(), HasSubstr("which may only have passed it on, was rejected"));
  // The route is closed, and both are served as before.
  launcher.Put(to_culprit, "go on");
  EXPECT_EQ("alive", launcher.WaitToGet(to_culprit).text);
}

FORKED_TEST(MisconductTest, ACulpritBehindAProxyIsBlamedOnceItTalksDirectly) {
  ProcessPair culprit(PutsIntoWhatComes(Frame("fine"), Frame("bad")));
  ProcessPair proxy(PassOnUnread);
  Launcher launcher;
  const IpczHandle to_culprit = launcher.ConnectChild(culprit, "culprit");
  const IpczHandle to_proxy = launcher.ConnectChild(proxy, "proxy");
  launcher.ConnectThem(to_culprit, to_proxy);
  const IpczHandle portal = launcher.WaitToGet(to_proxy).portals.at(0);
  launcher.RunUntil([&] { return IpczTestIsDirectRemote(portal) != 0; });
  launcher.Put(to_culprit, "go on");
  const Judge judge(launcher, launcher.Disown(portal));
  EXPECT_THAT(judge.heard, ElementsAre("fine", "bad"));
  EXPECT_THAT(launcher.culprits, ElementsAre("culprit"));
  EXPECT_EQ("alive", launcher.WaitToGet(to_culprit).text);
}

// Rejects what it gets by the portal that it is sent once that is direct on both sides, with a word
// to the broker.
void Accuse(int socket) {
  Process child(IPCZ_NO_FLAGS);
  const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
  const IpczHandle portal = child.WaitToGet(home).portals.at(0);
  child.RunUntil([&] { return IpczTestIsDirectRemote(portal) != 0; });
  child.Put(portal, "say something");
  child.WaitToGet(portal);
  IpczHandle parcel = IPCZ_INVALID_HANDLE;
  EXPECT_EQ(IPCZ_RESULT_OK, child.extended().HoldOrigin(portal, 0, nullptr, &parcel));
  EXPECT_EQ(IPCZ_RESULT_OK, child.ipcz().Reject(parcel, 5, IPCZ_REJECT_TELL_BROKER, nullptr));
  child.ipcz().Close(parcel, 0, nullptr);
  child.Put(home, "accused");
  child.WaitUntilClosed(home);
}

// Answers on the portal that it is sent, and tells home when it is asked to.
void AnswersAndLives(int socket) {
  Process child(IPCZ_NO_FLAGS);
  const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
  const IpczHandle portal = child.WaitToGet(home).portals.at(0);
  child.WaitToGet(portal);
  child.RunUntil([&] { return IpczTestIsDirectRemote(portal) != 0; });
  child.Put(portal, "hello");
  child.WaitToGet(home);
  child.Put(home, "alive");
  child.WaitUntilClosed(home);
}

FORKED_TEST(MisconductTest, AFalseAccusationIsOnlyLogged) {
  ProcessPair accuser(Accuse);
  ProcessPair accused(AnswersAndLives);
  Launcher launcher;
  const IpczHandle to_accuser = launcher.ConnectChild(accuser, "liar\n");
  const IpczHandle to_accused = launcher.ConnectChild(accused, "honest");
  launcher.ConnectThem(to_accuser, to_accused);
  EXPECT_EQ("accused", launcher.WaitToGet(to_accuser).text);
  EXPECT_THAT(launcher.culprits, IsEmpty());
  EXPECT_THAT(launcher.log(), HasSubstr("rejected a parcel that came from child#honest"));
  EXPECT_THAT(launcher.log(), HasSubstr("it is not trusted to judge"));
  // What the launcher knows of the liar is escaped.
  EXPECT_THAT(launcher.log(), testing::Not(HasSubstr("liar\n")));
  launcher.Put(to_accused, "");
  EXPECT_EQ("alive", launcher.WaitToGet(to_accused).text);
}

FORKED_TEST(MisconductTest, AJudgeThatTheLauncherTrustsIsBelieved) {
  ProcessPair accuser(Accuse);
  ProcessPair accused(AnswersAndLives);
  Launcher launcher;
  const IpczHandle to_accuser = launcher.ConnectChild(accuser, "judge", /*judges=*/true);
  const IpczHandle to_accused = launcher.ConnectChild(accused, "accused");
  launcher.ConnectThem(to_accuser, to_accused);
  EXPECT_EQ("accused", launcher.WaitToGet(to_accuser).text);
  EXPECT_THAT(launcher.culprits, ElementsAre("accused"));
  EXPECT_THAT(launcher.log(), HasSubstr("rejected a parcel that came from child#accused"));
  launcher.Put(to_accused, "");
  EXPECT_EQ("alive", launcher.WaitToGet(to_accused).text);
}

FORKED_TEST(MisconductTest, NoJudgeIsBelievedAboutWhatAnotherMayHavePassedOn) {
  // The portal that the judge gets comes through a proxy with an unread parcel in it.
  ProcessPair judge([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    const IpczHandle from_proxy = child.WaitToGet(home).portals.at(0);
    child.RunUntil([&] { return IpczTestIsDirectRemote(from_proxy) != 0; });
    child.Put(from_proxy, "send it");
    const IpczHandle portal = child.WaitToGet(from_proxy).portals.at(0);
    child.WaitToGet(portal);
    IpczHandle parcel = IPCZ_INVALID_HANDLE;
    ASSERT_EQ(IPCZ_RESULT_OK, child.extended().HoldOrigin(portal, 0, nullptr, &parcel));
    EXPECT_EQ(IPCZ_RESULT_OK, child.ipcz().Reject(parcel, 5, IPCZ_REJECT_TELL_BROKER, nullptr));
    child.ipcz().Close(parcel, 0, nullptr);
    child.Put(home, "accused");
    child.WaitUntilClosed(home);
  });
  ProcessPair proxy([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    const IpczHandle to_judge = child.WaitToGet(home).portals.at(0);
    child.WaitToGet(to_judge);
    child.RunUntil([&] { return IpczTestIsDirectRemote(to_judge) != 0; });
    const IpczHandle portal = child.WaitToGet(home).portals.at(0);
    child.RunUntil([&] {
      IpczPortalStatus status = {sizeof(status), 0, 0, 0};
      child.ipcz().QueryPortalStatus(portal, 0, nullptr, &status);
      return status.num_local_parcels > 0;
    });
    child.Put(to_judge, "", {portal});
    child.WaitUntilClosed(home);
  });
  ProcessPair author([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    const IpczHandle portal = child.WaitToGet(home).portals.at(0);
    child.Put(portal, "bad");
    child.WaitUntilClosed(home);
  });
  Launcher launcher;
  const IpczHandle to_judge = launcher.ConnectChild(judge, "judge", /*judges=*/true);
  const IpczHandle to_proxy = launcher.ConnectChild(proxy, "proxy");
  const IpczHandle to_author = launcher.ConnectChild(author, "author");
  launcher.ConnectThem(to_judge, to_proxy);
  launcher.ConnectThem(to_author, to_proxy);
  EXPECT_EQ("accused", launcher.WaitToGet(to_judge).text);
  EXPECT_THAT(launcher.culprits, IsEmpty());
  EXPECT_THAT(launcher.log(), HasSubstr("rejected a parcel that came from child#proxy"));
  EXPECT_THAT(launcher.log(), HasSubstr("which may only have passed it on"));
}

}  // namespace
}  // namespace ipdl
