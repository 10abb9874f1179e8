// What the tests of all kinds of channels run over: each test program brings its own kinds.
//
// Used by channel_test.cc and channel_process_test.cc; ChannelSettings() is defined by each test
// program.

#ifndef IPDL_RUNTIME_CHANNEL_CHANNEL_SETTINGS_FOR_TEST_H_
#define IPDL_RUNTIME_CHANNEL_CHANNEL_SETTINGS_FOR_TEST_H_

#include <memory>
#include <vector>

#include "runtime/channel/channel.h"
#include "runtime/handle.h"
#include "runtime/limits.h"
#include "runtime/run_loop.h"

namespace ipdl {

// What a process has beside its channels; must outlive them.
class ChannelMaker {
 public:
  ChannelMaker() = default;
  virtual ~ChannelMaker() = default;
  ChannelMaker(const ChannelMaker&) = delete;
  ChannelMaker& operator=(const ChannelMaker&) = delete;

  // The channel at this end of a socket whose other end is another maker's.
  virtual std::unique_ptr<Channel> Open(FileDescriptor socket, RunLoop* loop,
                                        const Limits& limits) = 0;
};

struct ChannelSetting {
  const char* name;
  std::unique_ptr<ChannelMaker> (*make)();
  // Whether ReadNow finds what the other end flushed, although the loop did not turn.
  bool reads_without_loop;
};
std::vector<ChannelSetting> ChannelSettings();

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_CHANNEL_SETTINGS_FOR_TEST_H_
