// A reference model of the rights algebra: what one task's names must stand for after each call.
//
// What it is: ports, names, queues and rights as plain values, with the rules written down a second
// time and as simply as possible. What it is not: fast, or able to wait. It is told each call and
// its arguments and says what must come of it; names that the kernel chooses are told to it. Used
// by rights_model_test.cc.

#ifndef IPDL_RUNTIME_MACH_CONFORMANCE_RIGHTS_MODEL_FOR_TEST_H_
#define IPDL_RUNTIME_MACH_CONFORMANCE_RIGHTS_MODEL_FOR_TEST_H_

#include <mach/mach.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace ipdl::mach_test {

class RightsModel {
 public:
  enum class Kind : uint8_t { kNone, kDead, kSend, kOnce, kReceive };
  struct Held {
    Kind kind = Kind::kNone;
    int port = -1;
  };
  struct Name {
    int port = -1;  // -1: a dead name
    bool receive = false;
    bool once = false;
    uint32_t references = 0;  // of the send right or dead name
    int watcher = -1;         // the port that a dead-name request tells
  };
  struct Message {
    uint32_t word = 0;
    Held cargo;
    bool has_cargo = false;
  };
  // A notification's id and name.
  using Told = std::pair<mach_msg_id_t, mach_port_t>;
  struct Port {
    bool alive = true;
    mach_port_t name = 0;  // of the receive right; 0 while it is in a message
    int carrier = -1;      // the port to whose queue that message belongs
    std::deque<Message> queue;
    std::multiset<Told> told;  // notifications that wait; their order is not fixed
  };

  std::map<mach_port_t, Name> names;
  std::vector<Port> ports;

  mach_port_type_t TypeOf(mach_port_t name) const;
  bool Has(mach_port_t name) const { return names.count(name) != 0; }

  // --- Calls: each returns the result that must come, and does what the call does --------------

  void Allocated(mach_port_t name);
  kern_return_t Insert(mach_port_t name);  // MAKE_SEND under its own name
  kern_return_t Deallocate(mach_port_t name);
  kern_return_t ModifyReferences(mach_port_t name, mach_port_right_t right, int delta);
  // The name under which a send-once right arrived is told by NameOf.
  kern_return_t MakeOnce(mach_port_t name, Held* made);
  kern_return_t RequestDeadName(mach_port_t name, mach_port_t notify, bool* replaces);
  // A message that finds no room is handed back, and the caller then destroys it.
  mach_msg_return_t Send(mach_port_t to, mach_msg_type_name_t how, Message message,
                         mach_port_t cargo, mach_msg_type_name_t cargo_how);

  // The right arrived under `name`. False if it may not be that name.
  bool Arrived(Held held, mach_port_t name);
  // The name of a right that must arrive under one that is there already; 0 if it is a new one.
  mach_port_t ExpectedName(Held held) const;

  // The caller drops a right that has no name.
  void Drop(Held held);

 private:
  bool CanTake(mach_port_t name, mach_msg_type_name_t how) const;
  Held Take(mach_port_t name, mach_msg_type_name_t how);
  void Erase(mach_port_t name);
  void EraseIfEmpty(mach_port_t name);
  void Die(int port);
  void Tell(int port, mach_msg_id_t id, mach_port_t name);
  bool IsCircular(Held cargo, int to) const;
};

}  // namespace ipdl::mach_test

#endif  // IPDL_RUNTIME_MACH_CONFORMANCE_RIGHTS_MODEL_FOR_TEST_H_
