#include "runtime/mach/machd/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "runtime/mach/machd/sealed_file.h"

namespace ipdl::machd {
namespace {

constexpr size_t kMostPacket = sizeof(mach::CallRequest) + mach::kMostInlinePayload;

// Takes the descriptors out of the control data of a received packet.
std::vector<File> TakeFiles(msghdr* packet) {
  std::vector<File> files;
  for (cmsghdr* part = CMSG_FIRSTHDR(packet); part != nullptr; part = CMSG_NXTHDR(packet, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
      files.emplace_back(fd);
    }
  }
  return files;
}

}  // namespace

Connection::Connection(Kernel& kernel, Task& task, File socket, uint64_t id,
                       std::set<uint64_t>* attention)
    : kernel_(kernel), task_(task), socket_(std::move(socket)), id_(id), attention_(attention) {
  ++task_.connections;
}

Connection::~Connection() {
  --task_.connections;
  call_.reset();
  kernel_.Settle();
}

bool Connection::Read() {
  static char bytes[kMostPacket];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * mach::kMostDescriptors)];
  iovec block = {bytes, sizeof(bytes)};
  msghdr packet = {};
  packet.msg_iov = &block;
  packet.msg_iovlen = 1;
  packet.msg_control = control;
  packet.msg_controllen = sizeof(control);
  const ssize_t size = recvmsg(socket_.get(), &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  std::vector<File> files = TakeFiles(&packet);
  if (size == 0 || (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return false;
  mach::CallRequest request;
  if (static_cast<size_t>(size) < sizeof(request)) return false;
  std::memcpy(&request, bytes, sizeof(request));
  const size_t inline_bytes = static_cast<size_t>(size) - sizeof(request);

  std::string payload;
  if (request.payload_in_memory != 0) {
    if (inline_bytes != 0 || files.empty() || request.payload_bytes > mach::kMostPayload) {
      return false;
    }
    if (!SealedFileHolds(files[0], 0, request.payload_bytes) ||
        !ReadSealedFile(files[0], request.payload_bytes, &payload)) {
      return false;
    }
    files.erase(files.begin());
  } else {
    if (inline_bytes != request.payload_bytes) return false;
    payload.assign(bytes + sizeof(request), inline_bytes);
  }
  const bool legal = Serve(request, std::move(payload), std::move(files));
  kernel_.Settle();
  return legal && !failed_;
}

bool Connection::Serve(const mach::CallRequest& request, std::string payload,
                       std::vector<File> files) {
  if (request.call == mach::Call::kCancel) {
    if (answering_) call_->Interrupt();
    return true;
  }
  // One question at a time: whoever asks again before the answer does not speak this language.
  if (answering_ || unsent_.has_value()) return false;
  if (request.call == mach::Call::kMessage)
    return ServeMessage(std::move(payload), std::move(files));
  CallReplyData reply;
  if (request.call == mach::Call::kHello) {
    Hello(request, &reply);
  } else {
    Perform(kernel_, task_, request, payload, files, reply);
  }
  Reply(std::move(reply));
  return true;
}

void Connection::Hello(const mach::CallRequest& request, CallReplyData* reply) {
  task_.strict = (request.kind & mach::kStrict) != 0;
  reply->head.name = task_.self_name;
  reply->head.kind = task_.host_name;
  reply->head.value = task_.bootstrap_name;
}

bool Connection::ServeMessage(std::string payload, std::vector<File> files) {
  mach::MessageRequest request;
  if (payload.size() < sizeof(request)) return false;
  std::memcpy(&request, payload.data(), sizeof(request));
  payload.erase(0, sizeof(request));
  task_.current_call = "mach_msg";
  answering_ = true;
  call_ = std::make_unique<MessageCall>(
      kernel_, task_, request, [this](MessageAnswer answer) { Answered(std::move(answer)); });
  call_->Start(std::move(payload), std::move(files));
  return true;
}

void Connection::Answered(MessageAnswer answer) {
  answering_ = false;
  CallReplyData reply;
  reply.head.result = answer.result;
  reply.payload = task_.names.TakeMisuse();
  if (!reply.payload.empty() && task_.strict) {
    reply.head.fatal = 1;
  } else {
    reply.payload.assign(reinterpret_cast<const char*>(&answer.reply), sizeof(answer.reply));
    reply.payload += answer.payload;
    reply.files = std::move(answer.files);
  }
  Reply(std::move(reply));
}

void Connection::Reply(CallReplyData reply) {
  reply.head.payload_bytes = reply.payload.size();
  if (reply.payload.size() > mach::kMostInlinePayload) {
    File file = SealedFileOf(reply.payload);
    if (!file) {
      failed_ = true;
      attention_->insert(id_);
      return;
    }
    reply.files.insert(reply.files.begin(), std::move(file));
    reply.payload.clear();
    reply.head.payload_in_memory = 1;
  }
  if (TrySend(reply)) return;
  if (!failed_) unsent_ = std::move(reply);
  attention_->insert(id_);
}

bool Connection::TrySend(const CallReplyData& reply) {
  iovec blocks[2] = {
      {const_cast<mach::CallReply*>(&reply.head), sizeof(reply.head)},
      {const_cast<char*>(reply.payload.data()), reply.payload.size()},
  };
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * (mach::kMostDescriptors + 1))];
  msghdr packet = {};
  packet.msg_iov = blocks;
  packet.msg_iovlen = 2;
  if (!reply.files.empty()) {
    packet.msg_control = control;
    packet.msg_controllen = CMSG_SPACE(sizeof(int) * reply.files.size());
    cmsghdr* part = CMSG_FIRSTHDR(&packet);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * reply.files.size());
    for (size_t i = 0; i < reply.files.size(); ++i) {
      const int fd = reply.files[i].get();
      std::memcpy(CMSG_DATA(part) + i * sizeof(fd), &fd, sizeof(fd));
    }
  }
  while (true) {
    if (sendmsg(socket_.get(), &packet, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) failed_ = true;
    return false;
  }
}

bool Connection::Write() {
  if (unsent_.has_value() && TrySend(*unsent_)) unsent_.reset();
  return !failed_;
}

}  // namespace ipdl::machd
