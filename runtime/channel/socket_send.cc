// Framing, quota and the plan of each sendmsg. See socket_send.h.

#include "runtime/channel/socket_send.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ipdl {
namespace {

#if defined(MSG_NOSIGNAL)
constexpr int kSendFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
constexpr int kSendFlags = MSG_DONTWAIT;  // the channel sets SO_NOSIGPIPE
#endif

// Calls that must follow to carry `handles` more handles, one byte each.
constexpr size_t CallsFor(size_t handles) {
  return (handles + kDescriptorsPerSend - 1) / kDescriptorsPerSend;
}

constexpr size_t PaddingFor(size_t payload) { return (0 - payload) & 7; }

constexpr size_t FrameSize(size_t payload) {
  return kFrameHeaderBytes + payload + PaddingFor(payload);
}

}  // namespace

// --- Messages into the queue -------------------------------------------------------------------

Writer& SocketSender::Begin(MessageScope* scope) {
  if (open_ || stopped_) return BeginDraft(scope);
  CompactHandles();
  open_ = true;
  open_start_ = sent_ + queue_.size();
  queue_.Extend(kFrameHeaderBytes);
  return writer_.emplace(&queue_, &handles_, limits_, scope);
}

Writer& SocketSender::BeginDraft(MessageScope* scope) {
  Draft& draft = *drafts_.emplace_back(std::make_unique<Draft>());
  draft.dead = stopped_;
  if (stopped_) return draft.writer.emplace("the channel is closed");
  draft.bytes.Extend(kFrameHeaderBytes);
  return draft.writer.emplace(&draft.bytes, &draft.handles, limits_, scope);
}

SendResult SocketSender::Admit(size_t payload, absl::Span<const OwnedHandle> handles,
                               std::string* why) const {
  const size_t frame = FrameSize(payload);
  if (frame > limits_->message_bytes) {
    *why =
        absl::StrCat("the message has ", frame, " bytes; ", limits_->message_bytes, " are allowed");
    return SendResult::kRefused;
  }
  // Besides the limit: the count must fit into its field, and into one sendmsg per byte.
  const size_t most_handles =
      std::min<size_t>({limits_->message_handles, UINT16_MAX, (frame - 1) * kDescriptorsPerSend});
  if (handles.size() > most_handles) {
    *why = absl::StrCat("the message has ", handles.size(), " handles; ", most_handles,
                        " are allowed");
    return SendResult::kRefused;
  }
  for (const OwnedHandle& handle : handles) {
    if (handle.kind() == OwnedHandle::Kind::kFileDescriptor) continue;
    *why = "a socket cannot carry a " + std::string(HandleKindName(handle.kind()));
    return SendResult::kRefused;
  }
  return HasRoom(payload, handles.size()) ? SendResult::kOk : SendResult::kWouldBlock;
}

bool SocketSender::HasRoom(size_t payload, size_t handles) const {
  // An empty queue takes any message that is legal: a quota below it would refuse it for ever.
  const size_t bytes = queued_bytes() + early_.size();
  const size_t queued = queued_handles() + early_handles_.size();
  return (bytes + FrameSize(payload) <= limits_->queued_bytes || bytes == 0) &&
         (queued + handles <= limits_->queued_handles || queued == 0 || handles == 0);
}

void SocketSender::Frame(ByteQueue* bytes, size_t offset, size_t handles) {
  const size_t payload = bytes->size() - offset - kFrameHeaderBytes;
  const size_t padding = PaddingFor(payload);
  if (padding != 0) std::memset(bytes->Extend(padding), 0, padding);
  const uint64_t header = uint64_t{FrameSize(payload)} | uint64_t{handles} << 32 |
                          uint64_t{padding} << 48;  // little endian, as all our platforms are
  std::memcpy(bytes->mutable_bytes().data() + offset, &header, sizeof(header));
}

