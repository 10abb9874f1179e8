#include "tests/actors/yard_pair.h"

#include "PYard.h"
#include "glue/endpoint.h"
#include "runtime/foreign_close.h"
#include "runtime/log.h"
#include "tests/actors/process_ends.h"

namespace actors {

namespace {

template <typename Yard, typename Base>
void RunSide(ipdl::EndpointBase (*end_of)(int), int socket, ipdl::ProcessPair* pair,
             const ipdl::Limits& limits, const std::function<void(YardSide<Yard>&)>& body) {
  YardSide<Yard> side;
  side.child_process = pair;
  ipdl::SetLogSink([](std::string_view) {});
  side.loop = *ipdl::RunLoop::Create();
  side.yard = ipdl::MakeRef<Yard>(&side.journal);
  ipdl::Endpoint<Base> end{end_of(socket)};
  EXPECT_TRUE(end.Bind(side.yard, side.loop.get(), limits).ok());
  body(side);
  side.yard->Close();
  side.yard = nullptr;
  EXPECT_EQ(0, side.journal.live_actors);
  ipdl::SetLogSink(nullptr);
}

}  // namespace

void RunYards(const std::function<void(YardSide<YardParent>&)>& parent,
              const std::function<void(YardSide<YardChild>&)>& child, const ipdl::Limits& limits) {
  ipdl::ProcessPair pair([&](int socket) {
    RunSide<YardChild, PYardChild>(&EndInChild, socket, nullptr, limits, child);
  });
  RunSide<YardParent, PYardParent>(&EndInParent, pair.TakeSocket(), &pair, limits, parent);
}

}  // namespace actors
