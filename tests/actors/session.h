// The two sides of a session of actors, which play the same script: SessionParent, SessionChild.
//
// What it is: messages of every kind in both directions, a tree of managed actors, a second
// connection by an endpoint, and a book of it all: what was made, what ended and in which order,
// which questions were answered. What it is not: a launcher; session_test.cc launches
// session_program.cc and plays the parent's side, that program plays the child's. EXPECT macros
// work on both sides.

#ifndef IPDL_TESTS_ACTORS_SESSION_H_
#define IPDL_TESTS_ACTORS_SESSION_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "PSessionChild.h"
#include "PSessionParent.h"
#include "PSessionPartChild.h"
#include "PSessionPartParent.h"
#include "SideChild.h"
#include "SideParent.h"
#include "glue/endpoint.h"
#include "glue/shmem.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"

namespace actors {

// What happened to the actors of one process. An actor's name is its path: "root/a/b".
struct SessionBook {
  // Every actor that took part has ended once, after all that it managed; every question was
  // answered or rejected, once.
  void Check() const;

  Journal journal;                // "NAME: REASON", in order
  std::vector<std::string> made;  // names of actors that took part
  int asked = 0;
  int answered = 0;
  int rejected = 0;
  bool finished = false;        // the script, here
  bool other_finished = false;  // there
};

// What both sides' managed actors have in common.
template <typename Base>
class SessionPart : public TestActor<Base> {
 public:
  SessionPart(SessionBook* book, std::string name)
      : TestActor<Base>(&book->journal, std::move(name)), book_(book) {}

 protected:
  ipdl::Result RecvHello(uint32_t) override { return ipdl::Ok(); }

  SessionBook* const book_;
};

class SessionPartParent final : public SessionPart<PSessionPartParent> {
 public:
  using SessionPart::SessionPart;

 protected:
  ipdl::RefPtr<PSessionPartParent> AllocPSessionPartParent(const std::string& name) override;
};

class SessionPartChild final : public SessionPart<PSessionPartChild> {
 public:
  using SessionPart::SessionPart;

 protected:
  ipdl::RefPtr<PSessionPartChild> AllocPSessionPartChild(const std::string& name) override;
};

// What both sides' top-level actors have in common. `initial` names the actors that it makes.
template <typename Base, typename Part, typename PartBase>
class SessionActor : public TestActor<Base> {
 public:
  SessionActor(SessionBook* book, std::string initial)
      : TestActor<Base>(&book->journal, "root"), book_(book), initial_(std::move(initial)) {}

  // The script begins. It goes on when answers come, and gives up when something cannot be sent.
  void Begin();

 protected:
  // True if it was sent; otherwise this side has closed.
  bool Sent(const ipdl::SendResult& result);
  void Ask(uint32_t n, std::function<void()> then);
  // A new actor below `manager`; null if it could not be sent.
  template <typename Manager>
  ipdl::RefPtr<Part> Make(Manager* manager, const std::string& name);

  virtual void Special() = 0;  // what only this side can send
  // `then` is called by what follows from the last message of this side.
  void Finish();

  ipdl::Result RecvNote(uint32_t) override { return ipdl::Ok(); }
  ipdl::Result RecvTake(std::vector<ipdl::FileDescriptor> fds) override;
  ipdl::Result RecvPage(ipdl::Shmem page) override;
  ipdl::Result RecvFinished() override;
  virtual void OnBothFinished() {}

  SessionBook* const book_;
  const std::string initial_;
  ipdl::RefPtr<Part> kept_;
  ipdl::RefPtr<Part> deleted_;
};

class SessionParent final
    : public SessionActor<PSessionParent, SessionPartParent, PSessionPartParent> {
 public:
  explicit SessionParent(SessionBook* book) : SessionActor(book, "p") {}

  ipdl::RefPtr<SideParent> side;  // once it has come

 protected:
  void Special() override {}
  void OnBothFinished() override { Close(); }
  ipdl::Result RecvAdd(uint32_t a, uint32_t b, uint32_t* sum) override;
  ipdl::Result RecvFetch(uint32_t n, ipdl::FileDescriptor* fd) override;
  ipdl::Result RecvCarry(ipdl::Endpoint<PSideParent> end) override;
  ipdl::Result RecvAsk(uint32_t n, AskResolver resolve) override;
  ipdl::RefPtr<PSessionPartParent> AllocPSessionPartParent(const std::string& name) override;
};

class SessionChild final : public SessionActor<PSessionChild, SessionPartChild, PSessionPartChild> {
 public:
  explicit SessionChild(SessionBook* book) : SessionActor(book, "c") {}

  ipdl::RefPtr<SideChild> side;

 protected:
  void Special() override;
  ipdl::Result RecvAsk(uint32_t n, AskResolver resolve) override;
  ipdl::RefPtr<PSessionPartChild> AllocPSessionPartChild(const std::string& name) override;
};

// Turns the loop until `done`; fails the test if it never is.
void RunSessionLoop(ipdl::RunLoop& loop, std::string_view what, const std::function<bool()>& done);

// Plays the side of `root`, which was bound, to its end, and that of its second connection.
// `peer_may_stay`: the peer may live although its connection has ended, and keep the second one.
template <typename Root>
void PlaySession(ipdl::RunLoop& loop, Root& root, bool peer_may_stay) {
  const auto over = [](const auto& actor) {
    return actor == nullptr || actor->link_status() != ipdl::LinkStatus::kConnected;
  };
  root.Begin();
  RunSessionLoop(loop, "the root's end",
                 [&] { return root.link_status() != ipdl::LinkStatus::kConnected; });
  if (peer_may_stay && root.side != nullptr) root.side->Close();
  RunSessionLoop(loop, "the second connection's end", [&] { return over(root.side); });
  root.side = nullptr;
}

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_SESSION_H_
