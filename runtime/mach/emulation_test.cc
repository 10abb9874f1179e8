// What only the emulation has: strictness, reports, importance counts, watching, limits, its end.

#include "runtime/mach/emulation.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/own_machd_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl::mach_test {
namespace {

bool IsReadable(const FileDescriptor& file) {
  pollfd entry = {file.get(), POLLIN, 0};
  return poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0;
}

bool IsHungUp(const FileDescriptor& file) {
  pollfd entry = {file.get(), POLLIN, 0};
  return poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0;
}

MACH_TEST(MachEmulation, AWatchIsReadableExactlyWhileThereAreMessages) {
  const mach_port_t port = NewPortWithSend();
  FileDescriptor watch;
  ASSERT_EQ(KERN_SUCCESS, mach::WatchPort(port, &watch));
  EXPECT_FALSE(IsReadable(watch));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 1));
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 2));
  EXPECT_TRUE(IsReadable(watch));
  ReceiveWord(port);
  EXPECT_TRUE(IsReadable(watch));
  ReceiveWord(port);
  EXPECT_FALSE(IsReadable(watch));
  EXPECT_FALSE(IsHungUp(watch));
  DropReceive(port);
  EXPECT_TRUE(IsHungUp(watch));
  DropSend(port);
}

MACH_TEST(MachEmulation, AWatchOfASetSeesEveryMember) {
  const mach_port_t port = NewPortWithSend();
  const mach_port_t set = NewSet();
  ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, 1));
  FileDescriptor watch;
  ASSERT_EQ(KERN_SUCCESS, mach::WatchPort(set, &watch));
  EXPECT_FALSE(IsReadable(watch));
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_member(Self(), port, set));
  EXPECT_TRUE(IsReadable(watch));
  ASSERT_EQ(KERN_SUCCESS, mach_port_extract_member(Self(), port, set));
  EXPECT_FALSE(IsReadable(watch));
  ASSERT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
  EXPECT_TRUE(IsHungUp(watch));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachEmulation, TheLeakReportNamesWhatIsLeft) {
  EXPECT_EQ("", mach::LeakReport());
  const mach_port_t port = NewPortWithSend();
  EXPECT_NE(std::string::npos, mach::LeakReport().find("receive send(1)"));
  DropSend(port);
  DropReceive(port);
  EXPECT_EQ("", mach::LeakReport());
}

// Runs `misuse` in a strict process of its own, which must end by SIGABRT.
void ExpectAbort(absl::FunctionRef<void()> misuse) {
  const pid_t pid = fork();
  if (pid == 0) {
    mach::SetStrict(true);
    std::freopen("/dev/null", "w", stderr);
    misuse();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
}

MACH_TEST(MachEmulation, StrictnessEndsAProgramThatMisusesARight) {
  ExpectAbort([] { mach_port_deallocate(mach_task_self(), 0x777703); });
  ExpectAbort([] {
    const mach_port_t port = NewPortWithSend();
    DropReceive(port);
    DropSend(port);
    mach_port_deallocate(mach_task_self(), port);
  });
  ExpectAbort([] { mach_port_mod_refs(mach_task_self(), NewPort(), MACH_PORT_RIGHT_SEND, -1); });
  ExpectAbort([] {
    const mach_port_t port = NewPortWithSend();
    PortMessage message = Carry(port, 0x777703, MACH_MSG_TYPE_COPY_SEND);
    Send(&message);
  });
  ExpectAbort([] {
    const mach_port_t port = NewPort();
    mach_port_guard(mach_task_self(), port, 1, TRUE);
    mach_port_unguard(mach_task_self(), port, 2);
  });
}

MACH_TEST(MachEmulation, ImportanceLastsAsLongAsTheVoucherThatWasReceived) {
  const mach_port_t port = NewPortWithSend();
  uint32_t recipe[4] = {MACH_VOUCHER_ATTR_KEY_IMPORTANCE, MACH_VOUCHER_ATTR_IMPORTANCE_SELF, 0, 0};
  mach_voucher_t voucher = MACH_VOUCHER_NULL;
  ASSERT_EQ(KERN_SUCCESS,
            host_create_mach_voucher(mach_host_self(), reinterpret_cast<uint8_t*>(recipe),
                                     sizeof(recipe), &voucher));
  const auto count = [] {
    uint32_t boosts = 99;
    EXPECT_EQ(KERN_SUCCESS, mach::ImportanceCount(Self(), &boosts));
    return boosts;
  };
  const auto send = [&] {
    WordMessage message = Word(port, 0, 1);
    message.header.msgh_bits =
        MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_COPY_SEND, 0);
    message.header.msgh_voucher_port = voucher;
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
  };
  // A port that does not take importance gives none.
  send();
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got, MACH_RCV_VOUCHER));
  EXPECT_EQ(0u, count());
  mach_msg_destroy(&got.header);
  ASSERT_EQ(KERN_SUCCESS,
            mach_port_set_attributes(Self(), port, MACH_PORT_IMPORTANCE_RECEIVER, nullptr, 0));
  send();
  EXPECT_EQ(1u, count()) << "while it waits";
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got, MACH_RCV_VOUCHER));
  EXPECT_EQ(1u, count()) << "while the voucher is held";
  mach_msg_destroy(&got.header);
  EXPECT_EQ(0u, count());
  // Who does not ask for the voucher loses the boost at once.
  send();
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(0u, count());
  DropSend(voucher);
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachEmulation, ASignalInterruptsOnlyWhoAskedForIt) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(SIGALRM, &action, nullptr);
  // Again and again, so that one which comes before the call waits is followed by one after.
  const itimerval often = {{0, 10'000}, {0, 10'000}};
  setitimer(ITIMER_REAL, &often, nullptr);
  const mach_port_t port = NewPortWithSend();
  WordMessage got = {};
  EXPECT_EQ(MACH_RCV_INTERRUPTED, mach_msg(&got.header, MACH_RCV_MSG | MACH_RCV_INTERRUPT, 0,
                                           sizeof(got), port, 0, MACH_PORT_NULL));
  EXPECT_EQ(MACH_RCV_TIMED_OUT, mach_msg(&got.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                         sizeof(got), port, 50, MACH_PORT_NULL));
  for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 5);
  EXPECT_EQ(MACH_SEND_INTERRUPTED, mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_INTERRUPT,
                                            kWordBytes, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
  EXPECT_EQ(2u, SendRefs(port));
  mach_msg_destroy(&message.header);
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  DropSend(port);
  DropReceive(port);
}

