// Messages that own what they carry: sent, handed back, received, taken apart, dropped.

#include "runtime/mach/message.h"

#include <cstring>
#include <string>

#include "runtime/mach/conformance/mach_for_test.h"
#include "runtime/mach/message_builder.h"
#include "runtime/mach/port_watch.h"

namespace ipdl::mach_test {
namespace {

using mach::Message;
using mach::MessageBuilder;
using mach::OutOfLine;
using mach::Ownership;
using mach::OwnershipAfter;
using mach::PortSet;
using mach::ReceiveRight;
using mach::SendOnceRight;
using mach::SendOutcome;
using mach::SendRight;

absl::Span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string Text(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ReceiveRight NewReceive() {
  absl::StatusOr<ReceiveRight> port = ReceiveRight::Create();
  EXPECT_TRUE(port.ok());
  return *std::move(port);
}

Message Next(const ReceiveRight& port) {
  absl::StatusOr<Message> message = Message::Receive(port.get(), {.timeout = absl::Minutes(1)});
  EXPECT_TRUE(message.ok()) << message.status();
  return message.ok() ? *std::move(message) : Message();
}

MACH_TEST(MachMessage, CarriesEveryKindOfRightAndMemoryInOrder) {
  const ReceiveRight port = NewReceive();
  ReceiveRight cargo = NewReceive();
  SendRight cargo_send = cargo.MakeSend();
  SendOnceRight cargo_once = cargo.MakeSendOnce();
  absl::StatusOr<OutOfLine> memory = OutOfLine::Allocate(100'000);
  ASSERT_TRUE(memory.ok());
  memory->bytes()[99'999] = 7;
  Message out = MessageBuilder(5)
                    .To(port.MakeSend())
                    .ReplyTo(port.MakeSendOnce())
                    .Add(std::move(cargo_send))
                    .Add(std::move(cargo_once))
                    .Add(std::move(cargo))
                    .Add(*std::move(memory))
                    .Body(Bytes("hello"))
                    .Build();
  ASSERT_EQ(SendOutcome::kSent, out.Send(absl::ZeroDuration()));
  EXPECT_TRUE(out.empty());
  Message in = Next(port);
  EXPECT_EQ(5, in.id());
  EXPECT_EQ(port.get(), in.received_on());
  EXPECT_FALSE(in.IsFromKernel());
  EXPECT_EQ(4u, in.descriptors());
  EXPECT_EQ(std::string("hello\0\0\0", 8), Text(in.body()));
  // Only as what it is, and only once.
  EXPECT_FALSE(in.TakeSendOnce(0).has_value());
  EXPECT_FALSE(in.TakeMemory(0).has_value());
  EXPECT_FALSE(in.TakeSend(4).has_value());
  std::optional<SendRight> send = in.TakeSend(0);
  ASSERT_TRUE(send.has_value());
  EXPECT_TRUE(send->valid());
  EXPECT_FALSE(in.TakeSend(0)->valid());
  EXPECT_TRUE(in.TakeSendOnce(1)->valid());
  const std::optional<ReceiveRight> receive = in.TakeReceive(2);
  EXPECT_EQ(send->get(), receive->get());
  const std::optional<OutOfLine> arrived = in.TakeMemory(3);
  ASSERT_EQ(100'000u, arrived->size());
  EXPECT_EQ(7, arrived->bytes()[99'999]);
  EXPECT_TRUE(std::holds_alternative<SendOnceRight>(in.TakeReply()));
}

MACH_TEST(MachMessage, ADroppedMessageReleasesEverything) {
  const ReceiveRight port = NewReceive();
  {
    absl::StatusOr<OutOfLine> memory = OutOfLine::Allocate(100'000);
    const Message never_sent = MessageBuilder(1)
                                   .To(port.MakeSend())
                                   .ReplyTo(port.MakeSend())
                                   .Add(NewReceive())
                                   .Add(port.MakeSend())
                                   .Add(*std::move(memory))
                                   .Build();
    EXPECT_EQ(3u, SendRefs(port.get()));
  }
  EXPECT_EQ(0u, SendRefs(port.get()));
  // And so does one that was received and not taken apart.
  Message out = MessageBuilder(1).To(port.MakeSend()).Add(NewReceive()).Build();
  ASSERT_EQ(SendOutcome::kSent, out.Send(absl::ZeroDuration()));
  Next(port);
}

MACH_TEST(MachMessage, WhatFindsNoRoomIsSentAgainAsItIs) {
  const ReceiveRight port = NewReceive();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(SendOutcome::kSent,
              MessageBuilder(i).To(port.MakeSend()).Build().Send(absl::ZeroDuration()));
  }
  const ReceiveRight cargo = NewReceive();
  absl::StatusOr<OutOfLine> memory = OutOfLine::Allocate(70'000);
  memory->bytes()[0] = 3;
  Message pending = MessageBuilder(9)
                        .To(port.MakeSend())
                        .ReplyTo(cargo.MakeSendOnce())
                        .Add(cargo.MakeSend())
                        .Add(*std::move(memory))
                        .Build();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(SendOutcome::kNoRoom, pending.Send(absl::ZeroDuration()));
    EXPECT_EQ(1u, SendRefs(port.get()));
    EXPECT_EQ(1u, SendRefs(cargo.get()));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(i, Next(port).id());
  ASSERT_EQ(SendOutcome::kSent, pending.Send(absl::ZeroDuration()));
  Message in = Next(port);
  EXPECT_EQ(9, in.id());
  EXPECT_EQ(3, in.TakeMemory(1)->bytes()[0]);
}

MACH_TEST(MachMessage, WhatGoesToADeadPortStaysWithItsSender) {
  SendRight send;
  {
    const ReceiveRight port = NewReceive();
    send = port.MakeSend();
  }
  const ReceiveRight cargo = NewReceive();
  Message message = MessageBuilder(1).To(std::move(send)).Add(cargo.MakeSend()).Build();
  EXPECT_EQ(SendOutcome::kDead, message.Send(absl::ZeroDuration()));
  EXPECT_EQ(MACH_SEND_INVALID_DEST, message.error());
  EXPECT_EQ(1u, SendRefs(cargo.get()));
  message = Message();
  EXPECT_EQ(0u, SendRefs(cargo.get()));
}

MACH_TEST(MachMessage, AMessageWithoutDestinationIsRefused) {
  Message message = MessageBuilder(1).Build();
  EXPECT_EQ(SendOutcome::kRefused, message.Send(absl::ZeroDuration()));
  EXPECT_EQ(MACH_SEND_INVALID_HEADER, message.error());
  EXPECT_EQ(SendOutcome::kRefused, Message().Send(absl::ZeroDuration()));
}

MACH_TEST(MachMessage, TheLongestMessageThatIsWantedArrivesOneLongerIsAnError) {
  const ReceiveRight port = NewReceive();
  // The body's length, the base being 28 bytes.
  for (const size_t body : {size_t{9972 - 4}, size_t{9972}, size_t{9972 + 4}}) {
    Message out = MessageBuilder(1).To(port.MakeSend()).Body(Bytes(std::string(body, 'b'))).Build();
    ASSERT_EQ(SendOutcome::kSent, out.Send(absl::ZeroDuration()));
    const absl::StatusOr<Message> in =
        Message::Receive(port.get(), {.timeout = absl::ZeroDuration(), .most_bytes = 10'000});
    EXPECT_EQ(body <= 9972, in.ok()) << body;
    EXPECT_TRUE(in.ok() || absl::IsResourceExhausted(in.status())) << in.status();
  }
  EXPECT_TRUE(IsEmpty(port.get()));
}

MACH_TEST(MachMessage, ReceiveTellsWhyThereIsNone) {
  mach_port_t gone = MACH_PORT_NULL;
  {
    const ReceiveRight port = NewReceive();
    gone = port.get();
    EXPECT_TRUE(absl::IsDeadlineExceeded(
        Message::Receive(port.get(), {.timeout = absl::ZeroDuration()}).status()));
    EXPECT_TRUE(absl::IsDeadlineExceeded(
        Message::Receive(port.get(), {.timeout = absl::Milliseconds(5)}).status()));
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(
      Message::Receive(gone, {.timeout = absl::ZeroDuration()}).status()));
}

MACH_TEST(MachMessage, OnlyTheKernelsNotificationsAreFromTheKernel) {
  const ReceiveRight port = NewReceive();
  { const SendOnceRight unused = port.MakeSendOnce(); }
  const Message told = Next(port);
  EXPECT_EQ(MACH_NOTIFY_SEND_ONCE, told.id());
  EXPECT_TRUE(told.IsFromKernel());
  Message forged = MessageBuilder(MACH_NOTIFY_SEND_ONCE).To(port.MakeSend()).Build();
  ASSERT_EQ(SendOutcome::kSent, forged.Send(absl::ZeroDuration()));
  EXPECT_FALSE(Next(port).IsFromKernel());
}

MACH_TEST(MachMessage, EveryErrorHasAnOwner) {
  const mach_msg_return_t untouched[] = {MACH_SEND_INVALID_DEST, MACH_SEND_INVALID_HEADER,
                                         MACH_SEND_INVALID_VOUCHER, MACH_SEND_MSG_TOO_SMALL,
                                         MACH_SEND_TOO_LARGE};
  const mach_msg_return_t handed_back[] = {MACH_SEND_TIMED_OUT, MACH_SEND_INTERRUPTED,
                                           MACH_SEND_NO_BUFFER,
                                           MACH_SEND_TIMED_OUT | MACH_MSG_IPC_SPACE};
  const mach_msg_return_t lost[] = {MACH_SEND_INVALID_RIGHT, MACH_SEND_INVALID_MEMORY,
                                    MACH_SEND_INVALID_TYPE, MACH_SEND_INVALID_REPLY};
  EXPECT_EQ(Ownership::kTaken, OwnershipAfter(MACH_MSG_SUCCESS));
  for (const auto each : untouched) EXPECT_EQ(Ownership::kUntouched, OwnershipAfter(each)) << each;
  for (const auto each : handed_back) {
    EXPECT_EQ(Ownership::kHandedBack, OwnershipAfter(each)) << each;
  }
  for (const auto each : lost) EXPECT_EQ(Ownership::kLost, OwnershipAfter(each)) << each;
}

MACH_TEST(MachMessage, ARunLoopIsToldOfMessagesAndOfTheEnd) {
  absl::StatusOr<std::unique_ptr<RunLoop>> loop = RunLoop::Create();
  ASSERT_TRUE(loop.ok());
  ReceiveRight port = NewReceive();
  absl::StatusOr<PortSet> set = PortSet::Create();
  ASSERT_TRUE(set.ok());
  ASSERT_TRUE(set->Add(port).ok());
  int received = 0;
  int ends = 0;
  absl::StatusOr<std::unique_ptr<mach::PortWatch>> watch =
      mach::PortWatch::Create(**loop, set->get(), [&](bool gone) {
        ends += gone;
        if (!gone) received += Next(port).id();
      });
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_FALSE((*loop)->Turn(absl::ZeroDuration()));
  for (int i = 1; i <= 2; ++i) {
    ASSERT_EQ(SendOutcome::kSent,
              MessageBuilder(i).To(port.MakeSend()).Build().Send(absl::ZeroDuration()));
  }
  // One message in each turn, and still the other is not forgotten.
  while (received < 3) ASSERT_TRUE((*loop)->Turn(absl::Minutes(1)));
  EXPECT_FALSE((*loop)->Turn(absl::ZeroDuration()));
  set->Reset();
  while (ends == 0) ASSERT_TRUE((*loop)->Turn(absl::Minutes(1)));
  EXPECT_FALSE((*loop)->Turn(absl::ZeroDuration()));
  EXPECT_EQ(1, ends);
}

}  // namespace
}  // namespace ipdl::mach_test
