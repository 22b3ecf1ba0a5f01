//! The real binary: started for one test, ended with it.

use payhsm_protocol::frame::{Taken, host};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything takes that a test waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[expect(clippy::disallowed_methods, reason = "a test that waits for another process")]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// Waits until `what` holds.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for: {what}");
        pause(Duration::from_millis(10));
    }
}

/// `payhsmd` with these arguments, to its end.
pub(crate) fn payhsmd(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The daemon that is tested: the one that was built for the tests, or another that `PAYHSM_TEST_BINARY` names.
pub(crate) fn program() -> PathBuf {
    let other = std::env::var_os("PAYHSM_TEST_BINARY");
    other.map_or_else(|| env!("CARGO_BIN_EXE_payhsmd").into(), PathBuf::from)
}

/// `payhsmd` with these arguments, not yet started; no setting of the tester's own reaches it.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Lines that a process writes, as they come.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let lines = Self::default();
        let kept = lines.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                kept.0.lock().unwrap().push(line);
            }
        });
        lines
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn contain(&self, text: &str) -> bool {
        self.0.lock().unwrap().iter().any(|line| line.contains(text))
    }

    pub(crate) fn count(&self, text: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|line| line.contains(text)).count()
    }
}

/// A running daemon. Dropping it ends the process, and no other.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) out: Lines,
    pub(crate) log: Lines,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Daemon {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(&mut command(arguments))
    }

    /// What this command starts.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Lines::of(child.stdout.take().unwrap());
        let log = Lines::of(child.stderr.take().unwrap());
        Self { child, out, log }
    }

    /// Starts with a configuration whose ports the system chooses, and waits until all `ports`
    /// listen.
    pub(crate) fn configured(folder: &Folder, config: &str, ports: usize) -> Self {
        let path = folder.write("payhsm.toml", config);
        Self::start(&["--config", path.to_str().unwrap()]).listening(ports)
    }

    /// The same, when all `ports` listen.
    pub(crate) fn listening(self, ports: usize) -> Self {
        let mut daemon = self;
        let what = format!("{ports} ports");
        wait_for(&what, || daemon.log.count("\"listening\"") == ports || daemon.has_ended());
        assert!(!daemon.has_ended(), "{:#?}", daemon.log.all());
        daemon
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it ends.
    pub(crate) fn end(&mut self) -> ExitStatus {
        wait_for("the daemon's end", || self.has_ended());
        self.child.wait().unwrap()
    }

    /// Ends it at once, as a power failure does; not waited for.
    pub(crate) fn kill(&self) {
        self.signal("-KILL");
    }

    /// Asks it to stop, as a service manager does.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Asks it to read its configuration again, and waits until it says what came of it.
    pub(crate) fn reload(&self) {
        let before = self.log.count("read again");
        self.signal("-HUP");
        wait_for("word of the configuration", || self.log.count("read again") > before);
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Where it said that it listens (JSON log).
    pub(crate) fn address(&self, tls: bool, lmk: Option<&str>) -> SocketAddr {
        let lines = self.log.all();
        let said = lines.iter().filter(|line| line.contains("\"listening\"")).find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let fields = &line["fields"];
            let found = fields["tls"] == tls && fields["lmk"].as_str() == lmk;
            found.then(|| fields["address"].as_str().unwrap().parse().unwrap())
        });
        said.unwrap_or_else(|| panic!("no such port: {lines:#?}"))
    }

    pub(crate) fn plain(&self) -> Caller<TcpStream> {
        Caller::new(connect(self.address(false, None)))
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory in bytes.
    pub(crate) fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
    }
}

/// A TCP connection on which nothing blocks for ever.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A port from which on `count` ports are free, and as many 1000 higher.
pub(crate) fn free_ports(count: u16) -> u16 {
    let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let salt = u16::try_from(std::process::id() % 997).unwrap();
    (0..200)
        .map(|step| 20_000 + (salt + step * 37) % 997 * 11)
        .find(|base| (0..count).all(|offset| free(base + offset) && free(base + 1000 + offset)))
        .expect("free ports")
}

/// A caller of the host dialect.
pub(crate) struct Caller<S> {
    pub(crate) stream: S,
    buffer: Vec<u8>,
}

impl<S: Read + Write> Caller<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    /// Sends one message behind a header, without waiting.
    pub(crate) fn send(&mut self, message: impl AsRef<[u8]>) {
        self.stream.write_all(&framed(message)).unwrap();
        self.stream.flush().unwrap();
    }

    /// Takes one answer, without its header; `None` if the connection ends before.
    pub(crate) fn receive(&mut self) -> Option<String> {
        loop {
            if let Taken::Frame(message, size) = host::take(&self.buffer) {
                let Some(answer) = message.strip_prefix(b"0000") else { panic!("another header") };
                let answer = answer.iter().map(|&byte| char::from(byte)).collect();
                self.buffer.drain(..size);
                return Some(answer);
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk) {
                Ok(0) | Err(_) => return None,
                Ok(length) => self.buffer.extend_from_slice(&chunk[..length]),
            }
        }
    }

    pub(crate) fn ask(&mut self, message: impl AsRef<[u8]>) -> String {
        self.send(message);
        self.receive().expect("an answer")
    }
}

