//! Who may do what, when: the only maker of [`Authorized`].
//!
//! Every command states its [`Policy`] beside its handler. The engine asks here before it even
//! decodes a request, and a handler takes nothing but an `Authorized` request, so it cannot run
//! unasked.

use crate::command::Handle;
use crate::lifecycle::State;
use crate::settings::{Profile, Settings};
use payhsm_protocol::{Command, ErrorCode};
use std::marker::PhantomData;
use std::ops::Deref;

/// What a command needs in order to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it answers in every state.
    Nothing,
    /// An LMK in force: it answers in the operational state alone.
    Lmk,
}

/// What officers have to authorise, beyond the profile. The console that lets them do so is the
/// place that gives these names a meaning; until then they are stated and not yet asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// None.
    None,
    /// `generate.<key type>.host`
    Generate,
    /// `import.<key type>.host`
    Import,
    /// `export.<key type>.host`
    Export,
    /// `pin.clear.host`
    ClearPin,
}

/// The policy of a command, stated in its own file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What it needs in order to act.
    pub needs: Needs,
    /// The profiles that have it; in any other it is disabled.
    pub profiles: &'static [Profile],
    /// What officers have to authorise.
    pub activity: Activity,
}

impl Policy {
    /// A status command: every profile, every state.
    pub const STATUS: Self =
        Self { needs: Needs::Nothing, profiles: &Profile::ALL, activity: Activity::None };

    /// Every profile, operational.
    pub const EVERYWHERE: Self =
        Self { needs: Needs::Lmk, profiles: &Profile::ALL, activity: Activity::None };

    /// Issuers only: PINs and card values are made, changed or verified.
    pub const ISSUER: Self = Self {
        needs: Needs::Lmk,
        profiles: &[Profile::Development, Profile::Issuer],
        activity: Activity::None,
    };

    /// A developer's machine only.
    pub const DEVELOPMENT: Self =
        Self { needs: Needs::Lmk, profiles: &[Profile::Development], activity: Activity::None };

    /// The same policy, with something for officers to authorise.
    #[must_use]
    pub const fn with(self, activity: Activity) -> Self {
        Self { activity, ..self }
    }

    /// Refuses a command that this policy does not have in `state` under `settings`.
    ///
    /// # Errors
    /// 68 disabled in this profile, 70 sealed.
    pub fn permits(&self, state: State, settings: &Settings) -> Result<(), ErrorCode> {
        if !self.profiles.contains(&settings.profile) {
            return Err(ErrorCode::CommandDisabled);
        }
        match (self.needs, state) {
            (Needs::Nothing, _) | (Needs::Lmk, State::Operational) => Ok(()),
            (Needs::Lmk, State::Uninitialised | State::Sealed | State::Tampered) => {
                Err(ErrorCode::NotOperational)
            }
        }
    }
}

/// Leave to decode and grant one request of one command.
#[derive(Debug)]
pub(crate) struct Permit<C>(PhantomData<C>);

impl<C: Handle> Permit<C> {
    /// Asks for leave.
    pub(crate) fn ask(state: State, settings: &Settings) -> Result<Self, ErrorCode> {
        C::POLICY.permits(state, settings)?;
        Ok(Self(PhantomData))
    }

    /// Uses it up on the request that came.
    pub(crate) fn grant(self, request: C) -> Authorized<C> {
        Authorized(request)
    }
}

/// A request that may be acted on.
#[derive(Debug)]
pub struct Authorized<C>(C);

impl<C: Command> Deref for Authorized<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}
