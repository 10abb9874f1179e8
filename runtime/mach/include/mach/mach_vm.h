/* Memory that messages can hand over without a copy. Signatures are Darwin's; the declarations are
 * our own. Part of the emulation's headers (see mach.h). Only for the calling task itself. */

#ifndef IPDL_MACH_MACH_VM_H_
#define IPDL_MACH_MACH_VM_H_

#include <mach/kern_return.h>
#include <mach/mach_types.h>

#ifdef __cplusplus
extern "C" {
#endif

extern vm_size_t vm_page_size;

/* Zeroed pages, `size` bytes rounded up; the caller ends them with the deallocate call. `flags`:
 * VM_FLAGS_ANYWHERE, and a tag. */
kern_return_t vm_allocate(vm_map_t task, vm_address_t* address, vm_size_t size, int flags);
kern_return_t mach_vm_allocate(vm_map_t task, mach_vm_address_t* address, mach_vm_size_t size,
                               int flags);
/* Ends exactly the pages of [address, address + size). */
kern_return_t vm_deallocate(vm_map_t task, vm_address_t address, vm_size_t size);
kern_return_t mach_vm_deallocate(vm_map_t task, mach_vm_address_t address, mach_vm_size_t size);

/* Maps the memory entry `object` from `offset` on; with `copy` writes stay private. */
kern_return_t mach_vm_map(vm_map_t task, mach_vm_address_t* address, mach_vm_size_t size,
                          mach_vm_offset_t mask, int flags, mem_entry_name_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t max_protection, vm_inherit_t inheritance);

/* A send right for memory: new pages (MAP_MEM_NAMED_CREATE) or those of a whole vm_allocate region
 * at `offset`, shared (MAP_MEM_VM_SHARE) or as they are now (MAP_MEM_VM_COPY). `permission` holds
 * one of these flags and VM_PROT_READ, with or without VM_PROT_WRITE. */
kern_return_t mach_make_memory_entry_64(vm_map_t task, memory_object_size_t* size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        mem_entry_name_port_t* object_handle,
                                        mem_entry_name_port_t parent_handle);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_MACH_MACH_VM_H_ */
