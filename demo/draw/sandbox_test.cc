// The sandbox: what drawing needs works in it, anything else is the end of the process.

#include "demo/draw/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "demo/draw/photo_painter.h"
#include "demo/picture/png_file.h"
#include "demo/picture/png_sample_test.h"
#include "demo/picture/scratch_directory_test.h"
#include "protocols/texture/texture_pool.h"
#include "tests/support/forked_test.h"

namespace ipdl::demo {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// How a process ends that enters the sandbox and calls `action`: its exit code, or minus the
// signal.
template <typename Action>
int EndOf(const Action& action) {
  const pid_t child = fork();
  if (child == 0) _exit(EnterSandbox().ok() ? action() : 99);
  int status = 0;
  EXPECT_EQ(child, waitpid(child, &status, 0));
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

FORKED_TEST(SandboxTest, DrawingWorks) {
  ScratchDirectory directory;
  absl::StatusOr<FileDescriptor> file =
      OpenPng(directory.Write("sample.png", EncodeSample(PngSample{})));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(0, EndOf([&] {
              absl::StatusOr<Image> photo = ReadPng(*std::move(file), "sample");
              if (!photo.ok()) return 1;
              auto painter = PhotoPainter::Create(photo->view(), 200, 200);
              if (!painter.ok()) return 2;
              const uint32_t width = (*painter)->width(), height = (*painter)->height();
              auto pool = textures::TexturePool::Create(3, width, height);
              if (!pool.ok() || !pool->OnAccepted(1)) return 3;
              textures::PoolTexture* texture = pool->BeginWrite();
              (*painter)->Draw(1, 0, {texture->pixels(), width, height, texture->claim().stride});
              return pool->Present(*texture, 1).ok() && texture->DuplicateMemory().ok() ? 0 : 4;
            }));
}

FORKED_TEST(SandboxTest, EverythingElseKills) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need a wider list";
  EXPECT_EQ(EACCES, EndOf([] { return open("/dev/null", O_RDONLY) >= 0 ? 0 : errno; }));
  EXPECT_EQ(-SIGSYS, EndOf([] { return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 2; }));
  EXPECT_EQ(-SIGSYS, EndOf([] { return kill(getppid(), 0); }));
  EXPECT_EQ(-SIGSYS, EndOf([] { return execl("/bin/true", "true", nullptr); }));
  EXPECT_EQ(-SIGSYS, EndOf([] { return unlink("/nonexistent"); }));
  const auto executable = PROT_READ | PROT_WRITE | PROT_EXEC;
  EXPECT_EQ(-SIGSYS, EndOf([&] {
    return mmap(nullptr, 4096, executable, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == nullptr ? 1 : 2;
  }));
  EXPECT_EQ(-SIGSYS, EndOf([&] {
    void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, executable) == 0 ? 1 : 2;
  }));
}

}  // namespace
}  // namespace ipdl::demo
