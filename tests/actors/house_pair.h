// HousePair: a PHouse connection whose child side takes managed endpoints, on one loop.
//
// What it is: the setting of the tests of managed endpoints, and the actors that two processes use
// as well. What it is not: anything that constructors alone can show (actor_pair.h).

#ifndef IPDL_TESTS_ACTORS_HOUSE_PAIR_H_
#define IPDL_TESTS_ACTORS_HOUSE_PAIR_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "PDoorChild.h"
#include "PDoorParent.h"
#include "PHouse.h"
#include "PHouseChild.h"
#include "PHouseParent.h"
#include "PRoomChild.h"
#include "PRoomParent.h"
#include "glue/endpoint.h"
#include "glue/managed_endpoint.h"
#include "gtest/gtest.h"
#include "runtime/foreign_close.h"
#include "runtime/limits.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"
#include "tests/actors/pair.h"

namespace actors {

using DoorEnd = ipdl::ManagedEndpoint<PDoorChild>;

template <typename Base>
class Door final : public TestActor<Base> {
 public:
  Door(Journal* journal, std::string name) : TestActor<Base>(journal, std::move(name)) {}

 protected:
  ipdl::Result RecvKnock(uint32_t n) override {
    this->journal().Add(this->name() + " knock " + std::to_string(n));
    return ipdl::Ok();
  }
};
using DoorParent = Door<PDoorParent>;
using DoorChild = Door<PDoorChild>;

class RoomParent final : public TestActor<PRoomParent> {
 public:
  explicit RoomParent(Journal* journal) : TestActor(journal, "room") {}

 protected:
  ipdl::Result RecvPut(DoorEnd) override { return ipdl::Ok(); }
};

class RoomChild final : public TestActor<PRoomChild> {
 public:
  explicit RoomChild(Journal* journal) : TestActor(journal, "room") {}

  std::function<void(DoorEnd)> on_put = [](DoorEnd) {};

 protected:
  ipdl::Result RecvPut(DoorEnd door) override {
    on_put(std::move(door));
    return ipdl::Ok();
  }
};

class HouseParent final : public TestActor<PHouseParent> {
 public:
  explicit HouseParent(Journal* journal) : TestActor(journal, "house") {}

  ipdl::RefPtr<DoorParent> door;  // the last that was opened for an asker
  std::string cut_off;

  DoorEnd Opened(const std::string& name) {
    door = ipdl::MakeRef<DoorParent>(&journal(), name);
    return OpenPDoorEndpoint(door);
  }

 protected:
  ipdl::Result RecvFetch(DoorEnd* end) override {
    *end = Opened("fetched");
    return ipdl::Ok();
  }
  ipdl::Result RecvAsk(AskResolver resolve) override {
    resolve(Opened("asked"));
    return ipdl::Ok();
  }
  ipdl::Result RecvBack(DoorEnd) override { return ipdl::Ok(); }
  ipdl::RefPtr<PDoorParent> AllocPDoorParent() override {
    return ipdl::MakeRef<DoorParent>(&journal(), "made by the child");
  }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

class HouseChild final : public TestActor<PHouseChild> {
 public:
  explicit HouseChild(Journal* journal) : TestActor(journal, "house") {}

  std::function<void(DoorEnd door, RoomChild* room)> on_give = [](DoorEnd, RoomChild*) {};
  std::function<void(Wing wing)> on_build = [](Wing) {};
  std::string cut_off;

  ipdl::RefPtr<DoorChild> Bound(DoorEnd end, const std::string& name) {
    auto door = ipdl::MakeRef<DoorChild>(&journal(), name);
    return BindPDoorEndpoint(std::move(end), door) ? door : nullptr;
  }

 protected:
  ipdl::Result RecvGive(DoorEnd door, PRoomChild* room) override {
    on_give(std::move(door), static_cast<RoomChild*>(room));
    return ipdl::Ok();
  }
  ipdl::Result RecvBuild(Wing wing,
                         std::optional<ipdl::SideVariant<PDoorParent*, PDoorChild*>>) override {
    on_build(std::move(wing));
    return ipdl::Ok();
  }
  ipdl::RefPtr<PDoorChild> AllocPDoorChild() override {
    return ipdl::MakeRef<DoorChild>(&journal(), "made by the parent");
  }
  ipdl::RefPtr<PRoomChild> AllocPRoomChild() override {
    return ipdl::MakeRef<RoomChild>(&journal());
  }
  void OnPeerCutOff(std::string_view line) override { cut_off = line; }
};

using HousePair = Pair<HouseParent, HouseChild>;

}  // namespace actors

#endif  // IPDL_TESTS_ACTORS_HOUSE_PAIR_H_
