// [RefCounted] types inside arrays, maps, optionals, unions: null only where the protocol says so.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "PCrowd.h"
#include "PCrowdChild.h"
#include "PCrowdParent.h"
#include "absl/time/time.h"
#include "glue/endpoint.h"
#include "runtime/log.h"
#include "runtime/run_loop.h"
#include "tests/generated/imported_types.h"
#include "tests/generated/message_box.h"

namespace demo {
namespace {

using ipdl::MakeRef;
using ipdl::RefPtr;
using tests::MessageBox;
using tests::Shared;
using Objects = std::vector<RefPtr<Shared>>;

RefPtr<Shared> Number(uint32_t n) { return MakeRef<Shared>(n); }

TEST(CountedValues, TravelInsideStructs) {
  MessageBox box;
  ASSERT_TRUE(box.Put(Party(Number(1), {Number(2), Number(3)}, {nullptr}))) << box.error;
  Party out;
  ASSERT_TRUE(box.Take("party", &out)) << box.error;
  EXPECT_EQ(1u, out.host()->value());
  EXPECT_EQ(3u, out.guests().at(1)->value());
  EXPECT_EQ(nullptr, out.waiters().at(0).get());
}

TEST(CountedValues, AreNotSentAsNull) {
  MessageBox box;
  EXPECT_FALSE(box.Put(Party(Number(1), {Number(2), nullptr}, {})));
  EXPECT_EQ("guests is null", box.error);
  EXPECT_FALSE(box.Put(Visitor(Objects{nullptr})));
  EXPECT_EQ("ArrayOfShared is null", box.error);
}

TEST(CountedValues, AreNotReceivedAsNull) {
  MessageBox box;
  Party party;
  ASSERT_TRUE(box.Put(LooseParty(nullptr, {}, {})));
  EXPECT_FALSE(box.Take("party", &party));
  EXPECT_EQ("party.host: is null (byte 1)", box.error);
  ASSERT_TRUE(box.Put(LooseParty(Number(1), {Number(2), nullptr}, {})));
  EXPECT_FALSE(box.Take("party", &party));
  EXPECT_EQ("party.guests: is null (byte 21)", box.error);
  Visitor visitor;
  ASSERT_TRUE(box.Put(LooseVisitor(Objects{nullptr})));
  EXPECT_FALSE(box.Take("visitor", &visitor));
  EXPECT_EQ("visitor.ArrayOfShared: is null (byte 9)", box.error);
}

class Crowd : public PCrowdParent {
 public:
  std::string log;

 private:
  ipdl::Result RecvMeet(Objects all, std::optional<RefPtr<Shared>> one,
                        std::unique_ptr<RefPtr<Shared>> other,
                        std::map<std::string, RefPtr<Shared>> named) override {
    uint32_t sum = 0;
    for (const auto& each : all) sum += each->value();
    for (const auto& [name, object] : named) sum += object->value();
    if (one) sum += (*one)->value();
    if (other) sum += (*other)->value();
    log += std::to_string(sum) + " ";
    return ipdl::Ok();
  }
  ipdl::Result RecvNested(std::optional<std::vector<Objects>> deep, Objects perhaps) override {
    log += std::to_string(deep ? deep->size() : 0) + "/" + std::to_string(perhaps.size()) + " ";
    return ipdl::Ok();
  }
  ipdl::Result RecvInvite(Party party, Visitor visitor, InviteResolver resolve) override {
    log += std::to_string(party.host()->value() + visitor.get_Shared()->value()) + " ";
    resolve({Number(5)});
    return ipdl::Ok();
  }
};

class Visiting : public PCrowdChild {};

class CountedMessages : public testing::Test {
 protected:
  CountedMessages() : loop(*ipdl::RunLoop::Create()) {
    ipdl::SetLogSink([this](std::string_view line) { log.emplace_back(line); });
    ipdl::Endpoint<PCrowdParent> parent_end;
    ipdl::Endpoint<PCrowdChild> child_end;
    EXPECT_TRUE(PCrowd::CreateEndpoints(&parent_end, &child_end).ok());
    EXPECT_TRUE(parent_end.Bind(parent, loop.get()).ok());
    EXPECT_TRUE(child_end.Bind(child, loop.get()).ok());
  }
  ~CountedMessages() override {
    parent->Close();
    child->Close();
    Settle();
    ipdl::SetLogSink(nullptr);
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::vector<std::string> log;
  std::unique_ptr<ipdl::RunLoop> loop;
  RefPtr<Crowd> parent = MakeRef<Crowd>();
  RefPtr<Visiting> child = MakeRef<Visiting>();
};

TEST_F(CountedMessages, CarryObjectsInEveryWrapper) {
  EXPECT_TRUE(child->SendMeet(Objects{Number(1), Number(2)}, Number(4),
                              std::make_unique<RefPtr<Shared>>(Number(8)), {{"a", Number(16)}}));
  EXPECT_TRUE(child->SendMeet(Objects{}, std::nullopt, nullptr, {}));
  EXPECT_TRUE(child->SendNested(std::vector<Objects>{{Number(1)}, {}}, Objects{nullptr}));
  Objects back;
  child->SendInvite(
      Party(Number(1), {}, {}), Visitor(Number(2)), [&](Objects got) { back = std::move(got); },
      nullptr);
  Settle();
  EXPECT_EQ("31 0 2/1 3 ", parent->log);
  ASSERT_EQ(1u, back.size());
  EXPECT_EQ(5u, back[0]->value());
}

TEST_F(CountedMessages, RefuseANullInAnyOfThem) {
  const Objects null{nullptr};
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendMeet(null, std::nullopt, nullptr, {}).code());
  EXPECT_EQ(ipdl::SendResult::kRefused, child->SendMeet({}, RefPtr<Shared>(), nullptr, {}).code());
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendMeet({}, std::nullopt, std::make_unique<RefPtr<Shared>>(), {}).code());
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendMeet({}, std::nullopt, nullptr, {{"a", nullptr}}).code());
  EXPECT_EQ(ipdl::SendResult::kRefused,
            child->SendNested(std::vector<Objects>{null}, Objects{}).code());
  Settle();
  EXPECT_EQ("", parent->log);
}

}  // namespace
}  // namespace demo
