// The example of docs/from-gecko.md: a printer and its jobs.

#include "PPrintJobChild.h"
#include "PPrintJobParent.h"
#include "PPrinter.h"
#include "PPrinterChild.h"
#include "PPrinterParent.h"
#include "tests/guide/guide.h"

namespace guide {
namespace {

class PrintJobParent final : public PPrintJobParent {
 public:
  PrintJobParent(std::u16string title, Lines* printed)
      : title_(std::move(title)), printed_(printed) {}

 private:
  ipdl::Result RecvPage(std::string text) override {
    if (text.size() > 80) return ipdl::BadMessage("text: longer than a line");
    pages_.push_back(std::move(text));
    SendProgress(static_cast<uint32_t>(pages_.size()));
    return ipdl::Ok();
  }
  ipdl::Result RecvFinish(FinishResolver resolve) override {
    printed_->insert(printed_->end(), pages_.begin(), pages_.end());
    resolve(0);
    return ipdl::Ok();
  }
  void ActorDestroy(ipdl::DestroyReason) override { printed_ = nullptr; }

  std::u16string title_;
  Lines* printed_;
  Lines pages_;
};

class PrinterParent final : public PPrinterParent {
 public:
  using Base = PPrinterParent;
  Lines printed;

 private:
  ipdl::RefPtr<PPrintJobParent> AllocPPrintJobParent(const std::u16string& title) override {
    return ipdl::MakeRef<PrintJobParent>(title, &printed);
  }
};

class PrintJobChild final : public PPrintJobChild {
 public:
  uint32_t pages = 0;

 private:
  ipdl::Result RecvProgress(uint32_t n) override {
    pages = n;
    return ipdl::Ok();
  }
};

class PrinterChild final : public PPrinterChild {
 public:
  using Base = PPrinterChild;
};

TEST_F(Guide, AGeckoProtocolMovesOver) {
  auto printer = ipdl::MakeRef<PrinterChild>();
  auto parent = ipdl::MakeRef<PrinterParent>();
  Connect(PPrinter::CreateEndpoints, parent, printer);

  auto job = ipdl::MakeRef<PrintJobChild>();
  printer->SendPPrintJobConstructor(job, u"report");
  job->SendPage("one");
  job->SendPage("two");
  bool finished = false;
  job->SendFinish(
      [&](uint32_t rv) {
        finished = rv == 0;
        PPrintJobChild::Send__delete__(job.get());
      },
      [](ipdl::RejectReason) {});
  Settle();
  EXPECT_TRUE(finished);
  EXPECT_EQ(2u, job->pages);
  EXPECT_EQ((Lines{"one", "two"}), parent->printed);
  EXPECT_EQ(0u, parent->ManagedPPrintJobParent().size());
  printer->Close();
  Settle();
}

}  // namespace
}  // namespace guide
