//! What a configuration says of files and folders, held against the disk.

use super::{CardsSection, Config};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// Names in the state folder that are the daemon's own.
const OURS: [&str; 5] = ["store.redb", "cards.redb", "officers.toml", "lmk.toml", "lock"];

impl Config {
    /// What is wrong on the disk, a sentence each with the name of its key.
    pub(super) fn mistakes_on_disk(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check_certificates(&mut wrong);
        if let Some(state) = &self.state
            && fs::metadata(state).is_ok_and(|found| !found.is_dir())
        {
            wrong.push(format!("state: {} is a file, and has to be a folder", state.display()));
        }
        self.check_anchor(&mut wrong);
        self.check_socket(&mut wrong);
        for (key, file) in [
            ("cards.password_file", &self.cards.password_file),
            ("cards.ca", &self.cards.ca),
            ("development.keys", &self.development.keys),
        ] {
            if let Some(file) = file
                && let Err(error) = fs::File::open(file)
            {
                wrong.push(format!("{key}: {}: {error}", file.display()));
            }
        }
        wrong
    }

    fn check_anchor(&self, wrong: &mut Vec<String>) {
        let Some(anchor) = &self.anchor else { return };
        let shown = anchor.display();
        let folder = anchor.parent().unwrap_or(Path::new("/"));
        // The state folder is made at the start.
        let in_state = self.state.as_deref() == Some(folder);
        if anchor.is_dir() {
            wrong.push(format!("anchor: {shown} is a folder, and has to be a file in one"));
        } else if !in_state && !folder.is_dir() {
            wrong.push(format!(
                "anchor: there is no folder {}; make it, or mount its disk",
                folder.display()
            ));
        } else if in_state && OURS.iter().any(|name| anchor.ends_with(name)) {
            wrong.push(format!("anchor: {shown} is another file of the daemon; choose a new name"));
        }
    }

    fn check_socket(&self, wrong: &mut Vec<String>) {
        let Some(socket) = &self.officers.socket else { return };
        let folder = socket.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let shown = folder.display();
        match fs::metadata(folder) {
            Ok(found) if !found.is_dir() => {
                wrong.push(format!("officers.socket: {shown} is no folder"));
            }
            Ok(found) if found.mode() & 0o022 != 0 => wrong.push(format!(
                "officers.socket: others than its owner can write to {shown}, and could put \
                 another socket there; use a folder of its own, or chmod go-w"
            )),
            Ok(_) => {}
            Err(_) if self.state.as_deref() == Some(folder) => {}
            Err(error) => wrong.push(format!("officers.socket: {shown}: {error}; make the folder")),
        }
        if fs::symlink_metadata(socket).is_ok_and(|found| !found.file_type().is_socket()) {
            wrong.push(format!(
                "officers.socket: {} is there already, and it is no socket",
                socket.display()
            ));
        }
    }

    /// What is not forbidden and should not be, a sentence each; `path` is that of the file itself.
    #[must_use]
    pub fn warnings(&self, path: &Path) -> Vec<String> {
        let mut said = Vec::new();
        let mut look = |key: &str, path: &Path, others: u32, sentence: &str| {
            if fs::metadata(path).is_ok_and(|found| found.mode() & others != 0) {
                said.push(format!("{key}: {} {sentence}", path.display()));
            }
        };
        let decides = "can be written by everybody, and it decides who may call; chmod o-w";
        look("this file", path, 0o002, decides);
        if let Some(tls) = &self.tls {
            let known = "can be read by everybody, and others could pass for this appliance; \
                         chmod 600, and have a new key made if others were on this machine";
            look("tls.private_key", &tls.private_key, 0o006, known);
            look("tls.client_ca", &tls.client_ca, 0o002, decides);
            if let Some(revoked) = &tls.revoked {
                look("tls.revoked", revoked, 0o002, decides);
            }
        }
        if let Some(password) = &self.cards.password_file {
            let known =
                "can be read by everybody, and others could change the rows of cards; chmod 600";
            look("cards.password_file", password, 0o006, known);
        }
        if let Some(state) = &self.state {
            let open = "is open to others than its owner; chmod 700";
            look("state", state, 0o077, open);
            let parent = state.parent().filter(|parent| !parent.as_os_str().is_empty());
            if let Some(parent) = parent.filter(|parent| !parent.exists()) {
                said.push(format!(
                    "state: there is no folder {}; it is made at the start, unless a disk was to be mounted there",
                    parent.display()
                ));
            }
        }
        let said_of_cards = !self.products.is_empty()
            || !self.token_domains.is_empty()
            || self.cards != CardsSection::default();
        if !self.keeps_cards() && said_of_cards {
            said.push(
                "there is neither state nor cards.postgres: nothing of a card is remembered or limited, and what needs it gets S0"
                    .to_owned(),
            );
        }
        self.warn_of_tls(&mut said);
        self.warn_of_callers(&mut said);
        self.warn_of_monitoring(&mut said);
        said
    }
}
