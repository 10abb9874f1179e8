// The fork, its watch and its report. See forked_test.h.
//
// The fork tells its parent through a socket that keeps record boundaries, one record per failure
// as it happens, so that a crash does not lose what went before, and processes that the body forks
// can report through the same socket.

#include "tests/support/forked_test.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "absl/time/clock.h"
#include "tests/support/call_fault.h"
#include "tests/support/process_resources.h"

namespace ipdl {
namespace {

// --- Records from the fork to its parent ---------------------------------------------------------

enum class Record : char { kPart = 'p', kLeak = 'l', kEnd = 'e' };

// Of a record's text; the rest of a longer one is cut off.
constexpr size_t kMostRecordBytes = 64 * 1024;

void SendRecord(int report, Record kind, const std::string& text) {
  const std::string record = static_cast<char>(kind) + text.substr(0, kMostRecordBytes);
  while (send(report, record.data(), record.size(), MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

// Sends gtest's results on instead of printing them.
class Reporter : public testing::EmptyTestEventListener {
 public:
  explicit Reporter(int report) : report_(report) {}

  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (part.passed()) return;
    std::string text = std::to_string(part.type()) + '\n' +
                       (part.file_name() == nullptr ? "" : part.file_name()) + '\n' +
                       std::to_string(part.line_number()) + '\n' + part.message();
    SendRecord(report_, Record::kPart, text);
  }

 private:
  const int report_;
};

std::string TakeLine(std::string* text) {
  const size_t end = text->find('\n');
  std::string line = text->substr(0, end);
  text->erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

// Returns whether the record was the one that ends a complete run.
bool ReadRecord(std::string record, ForkedOutcome* outcome) {
  const Record kind = static_cast<Record>(record[0]);
  record.erase(0, 1);
  if (kind == Record::kEnd) return true;
  if (kind == Record::kLeak) {
    outcome->leaks.push_back(std::move(record));
    return false;
  }
  ForkedOutcome::Part part;
  part.type = static_cast<testing::TestPartResult::Type>(std::atoi(TakeLine(&record).c_str()));
  part.file = TakeLine(&record);
  part.line = std::atoi(TakeLine(&record).c_str());
  part.message = std::move(record);
  outcome->parts.push_back(std::move(part));
  return false;
}

// Reads what has come. Returns whether the end record was among it.
bool ReadRecords(int report, ForkedOutcome* outcome) {
  static char buffer[kMostRecordBytes + 1];
  bool ended = false;
  while (true) {
    const ssize_t size = recv(report, buffer, sizeof(buffer), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return ended;
    ended |= ReadRecord(std::string(buffer, static_cast<size_t>(size)), outcome);
  }
}

// --- In the fork --------------------------------------------------------------------------------

[[noreturn]] void RunInFork(absl::FunctionRef<void()> body, int report, absl::Duration leak_grace) {
  // A group of its own to be killed by; and if this process dies, what it forked comes to it.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new Reporter(report));

  // ThreadSanitizer starts a thread of its own with the program's first; not to be taken for ours.
  std::thread([] {}).join();
  const pid_t self = getpid();
  const ProcessResources before = ProcessResources::Now();
  body();
  if (getpid() != self) _exit(1);  // the body forked and both returned: only one may report

  for (const std::string& leak : ProcessResources::LeakedSince(before, leak_grace)) {
    SendRecord(report, Record::kLeak, leak);
  }
  const std::vector<pid_t> left = ProcessResources::Now().children();
  if (left.empty() && LosesHeapMemory()) {
    SendRecord(report, Record::kLeak, "heap memory (LeakSanitizer's report is above)");
  }
  for (const pid_t child : left) kill(child, SIGKILL);
  SendRecord(report, Record::kEnd, "");
  std::fflush(nullptr);
  _exit(0);
}

// --- In the parent ------------------------------------------------------------------------------

std::string DescribeEnd(int status) {
  if (WIFSIGNALED(status)) {
    return "the process was killed by signal " + std::to_string(WTERMSIG(status)) + " (" +
           strsignal(WTERMSIG(status)) + ")";
  }
  return "the process ended with exit code " + std::to_string(WEXITSTATUS(status)) +
         " before the test was over";
}

bool IsFailure(const ForkedOutcome::Part& part) {
  return part.type == testing::TestPartResult::kNonFatalFailure ||
         part.type == testing::TestPartResult::kFatalFailure;
}

}  // namespace

bool ForkedOutcome::passed() const {
  for (const Part& part : parts) {
    if (IsFailure(part)) return false;
  }
  return leaks.empty() && end.empty();
}

bool ForkedOutcome::skipped() const {
  for (const Part& part : parts) {
    if (part.type == testing::TestPartResult::kSkip) return passed();
  }
  return false;
}

std::string ForkedOutcome::ToString() const {
  std::string text;
  for (const Part& part : parts) {
    text += part.file + ":" + std::to_string(part.line) + ": " + part.message + "\n";
  }
  for (const std::string& leak : leaks) text += "left behind: " + leak + "\n";
  if (!end.empty()) text += end + "\n";
  return text;
}

void (*before_fork)() = nullptr;

ForkedOutcome RunForked(absl::FunctionRef<void()> body, absl::Duration timeout,
                        absl::Duration leak_grace) {
  ForkedOutcome outcome;
  int report[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) != 0) {
    outcome.end = std::string("socketpair: ") + strerror(errno);
    return outcome;
  }
  std::fflush(nullptr);
  if (before_fork != nullptr) before_fork();
  const pid_t child = fork();
  if (child == 0) {
    close(report[0]);
    RunInFork(body, report[1], leak_grace);
  }
  close(report[1]);
  if (child < 0) {
    outcome.end = std::string("fork: ") + strerror(errno);
    close(report[0]);
    return outcome;
  }
  setpgid(child, child);  // whichever of the two comes first
  const int process = static_cast<int>(syscall(SYS_pidfd_open, child, 0));

  const absl::Time deadline = absl::Now() + timeout;
  bool complete = false;
  bool timed_out = false;
  while (true) {
    pollfd waiting[2] = {{process, POLLIN, 0}, {report[0], POLLIN, 0}};
    const absl::Duration left = deadline - absl::Now();
    const int ready = poll(
        waiting, 2,
        left <= absl::ZeroDuration() ? 0 : static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    if (ready < 0 && errno == EINTR) continue;
    complete |= ReadRecords(report[0], &outcome);
    if ((waiting[0].revents & POLLIN) != 0) break;
    if (ready == 0) {
      timed_out = true;
      break;
    }
    // After an end of file only the process itself is waited for.
    if ((waiting[1].revents & POLLHUP) != 0) {
      pollfd last = {process, POLLIN, 0};
      timed_out = poll(&last, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0;
      break;
    }
  }
  if (timed_out) {
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  complete |= ReadRecords(report[0], &outcome);
  // What the body forked and did not end is still in the group.
  if (kill(-child, SIGKILL) == 0 && !timed_out && complete && outcome.leaks.empty()) {
    outcome.leaks.push_back("a process of the test's group");
  }
  if (timed_out) {
    outcome.end = "the test had not ended after " + absl::FormatDuration(timeout) +
                  "; its process group was killed";
  } else if (!complete) {
    outcome.end = DescribeEnd(status);
  }
  close(process);
  close(report[0]);
  return outcome;
}

void RunForkedTest(absl::FunctionRef<void()> body) {
  const ForkedOutcome outcome =
      RunForked(body, InLongFaultProfile() ? kLongForkedTimeout : kForkedTimeout);
  if (outcome.skipped()) {
    GTEST_SKIP() << outcome.ToString();
  }
  for (const ForkedOutcome::Part& part : outcome.parts) {
    if (!IsFailure(part)) continue;
    ADD_FAILURE_AT(part.file.empty() ? "unknown" : part.file.c_str(), part.line) << part.message;
  }
  for (const std::string& leak : outcome.leaks) ADD_FAILURE() << "left behind: " << leak;
  if (!outcome.end.empty()) ADD_FAILURE() << outcome.end;
}

}  // namespace ipdl
