// See random_values.h. Sizes are small, and extreme scalars as likely as ordinary ones.

#include "tests/generated/random_values.h"

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {
namespace {

using demo::values::Chain;
using demo::values::Description;
using demo::values::Json;
using demo::values::Link;
using demo::values::Member;
using demo::values::Nothing;
using demo::values::Number;
using demo::values::Plane;
using demo::values::Scalars;
using demo::values::Weather;
using demo::values::Wrapped;

uint32_t Below(Random& random, uint32_t n) { return static_cast<uint32_t>(random() % n); }

template <typename T>
T Scalar(Random& random) {
  using L = std::numeric_limits<T>;
  switch (Below(random, 4)) {
    case 0:
      return L::lowest();
    case 1:
      return L::max();
    case 2:
      return T{};
    default:
      return static_cast<T>(random() % 100);
  }
}

bool Flip(Random& random) { return Below(random, 2) == 1; }

template <typename String>
String Text(Random& random) {
  String text(Below(random, 20), typename String::value_type{});
  for (auto& letter : text) letter = static_cast<typename String::value_type>(random());
  return text;
}

template <typename Make>
auto Many(Random& random, Make make) {
  std::vector<decltype(make())> made(Below(random, 5));
  for (auto&& each : made) each = make();
  return made;
}

// At most four entries, as many as the bounds in Values.ipdlh allow.
template <typename MakeKey, typename Make>
auto Mapped(Random& random, MakeKey make_key, Make make) {
  std::map<decltype(make_key()), decltype(make())> made;
  for (uint32_t n = Below(random, 5); n > 0; --n) made.insert_or_assign(make_key(), make());
  return made;
}

template <typename Make>
auto Perhaps(Random& random, Make make) {
  std::optional<decltype(make())> made;
  if (Flip(random)) made = make();
  return made;
}

Colour RandomColour(Random& random) { return static_cast<Colour>(Below(random, 3)); }

Weather RandomWeather(Random& random) {
  constexpr Weather kAll[] = {Weather::kSun, Weather::kRain, Weather::kFrost};
  return kAll[Below(random, 3)];
}

}  // namespace

Plane RandomPlane(Random& random) {
  return Plane(Scalar<uint32_t>(random), Scalar<uint32_t>(random));
}

Description RandomDescription(Random& random) {
  return Description(Scalar<uint32_t>(random), Scalar<uint32_t>(random), RandomColour(random),
                     Extent{Scalar<int32_t>(random), Scalar<int32_t>(random)},
                     Many(random, [&] { return RandomPlane(random); }),
                     Perhaps(random, [&] { return Text<std::string>(random); }));
}

Scalars RandomScalars(Random& random) {
  return Scalars(Flip(random), Scalar<char>(random), Scalar<short>(random), Scalar<int>(random),
                 Scalar<int8_t>(random), Scalar<int16_t>(random), Scalar<int32_t>(random),
                 Scalar<int64_t>(random), Scalar<uint8_t>(random), Scalar<uint16_t>(random),
                 Scalar<uint32_t>(random), Scalar<uint64_t>(random), Scalar<size_t>(random),
                 Scalar<float>(random), Scalar<double>(random), Text<std::string>(random),
                 Text<std::u16string>(random));
}

Wrapped RandomWrapped(Random& random) {
  return Wrapped(
      Many(random, [&] { return Flip(random); }),
      Many(random, [&] { return Scalar<uint8_t>(random); }),
      Many(random, [&] { return Scalar<double>(random); }),
      Many(random, [&] { return Text<std::string>(random); }),
      Perhaps(random, [&] { return Many(random, [&] { return Scalar<uint16_t>(random); }); }),
      Many(random, [&] { return Perhaps(random, [&] { return Scalar<uint16_t>(random); }); }),
      Many(random, [&] { return Many(random, [&] { return RandomPlane(random); }); }),
      Many(random, [&] { return Nothing(); }), Many(random, [&] { return RandomColour(random); }),
      Mapped(
          random, [&] { return RandomWeather(random); },
          [&] { return Perhaps(random, [&] { return RandomPlane(random); }); }),
      Many(random,
           [&] {
             auto text = [&] { return Text<std::string>(random); };
             return Mapped(random, text, text);
           }),
      Perhaps(random, [&] {
        return Mapped(
            random, [&] { return Scalar<uint64_t>(random); },
            [&] { return Many(random, [&] { return RandomWeather(random); }); });
      }));
}

Number RandomNumber(Random& random) {
  switch (Below(random, 9)) {
    case 0:
      return Flip(random);
    case 1:
      return Scalar<int32_t>(random);
    case 2:
      return Scalar<uint64_t>(random);
    case 3:
      return Scalar<double>(random);
    case 4:
      return Text<std::string>(random);
    case 5:
      return RandomPlane(random);
    case 6:
      return Many(random, [&] { return Scalar<uint8_t>(random); });
    case 7:
      return Perhaps(random, [&] { return Text<std::string>(random); });
    default:
      return RandomColour(random);
  }
}

Json RandomJson(Random& random, int depth) {
  auto below = [&] { return RandomJson(random, depth - 1); };
  switch (Below(random, depth > 0 ? 8 : 4)) {
    case 0:
      return Nothing();
    case 1:
      return Flip(random);
    case 2:
      return Scalar<double>(random);
    case 3:
      return Text<std::string>(random);
    case 4:
      return Many(random, below);
    case 5:
      return Many(random, [&] { return Member(Text<std::string>(random), below()); });
    case 6:
      return Mapped(
          random, [&] { return Text<std::string>(random); }, below);
    default:
      return Perhaps(random, below);
  }
}

Chain RandomChain(Random& random, int links) {
  Chain chain(Text<std::string>(random), nullptr, nullptr);
  if (Flip(random)) chain.description() = std::make_unique<Description>(RandomDescription(random));
  if (links > 0) {
    chain.next() = std::make_unique<Link>(RandomChain(random, links - 1));
  } else if (Flip(random)) {
    chain.next() = std::make_unique<Link>(Nothing());
  }
  return chain;
}

}  // namespace tests
