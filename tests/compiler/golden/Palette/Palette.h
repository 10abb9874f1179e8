// Palette.h: types for users of Palette.ipdlh.
// Generated from Palette.ipdlh by the ipdl compiler; do not edit.

#ifndef IPDL_GENERATED_DEMO_PALETTE_H_
#define IPDL_GENERATED_DEMO_PALETTE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// The most colours of a palette.
inline constexpr uint32_t kMostColours = 0x10;

inline constexpr int64_t kLeast = -9223372036854775807 - 1;

inline constexpr double kGamma = 2.2;

inline constexpr bool kPremultiplied = true;

inline constexpr std::string_view kDefaultName = "plain \\ colours";

/// How pixels lie in memory.
enum class Format : uint8_t {
  kRgb = 0,
  /// With a fourth byte for how opaque it is.
  kRgba = 4,
  kLast = 16,
};

/// A palette; its colours have names.
class Palette {
 public:
  Palette() = default;
  Palette(Format format, std::optional<std::string> title, std::map<std::string, uint32_t> colours);

  const Format& format() const { return format_; }
  Format& format() { return format_; }

  /// At most 32 bytes.
  const std::optional<std::string>& title() const { return title_; }
  std::optional<std::string>& title() { return title_; }

  /// At most 16 elements, each text of at most 64 bytes.
  const std::map<std::string, uint32_t>& colours() const { return colours_; }
  std::map<std::string, uint32_t>& colours() { return colours_; }

  bool operator==(const Palette& other) const;

 private:
  Format format_{Format::kRgb};
  std::optional<std::string> title_;
  std::map<std::string, uint32_t> colours_;
};

class Choice {
 public:
  enum Type : uint32_t {
    T__None = 0,
    TFormat,
    /// At most 4 elements.
    TArrayOfPalette,
    TMapOfFormatToMapOfboolToArrayOfFormat,
    T__Last = TMapOfFormatToMapOfboolToArrayOfFormat,
  };

  Choice() {}
  Choice(Format value);
  Choice(std::vector<Palette> value);
  Choice(std::map<Format, std::map<bool, std::vector<Format>>> value);
  Choice(const Choice& other);
  Choice(Choice&& other) noexcept;
  Choice& operator=(const Choice& other);
  Choice& operator=(Choice&& other) noexcept;
  ~Choice();

  // The alternative held; T__None by default and after a move from here.
  Type type() const { return type_; }

  // The value held. To ask for another than that ends the process.
  const Format& get_Format() const;
  Format& get_Format();
  const std::vector<Palette>& get_ArrayOfPalette() const;
  std::vector<Palette>& get_ArrayOfPalette();
  const std::map<Format, std::map<bool, std::vector<Format>>>& get_MapOfFormatToMapOfboolToArrayOfFormat() const;
  std::map<Format, std::map<bool, std::vector<Format>>>& get_MapOfFormatToMapOfboolToArrayOfFormat();

 private:
  // Ends the process unless the alternative is held.
  void Demand(Type wanted) const;
  // Destroys the value held, if any.
  void Clear();
  // From nothing to a copy of `other`'s value, or to that value itself.
  void CopyFrom(const Choice& other);
  void TakeFrom(Choice& other) noexcept;

  Type type_ = T__None;
  union {
    Format v_Format;
    std::vector<Palette> v_ArrayOfPalette;
    std::map<Format, std::map<bool, std::vector<Format>>> v_MapOfFormatToMapOfboolToArrayOfFormat;
  };
};

}  // namespace demo

namespace ipdl {

class Reader;
class Writer;
template <typename T>
struct ParamTraits;

template <>
struct ParamTraits<::demo::Format> {
  static constexpr size_t kMinWireBytes = 1;
  static void Write(Writer& out, ::demo::Format value);
  static bool Read(Reader& in, ::demo::Format* value);
  static bool IsLegal(::demo::Format value);
};

template <>
struct ParamTraits<::demo::Palette> {
  static constexpr size_t kMinWireBytes = 6;
  static void Write(Writer& out, const ::demo::Palette& value);
  static bool Read(Reader& in, ::demo::Palette* value);
};

template <>
struct ParamTraits<::demo::Choice> {
  static constexpr size_t kMinWireBytes = 4;
  static void Write(Writer& out, const ::demo::Choice& value);
  static bool Read(Reader& in, ::demo::Choice* value);
};

}  // namespace ipdl

#endif  // IPDL_GENERATED_DEMO_PALETTE_H_
