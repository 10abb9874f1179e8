#include "runtime/mach/out_of_line.h"

#include "runtime/mach/rights.h"

namespace ipdl::mach {

absl::StatusOr<OutOfLine> OutOfLine::Allocate(mach_msg_size_t size) {
  vm_address_t address = 0;
  const kern_return_t result = vm_allocate(mach_task_self(), &address, size,
                                           VM_FLAGS_ANYWHERE | VM_MAKE_TAG(VM_MEMORY_MACH_MSG));
  if (result != KERN_SUCCESS) return ToStatus("vm_allocate", result);
  return OutOfLine(reinterpret_cast<void*>(address), size);  // NOLINT(performance-no-int-to-ptr)
}

OutOfLine::~OutOfLine() {
  if (address_ == nullptr) return;
  vm_deallocate(mach_task_self(), reinterpret_cast<vm_address_t>(address_), size_);
}

}  // namespace ipdl::mach
