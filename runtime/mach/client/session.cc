#include "runtime/mach/client/session.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "runtime/mach/client/launch.h"
#include "runtime/mach/emulation.h"

namespace ipdl::mach {
namespace {

std::mutex own_names_lock;
OwnNames own_names;  // guarded while it is not known
std::atomic<bool> own_names_known{false};
std::atomic<bool> strict{false};

struct ThreadSession {
  FileDescriptor socket;
  bool failed = false;
  std::string buffer;  // for received packets
};
thread_local ThreadSession session;

// The child of a fork is another task, and the connection it inherited is its parent's.
void ForgetAfterFork() {
  session.socket.Reset();
  session.failed = false;
  own_names_known = false;
  own_names = OwnNames();
}

bool Transact(Question& question, Reply* reply, bool interruptible);

bool Connect() {
  if (session.socket) return true;
  if (session.failed) return false;
  session.socket = ConnectToMachd();
  session.failed = !session.socket;
  if (session.failed) return false;
  static const int registered = pthread_atfork(nullptr, nullptr, ForgetAfterFork);
  (void)registered;
  session.buffer.resize(sizeof(CallReply) + kMostInlinePayload);
  Question hello;
  hello.head.call = Call::kHello;
  hello.head.kind = strict ? kStrict : 0;
  Reply reply;
  if (!Transact(hello, &reply, false)) return false;
  const std::lock_guard<std::mutex> hold(own_names_lock);
  if (!own_names_known) {
    own_names = {reply.head.name, reply.head.kind, static_cast<mach_port_t>(reply.head.value)};
    own_names_known = true;
  }
  return true;
}

FileDescriptor SealedCopy(const std::string& payload) {
  FileDescriptor file(memfd_create("mach-call", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  size_t done = 0;
  while (file && done < payload.size()) {
    const ssize_t wrote = write(file.get(), payload.data() + done, payload.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return FileDescriptor();
    done += static_cast<size_t>(wrote);
  }
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (file && fcntl(file.get(), F_ADD_SEALS, kSeals) != 0) return FileDescriptor();
  return file;
}

bool Send(Question& question) {
  question.head.payload_bytes = question.payload.size();
  FileDescriptor large;
  std::vector<int> descriptors = question.descriptors;
  iovec blocks[2] = {{&question.head, sizeof(question.head)},
                     {question.payload.data(), question.payload.size()}};
  if (question.payload.size() > kMostInlinePayload) {
    large = SealedCopy(question.payload);
    if (!large) return false;
    descriptors.insert(descriptors.begin(), large.get());
    question.head.payload_in_memory = 1;
    blocks[1].iov_len = 0;
  }
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  msghdr packet = {};
  packet.msg_iov = blocks;
  packet.msg_iovlen = 2;
  if (!descriptors.empty()) {
    const size_t bytes = sizeof(int) * descriptors.size();
    packet.msg_control = control;
    packet.msg_controllen = CMSG_SPACE(bytes);
    cmsghdr* part = CMSG_FIRSTHDR(&packet);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(bytes);
    std::memcpy(CMSG_DATA(part), descriptors.data(), bytes);
  }
  ssize_t sent;
  do {
    sent = sendmsg(session.socket.get(), &packet, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

void TakeDescriptors(msghdr* packet, Reply* reply) {
  for (cmsghdr* part = CMSG_FIRSTHDR(packet); part != nullptr; part = CMSG_NXTHDR(packet, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(fd), sizeof(fd));
      reply->descriptors.emplace_back(fd);
    }
  }
}

bool ReadLarge(Reply* reply) {
  if (reply->descriptors.empty() || reply->head.payload_bytes > kMostPayload) return false;
  const FileDescriptor file = std::move(reply->descriptors.front());
  reply->descriptors.erase(reply->descriptors.begin());
  reply->payload.resize(reply->head.payload_bytes);
  size_t done = 0;
  while (done < reply->payload.size()) {
    const ssize_t got = pread(file.get(), reply->payload.data() + done,
                              reply->payload.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  return true;
}

void Cancel() {
  CallRequest cancel = {};
  cancel.call = Call::kCancel;
  (void)!send(session.socket.get(), &cancel, sizeof(cancel), MSG_NOSIGNAL);
}

bool Receive(Reply* reply, bool interruptible) {
  iovec block = {session.buffer.data(), session.buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * (kMostDescriptors + 1))];
  msghdr packet = {};
  ssize_t size;
  do {
    packet.msg_iov = &block;
    packet.msg_iovlen = 1;
    packet.msg_control = control;
    packet.msg_controllen = sizeof(control);
    size = recvmsg(session.socket.get(), &packet, MSG_CMSG_CLOEXEC);
    if (size >= 0 || errno != EINTR) break;
    // The answer comes in any case; after a cancellation it comes soon.
    if (interruptible) Cancel();
  } while (true);
  if (size < static_cast<ssize_t>(sizeof(reply->head))) return false;
  TakeDescriptors(&packet, reply);
  std::memcpy(&reply->head, session.buffer.data(), sizeof(reply->head));
  if (reply->head.payload_in_memory != 0) return ReadLarge(reply);
  reply->payload.assign(session.buffer.data() + sizeof(reply->head),
                        static_cast<size_t>(size) - sizeof(reply->head));
  return true;
}

bool Transact(Question& question, Reply* reply, bool interruptible) {
  if (Send(question) && Receive(reply, interruptible)) return true;
  session.socket.Reset();
  session.failed = true;
  return false;
}

}  // namespace

const OwnNames& GetOwnNames() {
  if (!own_names_known) Connect();
  return own_names;
}

mach_port_t* BootstrapVariable() {
  if (!own_names_known) Connect();
  return &own_names.bootstrap;
}

bool Ask(Question& question, Reply* reply, bool interruptible) {
  if (!Connect() || !Transact(question, reply, interruptible)) return false;
  if (reply->head.fatal != 0) {
    std::fprintf(stderr, "machd: misuse of a port right, which ends a program on macOS\n%s\n",
                 reply->payload.c_str());
    std::abort();
  }
  return true;
}

kern_return_t AskForResult(Question& question) {
  Reply reply;
  return Ask(question, &reply) ? reply.head.result : kNoKernel;
}

kern_return_t AskForName(Question& question, mach_port_name_t* name) {
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result == KERN_SUCCESS) *name = reply.head.name;
  return reply.head.result;
}

Question About(Call call, mach_port_t task, mach_port_name_t name) {
  Question question;
  question.head.call = call;
  question.head.task = task;
  question.head.name = name;
  return question;
}

void SetStrict(bool on) {
  strict = on;
  if (!session.socket) return;
  Question hello;
  hello.head.call = Call::kHello;
  hello.head.kind = on ? kStrict : 0;
  Reply reply;
  Transact(hello, &reply, false);
}

void DisconnectThread() {
  session.socket.Reset();
  session.failed = false;
}

bool IsConnected() { return session.socket.valid() || Connect(); }

std::string LeakReport() {
  Question question = About(Call::kLeaks, mach_task_self());
  Reply reply;
  return Ask(question, &reply) ? reply.payload : std::string();
}

kern_return_t ImportanceCount(mach_port_t task, uint32_t* count) {
  Question question = About(Call::kImportance, task);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  *count = static_cast<uint32_t>(reply.head.value);
  return reply.head.result;
}

kern_return_t WatchPort(mach_port_name_t name, FileDescriptor* readable) {
  Question question = About(Call::kWatch, mach_task_self(), name);
  Reply reply;
  if (!Ask(question, &reply)) return kNoKernel;
  if (reply.head.result == KERN_SUCCESS && !reply.descriptors.empty()) {
    *readable = std::move(reply.descriptors.front());
  }
  return reply.head.result;
}

}  // namespace ipdl::mach