FORKED_TEST(MachLimits, NamesEndAtTheirLimit) {
  OwnMachd machd({"--limit", "names=10"});
  mach_port_t name = MACH_PORT_NULL;
  // Three names are there from the start.
  for (int i = 3; i < 10; ++i) {
    EXPECT_EQ(KERN_SUCCESS, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name)) << i;
  }
  EXPECT_EQ(KERN_NO_SPACE, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
  DropReceive(name);
  EXPECT_EQ(KERN_SUCCESS, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
}

FORKED_TEST(MachLimits, WaitingMessagesEndAtTheirLimitAndComeBack) {
  OwnMachd machd({"--limit", "messages=3"});
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 3; ++i) EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 3);
  EXPECT_EQ(MACH_SEND_NO_BUFFER, Send(&message));
  EXPECT_EQ(2u, SendRefs(port));
  EXPECT_EQ(0u, ReceiveWord(port));
  EXPECT_EQ(MACH_MSG_SUCCESS, Send(&message));
  EXPECT_EQ(1u, SendRefs(port));
}

FORKED_TEST(MachLimits, WaitingBytesEndAtTheirLimit) {
  OwnMachd machd({"--limit", "bytes=84"});
  const mach_port_t port = NewPortWithSend();
  for (uint32_t i = 0; i < 3; ++i) EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(port, i));
  WordMessage message = Word(port, MACH_MSG_TYPE_COPY_SEND, 3);
  EXPECT_EQ(MACH_SEND_NO_BUFFER, Send(&message));
}

FORKED_TEST(MachLimits, DescriptorsEndAtTheirLimit) {
  OwnMachd machd({"--limit", "descriptors=2"});
  mach_port_t port = MACH_PORT_NULL;
  memory_object_size_t size = 4096;
  const auto make = [&] {
    return mach_make_memory_entry_64(Self(), &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_READ, &port,
                                     MACH_PORT_NULL);
  };
  EXPECT_EQ(KERN_SUCCESS, make());
  EXPECT_EQ(KERN_SUCCESS, make());
  EXPECT_EQ(KERN_RESOURCE_SHORTAGE, make());
  DropSend(port);
  EXPECT_EQ(KERN_SUCCESS, make());
}

FORKED_TEST(MachLimits, VouchersEndAtTheirLimit) {
  OwnMachd machd({"--limit", "objects=2"});
  uint32_t recipe[4] = {MACH_VOUCHER_ATTR_KEY_TEST, MACH_VOUCHER_ATTR_USER_DATA_STORE, 0, 0};
  mach_voucher_t voucher = MACH_VOUCHER_NULL;
  const auto make = [&] {
    return host_create_mach_voucher(mach_host_self(), reinterpret_cast<uint8_t*>(recipe),
                                    sizeof(recipe), &voucher);
  };
  EXPECT_EQ(KERN_SUCCESS, make());
  EXPECT_EQ(KERN_SUCCESS, make());
  EXPECT_EQ(KERN_RESOURCE_SHORTAGE, make());
}

FORKED_TEST(MachEmulation, WithoutMachdEveryCallFailsAndNoneHangs) {
  OwnMachd machd;
  const mach_port_t port = NewPortWithSend();
  machd.Kill();
  WordMessage got = {};
  EXPECT_EQ(MACH_RCV_PORT_DIED, Receive(port, &got));
  EXPECT_EQ(MACH_SEND_INVALID_DEST, SendWord(port, 1));
  mach_port_t name = MACH_PORT_NULL;
  EXPECT_EQ(KERN_ABORTED, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
}

FORKED_TEST(MachEmulation, ADetachedMachdStartsByItselfAndEndsWithItsLastClient) {
  mach::DisconnectThread();
  unsetenv("IPDL_MACHD_DIRECTORY");
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  const pid_t pid = fork();
  if (pid == 0) {
    const mach_port_t port = NewPortWithSend();
    const bool works = SendWord(port, 1) == MACH_MSG_SUCCESS;
    const std::string directory = std::getenv("IPDL_MACHD_DIRECTORY");
    (void)!write(ends[1], directory.data(), directory.size());
    _exit(works ? 0 : 1);
  }
  close(ends[1]);
  char directory[200] = {};
  ASSERT_LT(0, read(ends[0], directory, sizeof(directory) - 1));
  int status = 0;
  ASSERT_EQ(pid, waitpid(pid, &status, 0));
  EXPECT_EQ(0, status);
  // machd came to us when the process in between ended, and ends because its client did.
  ASSERT_LT(0, waitpid(-1, &status, 0));
  EXPECT_EQ(0, status);
  EXPECT_NE(0, access(directory, F_OK));
  close(ends[0]);
}

}  // namespace
}  // namespace ipdl::mach_test
