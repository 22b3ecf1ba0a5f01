//! What a caged process does that it must not do: it dies of it (SIGSYS), or is refused (EACCES). Each deed is done by a process
//! of its own: this program once more, caged. What safe Rust cannot ask for, gdb has it ask for.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, though none that the compiler knows as one"
)]

use payhsm_cage::ground::Extent;
use payhsm_cage::{Ground, Use, lock};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};

/// What a process of this program is to do; without it, it is the test.
const DEED: &str = "PAYHSM_CAGE_DEED";
/// Folder of the test.
const FOLDER: &str = "PAYHSM_CAGE_FOLDER";
/// A port that somebody listens on.
const PORT: &str = "PAYHSM_CAGE_PORT";

const SIGSYS: i32 = libc::SIGSYS;

/// Deeds that the filter ends, in safe Rust.
const DEADLY: [&str; 7] =
    ["execve", "spawn", "socket-tcp", "socket-udp", "socket-unix", "listen-again", "ioctl"];

/// Deeds that are allowed: who dies of these has a filter that ends everything.
const HARMLESS: [&str; 3] = ["nothing", "thread", "file"];

/// Deeds that Landlock refuses, and those beside them that it must not refuse.
const REFUSED: [&str; 9] = [
    "read-outside",
    "list-outside",
    "write-outside",
    "write-where-only-read",
    "remove-where-only-read",
    "move-outside",
    "file-among-sockets",
    "bind-other-port",
    "connect-other-port",
];
const GRANTED: [&str; 6] = [
    "read",
    "keep",
    "socket-among-sockets",
    "bind-own-port",
    "connect-own-port",
    "thread-inherits",
];

/// Calls that gdb has a caged process make: name, number, arguments. The process dies of each.
const INJECTED: [(&str, i64, &str); 24] = [
    ("ptrace", libc::SYS_ptrace, "0, 0, 0, 0"),
    ("process_vm_readv", libc::SYS_process_vm_readv, "1, 0, 0, 0, 0, 0"),
    ("process_vm_writev", libc::SYS_process_vm_writev, "1, 0, 0, 0, 0, 0"),
    ("io_uring_setup", libc::SYS_io_uring_setup, "1, 0"),
    ("userfaultfd", libc::SYS_userfaultfd, "0"),
    ("bpf", libc::SYS_bpf, "0, 0, 0"),
    ("perf_event_open", libc::SYS_perf_event_open, "0, 0, -1, -1, 0"),
    ("keyctl", libc::SYS_keyctl, "0, 0, 0"),
    ("memfd_create", libc::SYS_memfd_create, "0, 0"),
    ("execveat", libc::SYS_execveat, "-100, 0, 0, 0, 0"),
    ("a process and no thread", libc::SYS_clone, "17, 0, 0, 0, 0"),
    ("a namespace", libc::SYS_unshare, "0x10000000"),
    ("a signal to another", libc::SYS_kill, "1, 0"),
    ("a signal to another's thread", libc::SYS_tgkill, "1, 1, 0"),
    ("memory to run, mapped", libc::SYS_mmap, "0, 4096, 7, 0x22, -1, 0"),
    ("memory to run, made so", libc::SYS_mprotect, "0, 4096, 5"),
    ("dumpable again", libc::SYS_prctl, "4, 1, 0, 0, 0"),
    ("another file limit", libc::SYS_prlimit64, "1, 7, 0, 0"),
    ("a descriptor of another", libc::SYS_pidfd_getfd, "0, 0, 0"),
    ("a terminal's input", libc::SYS_ioctl, "0, 0x5412, 0"),
    ("another option of a socket", libc::SYS_setsockopt, "0, 1, 26, 0, 0"),
    ("an asynchronous signal", libc::SYS_fcntl, "0, 8, 1"),
    ("another user", libc::SYS_setuid, "0"),
    ("a file system", libc::SYS_mount, "0, 0, 0, 0, 0"),
];

