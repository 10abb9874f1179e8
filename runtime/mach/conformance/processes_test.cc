// Two tasks: waiting for each other, rights that cross, what the death of one does to the other,
// services, task ports, fileports.

#include <bsm/libbsm.h>
#include <fcntl.h>
#include <servers/bootstrap.h>
#include <sys/fileport.h>
#include <unistd.h>

#include <cstring>

#include "runtime/mach/conformance/mach_for_test.h"

namespace ipdl::mach_test {
namespace {

mach_port_t CheckIn(const std::string& name) {
  mach_port_t port = MACH_PORT_NULL;
  EXPECT_EQ(KERN_SUCCESS, bootstrap_check_in(bootstrap_port, name.c_str(), &port));
  return port;
}

mach_port_t LookUp(const std::string& name) {
  mach_port_t port = MACH_PORT_NULL;
  EXPECT_EQ(KERN_SUCCESS, bootstrap_look_up(bootstrap_port, name.c_str(), &port));
  return port;
}

MACH_TEST(MachProcesses, AServiceIsFoundByNameUntilItsPortDies) {
  const std::string name = ServiceName("found");
  mach_port_t other = MACH_PORT_NULL;
  EXPECT_EQ(BOOTSTRAP_UNKNOWN_SERVICE, bootstrap_look_up(bootstrap_port, name.c_str(), &other));
  const mach_port_t port = CheckIn(name);
  EXPECT_EQ(MACH_PORT_TYPE_RECEIVE, TypeOf(port));
  EXPECT_EQ(BOOTSTRAP_SERVICE_ACTIVE, bootstrap_check_in(bootstrap_port, name.c_str(), &other));
  const mach_port_t send = LookUp(name);
  EXPECT_EQ(port, send);
  DropSend(send);
  DropReceive(port);
  EXPECT_EQ(BOOTSTRAP_UNKNOWN_SERVICE, bootstrap_look_up(bootstrap_port, name.c_str(), &other));
}

MACH_TEST(MachProcesses, AServiceNameHasAtMost127Bytes) {
  mach_port_t port = MACH_PORT_NULL;
  std::string name = ServiceName("");
  name.resize(126, 'x');
  for (; name.size() <= 127; name += 'x') {
    ASSERT_EQ(BOOTSTRAP_SUCCESS, bootstrap_check_in(bootstrap_port, name.c_str(), &port));
    DropReceive(port);
  }
  EXPECT_NE(BOOTSTRAP_SUCCESS, bootstrap_check_in(bootstrap_port, name.c_str(), &port));
}

MACH_TEST(MachProcesses, AMessageFromAChildHasTheChildsToken) {
  const std::string name = ServiceName("token");
  const mach_port_t port = CheckIn(name);
  Child child([&] {
    const mach_port_t send = LookUp(name);
    EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(send, static_cast<uint32_t>(getpid())));
    DropSend(send);
  });
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  EXPECT_EQ(static_cast<uint32_t>(child.pid()), got.word);
  audit_token_t token;
  std::memcpy(&token, &got.trailer.msgh_audit, sizeof(token));
  EXPECT_EQ(child.pid(), audit_token_to_pid(token));
  EXPECT_EQ(geteuid(), audit_token_to_euid(token));
  EXPECT_NE(0, audit_token_to_pidversion(token));
  DropReceive(port);
}

// Asks `to` and waits for the answer at a send-once right.
uint32_t Ask(mach_port_t to, mach_port_t reply, uint32_t word) {
  WordMessage message = Word(to, MACH_MSG_TYPE_COPY_SEND, word);
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
  message.header.msgh_local_port = reply;
  EXPECT_EQ(MACH_MSG_SUCCESS, mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, kWordBytes,
                                       sizeof(message), reply, 0, MACH_PORT_NULL));
  return message.word;
}

