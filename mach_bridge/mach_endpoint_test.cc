// Tests that a Mach endpoint goes only where it may: on this platform nowhere, and it says so; and
// what claims to be one is refused.

#include "mach_bridge/mach_endpoint.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "runtime/open_descriptors_for_test.h"

namespace ipdl {
namespace {

using ::testing::HasSubstr;

class MachEndpointTest : public ::testing::Test {
 protected:
  ~MachEndpointTest() override {
    handles_.clear();
    EXPECT_EQ(before_, OpenDescriptors());
  }

  // Reads what was written; why it failed, or "".
  std::string WhyRefused() {
    MachEndpoint out;
    Reader reader(queue_.bytes(), absl::MakeSpan(handles_), &limits_);
    if (ReadParam(reader, "end", &out) && reader.Finish()) return "";
    EXPECT_FALSE(out.valid());
    return reader.failure().ToString();
  }

  const int before_ = OpenDescriptors();
  const Limits limits_{};
  ByteQueue queue_;
  std::vector<OwnedHandle> handles_;
};

TEST_F(MachEndpointTest, APairIsMadeOnlyForProcessesThatCanBe) {
  MachEndpoint a;
  MachEndpoint b;
  for (const int64_t wrong : {int64_t{0}, int64_t{-1}}) {
    EXPECT_EQ(absl::StatusCode::kInvalidArgument,
              MachEndpoint::CreatePair(wrong, 1, &a, &b).code());
    EXPECT_EQ(absl::StatusCode::kInvalidArgument,
              MachEndpoint::CreatePair(1, wrong, &a, &b).code());
  }
}

TEST_F(MachEndpointTest, APlatformWithoutPortsSaysSoAndMakesNothing) {
  if (MachEndpoint::kSupported) GTEST_SKIP() << "this platform has Mach ports";
  MachEndpoint a;
  MachEndpoint b;
  const absl::Status made = MachEndpoint::CreatePair(getpid(), getpid(), &a, &b);
  EXPECT_EQ(absl::UnimplementedError("there are no Mach ports on this platform"), made);
  EXPECT_FALSE(a.valid());
  EXPECT_FALSE(b.valid());
  EXPECT_EQ(0, a.recipient());
}

TEST_F(MachEndpointTest, AnEmptyEndpointCannotBeTaken) {
  MachEndpoint::Rights rights;
  EXPECT_EQ(absl::FailedPreconditionError("an empty Mach endpoint"), MachEndpoint().Take(&rights));
  EXPECT_FALSE(rights.receive.valid());
  EXPECT_FALSE(rights.send.valid());
}

TEST_F(MachEndpointTest, AnEmptyEndpointFailsTheMessage) {
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, MachEndpoint());
  EXPECT_FALSE(writer.Finish());
}

TEST_F(MachEndpointTest, ARecipientThatCannotBeIsRefused) {
  for (const int64_t wrong : {int64_t{0}, int64_t{-7}}) {
    Writer writer(&queue_, &handles_, &limits_);
    WriteParam(writer, wrong);
    ASSERT_TRUE(writer.Finish());
    EXPECT_THAT(WhyRefused(), HasSubstr("a process that cannot be"));
    queue_.Consume(queue_.size());
  }
}

TEST_F(MachEndpointTest, ADescriptorInPlaceOfARightIsRefusedAndClosed) {
  Writer writer(&queue_, &handles_, &limits_);
  WriteParam(writer, int64_t{getpid()});
  WriteParam(writer, FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  ASSERT_TRUE(writer.Finish());
  EXPECT_THAT(WhyRefused(), HasSubstr("end.receive"));
}

}  // namespace
}  // namespace ipdl
