#include "tests/actors/crew.h"

#include <algorithm>
#include <cstdlib>

#include "gtest/gtest.h"
#include "runtime/log.h"

namespace actors {

bool CrewParent::Has(std::string_view what) const {
  return std::find(did.begin(), did.end(), what) != did.end();
}

Crew::Crew() : loop_(*ipdl::RunLoop::Create()) {
  ipdl::SetLogSink([this](std::string_view line) { log_.append(line).append("\n"); });
}

Crew::~Crew() {
  for (auto& [name, member] : members_) member.orders->Close();
  members_.clear();
  ipdl::SetLogSink(nullptr);
}

Crew::Member& Crew::Launch(const std::string& name, ipdl::LaunchOptions options) {
  Member& member = Start(name, std::move(options));
  AwaitDid(name, "serves");
  return member;
}

Crew::Member& Crew::Start(const std::string& name, ipdl::LaunchOptions options) {
  options.program = CREW_PROGRAM;
  options.name = name;
  Member& member = members_[name];
  member.orders = ipdl::MakeRef<CrewParent>();
  auto launched = ipdl::ChildProcess::Launch(options);
  if (!launched.ok()) {
    ADD_FAILURE() << launched.status();
    std::abort();  // there is nothing to wait for
  }
  member.process = *std::move(launched);
  member.process->OnViolation([&member](std::string_view what) { member.violation += what; });
  member.process->OnExit([&member](const ipdl::ExitStatus& how) { member.exit = how.ToString(); });
  EXPECT_TRUE(member.process->TakeEndpoint<PCrewParent>().Bind(member.orders).ok());
  return member;
}

void Crew::Introduce(const std::string& from, const std::string& to) {
  ipdl::Endpoint<PCrewParent> parent;
  ipdl::Endpoint<PCrewChild> child;
  EXPECT_TRUE(PCrew::CreateEndpoints(&parent, &child).ok());
  EXPECT_TRUE((*this)[from].orders->SendMeet(std::move(parent)));
  EXPECT_TRUE((*this)[to].orders->SendServe(std::move(child)));
}

void Crew::RunUntil(const std::function<bool()>& done) {
  while (!done()) loop_->Turn(absl::InfiniteDuration());
}

void Crew::AwaitDid(const std::string& member, std::string_view what) {
  RunUntil([&] { return (*this)[member].orders->Has(what); });
}

std::string Crew::AwaitPeer(const std::string& member) {
  std::string found;
  while (found.empty()) {
    bool answered = false;
    (*this)[member].orders->SendPeer(
        [&](std::string label, int64_t) {
          answered = true;
          if (label.find("endpoint from") == std::string::npos) found = std::move(label);
        },
        [](ipdl::RejectReason) { ADD_FAILURE(); });
    RunUntil([&] { return answered; });
  }
  return found;
}

}  // namespace actors