MACH_TEST(MachProcesses, AThousandRoundTripsKeepTheirOrder) {
  const std::string name = ServiceName("rounds");
  const mach_port_t port = CheckIn(name);
  Child child([&] {
    const mach_port_t send = LookUp(name);
    const mach_port_t reply = NewPort();
    for (uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(i + 1, Ask(send, reply, i));
    DropReceive(reply);
    DropSend(send);
  });
  for (uint32_t i = 0; i < 1000; ++i) {
    WordMessage got = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
    ASSERT_EQ(i, got.word);
    WordMessage answer = Word(got.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, i + 1);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&answer));
  }
  DropReceive(port);
}

MACH_TEST(MachProcesses, ASenderWaitsForRoomAndItsMessagesKeepTheirOrder) {
  const std::string name = ServiceName("room");
  const mach_port_t port = CheckIn(name);
  Child child([&] {
    const mach_port_t send = LookUp(name);
    for (uint32_t i = 0; i < 200; ++i) {
      WordMessage message = Word(send, MACH_MSG_TYPE_COPY_SEND, i);
      ASSERT_EQ(MACH_MSG_SUCCESS, mach_msg(&message.header, MACH_SEND_MSG, kWordBytes, 0,
                                           MACH_PORT_NULL, 0, MACH_PORT_NULL));
    }
    DropSend(send);
  });
  for (uint32_t i = 0; i < 200; ++i) ASSERT_EQ(i, ReceiveWord(port));
  DropReceive(port);
}

MACH_TEST(MachProcesses, ASenderThatWaitsIsReleasedWhenThePortDies) {
  const std::string name = ServiceName("release");
  const mach_port_t port = CheckIn(name);
  const mach_port_t control = NewPortWithSend();
  mach_port_t shown[1] = {control};
  ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), shown, 1));
  Child child([&] {
    const mach_port_t send = LookUp(name);
    mach_port_array_t found = nullptr;
    mach_msg_type_number_t count = 0;
    ASSERT_EQ(KERN_SUCCESS, mach_ports_lookup(Self(), &found, &count));
    for (uint32_t i = 0; i < 5; ++i) ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(send, i));
    const mach_port_t moved = NewPort();
    PortMessage message = Carry(found[0], mach_task_self(), MACH_MSG_TYPE_COPY_SEND);
    message.header.msgh_id = static_cast<mach_msg_id_t>(moved);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    // The sixth waits for room, and counts as sent when there will never be any.
    message = Carry(send, moved, MACH_MSG_TYPE_MOVE_RECEIVE);
    EXPECT_EQ(MACH_MSG_SUCCESS, mach_msg(&message.header, MACH_SEND_MSG, kPortBytes, 0,
                                         MACH_PORT_NULL, 0, MACH_PORT_NULL));
    EXPECT_EQ(MACH_SEND_INVALID_DEST, SendWord(send, 6));
    DropSend(send);
  });
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(control, &got));
  const auto moved = static_cast<mach_port_t>(got.header.msgh_id);
  // It waits when what it carries has left its name space.
  mach_port_type_t type = 0;
  while (mach_port_type(got.port.name, moved, &type) == KERN_SUCCESS) {
  }
  DropReceive(port);
  child.Wait();
  ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), nullptr, 0));
  DropSend(got.port.name);
  DropSend(control);
  DropReceive(control);
}

MACH_TEST(MachProcesses, TheDeathOfAReceiverIsADeadName) {
  const std::string name = ServiceName("dead");
  const mach_port_t port = CheckIn(name);
  const mach_port_t notify = NewPort();
  Child child([&] {
    const mach_port_t send = LookUp(name);
    const mach_port_t mine = NewPort();
    PortMessage message = Carry(send, mine, MACH_MSG_TYPE_MAKE_SEND);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    WordMessage never = {};
    Receive(mine, &never);
  });
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  Request(got.port.name, MACH_NOTIFY_DEAD_NAME, 0, notify);
  child.Kill();
  Notification dead = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(notify, &dead));
  EXPECT_EQ(MACH_NOTIFY_DEAD_NAME, dead.header.msgh_id);
  EXPECT_EQ(got.port.name, dead.value);
  DropSend(got.port.name);
  DropSend(got.port.name);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachProcesses, TheDeathOfTheLastSenderIsNoSenders) {
  const std::string name = ServiceName("senders");
  const mach_port_t port = CheckIn(name);
  const mach_port_t notify = NewPort();
  Child child([&] {
    const mach_port_t send = LookUp(name);
    ASSERT_EQ(MACH_MSG_SUCCESS, SendWord(send, 1));
    const mach_port_t wait = NewPort();
    WordMessage never = {};
    Receive(wait, &never);
  });
  EXPECT_EQ(1u, ReceiveWord(port));
  Request(port, MACH_NOTIFY_NO_SENDERS, 1, notify);
  EXPECT_TRUE(IsEmpty(notify));
  child.Kill();
  Notification last = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(notify, &last));
  EXPECT_EQ(MACH_NOTIFY_NO_SENDERS, last.header.msgh_id);
  DropReceive(port);
  DropReceive(notify);
}

