// The guide's examples of values: structs, unions, types of one's own, and what carries much.

#include <unistd.h>

#include <algorithm>

#include "PArchive.h"
#include "PArchiveChild.h"
#include "PArchiveParent.h"
#include "glue/data_pipe.h"
#include "glue/shmem.h"
#include "runtime/byte_buf.h"
#include "runtime/handle.h"
#include "tests/guide/guide.h"

namespace guide {
namespace {

float Ink(const Shape& shape) {
  switch (shape.type()) {
    case Shape::TPoint:
      return 1;
    case Shape::TArrayOfPoint:
      return static_cast<float>(shape.get_ArrayOfPoint().size());
    case Shape::TArrayOfShape: {
      float sum = 0;
      for (const Shape& part : shape.get_ArrayOfShape()) sum += Ink(part);
      return sum;
    }
    case Shape::T__None:
      break;
  }
  return 0;
}

class Archive : public PArchiveParent {
 public:
  using Base = PArchiveParent;

  Lines kept;
  std::string film;

 protected:
  ipdl::Result RecvKeep(Drawing drawing, Rights rights) override {
    kept.push_back(drawing.title() + ", " + std::to_string(drawing.counts()["lines"]) +
                   " lines, ink " + std::to_string(drawing.shape() ? Ink(*drawing.shape()) : 0));
    if (rights == (Rights::kRead | Rights::kChange)) kept.push_back("may be changed");
    return ipdl::Ok();
  }

  ipdl::Result RecvScan(ipdl::ByteBuf bytes) override {
    // The very pages that the sender filled, and nobody can change them any more.
    const auto dark = std::count(bytes.bytes().begin(), bytes.bytes().end(), 0);
    kept.push_back(std::to_string(bytes.size()) + " bytes, dark " + std::to_string(dark));
    return ipdl::Ok();
  }

  ipdl::Result RecvLog(ipdl::FileDescriptor into) override {
    return write(into.get(), "kept\n", 5) == 5 ? ipdl::Ok() : ipdl::Refused("cannot write");
  }

  ipdl::Result RecvPage(ipdl::Shmem memory) override {
    // The peer may still write to it: copy, then check.
    const std::vector<uint8_t> copy(memory.bytes().begin(), memory.bytes().end());
    kept.push_back("a page of " + std::to_string(copy.size()));
    return ipdl::Ok();
  }

  ipdl::Result RecvFilm(std::string title, ipdl::DataPipeReceiver frames) override {
    kept.push_back("film " + title);
    frames_ = std::move(frames);
    Watch();
    return ipdl::Ok();
  }

 private:
  void Watch() {
    uint8_t some[4096];
    for (;;) {
      const absl::StatusOr<size_t> n = frames_.Read(some);
      if (absl::IsOutOfRange(n.status())) return kept.push_back("the end");
      if (!n.ok()) return kept.push_back("broken off");
      if (*n == 0) return frames_.WhenReadable(loop(), [this] { Watch(); });
      film.append(some, some + *n);
    }
  }

  ipdl::DataPipeReceiver frames_;
};

class Archivist : public PArchiveChild {
 public:
  using Base = PArchiveChild;
};

class Values : public Guide {
 protected:
  Values() { Connect(PArchive::CreateEndpoints, archive, archivist); }
  ~Values() override {
    archivist->Close();
    Settle();
  }

  ipdl::RefPtr<Archive> archive = ipdl::MakeRef<Archive>();
  ipdl::RefPtr<Archivist> archivist = ipdl::MakeRef<Archivist>();
};

TEST_F(Values, AreStructsUnionsAndYourOwn) {
  std::vector<Shape> parts;
  parts.push_back(Point{1, 2});
  parts.push_back(std::vector<Point>{{0, 0}, {1, 1}, {2, 0}});
  const Drawing house("house", Colour::kRed, Shape(std::move(parts)), {{"lines", 1}});
  archivist->SendKeep(house, Rights::kRead | Rights::kChange);
  Settle();
  EXPECT_EQ((Lines{"house, 1 lines, ink 4.000000", "may be changed"}), archive->kept);
}

TEST_F(Values, AreManyBytes) {
  absl::StatusOr<ipdl::ByteBuf> bytes = ipdl::ByteBuf::Allocate(size_t{10} << 20);
  ASSERT_TRUE(bytes.ok());
  bytes->mutable_bytes()[0] = 255;
  archivist->SendScan(*std::move(bytes));
  Settle();
  EXPECT_EQ((Lines{"10485760 bytes, dark 10485759"}), archive->kept);
}

TEST_F(Values, AreDescriptors) {
  int ends[2];
  ASSERT_EQ(0, pipe(ends));
  archivist->SendLog(ipdl::FileDescriptor(ends[1]));  // which closes ours
  Settle();
  char text[5];
  EXPECT_EQ(5, read(ends[0], text, sizeof(text)));
  EXPECT_EQ(0, read(ends[0], text, 1));  // nobody has it any more
  close(ends[0]);
}

TEST_F(Values, AreMemory) {
  ipdl::Shmem page;
  ASSERT_TRUE(archivist->AllocShmem(4096, &page));
  std::fill(page.bytes().begin(), page.bytes().end(), 7);
  archivist->SendPage(std::move(page));  // from here on we have it no more
  Settle();
  EXPECT_EQ((Lines{"a page of 4096"}), archive->kept);
}

// Sends a film frame by frame, as fast as it is watched.
struct Projector {
  ipdl::DataPipeSender out;
  std::string rest;

  void Run() {
    while (!rest.empty()) {
      const absl::StatusOr<size_t> n =
          out.Write({reinterpret_cast<const uint8_t*>(rest.data()), rest.size()});
      if (!n.ok()) return;  // nobody watches any more
      if (*n == 0) return out.WhenWritable(nullptr, [this] { Run(); });
      rest.erase(0, *n);
    }
    out.Finish();
  }
};

TEST_F(Values, AreStreams) {
  Projector projector{.out = {}, .rest = std::string(1'000'000, 'f')};
  ipdl::DataPipeReceiver theirs;
  ASSERT_TRUE(ipdl::CreateDataPipe(&projector.out, &theirs).ok());
  archivist->SendFilm("short", std::move(theirs));
  projector.Run();
  EXPECT_FALSE(projector.rest.empty());  // the pipe holds 256 KiB
  Settle();
  EXPECT_EQ((Lines{"film short", "the end"}), archive->kept);
  EXPECT_EQ(1'000'000u, archive->film.size());
}

}  // namespace
}  // namespace guide
