// Closing descriptors that a peer sent, without letting the peer choose how long that takes.
//
// close() of the last reference can block for as long as whoever made the object likes: a socket
// with SO_LINGER waits for its buffer to drain, a file on FUSE or NFS waits for its server, a pipe
// waits for a reader or writer that holds its lock while it waits for a page of its own. So a
// foreign descriptor is closed at once only if it is one of the kinds whose close is known to be
// quick; all others go to a thread that does nothing else. What it is not: a general close; our
// own descriptors are closed directly. Called by OwnedHandle; calls the system.
//
// Each peer, that is each HandleAccount, has a thread of its own, which starts when it is needed
// and ends when it has been idle for a moment: a close that hangs for ever holds up what else that
// peer sent, and nobody. How many wait is in HandleAccount::closing(); a channel reads nothing
// more from a peer that makes too many wait (Limits::closing_handles).

#ifndef IPDL_RUNTIME_FOREIGN_CLOSE_H_
#define IPDL_RUNTIME_FOREIGN_CLOSE_H_

#include "runtime/handle_account.h"

namespace ipdl {

// Closes `fd`, which the peer of `account` sent, now or soon; never blocks. Any thread.
void CloseForeign(int fd, const HandleAccount::Ref& account);

// Waits until everything given to CloseForeign before is closed and its threads are done. For
// tests that count descriptors and threads, and for a clean exit; may block as long as a close
// does. Any thread.
void DrainForForeignClose();

}  // namespace ipdl

#endif  // IPDL_RUNTIME_FOREIGN_CLOSE_H_
