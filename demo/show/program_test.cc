// ipdl-demo as a user meets it: exit codes, words on standard error, Ctrl-C, and sudden death.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "demo/picture/png_file.h"
#include "demo/picture/scratch_directory_test.h"
#include "tests/support/forked_test.h"

namespace ipdl::demo {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::Duration kHang = absl::Seconds(120);

// ipdl-demo in a process group of its own, so that its content processes can be counted.
class Demo {
 public:
  Demo(const ScratchDirectory& directory, std::vector<std::string> arguments,
       const std::string& program = IPDL_DEMO)
      : out_(directory.File("stdout")), err_(directory.File("stderr")) {
    arguments.insert(arguments.begin(), program);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      dup2(open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 1);
      dup2(open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 2);
      execv(program.c_str(), argv.data());
      _exit(127);
    }
    setpgid(pid_, pid_);
  }

  // The exit code, or minus the signal.
  int Wait() {
    int status = 0;
    EXPECT_EQ(pid_, waitpid(pid_, &status, 0));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // Waits until no process of the group is left. Content processes whose parent died become
  // children of the forked test, which has to reap them.
  bool GroupIsGone() const {
    const absl::Time deadline = absl::Now() + kHang;
    while (kill(-pid_, 0) == 0 || errno != ESRCH) {
      if (waitpid(-pid_, nullptr, WNOHANG) > 0) continue;
      if (absl::Now() > deadline) {
        kill(-pid_, SIGKILL);
        return false;
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
    return true;
  }

  pid_t pid() const { return pid_; }
  std::string out() const { return Text(out_); }
  std::string err() const { return Text(err_); }

 private:
  static std::string Text(const std::string& path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  const std::string out_, err_;
  pid_t pid_ = -1;
};

void AwaitFile(const std::string& path) {
  const absl::Time deadline = absl::Now() + kHang;
  while (!std::filesystem::exists(path)) {
    ASSERT_LT(absl::Now(), deadline) << path;
    absl::SleepFor(absl::Milliseconds(2));
  }
}

FORKED_TEST(ProgramTest, SuccessPrintsFiguresAndWhereThePicturesAre) {
  ScratchDirectory directory;
  Demo demo(directory, {"--out", directory.File("out"), "--frames", "5"});
  EXPECT_EQ(0, demo.Wait()) << demo.err();
  EXPECT_TRUE(demo.GroupIsGone());
  EXPECT_EQ("", demo.err());
  EXPECT_THAT(demo.out(), StartsWith("5 frames in "));
  EXPECT_THAT(demo.out(), HasSubstr("0 pixels copied between processes per frame"));
  EXPECT_THAT(demo.out(), HasSubstr(directory.File("out/contact-sheet.png")));
}

FORKED_TEST(ProgramTest, AKilledContentProcessIsMentionedAndIsNoFailure) {
  ScratchDirectory directory;
  Demo demo(directory, {"--out", directory.File("out"), "--frames", "12", "--kill", "3"});
  EXPECT_EQ(0, demo.Wait()) << demo.err();
  EXPECT_TRUE(demo.GroupIsGone());
  EXPECT_THAT(demo.err(), HasSubstr("a layer is gone: content#1"));
}

FORKED_TEST(ProgramTest, BadPicturesAreOneLineAndExitCodeOne) {
  ScratchDirectory directory;
  const std::string text = directory.Write("text.png", {'h', 'i'});
  const std::string missing = directory.File("missing.png");
  Demo broken(directory, {"--out", directory.File("out"), text});
  EXPECT_EQ(1, broken.Wait());
  EXPECT_TRUE(broken.GroupIsGone());
  EXPECT_EQ("ipdl-demo: " + text + ": not a PNG file\n", broken.err());
  Demo folder(directory, {"--out", directory.File("out"), directory.path()});
  EXPECT_EQ(1, folder.Wait());
  EXPECT_EQ("ipdl-demo: " + directory.path() + " is a directory, not a PNG file\n", folder.err());
  Demo absent(directory, {"--out", directory.File("out"), missing});
  EXPECT_EQ(1, absent.Wait());
  EXPECT_EQ("ipdl-demo: cannot open " + missing + ": No such file or directory\n", absent.err());
}

FORKED_TEST(ProgramTest, WrongUsageIsExitCodeTwoAndHelpIsZero) {
  ScratchDirectory directory;
  Demo wrong(directory, {"--frobnicate"});
  EXPECT_EQ(2, wrong.Wait());
  EXPECT_THAT(wrong.err(), HasSubstr("--frobnicate"));
  Demo help(directory, {"--help"});
  EXPECT_EQ(0, help.Wait());
  EXPECT_THAT(help.out(), HasSubstr("--frames"));
}

FORKED_TEST(ProgramTest, AMissingChildProgramIsNamed) {
  ScratchDirectory directory;
  const std::string alone = directory.File("ipdl-demo");
  std::filesystem::copy_file(IPDL_DEMO, alone);
  Demo demo(directory, {"--out", directory.File("out")}, alone);
  EXPECT_EQ(1, demo.Wait());
  EXPECT_THAT(demo.err(), HasSubstr(directory.File("ipdl-demo-content")));
}

FORKED_TEST(ProgramTest, TheContentProgramDoesNothingByItself) {
  ScratchDirectory directory;
  Demo content(directory, {}, IPDL_DEMO_CONTENT);
  EXPECT_EQ(1, content.Wait());
  EXPECT_THAT(content.err(), HasSubstr("is started by ipdl-demo"));
}

FORKED_TEST(ProgramTest, CtrlCEndsEverythingCleanly) {
  ScratchDirectory directory;
  Demo demo(directory, {"--out", directory.File("out"), "--frames", "100000"});
  AwaitFile(directory.File("out/frame-0002.png"));
  ASSERT_EQ(0, kill(-demo.pid(), SIGINT));  // as a terminal does: to all of them
  EXPECT_EQ(130, demo.Wait());
  EXPECT_TRUE(demo.GroupIsGone());
  EXPECT_EQ("", demo.err());
}

FORKED_TEST(ProgramTest, ContentProcessesDoNotOutliveAKilledCompositor) {
  ScratchDirectory directory;
  Demo demo(directory, {"--out", directory.File("out"), "--frames", "100000"});
  AwaitFile(directory.File("out/frame-0002.png"));
  ASSERT_EQ(0, kill(demo.pid(), SIGKILL));
  EXPECT_EQ(-SIGKILL, demo.Wait());
  EXPECT_TRUE(demo.GroupIsGone());
}

}  // namespace
}  // namespace ipdl::demo
