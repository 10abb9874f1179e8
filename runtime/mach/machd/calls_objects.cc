// Calls about rights that stand for files and memory. See calls.h.

#include <fcntl.h>

#include "absl/strings/str_cat.h"
#include "runtime/mach/machd/calls.h"
#include "runtime/mach/machd/port.h"
#include "runtime/mach/machd/sealed_file.h"

namespace ipdl::machd {
namespace {

File Duplicate(const File& file) { return File(fcntl(file.get(), F_DUPFD_CLOEXEC, 0)); }

// A descriptor of the same memory through which it cannot be written.
File ReadOnly(const File& file) {
  return File(open(absl::StrCat("/proc/self/fd/", file.get()).c_str(), O_RDONLY | O_CLOEXEC));
}

}  // namespace

kern_return_t MakeFilePort(Context& c) {
  if (c.files.size() != 1) return KERN_INVALID_ARGUMENT;
  auto object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kFile});
  if (!object->charge.Take(c.caller.account, {.descriptors = 1})) return KERN_RESOURCE_SHORTAGE;
  object->file = std::move(c.files[0]);
  return c.caller.names.Insert(c.kernel.NewObject(std::move(object)), &c.reply.head.name);
}

kern_return_t MakeFile(Context& c) {
  const KernelObject* object = FindObject(c.caller, c.request.name, KernelObject::Kind::kFile);
  if (object == nullptr) return KERN_INVALID_CAPABILITY;
  File file = Duplicate(object->file);
  if (!file) return KERN_RESOURCE_SHORTAGE;
  c.reply.files.push_back(std::move(file));
  return KERN_SUCCESS;
}

kern_return_t MakeMemoryEntry(Context& c) {
  if (c.files.size() != 1 || c.request.value == 0) return KERN_INVALID_ARGUMENT;
  if (FixedFileSize(c.files[0]) < c.request.value) return KERN_INVALID_ARGUMENT;
  auto object = std::make_unique<KernelObject>(KernelObject{KernelObject::Kind::kMemory});
  if (!object->charge.Take(c.caller.account, {.descriptors = 1})) return KERN_RESOURCE_SHORTAGE;
  object->file = std::move(c.files[0]);
  object->size = c.request.value;
  object->writable = (c.request.kind & VM_PROT_WRITE) != 0;
  return c.caller.names.Insert(c.kernel.NewObject(std::move(object)), &c.reply.head.name);
}

kern_return_t MapMemoryEntry(Context& c) {
  const KernelObject* object = FindObject(c.caller, c.request.name, KernelObject::Kind::kMemory);
  if (object == nullptr) return KERN_INVALID_CAPABILITY;
  File file = object->writable ? Duplicate(object->file) : ReadOnly(object->file);
  if (!file) return KERN_RESOURCE_SHORTAGE;
  c.reply.files.push_back(std::move(file));
  c.reply.head.value = object->size;
  c.reply.head.kind = object->writable ? VM_PROT_READ | VM_PROT_WRITE : VM_PROT_READ;
  return KERN_SUCCESS;
}

}  // namespace ipdl::machd
