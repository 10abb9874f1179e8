// The author's class on the parent side of PTour: keeps what it receives, for the tests to look at.
//
// RecvX are private, as authors like them; generated code is a friend.

#ifndef IPDL_TESTS_GENERATED_TOURPARENT_H_
#define IPDL_TESTS_GENERATED_TOURPARENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "PTourParent.h"
#include "StopParent.h"
#include "runtime/byte_buf.h"
#include "tests/generated/imported_types.h"

namespace demo {

class TourParent : public PTourParent {
 public:
  std::vector<std::string> log;  // one word per message, in order
  std::string text;
  std::vector<values::Json> jsons;
  std::vector<ipdl::FileDescriptor> files;
  std::vector<uint32_t> numbers;
  PStopParent* stop = nullptr;
  PLegParent* leg = nullptr;
  Itinerary itinerary;
  Target target;
  ipdl::Endpoint<PEyeParent> eye;
  std::optional<AskResolver> waiting;
  std::optional<ipdl::DestroyReason> destroyed;

 private:
  friend class PTourParent;

  ipdl::Result RecvPing(uint32_t n, std::string s) {
    text = std::move(s);
    return Note("Ping", {n});
  }
  ipdl::Result RecvIdle() { return Note("Idle", {}); }
  ipdl::Result RecvPlain(bool yes, char letter, double d, size_t size, tests::Colour colour,
                         const tests::Extent& extent) {
    return Note("Plain", {yes, static_cast<uint32_t>(letter), static_cast<uint32_t>(d * 4),
                          static_cast<uint32_t>(size), static_cast<uint32_t>(colour),
                          static_cast<uint32_t>(extent.x), static_cast<uint32_t>(extent.y)});
  }
  ipdl::Result RecvStrings(const std::string& a, const std::u16string& b,
                           const std::optional<std::string>& c, const std::vector<std::string>& d) {
    text = a + "|" + std::string(b.begin(), b.end()) + "|" + c.value_or("-");
    for (const std::string& each : d) text += "|" + each;
    return Note("Strings", {});
  }
  ipdl::Result RecvArrays(std::vector<uint8_t> a, const std::vector<bool>& b,
                          const std::vector<values::Plane>& c, std::vector<values::Json> d,
                          std::vector<ipdl::FileDescriptor>&& e,
                          const std::vector<std::vector<uint32_t>>& f) {
    jsons = std::move(d);
    files = std::move(e);
    return Note("Arrays", {static_cast<uint32_t>(a.size()), static_cast<uint32_t>(b.size()),
                           static_cast<uint32_t>(c.size()), static_cast<uint32_t>(f.size())});
  }
  ipdl::Result RecvHandles(ipdl::FileDescriptor fd, std::optional<ipdl::FileDescriptor> maybe,
                           const ipdl::ByteBuf& bytes,
                           const std::optional<ipdl::MachSendRight>& right, Files more,
                           const Possession& possession) {
    files.push_back(std::move(fd));
    if (maybe) files.push_back(*std::move(maybe));
    for (ipdl::FileDescriptor& each : more.many()) files.push_back(std::move(each));
    return Note("Handles", {static_cast<uint32_t>(bytes.bytes().size()),
                            static_cast<uint32_t>(possession.type()), right.has_value()});
  }
  ipdl::Result RecvImported(const tests::Ticket& ticket, const tests::Blueprint& blueprint,
                            const tests::Coin& coin, tests::Shared* shared, tests::Shared* maybe,
                            const std::vector<tests::Ticket>& tickets,
                            const std::optional<tests::Coin>& change) {
    return Note("Imported", {ticket.number(), blueprint.pages(), coin.cents(), shared->value(),
                             maybe == nullptr ? 0 : maybe->value(),
                             static_cast<uint32_t>(tickets.size()), change ? change->cents() : 0});
  }
  ipdl::Result RecvPointers(const std::unique_ptr<values::Description>& description,
                            const std::unique_ptr<values::Chain>& chain,
                            const std::unique_ptr<tests::Ticket>& ticket) {
    return Note("Pointers", {description != nullptr, chain != nullptr, ticket != nullptr});
  }
  ipdl::Result RecvActors(PStopParent* s, PLegParent* l,
                          const std::vector<ipdl::SideVariant<PStopParent*, PStopChild*>>& stops,
                          Itinerary i, Target t) {
    stop = s;
    leg = l;
    itinerary = std::move(i);
    target = std::move(t);
    return Note("Actors", {static_cast<uint32_t>(stops.size())});
  }
  ipdl::Result RecvEnds(ipdl::Endpoint<PEyeParent> parent_end,
                        const std::optional<ipdl::Endpoint<PEyeChild>>& child_end) {
    eye = std::move(parent_end);
    return Note("Ends", {child_end.has_value()});
  }
  ipdl::Result RecvWait() { return Note("Wait", {}); }
  ipdl::Result RecvAdd(int32_t a, int32_t b, int32_t* sum) {
    *sum = a + b;
    return Note("Add", {});
  }
  ipdl::Result RecvFetch(const std::string& name, ipdl::FileDescriptor* fd,
                         values::Description* description, std::vector<values::Json>* facts,
                         PStopParent** nearest, ipdl::RefPtr<tests::Shared>* shared,
                         ipdl::RefPtr<tests::Shared>* must) {
    if (!files.empty()) *fd = std::move(files.back());
    description->label() = name;
    facts->push_back(values::Json(3.5));
    *nearest = stop;
    *shared = ipdl::MakeRef<tests::Shared>(8u);
    if (name != "null") *must = ipdl::MakeRef<tests::Shared>(9u);
    return Note("Fetch", {});
  }
  ipdl::Result RecvAsk(const std::string& question, AskResolver resolve) {
    if (question == "later") {
      waiting = std::move(resolve);
    } else {
      resolve(question + "!", 7);
    }
    return Note("Ask", {});
  }
  ipdl::Result RecvConfirm(ConfirmResolver resolve) {
    resolve();
    return Note("Confirm", {});
  }
  ipdl::Result RecvOne(const values::Number& number, OneResolver resolve) {
    resolve(values::Json(number.get_double()));
    return Note("One", {});
  }
  ipdl::Result RecvGive(ipdl::FileDescriptor fd, GiveResolver resolve) {
    resolve(std::move(fd), stop, ipdl::MakeRef<tests::Shared>(11u));
    return Note("Give", {});
  }
  ipdl::RefPtr<PStopParent> AllocPStopParent(const std::string& name) {
    return ipdl::MakeRef<StopParent>(name);
  }
  ipdl::Result RecvEcho(const values::Json& json) {
    SendEcho(json);
    return Note("Echo", {});
  }
  ipdl::Result RecvEchoAsk(values::Json json, EchoAskResolver resolve) {
    resolve(std::move(json));
    return Note("EchoAsk", {});
  }
  void ActorDestroy(ipdl::DestroyReason reason) override { destroyed = reason; }

  ipdl::Result Note(std::string word, std::vector<uint32_t> seen) {
    log.push_back(std::move(word));
    numbers = std::move(seen);
    return ipdl::Ok();
  }
};

}  // namespace demo

#endif  // IPDL_TESTS_GENERATED_TOURPARENT_H_
