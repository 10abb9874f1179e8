// What the conformance tests stand on, on Linux and on macOS alike.
//
// What it is: a test body that must leave no right behind, a child process, and short names for
// what every test does. What it is not: part of what is tested; each call goes straight to the Mach
// C API. The files here include nothing else of ours, so that the same sources run against Darwin's
// kernel.

#ifndef IPDL_RUNTIME_MACH_CONFORMANCE_MACH_FOR_TEST_H_
#define IPDL_RUNTIME_MACH_CONFORMANCE_MACH_FOR_TEST_H_

#include <gtest/gtest.h>
#include <mach/mach.h>
#include <sys/types.h>

#include <string>

#include "absl/functional/function_ref.h"

namespace ipdl::mach_test {

// Runs `body` where it can leave nothing behind, and checks that it left no right.
void RunMachTest(absl::FunctionRef<void()> body);

// Errors that end a hardened program on macOS are errors here, for the rest of the test.
void AllowMisuse();

// A process of its own, with a name space of its own; gtest's macros work in it. The destructor
// waits for it.
class Child {
 public:
  explicit Child(absl::FunctionRef<void()> body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void Kill();
  void Wait();

 private:
  pid_t pid_ = -1;
  bool killed_ = false;
};

// --- Short names
// ------------------------------------------------------------------------------------

inline mach_port_t Self() { return mach_task_self(); }

// A name for a service that no other test uses.
std::string ServiceName(const char* what);

// A receive right, and one with a send right under the same name.
mach_port_t NewPort();
mach_port_t NewPortWithSend();
mach_port_t NewSet();
void DropReceive(mach_port_t name);
void DropSend(mach_port_t name);

mach_port_type_t TypeOf(mach_port_t name);  // 0 if there is no such name
// References of the send right or dead name; 0 if there are none.
mach_port_urefs_t SendRefs(mach_port_t name);
mach_port_urefs_t DeadRefs(mach_port_t name);
mach_port_status_t StatusOf(mach_port_t receive);
void SetQueueLimit(mach_port_t receive, mach_port_msgcount_t limit);

// A message of a header and one word, with room for any trailer.
struct WordMessage {
  mach_msg_header_t header;
  uint32_t word;
  mach_msg_max_trailer_t trailer;
};
inline constexpr mach_msg_size_t kWordBytes = sizeof(mach_msg_header_t) + sizeof(uint32_t);
WordMessage Word(mach_port_t to, mach_msg_type_name_t disposition, uint32_t word);
// Sends without waiting. What happened to the header is seen in `*message`.
mach_msg_return_t Send(WordMessage* message, mach_msg_option_t more_options = 0);
// COPY_SEND of one word.
mach_msg_return_t SendWord(mach_port_t to, uint32_t word);
// Receives, at most a minute; with `options` 0 the audit trailer is asked for.
mach_msg_return_t Receive(mach_port_t from, WordMessage* message,
                          mach_msg_option_t more_options = 0);
// Without waiting.
mach_msg_return_t Poll(mach_port_t from, WordMessage* message);
// The word of the next message, which must come.
uint32_t ReceiveWord(mach_port_t from);
// True if nothing waits there.
bool IsEmpty(mach_port_t from);

// A message with one port descriptor.
struct PortMessage {
  mach_msg_header_t header;
  mach_msg_body_t body;
  mach_msg_port_descriptor_t port;
  mach_msg_max_trailer_t trailer;
};
inline constexpr mach_msg_size_t kPortBytes =
    sizeof(mach_msg_header_t) + sizeof(mach_msg_body_t) + sizeof(mach_msg_port_descriptor_t);
PortMessage Carry(mach_port_t to, mach_port_t what, mach_msg_type_name_t disposition);
mach_msg_return_t Send(PortMessage* message, mach_msg_option_t more_options = 0);
mach_msg_return_t Receive(mach_port_t from, PortMessage* message);

// Any notification: they begin alike.
struct Notification {
  mach_msg_header_t header;
  NDR_record_t ndr;
  uint32_t value;  // a name or a count
  mach_msg_max_trailer_t trailer;
};
mach_msg_return_t Receive(mach_port_t from, Notification* notification);
// Asks for a notification; the right of an earlier request comes back.
mach_port_t Request(mach_port_t name, mach_msg_id_t id, mach_port_mscount_t sync,
                    mach_port_t notify);

}  // namespace ipdl::mach_test

#define MACH_TEST(suite, name)                                       \
  static void suite##_##name##_Body();                               \
  TEST(suite, name) {                                                \
    ::ipdl::mach_test::RunMachTest([] { suite##_##name##_Body(); }); \
  }                                                                  \
  static void suite##_##name##_Body()

#endif  // IPDL_RUNTIME_MACH_CONFORMANCE_MACH_FOR_TEST_H_
