/* Services by name. Names and values are Darwin's; the declarations are our own. Part of the
 * emulation's headers (see mach/mach.h). */

#ifndef IPDL_SERVERS_BOOTSTRAP_H_
#define IPDL_SERVERS_BOOTSTRAP_H_

#include <mach/mach.h>

#define BOOTSTRAP_MAX_NAME_LEN 128
#define BOOTSTRAP_SUCCESS 0
#define BOOTSTRAP_NOT_PRIVILEGED 1100
#define BOOTSTRAP_NAME_IN_USE 1101
#define BOOTSTRAP_UNKNOWN_SERVICE 1102
#define BOOTSTRAP_SERVICE_ACTIVE 1103
#define BOOTSTRAP_BAD_COUNT 1104
#define BOOTSTRAP_NO_MEMORY 1105
#define BOOTSTRAP_NO_CHILDREN 1106

typedef char name_t[BOOTSTRAP_MAX_NAME_LEN];

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a port and its name known; the caller gets the receive right, and the name is free again
 * when that dies. A name has at most 127 bytes. */
kern_return_t bootstrap_check_in(mach_port_t bp, const char* service_name, mach_port_t* sp);
/* A send right to the service. */
kern_return_t bootstrap_look_up(mach_port_t bp, const char* service_name, mach_port_t* sp);
/* Makes a port known to which the caller holds a send right, which stays the caller's. */
kern_return_t bootstrap_register(mach_port_t bp, char* service_name, mach_port_t sp);
const char* bootstrap_strerror(kern_return_t error);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_SERVERS_BOOTSTRAP_H_ */
