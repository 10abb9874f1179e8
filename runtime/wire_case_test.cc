// Runs the cases of wire_cases.txt, each as a test of its own: the exact verdict on given bytes.
//
// The format is described at the top of that file. Every case also checks that no handle of the
// message stays open, whatever the verdict.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/byte_buf.h"
#include "runtime/handle_account.h"
#include "runtime/open_descriptors_for_test.h"
#include "runtime/param_traits.h"
#include "runtime/sample_types_for_test.h"

namespace ipdl {
namespace {

struct WireCase {
  std::string name;
  int line = 0;
  std::string reads;
  std::string limits;
  std::string bytes;
  std::string handles;
  std::string verdict;  // "ok" or the text after "fails"
};

template <typename T>
bool ReadOne(Reader& in, const char* name) {
  T value{};
  return ReadParam(in, name, &value);
}

using ReadFunction = bool (*)(Reader&, const char*);

const std::map<std::string, ReadFunction>& Types() {
  static const auto* const types = new std::map<std::string, ReadFunction>{
      {"u8", ReadOne<uint8_t>},
      {"u16", ReadOne<uint16_t>},
      {"u32", ReadOne<uint32_t>},
      {"u64", ReadOne<uint64_t>},
      {"bool", ReadOne<bool>},
      {"colour", ReadOne<Colour>},
      {"offset", ReadOne<Offset>},
      {"modes", ReadOne<Modes>},
      {"string", ReadOne<std::string>},
      {"u16string", ReadOne<std::u16string>},
      {"u32[]", ReadOne<std::vector<uint32_t>>},
      {"u64[]", ReadOne<std::vector<uint64_t>>},
      {"u32[][]", ReadOne<std::vector<std::vector<uint32_t>>>},
      {"bool[]", ReadOne<std::vector<bool>>},
      {"string[]", ReadOne<std::vector<std::string>>},
      {"rect[]", ReadOne<std::vector<PlainRect>>},
      {"label[]", ReadOne<std::vector<Label>>},
      {"fd[]", ReadOne<std::vector<FileDescriptor>>},
      {"string?", ReadOne<std::optional<std::string>>},
      {"string?[]", ReadOne<std::vector<std::optional<std::string>>>},
      {"u32?", ReadOne<std::optional<uint32_t>>},
      {"fd?", ReadOne<std::optional<FileDescriptor>>},
      {"^u32", ReadOne<std::unique_ptr<uint32_t>>},
      {"label", ReadOne<Label>},
      {"shape", ReadOne<Shape>},
      {"chain", ReadOne<Chain>},
      {"fd", ReadOne<FileDescriptor>},
      {"send-right", ReadOne<MachSendRight>},
      {"bytes", ReadOne<ByteBuf>},
  };
  return *types;
}

// A broken case must not pass for a case that fails as it should.
[[noreturn]] void BadCase(const WireCase& wire_case, const std::string& what) {
  fprintf(stderr, "wire_cases.txt:%d: [%s]: %s\n", wire_case.line, wire_case.name.c_str(),
          what.c_str());
  abort();
}

Limits LimitsOf(const WireCase& wire_case) {
  Limits limits;
  std::istringstream words(wire_case.limits);
  const std::map<std::string, uint32_t*> fields = {
      {"nesting_depth", &limits.nesting_depth},
      {"decoded_factor", &limits.decoded_factor},
      {"decoded_floor_bytes", &limits.decoded_floor_bytes},
      {"bytebuf_inline_bytes", &limits.bytebuf_inline_bytes},
      {"bytebuf_bytes", &limits.bytebuf_bytes},
  };
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    const auto field = fields.find(word.substr(0, equals));
    if (equals == std::string::npos || field == fields.end()) BadCase(wire_case, word);
    *field->second = static_cast<uint32_t>(std::stoul(word.substr(equals + 1)));
  }
  return limits;
}

std::vector<uint8_t> BytesOf(const WireCase& wire_case) {
  std::vector<uint8_t> bytes;
  std::istringstream words(wire_case.bytes);
  for (std::string word; words >> word;) {
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"') {
      bytes.insert(bytes.end(), word.begin() + 1, word.end() - 1);
      continue;
    }
    static const std::map<std::string, int> kWidths = {
        {"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}};
    const auto width = kWidths.find(word);
    std::string value;
    if (width == kWidths.end() || !(words >> value)) BadCase(wire_case, word);
    size_t used = 0;
    const uint64_t number = std::stoull(value, &used);
    uint64_t count = 1;
    if (used != value.size()) {
      if (value[used] != '*') BadCase(wire_case, value);
      count = std::stoull(value.substr(used + 1));
    }
    for (uint64_t i = 0; i < count; ++i) {
      for (int byte = 0; byte < width->second; ++byte) {
        bytes.push_back(static_cast<uint8_t>(number >> (8 * byte)));
      }
    }
  }
  return bytes;
}

OwnedHandle HandleOf(const WireCase& wire_case, const std::string& word) {
  using Kind = OwnedHandle::Kind;
  if (word == "none") return OwnedHandle();
  if (word == "fd") return AnyHandle();
  // No such thing can reach a process on this platform; a channel with a bug is what is simulated.
  if (word == "mach") return OwnedHandle(Kind::kMachSendRight, 0x1203);
  if (word == "socket") {
    return FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)).TakeOwned();
  }
  if (word.starts_with("memory:")) {
    const size_t colon = word.rfind(':');
    const std::string seals = word.substr(colon + 1);
    auto memory = SharedMemory::Create(std::stoul(word.substr(7)), "case");
    const absl::Status sealed = memory->Seal(seals == "frozen"  ? SharedMemory::kFrozen
                                             : seals == "fixed" ? SharedMemory::kFixedSize
                                                                : SharedMemory::kNoSeals);
    if (sealed.ok()) return std::move(*memory).TakeDescriptor().TakeOwned();
  }
  BadCase(wire_case, word);
}

