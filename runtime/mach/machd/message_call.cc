#include "runtime/mach/machd/message_call.h"

#include <algorithm>
#include <cstring>

#include "runtime/mach/machd/copy_in.h"
#include "runtime/mach/machd/copy_out.h"
#include "runtime/mach/machd/kernel.h"
#include "runtime/mach/machd/task.h"

namespace ipdl::machd {
namespace {

// Whether `port`'s receive right is on its way into its own queue, over however many ports: it
// could never be received again.
bool IsCircular(const Message& message, const Port* destination) {
  for (const Descriptor& descriptor : message.descriptors) {
    for (const Right& right : descriptor.rights) {
      if (right.kind() != Right::Kind::kReceive) continue;
      for (const Port* at = destination; at != nullptr; at = at->carrier) {
        if (at == right.port()) return true;
      }
    }
  }
  return false;
}

}  // namespace

MessageCall::MessageCall(Kernel& kernel, Task& task, const mach::MessageRequest& request,
                         Answer answer)
    : kernel_(kernel), task_(task), request_(request), answer_(std::move(answer)) {}

MessageCall::~MessageCall() {
  StopWaiting();
  kernel_.Forget(this, deadline_);
}

void MessageCall::Start(std::string payload, std::vector<File> files) {
  if ((request_.options & MACH_SEND_MSG) == 0) {
    state_ = State::kReceiving;
    Receive();
    return;
  }
  CopiedIn in = CopyIn(task_, request_, std::move(payload), std::move(files));
  if (in.result != MACH_MSG_SUCCESS) {
    MessageAnswer answer;
    answer.result = in.result;
    answer.reply.taken_descriptors = in.taken_descriptors;
    Finish(std::move(answer));
    return;
  }
  sending_ = std::move(in.message);
  if (in.over_quota) {
    SendFailed(MACH_SEND_NO_BUFFER);
    return;
  }
  Send();
}

void MessageCall::Send() {
  const Ref<Port> port = sending_->destination.port_ref();
  if (!port->alive() || port->object != nullptr || IsCircular(*sending_, port.get())) {
    // Gone without a word, as on Darwin: what is in it goes along.
    sending_.reset();
    state_ = State::kReceiving;
    Receive();
    return;
  }
  const bool unlimited = sending_->destination.kind() == Right::Kind::kSendOnce;
  if (!port->full() || unlimited) {
    port->Accept(std::move(sending_));
    state_ = State::kReceiving;
    Receive();
    return;
  }
  const bool limited = (request_.options & MACH_SEND_TIMEOUT) != 0;
  if (limited && request_.timeout_ms == 0) {
    TimedOut();
    return;
  }
  // What it carries is on its way to `port` already: nothing may be sent round through it.
  for (Descriptor& descriptor : sending_->descriptors) {
    for (Right& right : descriptor.rights) {
      if (right.kind() == Right::Kind::kReceive) right.port()->carrier = port.get();
    }
  }
  sends_to_ = port;
  port->blocked_senders.push_back(this);
  Wait(limited);
}

void MessageCall::SendUnblocked() {
  const Ref<Port> port = std::move(sends_to_);
  sends_to_ = nullptr;
  port->Accept(std::move(sending_));
  state_ = State::kSent;
  kernel_.Wake(this);
}

void MessageCall::EndSend() {
  sends_to_ = nullptr;
  sending_.reset();
  state_ = State::kSent;
  kernel_.Wake(this);
}

void MessageCall::SendFailed(mach_msg_return_t why) {
  StopWaiting();
  MessageAnswer answer = HandBack(task_, std::move(sending_));
  answer.result |= why;
  answer.reply.handed_back = 1;
  Finish(std::move(answer));
}

void MessageCall::TimedOut() {
  deadline_ = 0;
  if (state_ != State::kSending) {
    Fail(MACH_RCV_TIMED_OUT);
    return;
  }
  if ((request_.options & MACH_SEND_NOTIFY) != 0) {
    // Arms the request that the sender made for this name, if it made one.
    Port* port = sending_->destination.port();
    for (const auto& [space, name] : port->named_by) {
      NameSpace::Entry* entry = space == &task_.names ? space->Find(name) : nullptr;
      if (entry == nullptr || !entry->request || !entry->request_send_possible) continue;
      entry->request_armed = true;
      port->send_possible_armed = true;
    }
  }
  SendFailed(MACH_SEND_TIMED_OUT);
}

void MessageCall::Interrupt() {
  const auto asked = [this](uint32_t option) { return (request_.options & option) != 0; };
  if (state_ == State::kSending && asked(MACH_SEND_INTERRUPT)) SendFailed(MACH_SEND_INTERRUPTED);
  if (state_ == State::kReceiving && asked(MACH_RCV_INTERRUPT)) Fail(MACH_RCV_INTERRUPTED);
}

void MessageCall::Receive() {
  if ((request_.options & MACH_RCV_MSG) == 0) {
    Finish({});
    return;
  }
  NameSpace::Entry* entry = task_.names.Find(request_.receive_name);
  if (entry == nullptr || (!entry->receive && !entry->set)) {
    Fail(MACH_RCV_INVALID_NAME);
    return;
  }
  Port* ready = nullptr;
  if (entry->set) {
    ready = entry->set->Next();
  } else if (!entry->receive.port()->queue.empty()) {
    ready = entry->receive.port();
  }
  if (ready != nullptr) {
    ReceiveFrom(ready);
    return;
  }
  const bool limited = (request_.options & MACH_RCV_TIMEOUT) != 0;
  if (limited && request_.timeout_ms == 0) {
    Fail(MACH_RCV_TIMED_OUT);
    return;
  }
  if (entry->set) {
    receives_from_set_ = entry->set;
    receives_from_set_->receivers.push_back(this);
  } else {
    receives_from_ = entry->receive.port_ref();
    receives_from_->receivers.push_back(this);
  }
  Wait(limited);
}

void MessageCall::ReceiveFrom(Port* port) {
  const Ref<Port> keep(port);
  const auto options = static_cast<mach_msg_option_t>(request_.options);
  const uint64_t needed = port->queue.front()->bytes.size() + TrailerSize(options);
  if (needed <= request_.receive_bytes) {
    std::unique_ptr<Message> message = port->TakeFirst();
    Finish(CopyOut(task_, *port, options, std::move(message)));
    return;
  }
  MessageAnswer answer;
  answer.result = MACH_RCV_TOO_LARGE;
  mach_msg_header_t header = {};
  header.msgh_size = static_cast<mach_msg_size_t>(port->queue.front()->bytes.size());
  if ((options & MACH_RCV_LARGE) == 0) {
    port->TakeFirst();  // gone, with everything in it
  } else if ((options & MACH_RCV_LARGE_IDENTITY) != 0) {
    header.msgh_local_port = port->name;
  }
  const size_t room = std::min<size_t>(sizeof(header), request_.receive_bytes);
  answer.payload.assign(reinterpret_cast<const char*>(&header), room);
  answer.reply.message_bytes = static_cast<uint32_t>(room);
  Finish(std::move(answer));
}

void MessageCall::EndReceive(mach_msg_return_t why) {
  receives_from_ = nullptr;
  receives_from_set_ = nullptr;
  Fail(why);
}

void MessageCall::Continue() {
  if (state_ == State::kDone) return;
  if (state_ == State::kSent) {
    // The time for the send is over; that for the receive begins.
    kernel_.Forget(this, deadline_);
    deadline_ = 0;
  }
  state_ = State::kReceiving;
  Receive();
}

void MessageCall::Wait(bool limited) {
  if (!limited || deadline_ != 0) return;
  deadline_ = MonotonicNow() + int64_t{request_.timeout_ms} * 1'000'000;
  kernel_.AddDeadline(deadline_, this);
}

void MessageCall::StopWaiting() {
  if (sends_to_) sends_to_->blocked_senders.remove(this);
  if (receives_from_) receives_from_->receivers.remove(this);
  if (receives_from_set_) receives_from_set_->receivers.remove(this);
  sends_to_ = nullptr;
  receives_from_ = nullptr;
  receives_from_set_ = nullptr;
}

void MessageCall::Fail(mach_msg_return_t why) {
  MessageAnswer answer;
  answer.result = why;
  Finish(std::move(answer));
}

void MessageCall::Finish(MessageAnswer answer) {
  StopWaiting();
  kernel_.Forget(this, deadline_);
  deadline_ = 0;
  state_ = State::kDone;
  answer_(std::move(answer));
}

}  // namespace ipdl::machd
