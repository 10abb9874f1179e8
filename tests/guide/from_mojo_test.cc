// The example of docs/from-mojo.md: a log and a job, on two pipes and on one.

#include <algorithm>

#include "PJob.h"
#include "PJobChild.h"
#include "PJobParent.h"
#include "PLog.h"
#include "PLogChild.h"
#include "PLogParent.h"
#include "PWorker.h"
#include "PWorkerChild.h"
#include "PWorkerJobChild.h"
#include "PWorkerJobParent.h"
#include "PWorkerLogChild.h"
#include "PWorkerLogParent.h"
#include "PWorkerParent.h"
#include "tests/actors/process_ends.h"
#include "tests/guide/guide.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace guide {
namespace {

// Both write what they hear, in the order in which they hear it.
template <typename Base>
class Log final : public Base {
 public:
  explicit Log(Lines* heard) : heard_(heard) {}

 private:
  ipdl::Result RecvLine(std::string text) override {
    heard_->push_back(std::move(text));
    return ipdl::Ok();
  }

  Lines* heard_;
};

template <typename Base>
class Job final : public Base {
 public:
  explicit Job(Lines* heard) : heard_(heard) {}

 private:
  ipdl::Result RecvFinished() override {
    heard_->push_back("finished");
    return ipdl::Ok();
  }

  Lines* heard_;
};

class LogChild final : public PLogChild {};
class JobChild final : public PJobChild {};

TEST_F(Guide, TwoConnectionsHaveNoOrder) {
  ipdl::Endpoint<PLogParent> log_end;
  ipdl::Endpoint<PLogChild> log_of_worker;
  ASSERT_TRUE(PLog::CreateEndpoints(&log_end, &log_of_worker).ok());
  ipdl::Endpoint<PJobParent> job_end;
  ipdl::Endpoint<PJobChild> job_of_worker;
  ASSERT_TRUE(PJob::CreateEndpoints(&job_end, &job_of_worker).ok());

  // The worker writes a line, and then says that it has finished.
  auto log = ipdl::MakeRef<LogChild>();
  ASSERT_TRUE(log_of_worker.Bind(log).ok());
  auto job = ipdl::MakeRef<JobChild>();
  ASSERT_TRUE(job_of_worker.Bind(job).ok());
  log->SendLine("almost done");
  job->SendFinished();

  // Who listens binds the job first, and the log when it comes to that.
  Lines heard;
  ASSERT_TRUE(job_end.Bind(ipdl::MakeRef<Job<PJobParent>>(&heard)).ok());
  Settle();
  ASSERT_TRUE(log_end.Bind(ipdl::MakeRef<Log<PLogParent>>(&heard)).ok());
  Settle();
  EXPECT_EQ((Lines{"finished", "almost done"}), heard);

  log->Close();
  job->Close();
  Settle();
}

class WorkerParent final : public PWorkerParent {
 public:
  using Base = PWorkerParent;
  Lines heard;

 private:
  ipdl::RefPtr<PWorkerLogParent> AllocPWorkerLogParent() override {
    return ipdl::MakeRef<Log<PWorkerLogParent>>(&heard);
  }
  ipdl::RefPtr<PWorkerJobParent> AllocPWorkerJobParent() override {
    return ipdl::MakeRef<Job<PWorkerJobParent>>(&heard);
  }
};

class WorkerLogChild final : public PWorkerLogChild {};
class WorkerJobChild final : public PWorkerJobChild {};
class WorkerChild final : public PWorkerChild {
 public:
  using Base = PWorkerChild;
};

// Work that is logged line by line, each job through an actor of its own.
void Work(WorkerChild& worker, size_t jobs) {
  auto log = ipdl::MakeRef<WorkerLogChild>();
  worker.SendPWorkerLogConstructor(log);
  for (size_t i = 0; i < jobs; ++i) {
    auto job = ipdl::MakeRef<WorkerJobChild>();
    worker.SendPWorkerJobConstructor(job);
    log->SendLine("almost done");
    job->SendFinished();
    PWorkerJobChild::Send__delete__(job.get());
  }
}

FORKED_TEST(FromMojo, OneTreeKeepsItsOrderForEver) {
  constexpr size_t kJobs = 10'000;
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto worker = ipdl::MakeRef<WorkerChild>();
    ipdl::Endpoint<PWorkerChild> end{actors::EndInChild(socket)};
    ASSERT_TRUE(end.Bind(worker).ok());
    Work(*worker, kJobs);
    while (worker->IsOpen()) loop->Turn(absl::InfiniteDuration());
  });
  auto loop = *ipdl::RunLoop::Create();
  auto parent = ipdl::MakeRef<WorkerParent>();
  ipdl::Endpoint<PWorkerParent> end{actors::EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(parent).ok());
  while (parent->heard.size() < 2 * kJobs) loop->Turn(absl::InfiniteDuration());
  for (size_t i = 0; i < kJobs; ++i) {
    EXPECT_EQ("almost done", parent->heard[2 * i]);
    EXPECT_EQ("finished", parent->heard[2 * i + 1]);
  }
  parent->Close();
}

}  // namespace
}  // namespace guide