fn main() -> ExitCode {
    match std::env::var(DEED) {
        Ok(deed) => done(&deed),
        Err(_) => test(),
    }
}

fn test() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    for name in ["read", "keep", "sockets", "outside"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("file"), name).unwrap();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let deed = |name: &str| command(name, folder.path(), port).output().unwrap().status;
    for name in HARMLESS {
        assert!(deed(name).success(), "{name}: {:?}", deed(name));
    }
    for name in DEADLY {
        assert_eq!(deed(name).signal(), Some(SIGSYS), "{name}");
    }
    for name in GRANTED.into_iter().chain(REFUSED) {
        let status = deed(name);
        assert!(status.success(), "{name}: {status:?}");
    }
    for (name, number, arguments) in INJECTED {
        let Some(status) = injected(folder.path(), port, number, arguments) else {
            println!("skipped: there is no gdb");
            break;
        };
        assert_eq!(status.signal(), Some(SIGSYS), "{name}");
    }
    // The same way an allowed call: what died above died of the call, and not of gdb.
    if let Some(status) = injected(folder.path(), port, libc::SYS_gettid, "") {
        assert!(status.success(), "{status:?}");
    }
    println!(
        "{} deeds",
        HARMLESS.len() + DEADLY.len() + GRANTED.len() + REFUSED.len() + INJECTED.len()
    );
    ExitCode::SUCCESS
}

fn command(deed: &str, folder: &Path, port: u16) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(DEED, deed).env(FOLDER, folder).env(PORT, port.to_string());
    command.stdin(Stdio::null());
    command
}

/// Has a caged process make this call, and sees what becomes of it; none where there is no gdb.
fn injected(folder: &Path, port: u16, number: i64, arguments: &str) -> Option<ExitStatus> {
    let mut waiting = command("wait", folder, port);
    let mut child = waiting.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut ready = [0];
    let Some(stdout) = child.stdout.as_mut() else { panic!("it has a pipe") };
    stdout.read_exact(&mut ready).unwrap();
    let arguments = if arguments.is_empty() { String::new() } else { format!(", {arguments}") };
    let call = format!("call ((long (*)(long, ...)) syscall)({number}{arguments})");
    let gdb = ["-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", &call, "-p"];
    let outcome = Command::new("gdb").args(gdb).arg(child.id().to_string()).output();
    let Ok(outcome) = outcome else {
        end(child);
        return None;
    };
    let said = String::from_utf8_lossy(&outcome.stdout).into_owned();
    assert!(said.contains("SIGSYS") || said.contains("$1 = "), "{said}{outcome:?}");
    // If it lives still, this ends its wait.
    drop(child.stdin.take());
    Some(child.wait().unwrap())
}

fn end(mut child: Child) {
    drop(child.kill());
    child.wait().unwrap();
}

