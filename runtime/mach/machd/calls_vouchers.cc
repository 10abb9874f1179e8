// Calls about vouchers: making one from recipes, and reading an attribute. See calls.h.
//
// Unlike Darwin's, two vouchers with the same attributes are two objects.

#include <cstddef>
#include <cstring>
#include <map>

#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/port.h"

namespace ipdl::machd {
namespace {

using Attributes = std::map<uint32_t, std::string>;

struct Recipe {
  uint32_t key;
  uint32_t command;
  uint32_t previous;
  uint32_t content_bytes;
};
static_assert(sizeof(Recipe) == sizeof(mach_voucher_attr_recipe_data_t));

kern_return_t Apply(Context& c, const Recipe& recipe, const std::string& content,
                    Attributes* attributes) {
  const bool all = recipe.key == MACH_VOUCHER_ATTR_KEY_ALL;
  switch (recipe.command) {
    case MACH_VOUCHER_ATTR_NOOP:
      return KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_COPY: {
      if (recipe.previous == MACH_PORT_NULL) return KERN_SUCCESS;
      const KernelObject* previous =
          FindObject(c.caller, recipe.previous, KernelObject::Kind::kVoucher);
      if (previous == nullptr) return KERN_INVALID_CAPABILITY;
      for (const auto& [key, value] : previous->attributes) {
        if (all || key == recipe.key) (*attributes)[key] = value;
      }
      return KERN_SUCCESS;
    }
    case MACH_VOUCHER_ATTR_REMOVE:
      if (all) {
        attributes->clear();
      } else {
        attributes->erase(recipe.key);
      }
      return KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_IMPORTANCE_SELF:
      if (recipe.key != MACH_VOUCHER_ATTR_KEY_IMPORTANCE) return KERN_INVALID_ARGUMENT;
      (*attributes)[recipe.key] = content;
      return KERN_SUCCESS;
    case MACH_VOUCHER_ATTR_USER_DATA_STORE:
      if (recipe.key != MACH_VOUCHER_ATTR_KEY_USER_DATA &&
          recipe.key != MACH_VOUCHER_ATTR_KEY_TEST) {
        return KERN_INVALID_ARGUMENT;
      }
      (*attributes)[recipe.key] = content;
      return KERN_SUCCESS;
    default:
      return KERN_INVALID_ARGUMENT;
  }
}

}  // namespace

kern_return_t CreateVoucher(Context& c) {
  if (FindObject(c.caller, c.request.name, KernelObject::Kind::kHost) == nullptr) {
    return KERN_INVALID_HOST;
  }
  if (c.payload.size() > kMostRecipeBytes) return KERN_INVALID_ARGUMENT;
  auto object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kVoucher});
  size_t at = 0;
  while (at < c.payload.size()) {
    Recipe recipe;
    if (c.payload.size() - at < sizeof(recipe)) return KERN_INVALID_ARGUMENT;
    std::memcpy(&recipe, c.payload.data() + at, sizeof(recipe));
    at += sizeof(recipe);
    if (c.payload.size() - at < recipe.content_bytes) return KERN_INVALID_ARGUMENT;
    const std::string content = c.payload.substr(at, recipe.content_bytes);
    at += recipe.content_bytes;
    const kern_return_t result = Apply(c, recipe, content, &object->attributes);
    if (result != KERN_SUCCESS) return result;
  }
  // A voucher without attributes is none.
  if (object->attributes.empty()) return KERN_SUCCESS;
  if (!object->charge.Take(c.caller.account, {.objects = 1})) return KERN_RESOURCE_SHORTAGE;
  return c.caller.names.Insert(c.kernel.NewObject(std::move(object)), &c.reply.head.name);
}

kern_return_t ExtractVoucher(Context& c) {
  const KernelObject* voucher = FindObject(c.caller, c.request.name, KernelObject::Kind::kVoucher);
  if (voucher == nullptr) return KERN_INVALID_CAPABILITY;
  const auto found = voucher->attributes.find(c.request.kind);
  if (found == voucher->attributes.end()) return KERN_SUCCESS;
  Recipe recipe = {};
  recipe.key = found->first;
  recipe.command = recipe.key == MACH_VOUCHER_ATTR_KEY_IMPORTANCE
                       ? MACH_VOUCHER_ATTR_IMPORTANCE_SELF
                       : MACH_VOUCHER_ATTR_USER_DATA_STORE;
  recipe.content_bytes = static_cast<uint32_t>(found->second.size());
  c.reply.payload.assign(reinterpret_cast<const char*>(&recipe), sizeof(recipe));
  c.reply.payload += found->second;
  return KERN_SUCCESS;
}

}  // namespace ipdl::machd
