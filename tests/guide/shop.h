// The shop of the guide's examples, its customers and their carts. They do nothing; each example
// overrides what it shows.

#ifndef IPDL_TESTS_GUIDE_SHOP_H_
#define IPDL_TESTS_GUIDE_SHOP_H_

#include <optional>
#include <string>
#include <vector>

#include "PCartChild.h"
#include "PCartParent.h"
#include "PShop.h"
#include "PShopChild.h"
#include "PShopParent.h"
#include "glue/managed_endpoint.h"
#include "tests/guide/guide.h"

namespace guide {

class QuietShop : public PShopParent {
 public:
  using Base = PShopParent;

 protected:
  ipdl::Result RecvEnter(std::string) override { return ipdl::Ok(); }
  ipdl::Result RecvFind(std::string, FindResolver) override { return ipdl::Ok(); }
  ipdl::Result RecvPrice(std::string, uint32_t*) override { return ipdl::Ok(); }
  ipdl::Result RecvLookAt(uint32_t) override { return ipdl::Ok(); }
  ipdl::Result RecvAlarm() override { return ipdl::Ok(); }
  ipdl::Result RecvTake(ipdl::Tainted<uint32_t>, std::string) override { return ipdl::Ok(); }
  ipdl::RefPtr<PCartParent> AllocPCartParent() override { return nullptr; }
  ipdl::Result RecvWish(std::string, WishResolver) override { return ipdl::Ok(); }
};

class QuietCustomer : public PShopChild {
 public:
  using Base = PShopChild;

 protected:
  ipdl::Result RecvOffer(Article) override { return ipdl::Ok(); }
  ipdl::Result RecvSwap(PCartChild*, PCartChild*) override { return ipdl::Ok(); }
};

class QuietCart : public PCartParent {
 protected:
  ipdl::Result RecvAdd(std::string) override { return ipdl::Ok(); }
  ipdl::Result RecvPay(PayResolver) override { return ipdl::Ok(); }
};

}  // namespace guide

#endif  // IPDL_TESTS_GUIDE_SHOP_H_
