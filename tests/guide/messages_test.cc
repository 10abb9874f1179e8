// The guide's examples of messages that nobody waits for: one way, answered, out of order,
// distrusted.

#include <algorithm>

#include "glue/detached.h"
#include "glue/tainted.h"
#include "runtime/limits.h"
#include "tests/guide/shop.h"

namespace guide {
namespace {

class Shop : public QuietShop {
 public:
  Lines seen;
  bool asleep = false;

 protected:
  ipdl::Result RecvEnter(std::string name) override {
    if (name.empty()) return ipdl::BadMessage("name: empty");
    seen.push_back(name + " came in");
    return ipdl::Ok();
  }

  ipdl::Result RecvFind(std::string name, FindResolver resolve) override {
    if (name == "gold") return ipdl::Refused("we do not sell gold");
    if (asleep) {
      later_.push_back(std::move(resolve));
      return ipdl::Ok();
    }
    if (name == "tea")
      resolve(Article("tea", 350));
    else
      resolve(std::nullopt);
    return ipdl::Ok();
  }

  ipdl::Result RecvLookAt(uint32_t shelf) override {
    seen.push_back("shelf " + std::to_string(shelf));
    return ipdl::Ok();
  }
  ipdl::Result RecvAlarm() override {
    seen.push_back("alarm");
    return ipdl::Ok();
  }
  ipdl::Result RecvTake(ipdl::Tainted<uint32_t> shelf, std::string note) override {
    IPDL_VALIDATE(const uint32_t index, shelf, [&](uint32_t n) { return n < shelves_.size(); });
    seen.push_back(note + " " + shelves_[index]);
    return ipdl::Ok();
  }

 public:
  void WakeUp() {
    for (FindResolver& resolve : later_) resolve(Article("bread", 400));
    later_.clear();
  }
  void Forget() { later_.clear(); }

 private:
  std::vector<FindResolver> later_;
  const std::vector<std::string> shelves_ = {"cups", "plates"};
};

class Messages : public Guide {
 protected:
  Messages() { Connect(PShop::CreateEndpoints, shop, customer); }
  ~Messages() override {
    customer->Close();
    Settle();
  }

  ipdl::RefPtr<Shop> shop = ipdl::MakeRef<Shop>();
  ipdl::RefPtr<QuietCustomer> customer = ipdl::MakeRef<QuietCustomer>();
  Lines told;
};

TEST_F(Messages, GoOneWay) {
  if (!customer->SendEnter("Ada")) {
    told.push_back("the shop is closed, or too far behind");
  }
  Settle();
  EXPECT_EQ((Lines{"Ada came in"}), shop->seen);

  shop->Close();
  Settle();
  EXPECT_EQ(ipdl::SendResult::kClosed, customer->SendEnter("Ben").code());
}

TEST_F(Messages, AreAnsweredToCallbacks) {
  customer->SendFind(
      "tea", [&](std::optional<Article> found) { told.push_back(found ? found->name() : "none"); },
      [&](ipdl::RejectReason why) { told.push_back(ipdl::RejectReasonName(why)); });
  EXPECT_EQ(Lines{}, told);  // never inside the call
  Settle();
  EXPECT_EQ((Lines{"tea"}), told);
}

ipdl::Detached Buy(ipdl::RefPtr<PShopChild> shop, std::string what, Lines* told) {
  auto answer = co_await shop->SendFind(what);
  if (!answer.ok()) {
    told->push_back(ipdl::RejectReasonName(answer.reason()));
  } else if (std::optional<Article>& found = answer.value()) {
    told->push_back(found->name() + " for " + std::to_string(found->cents()));
  }
}

TEST_F(Messages, AreAwaited) {
  Buy(customer, "tea", &told);
  Buy(customer, "gold", &told);
  Settle();
  EXPECT_EQ((Lines{"tea for 350", "handler rejected"}), told);
}

TEST_F(Messages, AreAnsweredLater) {
  shop->asleep = true;
  auto bread = customer->SendFind("bread");
  Settle();
  EXPECT_FALSE(bread.done());
  shop->WakeUp();
  Settle();
  if (auto answer = bread.Take()) told.push_back(answer->value()->name());
  EXPECT_EQ((Lines{"bread"}), told);
}

TEST_F(Messages, AreNeverForgotten) {
  shop->asleep = true;
  Buy(customer, "bread", &told);
  Settle();
  shop->Forget();  // the resolver, without an answer
  Buy(customer, "bread", &told);
  Settle();
  customer->Close();  // before the answer
  Settle();
  Buy(customer, "bread", &told);
  EXPECT_EQ((Lines{"resolver destroyed", "channel closed", "send error"}), told);
}

TEST_F(Messages, CutOffWhoBreaksTheRules) {
  customer->SendEnter("");
  Settle();
  EXPECT_FALSE(shop->CanSend());
  EXPECT_FALSE(customer->CanSend());
}

TEST_F(Messages, TakeOneAnothersPlace) {
  customer->SendLookAt(1);
  customer->SendLookAt(2);
  customer->SendLookAt(3);
  customer->SendEnter("Ada");
  customer->SendAlarm();
  Settle();
  EXPECT_EQ((Lines{"alarm", "shelf 3", "Ada came in"}), shop->seen);
}

TEST_F(Messages, AreNotTrusted) {
  customer->SendTake(1, "two");
  Settle();
  EXPECT_EQ((Lines{"two plates"}), shop->seen);
  customer->SendTake(2, "two");
  Settle();
  EXPECT_FALSE(customer->CanSend());
}

// --- A receiver that does not keep up ---------------------------------------------------------

class Reporter : public QuietCustomer {
 public:
  size_t sent = 0;

  void Report() {
    while (sent < 1000) {
      const ipdl::SendResult result = SendEnter(std::string(100, 'x'));
      if (result.code() == ipdl::SendResult::kWouldBlock) return;  // OnWritable goes on
      if (!result) return;                                         // the connection is over
      ++sent;
    }
  }

 protected:
  void OnWritable() override { Report(); }
};

TEST_F(Guide, ASenderIsHeldBack) {
  auto shop = ipdl::MakeRef<Shop>();
  auto reporter = ipdl::MakeRef<Reporter>();
  ipdl::Limits limits;
  limits.queued_bytes = 8192;
  ipdl::Endpoint<PShopParent> ours;
  ipdl::Endpoint<PShopChild> theirs;
  ASSERT_TRUE(PShop::CreateEndpoints(&ours, &theirs).ok());
  ASSERT_TRUE(theirs.Bind(reporter, nullptr, limits).ok());
  reporter->Report();
  EXPECT_LT(reporter->sent, 1000u);
  ASSERT_TRUE(ours.Bind(shop, nullptr, limits).ok());
  Settle();
  EXPECT_EQ(1000u, shop->seen.size());
  reporter->Close();
  Settle();
}

}  // namespace
}  // namespace guide
