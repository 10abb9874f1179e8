// ShareParent, ShareChild and SharePair: actors that pass memory around, on one loop.
//
// What it is: the setting of the tests of Shmem and of references to top-level actors. What it is
// not: two processes; those tests fork by themselves.

#ifndef IPDL_TESTS_ACTORS_SHARE_PAIR_H_
#define IPDL_TESTS_ACTORS_SHARE_PAIR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "PShare.h"
#include "PShareChild.h"
#include "PShareParent.h"
#include "glue/endpoint.h"
#include "glue/shmem.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"
#include "tests/actors/pair.h"

namespace actors {

template <typename Base>
class ShareSide : public TestActor<Base> {
 public:
  explicit ShareSide(Journal* journal) : TestActor<Base>(journal, "share") {}

  std::function<void(ipdl::Shmem memory)> on_give = [](ipdl::Shmem) {};
  std::function<void(std::vector<ipdl::Shmem> many, std::optional<Sheet> sheet, Paper paper)>
      on_gather = [](std::vector<ipdl::Shmem>, std::optional<Sheet>, Paper) {};
  std::function<void(Base* root, Base* other, Roots roots)> on_meet = [](Base*, Base*, Roots) {};
  std::string cut_off;

 protected:
  ipdl::Result RecvGive(ipdl::Shmem memory) override {
    on_give(std::move(memory));
    return ipdl::Ok();
  }
  ipdl::Result RecvGather(std::vector<ipdl::Shmem> many, std::optional<Sheet> sheet,
                          Paper paper) override {
    on_gather(std::move(many), std::move(sheet), std::move(paper));
    return ipdl::Ok();
  }
  ipdl::Result RecvMeet(Base* root, Base* other, Roots roots) override {
    on_meet(root, other, std::move(roots));
    return ipdl::Ok();
  }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

using ShareChild = ShareSide<PShareChild>;

class ShareParent final : public ShareSide<PShareParent> {
 public:
  using ShareSide::ShareSide;

 protected:
  ipdl::Result RecvSwap(ipdl::Shmem memory, ipdl::Shmem* same) override {
    *same = std::move(memory);
    return ipdl::Ok();
  }
  ipdl::Result RecvAsk(ipdl::Shmem memory, AskResolver resolve) override {
    resolve(std::move(memory));
    return ipdl::Ok();
  }
};

using SharePair = Pair<ShareParent, ShareChild>;

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_SHARE_PAIR_H_
