#include "runtime/mach/conformance/mach_for_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace ipdl::mach_test {
namespace {

// For hangs only.
constexpr mach_msg_timeout_t kHang = 60'000;
constexpr mach_msg_option_t kAudit = MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                                     MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);

mach_msg_return_t SendNow(mach_msg_header_t* header, mach_msg_size_t size,
                          mach_msg_option_t options) {
  return mach_msg(header, MACH_SEND_MSG | MACH_SEND_TIMEOUT | options, size, 0, MACH_PORT_NULL, 0,
                  MACH_PORT_NULL);
}

mach_msg_return_t ReceiveInto(mach_port_t from, mach_msg_header_t* header, mach_msg_size_t room,
                              mach_msg_timeout_t timeout, mach_msg_option_t options) {
  return mach_msg(header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | kAudit | options, 0, room, from,
                  timeout, MACH_PORT_NULL);
}

}  // namespace

Child::Child(absl::FunctionRef<void()> body) {
  pid_ = fork();
  if (pid_ != 0) return;
  body();
  // A fatal failure has ended the body only; both kinds have been reported.
  _exit(testing::Test::HasFailure() ? 1 : 0);
}

Child::~Child() { Wait(); }

void Child::Kill() {
  killed_ = true;
  kill(pid_, SIGKILL);
  Wait();
}

void Child::Wait() {
  if (pid_ <= 0) return;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  EXPECT_TRUE(ended_well || killed_) << "the child failed";
}

std::string ServiceName(const char* what) {
  return "org.ipdl.test." + std::to_string(getpid()) + "." + what;
}

mach_port_t NewPort() {
  mach_port_t name = MACH_PORT_NULL;
  EXPECT_EQ(KERN_SUCCESS, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
  return name;
}

mach_port_t NewPortWithSend() {
  const mach_port_t name = NewPort();
  EXPECT_EQ(KERN_SUCCESS, mach_port_insert_right(Self(), name, name, MACH_MSG_TYPE_MAKE_SEND));
  return name;
}

mach_port_t NewSet() {
  mach_port_t name = MACH_PORT_NULL;
  EXPECT_EQ(KERN_SUCCESS, mach_port_allocate(Self(), MACH_PORT_RIGHT_PORT_SET, &name));
  return name;
}

void DropReceive(mach_port_t name) {
  EXPECT_EQ(KERN_SUCCESS, mach_port_mod_refs(Self(), name, MACH_PORT_RIGHT_RECEIVE, -1));
}

void DropSend(mach_port_t name) { EXPECT_EQ(KERN_SUCCESS, mach_port_deallocate(Self(), name)); }

mach_port_type_t TypeOf(mach_port_t name) {
  mach_port_type_t type = 0;
  return mach_port_type(Self(), name, &type) == KERN_SUCCESS ? type : 0;
}

mach_port_urefs_t SendRefs(mach_port_t name) {
  mach_port_urefs_t count = 0;
  mach_port_get_refs(Self(), name, MACH_PORT_RIGHT_SEND, &count);
  return count;
}

mach_port_urefs_t DeadRefs(mach_port_t name) {
  mach_port_urefs_t count = 0;
  mach_port_get_refs(Self(), name, MACH_PORT_RIGHT_DEAD_NAME, &count);
  return count;
}

mach_port_status_t StatusOf(mach_port_t receive) {
  mach_port_status_t status = {};
  mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
  EXPECT_EQ(KERN_SUCCESS,
            mach_port_get_attributes(Self(), receive, MACH_PORT_RECEIVE_STATUS,
                                     reinterpret_cast<mach_port_info_t>(&status), &count));
  return status;
}

void SetQueueLimit(mach_port_t receive, mach_port_msgcount_t limit) {
  mach_port_limits_t limits = {limit};
  EXPECT_EQ(KERN_SUCCESS, mach_port_set_attributes(Self(), receive, MACH_PORT_LIMITS_INFO,
                                                   reinterpret_cast<mach_port_info_t>(&limits),
                                                   MACH_PORT_LIMITS_INFO_COUNT));
}

WordMessage Word(mach_port_t to, mach_msg_type_name_t disposition, uint32_t word) {
  WordMessage message = {};
  message.header.msgh_bits = MACH_MSGH_BITS(disposition, 0);
  message.header.msgh_size = kWordBytes;
  message.header.msgh_remote_port = to;
  message.header.msgh_id = 1000;
  message.word = word;
  return message;
}

mach_msg_return_t Send(WordMessage* message, mach_msg_option_t more_options) {
  return SendNow(&message->header, kWordBytes, more_options);
}

mach_msg_return_t SendWord(mach_port_t to, uint32_t word) {
  WordMessage message = Word(to, MACH_MSG_TYPE_COPY_SEND, word);
  const mach_msg_return_t result = Send(&message);
  // A message that was handed back is dropped: these tests do not send it again.
  if (result == MACH_SEND_TIMED_OUT) mach_msg_destroy(&message.header);
  return result;
}

mach_msg_return_t Receive(mach_port_t from, WordMessage* message, mach_msg_option_t more_options) {
  return ReceiveInto(from, &message->header, sizeof(*message), kHang, more_options);
}

mach_msg_return_t Poll(mach_port_t from, WordMessage* message) {
  return ReceiveInto(from, &message->header, sizeof(*message), 0, 0);
}

uint32_t ReceiveWord(mach_port_t from) {
  WordMessage message = {};
  EXPECT_EQ(MACH_MSG_SUCCESS, Receive(from, &message));
  return message.word;
}

bool IsEmpty(mach_port_t from) {
  WordMessage message = {};
  return Poll(from, &message) == MACH_RCV_TIMED_OUT;
}

PortMessage Carry(mach_port_t to, mach_port_t what, mach_msg_type_name_t disposition) {
  PortMessage message = {};
  message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX;
  message.header.msgh_size = kPortBytes;
  message.header.msgh_remote_port = to;
  message.header.msgh_id = 2000;
  message.body.msgh_descriptor_count = 1;
  message.port.name = what;
  message.port.disposition = disposition;
  message.port.type = MACH_MSG_PORT_DESCRIPTOR;
  return message;
}

mach_msg_return_t Send(PortMessage* message, mach_msg_option_t more_options) {
  return SendNow(&message->header, kPortBytes, more_options);
}

mach_msg_return_t Receive(mach_port_t from, PortMessage* message) {
  return ReceiveInto(from, &message->header, sizeof(*message), kHang, 0);
}

mach_msg_return_t Receive(mach_port_t from, Notification* notification) {
  return ReceiveInto(from, &notification->header, sizeof(*notification), kHang, 0);
}

mach_port_t Request(mach_port_t name, mach_msg_id_t id, mach_port_mscount_t sync,
                    mach_port_t notify) {
  mach_port_t previous = MACH_PORT_NULL;
  EXPECT_EQ(KERN_SUCCESS, mach_port_request_notification(Self(), name, id, sync, notify,
                                                         MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
  return previous;
}

}  // namespace ipdl::mach_test