MACH_TEST(MachProcesses, ASendOnceRightOfADeadTaskIsAnnounced) {
  const std::string name = ServiceName("once");
  const mach_port_t port = CheckIn(name);
  Child child([&] {
    const mach_port_t send = LookUp(name);
    const mach_port_t reply = NewPort();
    // The answer never comes: the other side dies with the right to send it.
    WordMessage message = Word(send, 0, 1);
    message.header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.header.msgh_local_port = reply;
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    Notification notification = {};
    ASSERT_EQ(MACH_MSG_SUCCESS, Receive(reply, &notification));
    EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, notification.header.msgh_id);
    DropReceive(reply);
    DropSend(send);
  });
  WordMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  DropSend(got.header.msgh_remote_port);
  DropReceive(port);
}

MACH_TEST(MachProcesses, ATaskPortReachesIntoAnotherNameSpace) {
  const std::string name = ServiceName("task");
  const mach_port_t port = CheckIn(name);
  const mach_port_t gift = NewPort();
  Child child([&] {
    const mach_port_t send = LookUp(name);
    const mach_port_t mine = NewPort();
    PortMessage message = Carry(send, mach_task_self(), MACH_MSG_TYPE_COPY_SEND);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    WordMessage word = Word(send, MACH_MSG_TYPE_COPY_SEND, mine);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&word));
    // A right appears under a name that the parent chose.
    const mach_port_t given = ReceiveWord(mine);
    EXPECT_EQ(MACH_PORT_TYPE_SEND, TypeOf(given));
    EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(given, 99));
    DropSend(given);
    DropReceive(mine);
    DropSend(send);
  });
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  const mach_port_t task = got.port.name;
  int pid = 0;
  EXPECT_EQ(KERN_SUCCESS, pid_for_task(task, &pid));
  EXPECT_EQ(child.pid(), pid);
  const mach_port_t theirs = ReceiveWord(port);
  mach_port_t extracted = MACH_PORT_NULL;
  mach_msg_type_name_t type = 0;
  ASSERT_EQ(KERN_SUCCESS,
            mach_port_extract_right(task, theirs, MACH_MSG_TYPE_MAKE_SEND, &extracted, &type));
  constexpr mach_port_t kChosen = 0x654303;
  ASSERT_EQ(KERN_SUCCESS, mach_port_insert_right(task, kChosen, gift, MACH_MSG_TYPE_MAKE_SEND));
  EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(extracted, kChosen));
  EXPECT_EQ(99u, ReceiveWord(gift));
  child.Wait();
  // A task that is no more is a task port that is none.
  EXPECT_NE(KERN_SUCCESS, mach_port_deallocate(task, kChosen));
  EXPECT_EQ(MACH_PORT_TYPE_DEAD_NAME, TypeOf(task));
  DropSend(task);
  DropSend(extracted);
  DropReceive(gift);
  DropReceive(port);
}

