/* Calls about port names and rights. Signatures are Darwin's; the declarations are our own. Part of
 * the emulation's headers (see mach.h).
 *
 * `task` is the task in whose name space the call acts: mach_task_self(), or a task port of another
 * one. All return KERN_SUCCESS, or an error that says why nothing was changed: KERN_INVALID_NAME
 * (no such name), KERN_INVALID_RIGHT (the name stands for something else), KERN_INVALID_VALUE (an
 * argument out of bounds), KERN_INVALID_CAPABILITY (the right given along is none), KERN_NO_SPACE
 * or KERN_RESOURCE_SHORTAGE (a quota). Any thread. */

#ifndef IPDL_MACH_MACH_PORT_H_
#define IPDL_MACH_MACH_PORT_H_

#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/port.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- Making and ending rights ------------------------------------------------------------------
 */

/* `right`: RECEIVE (a new port), PORT_SET, or DEAD_NAME. The name is the caller's to end. */
kern_return_t mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t* name);
kern_return_t mach_port_allocate_name(ipc_space_t task, mach_port_right_t right,
                                      mach_port_name_t name);
/* A new port with the MPO_ flags of `options`; `context` is its guard with MPO_CONTEXT_AS_GUARD. */
kern_return_t mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                  mach_port_context_t context, mach_port_name_t* name);
/* Ends the receive right, and changes the send right's references by `srdelta` (0 or negative). */
kern_return_t mach_port_destruct(ipc_space_t task, mach_port_name_t name, mach_port_delta_t srdelta,
                                 mach_port_context_t guard);
/* Ends everything under the name. */
kern_return_t mach_port_destroy(ipc_space_t task, mach_port_name_t name);
/* Drops one reference of a send right or dead name, or a send-once right. Not a receive right. */
kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name);
kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta);
kern_return_t mach_port_get_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_urefs_t* refs);
kern_return_t mach_port_type(ipc_space_t task, mach_port_name_t name, mach_port_type_t* ptype);
/* Both arrays are new memory, which the caller ends with vm_deallocate. */
kern_return_t mach_port_names(ipc_space_t task, mach_port_name_array_t* names,
                              mach_msg_type_number_t* namesCnt, mach_port_type_array_t* types,
                              mach_msg_type_number_t* typesCnt);

/* --- Moving rights between tasks ---------------------------------------------------------------
 */

/* Puts the caller's right `poly`, taken as `polyPoly` (MACH_MSG_TYPE_...) says, under `name`. */
kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t polyPoly);
/* Takes a right out of `task`, as `msgt_name` says; the caller gets it as `*poly`. */
kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                      mach_msg_type_name_t msgt_name, mach_port_t* poly,
                                      mach_msg_type_name_t* polyPoly);

/* --- A port's state ----------------------------------------------------------------------------
 */

kern_return_t mach_port_get_attributes(ipc_space_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info_out,
                                       mach_msg_type_number_t* port_info_outCnt);
kern_return_t mach_port_set_attributes(ipc_space_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t port_info,
                                       mach_msg_type_number_t port_infoCnt);
kern_return_t mach_port_set_mscount(ipc_space_t task, mach_port_name_t name,
                                    mach_port_mscount_t mscount);
kern_return_t mach_port_get_context(ipc_space_t task, mach_port_name_t name,
                                    mach_port_context_t* context);
kern_return_t mach_port_set_context(ipc_space_t task, mach_port_name_t name,
                                    mach_port_context_t context);
kern_return_t mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                              boolean_t strict);
kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard);

/* --- Sets --------------------------------------------------------------------------------------
 */

kern_return_t mach_port_insert_member(ipc_space_t task, mach_port_name_t name,
                                      mach_port_name_t pset);
kern_return_t mach_port_extract_member(ipc_space_t task, mach_port_name_t name,
                                       mach_port_name_t pset);
/* Out of all sets, and into `after` unless that is MACH_PORT_NULL. */
kern_return_t mach_port_move_member(ipc_space_t task, mach_port_name_t member,
                                    mach_port_name_t after);
/* `members` is new memory, which the caller ends with vm_deallocate. */
kern_return_t mach_port_get_set_status(ipc_space_t task, mach_port_name_t name,
                                       mach_port_name_array_t* members,
                                       mach_msg_type_number_t* membersCnt);

/* --- Notifications -----------------------------------------------------------------------------
 */

/* Asks for one message of kind `msgid` (MACH_NOTIFY_...) to `notify`, which must be made into a
 * send-once right by `notifyPoly`. `*previous` is the right of the request that it replaces, which
 * the caller then owns; MACH_PORT_NULL as `notify` only takes a request back. */
kern_return_t mach_port_request_notification(ipc_space_t task, mach_port_name_t name,
                                             mach_msg_id_t msgid, mach_port_mscount_t sync,
                                             mach_port_t notify, mach_msg_type_name_t notifyPoly,
                                             mach_port_t* previous);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_MACH_MACH_PORT_H_ */
