/* Files as send rights. Names are Darwin's; the declarations are our own. Part of the emulation's
 * headers (see mach/mach.h). */

#ifndef IPDL_SYS_FILEPORT_H_
#define IPDL_SYS_FILEPORT_H_

#include <mach/port.h>

typedef mach_port_t fileport_t;
#define FILEPORT_NULL ((fileport_t)0)

#ifdef __cplusplus
extern "C" {
#endif

/* A send right that stands for the open file of `fd`, which stays the caller's. 0, or -1 and errno.
 */
int fileport_makeport(int fd, fileport_t* port);
/* A new descriptor (closed on exec) of the file; the right stays the caller's. -1 and errno. */
int fileport_makefd(fileport_t port);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_SYS_FILEPORT_H_ */
