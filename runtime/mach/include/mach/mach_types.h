/* What the calls of the other headers take: tasks, memory, vouchers. Names and values are Darwin's;
 * the declarations are our own. Part of the emulation's headers (see mach.h). */

#ifndef IPDL_MACH_MACH_TYPES_H_
#define IPDL_MACH_MACH_TYPES_H_

#include <mach/message.h>
#include <stdint.h>

typedef mach_port_t task_t;
typedef mach_port_t task_name_t;
typedef mach_port_t host_t;
typedef mach_port_t host_name_port_t;
typedef mach_port_t ipc_space_t;
typedef mach_port_t vm_map_t;
typedef mach_port_t mem_entry_name_port_t;
typedef mach_port_t memory_object_t;

#define TASK_NULL ((task_t)0)
#define MEMORY_OBJECT_NULL ((memory_object_t)0)

typedef uintptr_t vm_address_t;
typedef uintptr_t vm_offset_t;
typedef uintptr_t vm_size_t;
typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_offset_t;
typedef uint64_t mach_vm_size_t;
typedef uint64_t memory_object_offset_t;
typedef uint64_t memory_object_size_t;
typedef int vm_prot_t;
typedef unsigned int vm_inherit_t;

#define VM_PROT_NONE ((vm_prot_t)0x00)
#define VM_PROT_READ ((vm_prot_t)0x01)
#define VM_PROT_WRITE ((vm_prot_t)0x02)
#define VM_PROT_EXECUTE ((vm_prot_t)0x04)
#define VM_PROT_DEFAULT (VM_PROT_READ | VM_PROT_WRITE)

#define VM_INHERIT_SHARE ((vm_inherit_t)0)
#define VM_INHERIT_COPY ((vm_inherit_t)1)
#define VM_INHERIT_NONE ((vm_inherit_t)2)

#define VM_FLAGS_FIXED 0x00000000
#define VM_FLAGS_ANYWHERE 0x00000001
#define VM_MAKE_TAG(tag) ((tag) << 24)
#define VM_MEMORY_MACH_MSG 20
#define VM_MEMORY_IOSURFACE 88

#define MAP_MEM_NAMED_CREATE 0x020000
#define MAP_MEM_VM_COPY 0x200000
#define MAP_MEM_VM_SHARE 0x400000

/* Vouchers: immutable sets of attributes, named by send rights. */
typedef mach_port_t mach_voucher_t;
typedef mach_port_name_t mach_voucher_name_t;
typedef mach_voucher_t ipc_voucher_t;
typedef uint32_t mach_voucher_attr_key_t;
typedef uint32_t mach_voucher_attr_recipe_command_t;
typedef uint32_t mach_voucher_attr_content_size_t;
typedef uint8_t* mach_voucher_attr_content_t;

#define MACH_VOUCHER_NULL ((mach_voucher_t)0)
#define MACH_VOUCHER_ATTR_KEY_ALL ((mach_voucher_attr_key_t)~0)
#define MACH_VOUCHER_ATTR_KEY_NONE ((mach_voucher_attr_key_t)0)
#define MACH_VOUCHER_ATTR_KEY_ATM ((mach_voucher_attr_key_t)1)
#define MACH_VOUCHER_ATTR_KEY_IMPORTANCE ((mach_voucher_attr_key_t)2)
#define MACH_VOUCHER_ATTR_KEY_BANK ((mach_voucher_attr_key_t)3)
#define MACH_VOUCHER_ATTR_KEY_PTHPRIORITY ((mach_voucher_attr_key_t)4)
#define MACH_VOUCHER_ATTR_KEY_USER_DATA ((mach_voucher_attr_key_t)7)
#define MACH_VOUCHER_ATTR_KEY_TEST ((mach_voucher_attr_key_t)8)

#define MACH_VOUCHER_ATTR_NOOP ((mach_voucher_attr_recipe_command_t)0)
#define MACH_VOUCHER_ATTR_COPY ((mach_voucher_attr_recipe_command_t)1)
#define MACH_VOUCHER_ATTR_REMOVE ((mach_voucher_attr_recipe_command_t)2)
#define MACH_VOUCHER_ATTR_REDEEM ((mach_voucher_attr_recipe_command_t)10)
#define MACH_VOUCHER_ATTR_IMPORTANCE_SELF ((mach_voucher_attr_recipe_command_t)200)
#define MACH_VOUCHER_ATTR_USER_DATA_STORE ((mach_voucher_attr_recipe_command_t)211)

#pragma pack(push, 1)
typedef struct mach_voucher_attr_recipe_data {
  mach_voucher_attr_key_t key;
  mach_voucher_attr_recipe_command_t command;
  mach_voucher_name_t previous_voucher;
  mach_voucher_attr_content_size_t content_size;
  uint8_t content[]; /* content_size bytes */
} mach_voucher_attr_recipe_data_t;
#pragma pack(pop)
typedef mach_voucher_attr_recipe_data_t* mach_voucher_attr_recipe_t;
typedef uint8_t* mach_voucher_attr_raw_recipe_array_t;
typedef uint8_t* mach_voucher_attr_raw_recipe_t;
typedef mach_msg_type_number_t mach_voucher_attr_raw_recipe_array_size_t;

#endif /* IPDL_MACH_MACH_TYPES_H_ */
