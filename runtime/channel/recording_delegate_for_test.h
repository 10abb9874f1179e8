// A channel's owner that writes down what it is told, and does on the way what a test asks for.
//
// Used by the tests of this directory.

#ifndef IPDL_RUNTIME_CHANNEL_RECORDING_DELEGATE_FOR_TEST_H_
#define IPDL_RUNTIME_CHANNEL_RECORDING_DELEGATE_FOR_TEST_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/channel/channel.h"
#include "runtime/channel/raw_socket_for_test.h"

namespace ipdl {

class RecordingDelegate final : public Channel::Delegate {
 public:
  void OnChannelMessage(absl::Span<const uint8_t> payload,
                        absl::Span<OwnedHandle> received) override {
    EXPECT_EQ(0u, reinterpret_cast<uintptr_t>(payload.data()) % 8);
    EXPECT_TRUE(closed.empty()) << "a message after the end";
    const std::string text(payload.begin(), payload.end());
    messages.push_back(text);
    for (OwnedHandle& handle : received) {
      EXPECT_TRUE(handle.foreign());
      identities.push_back(IdentityOf(handle.value()));
    }
    if (!on_message) return;
    // The callback may destroy or replace this very function.
    const std::function<void(const std::string&)> call = on_message;
    call(text);
    EXPECT_EQ(text, std::string(payload.begin(), payload.end())) << "the payload changed";
  }
  void OnChannelClosed(const ChannelClosed& why) override {
    closed.push_back(why);
    if (on_closed) on_closed();
  }
  void OnChannelWritable() override {
    ++writable;
    if (on_writable) on_writable();
  }

  std::vector<std::string> messages;
  std::vector<int> identities;  // of all descriptors received
  std::vector<ChannelClosed> closed;
  int writable = 0;
  std::function<void(const std::string&)> on_message;
  std::function<void()> on_closed;
  std::function<void()> on_writable;
};

inline SendResult SendText(Channel& channel, const std::string& text) {
  Writer& writer = channel.Begin();
  writer.PutBytes(Text(text));
  return channel.End(writer);
}

inline SendResult SendHandles(Channel& channel, const std::string& text, int first, int count) {
  std::vector<OwnedHandle> handles;
  for (int i = 0; i < count; ++i) handles.push_back(DescriptorNumbered(first + i).TakeOwned());
  return channel.Send(Text(text), std::move(handles));
}

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_RECORDING_DELEGATE_FOR_TEST_H_
