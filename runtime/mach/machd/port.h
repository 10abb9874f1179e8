// A port: its counts of rights, its queue, who waits at it, and what was asked to be told about it.
//
// What it is: the state, and the rules that concern one port. What it is not: names
// (name_space.h), or the calls of clients (calls_*.cc). Ports are kept by the rights to them.
// Nothing here reaches into another task at once: whatever follows from a change is handed to the
// kernel (kernel.h) and done when that settles.

#ifndef IPDL_RUNTIME_MACH_MACHD_PORT_H_
#define IPDL_RUNTIME_MACH_MACHD_PORT_H_

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "runtime/mach/machd/kernel_object.h"
#include "runtime/mach/machd/message.h"
#include "runtime/mach/machd/readiness.h"
#include "runtime/mach/machd/ref.h"
#include "runtime/mach/machd/right.h"

namespace ipdl::machd {

class Kernel;
class MessageCall;
class NameSpace;
class PortSet;

class Port final : public RefCounted {
 public:
  // The maker holds the receive right from the start: Right(Right::Kind::kReceive, port).
  explicit Port(Kernel& kernel) : kernel_(kernel) {}

  bool alive() const { return alive_; }

  // --- Rights ---------------------------------------------------------------------------------

  uint32_t send_rights = 0;
  uint32_t send_once_rights = 0;
  uint32_t make_send_count = 0;

  // A send right made of the receive right.
  Right MakeSend();
  Right MakeSendOnce() { return Right(Right::Kind::kSendOnce, Ref<Port>(this)); }

  // Called by Right.
  void LastSenderGone();
  void SendOnceUnused();
  void ReceiverGone();

  // Where the receive right is: under a name, or in a message to `carrier`, or neither (the
  // kernel's own ports).
  NameSpace* space = nullptr;
  uint32_t name = 0;
  Port* carrier = nullptr;

  // The receive right is being moved away: leaves its sets, and forgets what was its holder's.
  void LeaveSpace();

  // Everything that has a right under a name: told when the port dies.
  std::set<std::pair<NameSpace*, uint32_t>> named_by;

  // Ends the port. Called by the kernel when it settles.
  void Die();

  // --- The queue --------------------------------------------------------------------------------

  uint32_t queue_limit = MACH_PORT_QLIMIT_DEFAULT;
  uint32_t sequence_number = 0;
  std::deque<std::unique_ptr<Message>> queue;
  std::list<MessageCall*> blocked_senders;
  std::list<MessageCall*> receivers;
  std::vector<PortSet*> sets;

  bool full() const { return queue.size() >= queue_limit; }
  // Puts a message into the queue or gives it to who waits for one, whatever the limit.
  void Accept(std::unique_ptr<Message> message);
  // Takes the first message; there must be one. Lets the next sender in.
  std::unique_ptr<Message> TakeFirst();
  // There may be room now: senders that wait go on, and who asked is told.
  void RoomChanged();
  void SetLimit(uint32_t limit);

  // --- Requests and attributes -------------------------------------------------------------------

  Right no_senders;
  Right port_destroyed;
  bool send_possible_armed = false;  // one of `named_by` waits for room
  bool guarded = false;
  bool strict_guard = false;
  bool importance_receiver = false;
  uint64_t context = 0;
  std::unique_ptr<Readiness> readiness;
  std::unique_ptr<KernelObject> object;

 private:
  void ReadinessChanged();

  Kernel& kernel_;
  bool alive_ = true;
};

// A set of ports of one name space: a receive from it takes from any member, in turns.
class PortSet final : public RefCounted {
 public:
  explicit PortSet(NameSpace* in) : space(in) {}

  NameSpace* space;
  uint32_t name = 0;
  std::list<Port*> members;  // the one served last is last
  std::list<MessageCall*> receivers;
  std::unique_ptr<Readiness> readiness;
  bool alive = true;

  void Add(Port* port);
  void Remove(Port* port);
  // The member whose turn it is, null if none has a message. It is then served last.
  Port* Next();
  void UpdateReadiness();
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_PORT_H_
