// The vm_ calls on Linux, for the calling task itself. See <mach/mach_vm.h>.

#include <mach/mach.h>
#include <sys/mman.h>

#include <algorithm>

#include "runtime/mach/client/memory.h"
#include "runtime/mach/client/session.h"

namespace {

using ipdl::mach::About;
using ipdl::mach::AskForName;
using ipdl::mach::Call;
using ipdl::mach::Question;
using ipdl::mach::Reply;

// Darwin's interface has numbers for addresses.
void* At(uint64_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

bool IsSelf(vm_map_t task) { return task == mach_task_self(); }

ipdl::FileDescriptor NewMemory(memory_object_size_t size) {
  // Smaller regions have no file.
  const size_t whole = std::max(ipdl::mach::kSmallestSharedRegion, static_cast<size_t>(size));
  void* address = ipdl::mach::AllocateRegion(whole);
  if (address == nullptr) return ipdl::FileDescriptor();
  ipdl::FileDescriptor file = ipdl::mach::SharedFileOfRegion(address, whole);
  ipdl::mach::DeallocateRegion(address, whole);
  return file;
}

}  // namespace

vm_size_t vm_page_size = ipdl::mach::PageSize();

kern_return_t mach_vm_allocate(vm_map_t task, mach_vm_address_t* address, mach_vm_size_t size,
                               int flags) {
  if (!IsSelf(task)) return KERN_INVALID_TASK;
  if ((flags & VM_FLAGS_ANYWHERE) == 0) return KERN_INVALID_ARGUMENT;
  if (size == 0) {
    *address = 0;
    return KERN_SUCCESS;
  }
  void* memory = ipdl::mach::AllocateRegion(size);
  *address = reinterpret_cast<mach_vm_address_t>(memory);
  return memory != nullptr ? KERN_SUCCESS : KERN_NO_SPACE;
}

kern_return_t vm_allocate(vm_map_t task, vm_address_t* address, vm_size_t size, int flags) {
  mach_vm_address_t wide = 0;
  const kern_return_t result = mach_vm_allocate(task, &wide, size, flags);
  *address = static_cast<vm_address_t>(wide);
  return result;
}

kern_return_t mach_vm_deallocate(vm_map_t task, mach_vm_address_t address, mach_vm_size_t size) {
  if (!IsSelf(task)) return KERN_INVALID_TASK;
  if (address + size < address) return KERN_INVALID_ARGUMENT;
  ipdl::mach::DeallocateRegion(At(address), size);
  return KERN_SUCCESS;
}

kern_return_t vm_deallocate(vm_map_t task, vm_address_t address, vm_size_t size) {
  return mach_vm_deallocate(task, address, size);
}

kern_return_t mach_make_memory_entry_64(vm_map_t task, memory_object_size_t* size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        mem_entry_name_port_t* object_handle,
                                        mem_entry_name_port_t parent_handle) {
  if (!IsSelf(task)) return KERN_INVALID_TASK;
  if (parent_handle != MACH_PORT_NULL || *size == 0) return KERN_INVALID_ARGUMENT;
  ipdl::FileDescriptor file;
  if ((permission & MAP_MEM_NAMED_CREATE) != 0) {
    file = NewMemory(*size);
  } else if ((permission & MAP_MEM_VM_SHARE) != 0) {
    file = ipdl::mach::SharedFileOfRegion(At(offset), *size);
  } else if ((permission & MAP_MEM_VM_COPY) != 0) {
    file = ipdl::mach::SealedFileOfRegion(At(offset), *size);
    permission &= ~VM_PROT_WRITE;
  }
  if (!file) return KERN_INVALID_ARGUMENT;
  // Whole pages, as on Darwin.
  *size = (*size + vm_page_size - 1) & ~memory_object_size_t{vm_page_size - 1};
  Question question = About(Call::kMakeMemoryEntry, task);
  question.head.value = *size;
  question.head.kind = static_cast<uint32_t>(permission) & VM_PROT_DEFAULT;
  question.descriptors.push_back(file.get());
  return AskForName(question, object_handle);
}

kern_return_t mach_vm_map(vm_map_t task, mach_vm_address_t* address, mach_vm_size_t size,
                          mach_vm_offset_t /*mask*/, int flags, mem_entry_name_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t /*max_protection*/, vm_inherit_t inheritance) {
  if (object == MACH_PORT_NULL) return mach_vm_allocate(task, address, size, flags);
  if (!IsSelf(task)) return KERN_INVALID_TASK;
  if ((flags & VM_FLAGS_ANYWHERE) == 0 || size == 0) return KERN_INVALID_ARGUMENT;
  Question question = About(Call::kMapMemoryEntry, task, object);
  Reply reply;
  if (!Ask(question, &reply)) return ipdl::mach::kNoKernel;
  if (reply.head.result != KERN_SUCCESS) return reply.head.result;
  if (reply.descriptors.empty()) return ipdl::mach::kNoKernel;
  if (offset > reply.head.value || size > reply.head.value - offset) return KERN_INVALID_ARGUMENT;
  const bool writes = (cur_protection & VM_PROT_WRITE) != 0;
  if (writes && copy == 0 && (reply.head.kind & VM_PROT_WRITE) == 0) {
    return KERN_PROTECTION_FAILURE;
  }
  const int protection =
      ((cur_protection & VM_PROT_READ) != 0 ? PROT_READ : 0) | (writes ? PROT_WRITE : 0);
  void* memory = mmap(nullptr, size, protection, copy != 0 ? MAP_PRIVATE : MAP_SHARED,
                      reply.descriptors[0].get(), static_cast<off_t>(offset));
  if (memory == MAP_FAILED) return KERN_NO_SPACE;
  if (inheritance == VM_INHERIT_NONE) madvise(memory, size, MADV_DONTFORK);
  *address = reinterpret_cast<mach_vm_address_t>(memory);
  return KERN_SUCCESS;
}
