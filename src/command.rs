//! The commands, from the daemon's side: policy and handler, one file each.

use crate::authorization::{Activities, Authorized, Policy, Subject};
use crate::caller::Caller;
use crate::cards::{Cards, Changes, Rows};
use crate::clock::Clock;
use crate::engine::{CallersShelf, LmksInForce};
use crate::lifecycle::State;
use crate::numbers::Numbers;
use crate::record::AuditView;
use crate::settings::Settings;
use payhsm_keys::usage::Usage;
use payhsm_keys::{
    Checks, Defence, Key, KeyRefused, KeyRules, Lmk, PinRefused, Position, Purpose, Random,
};
use payhsm_protocol::field::KeyField;
use payhsm_protocol::{Command, ErrorCode, host};

mod card_forms;
mod card_numbers;
mod card_value;
mod data;
mod dynamic;
mod export;
mod key;
mod migration;
mod monitoring;
mod noted;
mod pin;
mod pin_life;
mod pin_method;
mod status;
mod token;
mod tracks;
mod watched;

pub use noted::Noted;

/// What a handler may use besides its request.
#[expect(missing_debug_implementations, reason = "lives for one call and is never printed")]
pub struct Context<'a> {
    /// The LMK that this request is under; `None` only for commands that need none.
    pub lmk: Option<&'a Lmk>,
    /// The one that was in force under the same id before.
    pub old_lmk: Option<&'a Lmk>,
    /// What officers stored, as far as the caller may name it.
    pub shelf: CallersShelf<'a>,
    /// The security settings in force.
    pub settings: &'a Settings,
    /// How the host dialect is configured; it fixes the length of a PIN under a DES LMK.
    pub host: &'a host::Settings,
    /// Who asks.
    pub caller: &'a Caller,
    /// Where the appliance stands.
    pub state: State,
    /// What officers have authorised.
    pub activities: &'a Activities,
    /// Randomness.
    pub random: &'a mut dyn Random,
    /// What the request turns out to be about.
    pub noted: &'a Noted,
    /// The log, as commands may see it; `None` where there is none that could be shown.
    pub audit: Option<&'a dyn AuditView>,
    /// What is known of cards.
    pub cards: &'a Cards,
    /// What the request changes of them.
    pub changes: &'a Changes,
    /// What is counted.
    pub numbers: &'a Numbers,
    /// What it is counted by.
    pub clock: &'a dyn Clock,
    /// The LMKs in force, for whoever reports on them.
    pub lmks: LmksInForce<'a>,
}

impl<'a> Context<'a> {
    /// The LMK that this request is under.
    ///
    /// # Errors
    /// 13 if none is loaded under its id.
    pub fn lmk(&self) -> Result<&'a Lmk, ErrorCode> {
        self.lmk.ok_or(ErrorCode::InvalidLmkId)
    }

    /// The log, as commands may see it.
    ///
    /// # Errors
    /// 68 if there is none.
    pub fn audit(&self) -> Result<&'a dyn AuditView, ErrorCode> {
        self.audit.ok_or(ErrorCode::CommandDisabled)
    }

    /// The rows of cards.
    ///
    /// # Errors
    /// S0 without a store.
    pub fn rows(&self) -> Result<Rows<'a>, ErrorCode> {
        self.cards.rows(self.changes)
    }

    /// What the vault accepts as a key.
    #[must_use]
    pub fn rules(&self) -> KeyRules {
        self.settings.key_rules()
    }

    /// Opens the first or only key of a request, under the LMK.
    ///
    /// # Errors
    /// 13, or the code of the refused key.
    pub fn source<U: Usage>(&self, key: &KeyField, purpose: Purpose) -> Result<Key<U>, ErrorCode> {
        self.open(key, purpose, Position::Source)
    }

    /// Opens the second key of a request, under the LMK.
    ///
    /// # Errors
    /// 13, or the code of the refused key.
    pub fn destination<U: Usage>(
        &self,
        key: &KeyField,
        purpose: Purpose,
    ) -> Result<Key<U>, ErrorCode> {
        self.open(key, purpose, Position::Destination)
    }

    fn open<U: Usage>(
        &self,
        key: &KeyField,
        purpose: Purpose,
        position: Position,
    ) -> Result<Key<U>, ErrorCode> {
        let key = Key::open(self.lmk()?, key, purpose, &self.rules())
            .map_err(|refused| self.key_code(refused, position))?;
        self.noted.key(|| key.check_value());
        Ok(key)
    }

    /// The code for a refused key: one for all of them where detail would be an oracle.
    #[must_use]
    pub fn key_code(&self, refused: KeyRefused, position: Position) -> ErrorCode {
        refused.code(position, self.settings.tells_apart())
    }

    /// The code for a refused PIN block: one for all of them where detail would be an oracle.
    #[must_use]
    pub fn pin_code(&self, refused: PinRefused) -> ErrorCode {
        refused.code(self.settings.tells_apart())
    }

    /// How much of a clear PIN block is looked at that is translated: control and length alone,
    /// unless codes are told apart.
    #[must_use]
    pub fn checks(&self) -> Checks {
        if self.settings.tells_apart() { Checks::Full } else { Checks::ControlOnly }
    }

    /// The same of one whose PIN is verified, or made something of: that it is of this account too.
    #[must_use]
    pub fn checks_of_account(&self) -> Checks {
        match self.checks() {
            Checks::ControlOnly if Defence::FillOfAccount.holds() => Checks::Bound,
            checks @ (Checks::Full | Checks::Bound | Checks::ControlOnly) => checks,
        }
    }
}

/// What a handler gives back: a reply, perhaps with a code that is a warning.
#[derive(Debug)]
pub struct Answer<R> {
    /// `Ok`, or the warning.
    pub code: ErrorCode,
    /// The reply.
    pub reply: R,
}

impl<R> From<R> for Answer<R> {
    fn from(reply: R) -> Self {
        Self { code: ErrorCode::Ok, reply }
    }
}

/// What becomes of a request: an answer, or the code of a refusal.
pub type Outcome<R> = Result<Answer<R>, ErrorCode>;

/// A command that the daemon can carry out. The engine's table does not build without it.
pub trait Handle: Command {
    /// Who may ask for it, and when.
    const POLICY: Policy;

    /// What the request is about, for commands whose policy has an activity: it is compared with
    /// what officers have authorised, and without it such a command is always refused.
    fn subject(&self) -> Option<Subject> {
        None
    }

    /// Carries it out.
    ///
    /// # Errors
    /// The code that the caller gets.
    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Self::Reply>;
}

macro_rules! declare_handlers {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        $(mod $module;)+

        /// The policy of every command.
        #[must_use]
        pub const fn policy(opcode: payhsm_protocol::Opcode) -> Policy {
            match opcode {
                $(payhsm_protocol::Opcode::$code =>
                    <payhsm_protocol::command::$module::$request as Handle>::POLICY,)+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_handlers);
