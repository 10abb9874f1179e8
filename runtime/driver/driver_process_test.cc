// Portals between real processes: traffic with descriptors, portals that travel, death of either
// side at any moment, peers that talk nonsense, and threads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/channel/raw_socket_for_test.h"
#include "runtime/driver/driver.h"
#include "runtime/driver/portal_process_for_test.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

using testing::ElementsAre;

// Answers every parcel with the same text and descriptors of the same identities.
void EchoOn(Process& process, IpczHandle portal) {
  while (true) {
    const Got got = process.WaitToGet(portal);
    if (got.result != IPCZ_RESULT_OK) return;
    std::vector<IpczHandle> boxes;
    for (const int identity : got.identities) boxes.push_back(process.BoxNumbered(identity));
    process.Put(portal, got.text, std::move(boxes));
  }
}

void Echo(int socket) {
  Process child(IPCZ_NO_FLAGS);
  EchoOn(child, child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER));
}

// Gets a portal from the launcher, echoes on it, and goes when its peer goes.
void EchoOnWhatComes(int socket) {
  Process child(IPCZ_NO_FLAGS);
  const Got got = child.WaitToGet(child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER));
  if (got.result == IPCZ_RESULT_OK) EchoOn(child, got.portals.at(0));
}

FORKED_TEST(DriverProcessTest, EchoesParcelsOfAllSizesAndHandleCounts) {
  ProcessPair pair(Echo);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle portal = parent.Connect(pair.TakeSocket());
  struct Sent {
    size_t size;
    int handles;
  };
  const Sent kSent[] = {{0, 0},       {1, 1},      {8, 252},   {100, 253},  {64, 254},
                        {5000, 0},    {16, 1},     {7, 400},   {70000, 12}, {3, 300},
                        {900000, 30}, {32768, 0},  {65536, 0}, {65537, 1},  {1048568, 0},
                        {1048576, 0}, {4194304, 2}};
  int next = 0;
  for (const Sent& sent : kSent) {
    const std::string text(sent.size, static_cast<char>('a' + next % 26));
    ASSERT_EQ(IPCZ_RESULT_OK, parent.PutNumbered(portal, text, next, sent.handles));
    const Got got = parent.WaitToGet(portal);
    EXPECT_TRUE(text == got.text) << sent.size;
    std::vector<int> expected;
    for (int i = 0; i < sent.handles; ++i) expected.push_back(next++);
    EXPECT_EQ(expected, got.identities);
  }
}

FORKED_TEST(DriverProcessTest, BothEndsOfAPairTravelAndBecomeDirect) {
  ProcessPair to_a([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    const Got got = child.WaitToGet(home);
    const IpczHandle portal = got.portals.at(0);
    for (int i = 0; i < 50; ++i) {
      ASSERT_EQ(IPCZ_RESULT_OK, child.PutNumbered(portal, std::to_string(i), i, i % 3));
    }
    for (int i = 0; i < 50; ++i) {
      const Got echo = child.WaitToGet(portal);
      EXPECT_EQ(std::to_string(i), echo.text);
      EXPECT_EQ(static_cast<size_t>(i % 3), echo.identities.size());
    }
    child.RunUntil([&] { return IpczTestIsDirectRemote(portal) != 0; });
    child.Put(home, "direct");
    child.WaitUntilClosed(home);
    // The launcher is gone as far as this process knows; the route does not lead through it, but
    // a node without its broker gives up its connections.
    child.WaitUntilClosed(portal);
  });
  ProcessPair to_b(EchoOnWhatComes);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle a = parent.Connect(to_a.TakeSocket());
  const IpczHandle b = parent.Connect(to_b.TakeSocket());
  const auto [end_a, end_b] = parent.Open();
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(a, "", {end_a}));
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(b, "", {end_b}));
  EXPECT_EQ("direct", parent.WaitToGet(a).text);
}

