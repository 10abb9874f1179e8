// Palette.cc: functions for users of Palette.ipdlh.
// Generated from Palette.ipdlh by the ipdl compiler; do not edit.

#include "Palette.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "runtime/param_traits.h"
#include "runtime/param_traits_map.h"
#include "runtime/value_checks.h"

namespace demo {

Palette::Palette(Format format, std::optional<std::string> title,
                 std::map<std::string, uint32_t> colours)
    : format_(format), title_(std::move(title)), colours_(std::move(colours)) {}

bool Palette::operator==(const Palette& other) const {
  return format_ == other.format_ && title_ == other.title_ && colours_ == other.colours_;
}

Choice::Choice(Format value) : type_(TFormat), v_Format(value) {}

Choice::Choice(std::vector<Palette> value)
    : type_(TArrayOfPalette), v_ArrayOfPalette(std::move(value)) {}

Choice::Choice(std::map<Format, std::map<bool, std::vector<Format>>> value)
    : type_(TMapOfFormatToMapOfboolToArrayOfFormat),
      v_MapOfFormatToMapOfboolToArrayOfFormat(std::move(value)) {}

Choice::Choice(const Choice& other) { CopyFrom(other); }

Choice::Choice(Choice&& other) noexcept { TakeFrom(other); }

Choice& Choice::operator=(const Choice& other) { return *this = Choice(other); }

Choice& Choice::operator=(Choice&& other) noexcept {
  if (this != &other) {
    // What `other` holds may be part of what this holds.
    Choice taken(std::move(other));
    Clear();
    TakeFrom(taken);
  }
  return *this;
}

Choice::~Choice() { Clear(); }

const Format& Choice::get_Format() const {
  Demand(TFormat);
  return v_Format;
}

Format& Choice::get_Format() {
  Demand(TFormat);
  return v_Format;
}

const std::vector<Palette>& Choice::get_ArrayOfPalette() const {
  Demand(TArrayOfPalette);
  return v_ArrayOfPalette;
}

std::vector<Palette>& Choice::get_ArrayOfPalette() {
  Demand(TArrayOfPalette);
  return v_ArrayOfPalette;
}

const std::map<Format, std::map<bool, std::vector<Format>>>& Choice::get_MapOfFormatToMapOfboolToArrayOfFormat() const {
  Demand(TMapOfFormatToMapOfboolToArrayOfFormat);
  return v_MapOfFormatToMapOfboolToArrayOfFormat;
}

std::map<Format, std::map<bool, std::vector<Format>>>& Choice::get_MapOfFormatToMapOfboolToArrayOfFormat() {
  Demand(TMapOfFormatToMapOfboolToArrayOfFormat);
  return v_MapOfFormatToMapOfboolToArrayOfFormat;
}

void Choice::Demand(Type wanted) const {
  if (type_ == wanted) return;
  std::fprintf(stderr, "ipdl: demo::Choice: alternative %u is asked for, %u is held\n",
               static_cast<unsigned>(wanted), static_cast<unsigned>(type_));
  std::abort();
}

void Choice::Clear() {
  switch (type_) {
    case T__None:
    case TFormat:
      break;
    case TArrayOfPalette:
      std::destroy_at(&v_ArrayOfPalette);
      break;
    case TMapOfFormatToMapOfboolToArrayOfFormat:
      std::destroy_at(&v_MapOfFormatToMapOfboolToArrayOfFormat);
      break;
  }
  type_ = T__None;
}

void Choice::CopyFrom(const Choice& other) {
  switch (other.type_) {
    case T__None:
      break;
    case TFormat:
      std::construct_at(&v_Format, other.v_Format);
      break;
    case TArrayOfPalette:
      std::construct_at(&v_ArrayOfPalette, other.v_ArrayOfPalette);
      break;
    case TMapOfFormatToMapOfboolToArrayOfFormat:
      std::construct_at(&v_MapOfFormatToMapOfboolToArrayOfFormat,
                        other.v_MapOfFormatToMapOfboolToArrayOfFormat);
      break;
  }
  type_ = other.type_;
}

void Choice::TakeFrom(Choice& other) noexcept {
  switch (other.type_) {
    case T__None:
      break;
    case TFormat:
      std::construct_at(&v_Format, other.v_Format);
      break;
    case TArrayOfPalette:
      std::construct_at(&v_ArrayOfPalette, std::move(other.v_ArrayOfPalette));
      break;
    case TMapOfFormatToMapOfboolToArrayOfFormat:
      std::construct_at(&v_MapOfFormatToMapOfboolToArrayOfFormat,
                        std::move(other.v_MapOfFormatToMapOfboolToArrayOfFormat));
      break;
  }
  type_ = other.type_;
  other.Clear();
}

}  // namespace demo

