// One connection to another process that carries messages of bytes and handles, in order.
//
// What it is: the interface that all kinds of channels share, and the manual for using one. What
// it is not: typed; what the bytes mean is the business of glue/. Implemented by socket_channel.h.
// Called by glue/'s MessageChannel.
//
// Frame on the wire, little endian: u32 size of the whole frame (header included, multiple of 8),
// u16 number of handles, u8 bytes of zero padding at the end (0-7), u8 zero; then the payload and
// the padding. Handles travel beside the bytes, in order, and arrive no later than the last byte
// of their frame.
//
// When bytes leave: once per turn of the loop, just before it sleeps; at once when
// Limits::flush_bytes are queued or as many handles as fit into one system call, on Flush(), on
// Close(), and before a sync call waits.
//
// Threads: everything on the loop's thread. No call of the delegate comes from inside a send,
// Flush(), Close() or Cut().
//
//   ipdl::Writer& writer = channel->Begin();
//   ipdl::WriteParam(writer, 7);
//   if (!channel->End(writer)) ...   // not sent: see SendResult

#ifndef IPDL_RUNTIME_CHANNEL_CHANNEL_H_
#define IPDL_RUNTIME_CHANNEL_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "runtime/handle.h"
#include "runtime/peer.h"
#include "runtime/send_result.h"
#include "runtime/writer.h"

namespace ipdl {

// Why a channel is closed.
struct ChannelClosed {
  enum class Kind : uint8_t {
    kPeerClosed,  // the peer closed its end or died; a clean end unless `text` says otherwise
    kCut,         // the peer broke the rules and was cut off
    kError,       // the local system failed us
  };
  Kind kind = Kind::kPeerClosed;
  std::string text;  // one line for a log; names no peer; may quote what the peer sent
};

class Channel {
 public:
  class Delegate {
   public:
    // A message came. `payload` is 8-aligned and lies in the receive buffer; the peer cannot
    // change it any more. It stays valid until this call returns, also if the call waits for
    // another message of this channel (which then nests inside it) or destroys the channel.
    // Handles that are still in `handles` when the call returns are closed.
    virtual void OnChannelMessage(absl::Span<const uint8_t> payload,
                                  absl::Span<OwnedHandle> handles) = 0;

    // The channel is closed, for this reason; called exactly once, and last, unless this side
    // called Close() or destroyed the channel first. Messages that had arrived whole were handed
    // on before. The channel may be destroyed here.
    virtual void OnChannelClosed(const ChannelClosed& why) = 0;

    // After a send was answered kWouldBlock: the queue is at most half full again. Once for all
    // the sends refused meanwhile.
    virtual void OnChannelWritable() {}

   protected:
    ~Delegate() = default;
  };

  // Closes without flushing, and without a call to the delegate.
  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Begins to read and to call `delegate`, which must outlive the channel or its Close(). Once.
  // Messages may be sent before.
  virtual void Start(Delegate* delegate) = 0;

  // Opens a message: what is written to the result goes straight into the output buffer. Must be
  // followed by End or Abandon with the same writer. A message begun while another is open is sent
  // before it. On a closed channel the writer swallows everything. `scope` is what the layer above
  // hangs on the message for its ParamTraits to find; it must live until End or Abandon.
  virtual Writer& Begin(MessageScope* scope = nullptr) = 0;

  // Queues the message. Its handles are consumed in every case. kRefused: the writer failed or the
  // message is over Limits::message_bytes or message_handles; `why_refused` gets the reason, or
  // without it the log does.
  virtual SendResult End(Writer& writer, std::string* why_refused = nullptr) = 0;

  // Drops the message and closes its handles.
  virtual void Abandon(Writer& writer) = 0;

  // One message from parts that exist already. `bytes` is the payload, copied; `handles` are
  // consumed in every case; none may be empty.
  virtual SendResult Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles) = 0;

  // Writes what is queued as far as the kernel takes it now. Returns whether nothing is left.
  virtual bool Flush() = 0;

  // Writes what the kernel takes now, drops the rest, and closes. The delegate hears nothing more.
  // Idempotent. A peer that reads takes what fits into its socket buffer (about 200 KiB); if more
  // than that may be queued and matters, wait until queued_bytes() is 0.
  virtual void Close() = 0;

  // Closes at once, dropping what is queued and what has arrived; OnChannelClosed follows from the
  // loop with kCut and `reason`. For a peer whose message made no sense. Ignored once closed.
  virtual void Cut(std::string reason) = 0;

  // Where the message being handed on came from, for somebody who sets it aside and looks at it
  // later (OriginScope). Null: from nobody but the peer.
  using Origin = std::shared_ptr<const void>;
  virtual Origin origin() { return nullptr; }
  // While one exists, Cut blames who sent that message. The channel must exist at its end.
  class OriginScope {
   public:
    OriginScope(Channel& channel, Origin origin)
        : channel_(channel), outer_(channel.ExchangeOrigin(std::move(origin))) {}
    ~OriginScope() { channel_.ExchangeOrigin(std::move(outer_)); }
    OriginScope(const OriginScope&) = delete;
    OriginScope& operator=(const OriginScope&) = delete;

   private:
    Channel& channel_;
    Origin outer_;
  };

  // Stops and restarts reading; messages stay in the kernel, so that the peer feels it. A message
  // being handed on when Pause is called is the last one. Not counted: one Resume ends any number
  // of pauses. While paused the end of the peer is not noticed.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;

  // Reads what has come, without waiting, and hands it on. Returns whether a message was handed on.
  virtual bool ReadNow() = 0;

  // False from the moment the channel was closed, cut or found broken.
  virtual bool IsOpen() const = 0;

  // Bytes and handles sent but not yet taken by the kernel.
  virtual size_t queued_bytes() const = 0;
  virtual size_t queued_handles() const = 0;

  // Whether a message of that size would be queued now, and not answered kWouldBlock.
  virtual bool HasRoom(size_t payload_bytes, size_t handles) const = 0;

  // Who the other end is, by what this process knows, never from the wire.
  virtual const PeerLabel& peer() const = 0;

  // Whether peer() is certain.
  enum class PeerIs : uint8_t {
    kKnown,
    kThisProcess,  // whatever peer() says
    kNotKnownYet,  // others are between us, and will perhaps leave
    kNotKnown,     // others were between us to the end
  };
  virtual PeerIs WhoIsPeer() const { return PeerIs::kKnown; }

 protected:
  Channel() = default;
  virtual Origin ExchangeOrigin(Origin /*origin*/) { return nullptr; }
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_CHANNEL_CHANNEL_H_
