// A producer that lies: about sizes, seals, memory, ids, serials, damage, fences; and one that is
// honest but greedy.

#include "protocols/texture/texture_consumer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/memfd.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "protocols/texture/texture_pool.h"

namespace ipdl::textures {
namespace {

using Kind = TextureVerdict::Kind;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kGoodSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

TextureClaim Claim(uint64_t id, uint32_t width = 16, uint32_t height = 8) {
  return {.id = id,
          .fourcc = kFourccAbgr8888,
          .width = width,
          .height = height,
          .stride = width * 4,
          .offset = 0,
          .size = uint64_t{width} * 4 * height};
}

FileDescriptor Memory(uint64_t size, int seals = kGoodSeals) {
  FileDescriptor memory(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_TRUE(memory.valid());
  EXPECT_EQ(0, ftruncate(memory.get(), static_cast<off_t>(size)));
  EXPECT_EQ(0, fcntl(memory.get(), F_ADD_SEALS, seals));
  return memory;
}

// Both ends of a fence; the far end is what a producer sends.
struct Fence {
  Fence() { near = *ReleaseFence::Create(&far); }
  ReleaseFence near;
  FileDescriptor far;
};

FileDescriptor AnyFence() {
  Fence fence;
  return std::move(fence.far);
}

class TextureConsumerTest : public testing::Test {
 protected:
  void ExpectShared(uint64_t id) {
    const TextureClaim claim = Claim(id);
    const TextureVerdict verdict = consumer_.Share(claim, Memory(claim.size));
    ASSERT_TRUE(verdict.accepted()) << verdict.reason();
  }
  void ExpectFalseShare(const std::string& reason, const TextureClaim& claim,
                        FileDescriptor memory) {
    const TextureVerdict verdict = consumer_.Share(claim, std::move(memory));
    EXPECT_EQ(Kind::kFalse, verdict.kind());
    EXPECT_THAT(verdict.reason(), HasSubstr(reason));
    EXPECT_EQ(size_t{0}, consumer_.count());
    EXPECT_EQ(0u, quota_->textures());
    EXPECT_EQ(uint64_t{0}, quota_->bytes());
  }
  void ExpectFalsePresent(const std::string& reason, const TextureVerdict& verdict) {
    EXPECT_EQ(Kind::kFalse, verdict.kind());
    EXPECT_THAT(verdict.reason(), StartsWith(reason));
  }

  std::shared_ptr<TextureQuota> quota_ = std::make_shared<TextureQuota>(TextureLimits{});
  TextureConsumer consumer_{quota_};
};

TEST_F(TextureConsumerTest, ShowsWhatTheProducerDrew) {
  absl::StatusOr<TexturePool> pool = TexturePool::Create(1, 16, 8);
  ASSERT_TRUE(pool.ok()) << pool.status();
  const PoolTexture& texture = pool->textures()[0];
  TextureVerdict verdict = consumer_.Share(texture.claim(), *texture.DuplicateMemory());
  ASSERT_TRUE(verdict.accepted()) << verdict.reason();
  ASSERT_TRUE(pool->OnAccepted(1));
  PoolTexture* drawn = pool->BeginWrite();
  ASSERT_NE(nullptr, drawn);
  memset(drawn->pixels(), 0x5A, drawn->claim().size);
  absl::StatusOr<FileDescriptor> fence = pool->Present(*drawn, 1);
  ASSERT_TRUE(fence.ok()) << fence.status();
  ASSERT_TRUE(consumer_.Present(1, 1, {}, *std::move(fence)).accepted());
  const ConsumerTexture* seen = consumer_.Find(1);
  ASSERT_NE(nullptr, seen);
  EXPECT_EQ(16u, seen->layout().width());
  for (size_t i = 0; i < seen->layout().stride() * seen->layout().height(); ++i) {
    ASSERT_EQ(0x5A, seen->pixels()[i]) << i;
  }
}

TEST_F(TextureConsumerTest, TheMappingIsReadOnlyAndTheMemoryCannotShrink) {
  const TextureClaim claim = Claim(1);
  FileDescriptor memory = Memory(claim.size);
  absl::StatusOr<FileDescriptor> kept = memory.Duplicate();
  ASSERT_TRUE(kept.ok());
  ASSERT_TRUE(consumer_.Share(claim, std::move(memory)).accepted());
  EXPECT_EQ(-1, ftruncate(kept->get(), 0));
  EXPECT_EQ(EPERM, errno);
  EXPECT_EQ(-1, ftruncate(kept->get(), 1 << 20));
  EXPECT_DEATH({ *const_cast<uint8_t*>(consumer_.Find(1)->pixels()) = 1; }, "");
}

TEST_F(TextureConsumerTest, EveryMissingSealIsFalse) {
  const TextureClaim claim = Claim(1);
  for (const int missing : {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL, kGoodSeals}) {
    ExpectFalseShare("seals", claim, Memory(claim.size, kGoodSeals & ~missing));
  }
}

TEST_F(TextureConsumerTest, TheSizeMustBeTheHandlesToTheByte) {
  const TextureClaim claim = Claim(1);
  ExpectFalseShare("bytes", claim, Memory(claim.size - 1));
  ExpectFalseShare("bytes", claim, Memory(claim.size + 1));
  ExpectFalseShare("bytes", claim, Memory(0));
}

TEST_F(TextureConsumerTest, OnlyMemoryFilesAreTextures) {
  const TextureClaim claim = Claim(1);
  int pipe_ends[2];
  ASSERT_EQ(0, pipe2(pipe_ends, O_CLOEXEC));
  FileDescriptor write_end(pipe_ends[1]);
  ExpectFalseShare("memory", claim, FileDescriptor(pipe_ends[0]));
  ExpectFalseShare("memory", claim, FileDescriptor(open("/dev/zero", O_RDWR | O_CLOEXEC)));
  ExpectFalseShare("memory", claim, FileDescriptor(open("/", O_RDONLY | O_CLOEXEC)));
  ExpectFalseShare("memory", claim, FileDescriptor(eventfd(0, EFD_CLOEXEC)));
  ExpectFalseShare("memory", claim, FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  ExpectFalseShare("memory", claim, FileDescriptor());
  FileDescriptor file(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.valid()) {
    ASSERT_EQ(0, ftruncate(file.get(), static_cast<off_t>(claim.size)));
    ExpectFalseShare("memory", claim, std::move(file));
  }
}

TEST_F(TextureConsumerTest, HugePagesAreFalse) {
  // Reading them can fail when the system has no more of them, however they are sealed.
  FileDescriptor huge(memfd_create("huge", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB));
  if (!huge.valid()) GTEST_SKIP() << "this kernel has no huge pages in memory files";
  const TextureClaim claim = Claim(1, 512, 1024);  // 2 MiB
  if (ftruncate(huge.get(), static_cast<off_t>(claim.size)) != 0) GTEST_SKIP() << "no huge pages";
  ASSERT_EQ(0, fcntl(huge.get(), F_ADD_SEALS, kGoodSeals));
  ExpectFalseShare("huge", claim, std::move(huge));
}

TEST_F(TextureConsumerTest, AContradictionIsFalseWithoutLookingAtTheMemory) {
  TextureClaim claim = Claim(1);
  claim.stride = 4;
  ExpectFalseShare("stride", claim, Memory(claim.size));
  claim = Claim(1);
  claim.size = 10;
  ExpectFalseShare("size", claim, Memory(10));
}

TEST_F(TextureConsumerTest, IdsAreNotUsedTwice) {
  ExpectShared(3);
  for (const uint64_t id : {uint64_t{3}, uint64_t{2}, uint64_t{0}}) {
    const TextureVerdict verdict = consumer_.Share(Claim(id), Memory(Claim(id).size));
    EXPECT_EQ(Kind::kFalse, verdict.kind());
    EXPECT_THAT(verdict.reason(), HasSubstr("the id is not new"));
  }
  EXPECT_EQ(1u, quota_->textures());
}

TEST_F(TextureConsumerTest, TheNumberOfTexturesIsLimitedExactlyAndRejectedPolitely) {
  TextureLimits limits;
  limits.textures = 3;
  quota_ = std::make_shared<TextureQuota>(limits);
  TextureConsumer consumer(quota_), other(quota_);
  const auto share = [](TextureConsumer& to, uint64_t id) {
    return to.Share(Claim(id), Memory(Claim(id).size));
  };
  EXPECT_TRUE(share(consumer, 1).accepted());
  EXPECT_TRUE(share(other, 1).accepted());
  EXPECT_TRUE(share(consumer, 2).accepted());  // the third of the peer
  TextureVerdict verdict = share(other, 2);
  EXPECT_EQ(Kind::kRejected, verdict.kind());
  EXPECT_EQ("the limit of 3 live textures is reached", verdict.reason());
  ASSERT_TRUE(consumer.Forget(1).accepted());
  EXPECT_TRUE(share(other, 2).accepted());  // the same id again: it was not used
}

TEST_F(TextureConsumerTest, TheBytesOfTexturesAreLimitedExactly) {
  const uint64_t size = Claim(1).size;
  for (const int64_t spare : {-1, 0, 1}) {
    TextureLimits limits;
    limits.bytes = static_cast<uint64_t>(static_cast<int64_t>(2 * size) + spare);
    auto quota = std::make_shared<TextureQuota>(limits);
    TextureConsumer consumer(quota);
    EXPECT_TRUE(consumer.Share(Claim(1), Memory(size)).accepted());
    EXPECT_EQ(spare < 0 ? Kind::kRejected : Kind::kAccepted,
              consumer.Share(Claim(2), Memory(size)).kind());
    EXPECT_EQ(Kind::kRejected, consumer.Share(Claim(3), Memory(size)).kind());
    EXPECT_EQ(spare < 0 ? size : 2 * size, quota->bytes());
  }
}

TEST_F(TextureConsumerTest, AFalseClaimIsCalledFalseAlsoWhenTheQuotaIsFull) {
  TextureLimits limits;
  limits.textures = 0;
  TextureConsumer consumer(std::make_shared<TextureQuota>(limits));
  EXPECT_EQ(Kind::kFalse, consumer.Share(Claim(1), Memory(Claim(1).size, 0)).kind());
  EXPECT_EQ(Kind::kRejected, consumer.Share(Claim(1), Memory(Claim(1).size)).kind());
}

TEST_F(TextureConsumerTest, TheQuotaIsGivenBackWhenTheConsumerDies) {
  {
    TextureConsumer consumer(quota_);
    ASSERT_TRUE(consumer.Share(Claim(1), Memory(Claim(1).size)).accepted());
    EXPECT_EQ(1u, quota_->textures());
    EXPECT_EQ(Claim(1).size, quota_->bytes());
  }
  EXPECT_EQ(0u, quota_->textures());
  EXPECT_EQ(uint64_t{0}, quota_->bytes());
}

TEST_F(TextureConsumerTest, APresentedTextureIsLockedUntilReleased) {
  ExpectShared(1);
  Fence fence;
  ASSERT_TRUE(consumer_.Present(1, 5, {}, std::move(fence.far)).accepted());
  ExpectFalsePresent("texture 1: wrong state", consumer_.Present(1, 6, {}, AnyFence()));
  EXPECT_FALSE(fence.near.IsSignalled());
}

TEST_F(TextureConsumerTest, ReleaseSignalsTheFenceAndAnswersTheSerial) {
  ExpectShared(1);
  Fence fence;
  ASSERT_TRUE(consumer_.Present(1, 5, {}, std::move(fence.far)).accepted());
  EXPECT_EQ(uint64_t{5}, consumer_.Release(1));
  EXPECT_TRUE(fence.near.IsSignalled());
  EXPECT_EQ(uint64_t{0}, consumer_.Release(1));
  EXPECT_EQ(uint64_t{0}, consumer_.Release(9));
  EXPECT_TRUE(consumer_.Present(1, 6, {}, AnyFence()).accepted());
}

TEST_F(TextureConsumerTest, FencesSignalWhenTheConsumerDies) {
  Fence fence;
  {
    TextureConsumer consumer(quota_);
    ASSERT_TRUE(consumer.Share(Claim(1), Memory(Claim(1).size)).accepted());
    ASSERT_TRUE(consumer.Present(1, 1, {}, std::move(fence.far)).accepted());
    EXPECT_FALSE(fence.near.IsSignalled());
  }
  EXPECT_TRUE(fence.near.IsSignalled());
}

TEST_F(TextureConsumerTest, PresentationsOutOfOrderAreFalse) {
  ExpectShared(1);
  ExpectFalsePresent("texture 2: unknown texture", consumer_.Present(2, 1, {}, AnyFence()));
  ExpectFalsePresent("texture 1: the serial is not new", consumer_.Present(1, 0, {}, AnyFence()));
}

TEST_F(TextureConsumerTest, DamageMustLieInsideTheTexture) {
  ExpectShared(1);  // 16 x 8
  for (const TextureRect& rect : std::vector<TextureRect>{{16, 0, 1, 1},
                                                          {0, 8, 1, 1},
                                                          {0, 0, 17, 1},
                                                          {0, 0, 1, 9},
                                                          {0, 0, 0, 1},
                                                          {0xffffffff, 0, 2, 1}}) {
    ExpectFalsePresent("damage", consumer_.Present(1, 1, {{{0, 0, 1, 1}, rect}}, AnyFence()));
  }
  EXPECT_TRUE(consumer_.Present(1, 1, {{{0, 0, 16, 8}, {15, 7, 1, 1}}}, AnyFence()).accepted());
}

TEST_F(TextureConsumerTest, TheNumberOfDamageRectanglesIsLimitedExactly) {
  ExpectShared(1);
  const size_t limit = TextureLimits{}.damage_rects;
  const std::vector<TextureRect> rects(limit + 1, TextureRect{0, 0, 1, 1});
  const absl::Span<const TextureRect> all = rects;
  ExpectFalsePresent("damage", consumer_.Present(1, 1, all, AnyFence()));
  EXPECT_TRUE(consumer_.Present(1, 1, all.first(limit), AnyFence()).accepted());
  consumer_.Release(1);
  EXPECT_TRUE(consumer_.Present(1, 2, all.first(limit - 1), AnyFence()).accepted());
}

TEST_F(TextureConsumerTest, APresentationNeedsAFence) {
  ExpectShared(1);
  ExpectFalsePresent("release_fence", consumer_.Present(1, 1, {}, FileDescriptor()));
  ExpectFalsePresent("release_fence", consumer_.Present(1, 1, {}, Memory(4096)));
  EXPECT_TRUE(consumer_.Present(1, 1, {}, AnyFence()).accepted());
}

TEST_F(TextureConsumerTest, OnlyFreeTexturesAreForgotten) {
  ExpectShared(1);
  ASSERT_TRUE(consumer_.Present(1, 1, {}, AnyFence()).accepted());
  ExpectFalsePresent("texture 1: wrong state", consumer_.Forget(1));
  consumer_.Release(1);
  EXPECT_TRUE(consumer_.Forget(1).accepted());
  EXPECT_EQ(nullptr, consumer_.Find(1));
  EXPECT_EQ(uint64_t{0}, quota_->bytes());
  ExpectFalsePresent("texture 1: unknown texture", consumer_.Forget(1));
  ExpectFalsePresent("texture 1: unknown texture", consumer_.Present(1, 2, {}, AnyFence()));
}

TEST_F(TextureConsumerTest, NoDescriptorIsHeldForAFreeTexture) {
  const auto next_fd = [] {
    const FileDescriptor probe(open("/dev/null", O_RDONLY | O_CLOEXEC));
    return probe.get();
  };
  const int before = next_fd();
  for (uint64_t id = 1; id <= 20; ++id) ExpectShared(id);
  EXPECT_EQ(before, next_fd());
}

TEST_F(TextureConsumerTest, AnotherProducersTexturesAreOutOfReach) {
  // Each of three producers tries ids of all of them a million times: only its own ever answer.
  constexpr int kOwners = 3;
  std::vector<std::unique_ptr<TextureConsumer>> consumers;
  for (int owner = 0; owner < kOwners; ++owner) {
    consumers.push_back(std::make_unique<TextureConsumer>(quota_));
    for (uint64_t i = 0; i < 5; ++i) {
      const TextureClaim claim = Claim(1 + i * kOwners + owner, 4 + owner, 4);
      ASSERT_TRUE(consumers[owner]->Share(claim, Memory(claim.size)).accepted());
    }
  }
  std::mt19937 random(13);
  for (int round = 0; round < 1'000'000; ++round) {
    const uint64_t id = random() % (5 * kOwners) + 1;
    const int owner = static_cast<int>((id - 1) % kOwners);
    const int other = (owner + 1 + static_cast<int>(random() % 2)) % kOwners;
    const TextureVerdict::Kind kind =
        random() % 2 == 0 ? consumers[other]->Present(id, round + 1, {}, FileDescriptor()).kind()
                          : consumers[other]->Forget(id).kind();
    ASSERT_EQ(Kind::kFalse, kind) << "id " << id << " of " << owner << " by " << other;
    ASSERT_EQ(nullptr, consumers[other]->Find(id));
  }
  for (int owner = 0; owner < kOwners; ++owner) EXPECT_EQ(size_t{5}, consumers[owner]->count());
}

}  // namespace
}  // namespace ipdl::textures
