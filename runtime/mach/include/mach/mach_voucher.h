/* Reading vouchers. Names and values are Darwin's; the declarations are our own. Part of the
 * emulation's headers (see mach.h). */

#ifndef IPDL_MACH_MACH_VOUCHER_H_
#define IPDL_MACH_MACH_VOUCHER_H_

#include <mach/kern_return.h>
#include <mach/mach_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the recipe of one attribute; `*recipe_size` is the room, then the size. */
kern_return_t mach_voucher_extract_attr_recipe(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t* recipe_size);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_MACH_MACH_VOUCHER_H_ */
