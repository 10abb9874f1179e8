// A process that puts, closes its node and is gone at once: what it put arrives all the same, and
// whoever does not read keeps nobody waiting.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "runtime/driver/portal_process_for_test.h"
#include "runtime/log.h"
#include "runtime/portal/small_rings_for_test.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

constexpr int kParcels = 300;

std::string TextOf(int i) { return std::to_string(i) + std::string(i % 40 == 0 ? 4000 : 100, 'x'); }

// The first of them has a descriptor, the second a portal.
void PutAll(Process& process, IpczHandle portal) {
  const auto [kept, sent] = process.Open();
  process.Own(kept);
  ASSERT_EQ(IPCZ_RESULT_OK, process.PutNumbered(portal, TextOf(0), 7, 1));
  ASSERT_EQ(IPCZ_RESULT_OK, process.Put(portal, TextOf(1), {sent}));
  ASSERT_EQ(IPCZ_RESULT_OK, process.Put(kept, "inside"));
  for (int i = 2; i < kParcels; ++i) ASSERT_EQ(IPCZ_RESULT_OK, process.Put(portal, TextOf(i)));
}

void ExpectAll(Process& process, IpczHandle portal) {
  for (int i = 0; i < kParcels; ++i) {
    const Got got = process.WaitToGet(portal);
    ASSERT_EQ(IPCZ_RESULT_OK, got.result) << i;
    EXPECT_EQ(TextOf(i), got.text);
    EXPECT_EQ(i == 0 ? 1u : 0u, got.identities.size());
    if (i == 1) {
      EXPECT_EQ("inside", process.WaitToGet(got.portals.at(0)).text);
    }
  }
  process.WaitUntilClosed(portal);
}

FORKED_TEST(FinishProcessTest, WhatAProcessPutBeforeItWasGreetedArrives) {
  ProcessPair pair([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    PutAll(child, child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER));
  });
  const int socket = pair.TakeSocket();
  pair.Wait();
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  ExpectAll(parent, parent.Connect(socket));
}

FORKED_TEST(FinishProcessTest, WhatWaitedForRoomInARingArrives) {
  const portal::SmallRings small;
  ProcessPair pair([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle portal = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    for (int i = 0; i < 3; ++i) child.Put(portal, child.WaitToGet(portal).text);
    PutAll(child, portal);
  });
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle portal = parent.Connect(pair.TakeSocket());
  for (const char* const text : {"1", "2", "3"}) {
    parent.Put(portal, text);
    EXPECT_EQ(text, parent.WaitToGet(portal).text);
  }
  // Nothing is read before the process is gone.
  pair.Wait();
  ExpectAll(parent, portal);
}

FORKED_TEST(FinishProcessTest, WhatABrokerPutArrivesWhenItIsGone) {
  const portal::SmallRings small;
  ProcessPair pair([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle portal = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    for (int i = 0; i < 3; ++i) child.Put(portal, child.WaitToGet(portal).text);
    ExpectAll(child, portal);
  });
  {
    Process parent(IPCZ_CREATE_NODE_AS_BROKER);
    const IpczHandle portal = parent.Connect(pair.TakeSocket());
    for (const char* const text : {"1", "2", "3"}) {
      parent.Put(portal, text);
      EXPECT_EQ(text, parent.WaitToGet(portal).text);
    }
    pair.Stop();
    PutAll(parent, portal);
  }
  pair.Continue();
}

FORKED_TEST(FinishProcessTest, WhoNeverReadsKeepsNobodyWaiting) {
  SetLogSink([](std::string_view) {});
  ProcessPair pair([](int socket) {
    Process child(IPCZ_NO_FLAGS);
    const IpczHandle portal = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
    child.Put(portal, "here");
    child.WaitUntilClosed(portal);
  });
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle portal = parent.Connect(pair.TakeSocket());
  EXPECT_EQ("here", parent.WaitToGet(portal).text);
  pair.Stop();
  const std::string text(size_t{1} << 20, 'x');
  for (int i = 0; i < 20; ++i) ASSERT_EQ(IPCZ_RESULT_OK, parent.Put(portal, text));
  parent.EndNow();
  pair.Kill();
  SetLogSink(nullptr);
}

}  // namespace
}  // namespace ipdl
