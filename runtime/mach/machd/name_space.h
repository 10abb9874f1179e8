// One task's names, and the rights behind them.
//
// What it is: the algebra of names: a send and a receive right to one port share a name, send
// rights are counted, send-once rights each have a name of their own, a right whose port dies
// becomes a dead name. What it is not: messages; copy_in.cc and copy_out.cc come here for names.
// All results are kern_return_t, and a call that fails has changed nothing.
//
// Names are (index << 8) | generation, with the low bits never zero, so that code which takes a
// small number for a name, or an old name for its successor, is found out.

#ifndef IPDL_RUNTIME_MACH_MACHD_NAME_SPACE_H_
#define IPDL_RUNTIME_MACH_MACHD_NAME_SPACE_H_

#include <mach/mach.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "runtime/mach/machd/ref.h"
#include "runtime/mach/machd/right.h"

namespace ipdl::machd {

class Kernel;
class Port;
class PortSet;
class Task;

class NameSpace {
 public:
  // What a name stands for. At most: a send and a receive right to one port; or a send-once right;
  // or a set; or nothing but a dead name.
  struct Entry {
    Right send;
    Right receive;
    Right once;
    Ref<PortSet> set;
    bool dead = false;
    uint32_t references = 0;  // of the send right or the dead name
    // A dead-name or send-possible request.
    Right request;
    bool request_send_possible = false;
    bool request_armed = false;

    mach_port_type_t type() const;
    // The port of whichever right there is, or null.
    Port* port() const;
  };

  NameSpace(Task& task, Kernel& kernel) : task_(task), kernel_(kernel) {}

  Task& task() { return task_; }

  // --- Looking ----------------------------------------------------------------------------------

  // Null if there is no such name. Valid until the name space changes.
  Entry* Find(uint32_t name);
  size_t size() const { return entries_.size(); }
  std::vector<uint32_t> Names() const;  // in ascending order

  // --- Making -----------------------------------------------------------------------------------

  // A new port, set or dead name; under `*name` if that is not 0.
  kern_return_t Allocate(mach_port_right_t right, uint32_t* name);
  // Gives `right` a name: kNone is MACH_PORT_NULL, a dead one MACH_PORT_DEAD. If there is no room
  // for it, the right is dropped, `*name` is MACH_PORT_NULL and the result an error.
  kern_return_t Insert(Right right, uint32_t* name);
  // Puts `right` under `name`, which must be free or already stand for the same port.
  kern_return_t InsertAs(uint32_t name, Right right);

  // --- Taking -----------------------------------------------------------------------------------

  // The right under `name` as `disposition` (MACH_MSG_TYPE_...) takes it. A dead name taken as a
  // send or send-once right gives a dead right.
  kern_return_t CopyIn(uint32_t name, mach_msg_type_name_t disposition, Right* right);
  // Whether that would work now.
  kern_return_t CanCopyIn(uint32_t name, mach_msg_type_name_t disposition);

  kern_return_t Deallocate(uint32_t name);
  kern_return_t ModifyReferences(uint32_t name, mach_port_right_t right, int32_t delta);
  kern_return_t References(uint32_t name, mach_port_right_t right, uint32_t* count);
  kern_return_t Destruct(uint32_t name, int32_t send_delta, uint64_t guard);
  kern_return_t Destroy(uint32_t name);
  // Everything; the task has ended.
  void Clear();

  // --- What ports tell
  // ----------------------------------------------------------------------------

  void PortDied(uint32_t name);
  void SendPossible(uint32_t name);

  // --- Misuse
  // -------------------------------------------------------------------------------------

  // Notes that a call used a name in a way that Darwin answers by ending the program. The text is
  // taken by the answer to that call, if the task is strict.
  void Misused(uint32_t name, const std::string& what);
  std::string TakeMisuse() { return std::exchange(misuse_, {}); }

 private:
  uint32_t NewName();
  Entry* NewEntry(uint32_t name);
  void Name(Port* port, uint32_t name);
  // Ends the entry if nothing is left in it.
  void EndIfEmpty(uint32_t name, Entry* entry);
  void End(uint32_t name);
  void DropRequest(uint32_t name, Entry* entry);
  void BecomeDead(uint32_t name, Entry* entry);
  kern_return_t TakeReceive(uint32_t name, Entry* entry, Right* right);
  kern_return_t ReceiveEnds(uint32_t name, Entry* entry);
  void Remember(uint32_t name, const char* event);

  Task& task_;
  Kernel& kernel_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<Entry>> entries_;
  absl::flat_hash_map<Port*, uint32_t> shared_names_;  // of send and receive rights
  std::vector<uint32_t> free_;                         // names to be followed by their successors
  uint32_t next_index_ = 1;
  std::string misuse_;
  // What became of names lately, oldest first; kept for strict tasks only.
  struct Event {
    uint32_t name;
    const char* call;
    const char* event;
  };
  std::deque<Event> history_;
};

}  // namespace ipdl::machd

#endif  // IPDL_RUNTIME_MACH_MACHD_NAME_SPACE_H_
