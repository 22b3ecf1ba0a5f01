//! File systems of a test's own: a small one in memory, and one with a journal in an image file. They need root.

use crate::support::binary::pause;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A mounted file system; unmounted when it is dropped, also by a panic.
pub(crate) struct Mount(PathBuf);

/// A program to its end; what it says on standard error if it fails.
fn run(program: &str, arguments: &[&OsStr]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {said}")) }
}

/// Whether file systems can be mounted here; says why not.
pub(crate) fn possible(what: &str) -> bool {
    let trial = tempfile::tempdir().unwrap();
    let reason = if fs::metadata("/proc/self").unwrap().uid() != 0 {
        "it is not root".to_owned()
    } else if let Err(why) = Mount::memory(trial.path(), 1024 * 1024) {
        why
    } else {
        return true;
    };
    println!("skipped: {what}: whoever runs this test cannot mount ({reason})");
    false
}

impl Mount {
    /// Memory of so many bytes.
    pub(crate) fn memory(at: &Path, bytes: u64) -> Result<Self, String> {
        let size = format!("size={bytes}");
        let arguments = ["-t", "tmpfs", "-o", size.as_str(), "tmpfs"].map(OsStr::new);
        run("mount", &[&arguments[..], &[at.as_os_str()]].concat())?;
        Ok(Self(at.to_owned()))
    }

    /// The file system in an image. Its journal is written when somebody syncs, and not by itself.
    pub(crate) fn image(image: &Path, at: &Path) -> Result<Self, String> {
        let options = ["-t", "ext4", "-o", "loop,commit=300"].map(OsStr::new);
        run("mount", &[&options[..], &[image.as_os_str(), at.as_os_str()]].concat())?;
        Ok(Self(at.to_owned()))
    }

    /// Makes an ext4 read-only, as the kernel does when it finds it damaged: also for files that are open for writing.
    pub(crate) fn abort(&self) {
        let options = ["-o", "remount,abort"].map(OsStr::new);
        // The file system is read-only then; that may be reported as an error.
        drop(run("mount", &[&options[..], &[self.0.as_os_str()]].concat()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Who used it may have ended a moment ago.
        let unmount = || run("umount", &[self.0.as_os_str()]);
        let unmounted = (0..40).find_map(|_| {
            let unmounted = unmount().ok();
            if unmounted.is_none() {
                pause(Duration::from_millis(50));
            }
            unmounted
        });
        if unmounted.is_none()
            && let Err(why) = unmount()
        {
            println!("{why}; it goes when nobody uses it any more");
            drop(run("umount", &[OsStr::new("--lazy"), self.0.as_os_str()]));
        }
    }
}

/// An image with an ext4 that has a journal.
pub(crate) fn make_image(path: &Path, bytes: u64) -> Result<(), String> {
    File::create(path).and_then(|file| file.set_len(bytes)).map_err(|error| error.to_string())?;
    let options = ["-q", "-F", "-O", "has_journal", "-E", "lazy_itable_init=0,lazy_journal_init=0"];
    run("mkfs.ext4", &[&options.map(OsStr::new)[..], &[path.as_os_str()]].concat())
}

/// What the journal of the file system that is mounted at `place` has committed so far, as the kernel counts it.
pub(crate) fn commits(place: &Path) -> Option<String> {
    let mounted = fs::read_to_string("/proc/mounts").ok()?;
    let here = |line: &&str| line.split(' ').nth(1).map(Path::new) == Some(place);
    let device = mounted.lines().find(here)?.split(' ').next()?;
    let name = Path::new(device).file_name()?.to_str()?;
    let told = fs::read_to_string(format!("/proc/fs/jbd2/{name}-8/info")).ok()?;
    told.lines().next().map(str::to_owned)
}

/// An image as it is at this moment.
pub(crate) fn copy_image(from: &Path, to: &Path) {
    run("cp", &[OsStr::new("--sparse=always"), from.as_os_str(), to.as_os_str()]).unwrap();
}
