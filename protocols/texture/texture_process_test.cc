// Textures between two real processes: one memory, no copy; tearing only against the rules; and
// nothing breaks in one process when the other dies or turns hostile.
//
// The processes take turns by passing a byte (the baton), so what is seen in the middle of a
// drawing does not depend on luck.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "protocols/texture/texture_consumer.h"
#include "protocols/texture/texture_pool.h"
#include "runtime/foreign_close.h"
#include "tests/support/forked_test.h"
#include "tests/support/process_pair.h"

namespace ipdl::textures {
namespace {

constexpr uint32_t kWidth = 64, kHeight = 32;

// Sends one byte, with a descriptor if there is one.
void Pass(int socket, FileDescriptor attached = FileDescriptor()) {
  char byte = 'b';
  iovec data = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (attached) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int raw = attached.get();
    memcpy(CMSG_DATA(header), &raw, sizeof raw);
  }
  ASSERT_EQ(1, sendmsg(socket, &message, MSG_NOSIGNAL));
}

// Waits for one byte and takes the descriptor that came with it.
FileDescriptor Await(int socket) {
  char byte = 0;
  iovec data = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  EXPECT_EQ(1, recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr) return FileDescriptor();
  int raw = -1;
  memcpy(&raw, CMSG_DATA(header), sizeof raw);
  return FileDescriptor(raw);
}

TextureClaim Claim() {
  return {.id = 1,
          .fourcc = kFourccAbgr8888,
          .width = kWidth,
          .height = kHeight,
          .stride = kWidth * 4,
          .offset = 0,
          .size = uint64_t{kWidth} * 4 * kHeight};
}

void DrawRows(const PoolTexture& texture, uint32_t end, int value) {
  memset(texture.pixels(), value, size_t{texture.claim().stride} * end);
}

std::set<int> RowsSeen(const TextureConsumer& consumer) {
  const ConsumerTexture& texture = *consumer.Find(1);
  std::set<int> values;
  for (uint32_t y = 0; y < texture.layout().height(); ++y) {
    values.insert(texture.pixels()[y * texture.layout().stride()]);
  }
  return values;
}

// The producer of the tests below: shares one texture, presents it, then draws against the rules,
// halting in the middle.
void ProduceAndCheat(int raw_socket) {
  const FileDescriptor socket(raw_socket);
  absl::StatusOr<TexturePool> pool = TexturePool::Create(1, kWidth, kHeight);
  ASSERT_TRUE(pool.ok()) << pool.status();
  Pass(socket.get(), *pool->textures()[0].DuplicateMemory());
  ASSERT_TRUE(pool->OnAccepted(1));
  PoolTexture* texture = pool->BeginWrite();
  DrawRows(*texture, kHeight / 2, 1);
  Pass(socket.get());  // in the middle of a drawing that is not presented
  Await(socket.get());
  DrawRows(*texture, kHeight, 1);
  absl::StatusOr<FileDescriptor> fence = pool->Present(*texture, 1);
  ASSERT_TRUE(fence.ok());
  Pass(socket.get(), *std::move(fence));
  Await(socket.get());
  EXPECT_EQ(nullptr, pool->BeginWrite()) << "a locked texture was given out for drawing";
  DrawRows(*texture, kHeight / 2, 2);  // all the same
  Pass(socket.get());
  Await(socket.get());
}

FORKED_TEST(TextureProcessTest, PicturesAreSharedAndTearOnlyAgainstTheRules) {
  ProcessPair pair(ProduceAndCheat);
  const FileDescriptor socket(pair.TakeSocket());
  {
    TextureConsumer consumer(std::make_shared<TextureQuota>(TextureLimits{}));
    const TextureVerdict shared = consumer.Share(Claim(), Await(socket.get()));
    ASSERT_TRUE(shared.accepted()) << shared.reason();
    Await(socket.get());
    // Half drawn, and the same memory: but not presented, so no rule lets the consumer look.
    EXPECT_EQ((std::set<int>{0, 1}), RowsSeen(consumer));
    Pass(socket.get());
    ASSERT_TRUE(consumer.Present(1, 1, {}, Await(socket.get())).accepted());
    EXPECT_EQ((std::set<int>{1}), RowsSeen(consumer)) << "a presented picture is whole";
    Pass(socket.get());
    Await(socket.get());
    EXPECT_EQ((std::set<int>{1, 2}), RowsSeen(consumer)) << "the cheat is not seen: is it shared?";
    Pass(socket.get());
  }
  DrainForForeignClose();
}

FORKED_TEST(TextureProcessTest, AKilledProducersTextureStaysReadable) {
  ProcessPair pair(ProduceAndCheat);
  const FileDescriptor socket(pair.TakeSocket());
  {
    TextureConsumer consumer(std::make_shared<TextureQuota>(TextureLimits{}));
    ASSERT_TRUE(consumer.Share(Claim(), Await(socket.get())).accepted());
    Await(socket.get());
    pair.Kill();
    EXPECT_EQ((std::set<int>{0, 1}), RowsSeen(consumer));
  }
  DrainForForeignClose();
}

FORKED_TEST(TextureProcessTest, AProducerCannotTakeTheMemoryAwayFromItsReader) {
  // Truncation is refused by the seals; punching a hole is not, and must read as zeros.
  ProcessPair pair([](int raw_socket) {
    const FileDescriptor socket(raw_socket);
    absl::StatusOr<TexturePool> pool = TexturePool::Create(1, kWidth, kHeight);
    ASSERT_TRUE(pool.ok()) << pool.status();
    const PoolTexture& texture = pool->textures()[0];
    DrawRows(texture, kHeight, 9);
    absl::StatusOr<FileDescriptor> memory = texture.DuplicateMemory();
    ASSERT_TRUE(memory.ok());
    Pass(socket.get(), *texture.DuplicateMemory());
    Await(socket.get());
    EXPECT_EQ(-1, ftruncate(memory->get(), 0));
    EXPECT_EQ(0, fallocate(memory->get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                           static_cast<off_t>(texture.claim().size)));
    Pass(socket.get());
  });
  const FileDescriptor socket(pair.TakeSocket());
  TextureConsumer consumer(std::make_shared<TextureQuota>(TextureLimits{}));
  ASSERT_TRUE(consumer.Share(Claim(), Await(socket.get())).accepted());
  EXPECT_EQ((std::set<int>{9}), RowsSeen(consumer));
  Pass(socket.get());
  Await(socket.get());
  EXPECT_EQ((std::set<int>{0}), RowsSeen(consumer));
}

FORKED_TEST(TextureProcessTest, AKilledConsumerSignalsItsFencesAndReleasesNothingElse) {
  ProcessPair pair([](int raw_socket) {
    const FileDescriptor socket(raw_socket);
    TextureConsumer consumer(std::make_shared<TextureQuota>(TextureLimits{}));
    ASSERT_TRUE(consumer.Share(Claim(), Await(socket.get())).accepted());
    Pass(socket.get());
    ASSERT_TRUE(consumer.Present(1, 1, {}, Await(socket.get())).accepted());
    Pass(socket.get());
    for (;;) pause();
  });
  const FileDescriptor socket(pair.TakeSocket());
  absl::StatusOr<TexturePool> pool = TexturePool::Create(1, kWidth, kHeight);
  ASSERT_TRUE(pool.ok()) << pool.status();
  Pass(socket.get(), *pool->textures()[0].DuplicateMemory());
  Await(socket.get());
  ASSERT_TRUE(pool->OnAccepted(1));
  absl::StatusOr<FileDescriptor> fence = pool->Present(*pool->BeginWrite(), 1);
  ASSERT_TRUE(fence.ok());
  Pass(socket.get(), *std::move(fence));
  Await(socket.get());
  pair.Kill();
  // The message that releases the texture never came, so it is not ours by the rules; the fence
  // alone says only that nobody reads.
  EXPECT_EQ(nullptr, pool->BeginWrite());
  ASSERT_TRUE(pool->OnReleased(1, 1));
  EXPECT_NE(nullptr, pool->BeginWrite()) << "the fence did not signal";
}

}  // namespace
}  // namespace ipdl::textures
