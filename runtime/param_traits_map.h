// ParamTraits of std::map: how a `map<K, V>` of an .ipdl travels.
//
// Not part of param_traits.h, because few protocols have maps and <map> is slow to compile; a
// generated file with a map in it includes this. Calls Writer and Reader.
//
// On the wire: the number of entries, then key and value of each, in the order of the keys. There
// is one encoding of each map: a key that is not greater than the one before it fails the message.

#ifndef IPDL_RUNTIME_PARAM_TRAITS_MAP_H_
#define IPDL_RUNTIME_PARAM_TRAITS_MAP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "runtime/param_traits.h"

namespace ipdl {

template <typename K, typename V>
struct ParamTraits<std::map<K, V>> {
  using Map = std::map<K, V>;

  static constexpr size_t kMinWireBytes = 4;
  // What an entry takes in memory: itself, and what the tree needs to find it.
  static constexpr size_t kNodeBytes = sizeof(typename Map::value_type) + 4 * sizeof(void*);

  static void Write(Writer& out, const Map& map) requires internal::WritesConst<V> {
    Open(out, map);
    for (const auto& [key, value] : map) {
      ParamTraits<K>::Write(out, key);
      ParamTraits<V>::Write(out, value);
    }
  }

  // For values that writing consumes. Consumes all of them, also if the message fails.
  static void Write(Writer& out, Map&& map) requires(!internal::WritesConst<V>) {
    Map taken = std::move(map);
    Open(out, taken);
    for (auto& [key, value] : taken) {
      ParamTraits<K>::Write(out, key);
      ParamTraits<V>::Write(out, std::move(value));
    }
  }

  static bool Read(Reader& in, Map* map) {
    uint32_t n;
    constexpr size_t kEntryBytes = ParamTraits<K>::kMinWireBytes + ParamTraits<V>::kMinWireBytes;
    if (!in.GetLength(kEntryBytes, kNodeBytes, &n)) return false;
    map->clear();
    for (uint32_t i = 0; i < n; ++i) {
      K key{};
      if (!ReadKey(in, *map, &key)) return in.Blame("key") || in.BlameIndex(i);
      const auto entry = map->try_emplace(map->end(), std::move(key));
      if (!ParamTraits<V>::Read(in, &entry->second)) return in.BlameIndex(i);
    }
    return true;
  }

 private:
  static void Open(Writer& out, const Map& map) {
    out.PutLength(map.size());
    out.ChargeMemory(map.size() * kNodeBytes);
  }

  static bool ReadKey(Reader& in, const Map& before, K* key) {
    if (!ParamTraits<K>::Read(in, key)) return false;
    if (before.empty() || before.rbegin()->first < *key) return true;
    return in.Fail("the keys of a map are not in ascending order, each of them once");
  }
};

}  // namespace ipdl

#endif  // IPDL_RUNTIME_PARAM_TRAITS_MAP_H_
