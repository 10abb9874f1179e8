// Types with every shape that a message can have, for the tests of this floor.
//
// Their traits are written as generated code writes them. What they are not: part of the library.
// Used by param_traits_test, wire_case_test and mutation_test.

#ifndef IPDL_RUNTIME_SAMPLE_TYPES_FOR_TEST_H_
#define IPDL_RUNTIME_SAMPLE_TYPES_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/param_traits.h"
#include "runtime/param_traits_fields.h"

namespace ipdl {

enum class Colour : uint8_t { kRed = 1, kGreen = 2, kBlue = 3 };
enum class Modes : uint32_t { kNone = 0, kRead = 1, kWrite = 4, kAll = 5 };
enum class Offset : int16_t { kLeft = -1, kNone = 0, kRight = 1 };

// All members take any bits, and there is no padding.
struct PlainRect {
  int32_t x = 0, y = 0;
  uint16_t width = 0, height = 0;
  uint32_t stride = 0;
  bool operator==(const PlainRect&) const = default;
};

struct Label {
  int32_t line = 0;
  std::string text;
  Colour colour = Colour::kRed;
  bool operator==(const Label&) const = default;
};

// Recursive through a pointer.
struct Chain {
  uint8_t value = 0;
  std::unique_ptr<Chain> next;
};

// A union: 1 is an integer, 2 a label, 3 a list of unions.
struct Shape {
  std::variant<std::monostate, uint32_t, Label, std::vector<Shape>> value;
};

template <>
struct ParamTraits<Colour> : EnumTraits<Colour, Colour::kRed, Colour::kBlue> {};
template <>
struct ParamTraits<Offset> : EnumTraits<Offset, Offset::kLeft, Offset::kRight> {};
template <>
struct ParamTraits<Modes> : BitFlagsTraits<Modes, Modes::kAll> {};
template <>
struct ParamTraits<PlainRect> : PlainDataTraits<PlainRect> {};

template <>
struct ParamTraits<Label> {
  static constexpr size_t kMinWireBytes = 9;
  static void Write(Writer& out, const Label& value) {
    out.Enter();
    WriteParam(out, value.line);
    WriteParam(out, value.text);
    WriteParam(out, value.colour);
    out.Leave();
  }
  static bool Read(Reader& in, Label* value) {
    if (!in.Enter()) return false;
    if (!ReadParam(in, "line", &value->line) || !ReadParam(in, "text", &value->text) ||
        !ReadParam(in, "colour", &value->colour)) {
      return false;
    }
    in.Leave();
    return true;
  }
};

// The same fields as in Label, and a handle.
struct Page {
  Label label;
  std::vector<bool> bits;
  FileDescriptor file;
};
struct Note {
  std::string text;
  Colour colour = Colour::kRed;
  std::optional<uint16_t> page;
  bool operator==(const Note&) const = default;
};

template <>
struct ParamTraits<Page> : FieldsTraits<&Page::label, &Page::bits, &Page::file> {};
template <>
struct ParamTraits<Note> : FieldsTraits<&Note::text, &Note::colour, &Note::page> {};

template <>
struct ParamTraits<Chain> {
  static constexpr size_t kMinWireBytes = 2;
  static void Write(Writer& out, const Chain& value) {
    out.Enter();
    WriteParam(out, value.value);
    WriteParam(out, value.next);
    out.Leave();
  }
  static bool Read(Reader& in, Chain* value) {
    if (!in.Enter()) return false;
    if (!ReadParam(in, "value", &value->value) || !ReadParam(in, "next", &value->next)) {
      return false;
    }
    in.Leave();
    return true;
  }
};

template <>
struct ParamTraits<Shape> {
  static constexpr size_t kMinWireBytes = 8;
  static void Write(Writer& out, const Shape& value) {
    out.Enter();
    out.Put(static_cast<uint32_t>(value.value.index()));
    if (const auto* number = std::get_if<1>(&value.value)) WriteParam(out, *number);
    if (const auto* label = std::get_if<2>(&value.value)) WriteParam(out, *label);
    if (const auto* shapes = std::get_if<3>(&value.value)) WriteParam(out, *shapes);
    out.Leave();
  }
  static bool Read(Reader& in, Shape* value) {
    uint32_t tag = 0;
    if (!in.Enter() || !in.Get(&tag)) return false;
    bool read = false;
    switch (tag) {
      case 1:
        read = ReadParam(in, "number", &value->value.emplace<1>());
        break;
      case 2:
        read = ReadParam(in, "label", &value->value.emplace<2>());
        break;
      case 3:
        read = ReadParam(in, "shapes", &value->value.emplace<3>());
        break;
      default:
        return in.Fail("a union has no such alternative");
    }
    in.Leave();
    return read;
  }
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_SAMPLE_TYPES_FOR_TEST_H_