namespace ipdl {

bool ParamTraits<::demo::Format>::IsLegal(::demo::Format value) {
  switch (value) {
    case ::demo::Format::kRgb:
    case ::demo::Format::kRgba:
    case ::demo::Format::kLast:
      return true;
  }
  return false;
}

void ParamTraits<::demo::Format>::Write(Writer& out, ::demo::Format value) {
  if (!IsLegal(value)) FailEnum(out, "demo::Format");
  out.Put(static_cast<uint8_t>(value));
}

bool ParamTraits<::demo::Format>::Read(Reader& in, ::demo::Format* value) {
  uint8_t raw{};
  if (!in.Get(&raw)) return false;
  *value = static_cast<::demo::Format>(raw);
  return IsLegal(*value) || FailEnum(in, "demo::Format", uint64_t{raw});
}

void ParamTraits<::demo::Palette>::Write(Writer& out, const ::demo::Palette& value) {
  WriteParam(out, value.format());
  CheckBytes(out, "title", value.title(), 32);
  WriteParam(out, value.title());
  CheckLength(out, "colours", value.colours(), 16);
  CheckBytes(out, "colours", value.colours(), 64);
  WriteParam(out, value.colours());
}

bool ParamTraits<::demo::Palette>::Read(Reader& in, ::demo::Palette* value) {
  return ReadParam(in, "format", &value->format()) && ReadParam(in, "title", &value->title()) &&
         CheckBytes(in, "title", value->title(), 32) &&
         ReadParam(in, "colours", &value->colours()) &&
         CheckLength(in, "colours", value->colours(), 16) &&
         CheckBytes(in, "colours", value->colours(), 64);
}

void ParamTraits<::demo::Choice>::Write(Writer& out, const ::demo::Choice& value) {
  out.Put(static_cast<uint32_t>(value.type()));
  switch (value.type()) {
    case ::demo::Choice::T__None:
      out.Fail("a union holds nothing");
      break;
    case ::demo::Choice::TFormat:
      WriteParam(out, value.get_Format());
      break;
    case ::demo::Choice::TArrayOfPalette:
      CheckLength(out, "ArrayOfPalette", value.get_ArrayOfPalette(), 4);
      WriteParam(out, value.get_ArrayOfPalette());
      break;
    case ::demo::Choice::TMapOfFormatToMapOfboolToArrayOfFormat:
      WriteParam(out, value.get_MapOfFormatToMapOfboolToArrayOfFormat());
      break;
  }
}

bool ParamTraits<::demo::Choice>::Read(Reader& in, ::demo::Choice* value) {
  uint32_t tag{};
  if (!in.Get(&tag)) return false;
  switch (tag) {
    case ::demo::Choice::TFormat:
      *value = ::demo::Format{};
      return ReadParam(in, "Format", &value->get_Format());
    case ::demo::Choice::TArrayOfPalette:
      *value = std::vector<::demo::Palette>();
      return ReadParam(in, "ArrayOfPalette", &value->get_ArrayOfPalette()) &&
             CheckLength(in, "ArrayOfPalette", value->get_ArrayOfPalette(), 4);
    case ::demo::Choice::TMapOfFormatToMapOfboolToArrayOfFormat:
      *value = std::map<::demo::Format, std::map<bool, std::vector<::demo::Format>>>();
      return ReadParam(in, "MapOfFormatToMapOfboolToArrayOfFormat", &value->get_MapOfFormatToMapOfboolToArrayOfFormat());
    default:
      return in.Fail("a union has a tag that names none of its alternatives");
  }
}

}  // namespace ipdl