MACH_TEST(MachProcesses, AFileTravelsAsASendRight) {
  const std::string name = ServiceName("file");
  const mach_port_t port = CheckIn(name);
  int pipe_ends[2];
  ASSERT_EQ(0, pipe(pipe_ends));
  Child child([&] {
    const mach_port_t send = LookUp(name);
    fileport_t file = MACH_PORT_NULL;
    ASSERT_EQ(0, fileport_makeport(pipe_ends[1], &file));
    PortMessage message = Carry(send, file, MACH_MSG_TYPE_MOVE_SEND);
    ASSERT_EQ(MACH_MSG_SUCCESS, Send(&message));
    DropSend(send);
  });
  PortMessage got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS, Receive(port, &got));
  child.Wait();
  close(pipe_ends[1]);
  const int fd = fileport_makefd(got.port.name);
  ASSERT_LE(0, fd);
  EXPECT_EQ(1, write(fd, "x", 1));
  char byte = 0;
  EXPECT_EQ(1, read(pipe_ends[0], &byte, 1));
  EXPECT_EQ('x', byte);
  close(fd);
  // The right holds the file: its end comes when the right goes.
  DropSend(got.port.name);
  EXPECT_EQ(0, read(pipe_ends[0], &byte, 1));
  EXPECT_EQ(-1, fileport_makefd(port));
  close(pipe_ends[0]);
  DropReceive(port);
}

MACH_TEST(MachProcesses, RegisteredPortsAreFoundByAChild) {
  const mach_port_t port = NewPortWithSend();
  mach_port_t ports[1] = {port};
  ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), ports, 1));
  Child child([&] {
    mach_port_array_t found = nullptr;
    mach_msg_type_number_t count = 0;
    ASSERT_EQ(KERN_SUCCESS, mach_ports_lookup(Self(), &found, &count));
    ASSERT_LE(1u, count);
    EXPECT_EQ(MACH_MSG_SUCCESS, SendWord(found[0], 7));
    DropSend(found[0]);
    vm_deallocate(Self(), reinterpret_cast<vm_address_t>(found), count * sizeof(*found));
  });
  EXPECT_EQ(7u, ReceiveWord(port));
  child.Wait();
  ASSERT_EQ(KERN_SUCCESS, mach_ports_register(Self(), nullptr, 0));
  DropSend(port);
  DropReceive(port);
}

MACH_TEST(MachProcesses, AMegabyteOutOfLineCrosses) {
  const std::string name = ServiceName("memory");
  const mach_port_t port = CheckIn(name);
  constexpr size_t kSize = 1 << 20;
  struct Message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_max_trailer_t trailer;
  };
  constexpr mach_msg_size_t kBytes = sizeof(mach_msg_base_t) + sizeof(mach_msg_ool_descriptor_t);
  Child child([&] {
    const mach_port_t send = LookUp(name);
    vm_address_t address = 0;
    ASSERT_EQ(KERN_SUCCESS, vm_allocate(Self(), &address, kSize, VM_FLAGS_ANYWHERE));
    std::memset(reinterpret_cast<void*>(address), 'm', kSize);
    Message message = {};
    message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
    message.header.msgh_size = kBytes;
    message.header.msgh_remote_port = send;
    message.body.msgh_descriptor_count = 1;
    message.memory.address = reinterpret_cast<void*>(address);
    message.memory.size = kSize;
    message.memory.deallocate = TRUE;
    message.memory.copy = MACH_MSG_VIRTUAL_COPY;
    message.memory.type = MACH_MSG_OOL_DESCRIPTOR;
    ASSERT_EQ(MACH_MSG_SUCCESS, mach_msg(&message.header, MACH_SEND_MSG, kBytes, 0, MACH_PORT_NULL,
                                         0, MACH_PORT_NULL));
  });
  Message got = {};
  ASSERT_EQ(MACH_MSG_SUCCESS,
            mach_msg(&got.header, MACH_RCV_MSG, 0, sizeof(got), port, 0, MACH_PORT_NULL));
  child.Wait();
  EXPECT_EQ(std::string(kSize, 'm'),
            std::string(static_cast<char*>(got.memory.address), got.memory.size));
  mach_msg_destroy(&got.header);
  DropReceive(port);
}

}  // namespace
}  // namespace ipdl::mach_test
