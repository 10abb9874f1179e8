// Random sequences of calls, each compared with the reference model of the rights algebra.
//
// IPDL_MACH_SEED replays one sequence, IPDL_MACH_STEPS makes it longer; a failure prints both.

#include <cstdlib>
#include <random>
#include <string>

#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/conformance/rights_model_for_test.h"

namespace ipdl::mach_test {

// --- The model ----------------------------------------------------------------------------------

mach_port_type_t RightsModel::TypeOf(mach_port_t name) const {
  const auto found = names.find(name);
  if (found == names.end()) return 0;
  const Name& entry = found->second;
  mach_port_type_t type = entry.watcher >= 0 ? MACH_PORT_TYPE_DNREQUEST : 0;
  if (entry.port < 0) return type | MACH_PORT_TYPE_DEAD_NAME;
  if (entry.once) return type | MACH_PORT_TYPE_SEND_ONCE;
  if (entry.receive) type |= MACH_PORT_TYPE_RECEIVE;
  if (entry.references > 0) type |= MACH_PORT_TYPE_SEND;
  return type;
}

void RightsModel::Allocated(mach_port_t name) {
  Name entry;
  entry.port = static_cast<int>(ports.size());
  entry.receive = true;
  names[name] = entry;
  ports.emplace_back().name = name;
}

bool RightsModel::CanTake(mach_port_t name, mach_msg_type_name_t how) const {
  const auto found = names.find(name);
  if (found == names.end()) return false;
  const Name& entry = found->second;
  switch (how) {
    case MACH_MSG_TYPE_MOVE_RECEIVE:
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      return entry.receive;
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
      return entry.once || entry.port < 0;
    default:
      return !entry.once && entry.references > 0;
  }
}

RightsModel::Held RightsModel::Take(mach_port_t name, mach_msg_type_name_t how) {
  Name& entry = names[name];
  const int port = entry.port;
  if (port < 0) {
    if (how != MACH_MSG_TYPE_COPY_SEND) {
      --entry.references;
      EraseIfEmpty(name);
    }
    return {Kind::kDead, -1};
  }
  switch (how) {
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_COPY_SEND:
      return {Kind::kSend, port};
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
      return {Kind::kOnce, port};
    case MACH_MSG_TYPE_MOVE_SEND:
      --entry.references;
      EraseIfEmpty(name);
      return {Kind::kSend, port};
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
      entry.once = false;
      EraseIfEmpty(name);
      return {Kind::kOnce, port};
    default:
      entry.receive = false;
      ports[static_cast<size_t>(port)].name = 0;
      EraseIfEmpty(name);
      return {Kind::kReceive, port};
  }
}

void RightsModel::EraseIfEmpty(mach_port_t name) {
  const Name& entry = names[name];
  if (!entry.receive && !entry.once && entry.references == 0) Erase(name);
}

void RightsModel::Erase(mach_port_t name) {
  const int watcher = names[name].watcher;
  names.erase(name);
  if (watcher >= 0) Tell(watcher, MACH_NOTIFY_PORT_DELETED, name);
}

void RightsModel::Tell(int port, mach_msg_id_t id, mach_port_t name) {
  Port& to = ports[static_cast<size_t>(port)];
  if (to.alive) to.told.insert({id, name});
}

void RightsModel::Drop(Held held) {
  if (held.port < 0) return;
  if (held.kind == Kind::kOnce) Tell(held.port, MACH_NOTIFY_SEND_ONCE, 0);
  if (held.kind == Kind::kReceive) Die(held.port);
}

void RightsModel::Die(int dead) {
  Port& port = ports[static_cast<size_t>(dead)];
  if (!port.alive) return;
  port.alive = false;
  port.told.clear();
  const std::deque<Message> queue = std::exchange(port.queue, {});
  for (auto& [name, entry] : names) {
    if (entry.port != dead) continue;
    entry.port = -1;
    if (entry.once) entry.references = 1;
    entry.once = entry.receive = false;
    const int watcher = std::exchange(entry.watcher, -1);
    if (watcher < 0) continue;
    ++entry.references;
    Tell(watcher, MACH_NOTIFY_DEAD_NAME, name);
  }
  for (const Message& message : queue) Drop(message.cargo);
}

kern_return_t RightsModel::Insert(mach_port_t name) {
  if (!Has(name)) return KERN_INVALID_NAME;
  if (!names[name].receive) return KERN_INVALID_RIGHT;
  ++names[name].references;
  return KERN_SUCCESS;
}

kern_return_t RightsModel::Deallocate(mach_port_t name) {
  if (!Has(name)) return KERN_INVALID_NAME;
  Name& entry = names[name];
  if (entry.once) {
    const int port = entry.port;
    Erase(name);
    Drop({Kind::kOnce, port});
    return KERN_SUCCESS;
  }
  if (entry.references == 0) return KERN_INVALID_RIGHT;
  --entry.references;
  EraseIfEmpty(name);
  return KERN_SUCCESS;
}

kern_return_t RightsModel::ModifyReferences(mach_port_t name, mach_port_right_t right, int delta) {
  if (!Has(name)) return KERN_INVALID_NAME;
  if ((TypeOf(name) & MACH_PORT_TYPE(right)) == 0) return KERN_INVALID_RIGHT;
  Name& entry = names[name];
  if (right == MACH_PORT_RIGHT_RECEIVE) {
    const int port = entry.port;
    entry.receive = false;
    EraseIfEmpty(name);
    Die(port);
    return KERN_SUCCESS;
  }
  if (static_cast<int>(entry.references) + delta < 0) return KERN_INVALID_VALUE;
  entry.references = static_cast<uint32_t>(static_cast<int>(entry.references) + delta);
  EraseIfEmpty(name);
  return KERN_SUCCESS;
}

kern_return_t RightsModel::MakeOnce(mach_port_t name, Held* made) {
  if (!Has(name)) return KERN_INVALID_NAME;
  if (!names[name].receive) return KERN_INVALID_RIGHT;
  *made = Take(name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
  return KERN_SUCCESS;
}

kern_return_t RightsModel::RequestDeadName(mach_port_t name, mach_port_t notify, bool* replaces) {
  *replaces = false;
  if (!Has(name)) return KERN_INVALID_NAME;
  if (names[name].port < 0) return KERN_INVALID_ARGUMENT;
  if (!CanTake(notify, MACH_MSG_TYPE_MAKE_SEND_ONCE)) return KERN_INVALID_CAPABILITY;
  *replaces = names[name].watcher >= 0;
  // The caller drops the send-once right of the request before.
  if (*replaces) Tell(names[name].watcher, MACH_NOTIFY_SEND_ONCE, 0);
  names[name].watcher = names[notify].port;
  return KERN_SUCCESS;
}

bool RightsModel::IsCircular(Held cargo, int to) const {
  if (cargo.kind != Kind::kReceive) return false;
  for (int at = to; at >= 0; at = ports[static_cast<size_t>(at)].carrier) {
    if (at == cargo.port) return true;
  }
  return false;
}

mach_msg_return_t RightsModel::Send(mach_port_t to, mach_msg_type_name_t how, Message message,
                                    mach_port_t cargo, mach_msg_type_name_t cargo_how) {
  if (!CanTake(to, how) || names[to].port < 0) return MACH_SEND_INVALID_DEST;
  const Held destination = Take(to, how);
  Port& port = ports[static_cast<size_t>(destination.port)];
  if (message.has_cargo) {
    if (!CanTake(cargo, cargo_how)) {
      Drop(destination);
      return MACH_SEND_INVALID_RIGHT;
    }
    message.cargo = Take(cargo, cargo_how);
  }
  if (IsCircular(message.cargo, destination.port)) {
    Drop(destination);
    Drop(message.cargo);
    return MACH_MSG_SUCCESS;
  }
  const bool full = port.queue.size() + port.told.size() >= MACH_PORT_QLIMIT_DEFAULT;
  if (full && destination.kind == Kind::kSend) {
    Drop(message.cargo);
    return MACH_SEND_TIMED_OUT;
  }
  if (message.cargo.kind == Kind::kReceive) {
    ports[static_cast<size_t>(message.cargo.port)].carrier = destination.port;
  }
  port.queue.push_back(message);
  return MACH_MSG_SUCCESS;
}

mach_port_t RightsModel::ExpectedName(Held held) const {
  if (held.kind == Kind::kNone) return MACH_PORT_NULL;
  if (held.port < 0 || !ports[static_cast<size_t>(held.port)].alive) return MACH_PORT_DEAD;
  if (held.kind == Kind::kOnce) return 0;
  for (const auto& [name, entry] : names) {
    if (entry.port == held.port && !entry.once) return name;
  }
  return 0;
}

bool RightsModel::Arrived(Held held, mach_port_t name) {
  const mach_port_t expected = ExpectedName(held);
  if (held.kind == Kind::kNone || expected == MACH_PORT_DEAD) return name == expected;
  if (expected != 0 ? name != expected : Has(name) || !MACH_PORT_VALID(name)) return false;
  Name& entry = names[name];
  entry.port = held.port;
  if (held.kind == Kind::kSend) ++entry.references;
  if (held.kind == Kind::kOnce) entry.once = true;
  if (held.kind == Kind::kReceive) {
    entry.receive = true;
    ports[static_cast<size_t>(held.port)].name = name;
    ports[static_cast<size_t>(held.port)].carrier = -1;
  }
  return true;
}

// --- The walk -----------------------------------------------------------------------------------

namespace {

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {}

  void Step() {
    switch (Below(12)) {
      case 0:
        return Allocate();
      case 1:
      case 2:
        chosen_ = Any();
        return Check(model_.Insert(chosen_),
                     mach_port_insert_right(Self(), chosen_, chosen_, MACH_MSG_TYPE_MAKE_SEND));
      case 3:
        chosen_ = Any();
        return Check(model_.Deallocate(chosen_), mach_port_deallocate(Self(), chosen_));
      case 4:
        return ModifyReferences();
      case 5:
        return MakeOnce();
      case 6:
        return RequestDeadName();
      case 7:
      case 8:
        return SendOne(false);
      case 9:
        return SendOne(true);
      default:
        return ReceiveOne();
    }
  }

  // The whole name space, name by name.
  void CompareAll() {
    mach_port_name_array_t names = nullptr;
    mach_port_type_array_t types = nullptr;
    mach_msg_type_number_t count = 0;
    ASSERT_EQ(KERN_SUCCESS, mach_port_names(Self(), &names, &count, &types, &count));
    size_t matched = 0;
    for (mach_msg_type_number_t i = 0; i < count; ++i) {
      if (!model_.Has(names[i])) continue;  // one of the task's own
      ++matched;
      EXPECT_EQ(model_.TypeOf(names[i]), types[i]) << std::hex << names[i];
    }
    EXPECT_EQ(model_.names.size(), matched);
    vm_deallocate(Self(), reinterpret_cast<vm_address_t>(names), count * sizeof(*names));
    vm_deallocate(Self(), reinterpret_cast<vm_address_t>(types), count * sizeof(*types));
  }

  void DropAll() {
    while (!model_.names.empty()) {
      const mach_port_t name = model_.names.begin()->first;
      if (model_.names[name].receive) {
        Check(model_.ModifyReferences(name, MACH_PORT_RIGHT_RECEIVE, -1),
              mach_port_mod_refs(Self(), name, MACH_PORT_RIGHT_RECEIVE, -1));
      } else {
        Check(model_.Deallocate(name), mach_port_deallocate(Self(), name));
      }
    }
  }

 private:
  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  // Mostly a name that is there.
  mach_port_t Any() {
    if (model_.names.empty() || Below(50) == 0) return 0x777703;
    auto at = model_.names.begin();
    std::advance(at, Below(static_cast<uint32_t>(model_.names.size())));
    return at->first;
  }

  // The result, and what the name stands for now.
  void Check(kern_return_t expected, kern_return_t actual) {
    ASSERT_EQ(expected, actual);
    CheckName(chosen_);
  }

  void CheckName(mach_port_t name) {
    ASSERT_EQ(model_.TypeOf(name), TypeOf(name)) << std::hex << name;
    if (!model_.Has(name)) return;
    const RightsModel::Name& entry = model_.names[name];
    const uint32_t actual = entry.port < 0 ? DeadRefs(name) : SendRefs(name);
    ASSERT_EQ(entry.references, actual) << std::hex << name;
  }

  void Allocate() {
    if (model_.names.size() > 60) return DropOne();
    mach_port_t name = MACH_PORT_NULL;
    ASSERT_EQ(KERN_SUCCESS, mach_port_allocate(Self(), MACH_PORT_RIGHT_RECEIVE, &name));
    ASSERT_FALSE(model_.Has(name));
    model_.Allocated(name);
  }

  void DropOne() {
    chosen_ = Any();
    Check(model_.ModifyReferences(chosen_, MACH_PORT_RIGHT_RECEIVE, -1),
          mach_port_mod_refs(Self(), chosen_, MACH_PORT_RIGHT_RECEIVE, -1));
  }

  void ModifyReferences() {
    if (Below(8) == 0) return DropOne();
    chosen_ = Any();
    const mach_port_right_t right =
        Below(3) == 0 ? MACH_PORT_RIGHT_DEAD_NAME : MACH_PORT_RIGHT_SEND;
    const int delta = static_cast<int>(Below(6)) - 3;
    Check(model_.ModifyReferences(chosen_, right, delta),
          mach_port_mod_refs(Self(), chosen_, right, delta));
  }

  void MakeOnce() {
    chosen_ = Any();
    RightsModel::Held made;
    mach_port_t name = MACH_PORT_NULL;
    mach_msg_type_name_t type = 0;
    const kern_return_t expected = model_.MakeOnce(chosen_, &made);
    Check(expected,
          mach_port_extract_right(Self(), chosen_, MACH_MSG_TYPE_MAKE_SEND_ONCE, &name, &type));
    if (expected != KERN_SUCCESS) return;
    ASSERT_TRUE(model_.Arrived(made, name));
  }

  void RequestDeadName() {
    chosen_ = Any();
    const mach_port_t notify = Any();
    mach_port_t previous = MACH_PORT_NULL;
    bool replaces = false;
    const kern_return_t expected = model_.RequestDeadName(chosen_, notify, &replaces);
    const kern_return_t actual = mach_port_request_notification(
        Self(), chosen_, MACH_NOTIFY_DEAD_NAME, 0, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    // The right of the request before may be dead by now, and then is none to be dropped.
    if (replaces && MACH_PORT_VALID(previous)) mach_port_deallocate(Self(), previous);
    Check(expected, actual);
  }

  void SendOne(bool with_cargo) {
    constexpr mach_msg_type_name_t kTo[] = {
        MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_COPY_SEND,      MACH_MSG_TYPE_MOVE_SEND,
        MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_MOVE_SEND_ONCE};
    chosen_ = Any();
    const mach_port_t to = chosen_;
    const mach_msg_type_name_t how = kTo[Below(6)];
    RightsModel::Message message;
    message.word = ++word_;
    message.has_cargo = with_cargo;
    mach_msg_return_t actual;
    mach_msg_return_t expected;
    if (with_cargo) {
      const mach_port_t cargo = Any();
      const auto cargo_how = static_cast<mach_msg_type_name_t>(MACH_MSG_TYPE_MOVE_RECEIVE +
                                                               static_cast<int>(Below(6)));
      expected = model_.Send(to, how, message, cargo, cargo_how);
      PortMessage out = Carry(to, cargo, cargo_how);
      out.header.msgh_bits = MACH_MSGH_BITS(how, 0) | MACH_MSGH_BITS_COMPLEX;
      out.header.msgh_id = static_cast<mach_msg_id_t>(word_ + 100'000);
      actual = Send(&out);
      if (actual == MACH_SEND_TIMED_OUT) mach_msg_destroy(&out.header);
    } else {
      expected = model_.Send(to, how, message, 0, 0);
      WordMessage out = Word(to, how, 0);
      out.header.msgh_id = static_cast<mach_msg_id_t>(word_ + 100'000);
      actual = Send(&out);
      if (actual == MACH_SEND_TIMED_OUT) mach_msg_destroy(&out.header);
    }
    Check(expected, actual);
  }

  void ReceiveOne() {
    chosen_ = Any();
    const bool can = model_.Has(chosen_) && model_.names[chosen_].receive;
    PortMessage got = {};
    const mach_msg_return_t actual = mach_msg(&got.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                              sizeof(got), chosen_, 0, MACH_PORT_NULL);
    if (!can) return Check(MACH_RCV_INVALID_NAME, actual);
    RightsModel::Port& port = model_.ports[static_cast<size_t>(model_.names[chosen_].port)];
    if (port.queue.empty() && port.told.empty()) return Check(MACH_RCV_TIMED_OUT, actual);
    ASSERT_EQ(MACH_MSG_SUCCESS, actual);
    ASSERT_EQ(chosen_, got.header.msgh_local_port);
    if (got.header.msgh_id < 100'000) return Told(&port, got);
    ASSERT_FALSE(port.queue.empty());
    const RightsModel::Message expected = port.queue.front();
    port.queue.pop_front();
    ASSERT_EQ(static_cast<mach_msg_id_t>(expected.word + 100'000), got.header.msgh_id);
    ASSERT_EQ(expected.has_cargo, MACH_MSGH_BITS_IS_COMPLEX(got.header.msgh_bits));
    if (!expected.has_cargo) return;
    ASSERT_TRUE(model_.Arrived(expected.cargo, got.port.name)) << std::hex << got.port.name;
    if (MACH_PORT_VALID(got.port.name)) CheckName(got.port.name);
  }

  void Told(RightsModel::Port* port, const PortMessage& got) {
    mach_port_t name = 0;
    if (got.header.msgh_id != MACH_NOTIFY_SEND_ONCE) {
      name = reinterpret_cast<const Notification*>(&got)->value;
    }
    const auto found = port->told.find({got.header.msgh_id, name});
    ASSERT_NE(port->told.end(), found) << got.header.msgh_id << " " << std::hex << name;
    port->told.erase(found);
  }

  std::mt19937_64 random_;
  RightsModel model_;
  mach_port_t chosen_ = MACH_PORT_NULL;
  uint32_t word_ = 0;
};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

MACH_TEST(MachModel, RandomCallsDoWhatTheModelSays) {
  AllowMisuse();
  const uint64_t one = FromEnvironment("IPDL_MACH_SEED", 0);
  const uint64_t steps = FromEnvironment("IPDL_MACH_STEPS", 10'000);
  for (uint64_t seed = one != 0 ? one : 1; seed <= (one != 0 ? one : 10); ++seed) {
    SCOPED_TRACE("IPDL_MACH_SEED=" + std::to_string(seed));
    Walk walk(seed);
    for (uint64_t i = 0; i < steps; ++i) {
      walk.Step();
      if (i % 64 == 0) walk.CompareAll();
      ASSERT_FALSE(testing::Test::HasFailure()) << "at step " << i;
    }
    walk.DropAll();
  }
}

}  // namespace
}  // namespace ipdl::mach_test
