#include "glue/describe.h"

#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <utility>

#include "glue/actor_param.h"
#include "glue/text.h"
#include "runtime/log.h"

namespace ipdl {

namespace {

// Characters of the type at the front of `signature`.
size_t TypeLength(std::string_view signature) {
  size_t at = 0;
  while (at < signature.size() &&
         (signature[at] == '?' || signature[at] == '^' || signature[at] == '*')) {
    ++at;
  }
  if (at == signature.size()) return at;
  if (signature[at] == '{' || signature[at] == '<') {
    size_t depth = 0;
    do {
      depth += signature[at] == '{' || signature[at] == '<';
      depth -= signature[at] == '}' || signature[at] == '>';
      ++at;
    } while (depth != 0 && at < signature.size());
    return at;
  }
  ++at;
  while (at < signature.size() && std::isdigit(static_cast<unsigned char>(signature[at]))) ++at;
  return at;
}

class Describer {
 public:
  explicit Describer(Reader& in) : in_(in) {}

  // `name:type,name:type`. False: nothing after it can be found.
  bool Fields(std::string_view signature) {
    bool first = true;
    while (!signature.empty()) {
      const size_t colon = signature.find(':');
      if (colon == std::string_view::npos) return false;
      if (!first) out += ", ";
      first = false;
      out += signature.substr(0, colon);
      out += '=';
      signature.remove_prefix(colon + 1);
      const size_t length = TypeLength(signature);
      if (!Value(signature.substr(0, length))) return false;
      signature.remove_prefix(length);
      if (!signature.empty()) signature.remove_prefix(1);  // the comma
    }
    return true;
  }

  std::string out;

 private:
  // Prints one value. False: nothing after it can be found.
  bool Value(std::string_view type) {
    if (out.size() > kMostDescribed || type.empty()) return false;
    const std::string_view rest = type.substr(1);
    switch (type[0]) {
      case '?':
      case '^':
        return Optional(rest, type[0] == '?' ? "none" : "null");
      case '*':
        return Array(rest);
      case '{':
        out += '{';
        if (!Fields(rest.substr(0, rest.size() - 1))) return false;
        out += '}';
        return true;
      case '<':
        return Union(rest.substr(0, rest.size() - 1));
      case 's':
        return String();
      case 'w':
        return WideString();
      case 'B':
        return Bytes();
      case 'M':
        return Memory();
      case 'P':
        return Pipe();
      case 'h':
        return Handle();
      case 'E':
        return End();
      case 'A':
        return ActorId();
      case 'N':
        out += "managed endpoint ";
        return ActorId();
      default:
        return Scalar(type);
    }
  }

  bool Optional(std::string_view type, const char* nothing) {
    bool present = false;
    if (!in_.Get(&present)) return false;
    if (present) return Value(type);
    out += nothing;
    return true;
  }

  bool Array(std::string_view type) {
    uint32_t n = 0;
    if (!in_.GetLength(1, 0, &n)) return false;
    out += '[';
    for (uint32_t i = 0; i < n; ++i) {
      if (i != 0) out += ", ";
      if (i == kMostOfAnArray) {
        out += Text("...", n - i, " more");
        // What follows is found only by reading on, which is not worth it: only scalars are
        // skipped.
        const size_t size = ScalarSize(type);
        absl::Span<const uint8_t> skipped;
        if (size == 0 || !in_.GetBytes((n - i) * size, &skipped)) return false;
        break;
      }
      if (!Value(type)) return false;
    }
    out += ']';
    return true;
  }

  bool Union(std::string_view alternatives) {
    uint32_t tag = 0;
    if (!in_.Get(&tag)) return false;
    for (uint32_t i = 1; !alternatives.empty(); ++i) {
      const size_t length = TypeLength(alternatives);
      if (i == tag) {
        out += Text(tag, ":");
        return Value(alternatives.substr(0, length));
      }
      alternatives.remove_prefix(length);
      if (!alternatives.empty()) alternatives.remove_prefix(1);  // the bar
    }
    return false;
  }

