//! The table itself.

use super::argument::Argument;
use super::{Answer, Call, Need};

/// The threads that the C library makes, and nothing else that `clone` can make: no process, no namespace.
const THREAD: i32 = libc::CLONE_VM
    | libc::CLONE_FS
    | libc::CLONE_FILES
    | libc::CLONE_SIGHAND
    | libc::CLONE_THREAD
    | libc::CLONE_SYSVSEM
    | libc::CLONE_SETTLS
    | libc::CLONE_PARENT_SETTID
    | libc::CLONE_CHILD_CLEARTID;

const CLOEXEC: i32 = libc::SOCK_CLOEXEC;
const CLOEXEC_NONBLOCK: i32 = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
const STREAM: i32 = libc::SOCK_STREAM | CLOEXEC_NONBLOCK;

const fn at(index: u8, value: i32) -> Argument {
    Argument::exactly(index, value)
}

const fn without(index: u8, bits: i32) -> Argument {
    Argument::without(index, bits)
}

/// What a tracer puts in the place of a call that it makes fail. The kernel has no such call, and refuses it.
pub(super) const NO_CALL: &Call = &Call {
    constant: "SYS_none",
    number: 0xFFFF_FFFF,
    arguments: &[],
    need: Need::Always,
    answer: Answer::Made,
    reason: "no call at all: what is left of one that a tracer makes fail, as tests of a failing disk do",
};

