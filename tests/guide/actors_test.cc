// The guide's examples of actors: trees, how they begin and end, actors as values.

#include <map>

#include "tests/guide/shop.h"

namespace guide {
namespace {

using ipdl::DestroyReasonName;

class Cart : public QuietCart {
 public:
  explicit Cart(Lines* journal, std::string name = "cart")
      : journal_(journal), name_(std::move(name)) {}
  const Lines& articles() const { return articles_; }

 protected:
  ipdl::Result RecvAdd(std::string article) override {
    articles_.push_back(std::move(article));
    return ipdl::Ok();
  }
  ipdl::Result RecvPay(PayResolver resolve) override {
    resolve(static_cast<uint32_t>(articles_.size()) * 100);
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason why) override {
    journal_->push_back(name_ + ": " + DestroyReasonName(why));
  }

 private:
  Lines* journal_;
  std::string name_;
  Lines articles_;
};

class Shop : public QuietShop {
 public:
  explicit Shop(Lines* journal) : journal_(journal) {}

 protected:
  ipdl::RefPtr<PCartParent> AllocPCartParent() override { return ipdl::MakeRef<Cart>(journal_); }
  ipdl::Result RecvWish(std::string name, WishResolver resolve) override {
    auto cart = ipdl::MakeRef<Cart>(journal_, name + "'s cart");
    resolve(OpenPCartEndpoint(cart));
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason why) override {
    journal_->push_back(std::string("shop: ") + DestroyReasonName(why));
  }

 private:
  Lines* journal_;
};

class CartChild : public PCartChild {};

class Customer : public QuietCustomer {
 public:
  std::vector<std::pair<PCartChild*, PCartChild*>> swaps;

 protected:
  ipdl::Result RecvSwap(PCartChild* cart, PCartChild* other) override {
    swaps.emplace_back(cart, other);
    return ipdl::Ok();
  }
};

class Actors : public Guide {
 protected:
  Actors() { Connect(PShop::CreateEndpoints, shop, customer); }
  ~Actors() override {
    customer->Close();
    Settle();
  }

  Lines journal;
  ipdl::RefPtr<Shop> shop = ipdl::MakeRef<Shop>(&journal);
  ipdl::RefPtr<Customer> customer = ipdl::MakeRef<Customer>();
};

TEST_F(Actors, BeginWithAConstructorAndEndWithDelete) {
  auto cart = ipdl::MakeRef<CartChild>();
  customer->SendPCartConstructor(cart);
  cart->SendAdd("tea");
  cart->SendAdd("bread");
  uint32_t cents = 0;
  cart->SendPay([&](uint32_t sum) { cents = sum; }, nullptr);
  Settle();
  EXPECT_EQ(200u, cents);
  EXPECT_EQ(1u, shop->ManagedPCartParent().size());

  PCartChild::Send__delete__(cart.get());
  Settle();
  EXPECT_EQ((Lines{"cart: deletion"}), journal);
  EXPECT_EQ(0u, shop->ManagedPCartParent().size());
  EXPECT_FALSE(cart->CanSend());  // but it is still ours to look at
}

TEST_F(Actors, EndBeforeTheirManagers) {
  customer->SendPCartConstructor(ipdl::MakeRef<CartChild>());
  customer->SendPCartConstructor(ipdl::MakeRef<CartChild>());
  Settle();
  customer->Close();
  Settle();
  EXPECT_EQ((Lines{"cart: normal shutdown", "cart: normal shutdown", "shop: normal shutdown"}),
            journal);
}

TEST_F(Actors, AreValuesToo) {
  auto cart = ipdl::MakeRef<CartChild>();
  customer->SendPCartConstructor(cart);
  Settle();
  shop->SendSwap(shop->ManagedPCartParent()[0].get(), nullptr);
  Settle();
  ASSERT_EQ(1u, customer->swaps.size());
  EXPECT_EQ(cart.get(), customer->swaps[0].first);
  EXPECT_EQ(nullptr, customer->swaps[0].second);
}

TEST_F(Actors, BeginInsideAnotherMessage) {
  auto cart = ipdl::MakeRef<CartChild>();
  customer->SendWish(
      "Ada",
      [&](ipdl::ManagedEndpoint<PCartChild> end) {
        customer->BindPCartEndpoint(std::move(end), cart);
        cart->SendAdd("tea");
      },
      nullptr);
  customer->SendWish(
      "Ben", [](ipdl::ManagedEndpoint<PCartChild>) {}, nullptr);  // and dropped
  Settle();
  EXPECT_EQ((Lines{"tea"}), static_cast<Cart&>(*shop->ManagedPCartParent()[0]).articles());
  EXPECT_EQ((Lines{"Ben's cart: managed endpoint dropped"}), journal);
}

}  // namespace
}  // namespace guide
