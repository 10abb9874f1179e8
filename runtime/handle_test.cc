// Tests that a handle has one owner at every moment and is closed exactly once.

#include "runtime/handle.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/handle_account.h"
#include "runtime/open_descriptors_for_test.h"

namespace ipdl {
namespace {

using Kind = OwnedHandle::Kind;

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

TEST(HandleTest, ClosesWhenItDies) {
  int fd;
  {
    FileDescriptor owner = AnyDescriptor();
    fd = owner.get();
    ASSERT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(HandleTest, MovingLeavesTheSourceEmpty) {
  FileDescriptor first = AnyDescriptor();
  const int fd = first.get();
  FileDescriptor second = std::move(first);
  EXPECT_FALSE(first.valid());  // NOLINT: that is what is tested
  EXPECT_EQ(-1, first.get());
  EXPECT_EQ(fd, second.get());
  EXPECT_TRUE(IsOpen(fd));
}

TEST(HandleTest, AssignmentClosesWhatWasThere) {
  FileDescriptor first = AnyDescriptor();
  FileDescriptor second = AnyDescriptor();
  const int closed = second.get();
  const int kept = first.get();
  second = std::move(first);
  EXPECT_FALSE(IsOpen(closed));
  EXPECT_EQ(kept, second.get());
}

TEST(HandleTest, AssignmentToItselfKeepsTheHandle) {
  FileDescriptor owner = AnyDescriptor();
  FileDescriptor& same = owner;
  const int fd = owner.get();
  owner = std::move(same);
  EXPECT_EQ(fd, owner.get());
  EXPECT_TRUE(IsOpen(fd));
}

TEST(HandleTest, ReleaseGivesTheDescriptorUp) {
  FileDescriptor owner = AnyDescriptor();
  const int fd = owner.Release();
  EXPECT_FALSE(owner.valid());
  owner.Reset();
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

TEST(HandleTest, AFailedOpenGivesAnEmptyDescriptor) {
  const FileDescriptor none(open("/nonexistent/file", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(none);
  EXPECT_EQ(-1, none.get());
}

TEST(HandleTest, DescriptorZeroIsADescriptor) {
  FileDescriptor zero(0);
  EXPECT_TRUE(zero.valid());
  EXPECT_EQ(0, zero.Release());
}

TEST(HandleTest, DuplicateIsASecondCloseOnExecDescriptor) {
  const FileDescriptor owner = AnyDescriptor();
  absl::StatusOr<FileDescriptor> duplicate = owner.Duplicate();
  ASSERT_TRUE(duplicate.ok()) << duplicate.status();
  EXPECT_NE(owner.get(), duplicate->get());
  EXPECT_EQ(FD_CLOEXEC, fcntl(duplicate->get(), F_GETFD));
}

TEST(HandleTest, DuplicateOfNothingFailsAndSaysWhy) {
  const absl::StatusOr<FileDescriptor> duplicate = FileDescriptor().Duplicate();
  EXPECT_EQ(absl::StatusCode::kFailedPrecondition, duplicate.status().code());
}

TEST(HandleTest, DuplicateOfAClosedDescriptorNamesTheCall) {
  FileDescriptor owner = AnyDescriptor();
  close(owner.get());
  const absl::StatusOr<FileDescriptor> duplicate = owner.Duplicate();
  EXPECT_FALSE(duplicate.ok());
  EXPECT_NE(duplicate.status().message().find("fcntl(F_DUPFD_CLOEXEC)"), absl::string_view::npos);
  (void)owner.Release();
}

TEST(HandleTest, FromTakesAHandleOfItsKind) {
  OwnedHandle owned = AnyHandle();
  const intptr_t value = owned.value();
  FileDescriptor typed;
  EXPECT_TRUE(FileDescriptor::From(std::move(owned), &typed));
  EXPECT_EQ(value, typed.get());
}

TEST(HandleTest, FromClosesAHandleOfAnotherKind) {
  const int before = OpenDescriptors();
  MachSendRight typed;
  EXPECT_FALSE(MachSendRight::From(AnyHandle(), &typed));
  EXPECT_FALSE(typed.valid());
  EXPECT_EQ(before, OpenDescriptors());
}

TEST(HandleTest, FromNothingGivesNothing) {
  FileDescriptor typed = AnyDescriptor();
  EXPECT_FALSE(FileDescriptor::From(OwnedHandle(), &typed));
  EXPECT_FALSE(typed.valid());
}

TEST(HandleTest, ForeignFollowsTheHandleAndEndsWithIt) {
  const HandleAccount::Ref account = HandleAccount::New();
  OwnedHandle owned = AnyHandle();
  owned.MarkForeign(account.get());
  FileDescriptor typed;
  ASSERT_TRUE(FileDescriptor::From(std::move(owned), &typed));
  OwnedHandle back = std::move(typed).TakeOwned();
  EXPECT_TRUE(back.foreign());
  EXPECT_FALSE(owned.foreign());  // NOLINT: that is what is tested
  EXPECT_EQ(1u, account->held());
  back.Reset();
  EXPECT_FALSE(back.foreign());
  EXPECT_EQ(0u, account->held());
}

TEST(HandleTest, TheDuplicateOfAForeignDescriptorIsForeign) {
  const HandleAccount::Ref account = HandleAccount::New();
  OwnedHandle owned = AnyHandle();
  owned.MarkForeign(account.get());
  FileDescriptor typed;
  ASSERT_TRUE(FileDescriptor::From(std::move(owned), &typed));
  absl::StatusOr<FileDescriptor> duplicate = typed.Duplicate();
  ASSERT_TRUE(duplicate.ok()) << duplicate.status();
  EXPECT_EQ(2u, account->held());
  EXPECT_TRUE(std::move(*duplicate).TakeOwned().foreign());
  EXPECT_EQ(1u, account->held());
}

TEST(HandleTest, AReleasedHandleIsNoLongerChargedToThePeer) {
  const HandleAccount::Ref account = HandleAccount::New();
  OwnedHandle owned = AnyHandle();
  owned.MarkForeign(account.get());
  EXPECT_EQ(1u, account->held());
  const intptr_t raw = owned.Release();
  EXPECT_EQ(0u, account->held());
  EXPECT_EQ(0, close(static_cast<int>(raw)));
}

TEST(HandleTest, AnEmptyHandleIsChargedToNobody) {
  const HandleAccount::Ref account = HandleAccount::New();
  OwnedHandle empty;
  empty.MarkForeign(account.get());
  EXPECT_EQ(0u, account->held());
  EXPECT_FALSE(empty.foreign());
}

TEST(HandleTest, AHandleKeepsTheAccountOfItsPeer) {
  OwnedHandle owned = AnyHandle();
  owned.MarkForeign(HandleAccount::New().get());
  EXPECT_EQ(1u, owned.account()->held());
}

TEST(HandleTest, EveryKindExistsAndUnsupportedOnesAreEmpty) {
  static_assert(FileDescriptor::kSupported);
  static_assert(std::is_constructible_v<FileDescriptor, int>);
#if defined(__linux__)
  static_assert(!WindowsHandle::kSupported && !MachSendRight::kSupported &&
                !MachReceiveRight::kSupported && !MachSendOnceRight::kSupported);
  static_assert(!std::is_constructible_v<MachSendRight, uint32_t>);
  static_assert(!std::is_constructible_v<WindowsHandle, intptr_t>);
#endif
  EXPECT_FALSE(WindowsHandle().valid());
  EXPECT_FALSE(MachSendRight().valid());
  EXPECT_FALSE(MachReceiveRight().valid());
  EXPECT_FALSE(MachSendOnceRight().valid());
  EXPECT_EQ(0u, MachSendRight().get());
}

TEST(HandleTest, HandlesOnlyMove) {
  static_assert(!std::is_copy_constructible_v<OwnedHandle>);
  static_assert(!std::is_copy_assignable_v<FileDescriptor>);
  static_assert(std::is_nothrow_move_constructible_v<FileDescriptor>);
  static_assert(!std::is_convertible_v<int, FileDescriptor>);
}

TEST(HandleTest, EveryKindHasAName) {
  EXPECT_EQ("no handle", HandleKindName(Kind::kNone));
  EXPECT_EQ("file descriptor", HandleKindName(Kind::kFileDescriptor));
  EXPECT_EQ("Windows handle", HandleKindName(Kind::kWindowsHandle));
  EXPECT_EQ("Mach send right", HandleKindName(Kind::kMachSendRight));
  EXPECT_EQ("Mach receive right", HandleKindName(Kind::kMachReceiveRight));
  EXPECT_EQ("Mach send-once right", HandleKindName(Kind::kMachSendOnceRight));
  EXPECT_EQ("unknown kind of handle", HandleKindName(static_cast<Kind>(200)));
}

}  // namespace
}  // namespace ipdl
