// The guide's examples of connections that are made in one place and used in another.

#include <thread>

#include "PHub.h"
#include "PHubChild.h"
#include "PHubParent.h"
#include "PTalk.h"
#include "PTalkChild.h"
#include "PTalkParent.h"
#include "tests/actors/process_ends.h"
#include "tests/guide/guide.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace guide {
namespace {

// One who talks, on either side.
template <typename Side>
class Talker : public Side {
 public:
  using Base = Side;

  Lines heard;
  bool ended = false;

 protected:
  ipdl::Result RecvSay(std::string text) override {
    heard.push_back(std::move(text));
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason) override { ended = true; }
};

using TalkerParent = Talker<PTalkParent>;
using TalkerChild = Talker<PTalkChild>;

// Hands on what it gets to the other one who is here.
class Hub : public PHubParent {
 public:
  std::vector<ipdl::RefPtr<Hub>>* all;

 protected:
  ipdl::Result RecvMeet(ipdl::Endpoint<PTalkParent> other) override {
    const bool first = all->front().get() == this;
    (first ? all->back() : all->front())->SendMet(std::move(other));
    return ipdl::Ok();
  }
};

class Guest : public PHubChild {
 public:
  ipdl::RefPtr<TalkerParent> talker;

 protected:
  ipdl::Result RecvMet(ipdl::Endpoint<PTalkParent> other) override {
    talker = ipdl::MakeRef<TalkerParent>();
    return std::move(other).Bind(talker).ok() ? ipdl::Ok() : ipdl::Refused("no memory");
  }
};

TEST_F(Guide, MessagesWaitUntilTheOtherEndIsBound) {
  ipdl::Endpoint<PTalkParent> parent_end;
  ipdl::Endpoint<PTalkChild> child_end;
  ASSERT_TRUE(PTalk::CreateEndpoints(&parent_end, &child_end).ok());

  auto child = ipdl::MakeRef<TalkerChild>();
  ASSERT_TRUE(child_end.Bind(child).ok());
  child->SendSay("one");
  child->SendSay("two");
  Settle();

  auto parent = ipdl::MakeRef<TalkerParent>();
  ASSERT_TRUE(parent_end.Bind(parent).ok());
  Settle();
  EXPECT_EQ((Lines{"one", "two"}), parent->heard);

  parent->Close();
  Settle();
  EXPECT_TRUE(child->ended);
}

TEST_F(Guide, AnEndThatIsDroppedEndsTheOther) {
  auto child = ipdl::MakeRef<TalkerChild>();
  {
    ipdl::Endpoint<PTalkParent> parent_end;
    ipdl::Endpoint<PTalkChild> child_end;
    ASSERT_TRUE(PTalk::CreateEndpoints(&parent_end, &child_end).ok());
    ASSERT_TRUE(child_end.Bind(child).ok());
  }
  Settle();
  EXPECT_TRUE(child->ended);
}

FORKED_TEST(Endpoints, TwoProcessesMeet) {
  // Both know only the hub. The first makes a connection and has one end handed to the second.
  ipdl::ProcessPair ada([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto guest = ipdl::MakeRef<Guest>();
    ipdl::Endpoint<PHubChild> hub{actors::EndInChild(socket)};
    ASSERT_TRUE(hub.Bind(guest).ok());
    ipdl::Endpoint<PTalkParent> theirs;
    ipdl::Endpoint<PTalkChild> ours;
    ASSERT_TRUE(PTalk::CreateEndpoints(&theirs, &ours).ok());
    auto talker = ipdl::MakeRef<TalkerChild>();
    ASSERT_TRUE(ours.Bind(talker).ok());
    talker->SendSay("hello, whoever you are");
    guest->SendMeet(std::move(theirs));
    while (talker->heard.empty()) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ((Lines{"hello, Ada"}), talker->heard);
    talker->Close();
    guest->Close();
  });
  ipdl::ProcessPair ben([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto guest = ipdl::MakeRef<Guest>();
    ipdl::Endpoint<PHubChild> hub{actors::EndInChild(socket)};
    ASSERT_TRUE(hub.Bind(guest).ok());
    while (!guest->talker) loop->Turn(absl::InfiniteDuration());
    guest->talker->SendSay("hello, Ada");
    while (!guest->talker->ended) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ((Lines{"hello, whoever you are"}), guest->talker->heard);
    guest->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  std::vector<ipdl::RefPtr<Hub>> hubs;
  for (ipdl::ProcessPair* pair : {&ada, &ben}) {
    auto hub = ipdl::MakeRef<Hub>();
    hub->all = &hubs;
    ipdl::Endpoint<PHubParent> end{actors::EndInParent(pair->TakeSocket())};
    ASSERT_TRUE(end.Bind(hub).ok());
    hubs.push_back(hub);
  }
  const auto both_are_here = [&] { return hubs[0]->IsOpen() || hubs[1]->IsOpen(); };
  while (both_are_here()) loop->Turn(absl::InfiniteDuration());
}

FORKED_TEST(Endpoints, AThreadHasALoopOfItsOwn) {
  auto loop = *ipdl::RunLoop::Create();
  ipdl::Endpoint<PTalkParent> ours;
  ipdl::Endpoint<PTalkChild> theirs;
  ASSERT_TRUE(PTalk::CreateEndpoints(&ours, &theirs).ok());

  std::thread other([&theirs] {
    auto loop = *ipdl::RunLoop::Create();
    auto talker = ipdl::MakeRef<TalkerChild>();
    ASSERT_TRUE(theirs.Bind(talker).ok());
    talker->SendSay("from the other thread");
    while (!talker->ended) loop->Turn(absl::InfiniteDuration());
  });

  auto talker = ipdl::MakeRef<TalkerParent>();
  ASSERT_TRUE(ours.Bind(talker).ok());
  while (talker->heard.empty()) loop->Turn(absl::InfiniteDuration());
  talker->Close();
  other.join();
}

}  // namespace
}  // namespace guide
