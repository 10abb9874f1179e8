// Many calls on the same portals: from several threads at once, and over a long time.
//
// What it is: that nothing is lost, and that nothing grows. What it is not: a benchmark.

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <thread>
#include <vector>

#include "runtime/portal/local_fixture_for_test.h"

// Of the sanitizers, which bring an allocator of their own.
extern "C" size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace ipdl::portal {
namespace {

size_t AllocatedBytes() {
  if (&__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

using ApiLoadTest = LocalFixture;

TEST_F(ApiLoadTest, TransactionsOfSeveralThreadsMayBeOpenOnOnePortal) {
  constexpr int kThreads = 4;
  constexpr int kPuts = 500;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i] {
      for (int n = 0; n < kPuts; ++n) {
        volatile void* data = nullptr;
        size_t room = 0;
        IpczTransaction transaction = 0;
        ASSERT_EQ(IPCZ_RESULT_OK, BeginPut(a_, sizeof(int), &data, &room, &transaction));
        std::memcpy(const_cast<void*>(data), &i, sizeof(int));
        const IpczEndPutFlags flags = n % 5 == 0 ? IPCZ_END_PUT_ABORT : IPCZ_NO_FLAGS;
        ASSERT_EQ(IPCZ_RESULT_OK,
                  ipcz().EndPut(a_, transaction, sizeof(int), nullptr, 0, flags, nullptr));
      }
    });
  }
  std::vector<int> got(kThreads);
  std::atomic<bool> done = false;
  std::thread reader([&] {
    for (bool last = false; !last;) {
      last = done;
      for (Got parcel = Get(b_); parcel.result == IPCZ_RESULT_OK; parcel = Get(b_)) {
        int sender = 0;
        std::memcpy(&sender, parcel.text.data(), sizeof(int));
        ++got[static_cast<size_t>(sender)];
      }
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  reader.join();
  EXPECT_EQ(std::vector<int>(kThreads, kPuts * 4 / 5), got);
}

TEST_F(ApiLoadTest, AQueueThatIsNeverEmptyDoesNotGrow) {
  const auto put_and_get = [&](int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(IPCZ_RESULT_OK, Put(a_, "in the place of the last one"));
      ASSERT_EQ(IPCZ_RESULT_OK, Get(b_).result);
    }
  };
  ASSERT_EQ(IPCZ_RESULT_OK, Put(a_, "always one more"));
  put_and_get(1000);
  const size_t before = AllocatedBytes();
  put_and_get(20'000);
  EXPECT_LT(AllocatedBytes(), before + 20'000);
  EXPECT_EQ(1u, Status(b_).num_local_parcels);
}

}  // namespace
}  // namespace ipdl::portal
