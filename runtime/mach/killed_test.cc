// Either side killed after each step of a conversation: the others learn of it and nobody hangs.

#include <servers/bootstrap.h>

#include <functional>

#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/own_machd_for_test.h"
#include "tests/support/forked_test.h"

namespace ipdl::mach_test {
namespace {

constexpr int kSteps = 14;

// Does `steps` steps of everything that leaves something in machd: names, rights in messages,
// memory on its way, requests, a full queue.
void DoSteps(mach_port_t to, int steps) {
  const mach_port_t port = NewPort();
  const mach_port_t set = NewSet();
  mach_port_t entry = MACH_PORT_NULL;
  memory_object_size_t size = 4096;
  const std::function<void()> all[kSteps] = {
      [&] { mach_port_insert_member(Self(), port, set); },
      [&] { mach_port_insert_right(Self(), port, port, MACH_MSG_TYPE_MAKE_SEND); },
      [&] { SendWord(port, 1); },
      [&] { Request(to, MACH_NOTIFY_DEAD_NAME, 0, port); },
      [&] { Request(port, MACH_NOTIFY_NO_SENDERS, 1, port); },
      [&] {
        mach_make_memory_entry_64(Self(), &size, 0, MAP_MEM_NAMED_CREATE | VM_PROT_READ, &entry,
                                  MACH_PORT_NULL);
      },
      [&] {
        PortMessage message = Carry(to, entry, MACH_MSG_TYPE_MOVE_SEND);
        Send(&message);
      },
      [&] {
        PortMessage message = Carry(to, port, MACH_MSG_TYPE_MAKE_SEND);
        Send(&message);
      },
      [&] { ReceiveWord(set); },
      [&] {
        PortMessage message = Carry(to, port, MACH_MSG_TYPE_MOVE_RECEIVE);
        Send(&message);
      },
      [&] { SendWord(port, 2); },
      [&] { SendWord(to, 3); },
      [&] { SendWord(to, 4); },
      [&] { SendWord(to, 5); },  // finds no room
  };
  for (int i = 0; i < steps; ++i) all[i]();
}

MACH_TEST(MachKilled, AClientThatIsKilledAfterAnyStepLeavesNothingBehind) {
  for (int steps = 0; steps <= kSteps; ++steps) {
    SCOPED_TRACE(steps);
    const std::string name = ServiceName(std::to_string(steps).c_str());
    mach_port_t port = MACH_PORT_NULL;
    ASSERT_EQ(KERN_SUCCESS, bootstrap_check_in(bootstrap_port, name.c_str(), &port));
    const mach_port_t notify = NewPort();
    const mach_port_t started = NewPortWithSend();
    mach_port_t shown[1] = {started};
    ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), shown, 1));
    Child child([&] {
      mach_port_t send = MACH_PORT_NULL;
      ASSERT_EQ(KERN_SUCCESS, bootstrap_look_up(bootstrap_port, name.c_str(), &send));
      mach_port_array_t found = nullptr;
      mach_msg_type_number_t count = 0;
      ASSERT_EQ(KERN_SUCCESS, mach_ports_lookup(Self(), &found, &count));
      DoSteps(send, steps);
      ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(found[0], 1));
      WordMessage never = {};
      Receive(NewPort(), &never);
    });
    EXPECT_EQ(1u, ReceiveWord(started));
    Request(port, MACH_NOTIFY_NO_SENDERS, 1, notify);
    child.Kill();
    // Everything that it sent still arrives; once that is dropped there is no sender any more.
    WordMessage got = {};
    while (Poll(port, &got) == MACH_MSG_SUCCESS) mach_msg_destroy(&got.header);
    Notification last = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, Receive(notify, &last));
    EXPECT_EQ(MACH_NOTIFY_NO_SENDERS, last.header.msgh_id);
    ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), nullptr, 0));
    DropReceive(port);
    DropReceive(notify);
    DropSend(started);
    DropReceive(started);
  }
}

FORKED_TEST(MachKilled, WithMachdKilledAfterAnyStepCallsFailAndNoneHangs) {
  for (int steps = 0; steps <= kSteps; ++steps) {
    SCOPED_TRACE(steps);
    OwnMachd machd;
    int ready[2];
    ASSERT_EQ(0, pipe(ready));
    const mach_port_t port = NewPortWithSend();
    Child waiting([&] {
      const mach_port_t mine = NewPort();
      EXPECT_EQ(1, write(ready[1], "x", 1));
      // Waits without a limit for what never comes.
      WordMessage never = {};
      EXPECT_EQ(MACH_RCV_PORT_DIED,
                mach_msg(&never.header, MACH_RCV_MSG, 0, sizeof(never), mine, 0, MACH_PORT_NULL));
    });
    char byte;
    EXPECT_EQ(1, read(ready[0], &byte, 1));
    DoSteps(port, steps);
    machd.Kill();
    waiting.Wait();
    mach_port_t name = MACH_PORT_NULL;
    EXPECT_EQ(KERN_ABORTED, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
    close(ready[0]);
    close(ready[1]);
  }
}

}  // namespace
}  // namespace ipdl::mach_test