FORKED_TEST(DriverProcessTest, APortalGoesOnFromProcessToProcess) {
  // parent -> first -> parent -> second -> parent -> third: each passes it on with a parcel more.
  const auto pass_on = [](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    Got got = child.WaitToGet(home);
    ASSERT_EQ(IPCZ_RESULT_OK, child.PutNumbered(got.portals.at(0), got.text, 3, 1));
    ASSERT_EQ(IPCZ_RESULT_OK, child.Put(home, "", {got.portals[0]}));
    child.WaitUntilClosed(home);
  };
  ProcessPair first(pass_on);
  ProcessPair second(pass_on);
  ProcessPair third(EchoOnWhatComes);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle to_first = parent.Connect(first.TakeSocket());
  const IpczHandle to_second = parent.Connect(second.TakeSocket());
  const IpczHandle to_third = parent.Connect(third.TakeSocket());
  const auto [end, sent] = parent.Open();
  const IpczHandle kept = parent.Own(end);
  EXPECT_EQ(IPCZ_RESULT_OK, parent.PutNumbered(kept, "early", 1, 2));
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(to_first, "first", {sent}));
  Got got = parent.WaitToGet(to_first);
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(to_second, "second", {got.portals.at(0)}));
  got = parent.WaitToGet(to_second);
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(to_third, "third", {got.portals.at(0)}));
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(kept, "late"));
  for (const char* const text : {"first", "second"}) {
    got = parent.WaitToGet(kept);
    EXPECT_EQ(text, got.text);
    EXPECT_THAT(got.identities, ElementsAre(3));
  }
  got = parent.WaitToGet(kept);
  EXPECT_EQ("early", got.text);
  EXPECT_THAT(got.identities, ElementsAre(1, 2));
  EXPECT_EQ("late", parent.WaitToGet(kept).text);
  parent.RunUntil([&] { return IpczTestIsDirectRemote(kept) != 0; });
}

FORKED_TEST(DriverProcessTest, AClientsDeathIsNoticedAtWhateverMomentItComes) {
  for (int moment = 0; moment < 24; ++moment) {
    ProcessPair pair([&](int socket) {
      Process child(IPCZ_NO_FLAGS);
      const IpczHandle portal = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
      for (int i = 0; i < moment; ++i) {
        const Got got = child.WaitToGet(portal);
        EXPECT_EQ(std::to_string(i), got.text);
        child.PutNumbered(portal, got.text, 0, i % 3);
        if (i % 2 == 0) child.loop().Turn(absl::ZeroDuration());
      }
      _exit(0);
    });
    Process parent(IPCZ_CREATE_NODE_AS_BROKER);
    const IpczHandle portal = parent.Connect(pair.TakeSocket());
    for (int i = 0; i < 40; ++i) parent.PutNumbered(portal, std::to_string(i), i, i % 4);
    // A beginning of what it sent, without gaps, and then the end.
    int next = 0;
    for (Got got = parent.WaitToGet(portal); got.result == IPCZ_RESULT_OK;
         got = parent.WaitToGet(portal)) {
      EXPECT_EQ(std::to_string(next++), got.text);
    }
    EXPECT_LE(next, moment);
    EXPECT_EQ(IPCZ_RESULT_NOT_FOUND, parent.Put(portal, "x"));
  }
}

FORKED_TEST(DriverProcessTest, AClientsDeathHarmsNobodyElse) {
  ProcessPair to_a(EchoOnWhatComes);
  ProcessPair to_b(EchoOnWhatComes);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle a = parent.Connect(to_a.TakeSocket());
  const IpczHandle b = parent.Connect(to_b.TakeSocket());
  const auto [pair_a, sent_a] = parent.Open();
  const auto [pair_b, sent_b] = parent.Open();
  parent.Own(pair_a);
  parent.Own(pair_b);
  parent.Put(a, "", {sent_a});
  parent.Put(b, "", {sent_b});
  parent.PutNumbered(pair_a, "a", 1, 1);
  EXPECT_EQ("a", parent.WaitToGet(pair_a).text);
  to_a.Kill();
  parent.WaitUntilClosed(pair_a);
  parent.WaitUntilClosed(a);
  parent.PutNumbered(pair_b, "b", 1, 1);
  EXPECT_EQ("b", parent.WaitToGet(pair_b).text);
}

FORKED_TEST(DriverProcessTest, ABrokersDeathClosesEverythingAndAnotherMayBeJoined) {
  const auto broker = [](int socket) {
    Process process(IPCZ_CREATE_NODE_AS_BROKER);
    EchoOn(process, process.Connect(socket));
  };
  Process client(IPCZ_NO_FLAGS);
  for (int i = 0; i < 3; ++i) {
    ProcessPair pair(broker);
    const IpczHandle portal = client.Connect(pair.TakeSocket(), IPCZ_CONNECT_NODE_TO_BROKER);
    client.PutNumbered(portal, "x", i, 1);
    EXPECT_THAT(client.WaitToGet(portal).identities, ElementsAre(i));
    pair.Kill();
    client.WaitUntilClosed(portal);
  }
}

