// A process's node, and portals whose parcels are numbered: what a session of several processes is
// made of.
//
// What it is: calls of the C table that survive faults, and the rules that hold for every portal
// whatever happens: what arrives is a beginning without gaps of what was put, closure is told once,
// and after the last parcel. What it is not: a script; session_for_test.h has that. Used by the
// tests of death and faults only.

#ifndef IPDL_RUNTIME_DRIVER_SESSION_PORTAL_FOR_TEST_H_
#define IPDL_RUNTIME_DRIVER_SESSION_PORTAL_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "runtime/driver/driver.h"
#include "runtime/portal/include/ipcz/ipcz.h"
#include "runtime/run_loop.h"

namespace ipdl {

// A node and its loop. `may_fail`: a fault may befall this process; then a call that fails makes it
// give up, and otherwise it fails the test.
class SessionNode {
 public:
  SessionNode(std::string name, IpczCreateNodeFlags flags, bool may_fail);
  // Closes the node, and checks that no object of the driver is left.
  ~SessionNode();
  SessionNode(const SessionNode&) = delete;
  SessionNode& operator=(const SessionNode&) = delete;

  const std::string& name() const { return name_; }
  const IpczAPI& ipcz() const { return ipcz_.api; }
  IpczHandle handle() const { return node_; }
  IpczCounters counters() const;
  // What the node knows, for messages.
  std::string Dump() const;

  bool gave_up() const { return gave_up_; }
  // True if it was a call's success; otherwise the process gives up.
  bool Check(IpczResult result, const char* call);

  // IPCZ_INVALID_HANDLE if it failed.
  IpczHandle Connect(int socket, IpczConnectNodeFlags flags);
  std::pair<IpczHandle, IpczHandle> OpenPair();
  void Close(IpczHandle portal) { ipcz().Close(portal, IPCZ_NO_FLAGS, nullptr); }

  // Calls `step` and turns the loop until `step` is true or the process gave up. Fails the test
  // when nothing happens for so long that nothing will; then `state` says more.
  void RunUntil(const char* what, absl::FunctionRef<bool()> step,
                absl::FunctionRef<std::string()> state);

 private:
  const std::string name_;
  const bool may_fail_;
  std::unique_ptr<RunLoop> loop_;
  IpczExtendedAPI ipcz_ = {};
  IpczHandle node_ = IPCZ_INVALID_HANDLE;
  bool gave_up_ = false;
};

// One end. The other end is another SessionPortal of the same name, in any process.
class SessionPortal {
 public:
  struct Parcel {
    std::string label;
    int number = 0;
    std::vector<IpczHandle> portals;  // the receiver's to close
    int identity = -1;                // of a descriptor that came along
  };
  enum class Next : uint8_t { kParcel, kNothing, kEnd };

  // Takes the portal.
  SessionPortal(SessionNode* node, std::string name, IpczHandle portal);
  ~SessionPortal();
  SessionPortal(const SessionPortal&) = delete;
  SessionPortal& operator=(const SessionPortal&) = delete;

  // Sends the label, `filler` bytes more, `portal` if it is one, and a descriptor of that identity
  // if it is not negative. Takes the portal in every case. False: the peer is gone, or the process
  // gave up.
  bool Put(const std::string& label, size_t filler = 0, IpczHandle portal = IPCZ_INVALID_HANDLE,
           int identity = -1);
  Next Get(Parcel* parcel);

  const std::string& name() const { return name_; }
  bool ended() const { return ended_; }

 private:
  static void IPCZ_API OnTrap(const IpczTrapEvent* event);
  bool TakeHandles(const std::vector<IpczHandle>& handles, Parcel* parcel);

  SessionNode* const node_;
  const std::string name_;
  const IpczHandle portal_;
  int sent_ = 0;
  int received_ = 0;
  bool ended_ = false;
  int told_dead_ = 0;
  int told_removed_ = 0;
};

// Parcels in both directions, each an answer to one of the other side: small ones, one with a
// descriptor and a big one.
class SessionTalk {
 public:
  // `must_be_whole`: no fault that may happen here is an excuse for an end in the middle.
  SessionTalk(SessionNode* node, std::string name, IpczHandle portal, bool must_be_whole);
  // Reads and answers what is there. True when it is over: everything was said, or the peer is
  // gone.
  bool Step();
  // For messages; empty when it is over.
  std::string state() const;

 private:
  void Say();

  static constexpr int kParcels = 5;

  SessionNode* const node_;
  std::unique_ptr<SessionPortal> portal_;  // null when it is over
  const bool must_be_whole_;
  int said_ = 0;
  int heard_ = 0;
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_DRIVER_SESSION_PORTAL_FOR_TEST_H_