std::vector<OwnedHandle> HandlesOf(const WireCase& wire_case) {
  std::vector<OwnedHandle> handles;
  std::istringstream words(wire_case.handles);
  for (std::string word; words >> word;) {
    handles.push_back(HandleOf(wire_case, word));
    handles.back().MarkForeign(HandleAccount::New().get());
  }
  return handles;
}

bool ReadAll(const WireCase& wire_case, Reader& reader) {
  std::istringstream words(wire_case.reads);
  for (std::string word; words >> word;) {
    const size_t colon = word.find(':');
    const auto type = Types().find(word.substr(colon + 1));
    if (colon == std::string::npos || type == Types().end()) BadCase(wire_case, word);
    if (!type->second(reader, word.substr(0, colon).c_str())) return false;
  }
  return reader.Finish();
}

std::string VerdictOn(const WireCase& wire_case) {
  const Limits limits = LimitsOf(wire_case);
  const std::vector<uint8_t> bytes = BytesOf(wire_case);
  std::vector<OwnedHandle> handles = HandlesOf(wire_case);
  Reader reader(bytes, absl::MakeSpan(handles), &limits);
  if (ReadAll(wire_case, reader)) return "ok";
  // Nothing can be read after a failure.
  uint8_t byte;
  uint32_t n;
  absl::Span<const uint8_t> view;
  OwnedHandle handle;
  EXPECT_FALSE(reader.Get(&byte) || reader.GetBytes(0, &view) || reader.GetLength(1, 1, &n) ||
               reader.ChargeMemory(0) || reader.Align(1) || reader.Enter() || reader.Finish() ||
               reader.GetHandle(OwnedHandle::Kind::kFileDescriptor, &handle));
  const Reader::Failure& failure = reader.failure();
  return (failure.path.empty() ? "-" : failure.path) + " @" + std::to_string(failure.offset) +
         ": " + failure.reason;
}

class WireCaseTest : public ::testing::Test {
 public:
  explicit WireCaseTest(WireCase wire_case) : case_(std::move(wire_case)) {}

  void TestBody() override {
    const int before = OpenDescriptors();
    EXPECT_EQ(case_.verdict, VerdictOn(case_));
    EXPECT_EQ(before, OpenDescriptors());
  }

 private:
  WireCase case_;
};

std::vector<WireCase> LoadCases(const std::string& path) {
  std::vector<WireCase> cases;
  std::ifstream file(path);
  int line_number = 0;
  for (std::string line; std::getline(file, line);) {
    ++line_number;
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      cases.emplace_back();
      cases.back().name = line.substr(1, line.find(']') - 1);
      cases.back().line = line_number;
      continue;
    }
    const size_t space = line.find(' ');
    const std::string key = line.substr(0, space);
    const std::string value =
        space == std::string::npos ? "" : line.substr(line.find_first_not_of(' ', space));
    WireCase& wire_case = cases.back();
    if (key == "reads") {
      wire_case.reads = value;
    } else if (key == "limits") {
      wire_case.limits = value;
    } else if (key == "bytes") {
      wire_case.bytes += " " + value;
    } else if (key == "handles") {
      wire_case.handles = value;
    } else if (key == "fails") {
      wire_case.verdict = value;
    } else if (key == "ok") {
      wire_case.verdict = "ok";
    } else {
      BadCase(wire_case, line);
    }
  }
  return cases;
}

const bool kRegistered = [] {
  const std::vector<WireCase> cases = LoadCases(IPDL_WIRE_CASES);
  for (const WireCase& wire_case : cases) {
    ::testing::RegisterTest("WireCaseTest", wire_case.name.c_str(), nullptr, nullptr,
                            IPDL_WIRE_CASES, wire_case.line,
                            [wire_case] { return new WireCaseTest(wire_case); });
  }
  // A missing or truncated file must not look like success.
  if (cases.size() < 100) {
    fprintf(stderr, "%s: only %zu cases\n", IPDL_WIRE_CASES, cases.size());
    abort();
  }
  return true;
}();

}  // namespace
}  // namespace ipdl