/// In the process that does it: caged first. Success says that it went as the test has it.
fn done(deed: &str) -> ExitCode {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let port: u16 = std::env::var(PORT).unwrap().parse().unwrap();
    let file = |name: &str| folder.join(name).join("file");
    if GRANTED.contains(&deed) || REFUSED.contains(&deed) {
        let free = free_port();
        fence(&folder, port, deed);
        let thread = std::thread::spawn({
            let outside = file("outside");
            move || refused(fs::read(outside))
        });
        let well = match deed {
            "read" => fs::read(file("read")).is_ok() && fs::read_dir(folder.join("read")).is_ok(),
            "keep" => keeps(&folder.join("keep")),
            "socket-among-sockets" => sockets(&folder.join("sockets")),
            "bind-own-port" => TcpListener::bind("127.0.0.1:0").is_ok(),
            "connect-own-port" => TcpStream::connect(("127.0.0.1", port)).is_ok(),
            "thread-inherits" => thread.join().unwrap(),
            "read-outside" => {
                refused(fs::read(file("outside"))) && refused(fs::read("/etc/hostname"))
            }
            "list-outside" => {
                refused(fs::read_dir(folder.join("outside"))) && refused(fs::read_dir("/"))
            }
            "write-outside" => refused(fs::write(folder.join("outside/new"), "")),
            "write-where-only-read" => refused(fs::write(file("read"), "")),
            "remove-where-only-read" => refused(fs::remove_file(file("read"))),
            "move-outside" => {
                let moved = fs::rename(file("keep"), folder.join("outside/moved"));
                moved.is_err_and(|error| {
                    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::CrossesDevices)
                })
            }
            "file-among-sockets" => refused(fs::write(folder.join("sockets/new"), "")),
            "bind-other-port" => refused(TcpListener::bind(("127.0.0.1", free))),
            "connect-other-port" => refused(TcpStream::connect(("127.0.0.1", port))),
            other => panic!("{other}"),
        };
        return if well { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    // What the deeds need is there before.
    let address = UnixStream::pair().unwrap();
    let calls = lock(&[]).unwrap();
    assert!(calls > 40, "{calls}");
    match deed {
        "nothing" => {}
        "thread" => std::thread::spawn(|| {}).join().unwrap(),
        "file" => drop(fs::read(file("read")).unwrap()),
        "wait" => {
            std::io::stdout().write_all(b"r").unwrap();
            std::io::stdout().flush().unwrap();
            // Until the test closes it.
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        "execve" => panic!("{}", Command::new("/bin/true").exec()),
        "spawn" => drop(Command::new("/bin/true").status()),
        "socket-tcp" => drop(TcpStream::connect(("127.0.0.1", port))),
        "socket-udp" => drop(UdpSocket::bind("127.0.0.1:0")),
        "socket-unix" => drop(UnixStream::connect(file("read"))),
        "listen-again" => drop(TcpListener::bind("127.0.0.1:0")),
        "ioctl" => drop(address.0.set_nonblocking(true)),
        other => panic!("{other}"),
    }
    drop(address);
    ExitCode::SUCCESS
}

/// A fence with one folder of each use; the port of the test is own only where the deed says so.
fn fence(folder: &Path, port: u16, deed: &str) {
    let mut ground = Ground::new();
    ground.allow(&folder.join("read"), Use::Read);
    ground.allow(&folder.join("keep"), Use::Keep);
    ground.allow(&folder.join("sockets"), Use::Sockets);
    ground.allow(&folder.join("read/file"), Use::Read);
    if deed == "bind-own-port" {
        ground.listen(0);
    }
    if deed == "connect-own-port" {
        ground.connect(port);
    }
    let fenced = ground.fence(true).unwrap();
    assert_eq!((fenced.extent, fenced.paths), (Extent::Whole, 4), "{fenced}");
    let mut nowhere = Ground::new();
    nowhere.allow(&folder.join("nowhere"), Use::Read);
    assert!(nowhere.fence(true).unwrap_err().to_string().contains("nowhere"));
}

fn keeps(folder: &Path) -> bool {
    let at = |name: &str| folder.join(name);
    fs::create_dir(at("new")).unwrap();
    fs::write(at("new/file"), "1").unwrap();
    fs::rename(at("new/file"), at("moved")).unwrap();
    fs::remove_dir(at("new")).unwrap();
    fs::File::options().write(true).open(at("moved")).unwrap().set_len(0).unwrap();
    fs::remove_file(at("moved")).is_ok()
}

/// A socket gets its name from a hidden folder beside it, as officers' does.
fn sockets(folder: &Path) -> bool {
    let at = |name: &str| folder.join(name);
    fs::create_dir(at(".hidden")).unwrap();
    let listener = std::os::unix::net::UnixListener::bind(at(".hidden/s")).unwrap();
    fs::rename(at(".hidden/s"), at("s")).unwrap();
    fs::remove_dir(at(".hidden")).unwrap();
    drop(listener);
    fs::remove_file(at("s")).is_ok()
}

/// A port that was free a moment ago, and that root is not needed for.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn refused<T>(outcome: std::io::Result<T>) -> bool {
    outcome.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}