/// A frame of the host dialect with the header of every test message.
pub(crate) fn framed(message: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    host::put(&mut out, |out| {
        out.extend_from_slice(b"0000");
        out.extend_from_slice(message.as_ref());
    });
    out
}

/// A folder for one test, with the certificates of a CA that exists for this test alone.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

/// What a certificate is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Server,
    Client,
    ClientUntilLongAgo,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let made = Self { folder: tempfile::tempdir().unwrap(), authority };
        made.write("ca.crt", &made.authority.pem());
        for (name, purpose) in
            [("server", For::Server), ("client", For::Client), ("expired", For::ClientUntilLongAgo)]
        {
            made.issue(name, purpose, &["localhost"]);
        }
        made
    }

    /// Makes a certificate, `name`.crt and `name`.key, with these names in it.
    pub(crate) fn issue(&self, name: &str, purpose: For, names: &[&str]) {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![match purpose {
            For::Server => ExtendedKeyUsagePurpose::ServerAuth,
            For::Client | For::ClientUntilLongAgo => ExtendedKeyUsagePurpose::ClientAuth,
        }];
        if purpose == For::ClientUntilLongAgo {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        self.write(&format!("{name}.crt"), &certificate.pem());
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    /// Writes the CA's list of revoked certificates, `file`, with these on it; the next one is due after `year` has begun.
    pub(crate) fn revoke(&self, file: &str, names: &[&str], year: i32) {
        let revoked = names.iter().map(|name| RevokedCertParams {
            serial_number: self.serial_number(name),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(year, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        self.write(file, &params.signed_by(&self.authority).unwrap().pem().unwrap());
    }

    fn serial_number(&self, name: &str) -> SerialNumber {
        let der = CertificateDer::from_pem_file(self.path(&format!("{name}.crt"))).unwrap();
        // Behind the version, which is 3 (RFC 5280, 4.1).
        let version = [0xa0, 3, 2, 1, 2, 2];
        let at = der.windows(version.len()).position(|window| window == version).unwrap();
        let length = usize::from(der[at + version.len()]);
        SerialNumber::from_slice(&der[at + version.len() + 1..][..length])
    }

    /// The SHA-256 of a certificate, as the configuration writes it.
    pub(crate) fn fingerprint(&self, name: &str) -> String {
        let der = CertificateDer::from_pem_file(self.path(&format!("{name}.crt"))).unwrap();
        hex::encode(ring::digest::digest(&ring::digest::SHA256, &der))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A daemon for a developer, on ports of the system's choice.
    pub(crate) fn development(&self, rest: &str) -> Daemon {
        Daemon::configured(self, &configuration("development", true, rest), 8)
    }

    /// A client of the host dialect over TLS, by the certificate `name`.
    pub(crate) fn host_client(&self, name: &str, address: SocketAddr) -> Caller<Tls> {
        let identity = Some((self.path(&format!("{name}.crt")), self.path(&format!("{name}.key"))));
        Caller::new(tls(&self.path("ca.crt"), identity, &[], connect(address)))
    }
}

/// A configuration with ports of the system's choice and a log that a test can read.
pub(crate) fn configuration(profile: &str, plain: bool, rest: &str) -> String {
    let plain = if plain { "plain = '127.0.0.1:0'" } else { "" };
    let legacy = if profile == "development" {
        "legacy_lmk = true\nkey_schemes = true\nsingle_des = true\nshared_002 = true\nplain_decimalisation_tables = true"
    } else {
        ""
    };
    // A developer needs none, and two daemons of one test may not share one. Tests are often run as root.
    let (state, cage) = if profile == "development" {
        (String::new(), "")
    } else {
        (format!("state = 'state-{profile}'\n"), "[cage]\nallow_root = true\n")
    };
    format!(
        "profile = '{profile}'\n{state}[listen]\ntls = '127.0.0.1:0'\n{plain}\n[tls]\n\
         certificate = 'server.crt'\nprivate_key = 'server.key'\nclient_ca = 'ca.crt'\n\
         [[caller]]\nname = 'tests'\nname_in_certificate = 'localhost'\ncommands = ['*']\n\
         {cage}[log]\nformat = 'json'\n[legacy]\n{legacy}\n{rest}\n"
    )
}

pub(crate) type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A TLS client: whom it trusts, who it is, and which dialects it offers. The handshake happens
/// with the first byte.
pub(crate) fn tls(
    trusted: &Path,
    identity: Option<(PathBuf, PathBuf)>,
    alpn: &[&[u8]],
    stream: TcpStream,
) -> Tls {
    tls_of(&[&rustls::version::TLS13], trusted, identity, alpn, stream)
}

/// The same with these versions of TLS.
pub(crate) fn tls_of(
    versions: &[&'static rustls::SupportedProtocolVersion],
    trusted: &Path,
    identity: Option<(PathBuf, PathBuf)>,
    alpn: &[&[u8]],
    stream: TcpStream,
) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(trusted).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(payhsm_client::provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
            let key = PrivateKeyDer::from_pem_file(key).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}
