//! What of the file system and of the network is the daemon's own. For the thread that asks, and every thread that it
//! starts afterwards: so it is done before there are others.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort,
    PathBeneath, PathFd, PathFdError, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope,
};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a kernel has to be able to do where nothing less will do: folders, lengths of files, ports.
const NEEDED: ABI = ABI::V4;
/// What is taken besides where the kernel can: commands to devices, signals, abstract sockets. The filter of system calls
/// stands against them too.
const BESIDES: ABI = ABI::V6;

/// What may be done below a folder, or with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Look at it.
    Read,
    /// Sockets come and go there, nothing else.
    Sockets,
    /// Read, write, make, replace, remove: files and folders.
    Keep,
}

impl Use {
    fn rights(self) -> BitFlags<AccessFs> {
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let sockets = AccessFs::MakeSock | AccessFs::MakeDir | AccessFs::Refer;
        let removed = AccessFs::RemoveFile | AccessFs::RemoveDir;
        match self {
            Self::Read => read,
            Self::Sockets => sockets | removed,
            // Refer as well: of two folders whose rights are the same nothing is gained by moving a file.
            Self::Keep => {
                let files = AccessFs::WriteFile | AccessFs::MakeReg | AccessFs::Truncate;
                read | files | removed | AccessFs::MakeDir | AccessFs::Refer
            }
        }
    }
}

/// What is the daemon's own; everything else is out of reach.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    paths: BTreeMap<PathBuf, Vec<Use>>,
    bind: Vec<u16>,
    connect: Vec<u16>,
}

/// What is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fenced {
    /// How much of it.
    pub extent: Extent,
    /// What the kernel can, as its interface counts (`V7`); `None` without Landlock.
    pub abi: Option<String>,
    /// Folders and files.
    pub paths: usize,
}

/// How much of what was asked for is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All.
    Whole,
    /// What the kernel can.
    Part,
    /// Nothing.
    Nothing,
}

/// Why there is no fence.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// Something that is to be used is not there.
    #[error("{}: {reason}", path.display())]
    Missing {
        /// What.
        path: PathBuf,
        /// Why.
        reason: PathFdError,
    },
    /// The kernel does not take it, or cannot do all of it.
    #[error("the kernel does not keep files and ports from this process (Landlock): {0}")]
    Refused(#[from] RulesetError),
}

impl Ground {
    /// Nothing at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what may be done below `path`, a folder, or with it, a file. It has to be there when the fence goes up; what
    /// is mounted over it afterwards is not meant.
    pub fn allow(&mut self, path: &Path, what: Use) {
        let uses = self.paths.entry(path.to_owned()).or_default();
        if !uses.contains(&what) {
            uses.push(what);
        }
    }

    /// Adds a TCP port to listen on.
    pub fn listen(&mut self, port: u16) {
        self.bind.push(port);
    }

    /// Adds a TCP port to connect to, on any machine.
    pub fn connect(&mut self, port: u16) {
        self.connect.push(port);
    }

    /// The paths, with what may be done there.
    pub fn paths(&self) -> impl Iterator<Item = (&Path, &[Use])> {
        self.paths.iter().map(|(path, uses)| (path.as_path(), uses.as_slice()))
    }

    /// Puts up the fence around this thread and those that it starts. With `strict` a kernel that cannot keep folders and
    /// ports is an error; without, what it can is in force.
    ///
    /// # Errors
    /// [`GroundError`]; nothing is in force then.
    pub fn fence(&self, strict: bool) -> Result<Fenced, GroundError> {
        let level = if strict { CompatLevel::HardRequirement } else { CompatLevel::BestEffort };
        let besides = AccessFs::from_all(BESIDES) & !AccessFs::from_all(NEEDED);
        let mut rules = Ruleset::default()
            .set_compatibility(level)
            .handle_access(AccessFs::from_all(NEEDED))?
            .handle_access(AccessNet::from_all(NEEDED))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(besides)?
            .scope(Scope::from_all(BESIDES))?
            .create()?;
        for (path, uses) in &self.paths {
            let missing = |reason| GroundError::Missing { path: path.clone(), reason };
            let opened = PathFd::new(path).map_err(missing)?;
            let rights = uses.iter().fold(BitFlags::empty(), |all, one| all | one.rights());
            let rights = if path.is_dir() { rights } else { rights & AccessFs::from_file(NEEDED) };
            rules = rules.add_rule(PathBeneath::new(opened, rights))?;
        }
        for port in &self.bind {
            rules = rules.add_rule(NetPort::new(*port, AccessNet::BindTcp))?;
        }
        for port in &self.connect {
            rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
        }
        let status = rules.restrict_self()?;
        let extent = match status.ruleset {
            RulesetStatus::FullyEnforced => Extent::Whole,
            RulesetStatus::PartiallyEnforced => Extent::Part,
            RulesetStatus::NotEnforced => Extent::Nothing,
        };
        Ok(Fenced { extent, abi: abi(status.landlock), paths: self.paths.len() })
    }
}

fn abi(status: LandlockStatus) -> Option<String> {
    match status {
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
        LandlockStatus::Available { kernel_abi: Some(newer), .. } => Some(format!("V{newer}")),
        LandlockStatus::Available { effective_abi, kernel_abi: None } => {
            Some(format!("{effective_abi:?}"))
        }
    }
}

impl fmt::Display for Fenced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(abi) = &self.abi else {
            return f.write_str("files and ports: NOT kept from it, this kernel has no Landlock");
        };
        let extent = match self.extent {
            Extent::Whole => "all but its own kept from it",
            Extent::Part => "kept from it as far as this kernel can",
            Extent::Nothing => "NOT kept from it",
        };
        write!(f, "files and ports: {extent} (Landlock {abi}, {} paths)", self.paths)
    }
}
