/* The Mach C API for Linux: real names, real values, an emulated kernel behind them.
 *
 * What these headers are: our own declarations of the calls that this project uses, so that code
 * written to them compiles unchanged against macOS's headers. What they are not: copies, or all of
 * Mach. This folder is on the include path on Linux only. The calls are implemented by
 * runtime/mach/client/, which asks machd, the process that owns ports and queues; docs/mach.md
 * tells what differs. Called by runtime/mach/ and everything above; by user code as little as
 * possible. */

#ifndef IPDL_MACH_MACH_H_
#define IPDL_MACH_MACH_H_

#include <mach/kern_return.h>
#include <mach/mach_port.h>
#include <mach/mach_types.h>
#include <mach/mach_vm.h>
#include <mach/message.h>
#include <mach/notify.h>
#include <mach/port.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The calling task's own port, and the host's. Borrowed: not to be deallocated. */
mach_port_t mach_task_self(void);
mach_port_t mach_host_self(void);

/* A new port that only its receive right names. */
mach_port_t mach_reply_port(void);

/* The process behind a task port. */
kern_return_t pid_for_task(mach_port_name_t task, int* pid);

#define TASK_KERNEL_PORT 1
#define TASK_BOOTSTRAP_PORT 4
/* `which`: TASK_KERNEL_PORT or TASK_BOOTSTRAP_PORT. The caller owns the send right. */
kern_return_t task_get_special_port(task_t task, int which, mach_port_t* special_port);
/* `which`: TASK_BOOTSTRAP_PORT; processes that the task starts afterwards get it too. */
kern_return_t task_set_special_port(task_t task, int which, mach_port_t special_port);

/* Up to TASK_PORT_REGISTER_MAX send rights that processes started afterwards find. */
#define TASK_PORT_REGISTER_MAX 3
kern_return_t mach_ports_register(task_t task, mach_port_array_t ports,
                                  mach_msg_type_number_t count);
/* `*ports` is new memory (vm_deallocate) and the rights are the caller's. */
kern_return_t mach_ports_lookup(task_t task, mach_port_array_t* ports,
                                mach_msg_type_number_t* count);

/* A voucher made of `recipes_size` bytes of recipes. The caller owns the send right. */
kern_return_t host_create_mach_voucher(host_t host, mach_voucher_attr_raw_recipe_array_t recipes,
                                       mach_msg_type_number_t recipes_size, ipc_voucher_t* voucher);
/* The calling thread's voucher: put into a message that has none, taken from one for the time of
 * its handler (the message's own right moves into the thread), and put back. */
typedef struct voucher_mach_msg_state_s* voucher_mach_msg_state_t;
#define VOUCHER_MACH_MSG_STATE_UNCHANGED ((voucher_mach_msg_state_t)~0ul)
boolean_t voucher_mach_msg_set(mach_msg_header_t* msg);
void voucher_mach_msg_clear(mach_msg_header_t* msg);
voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t* msg);
void voucher_mach_msg_revert(voucher_mach_msg_state_t state);

/* Words for a result. */
char* mach_error_string(kern_return_t error);

/* Where services are registered. A variable on macOS; an lvalue here too. */
#define bootstrap_port (*ipdl_mach_bootstrap_port())
mach_port_t* ipdl_mach_bootstrap_port(void);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_MACH_MACH_H_ */
