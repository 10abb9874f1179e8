// The producer's pool: what it makes, and that nothing is drawn into before it is really free.

#include "protocols/texture/texture_pool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "protocols/texture/texture_consumer.h"

namespace ipdl::textures {
namespace {

TexturePool Accepted(uint32_t count, uint32_t width = 8, uint32_t height = 4) {
  absl::StatusOr<TexturePool> pool = TexturePool::Create(count, width, height);
  EXPECT_TRUE(pool.ok()) << pool.status();
  for (uint64_t id = 1; id <= count; ++id) EXPECT_TRUE(pool->OnAccepted(id));
  return *std::move(pool);
}

TEST(TexturePoolTest, TexturesAreSealedAlignedAndTrulyDescribed) {
  absl::StatusOr<TexturePool> pool = TexturePool::Create(3, 17, 5);
  ASSERT_TRUE(pool.ok()) << pool.status();
  ASSERT_EQ(size_t{3}, pool->textures().size());
  for (const PoolTexture& texture : pool->textures()) {
    EXPECT_EQ(17u, texture.claim().width);
    EXPECT_EQ(5u, texture.claim().height);
    EXPECT_EQ(128u, texture.claim().stride);
    EXPECT_EQ(uint64_t{128 * 5}, texture.claim().size);
    absl::StatusOr<FileDescriptor> memory = texture.DuplicateMemory();
    ASSERT_TRUE(memory.ok());
    struct stat status = {};
    ASSERT_EQ(0, fstat(memory->get(), &status));
    EXPECT_EQ(static_cast<off_t>(texture.claim().size), status.st_size);
    EXPECT_EQ(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL,
              fcntl(memory->get(), F_GET_SEALS) & ~0x0020 /* F_SEAL_EXEC */);
  }
}

TEST(TexturePoolTest, ImpossiblePoolsAreRefused) {
  TextureLimits limits;
  limits.textures = 3;
  limits.side = 64;
  limits.bytes = 3 * 256 * 64;
  EXPECT_TRUE(TexturePool::Create(3, 64, 64, limits).ok());
  EXPECT_FALSE(TexturePool::Create(4, 64, 64, limits).ok());
  EXPECT_FALSE(TexturePool::Create(3, 65, 64, limits).ok());
  EXPECT_FALSE(TexturePool::Create(3, 64, 65, limits).ok());
  EXPECT_FALSE(TexturePool::Create(0, 64, 64, limits).ok());
  EXPECT_FALSE(TexturePool::Create(3, 0, 64, limits).ok());
  EXPECT_FALSE(TexturePool::Create(3, 64, 0, limits).ok());
  limits.bytes -= 1;
  EXPECT_FALSE(TexturePool::Create(3, 64, 64, limits).ok());
}

TEST(TexturePoolTest, OnlyAcceptedTexturesAreDrawnInto) {
  absl::StatusOr<TexturePool> pool = TexturePool::Create(2, 8, 4);
  ASSERT_TRUE(pool.ok());
  EXPECT_EQ(nullptr, pool->BeginWrite());
  EXPECT_FALSE(pool->OnAccepted(0));
  EXPECT_FALSE(pool->OnAccepted(3));
  EXPECT_TRUE(pool->OnAccepted(2));
  EXPECT_FALSE(pool->OnAccepted(2));
  PoolTexture* texture = pool->BeginWrite();
  ASSERT_NE(nullptr, texture);
  EXPECT_EQ(uint64_t{2}, texture->claim().id);
  EXPECT_EQ(nullptr, pool->BeginWrite());
}

TEST(TexturePoolTest, AReleasedTextureIsReusedOnlyAfterItsFence) {
  TexturePool pool = Accepted(1);
  PoolTexture* texture = pool.BeginWrite();
  ASSERT_NE(nullptr, texture);
  absl::StatusOr<FileDescriptor> far = pool.Present(*texture, 1);
  ASSERT_TRUE(far.ok());
  EXPECT_EQ(nullptr, pool.BeginWrite()) << "drawn into while locked";
  EXPECT_EQ(-1, pool.PendingFence());
  ASSERT_TRUE(pool.OnReleased(1, 1));
  EXPECT_EQ(nullptr, pool.BeginWrite()) << "drawn into while still read";
  EXPECT_NE(-1, pool.PendingFence());
  far->Reset();
  EXPECT_EQ(texture, pool.BeginWrite());
  EXPECT_EQ(-1, pool.PendingFence());
}

TEST(TexturePoolTest, ASignalledFenceAloneDoesNotFreeATexture) {
  TexturePool pool = Accepted(1);
  ASSERT_TRUE(pool.Present(*pool.BeginWrite(), 1).ok());  // the other end is closed at once
  EXPECT_EQ(nullptr, pool.BeginWrite());
  ASSERT_TRUE(pool.OnReleased(1, 1));
  EXPECT_NE(nullptr, pool.BeginWrite());
}

TEST(TexturePoolTest, ReleasesThatMakeNoSenseAreRefused) {
  TexturePool pool = Accepted(2);
  EXPECT_FALSE(pool.OnReleased(1, 1));
  PoolTexture* texture = pool.BeginWrite();
  EXPECT_FALSE(pool.OnReleased(texture->claim().id, 0));
  ASSERT_TRUE(pool.Present(*texture, 7).ok());
  EXPECT_FALSE(pool.OnReleased(texture->claim().id, 6));
  EXPECT_FALSE(pool.OnReleased(99, 7));
  EXPECT_TRUE(pool.OnReleased(texture->claim().id, 7));
  EXPECT_FALSE(pool.OnReleased(texture->claim().id, 7));
}

TEST(TexturePoolTest, SerialsOfPresentationsCountUp) {
  TexturePool pool = Accepted(2);
  PoolTexture* first = pool.BeginWrite();
  PoolTexture* second = pool.BeginWrite();
  ASSERT_NE(first, second);
  ASSERT_TRUE(pool.Present(*first, 2).ok());
  EXPECT_FALSE(pool.Present(*second, 2).ok());
  EXPECT_TRUE(pool.Present(*second, 3).ok());
  EXPECT_FALSE(pool.Present(*second, 4).ok()) << "presented although locked";
}

TEST(TexturePoolTest, TheNewestFreePictureIsDrawnOverFirst) {
  TexturePool pool = Accepted(3);
  for (uint64_t serial = 1; serial <= 3; ++serial) {
    PoolTexture* texture = pool.BeginWrite();
    ASSERT_TRUE(pool.Present(*texture, serial).ok());
    EXPECT_EQ(serial, texture->content_serial());
  }
  for (const PoolTexture& texture : pool.textures()) {
    ASSERT_TRUE(pool.OnReleased(texture.claim().id, texture.content_serial()));
  }
  EXPECT_EQ(uint64_t{3}, pool.BeginWrite()->content_serial());
  EXPECT_EQ(uint64_t{2}, pool.BeginWrite()->content_serial());
}

// The picture that `texture` shows, as one value per row; a whole picture has one value in all.
std::set<int> RowsSeen(const ConsumerTexture& texture) {
  std::set<int> values;
  for (uint32_t y = 0; y < texture.layout().height(); ++y) {
    values.insert(texture.pixels()[y * texture.layout().stride()]);
  }
  return values;
}

TEST(TexturePoolTest, PicturesTearOnlyWhenTheRulesAreBroken) {
  TexturePool pool = Accepted(2, 8, 10);
  TextureConsumer consumer(std::make_shared<TextureQuota>(TextureLimits{}));
  for (const PoolTexture& texture : pool.textures()) {
    ASSERT_TRUE(consumer.Share(texture.claim(), *texture.DuplicateMemory()).accepted());
  }
  const auto draw_rows = [](const PoolTexture& texture, uint32_t end, int value) {
    memset(texture.pixels(), value, size_t{texture.claim().stride} * end);
  };
  // By the rules: at the moment when half of the next picture is drawn, the shown one is whole,
  // because the half is in another texture.
  PoolTexture* shown = pool.BeginWrite();
  draw_rows(*shown, 10, 1);
  const uint64_t shown_id = shown->claim().id;
  ASSERT_TRUE(consumer.Present(shown_id, 1, {}, *pool.Present(*shown, 1)).accepted());
  for (uint64_t serial = 2; serial < 50; ++serial) {
    PoolTexture* next = pool.BeginWrite();
    ASSERT_NE(nullptr, next);
    draw_rows(*next, 5, static_cast<int>(serial));
    EXPECT_EQ(std::set<int>{static_cast<int>(serial - 1)},
              RowsSeen(*consumer.Find(shown->claim().id)));
    draw_rows(*next, 10, static_cast<int>(serial));
    ASSERT_TRUE(
        consumer.Present(next->claim().id, serial, {}, *pool.Present(*next, serial)).accepted());
    ASSERT_TRUE(pool.OnReleased(shown->claim().id, consumer.Release(shown->claim().id)));
    shown = next;
  }
  // Against the rules: half a picture drawn into the locked texture is seen at once.
  draw_rows(*shown, 5, 200);
  EXPECT_EQ((std::set<int>{49, 200}), RowsSeen(*consumer.Find(shown->claim().id)));
}

}  // namespace
}  // namespace ipdl::textures
