// The guide's example of a process that is launched, talked to, and ends.

#include <optional>

#include "PTalk.h"
#include "PTalkParent.h"
#include "glue/process.h"
#include "tests/guide/guide.h"
#include "tests/support/forked_test.h"

namespace guide {
namespace {

class Caller final : public PTalkParent {
 public:
  Lines heard;
  std::string cut_off;

 private:
  ipdl::Result RecvSay(std::string text) override {
    if (text == "out of here") return ipdl::BadMessage("text: rude");
    heard.push_back(std::move(text));
    return ipdl::Ok();
  }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

FORKED_TEST(Processes, AreLaunchedAndEnd) {
  auto loop = *ipdl::RunLoop::Create();
  ipdl::LaunchOptions options;
  options.program = GUIDE_CHILD;
  options.kind = "echo";
  options.name = "1";
  absl::StatusOr<std::unique_ptr<ipdl::ChildProcess>> child = ipdl::ChildProcess::Launch(options);
  ASSERT_TRUE(child.ok()) << child.status();

  auto caller = ipdl::MakeRef<Caller>();
  ASSERT_TRUE((*child)->TakeEndpoint<PTalkParent>().Bind(caller).ok());
  caller->SendSay("hello");
  while (caller->heard.empty()) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ((Lines{"hello"}), caller->heard);

  std::optional<ipdl::ExitStatus> status;
  (*child)->OnExit([&](const ipdl::ExitStatus& how) { status = how; });
  caller->Close();
  while (!status) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ("exited with 0", status->ToString());
}

FORKED_TEST(Processes, AreCutOffByName) {
  auto loop = *ipdl::RunLoop::Create();
  ipdl::LaunchOptions options;
  options.program = GUIDE_CHILD;
  options.kind = "echo";
  options.name = "1";
  auto child = ipdl::ChildProcess::Launch(options);
  ASSERT_TRUE(child.ok()) << child.status();
  auto caller = ipdl::MakeRef<Caller>();
  ASSERT_TRUE((*child)->TakeEndpoint<PTalkParent>().Bind(caller).ok());
  caller->SendSay("out of here");
  while (caller->cut_off.empty()) loop->Turn(absl::InfiniteDuration());
  // "cut off echo#1 (pid 1234): PTalk::Msg_Say: text: rude"
  EXPECT_NE(std::string::npos, caller->cut_off.find("echo#1")) << caller->cut_off;
  EXPECT_NE(std::string::npos, caller->cut_off.find("PTalk::Msg_Say: text: rude"));

  std::optional<ipdl::ExitStatus> status;
  (*child)->OnExit([&](const ipdl::ExitStatus& how) { status = how; });
  while (!status) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ(ipdl::ExitStatus::Kind::kKilled, status->kind);
  EXPECT_NE(std::string::npos, status->violation.find("PTalk::Msg_Say: text: rude"));
}

TEST_F(Guide, AProgramThatIsNotThereIsNamed) {
  ipdl::LaunchOptions options;
  options.program = "/nowhere/to/be/found";
  const auto child = ipdl::ChildProcess::Launch(options);
  EXPECT_TRUE(absl::IsNotFound(child.status()));
  EXPECT_NE(std::string::npos, child.status().message().find("/nowhere/to/be/found"));
}

}  // namespace
}  // namespace guide
