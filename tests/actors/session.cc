// The script and its book. See session.h.

#include "tests/actors/session.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "PSide.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace actors {
namespace {

using ipdl::RefPtr;
using ipdl::SendResult;

// Nothing takes this long, on any machine and under any load.
constexpr absl::Duration kHang = absl::Seconds(60);

constexpr size_t kPageBytes = 70'000;

// Empty if there are no descriptors left.
ipdl::FileDescriptor FileOfSize(uint32_t size) {
  ipdl::FileDescriptor file(memfd_create("session", MFD_CLOEXEC));
  if (file.valid() && ftruncate(file.get(), size) != 0) file.Reset();
  return file;
}

uint32_t SizeOf(const ipdl::FileDescriptor& file) {
  struct stat status = {};
  return fstat(file.get(), &status) == 0 ? static_cast<uint32_t>(status.st_size) : 0;
}

std::string NameIn(const std::string& line) { return line.substr(0, line.find(':')); }

}  // namespace

void SessionBook::Check() const {
  std::vector<std::string> ended;
  for (const std::string& line : journal.lines) {
    const std::string name = NameIn(line);
    for (const std::string& before : ended) {
      EXPECT_NE(before, name) << line << ": told twice";
      EXPECT_NE(0u, name.rfind(before + "/", 0)) << line << ": told after its manager";
    }
    ended.push_back(name);
  }
  for (const std::string& name : made) {
    EXPECT_EQ(1, std::count(ended.begin(), ended.end(), name)) << name;
  }
  EXPECT_EQ(asked, answered + rejected);
  EXPECT_EQ(0, journal.live_actors);
}

void RunSessionLoop(ipdl::RunLoop& loop, std::string_view what, const std::function<bool()>& done) {
  absl::Time give_up = absl::Now() + kHang;
  while (!done()) {
    if (loop.Turn(give_up - absl::Now())) {
      give_up = absl::Now() + kHang;
    } else if (absl::Now() >= give_up) {
      ADD_FAILURE() << "waits for ever for " << what;
      return;
    }
  }
}

// --- Parts ---------------------------------------------------------------------------------------

RefPtr<PSessionPartParent> SessionPartParent::AllocPSessionPartParent(const std::string& name) {
  book_->made.push_back(this->name() + "/" + name);
  return ipdl::MakeRef<SessionPartParent>(book_, book_->made.back());
}

RefPtr<PSessionPartChild> SessionPartChild::AllocPSessionPartChild(const std::string& name) {
  book_->made.push_back(this->name() + "/" + name);
  return ipdl::MakeRef<SessionPartChild>(book_, book_->made.back());
}

// --- Both sides ----------------------------------------------------------------------------------

template <typename Base, typename Part, typename PartBase>
bool SessionActor<Base, Part, PartBase>::Sent(const SendResult& result) {
  if (result) return true;
  this->Close();
  return false;
}

template <typename Base, typename Part, typename PartBase>
void SessionActor<Base, Part, PartBase>::Ask(uint32_t n, std::function<void()> then) {
  ++book_->asked;
  this->SendAsk(
      n,
      [this, n, then = std::move(then)](uint32_t twice) {
        EXPECT_EQ(2 * n, twice);
        ++book_->answered;
        then();
      },
      [this](ipdl::RejectReason) {
        ++book_->rejected;
        this->Close();
      });
}

template <typename Base, typename Part, typename PartBase>
template <typename Manager>
RefPtr<Part> SessionActor<Base, Part, PartBase>::Make(Manager* manager, const std::string& name) {
  auto part = ipdl::MakeRef<Part>(book_, manager->name() + "/" + name);
  if (manager->SendPSessionPartConstructor(part, name) == nullptr) {
    this->Close();
    return nullptr;
  }
  book_->made.push_back(part->name());
  return part;
}

template <typename Base, typename Part, typename PartBase>
void SessionActor<Base, Part, PartBase>::Begin() {
  book_->made.push_back("root");
  if (!Sent(this->SendNote(1))) return;
  kept_ = Make(this, initial_ + "a");
  if (kept_ == nullptr || !Sent(kept_->SendHello(1))) return;
  deleted_ = Make(kept_.get(), "b");
  if (deleted_ == nullptr || !Sent(deleted_->SendHello(2))) return;
  const RefPtr<Part> below = Make(deleted_.get(), "c");
  if (below == nullptr) return;
  Ask(1, [this] {
    Special();
    if (!this->IsOpen()) return;
    std::vector<ipdl::FileDescriptor> files;
    for (uint32_t i = 1; i <= 3; ++i) {
      files.push_back(FileOfSize(i));
      if (!files.back().valid()) return this->Close();
    }
    if (!Sent(this->SendTake(std::move(files)))) return;
    ipdl::Shmem page;
    if (!this->AllocShmem(kPageBytes, &page)) return this->Close();
    std::fill(page.bytes().begin(), page.bytes().end(), uint8_t{7});
    if (!Sent(this->SendPage(std::move(page)))) return;
    Ask(2, [this] {
      if (!Sent(PartBase::Send__delete__(deleted_.get()))) return;
      const RefPtr<Part> late = Make(this, initial_ + "d");
      if (late == nullptr || !Sent(this->SendNote(2))) return;
      Ask(3, [this] { Finish(); });
    });
  });
}

