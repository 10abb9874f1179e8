/* Reading audit tokens. Names are Darwin's; the declarations are our own. Part of the emulation's
 * headers (see mach/mach.h). */

#ifndef IPDL_BSM_LIBBSM_H_
#define IPDL_BSM_LIBBSM_H_

#include <mach/message.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

uid_t audit_token_to_auid(audit_token_t token);
uid_t audit_token_to_euid(audit_token_t token);
gid_t audit_token_to_egid(audit_token_t token);
uid_t audit_token_to_ruid(audit_token_t token);
gid_t audit_token_to_rgid(audit_token_t token);
pid_t audit_token_to_pid(audit_token_t token);
pid_t audit_token_to_asid(audit_token_t token);
/* Tells processes that had the same pid apart. */
int audit_token_to_pidversion(audit_token_t token);

#ifdef __cplusplus
}
#endif

#endif /* IPDL_BSM_LIBBSM_H_ */
