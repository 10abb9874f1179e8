#include "runtime/mach/machd/server.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "runtime/mach/machd/process.h"

namespace ipdl::machd {
namespace {

constexpr uint64_t kListener = 1;
constexpr uint64_t kLifeLine = 2;
constexpr uint64_t kFirstFree = 3;

}  // namespace

Server::Server(const Limits& limits, File listener, File life_line)
    : kernel_(limits),
      listener_(std::move(listener)),
      life_line_(std::move(life_line)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      next_id_(kFirstFree) {}

Server::~Server() { connections_.clear(); }

bool Server::Watch(int fd, uint32_t events, uint64_t id) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = id;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return true;
  return errno == EEXIST && epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0;
}

bool Server::Run() {
  if (!epoll_ || !Watch(listener_.get(), EPOLLIN, kListener)) return false;
  if (life_line_ && !Watch(life_line_.get(), 0, kLifeLine)) return false;
  while (!had_task_ || kernel_.has_tasks() || life_line_) {
    epoll_event events[64];
    const int count = epoll_wait(epoll_.get(), events, 64, kernel_.NextTimeout());
    if (count < 0 && errno != EINTR) return false;
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kLifeLine) return true;
      Handle(events[i].data.u64, events[i].events);
      LookAfter();
    }
    kernel_.RunDeadlines();
    LookAfter();
  }
  return true;
}

void Server::Handle(uint64_t id, uint32_t events) {
  if (id == kListener) {
    Accept();
    return;
  }
  if (processes_.contains(id)) {
    ProcessEnded(id);
    return;
  }
  // An event of a connection that an earlier event of the same wait has ended finds nothing.
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  bool alive = true;
  if ((events & EPOLLOUT) != 0) alive = connection.Write();
  if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) alive = connection.Read();
  if (alive && (events & EPOLLOUT) != 0 && !connection.wants_write()) {
    alive = Watch(connection.fd(), EPOLLIN, id);
  }
  if (!alive) connections_.erase(id);
}

void Server::LookAfter() {
  while (!attention_.empty()) {
    const uint64_t id = *attention_.begin();
    attention_.erase(attention_.begin());
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    // A connection that waits to write does not read: its client has an answer to take first.
    const bool waits = !found->second->failed() && found->second->wants_write() &&
                       Watch(found->second->fd(), EPOLLOUT, id);
    if (!waits) connections_.erase(id);
  }
}

void Server::Accept() {
  File socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  Task* task = Identify(socket);
  if (task == nullptr || task->connections >= kernel_.limits.connections) return;
  const uint64_t id = next_id_++;
  if (!Watch(socket.get(), EPOLLIN, id)) return;
  connections_[id] =
      std::make_unique<Connection>(kernel_, *task, std::move(socket), id, &attention_);
}

Task* Server::Identify(const File& socket) {
  TaskIdentity identity;
  File pidfd = PeerProcess(socket, &identity);
  if (!pidfd) return nullptr;
  if (Task* task = kernel_.FindTask(identity)) return task;
  const uint64_t id = next_id_++;
  if (!Watch(pidfd.get(), EPOLLIN, id)) return nullptr;
  Task* task = kernel_.AddTask(identity);
  Inherit(task);
  processes_[id] = {std::move(pidfd), identity};
  had_task_ = true;
  return task;
}

// A process finds what its parent set for it, as on Darwin a child task does.
void Server::Inherit(Task* task) {
  const pid_t parent = ParentOf(task->identity.pid);
  for (const auto& [id, process] : processes_) {
    if (process.identity.pid != parent) continue;
    const Task* from = kernel_.FindTask(process.identity);
    if (from == nullptr) continue;
    const auto copy = [](const Right& right) {
      return right && !right.dead() ? Right(Right::Kind::kSend, right.port_ref()) : Right();
    };
    task->bootstrap = copy(from->bootstrap);
    for (size_t i = 0; i < from->registered.size(); ++i) {
      task->registered[i] = copy(from->registered[i]);
    }
  }
  if (!task->bootstrap) task->bootstrap = kernel_.BootstrapRight();
  task->names.Insert(task->SelfRight(), &task->self_name);
  task->names.Insert(kernel_.HostRight(), &task->host_name);
  task->names.Insert(Right(Right::Kind::kSend, task->bootstrap.port_ref()), &task->bootstrap_name);
}

void Server::ProcessEnded(uint64_t id) {
  const TaskIdentity identity = processes_[id].identity;
  Task* task = kernel_.FindTask(identity);
  for (auto at = connections_.begin(); at != connections_.end();) {
    const bool of_it = &at->second->task() == task;
    at = of_it ? connections_.erase(at) : std::next(at);
  }
  processes_.erase(id);
  if (task != nullptr) kernel_.EndTask(task);
}

}  // namespace ipdl::machd
