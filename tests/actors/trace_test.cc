// IPDL_LOG: what is printed for whom, and that it changes nothing.

#include <unistd.h>

#include "glue/describe.h"
#include "glue/trace_filter.h"
#include "glue/trace_log.h"
#include "runtime/limits.h"
#include "tests/actors/actor_pair.h"
#include "tests/actors/hostile_peer.h"

namespace actors {
namespace {

using Lines = std::vector<std::string>;

class Trace : public ActorPair {
 protected:
  Trace() { Filter("*"); }
  ~Trace() override { ipdl::SetTrace("", nullptr); }

  void Filter(std::string_view filter) {
    ipdl::SetTrace(filter, [this](std::string_view line) { traced.emplace_back(line); });
  }
  // The lines without their first three words, which name time and process.
  Lines Take() {
    Lines lines;
    const std::string process = " pid " + std::to_string(getpid()) + " ";
    for (const std::string& line : std::exchange(traced, {})) {
      EXPECT_EQ(0u, line.find("ipdl-log ")) << line;
      const size_t at = line.find(process);
      EXPECT_NE(std::string::npos, at) << line;
      lines.push_back(line.substr(at + process.size()));
    }
    return lines;
  }

  Lines traced;
};

RUN_ON_ONE_LOOP_AND_TWO(Trace);

TEST_P(Trace, PrintsOneLineForEachSendAndReceipt) {
  EXPECT_TRUE(child->SendNote(7));
  Settle();
  EXPECT_EQ((Lines{"-> unknown peer PTree#0.Note(n=7) 20 bytes 0 handles async",
                   "<- unknown peer PTree#0.Note(n=7) 20 bytes 0 handles async"}),
            Take());
  EXPECT_EQ((Lines{"note 7"}), parent_journal.Take());
}

TEST_P(Trace, PrintsValuesOfEveryKind) {
  auto leaf = MakeLeaf(3);
  Settle();
  Take();
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  std::vector<ipdl::FileDescriptor> fds;
  fds.emplace_back(dup(0));
  fds.emplace_back(dup(0));
  EXPECT_TRUE(child->SendText("a\"\n", Rect(1, -2, "x"), {1, 2, 3}, true));
  EXPECT_TRUE(child->SendTake(std::move(fds)));
  EXPECT_TRUE(
      child->SendMixed(Bundle(twin.get(), nullptr, {twin.get()}), Rect(0, 0, "u"), std::nullopt));
  child->SendAsk("q");
  const Lines lines = Take();
  ASSERT_EQ(4u, lines.size());
  EXPECT_EQ(
      "-> unknown peer PTree#0.Text(s=\"a\"\\x0a\", rect={x=1, y=-2, label=\"x\"}, "
      "data=[1, 2, 3], last=true) 48 bytes 0 handles async",
      lines[0]);
  EXPECT_EQ("-> unknown peer PTree#0.Take(fds=[fd, fd]) 22 bytes 2 fd async", lines[1]);
  EXPECT_EQ(
      "-> unknown peer PTree#0.Mixed(bundle={leaf=#1, node=null, leaves=[#1]}, "
      "thing=1:{x=0, y=0, label=\"u\"}, rect=none) 50 bytes 0 handles async",
      lines[2]);
  EXPECT_EQ("-> unknown peer PTree#0.Ask(question=\"q\") 21 bytes 0 handles async", lines[3]);
  Settle();
}

TEST_P(Trace, PrintsConstructorsRepliesRejectionsAndTheEnd) {
  MakeLeaf(3);
  EXPECT_EQ(
      (Lines{"-> unknown peer PTree#0.PLeafConstructor(new=#1, n=3) 24 bytes 0 handles async"}),
      Take());
  parent->on_ask = [](std::string question, TreeParent::AskResolver resolve) {
    if (question == "yes") resolve("sure", 1);
    return ipdl::Ok();
  };
  Settle();
  Take();
  child->SendAsk("yes");
  child->SendAsk("no");
  Settle();
  const Lines lines = Take();
  ASSERT_EQ(8u, lines.size());
  EXPECT_EQ("-> unknown peer PTree#0.Ask(answer=\"sure\", count=1) 28 bytes 0 handles async reply",
            lines[3]);
  EXPECT_EQ("-> unknown peer PTree#0.Ask(resolver destroyed) 17 bytes 0 handles async rejected",
            lines[5]);
  child->Close();
  Settle();
  EXPECT_EQ((Lines{"-> unknown peer PTree#0.goodbye 16 bytes 0 handles control",
                   "<- unknown peer PTree#0.goodbye 16 bytes 0 handles control"}),
            Take());
}

TEST_P(Trace, NotesWhatNobodyGets) {
  auto leaf = MakeLeaf(3);
  Settle();
  auto twin = Only<LeafChild>(child->ManagedPLeafChild());
  EXPECT_TRUE(PLeafParent::Send__delete__(leaf.get(), ""));
  EXPECT_TRUE(twin->SendHello(1));
  Take();
  Filter("*:note");
  Settle();
  const Lines lines = Take();
  ASSERT_EQ(1u, lines.size());
  EXPECT_NE(std::string::npos, lines[0].find("ignored: actor 1 no longer exists")) << lines[0];
}

TEST_P(Trace, TheFilterChoosesProtocolsAndMessages) {
  Filter("PTree:*;!*.Note");
  EXPECT_TRUE(child->SendNote(1));
  EXPECT_TRUE(child->SendText("x", Rect(), {}, false));
  MakeNode("n")->SendHello("not wanted");
  const Lines lines = Take();
  ASSERT_EQ(2u, lines.size());
  EXPECT_NE(std::string::npos, lines[0].find("PTree#0.Text("));
  EXPECT_NE(std::string::npos, lines[1].find("PTree#0.PNodeConstructor("));
  Settle();
}

TEST(TraceFilterTest, LastFittingPatternDecides) {
  const ipdl::TraceFilter filter("PTexture:*;!*.Ping;PLog.Ping");
  EXPECT_TRUE(filter.Wants("PTexture", "Present"));
  EXPECT_FALSE(filter.Wants("PTexture", "Ping"));
  EXPECT_TRUE(filter.Wants("PLog", "Ping"));
  EXPECT_FALSE(filter.Wants("PLog", "Pong"));
}

TEST(TraceFilterTest, AFirstExclusionMeansAllButThat) {
  const ipdl::TraceFilter filter("!*.Ping;!PLog");
  EXPECT_TRUE(filter.Wants("PTexture", "Present"));
  EXPECT_FALSE(filter.Wants("PTexture", "Ping"));
  EXPECT_FALSE(filter.Wants("PLog", "Pong"));
}

TEST(TraceFilterTest, StarsAndQuestionMarks) {
  const ipdl::TraceFilter filter("P*ure.?re*t");
  EXPECT_TRUE(filter.Wants("PTexture", "Present"));
  EXPECT_TRUE(filter.Wants("Pure", "prett"));
  EXPECT_FALSE(filter.Wants("PTextures", "Present"));
  EXPECT_FALSE(filter.Wants("PTexture", "resent"));
  EXPECT_FALSE(ipdl::TraceFilter("").Wants("P", "m"));
  EXPECT_FALSE(ipdl::TraceFilter(";;!").Wants("P", "m"));
  EXPECT_TRUE(ipdl::TraceFilter("PFoo").Wants("PFoo", "Anything"));
}

std::string Described(std::string_view signature, const Bytes& bytes) {
  const ipdl::Limits limits;
  ipdl::Reader reader({reinterpret_cast<const uint8_t*>(bytes.data().data()), bytes.data().size()},
                      {}, &limits);
  return ipdl::DescribeValues(signature, reader);
}

TEST(Describe, PrintsScalars) {
  EXPECT_EQ("a=true, b='x', c=-1, d=65535, e=-5, f=1.5, g=2.25, h=18446744073709551615",
            Described("a:b,b:c,c:i8,d:u16,e:i64,f:f32,g:f64,h:u64", Bytes()
                                                                        .Put(uint8_t{1})
                                                                        .Put('x')
                                                                        .Put(int8_t{-1})
                                                                        .Put(uint16_t{65535})
                                                                        .Put(int64_t{-5})
                                                                        .Put(1.5f)
                                                                        .Put(2.25)
                                                                        .Put(~uint64_t{0})));
}

TEST(Describe, PrintsWhatIsNested) {
  EXPECT_EQ("a=[[1], []], b={c='?', d=null}, e=2:\"s\"",
            Described("a:**u8,b:{c:c,d:^{x:i32}},e:<i32|s|*h>", Bytes()
                                                                    .Put(uint32_t{2})
                                                                    .Put(uint32_t{1})
                                                                    .Put(uint8_t{1})
                                                                    .Put(uint32_t{0})
                                                                    .Put('?')
                                                                    .Put(uint8_t{0})
                                                                    .Put(uint32_t{2})
                                                                    .String("s")));
}

TEST(Describe, PrintsBytesHandlesEndpointsAndWideStrings) {
  EXPECT_EQ("a=(3 bytes), b=(9 bytes in memory), c=fd, d=endpoint, e=none, f=u\"hi\"",
            Described("a:B,b:B,c:h,d:E,e:?E,f:w", Bytes()
                                                      .Put(uint8_t{0})
                                                      .String("abc")
                                                      .Put(uint8_t{1})
                                                      .Put(uint32_t{9})
                                                      .Put(uint8_t{1})
                                                      .Put(uint8_t{1})
                                                      .Put(uint32_t{77})
                                                      .Put(uint8_t{0})
                                                      .Put(uint8_t{1})
                                                      .Put(uint8_t{0})
                                                      .Put(uint32_t{2})
                                                      .Raw("h\0i\0", 4)));
}

TEST(Describe, StopsAtWhatItCannotReadAndAtWhatIsTooLong) {
  EXPECT_EQ("a=1, b=...", Described("a:u8,b:.,c:u8", Bytes().Put(uint8_t{1})));
  EXPECT_EQ("a=...", Described("a:u32", Bytes().Put(uint8_t{1})));
  EXPECT_EQ("a=...", Described("a:<i32>", Bytes().Put(uint32_t{7})));
  Bytes many;
  many.Put(uint32_t{100});
  for (int i = 0; i < 100; ++i) many.Put(uint16_t{7});
  many.Put(uint16_t{9});
  EXPECT_EQ("a=[7, 7, 7, 7, 7, 7, 7, 7, ...92 more], b=9", Described("a:*u16,b:u16", many));
  const std::string text = Described("a:s", Bytes().String(std::string(5000, 'x')));
  EXPECT_EQ("a=\"" + std::string(64, 'x') + "...\"", text);
  // Nothing that a peer sends makes a line long.
  Bytes deep;
  deep.Put(uint32_t{1000});
  for (int i = 0; i < 1000; ++i) deep.String(std::string(60, '\x01'));
  EXPECT_LT(Described("a:**s", deep).size(), 2000u);
}

}  // namespace
}  // namespace actors
