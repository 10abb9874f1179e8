// The guide's examples of sync messages: waiting, being called meanwhile, timing out.

#include "PDesk.h"
#include "PDeskChild.h"
#include "PDeskParent.h"
#include "tests/actors/process_ends.h"
#include "tests/guide/shop.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace guide {
namespace {

class Shop : public QuietShop {
 protected:
  ipdl::Result RecvPrice(std::string name, uint32_t* cents) override {
    if (name != "tea") return ipdl::Refused("there is no " + name);
    *cents = 350;
    return ipdl::Ok();
  }
};

void Serve(ipdl::RunLoop& loop, const ipdl::ToplevelActor& actor) {
  while (actor.IsOpen()) loop.Turn(absl::InfiniteDuration());
}

FORKED_TEST(Waiting, AnswersOrSaysWhyNot) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto customer = ipdl::MakeRef<QuietCustomer>();
    ipdl::Endpoint<PShopChild> end{actors::EndInChild(socket)};
    ASSERT_TRUE(end.Bind(customer).ok());
    uint32_t cents = 0;
    EXPECT_TRUE(customer->SendPrice("tea", &cents));
    EXPECT_EQ(350u, cents);
    EXPECT_EQ(ipdl::SendResult::kRefused, customer->SendPrice("gold", &cents).code());
    customer->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  auto shop = ipdl::MakeRef<Shop>();
  ipdl::Endpoint<PShopParent> end{actors::EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(shop).ok());
  Serve(*loop, *shop);
}

// --- Calls within calls ------------------------------------------------------------------------

class Clerk : public PDeskParent {
 protected:
  ipdl::Result RecvRegister(std::string form, uint32_t* number) override {
    std::string name;
    // The child waits for our answer, and answers this meanwhile.
    if (!SendAsk("what is your name?", &name)) return ipdl::Refused("no name");
    if (name.empty()) CancelCurrentTransaction();  // Register ends with kCancelled
    *number = static_cast<uint32_t>(form.size() + name.size());
    return ipdl::Ok();
  }
  ipdl::Result RecvAsk(std::string, std::string* answer) override {
    *answer = "ask at the other desk";
    return ipdl::Ok();
  }
};

class Visitor : public PDeskChild {
 public:
  std::string name;

 protected:
  ipdl::Result RecvAsk(std::string, std::string* answer) override {
    *answer = name;
    return ipdl::Ok();
  }
};

FORKED_TEST(Waiting, CallsNestInOneAnother) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto visitor = ipdl::MakeRef<Visitor>();
    ipdl::Endpoint<PDeskChild> end{actors::EndInChild(socket)};
    ASSERT_TRUE(end.Bind(visitor).ok());
    visitor->name = "Ada";
    uint32_t number = 0;
    EXPECT_TRUE(visitor->SendRegister("form", &number));
    EXPECT_EQ(7u, number);
    visitor->name = "";
    EXPECT_EQ(ipdl::SendResult::kCancelled, visitor->SendRegister("form", &number).code());
    visitor->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  auto clerk = ipdl::MakeRef<Clerk>();
  ipdl::Endpoint<PDeskParent> end{actors::EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(clerk).ok());
  Serve(*loop, *clerk);
}

// --- Not for ever ------------------------------------------------------------------------------

class Impatient : public QuietCustomer {
 public:
  explicit Impatient(int patience) : patience_(patience) {}

 protected:
  bool ShouldContinueFromReplyTimeout() override { return --patience_ > 0; }

 private:
  int patience_;
};

// One whose customers have gone when it answers.
class SlowShop : public QuietShop {
 public:
  explicit SlowShop(ipdl::ProcessPair* customers) : customers_(customers) {}

 protected:
  ipdl::Result RecvPrice(std::string, uint32_t* cents) override {
    customers_->Wait();
    *cents = 350;
    return ipdl::Ok();
  }

 private:
  ipdl::ProcessPair* customers_;
};

FORKED_TEST(Waiting, EndsWhenPatienceDoes) {
  ipdl::ProcessPair pair([](int socket) {
    auto loop = *ipdl::RunLoop::Create();
    auto customer = ipdl::MakeRef<Impatient>(2);
    ipdl::Endpoint<PShopChild> end{actors::EndInChild(socket)};
    ASSERT_TRUE(end.Bind(customer).ok());
    customer->SetReplyTimeoutMs(10);
    uint32_t cents = 0;
    EXPECT_EQ(ipdl::SendResult::kTimedOut, customer->SendPrice("tea", &cents).code());
    EXPECT_EQ(ipdl::SendResult::kPreviousTimeout, customer->SendPrice("tea", &cents).code());
    customer->Close();
  });
  auto loop = *ipdl::RunLoop::Create();
  auto shop = ipdl::MakeRef<SlowShop>(&pair);
  ipdl::Endpoint<PShopParent> end{actors::EndInParent(pair.TakeSocket())};
  ASSERT_TRUE(end.Bind(shop).ok());
  Serve(*loop, *shop);
}

}  // namespace
}  // namespace guide
