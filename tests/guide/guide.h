// Guide: what the guide's examples run in: a loop, and two actors that talk over it.

#ifndef IPDL_TESTS_GUIDE_GUIDE_H_
#define IPDL_TESTS_GUIDE_GUIDE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "glue/endpoint.h"
#include "glue/ref_ptr.h"
#include "gtest/gtest.h"
#include "runtime/run_loop.h"

namespace guide {

using Lines = std::vector<std::string>;

class Guide : public testing::Test {
 protected:
  // Makes the two ends of a connection and binds an actor to each.
  template <typename P, typename Parent, typename Child>
  void Connect(P protocol, ipdl::RefPtr<Parent> parent, ipdl::RefPtr<Child> child) {
    ipdl::Endpoint<typename Parent::Base> ours;
    ipdl::Endpoint<typename Child::Base> theirs;
    ASSERT_TRUE(protocol(&ours, &theirs).ok());
    ASSERT_TRUE(ours.Bind(std::move(parent)).ok());
    ASSERT_TRUE(theirs.Bind(std::move(child)).ok());
  }
  // Turns the loop until nothing is left to do.
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
};

}  // namespace guide

#endif  // IPDL_TESTS_GUIDE_GUIDE_H_
