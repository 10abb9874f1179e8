// The connection that a route is to become shorter by breaks, at whatever moment, while everybody
// lives: the route goes on the old way, or ends at both ends, and other routes are as before.

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdlib>
#include <set>
#include <string>

#include "runtime/driver/portal_process_for_test.h"
#include "runtime/log.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl {
namespace {

constexpr int kParcels = 60;

std::set<int> OpenSockets() {
  std::set<int> sockets;
  DIR* const directory = opendir("/proc/self/fd");
  while (const dirent* const entry = readdir(directory)) {
    struct stat info;
    const int descriptor = std::atoi(entry->d_name);
    if (fstat(descriptor, &info) == 0 && S_ISSOCK(info.st_mode)) sockets.insert(descriptor);
  }
  closedir(directory);
  return sockets;
}

// Talks over the portal that comes, and breaks what connects it to others than the launcher
// `moment` turns of its loop after that came; negative: never. Says on the initial portal when it
// is through.
void TalkOnWhatComes(int socket, int moment) {
  SetLogSink([](std::string_view) {});
  Process child(IPCZ_NO_FLAGS);
  const IpczHandle home = child.Connect(socket, IPCZ_CONNECT_NODE_TO_BROKER);
  const IpczHandle portal = child.WaitToGet(home).portals.at(0);
  const std::set<int> before = OpenSockets();
  int links = 0;
  child.extended().SetTracer(
      child.node(),
      [](const IpczTraceEvent* event) {
        if (event->kind == IPCZ_TRACE_LINK_UP) ++*reinterpret_cast<int*>(event->context);
      },
      reinterpret_cast<uintptr_t>(&links), 0, nullptr);
  int turns = 0;
  Got got;
  int next = 0;
  child.Put(portal, std::to_string(0));
  while (true) {
    child.RunUntil([&] {
      if (links > 0 && turns++ == moment) {
        for (const int descriptor : OpenSockets()) {
          if (before.count(descriptor) == 0) shutdown(descriptor, SHUT_RDWR);
        }
      }
      got = child.Get(portal);
      return got.result != IPCZ_RESULT_UNAVAILABLE;
    });
    if (got.result != IPCZ_RESULT_OK) break;
    EXPECT_EQ(std::to_string(next), got.text);
    if (++next == kParcels) break;
    child.Put(portal, std::to_string(next));
  }
  EXPECT_TRUE(next == kParcels || got.result == IPCZ_RESULT_NOT_FOUND);
  child.extended().SetTracer(child.node(), nullptr, 0, 0, nullptr);
  child.Put(home, next == kParcels ? "all" : "ended");
  child.WaitUntilClosed(home);
  SetLogSink(nullptr);
}

void TryMoments(int moment_a, int moment_b) {
  ProcessPair to_a([&](int socket) { TalkOnWhatComes(socket, moment_a); });
  ProcessPair to_b([&](int socket) { TalkOnWhatComes(socket, moment_b); });
  Process parent(IPCZ_CREATE_NODE_AS_BROKER);
  const IpczHandle a = parent.Connect(to_a.TakeSocket());
  const IpczHandle b = parent.Connect(to_b.TakeSocket());
  const auto [end_a, end_b] = parent.Open();
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(a, "", {end_a}));
  EXPECT_EQ(IPCZ_RESULT_OK, parent.Put(b, "", {end_b}));
  // Whether it went on or ended, the two agree, and the launcher's own routes are as before.
  const std::string how = parent.WaitToGet(a).text;
  EXPECT_TRUE(how == "all" || how == "ended") << how;
  const std::string also = parent.WaitToGet(b).text;
  EXPECT_TRUE(also == "all" || also == "ended") << also;
  if (moment_a < 0 && moment_b < 0) {
    EXPECT_EQ("all", how);
    EXPECT_EQ("all", also);
  }
}

FORKED_TEST(BrokenLinkProcessTest, ARouteGoesOnOrEndsWhenEitherBreaksIt) {
  TryMoments(-1, -1);
  for (const int moment : {0, 1, 2, 3, 5, 8}) {
    TryMoments(moment, -1);
    TryMoments(-1, moment);
    TryMoments(moment, moment);
  }
}

}  // namespace
}  // namespace ipdl
