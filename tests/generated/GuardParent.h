// The author's class on the parent side of PGuard: every way to get at a tainted value.

#ifndef IPDL_TESTS_GENERATED_GUARDPARENT_H_
#define IPDL_TESTS_GENERATED_GUARDPARENT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "GateParent.h"
#include "PGuardParent.h"
#include "tests/generated/imported_types.h"

namespace demo {

class GuardParent : public PGuardParent {
 public:
  static constexpr uint32_t kRows = 10;

  std::vector<std::string> log;

 private:
  friend class PGuardParent;

  ipdl::Result RecvShow(ipdl::Tainted<uint32_t> row, ipdl::Tainted<std::string> name,
                        std::string token) {
    IPDL_VALIDATE(const uint32_t shown, row, [](uint32_t r) { return r < kRows; });
    const std::string text =
        std::move(name).TakeOr([](const std::string& n) { return !n.empty(); }, "nobody");
    log.push_back(std::to_string(shown) + " " + text + " " + token);
    return ipdl::Ok();
  }
  ipdl::Result RecvHand(ipdl::Tainted<PGateParent*> gate,
                        ipdl::Tainted<ipdl::RefPtr<tests::Shared>> shared,
                        ipdl::Tainted<ipdl::FileDescriptor> file) {
    const bool ours = gate.IsValid([&](PGateParent* g) { return g != nullptr; });
    const auto object = std::move(shared).TakeIf([](const auto& s) { return s->value() < 100; });
    const ipdl::FileDescriptor taken = std::move(file).TakeAny("it is closed at once");
    log.push_back(std::string(ours ? "ours" : "none") + (object ? " small" : " large") +
                  (taken.valid() ? " file" : ""));
    return ipdl::Ok();
  }
  ipdl::Result RecvFind(ipdl::Tainted<uint32_t> key, FindResolver resolve) {
    static const std::vector<std::pair<uint32_t, const char*>> kKnown = {{1, "one"}, {5, "five"}};
    const auto* entry = key.FindIn(kKnown, [](const auto& e, uint32_t k) { return e.first == k; });
    log.push_back(entry == nullptr ? "unknown" : entry->second);
    resolve(entry != nullptr);
    return ipdl::Ok();
  }
  ipdl::Result RecvCount(uint32_t start, ipdl::Tainted<std::vector<uint32_t>> values,
                         uint32_t* sum) {
    const auto few = [](const std::vector<uint32_t>& v) { return v.size() <= 3; };
    IPDL_VALIDATE(const std::vector<uint32_t> counted, values, few);
    *sum = start;
    for (const uint32_t each : counted) *sum += each;
    return ipdl::Ok();
  }
  ipdl::RefPtr<PGateParent> AllocPGateParent(const ipdl::Tainted<std::string>&,
                                             const ipdl::Tainted<uint32_t>& width) {
    const uint32_t* wide = width.LookIf([](uint32_t w) { return w <= 4; });
    return wide == nullptr ? nullptr : ipdl::MakeRef<GateParent>();
  }
  ipdl::Result RecvPGateConstructor(PGateParent*, ipdl::Tainted<std::string> name,
                                    ipdl::Tainted<uint32_t> width) {
    log.push_back("gate " + std::move(name).TakeAny("only printed") + " " +
                  std::to_string(std::move(width).TakeAny("checked when the gate was made")));
    return ipdl::Ok();
  }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_GUARDPARENT_H_
