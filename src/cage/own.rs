//! Which folders, files and ports are the daemon's own, as its configuration says.

use super::database::Database;
use crate::cli::Failure;
use crate::config::Config;
use payhsm_cage::{Ground, Use};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Where systemd tells a service where its credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Everything that a daemon with this configuration, read from `path`, has to reach. Folders that it would make later are
/// made now: what is not there cannot be told from what must not be.
pub(super) fn ground(
    path: &Path,
    config: &Config,
    database: Option<&Database<'_>>,
) -> Result<Ground, Failure> {
    let mut ground = Ground::new();
    // Files that are read again may be others by then, under the same name: so their folders.
    read_beside(&mut ground, path);
    if let Some(tls) = &config.tls {
        for file in tls.files() {
            read_beside(&mut ground, file);
        }
    }
    let cards = &config.cards;
    let once = [&cards.password_file, &cards.ca, &config.development.keys];
    for file in once.into_iter().flatten().filter(|file| file.exists()) {
        ground.allow(file, Use::Read);
    }
    if config.unattended.is_some()
        && let Some(folder) = std::env::var_os(CREDENTIALS).map(PathBuf::from)
        && folder.is_dir()
    {
        ground.allow(&folder, Use::Read);
    }
    keep(&mut ground, config)?;
    listen(&mut ground, config);
    if let Some(database) = database {
        database.ports().into_iter().for_each(|port| ground.connect(port));
    }
    Ok(ground)
}

/// What the daemon writes.
fn keep(ground: &mut Ground, config: &Config) -> Result<(), Failure> {
    if let Some(state) = &config.state {
        make(state)?;
        ground.allow(state, Use::Keep);
    }
    // Another file takes the anchor's place with every change; a log that has ended is kept beside the next one.
    for (key, path) in [("anchor", config.anchor.clone()), ("audit.folder", config.audit_folder())]
    {
        let Some(path) = path else { continue };
        let folder = folder(&path).ok_or_else(|| {
            let path = path.display();
            format!("{key}: {path} lies in the root folder; other files come to lie beside it, so give it a folder of its own")
        })?;
        // Never that of the anchor: where its disk is not mounted, nothing is to take its place.
        if key != "anchor" {
            make(folder)?;
        }
        if folder.is_dir() {
            ground.allow(folder, Use::Keep);
        }
    }
    if let Some(exchange) = &config.audit.witness_folder {
        if exchange.is_dir() {
            ground.allow(exchange, Use::Keep);
        } else {
            let folder = exchange.display();
            tracing::warn!(
                "audit.witness_folder: {folder} is not there; no witness is met before the next start"
            );
        }
    }
    let socket = config.officers.socket.as_deref();
    if let Some(folder) = socket.and_then(folder).filter(|folder| folder.is_dir()) {
        ground.allow(folder, Use::Sockets);
    }
    Ok(())
}

/// Ports that the configuration names.
fn listen(ground: &mut Ground, config: &Config) {
    if let Some(address) = config.monitoring.listen {
        ground.listen(address.port());
    }
    for base in [config.listen.tls, config.listen.plain].into_iter().flatten() {
        if base.port() == 0 {
            // The system chooses among those that are for that.
            ground.listen(0);
        }
        config
            .ports(base)
            .filter_map(|port| u16::try_from(port).ok())
            .for_each(|port| ground.listen(port));
    }
}

/// The folder that a file lies in, and that which it leads to. In the root folder the file alone: everything is below that.
fn read_beside(ground: &mut Ground, file: &Path) {
    for file in [Some(file.to_owned()), fs::canonicalize(file).ok()].into_iter().flatten() {
        let place = folder(&file).unwrap_or(&file);
        if place.exists() {
            ground.allow(place, Use::Read);
        }
    }
}

/// The folder of a file; none if that is the root folder.
fn folder(file: &Path) -> Option<&Path> {
    match file.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Some(Path::new(".")),
        Some(folder) if folder.parent().is_none() => None,
        folder => folder,
    }
}

fn make(folder: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("cannot use {}: {error}", folder.display()).into())
}

#[cfg(test)]
mod tests {
    use super::ground;
    use crate::config::Config;
    use payhsm_cage::Use;
    use std::fs;

    #[test]
    fn a_daemon_has_what_its_configuration_names_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["etc", "run", "tls", "live", "anchor"] {
            fs::create_dir(at(name)).unwrap();
        }
        for name in ["tls/server.crt", "tls/server.key", "live/ca.crt"] {
            fs::write(at(name), "").unwrap();
        }
        std::os::unix::fs::symlink(at("live/ca.crt"), at("tls/ca.crt")).unwrap();
        let file = at("etc/payhsm.toml");
        fs::write(
            &file,
            "profile = 'issuer'\nstate = '../var/state'\nanchor = '../anchor/generation'\n\
             [listen]\ntls = '127.0.0.1:2500'\nlmks = [0]\n[tls]\ncertificate = '../tls/server.crt'\n\
             private_key = '../tls/server.key'\nclient_ca = '../tls/ca.crt'\n[officers]\nsocket = '../run/o.sock'\n\
             [audit]\nfolder = '../log/audit'\n",
        )
        .unwrap();
        let config = Config::load(&file).unwrap();
        let made = ground(&file, &config, None).unwrap();
        let canonical = |path: &std::path::Path| fs::canonicalize(path).unwrap();
        let mut found: Vec<_> =
            made.paths().map(|(path, uses)| (canonical(path), uses.to_vec())).collect();
        found.sort();
        found.dedup();
        let mut expected = vec![
            (canonical(&at("anchor")), vec![Use::Keep]),
            (canonical(&at("etc")), vec![Use::Read]),
            (canonical(&at("live")), vec![Use::Read]),
            (canonical(&at("log")), vec![Use::Keep]),
            (canonical(&at("run")), vec![Use::Sockets]),
            (canonical(&at("tls")), vec![Use::Read]),
            (canonical(&at("var/state")), vec![Use::Keep]),
        ];
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_root_folder_is_nobodys_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("payhsm.toml");
        let text = "profile = 'development'\nstate = 's'\n[listen]\nplain = '127.0.0.1:0'\n[audit]\nfolder = '/payhsm-log'\n";
        fs::write(&file, text).unwrap();
        let refused = ground(&file, &Config::load(&file).unwrap(), None).unwrap_err().to_string();
        assert!(
            refused.contains("audit.folder") && refused.contains("a folder of its own"),
            "{refused}"
        );
    }
}
