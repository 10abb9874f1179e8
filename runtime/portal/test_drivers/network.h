// What tests of portals between nodes need of a driver: transports, objects to box, and a way to
// let things happen.
//
// Implemented by TestNetwork, and by runtime/driver for the drivers that users get, so that the
// same test bodies run over all of them. RemoteSettings() is defined by each test program.

#ifndef IPDL_RUNTIME_PORTAL_NETWORK_FOR_TEST_H_
#define IPDL_RUNTIME_PORTAL_NETWORK_FOR_TEST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/portal/include/ipcz/ipcz.h"

namespace ipdl::portal {

class Network {
 public:
  Network() = default;
  virtual ~Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  virtual const IpczDriver& table() const = 0;

  // A new transport. `has_broker`: one of its ends is for a broker, or will be given to one.
  virtual std::pair<IpczDriverHandle, IpczDriverHandle> NewTransports(bool has_broker) = 0;
  // An object that a box can carry to any node, and what it says.
  virtual IpczDriverHandle NewBlob(const std::string& text) = 0;
  virtual std::string TextOf(IpczDriverHandle blob) = 0;
  void Close(IpczDriverHandle object) { table().Close(object, IPCZ_NO_FLAGS, nullptr); }

  // Lets things happen until it holds. False if it cannot come true any more, or takes too long.
  virtual bool RunUntil(const std::function<bool()>& condition) = 0;
  // Until nothing moves, if the network can tell.
  virtual void Settle() = 0;

  // Objects of the driver that are not closed.
  virtual int live_objects() const = 0;
  // What ReportBadTransportActivity was called with.
  virtual std::vector<uintptr_t> rejections() const = 0;
  virtual bool tells_rejections() const { return true; }
};

// What the tests of remote_test.cc run over.
struct RemoteSetting {
  const char* name;
  std::unique_ptr<Network> (*make)();
};
std::vector<RemoteSetting> RemoteSettings();

}  // namespace ipdl::portal

#endif  // IPDL_RUNTIME_PORTAL_NETWORK_FOR_TEST_H_
