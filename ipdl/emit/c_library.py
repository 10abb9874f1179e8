"""Names that the C library declares outside of all namespaces: its functions, variables and types.

A C++ program has them whether or not it includes their headers itself, and no namespace or type can
have one of these names beside them. Those of ISO C, POSIX and common additions, but for families
with a prefix or suffix that nobody else would choose (`pthread_`, `_r`). Used by `clashes`.
"""

from __future__ import annotations

C_LIBRARY = frozenset(
    """
    a64l abort abs accept access acct acos acosh adjtime alarm aligned_alloc asctime asin asinh
    asprintf atan atan2 atanh atexit atof atoi atol atoll basename bcmp bcopy bind bool_t brk
    bsearch btowc bzero caddr_t calloc canonicalize_file_name cbrt ceil chdir chown chroot
    clearenv clearerr clock clock_adjtime clock_getcpuclockid clock_getres clock_gettime
    clock_nanosleep clock_settime clock_t clone close close_range closefrom closelog
    comparison_fn_t confstr connect copy_file_range copysign cos cosh cpu_set_t creat crypt
    ctermid ctime cuserid daemon daylight dev_t difftime dirent dirfd dirname div div_t dlclose
    dlerror dlopen dlsym double_t dprintf drand48_data drem dup dup2 dup3 duplocale dysize
    eaccess ecvt endusershell environ erf erfc error_t euidaccess execl execle execlp execv
    execve execveat execvp execvpe exit exp exp10 exp2 explicit_bzero expm1 fabs faccessat
    fchdir fchmod fchown fchownat fclose fcloseall fcntl fcvt fd_set fdatasync fdim fdopen
    fdopendir feof ferror fexecve fflush ffs fgetc fgetpos fgets fgetwc fgetws fileno finite
    float_t flock flockfile floor fma fmemopen fmin fmod fnmatch fopen fopencookie fork
    fpathconf fpclassify fpos64_t fpos_t fprintf fputc fputs fputwc fputws fread free freelocale
    freopen frexp fscanf fseek fseeko fsetpos fstat fstatat fsync ftell ftello ftruncate
    ftrylockfile funlockfile futimes futimesat fwide fwprintf fwrite fwscanf gamma gcvt
    get_current_dir_name getaddrinfo getc getchar getcpu getcwd getdate getdate_err getdelim
    getdomainname getdtablesize getegid getentropy getenv geteuid getgid getgroups gethostbyname
    gethostid gethostname getitimer getline getloadavg getlogin getopt getpagesize getpass
    getpeername getpgid getpgrp getpid getppid getpriority getprotobyname getpt getresgid
    getresuid getrlimit getrusage getservbyname getsid getsockname getsockopt getsubopt gettid
    gettimeofday getuid getusershell getw getwc getwchar getwd gid_t glob gmtime grantpt group
    group_member hostent hsearch hypot iconv id_t ilogb index initstate ino_t inotify_init
    int32_t int64_t intmax_t intptr_t ioctl iovec isalnum isalpha isascii isatty isblank iscntrl
    isctype isdigit isgraph isinf islower isnan isprint ispunct isspace isupper iswalnum
    iswalpha iswblank iswcntrl iswctype iswdigit iswgraph iswlower iswprint iswpunct iswspace
    iswupper iswxdigit isxdigit itimerspec itimerval j0 j1 jn key_t kill killpg l64a labs lchown
    lconv ldexp ldiv ldiv_t lgamma linger link linkat listen llabs lldiv lldiv_t llogb llrint
    llround locale_t localeconv localtime lockf log log10 log1p log2 logb longjmp lrint lround
    lseek lstat lutimes madvise main malloc max_align_t mblen mbrlen mbrtowc mbsinit mbsnrtowcs
    mbsrtowcs mbstate_t mbstowcs mbtowc memccpy memchr memcmp memcpy memfrob memmem memmove
    mempcpy memset mkdir mkdtemp mkfifo mknod mkostemp mkostemps mkstemp mkstemps mktemp mktime
    mlock mmap mode_t modf mount mprotect msghdr msync munlock munmap nan nanosleep nearbyint
    newlocale nextafter nextdown nexttoward nextup nice nl_langinfo nlink_t obstack
    obstack_printf obstack_vprintf off_t on_exit open open_memstream open_wmemstream openat
    opendir openlog optarg opterr optind optopt passwd pathconf pause pclose perror pid_t pipe
    pipe2 poll pollfd popen posix_fadvise posix_memalign posix_openpt pow ppoll pread printf
    profil program_invocation_name program_invocation_short_name pselect ptrace ptrdiff_t
    ptsname putc putchar putenv puts putw putwc putwchar pwrite qecvt qfcvt qgcvt qsort quad_t
    quick_exit raise rand random random_data read readdir readlink readlinkat readv realloc
    reallocarray realpath reboot recv recvfrom recvmsg regcomp regexec remainder remove remquo
    rename renameat renameat2 revoke rewind rewinddir rindex rint rlimit rmdir round roundeven
    rpmatch rsize_t rusage sbrk scalb scalbln scalbn scanf sched_get_priority_min
    sched_getaffinity sched_getcpu sched_getparam sched_getscheduler sched_param
    sched_rr_get_interval sched_setaffinity sched_setparam sched_setscheduler sched_yield
    secure_getenv seekdir select send sendfile sendmsg sendto setbuf setbuffer setdomainname
    setegid setenv seteuid setgid sethostid sethostname setitimer setjmp setlinebuf setlocale
    setlogin setns setpgid setpgrp setpriority setregid setresgid setresuid setreuid setrlimit
    setsid setsockopt setstate settimeofday setuid setusershell setvbuf shutdown sigaction
    sigaddset sigemptyset sigevent siginterrupt signal signbit signgam significand sigpending
    sigprocmask sigqueue sigset_t sigsuspend sigwait sin sincos sinh size_t sleep snprintf
    sockaddr socket socketpair socklen_t splice sprintf sqrt srand srandom sscanf ssize_t stat
    statfs statvfs stderr stdin stdout stpcpy stpncpy strcasecmp strcat strchr strcmp strcoll
    strcpy strcspn strdup strerror strfromd strfroml strfry strftime strlen strncat strncmp
    strncpy strndup strnlen strpbrk strptime strrchr strsep strsignal strspn strstr strtod
    strtok strtol strtold strtoll strtoq strtoul strtoull strtouq strverscmp strxfrm suseconds_t
    swab swapoff swapon swprintf swscanf symlink symlinkat sync syncfs syscall sysconf syslog
    system tan tanh tcgetpgrp tcsetpgrp tee telldir tempnam termios tgamma time time_t timegm
    timelocal timer_create timer_delete timer_getoverrun timer_gettime timer_settime times
    timespec timespec_get timespec_getres timeval timezone tm tmpfile tmpnam tms toascii tolower
    totalorder toupper towctrans towlower towupper trunc truncate ttyname ttyslot tzname tzset
    u_char u_int u_long u_short ualarm uid_t uint uint32_t uint64_t uintmax_t uintptr_t ulong
    umask umount uname ungetc ungetwc unlink unlinkat unlockpt unsetenv unshare useconds_t
    uselocale ushort usleep utime utimes utsname va_list valloc vasprintf vdprintf vfork
    vfprintf vfscanf vfwprintf vfwscanf vhangup vprintf vscanf vsnprintf vsprintf vsscanf
    vswprintf vswscanf vwprintf vwscanf wait waitid waitpid wcpcpy wcpncpy wcrtomb wcscasecmp
    wcscat wcschr wcschrnul wcscmp wcscoll wcscpy wcscspn wcsdup wcsftime wcslen wcsncasecmp
    wcsncat wcsncmp wcsncpy wcsnlen wcsnrtombs wcspbrk wcsrchr wcsrtombs wcsspn wcsstr wcstod
    wcstok wcstol wcstold wcstoll wcstombs wcstoq wcstoul wcstoull wcstouq wcswcs wcswidth
    wcsxfrm wctob wctomb wctrans wctrans_t wctype wctype_t wcwidth winsize wint_t wmemchr
    wmemcmp wmemcpy wmemmove wmempcpy wmemset wprintf write writev wscanf y0 y1 yn
    """.split()
)