/// `number [conditions] answer need: reason`
macro_rules! table {
    ($($(#[$only:meta])* $number:ident $([$($argument:expr),+])? $answer:ident $need:ident: $reason:literal;)+) => {
        pub(super) const TABLE: &[Call] = &[$(
            $(#[$only])*
            Call {
                constant: stringify!($number),
                number: libc::$number,
                arguments: &[$($($argument),+)?],
                need: Need::$need,
                answer: Answer::$answer,
                reason: $reason,
            },
        )+];
    };
}

table! {
    // Memory. Nothing that can be run is ever made.
    SYS_mmap [without(2, libc::PROT_EXEC)] Made Always: "memory for the allocator, stacks of threads, secret memory";
    SYS_mprotect [without(2, libc::PROT_EXEC)] Made Always: "the allocator grows a heap; guard pages of new stacks";
    SYS_mremap Made Always: "secret memory is put in its place; large buffers grow";
    SYS_munmap Made Always: "memory is given back";
    SYS_madvise Made Always: "stacks of threads that end are given back; secret memory is kept out of children";
    SYS_brk Made Always: "the allocator's first heap, which threads share where there are many";
    SYS_memfd_secret Made Always: "one more secret stack when more requests run than ever before";
    SYS_mlock Made Always: "secret memory where the kernel has no memfd_secret and memory.strict is false";
    SYS_prlimit64 [at(0, 0)] Made Always: "how many files may be open, when limits are read again; what may be locked";

    // Threads: workers of the runtime, of officers' connections, and what they wait on.
    SYS_clone [at(0, THREAD)] Made Always: "a thread for an officer's connection, for reading the configuration again";
    SYS_clone3 NoSuchCall Always: "its flags lie in memory, which no filter sees: the C library takes clone then";
    SYS_set_robust_list Made Always: "a new thread of the C library";
    SYS_rseq Made Always: "a new thread of the C library";
    SYS_sigaltstack Made Always: "a new thread's stack for the end of its stack";
    SYS_sched_getaffinity Made Always: "a new thread looks for the ends of its stack; a new heap for the number of processors";
    SYS_gettid Made Always: "a new thread's number";
    SYS_prctl [at(0, libc::PR_SET_NAME)] Made Always: "a new thread's name";
    SYS_futex Made Always: "locks and waiting threads";
    SYS_exit Made Always: "a thread ends";
    SYS_exit_group Made Always: "the daemon ends";

    // Signals.
    SYS_rt_sigprocmask Made Always: "nothing interrupts the birth of a thread or a panic";
    SYS_rt_sigreturn Made Always: "back from the handler of SIGTERM, SIGINT, SIGHUP";
    SYS_rt_sigaction Made Always: "a panic: SIGABRT has to end the process";
    SYS_getpid Made Always: "a panic: the process that ends is this one";
    SYS_tgkill [Argument::own(0)] Made Always: "a panic ends the process by SIGABRT";
    SYS_restart_syscall Made Always: "the kernel's own: goes on with a wait that a stop interrupted";
    SYS_getcwd Made Always: "a panic in a panic tells where it was";
    #[cfg(target_arch = "x86_64")]
    SYS_readlink Made Always: "a panic in a panic looks for the names of what it tells of";
    #[cfg(target_arch = "aarch64")]
    SYS_readlinkat Made Always: "a panic in a panic looks for the names of what it tells of";

    // Time and randomness.
    SYS_clock_gettime Made Always: "the time, where the kernel does not answer in the process itself";
    SYS_getrandom Made Always: "keys, TLS, random fill of PIN blocks";

    // Files: state, audit log, anchor, witnesses, configuration. Landlock has said which.
    SYS_openat Made Always: "files of the log and the stores, configuration and certificates";
    SYS_close Made Always: "files and connections";
    SYS_read Made Always: "files, officers' secrets straight into secret memory, waking of the runtime";
    SYS_write Made Always: "files, the daemon's own log, waking of the runtime, the service manager";
    SYS_pread64 Made Always: "the embedded store, tiles of the log";
    SYS_pwrite64 Made Always: "the journal, the embedded store";
    SYS_lseek Made Always: "how much of a file is left to be read";
    SYS_statx Made Always: "how long a file is, whether it is there";
    SYS_newfstatat Made Always: "the C library looks at a folder before it lists it";
    SYS_ftruncate Made Always: "the embedded store grows and shrinks; secret memory has a length";
    SYS_fsync Made Always: "names in folders are durable; new files of the log";
    SYS_fdatasync Made Always: "records and rows are durable";
    SYS_syncfs Made Always: "the tree of the log is durable in one go";
    SYS_flock Made Always: "one daemon at a time has a folder";
    #[cfg(debug_assertions)]
    SYS_fcntl [at(1, libc::F_GETFD)] Made Always: "builds for tests look whether a descriptor is one before they close it";
    SYS_fcntl [at(1, libc::F_DUPFD_CLOEXEC)] Made Always: "a second handle to an officer's connection, to end it with";
    SYS_fcntl [at(1, libc::F_GETFL)] Made Always: "a folder whose contents go is one that can be listed";
    SYS_fcntl [at(1, libc::F_SETFD), at(2, libc::FD_CLOEXEC)] Made Always: "and nothing that is executed has it, the C library sees to that";
    SYS_fcntl [at(1, libc::F_OFD_GETLK)] Made Always: "whether another process has the embedded store";
    SYS_fcntl [at(1, libc::F_OFD_SETLK)] Made Always: "the embedded store belongs to one process, and is let go at the end";
    SYS_getdents64 Made Always: "files of the journal, and what is removed with a folder";
    #[cfg(target_arch = "x86_64")]
    SYS_open Made Always: "what witnesses laid down";
    #[cfg(target_arch = "x86_64")]
    SYS_mkdir Made Always: "folders of tiles; the log that takes the place of another";
    #[cfg(target_arch = "aarch64")]
    SYS_mkdirat Made Always: "folders of tiles; the log that takes the place of another";
    #[cfg(target_arch = "x86_64")]
    SYS_unlink Made Always: "files of the journal that the tree holds; the officers' socket at the end";
    SYS_unlinkat Made Always: "a log that was begun and never became one";
    #[cfg(target_arch = "x86_64")]
    SYS_rename Made Always: "files that are replaced whole";
    #[cfg(target_arch = "aarch64")]
    SYS_renameat Made Always: "files that are replaced whole";
    SYS_linkat Made Always: "a file of the journal, or of a new log, gets its name if nobody has it";
    SYS_fchmod Made Always: "the mode of a copied public key";
    SYS_copy_file_range Made Always: "the public key of a log that has ended is kept beside it";

    // Connections. Sockets that listen were opened, or handed over, before.
    SYS_accept4 [at(3, CLOEXEC_NONBLOCK)] Made Always: "hosts' connections";
    SYS_accept4 [at(3, CLOEXEC)] Made Always: "officers' connections";
    SYS_setsockopt [at(1, libc::IPPROTO_TCP), at(2, libc::TCP_NODELAY)] Made Always: "answers leave at once";
    SYS_setsockopt [at(1, libc::SOL_SOCKET), at(2, libc::SO_RCVTIMEO)] Made Always: "an officer who does nothing is logged out";
    SYS_setsockopt [at(1, libc::SOL_SOCKET), at(2, libc::SO_SNDTIMEO)] Made Always: "a console that takes no answer is closed";
    SYS_recvfrom Made Always: "requests of hosts and officers";
    SYS_sendto Made Always: "answers to hosts and officers";
    SYS_writev Made Always: "answers over TLS, several records at once";
    SYS_getsockname Made Always: "which of its addresses a host called";
    SYS_shutdown Made Always: "a connection ends";
    SYS_epoll_ctl Made Always: "the runtime watches a connection";
    #[cfg(target_arch = "x86_64")]
    SYS_epoll_wait Made Always: "the runtime waits";
    #[cfg(target_arch = "aarch64")]
    SYS_epoll_pwait Made Always: "the runtime waits";
    SYS_ppoll Made Always: "the officers' socket waits for a connection, or for the end";

    // PostgreSQL: a connection that broke is made anew.
    SYS_socket [at(0, libc::AF_INET), at(1, STREAM)] Made Database: "to the database";
    SYS_socket [at(0, libc::AF_INET6), at(1, STREAM)] Made Database: "to the database";
    SYS_socket [at(0, libc::AF_UNIX), at(1, STREAM)] Made Database: "to the database on this machine";
    SYS_connect Made Database: "to the database; Landlock has said which ports";
    SYS_getsockopt [at(1, libc::SOL_SOCKET), at(2, libc::SO_ERROR)] Made Database: "what became of a connection";
    SYS_setsockopt [at(1, libc::IPPROTO_TCP), at(2, libc::TCP_USER_TIMEOUT)] Made Database: "a database that went away is noticed";
    SYS_setsockopt [at(1, libc::SOL_SOCKET), at(2, libc::SO_KEEPALIVE)] Made Database: "a database that went away is noticed";
    SYS_setsockopt [at(1, libc::IPPROTO_TCP), at(2, libc::TCP_KEEPIDLE)] Made Database: "a database that went away is noticed";
}
