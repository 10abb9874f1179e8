#include "bench/raw_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "bench/processor.h"

namespace ipdl::bench {
namespace {

constexpr size_t kBuffer = 64 * 1024;

// What the peer is to do next. Both ends are ours, so nothing here is checked as input is.
struct Order {
  enum Kind : uint64_t { kEcho, kDrain, kDescriptors };
  Kind kind;
  uint64_t bytes;  // of one message (echo) or of everything (drain)
  uint64_t count;
};

[[noreturn]] void Die(const char* call) {
  fprintf(stderr, "ipdl-bench: raw stream: %s: %s\n", call, strerror(errno));
  exit(1);
}

void WriteAll(int fd, const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t n = write(fd, at, bytes);
    if (n <= 0) Die("write");
    at += n;
    bytes -= static_cast<size_t>(n);
  }
}

bool ReadAll(int fd, void* data, size_t bytes) {
  char* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t n = read(fd, at, bytes);
    if (n == 0) return false;
    if (n < 0) Die("read");
    at += n;
    bytes -= static_cast<size_t>(n);
  }
  return true;
}

// Reads one byte stream and closes every descriptor that comes with it.
void DrainDescriptors(int fd, uint64_t bytes) {
  std::vector<char> buffer(kBuffer);
  alignas(struct cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))];
  while (bytes > 0) {
    struct iovec piece = {buffer.data(), std::min<size_t>(buffer.size(), bytes)};
    struct msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (n <= 0) Die("recvmsg");
    bytes -= static_cast<uint64_t>(n);
    for (struct cmsghdr* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
      const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; ++i) {
        int received;
        memcpy(&received, CMSG_DATA(c) + i * sizeof(int), sizeof received);
        close(received);
      }
    }
  }
}

int Serve(int fd) {
  std::vector<char> buffer(kBuffer);
  Order order;
  while (ReadAll(fd, &order, sizeof order)) {
    if (order.kind == Order::kEcho) {
      for (uint64_t i = 0; i < order.count; ++i) {
        ReadAll(fd, buffer.data(), order.bytes);
        WriteAll(fd, buffer.data(), order.bytes);
      }
      continue;
    }
    if (order.kind == Order::kDescriptors) {
      DrainDescriptors(fd, order.bytes);
    } else {
      for (uint64_t left = order.bytes; left > 0;) {
        const ssize_t n = read(fd, buffer.data(), std::min<uint64_t>(buffer.size(), left));
        if (n <= 0) Die("read");
        left -= static_cast<uint64_t>(n);
      }
    }
    WriteAll(fd, "k", 1);
  }
  return 0;
}

}  // namespace

RawStream::RawStream(int peer_cpu) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) Die("socketpair");
  fd_ = ends[0];
  peer_ = std::make_unique<ForkedPeer>(peer_cpu, [&ends] {
    close(ends[0]);
    return Serve(ends[1]);
  });
  close(ends[1]);
}

RawStream::~RawStream() { close(fd_); }

double RawStream::RoundTripNs(size_t bytes) {
  constexpr uint64_t kTrips = 200;
  std::vector<char> buffer(bytes);
  const Order order = {Order::kEcho, bytes, kTrips};
  WriteAll(fd_, &order, sizeof order);
  const int64_t start = NowNs();
  for (uint64_t i = 0; i < kTrips; ++i) {
    WriteAll(fd_, buffer.data(), bytes);
    ReadAll(fd_, buffer.data(), bytes);
  }
  return static_cast<double>(NowNs() - start) / static_cast<double>(kTrips);
}

double RawStream::OneWayNs(size_t bytes, size_t count, size_t bytes_per_write) {
  std::vector<char> buffer(std::max(bytes_per_write, bytes));
  const uint64_t total = bytes * count;
  const Order order = {Order::kDrain, total, count};
  WriteAll(fd_, &order, sizeof order);
  const int64_t start = NowNs();
  for (uint64_t left = total; left > 0;) {
    const size_t piece = std::min<uint64_t>(buffer.size(), left);
    WriteAll(fd_, buffer.data(), piece);
    left -= piece;
  }
  char done;
  ReadAll(fd_, &done, 1);
  return static_cast<double>(NowNs() - start);
}

double RawStream::DescriptorsNs(size_t count) {
  char bytes[64] = {};
  const Order order = {Order::kDescriptors, count * sizeof bytes, count};
  WriteAll(fd_, &order, sizeof order);
  alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  struct iovec piece = {bytes, sizeof bytes};
  struct msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int file = memfd_create("bench", MFD_CLOEXEC);
  if (file < 0) Die("memfd_create");
  const int64_t start = NowNs();
  for (size_t i = 0; i < count; ++i) {
    const int copy = fcntl(file, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) Die("fcntl");
    memcpy(CMSG_DATA(header), &copy, sizeof copy);
    if (sendmsg(fd_, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof bytes)) Die("sendmsg");
    close(copy);
  }
  char done;
  ReadAll(fd_, &done, 1);
  const double ns = static_cast<double>(NowNs() - start);
  close(file);
  return ns;
}

double RawStream::CpuNs() const { return static_cast<double>(bench::CpuNs() + peer_->CpuNs()); }

}  // namespace ipdl::bench
