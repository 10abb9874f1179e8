// Data pipes: bytes in order, back-pressure, ends that were said and ends that were not, and pipes
// that travel while bytes are in them.

#include "glue/data_pipe.h"

#include <functional>
#include <numeric>
#include <optional>

#include "PPipe.h"
#include "PPipeChild.h"
#include "PPipeParent.h"
#include "glue/endpoint.h"
#include "glue/node.h"
#include "glue/process.h"
#include "gtest/gtest.h"
#include "runtime/byte_queue.h"
#include "runtime/driver/portal_handle.h"
#include "runtime/limits.h"
#include "runtime/param_traits.h"
#include "runtime/run_loop.h"
#include "tests/actors/journal.h"
#include "tests/actors/process_ends.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace actors {
namespace {

using ipdl::DataPipeReceiver;
using ipdl::DataPipeSender;
using Bytes = std::vector<uint8_t>;

// Bytes that tell where in the stream they are.
Bytes Pattern(size_t begin, size_t n) {
  Bytes bytes(n);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>((begin + i) * 31 >> 3);
  return bytes;
}

// What can be read now, at most `most` bytes at a time; `end` gets why there is no more.
Bytes ReadAll(DataPipeReceiver& from, size_t most, absl::Status* end) {
  Bytes all;
  Bytes some(most);
  for (;;) {
    const absl::StatusOr<size_t> n = from.Read(absl::MakeSpan(some));
    *end = n.status();
    if (!n.ok() || *n == 0) return all;
    all.insert(all.end(), some.begin(), some.begin() + static_cast<ptrdiff_t>(*n));
  }
}

class DataPipe : public testing::Test {
 protected:
  void Make(size_t capacity = ipdl::kDataPipeCapacity) {
    ASSERT_TRUE(ipdl::CreateDataPipe(&sender, &receiver, capacity).ok());
  }
  void Settle() {
    while (loop->Turn(absl::ZeroDuration())) {
    }
  }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
  DataPipeSender sender;
  DataPipeReceiver receiver;
  absl::Status end;
};

TEST_F(DataPipe, CarriesBytesInOrder) {
  Make();
  Bytes expected;
  for (size_t n : {1, 10, 5000}) {
    const Bytes bytes = Pattern(expected.size(), n);
    EXPECT_EQ(n, *sender.Write(bytes));
    expected.insert(expected.end(), bytes.begin(), bytes.end());
  }
  EXPECT_EQ(expected, ReadAll(receiver, 7, &end));
  EXPECT_TRUE(end.ok());
  EXPECT_EQ(0u, *sender.Write({}));
}

TEST_F(DataPipe, TellsAnEndFromABreak) {
  Make();
  EXPECT_EQ(3u, *sender.Write(Pattern(0, 3)));
  sender.Finish();
  EXPECT_FALSE(sender.valid());
  EXPECT_EQ(Pattern(0, 3), ReadAll(receiver, 100, &end));
  EXPECT_TRUE(absl::IsOutOfRange(end)) << end;
  EXPECT_TRUE(absl::IsOutOfRange(receiver.Peek().status()));

  Make();
  EXPECT_EQ(3u, *sender.Write(Pattern(0, 3)));
  sender.Reset();
  EXPECT_EQ(Pattern(0, 3), ReadAll(receiver, 100, &end));
  EXPECT_TRUE(absl::IsAborted(end)) << end;
}

TEST_F(DataPipe, HoldsItsCapacityAndNoMore) {
  for (size_t capacity : {size_t{1}, size_t{100}, size_t{4096}, size_t{1} << 20}) {
    Make(capacity);
    const Bytes bytes = Pattern(0, capacity + 1);
    EXPECT_EQ(capacity, *sender.Write(bytes));
    EXPECT_EQ(0u, *sender.Write(bytes));
    EXPECT_EQ(Pattern(0, capacity), ReadAll(receiver, 1000, &end));
    EXPECT_EQ(1u, *sender.Write(Pattern(0, 1)));
  }
}

TEST_F(DataPipe, RefusesCapacitiesOutOfRange) {
  EXPECT_TRUE(absl::IsInvalidArgument(ipdl::CreateDataPipe(&sender, &receiver, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(
      ipdl::CreateDataPipe(&sender, &receiver, ipdl::kMaxDataPipeCapacity + 1)));
  EXPECT_TRUE(ipdl::CreateDataPipe(&sender, &receiver, ipdl::kMaxDataPipeCapacity).ok());
}

TEST_F(DataPipe, ManySmallWritesFillItToo) {
  Make(1000);
  size_t n = 0;
  while (*sender.Write(Pattern(n, 1)) == 1) ++n;
  EXPECT_GT(n, 10u);
  EXPECT_LE(n, 1000u);
  EXPECT_EQ(Pattern(0, n), ReadAll(receiver, 3, &end));
  EXPECT_EQ(1u, *sender.Write(Pattern(n, 1)));
}

TEST_F(DataPipe, TellsTheSenderThatNobodyReads) {
  Make();
  receiver.Reset();
  EXPECT_TRUE(absl::IsCancelled(sender.Write(Pattern(0, 1)).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(receiver.Peek().status()));
  sender.Reset();
  EXPECT_TRUE(absl::IsFailedPrecondition(sender.Write(Pattern(0, 1)).status()));
}

TEST_F(DataPipe, LetsBytesBeReadInPlace) {
  Make();
  EXPECT_TRUE(receiver.Peek()->empty());
  EXPECT_EQ(10u, *sender.Write(Pattern(0, 10)));
  EXPECT_EQ(10u, receiver.Peek()->size());
  receiver.Consume(4);
  EXPECT_EQ(Pattern(4, 6), Bytes(receiver.Peek()->begin(), receiver.Peek()->end()));
  receiver.Consume(100);
  EXPECT_TRUE(receiver.Peek()->empty());
  receiver.Consume(1);
}

TEST_F(DataPipe, CallsBackOnceForEachWait) {
  Make(100);
  int readable = 0;
  int writable = 0;
  receiver.WhenReadable(nullptr, [&] { ++readable; });
  Settle();
  EXPECT_EQ(0, readable);
  EXPECT_EQ(100u, *sender.Write(Pattern(0, 200)));
  sender.WhenWritable(nullptr, [&] { ++writable; });
  EXPECT_EQ(0, readable);  // from the loop's tasks only
  Settle();
  EXPECT_EQ(1, readable);
  EXPECT_EQ(0, writable);
  ReadAll(receiver, 100, &end);
  Settle();
  EXPECT_EQ(1, writable);
  sender.WhenWritable(nullptr, [&] { ++writable; });  // there is room already
  Settle();
  EXPECT_EQ(2, writable);
  receiver.WhenReadable(nullptr, [&] { readable += 10; });
  receiver.WhenReadable(nullptr, [&] { readable += 100; });  // instead
  sender.Finish();
  Settle();
  EXPECT_EQ(101, readable);
}

TEST_F(DataPipe, CallsNobodyBackWhoIsGone) {
  Make(100);
  int called = 0;
  receiver.WhenReadable(nullptr, [&] { ++called; });
  DataPipeReceiver moved = std::move(receiver);
  EXPECT_EQ(1u, *sender.Write(Pattern(0, 1)));
  moved.WhenReadable(nullptr, [&] { ++called; });
  moved.Reset();
  sender.WhenWritable(nullptr, [&] { ++called; });
  sender.Reset();
  Settle();
  EXPECT_EQ(0, called);
}

// --- In messages -----------------------------------------------------------------------------

template <typename Base>
class PipeSide : public TestActor<Base> {
 public:
  explicit PipeSide(Journal* journal) : TestActor<Base>(journal, "pipe") {}

  std::optional<DataPipeSender> into;
  std::optional<Body> body;
  std::function<void()> on_take = [] {};

 protected:
  ipdl::Result RecvFetch(DataPipeSender sender) override {
    into = std::move(sender);
    on_take();
    return ipdl::Ok();
  }
  ipdl::Result RecvTake(Body taken) override {
    body = std::move(taken);
    on_take();
    return ipdl::Ok();
  }
};

using PipeParent = PipeSide<PPipeParent>;
using PipeChild = PipeSide<PPipeChild>;

// One side in its process. Closes with its test.
template <typename Actor>
struct PipeProcess {
  PipeProcess(ipdl::EndpointBase (*end_of)(int), int socket) {
    ipdl::Endpoint<typename Actor::Generated> end{end_of(socket)};
    EXPECT_TRUE(end.Bind(actor, loop.get()).ok());
  }
  ~PipeProcess() { actor->Close(); }

  std::unique_ptr<ipdl::RunLoop> loop = *ipdl::RunLoop::Create();
  Journal journal;
  ipdl::RefPtr<Actor> actor = ipdl::MakeRef<Actor>(&journal);
};

// Writes `n` bytes of the pattern from `begin` on and finishes, as there is room.
struct Pump {
  DataPipeSender sender;
  size_t begin;
  size_t n;

  void Go() {
    while (n != 0) {
      const absl::StatusOr<size_t> taken = sender.Write(Pattern(begin, std::min<size_t>(n, 99999)));
      ASSERT_TRUE(taken.ok()) << taken.status();
      if (*taken == 0) return sender.WhenWritable(nullptr, [this] { Go(); });
      begin += *taken;
      n -= *taken;
    }
    sender.Finish();
  }
};

// Reads until the end.
struct Drain {
  DataPipeReceiver receiver;
  Bytes bytes;
  absl::Status end;

  void Go() {
    const Bytes some = ReadAll(receiver, 50'000, &end);
    bytes.insert(bytes.end(), some.begin(), some.end());
    if (end.ok()) receiver.WhenReadable(nullptr, [this] { Go(); });
  }
};

constexpr size_t kMuch = size_t{5} << 20;

FORKED_TEST(DataPipeBetweenProcesses, CarriesMoreThanItHolds) {
  ipdl::ProcessPair pair([](int socket) {
    PipeProcess<PipeChild> here(&EndInChild, socket);
    const auto& loop = here.loop;
    const auto& child = here.actor;
    while (!child->into) loop->Turn(absl::InfiniteDuration());
    Pump pump{.sender = *std::move(child->into), .begin = 0, .n = kMuch};
    pump.Go();
    loop->Run();
  });
  PipeProcess<PipeParent> here(&EndInParent, pair.TakeSocket());
  const auto& loop = here.loop;
  const auto& parent = here.actor;
  DataPipeSender theirs;
  Drain drain;
  ASSERT_TRUE(ipdl::CreateDataPipe(&theirs, &drain.receiver).ok());
  EXPECT_TRUE(parent->SendFetch(std::move(theirs)));
  drain.Go();
  while (drain.end.ok()) loop->Turn(absl::InfiniteDuration());
  EXPECT_TRUE(absl::IsOutOfRange(drain.end)) << drain.end;
  EXPECT_EQ(Pattern(0, kMuch), drain.bytes);
  pair.Kill();
}

FORKED_TEST(DataPipeBetweenProcesses, BreaksOffWithItsSender) {
  ipdl::ProcessPair pair([](int socket) {
    PipeProcess<PipeChild> here(&EndInChild, socket);
    const auto& loop = here.loop;
    const auto& child = here.actor;
    while (!child->into) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ(1000u, *child->into->Write(Pattern(0, 1000)));
    loop->Run();
  });
  PipeProcess<PipeParent> here(&EndInParent, pair.TakeSocket());
  const auto& loop = here.loop;
  const auto& parent = here.actor;
  DataPipeSender theirs;
  Drain drain;
  ASSERT_TRUE(ipdl::CreateDataPipe(&theirs, &drain.receiver).ok());
  EXPECT_TRUE(parent->SendFetch(std::move(theirs)));
  drain.Go();
  while (drain.bytes.size() < 1000) loop->Turn(absl::InfiniteDuration());
  pair.Kill();
  while (drain.end.ok()) loop->Turn(absl::InfiniteDuration());
  EXPECT_TRUE(absl::IsAborted(drain.end)) << drain.end;
  EXPECT_EQ(Pattern(0, 1000), drain.bytes);
}

FORKED_TEST(DataPipeBetweenProcesses, TravelsWithBytesInItAndHalfRead) {
  ipdl::ProcessPair pair([](int socket) {
    PipeProcess<PipeChild> here(&EndInChild, socket);
    const auto& loop = here.loop;
    const auto& child = here.actor;
    while (!child->body) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ("half", child->body->name());
    // And back, half read once more.
    Bytes some(50);
    while (*child->body->bytes()->Read(absl::MakeSpan(some)) == 0) {
      loop->Turn(absl::InfiniteDuration());
    }
    EXPECT_EQ(Pattern(100, 50), some);
    EXPECT_TRUE(child->SendTake(*std::move(child->body)));
    loop->Run();
  });
  PipeProcess<PipeParent> here(&EndInParent, pair.TakeSocket());
  const auto& loop = here.loop;
  const auto& parent = here.actor;
  DataPipeSender sender;
  DataPipeReceiver receiver;
  ASSERT_TRUE(ipdl::CreateDataPipe(&sender, &receiver).ok());
  EXPECT_EQ(10'000u, *sender.Write(Pattern(0, 10'000)));
  Bytes some(100);
  EXPECT_EQ(100u, *receiver.Read(absl::MakeSpan(some)));
  EXPECT_EQ(Pattern(0, 100), some);
  EXPECT_TRUE(parent->SendTake(Body("half", std::move(receiver))));
  while (!parent->body) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ(500u, *sender.Write(Pattern(10'000, 500)));
  sender.Finish();
  Drain drain{.receiver = *std::move(parent->body->bytes()), .bytes = {}, .end = {}};
  drain.Go();
  while (drain.end.ok()) loop->Turn(absl::InfiniteDuration());
  EXPECT_TRUE(absl::IsOutOfRange(drain.end)) << drain.end;
  EXPECT_EQ(Pattern(150, 10'350), drain.bytes);
  pair.Kill();
}

// What a child sent and this process does not read is bounded for all its channels together.
void HoldBytesOf(size_t pipe, bool is_cut_off) {
  ipdl::ProcessPair pair([&](int socket) {
    PipeProcess<PipeChild> here(&EndInChild, socket);
    const auto& loop = here.loop;
    const auto& child = here.actor;
    while (!child->into) loop->Turn(absl::InfiniteDuration());
    EXPECT_EQ(pipe, *child->into->Write(Pattern(0, pipe)));
    child->SendTake(Body("written", std::nullopt));
    while (child->IsOpen()) loop->Turn(absl::InfiniteDuration());
  });
  ipdl::SetHeldBytes(size_t{1} << 20);
  PipeProcess<PipeParent> here(&EndInParent, pair.TakeSocket());
  const auto& loop = here.loop;
  const auto& parent = here.actor;
  DataPipeSender theirs;
  DataPipeReceiver unread;
  ASSERT_TRUE(ipdl::CreateDataPipe(&theirs, &unread, pipe).ok());
  EXPECT_TRUE(parent->SendFetch(std::move(theirs)));
  while (!parent->body && parent->IsOpen()) loop->Turn(absl::InfiniteDuration());
  EXPECT_EQ(is_cut_off, !parent->IsOpen());
  parent->Close();
}

FORKED_TEST(DataPipeBetweenProcesses, HoldsWhatAPeerMayHaveHeld) { HoldBytesOf(900'000, false); }
FORKED_TEST(DataPipeBetweenProcesses, CutsOffWhoMakesItHoldMore) { HoldBytesOf(2'000'000, true); }

// --- From a peer that breaks the rules -----------------------------------------------------------

// What a message brings in which an end is a number and a portal; the portal's peer is `peer`.
template <typename End>
class Forged {
 public:
  explicit Forged(uint32_t number) {
    auto [sent, kept] = ipdl::Node::OpenPair();
    peer = std::move(kept);
    ipdl::Limits limits;
    ipdl::ByteQueue queue;
    std::vector<ipdl::OwnedHandle> handles;
    ipdl::Writer writer(&queue, &handles, &limits);
    writer.Put(number);
    writer.PutHandle(std::move(sent));
    EXPECT_TRUE(writer.Finish()) << writer.error();
    ipdl::Reader reader(queue.bytes(), absl::MakeSpan(handles), &limits);
    if (!ipdl::ReadParam(reader, "end", &end) || !reader.Finish()) {
      why = reader.failure().ToString();
    }
  }

  void Put(const Bytes& bytes, absl::Span<const IpczHandle> attached = {}) {
    EXPECT_EQ(IPCZ_RESULT_OK, ipdl::Node::Api().Put(static_cast<IpczHandle>(peer.value()),
                                                    bytes.data(), bytes.size(), attached.data(),
                                                    attached.size(), IPCZ_NO_FLAGS, nullptr));
  }

  End end;
  ipdl::OwnedHandle peer;
  std::string why;
};

TEST_F(DataPipe, TakesCapacitiesInRangeOnly) {
  for (size_t capacity : {size_t{1}, ipdl::kMaxDataPipeCapacity}) {
    Forged<DataPipeSender> good(static_cast<uint32_t>(capacity));
    EXPECT_EQ("", good.why);
    EXPECT_EQ(1u, *good.end.Write(Pattern(0, 1)));
  }
  for (size_t capacity : {size_t{0}, ipdl::kMaxDataPipeCapacity + 1}) {
    Forged<DataPipeSender> bad(static_cast<uint32_t>(capacity));
    EXPECT_NE(std::string::npos, bad.why.find("a data pipe holds 1 to 67108864 bytes")) << bad.why;
    EXPECT_FALSE(bad.end.valid());
  }
}

TEST_F(DataPipe, BreaksOffIfMoreWasReadThanCame) {
  for (uint32_t read : {10u, 11u, 0xFFFFFFFFu}) {
    Forged<DataPipeReceiver> forged(read);
    forged.Put(Pattern(0, 10));
    EXPECT_TRUE(absl::IsAborted(forged.end.Peek().status())) << read;
    EXPECT_FALSE(forged.end.valid());
  }
  Forged<DataPipeReceiver> forged(9);
  forged.Put(Pattern(0, 10));
  EXPECT_EQ(Pattern(9, 1), ReadAll(forged.end, 100, &end));
  // An end in the place of the chunk that was half read.
  Forged<DataPipeReceiver> ended(1);
  ended.Put({});
  EXPECT_TRUE(absl::IsAborted(ended.end.Peek().status()));
}

TEST_F(DataPipe, DropsWhatIsAttachedToBytes) {
  Forged<DataPipeReceiver> forged(0);
  auto [attached, kept] = ipdl::Node::OpenPair();
  const IpczHandle handle = ipdl::TakePortal(std::move(attached));
  forged.Put(Pattern(0, 10), absl::MakeConstSpan(&handle, 1));
  EXPECT_EQ(Pattern(0, 10), ReadAll(forged.end, 100, &end));
  IpczPortalStatus status = {sizeof(status), IPCZ_NO_FLAGS, 0, 0};
  EXPECT_EQ(IPCZ_RESULT_OK,
            ipdl::Node::Api().QueryPortalStatus(static_cast<IpczHandle>(kept.value()),
                                                IPCZ_NO_FLAGS, nullptr, &status));
  EXPECT_NE(0u, status.flags & IPCZ_PORTAL_STATUS_PEER_CLOSED);
}

TEST_F(DataPipe, AnEmptyEndIsNotSent) {
  Journal journal;
  auto parent = ipdl::MakeRef<PipeParent>(&journal);
  auto child = ipdl::MakeRef<PipeChild>(&journal);
  ipdl::Endpoint<PPipeParent> ours;
  ipdl::Endpoint<PPipeChild> theirs;
  ASSERT_TRUE(PPipe::CreateEndpoints(&ours, &theirs).ok());
  ASSERT_TRUE(ours.Bind(parent).ok());
  ASSERT_TRUE(theirs.Bind(child).ok());
  EXPECT_EQ(ipdl::SendResult::kRefused, parent->SendFetch(DataPipeSender()).code());
  EXPECT_TRUE(parent->SendTake(Body("none", std::nullopt)));
  Settle();
  ASSERT_TRUE(child->body.has_value());
  EXPECT_FALSE(child->body->bytes().has_value());
  parent->Close();
  Settle();
}

}  // namespace
}  // namespace actors
