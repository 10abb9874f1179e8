"""That every kernel call of the runtime comes to the seam of system_calls.h.

Called by meson: kernel_calls_test.py NM WRAPPED LIBRARY... WRAPPED has the names that tests are
linked with --wrap for, with commas in between. Whatever else the libraries use of the C library
must be listed here, with the reason why no test needs to fail it: a new name is reviewed by being
written down, or it gets a wrapper.
"""

from __future__ import annotations

import re
import subprocess
import sys

# Make no system call, or only to get memory.
_IN_THE_PROCESS = """
    abort atexit free malloc memchr memcmp memcpy memmove memset sigaddset sigdelset sigemptyset
    sigfillset snprintf strchr strcmp strerror strlen strncmp strsignal strtol strtoul
    environ getenv unsetenv stderr
    posix_spawn_file_actions_adddup2 posix_spawn_file_actions_addclosefrom_np
    posix_spawn_file_actions_destroy posix_spawn_file_actions_init posix_spawnattr_destroy
    posix_spawnattr_init posix_spawnattr_setflags posix_spawnattr_setsigdefault
    posix_spawnattr_setsigmask pthread_once pthread_self
""".split()

# Whose failure changes nothing, or cannot be.
_CANNOT_FAIL = {
    "clock_gettime": "of clocks that always exist",
    "closedir": "what was read is read",
    "dirfd": "of an open directory",
    "fflush": "a log line",
    "fprintf": "a log line",
    "fputc": "a log line",
    "fputs": "a log line",
    "fwrite": "a log line",
    "getpid": "",
    "getppid": "",
    "getrlimit64": "of a resource that exists",
    "kill": "of a child that was just started",
    "pthread_cond_clockwait": "a futex of this process",
    "pthread_cond_timedwait": "a futex of this process",
    "pthread_detach": "of a thread that was just started",
    "pthread_join": "of a thread that was started",
    "pthread_mutex_lock": "a futex of this process",
    "pthread_mutex_unlock": "a futex of this process",
    "pthread_sigmask": "of a set that was just made",
    "readdir64": "the end comes early: less is found",
    "waitpid": "of a child that was just started and killed",
    "_Exit": "",
}

# Failed by their arguments: a file or a program that is not there.
_FAILED_OTHERWISE = {
    "getrandom": "a number for a trace file: 0 will do",
    "open64": "the file that a user named for a trace",
    "posix_spawn": "tried with programs that cannot be started",
}

# Of the compiler, the linker and the C++ library's own needs.
_INTERNAL = re.compile(
    r"__(assert_fail|asan|cxa|dso_handle|errno_location|gxx|libc_single_threaded|once_proxy|stack_chk"
    r"|tls_get_addr|memcpy_chk|snprintf_chk|fprintf_chk|read_chk|memmove_chk|memset_chk|isoc23)"
    r"|_GLOBAL_OFFSET_TABLE_|_Unwind_|IpczGetAPI$|IpczTest"
)
# Of the C++ library: classes that call the kernel where no wrapper sees it.
_HIDDEN_CALLS = re.compile(
    r"basic_filebuf|_fstream|random_device|filesystem|NSt6thread|this_thread"
)


def undefined(nm: str, library: str) -> set[str]:
    lines = subprocess.run(
        [nm, "--undefined-only", "--format=posix", library],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return {line.split()[0] for line in lines if line and not line.endswith(":")}


def is_reviewed(name: str, wrapped: set[str]) -> bool:
    if name.startswith("_Z"):
        return not _HIDDEN_CALLS.search(name)
    return (
        name in wrapped
        or name in _IN_THE_PROCESS
        or name in _CANNOT_FAIL
        or name in _FAILED_OTHERWISE
        or bool(_INTERNAL.match(name))
    )


def main(argv: list[str]) -> int:
    nm, wrapped_names, *libraries = argv
    wrapped = set(wrapped_names.split(","))
    used: set[str] = set()
    failed = False
    for library in libraries:
        names = undefined(nm, library)
        used |= names
        for name in sorted(names):
            if not is_reviewed(name, wrapped):
                failed = True
                print(f"{library} uses {name}: wrap it (system_calls.h), or say here why not")
    for name in sorted(wrapped - used):
        failed = True
        print(f"{name} is wrapped, but nothing uses it: the kernel call may have another name now")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
