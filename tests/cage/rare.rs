//! What a daemon seldom does, made to happen.

use crate::appliance::{Console, people};
use crate::calls::{ceremony, config};
use crate::has;
use crate::support::binary::{Daemon, Folder, configuration, pause, program, wait_for};
use crate::support::pin_life::CARD;
use crate::traced::{Made, Traced, read};
use payhsm_audit::witness::SecretKey;
use payhsm_state::testing::{PASSWORD, Server};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

fn signal(daemon: &Daemon, signal: &str) {
    let status = Command::new("kill").args([signal, &daemon.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// A log with a witness.
pub(crate) fn witnesses() -> Vec<Made> {
    let folder = Folder::new();
    fs::create_dir(folder.path("exchange")).unwrap();
    let key = SecretKey::generate("witness.example/w1").unwrap();
    let rest = format!(
        "[audit]\nfolder = 'audit'\nwitnesses = ['{}']\nwitness_folder = 'exchange'\n",
        key.public()
    );
    let config = format!("state = 'state'\n{}", configuration("development", false, &rest));
    let traced = Traced::start(&folder, &config, 4, &[]);
    wait_for("a request", || fs::read_dir(folder.path("exchange")).unwrap().count() > 0);
    traced.stopped()
}

/// A kernel without secret memory, where that is put up with.
pub(crate) fn no_secret_memory() -> Vec<Made> {
    let folder = Folder::new();
    let without = ["-e", "inject=memfd_secret:error=ENOSYS"];
    let traced = Traced::start(&folder, &config(""), 1, &without);
    drop(ceremony(&folder, &people()));
    traced.stopped()
}

/// One heap for all threads, as some set it to save memory.
pub(crate) fn one_heap() -> Vec<Made> {
    let folder = Folder::new();
    let traced = Traced::after(&["env", "MALLOC_ARENA_MAX=1"], &folder, &config(""), 1, &[]);
    let address = traced.daemon.address(true, None);
    let mut hosts: Vec<_> = (0..16).map(|_| folder.host_client("client", address)).collect();
    for host in &mut hosts {
        assert!(host.ask("NO00").starts_with("NP00"));
    }
    drop(ceremony(&folder, &people()));
    traced.stopped()
}

/// A process that may lock too little for the stacks of handlers, where that is put up with.
pub(crate) fn little_locked_memory() -> Vec<Made> {
    let folder = Folder::new();
    let mut before = vec!["prlimit", "--memlock=131072:131072"];
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Root is not held to it otherwise.
        let less = ["setpriv", "--bounding-set", "-ipc_lock", "--inh-caps", "-ipc_lock"];
        before.splice(0..0, less);
    }
    let traced = Traced::after(&before, &folder, &config(""), 1, &[]);
    let mut host = folder.host_client("client", traced.daemon.address(true, None));
    assert!(host.ask("NO00").starts_with("NP00"));
    traced.stopped()
}

/// Stopped and continued in the middle of its waits.
pub(crate) fn stopped_and_continued() -> Vec<Made> {
    let folder = Folder::new();
    let mut traced = Traced::start(&folder, &config(""), 1, &[]);
    for _ in 0..3 {
        signal(&traced.daemon, "-STOP");
        pause(Duration::from_millis(50));
        signal(&traced.daemon, "-CONT");
        pause(Duration::from_millis(50));
    }
    // The handler that tells the end of a stack from other faults: what is none it leaves to the system.
    for _ in 0..50 {
        if traced.daemon.has_ended() {
            break;
        }
        signal(&traced.daemon, "-SEGV");
        pause(Duration::from_millis(100));
    }
    traced.calls()
}

/// A new thread gets no memory for what it needs first: a panic that nothing catches, and the process ends itself.
pub(crate) fn a_panic() -> Vec<Made> {
    let folder = Folder::new();
    let mut daemon = Daemon::configured(&folder, &config(""), 1);
    let socket = folder.path("officers.sock");
    // The stack of a thread that has ended is there for the next one, which then asks for less.
    assert!(!Console::connect(&socket).status().profile.is_empty());
    pause(Duration::from_millis(300));
    let file = folder.path("calls");
    let mut strace = attached(&daemon, &file, &["-e", "inject=mmap:error=ENOMEM"]);
    wait_for("the panic", || {
        drop(Console::connect(&socket));
        pause(Duration::from_millis(50));
        daemon.has_ended()
    });
    let status = daemon.end();
    assert_eq!(status.signal(), Some(libc::SIGABRT), "{:#?}", daemon.log.all());
    strace.wait().unwrap();
    read(&file, daemon.id(), false)
}

/// `strace` reads along from now on.
fn attached(daemon: &Daemon, file: &Path, more: &[&str]) -> Child {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-e", "raw=all"]).args(more).arg("-o").arg(file);
    strace.args(["-p", &daemon.id().to_string()]).stdin(Stdio::null()).stderr(Stdio::null());
    let strace = strace.spawn().unwrap();
    let status = format!("/proc/{}/status", daemon.id());
    let traced = |line: &str| line.starts_with("TracerPid:") && !line.ends_with("\t0");
    wait_for("strace", || fs::read_to_string(&status).unwrap().lines().any(traced));
    strace
}

/// A kernel that tells the time by a call alone: where a process has no `vdso`. None without `gdb`.
pub(crate) fn clocks_of_the_kernel() -> Option<Vec<Made>> {
    if !has("gdb") {
        return None;
    }
    let folder = Folder::new();
    let path = folder.write("payhsm.toml", &config(""));
    // Of what the kernel lays down for a new program, behind arguments and environment, the entry AT_SYSINFO_EHDR (33).
    let script = "set $p = (long *) $sp\n\
        set $p = $p + *$p + 2\n\
        while *$p != 0\n\
        set $p = $p + 1\n\
        end\n\
        set $p = $p + 1\n\
        while *$p != 0\n\
        if *$p == 33\n\
        set *$p = 1\n\
        end\n\
        set $p = $p + 2\n\
        end\n\
        detach\n\
        quit\n";
    let script = folder.write("script", script);
    let mut command = Command::new("gdb");
    command.args(["-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", "starti", "-x"]);
    command.arg(script).arg("--args").arg(program()).arg("--config").arg(&path);
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    let gdb = Daemon::of(&mut command);
    wait_for("the daemon", || gdb.log.count("\"listening\"") == 1);
    let mut search = Command::new("pgrep");
    search.args(["-f", &format!("^[^ ]*payhsmd --config {}", path.display())]);
    let found = search.output().unwrap().stdout;
    let id: u32 =
        String::from_utf8(found).unwrap().lines().last().unwrap_or_default().parse().unwrap();
    let file = folder.path("calls");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-q", "-e", "raw=all", "-o"]).arg(&file).args(["-p", &id.to_string()]);
    let mut strace = strace.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("strace", || file.exists());
    let mut host = folder.host_client("client", gdb.address(true, None));
    assert!(host.ask("NO00").starts_with("NP00"));
    drop(host);
    assert!(Command::new("kill").arg(id.to_string()).status().unwrap().success());
    assert!(strace.wait().is_ok());
    Some(read(&file, id, false))
}

/// Rows in PostgreSQL, which goes away and comes back. None where there is none.
pub(crate) fn database() -> Option<Vec<Made>> {
    let server = match Server::start() {
        Ok(server) => server,
        Err(why) => {
            assert!(std::env::var_os("PAYHSM_LONG_TESTS").is_none(), "{why}");
            println!("skipped: {why}");
            return None;
        }
    };
    let mut made = Vec::new();
    let socket = server.folder().display().to_string();
    for host in ["localhost", "127.0.0.1,::1", &socket] {
        let folder = Folder::new();
        folder.write("password", PASSWORD);
        let postgres = format!("host={host} port={} dbname=postgres user=payhsm", server.port());
        let cards = format!("[cards]\npostgres = '{postgres}'\npassword_file = 'password'\n");
        let traced = Traced::start(&folder, &config(&cards), 1, &[]);
        drop(ceremony(&folder, &people()));
        let mut caller = folder.host_client("client", traced.daemon.address(true, None));
        let mut ask = || caller.ask(format!("WC{CARD};"));
        assert_eq!(ask(), "WDN3");
        server.crash().unwrap();
        assert_eq!(ask(), "WDS0");
        server.again().unwrap();
        wait_for("the database", || ask() == "WDN3");
        made.extend(traced.stopped());
    }
    Some(made)
}