SendResult SocketSender::End(Writer& writer, std::string* why_refused) {
  if (!open_ || &writer != &*writer_) {
    // Drafts end from the inside out.
    assert(!drafts_.empty() && &writer == &*drafts_.back()->writer);
    const std::unique_ptr<Draft> draft = std::move(drafts_.back());
    drafts_.pop_back();
    return EndDraft(*draft, why_refused);
  }
  SendResult result = SendResult::kOk;
  const absl::Span<const OwnedHandle> handles =
      absl::MakeConstSpan(handles_).subspan(ready_handles_);
  if (stopped_) {
    result = SendResult::kClosed;
  } else if (!writer.Finish()) {
    *why_refused = std::string(writer.error());
    result = SendResult::kRefused;
  } else {
    result = Admit(writer.size(), handles, why_refused);
  }
  if (!result) {
    CutBack();
    return result;
  }
  Frame(&queue_, OpenOffset(), handles.size());
  if (!early_.empty()) InsertDrafts();
  const uint32_t count = static_cast<uint32_t>(handles_.size() - ready_handles_);
  if (count != 0) {
    runs_.push_back({.end = sent_ + queue_.size(), .count = count, .attached = 0});
    ready_handles_ = handles_.size();
  }
  open_ = false;
  ++messages_;
  return result;
}

void SocketSender::Abandon(Writer& writer) {
  if (open_ && &writer == &*writer_) {
    CutBack();
    return;
  }
  assert(!drafts_.empty() && &writer == &*drafts_.back()->writer);
  const std::unique_ptr<Draft> draft = std::move(drafts_.back());  // its handles close with it
  drafts_.pop_back();
}

// Takes the open message out of the queue again.
void SocketSender::CutBack() {
  queue_.Truncate(OpenOffset());
  handles_.resize(ready_handles_);
  if (!early_.empty()) InsertDrafts();
  open_ = false;
}

SendResult SocketSender::EndDraft(Draft& draft, std::string* why_refused) {
  if (draft.dead || stopped_) return SendResult::kClosed;
  if (!draft.writer->Finish()) {
    *why_refused = std::string(draft.writer->error());
    return SendResult::kRefused;
  }
  const SendResult result = Admit(draft.writer->size(), draft.handles, why_refused);
  if (!result) return result;
  Frame(&draft.bytes, 0, draft.handles.size());
  const absl::Span<const uint8_t> bytes = draft.bytes.bytes();
  std::memcpy(early_.Extend(bytes.size()), bytes.data(), bytes.size());
  if (!draft.handles.empty()) {
    early_runs_.push_back({.end = early_.size(),
                           .count = static_cast<uint32_t>(draft.handles.size()),
                           .attached = 0});
    std::move(draft.handles.begin(), draft.handles.end(), std::back_inserter(early_handles_));
  }
  ++messages_;
  return result;
}

// Puts finished drafts in front of the open message, whose writing is over.
void SocketSender::InsertDrafts() {
  const size_t offset = OpenOffset();
  const size_t behind = queue_.size() - offset;
  queue_.Extend(early_.size());
  uint8_t* const at = queue_.mutable_bytes().data() + offset;
  std::memmove(at + early_.size(), at, behind);
  std::memcpy(at, early_.bytes().data(), early_.size());
  for (Run run : early_runs_) {
    run.end += open_start_;
    runs_.push_back(run);
  }
  const ptrdiff_t first = static_cast<ptrdiff_t>(ready_handles_);
  handles_.insert(handles_.begin() + first, std::make_move_iterator(early_handles_.begin()),
                  std::make_move_iterator(early_handles_.end()));
  ready_handles_ += early_handles_.size();
  open_start_ += early_.size();
  early_.Consume(early_.size());
  early_handles_.clear();
  early_runs_.clear();
}

SendResult SocketSender::Send(absl::Span<const uint8_t> bytes, std::vector<OwnedHandle>&& handles,
                              std::string* why_refused) {
  std::vector<OwnedHandle> taken = std::move(handles);
  Writer& writer = Begin(nullptr);
  writer.PutBytes(bytes);
  // The payload does not announce the handles here, so they do not go through the writer.
  std::vector<OwnedHandle>& list =
      open_ && &writer == &*writer_ ? handles_ : drafts_.back()->handles;
  for (OwnedHandle& handle : taken) list.push_back(std::move(handle));
  return End(writer, why_refused);
}

// --- The queue into the kernel -----------------------------------------------------------------

SocketSender::Plan SocketSender::MakePlan(size_t most_bytes, bool with_handles) const {
  Plan plan = {.bytes = std::min(queued_bytes(), most_bytes), .handles = 0};
  if (attaching_run_ == runs_.size()) return plan;
  size_t allowed = 0;
  if (with_handles) {
    const size_t first = runs_[first_run_].count;
    assert(ahead_ <= first + kDescriptorsPerSend);
    allowed = std::min(kDescriptorsPerSend, kDescriptorsPerSend + first - ahead_);
  }
  for (size_t i = attaching_run_; i < runs_.size(); ++i) {
    const Run& run = runs_[i];
    const size_t wanted = run.count - run.attached;
    const size_t taken = std::min(wanted, allowed - plan.handles);
    plan.handles += taken;
    if (taken == wanted) continue;
    const size_t last = static_cast<size_t>(run.end - sent_) - CallsFor(wanted - taken);
    plan.bytes = std::min(plan.bytes, last);
    break;
  }
  return plan;
}