template <typename Base, typename Part, typename PartBase>
void SessionActor<Base, Part, PartBase>::Finish() {
  if (!Sent(this->SendFinished())) return;
  book_->finished = true;
  if (book_->other_finished) OnBothFinished();
}

template <typename Base, typename Part, typename PartBase>
ipdl::Result SessionActor<Base, Part, PartBase>::RecvFinished() {
  book_->other_finished = true;
  if (book_->finished) OnBothFinished();
  return ipdl::Ok();
}

template <typename Base, typename Part, typename PartBase>
ipdl::Result SessionActor<Base, Part, PartBase>::RecvTake(std::vector<ipdl::FileDescriptor> fds) {
  EXPECT_EQ(3u, fds.size());
  for (size_t i = 0; i < fds.size(); ++i) EXPECT_EQ(i + 1, SizeOf(fds[i]));
  return ipdl::Ok();
}

template <typename Base, typename Part, typename PartBase>
ipdl::Result SessionActor<Base, Part, PartBase>::RecvPage(ipdl::Shmem page) {
  EXPECT_EQ(kPageBytes, page.size());
  EXPECT_EQ(static_cast<ptrdiff_t>(kPageBytes),
            std::count(page.bytes().begin(), page.bytes().end(), uint8_t{7}));
  return ipdl::Ok();
}

template class SessionActor<PSessionParent, SessionPartParent, PSessionPartParent>;
template class SessionActor<PSessionChild, SessionPartChild, PSessionPartChild>;

// --- The parent's side ---------------------------------------------------------------------------

ipdl::Result SessionParent::RecvAdd(uint32_t a, uint32_t b, uint32_t* sum) {
  *sum = a + b;
  return ipdl::Ok();
}

ipdl::Result SessionParent::RecvFetch(uint32_t n, ipdl::FileDescriptor* fd) {
  *fd = FileOfSize(n);
  // Without a descriptor there is no answer.
  if (!fd->valid()) Close();
  return ipdl::Ok();
}

ipdl::Result SessionParent::RecvCarry(ipdl::Endpoint<PSideParent> end) {
  auto bound = ipdl::MakeRef<SideParent>(&book_->journal, "side");
  bound->on_ping = [](uint32_t) { return ipdl::Ok(); };
  if (!end.Bind(bound).ok()) {
    Close();
    return ipdl::Ok();
  }
  side = bound;
  book_->made.push_back("side");
  Sent(side->SendPing(1));
  return ipdl::Ok();
}

ipdl::Result SessionParent::RecvAsk(uint32_t n, AskResolver resolve) {
  resolve(2 * n);
  return ipdl::Ok();
}

RefPtr<PSessionPartParent> SessionParent::AllocPSessionPartParent(const std::string& name) {
  book_->made.push_back(this->name() + "/" + name);
  return ipdl::MakeRef<SessionPartParent>(book_, book_->made.back());
}

// --- The child's side ----------------------------------------------------------------------------

void SessionChild::Special() {
  uint32_t sum = 0;
  if (!Sent(SendAdd(2, 3, &sum))) return;
  EXPECT_EQ(5u, sum);
  ipdl::FileDescriptor file;
  if (!Sent(SendFetch(9, &file))) return;
  EXPECT_EQ(9u, SizeOf(file));
  ipdl::Endpoint<PSideParent> parent_end;
  ipdl::Endpoint<PSideChild> child_end;
  if (!PSide::CreateEndpoints(&parent_end, &child_end).ok()) return Close();
  auto bound = ipdl::MakeRef<SideChild>(&book_->journal, "side");
  bound->on_ping = [](uint32_t) { return ipdl::Ok(); };
  if (!child_end.Bind(bound).ok()) return Close();
  side = bound;
  book_->made.push_back("side");
  if (!Sent(SendCarry(std::move(parent_end)))) return;
  uint32_t seven = 0;
  if (!Sent(side->SendGet(&seven))) return;
  EXPECT_EQ(7u, seven);
  if (!Sent(side->SendPing(2))) return;
  side->Close();
}

ipdl::Result SessionChild::RecvAsk(uint32_t n, AskResolver resolve) {
  resolve(2 * n);
  return ipdl::Ok();
}

RefPtr<PSessionPartChild> SessionChild::AllocPSessionPartChild(const std::string& name) {
  book_->made.push_back(this->name() + "/" + name);
  return ipdl::MakeRef<SessionPartChild>(book_, book_->made.back());
}

}  // namespace actors