FORKED_TEST(DriverProcessTest, AClientThatTalksNonsenseIsCutOffAlone) {
  SetLogSink([](std::string_view) {});
  ProcessPair good(EchoOnWhatComes);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle to_good = parent.Connect(good.TakeSocket());
  const auto [kept, sent] = parent.Open();
  parent.Own(kept);
  parent.Put(to_good, "", {sent});
  const std::vector<Bytes> kNonsense = {Bytes(1), Bytes(16), Bytes(24, 0xFF), Bytes(5000, 0x41),
                                        FrameOf(Bytes(64, 1))};
  for (const Bytes& datagram : kNonsense) {
    ProcessPair bad([&](int socket) {
      RawSocket raw{FileDescriptor(socket)};
      raw.Write(FrameOf(datagram));
      // What the parent says until it hangs up.
      uint8_t buffer[256];
      while (recv(raw.fd(), buffer, sizeof(buffer), 0) > 0) {
      }
    });
    const IpczHandle to_bad = parent.Connect(bad.TakeSocket());
    parent.Put(to_bad, "hello");
    parent.WaitUntilClosed(to_bad);
  }
  parent.Put(kept, "still here");
  EXPECT_EQ("still here", parent.WaitToGet(kept).text);
  SetLogSink(nullptr);
}

FORKED_TEST(DriverProcessTest, ThreadsPutWhileTheLoopSends) {
  constexpr int kThreads = 4;
  constexpr int kParcels = 500;
  ProcessPair pair(Echo);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle portal = parent.Connect(pair.TakeSocket());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kParcels; ++i) {
        EXPECT_EQ(IPCZ_RESULT_OK,
                  parent.PutNumbered(portal, std::to_string(t), t * kParcels + i, i % 2));
      }
    });
  }
  std::vector<int> last(kThreads, -1);
  std::vector<int> count(kThreads);
  for (int i = 0; i < kThreads * kParcels; ++i) {
    const Got got = parent.WaitToGet(portal);
    ASSERT_EQ(IPCZ_RESULT_OK, got.result);
    const int thread = std::stoi(got.text);
    ++count[thread];
    if (got.identities.empty()) continue;
    EXPECT_LT(last[thread], got.identities[0]);
    last[thread] = got.identities[0];
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::vector<int>(kThreads, kParcels), count);
}

FORKED_TEST(DriverProcessTest, AThreadPutsWhileTheLoopsThreadWaitsInASyncCall) {
  ProcessPair pair(Echo);
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle portal = parent.Connect(pair.TakeSocket());
  parent.Put(portal, "hello");
  EXPECT_EQ("hello", parent.WaitToGet(portal).text);
  for (int i = 0; i < 20; ++i) {
    std::thread thread([&] { parent.PutNumbered(portal, std::to_string(i), i, i % 2); });
    // No turn: only what a sync call serves.
    IpczPortalStatus status = {sizeof(status), 0, 0, 0};
    while (status.num_local_parcels == 0) {
      EXPECT_TRUE(parent.loop().WaitTransports(absl::InfiniteFuture()));
      parent.ipcz().QueryPortalStatus(portal, 0, nullptr, &status);
    }
    thread.join();
    EXPECT_EQ(std::to_string(i), parent.Get(portal).text);
  }
}

TEST(LocalTransportTest, NodesOfTwoLoopsTalkWhileBothWaitInSyncCalls) {
  constexpr int kRounds = 200;
  Process here(IPCZ_CREATE_NODE_AS_BROKER);
  std::promise<RunLoop*> made;
  std::promise<IpczDriverHandle> end;
  const auto wait_and_get = [](Process& process, IpczHandle portal) {
    while (true) {
      const Got got = process.Get(portal);
      if (got.result != IPCZ_RESULT_UNAVAILABLE) return got;
      EXPECT_TRUE(process.loop().WaitTransports(absl::InfiniteFuture()));
    }
  };
  std::thread other([&] {
    Process there(IPCZ_NO_FLAGS, /*alone=*/false);
    made.set_value(&there.loop());
    const IpczHandle portal =
        there.ConnectOver(end.get_future().get(), IPCZ_CONNECT_NODE_TO_BROKER);
    for (int i = 0; i < kRounds; ++i) there.Put(portal, wait_and_get(there, portal).text);
    there.WaitUntilClosed(portal);
  });
  const auto [ours, theirs] = NewLocalTransports(&here.loop(), made.get_future().get());
  const IpczHandle portal = here.ConnectOver(ours, IPCZ_NO_FLAGS);
  end.set_value(theirs);
  for (int i = 0; i < kRounds; ++i) {
    here.Put(portal, std::to_string(i));
    EXPECT_EQ(std::to_string(i), wait_and_get(here, portal).text);
  }
  here.CloseNow(portal);
  // The other thread's node says that it is gone.
  std::atomic<bool> gone = false;
  std::thread joiner([&] {
    other.join();
    gone = true;
    here.loop().Post([] {});
  });
  here.RunUntil([&] { return gone.load(); });
  joiner.join();
}

}  // namespace
}  // namespace ipdl