SocketSender::Progress SocketSender::Write(int socket) {
  size_t most_bytes = SIZE_MAX;
  bool with_handles = true;
  while (queued_bytes() != 0) {
    const Plan plan = MakePlan(most_bytes, with_handles);
    if (plan.bytes == 0) return Progress::kRetryLater;  // only handles could go, and they cannot

    iovec part = {};
    part.iov_base = queue_.mutable_bytes().data();
    part.iov_len = plan.bytes;
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(kDescriptorsPerSend * sizeof(int))];
    if (plan.handles != 0) {
      cmsghdr* const header = reinterpret_cast<cmsghdr*>(control);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(plan.handles * sizeof(int));
      for (size_t i = 0; i < plan.handles; ++i) {
        const int fd = static_cast<int>(handles_[next_handle_ + i].value());
        std::memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(fd));
      }
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(plan.handles * sizeof(int));
    }

    // Without descriptors there is a cheaper call.
    const ssize_t count = plan.handles != 0 ? sendmsg(socket, &message, kSendFlags)
                                            : send(socket, part.iov_base, part.iov_len, kSendFlags);
    ++sends_;
    if (count >= 0) {
      // If that was not all, the next call tells why.
      Sent(static_cast<size_t>(count), plan.handles);
      continue;
    }
    last_errno_ = errno;
    switch (errno) {
      case EINTR:
        break;
      case EAGAIN:
        return Progress::kBlocked;
      case ETOOMANYREFS:
        // This user has too many descriptors in flight. The kernel compares what is in flight
        // before the call, so fewer at once would not help; bytes alone may go on.
        if (!with_handles || plan.handles == 0) return Progress::kRetryLater;
        with_handles = false;
        break;
      case ENOBUFS:
      case ENOMEM:
        return Progress::kRetryLater;
      case EMSGSIZE:
        if (plan.bytes <= 4096) return Progress::kBroken;
        most_bytes = plan.bytes / 2;
        break;
      default:
        return Progress::kBroken;
    }
  }
  return Progress::kDone;
}

void SocketSender::Sent(size_t bytes, size_t handles) {
  for (size_t left = handles; left != 0;) {
    Run& run = runs_[attaching_run_];
    const size_t taken = std::min<size_t>(left, run.count - run.attached);
    run.attached += static_cast<uint32_t>(taken);
    left -= taken;
    if (run.attached == run.count) ++attaching_run_;
  }
  ahead_ += handles;
  for (size_t i = 0; i < handles; ++i) handles_[next_handle_++].Reset();

  sent_ += bytes;
  queue_.Consume(bytes);
  while (first_run_ < runs_.size() && runs_[first_run_].end <= sent_) {
    ahead_ -= runs_[first_run_].count;
    ++first_run_;
  }
  if (first_run_ == runs_.size()) {
    runs_.clear();
    first_run_ = attaching_run_ = 0;
  }
}

// Forgets handles and runs that have left. Not while a message is open: its writer counts from
// where the list ended.
void SocketSender::CompactHandles() {
  if (next_handle_ == 0) return;
  if (next_handle_ == handles_.size()) {
    handles_.clear();
    next_handle_ = ready_handles_ = 0;
    return;
  }
  if (next_handle_ < handles_.size() / 2) return;
  handles_.erase(handles_.begin(), handles_.begin() + static_cast<ptrdiff_t>(next_handle_));
  ready_handles_ -= next_handle_;
  next_handle_ = 0;
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<ptrdiff_t>(first_run_));
  attaching_run_ -= first_run_;
  first_run_ = 0;
}

void SocketSender::Stop() {
  stopped_ = true;
  // An open message stays where its writer believes it to be, until End.
  const size_t bytes = queued_bytes();
  sent_ += bytes;
  queue_.Consume(bytes);
  for (size_t i = next_handle_; i < ready_handles_; ++i) handles_[i].Reset();
  next_handle_ = ready_handles_;
  runs_.clear();
  first_run_ = attaching_run_ = ahead_ = 0;
  early_ = ByteQueue();
  early_handles_.clear();
  early_runs_.clear();
}

}  // namespace ipdl