  bool String() {
    uint32_t n = 0;
    absl::Span<const uint8_t> bytes;
    if (!in_.GetLength(1, 0, &n) || !in_.GetBytes(n, &bytes)) return false;
    out += '"';
    out +=
        EscapePeerText({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, kMostOfAString);
    out += '"';
    return true;
  }

  bool WideString() {
    uint32_t n = 0;
    absl::Span<const uint8_t> bytes;
    if (!in_.GetLength(2, 0, &n) || !in_.GetBytes(size_t{n} * 2, &bytes)) return false;
    std::string narrow;
    for (size_t i = 0; i < n && i < kMostOfAString; ++i) {
      narrow += bytes[2 * i + 1] == 0 ? static_cast<char>(bytes[2 * i]) : '?';
    }
    out += Text("u\"", EscapePeerText(narrow, kMostOfAString), n > kMostOfAString ? "...\"" : "\"");
    return true;
  }

  // Inline (form 0): length and bytes; in memory: length and a handle.
  bool Bytes() {
    uint8_t form = 0;
    uint32_t n = 0;
    absl::Span<const uint8_t> bytes;
    if (!in_.Get(&form) || !in_.Get(&n)) return false;
    out += Text("(", n, form == 0 ? " bytes)" : " bytes in memory)");
    uint8_t kind = 0;
    return form == 0 ? in_.GetBytes(n, &bytes) : in_.Get(&kind);
  }

  bool Memory() {
    uint8_t safety = 0;
    uint32_t n = 0;
    uint8_t kind = 0;
    if (!in_.Get(&safety) || !in_.Get(&n) || !in_.Get(&kind)) return false;
    out += Text("(", n, safety == 0 ? " bytes of Shmem)" : " bytes of unsafe Shmem)");
    return true;
  }

  bool Pipe() {
    uint32_t number = 0;
    uint8_t kind = 0;
    if (!in_.Get(&number) || !in_.Get(&kind)) return false;
    out += "data pipe";
    return true;
  }

  bool Handle() {
    uint8_t kind = 0;
    if (!in_.Get(&kind)) return false;
    out += ShortHandleName(static_cast<OwnedHandle::Kind>(kind));
    return true;
  }

  bool End() {
    uint32_t protocol = 0;
    uint8_t side = 0;
    uint8_t kind = 0;
    if (!in_.Get(&protocol) || !in_.Get(&side) || !in_.Get(&kind)) return false;
    out += "endpoint";
    return true;
  }

  bool ActorId() {
    int32_t id = 0;
    if (!in_.Get(&id)) return false;
    if (id == kToplevelReference) {
      out += "top-level";
    } else {
      out += id == 0 ? std::string("null") : Text("#", id);
    }
    return true;
  }

  static size_t ScalarSize(std::string_view type) {
    if (type == "b" || type == "c" || type == "i8" || type == "u8") return 1;
    if (type == "i16" || type == "u16") return 2;
    if (type == "i32" || type == "u32" || type == "f32") return 4;
    if (type == "i64" || type == "u64" || type == "f64") return 8;
    return 0;
  }

  template <typename T>
  bool Number(const char* format) {
    T value{};
    if (!in_.Get(&value)) return false;
    char text[32];
    std::snprintf(text, sizeof(text), format, value);
    out += text;
    return true;
  }

  bool Scalar(std::string_view type) {
    if (type == "b") {
      bool value = false;
      if (!in_.Get(&value)) return false;
      out += value ? "true" : "false";
      return true;
    }
    if (type == "c") {
      char value = 0;
      if (!in_.Get(&value)) return false;
      out += Text("'", EscapePeerText({&value, 1}), "'");
      return true;
    }
    if (type == "i8") return Number<int8_t>("%" PRId8);
    if (type == "u8") return Number<uint8_t>("%" PRIu8);
    if (type == "i16") return Number<int16_t>("%" PRId16);
    if (type == "u16") return Number<uint16_t>("%" PRIu16);
    if (type == "i32") return Number<int32_t>("%" PRId32);
    if (type == "u32") return Number<uint32_t>("%" PRIu32);
    if (type == "i64") return Number<int64_t>("%" PRId64);
    if (type == "u64") return Number<uint64_t>("%" PRIu64);
    if (type == "f32") return Number<float>("%g");
    if (type == "f64") return Number<double>("%g");
    return false;  // opaque
  }

  Reader& in_;
};

}  // namespace

std::string_view ShortHandleName(OwnedHandle::Kind kind) {
  switch (kind) {
    case OwnedHandle::Kind::kFileDescriptor:
      return "fd";
    case OwnedHandle::Kind::kWindowsHandle:
      return "handle";
    case OwnedHandle::Kind::kMachSendRight:
      return "send-right";
    case OwnedHandle::Kind::kMachReceiveRight:
      return "receive-right";
    case OwnedHandle::Kind::kMachSendOnceRight:
      return "send-once-right";
    default:
      return "nothing";
  }
}

std::string DescribeValues(std::string_view signature, Reader& in) {
  Describer describer(in);
  if (!describer.Fields(signature)) describer.out += "...";
  return std::move(describer.out);
}

}  // namespace ipdl
