//! Who may do what, when: the only maker of [`Authorized`].
//!
//! Every command states its [`Policy`] beside its handler. The engine asks here before it even
//! decodes a request, and a handler takes nothing but an `Authorized` request, so it cannot run
//! unasked.

mod activities;
mod activity;

pub use crate::lifecycle::Needs;
pub use activities::{Activities, Authorised, MOST_MINUTES, NotAuthorisable};
pub use activity::{Activity, Category, Interface, NoActivity, Subject};

use crate::caller::Caller;
use crate::clock::Clock;
use crate::command::Handle;
use crate::lifecycle::State;
use crate::settings::{Profile, Settings};
use payhsm_keys::Defence;
use payhsm_protocol::{Command, ErrorCode};
use std::marker::PhantomData;
use std::ops::Deref;

/// The policy of a command, stated in its own file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What it needs in order to act.
    pub needs: Needs,
    /// The profiles that have it; in any other it is disabled.
    pub profiles: &'static [Profile],
    /// What officers have to authorise, for the [`Subject`] of each request.
    pub activity: Option<Category>,
}

impl Policy {
    /// A status command: every profile, every state.
    pub const STATUS: Self =
        Self { needs: Needs::Nothing, profiles: &Profile::ALL, activity: None };

    /// Every profile, operational.
    pub const EVERYWHERE: Self =
        Self { needs: Needs::Lmk, profiles: &Profile::ALL, activity: None };

    /// Issuers only: PINs and card values are made, changed or verified.
    pub const ISSUER: Self = Self {
        needs: Needs::Lmk,
        profiles: &[Profile::Development, Profile::Issuer],
        activity: None,
    };

    /// A developer's machine only.
    pub const DEVELOPMENT: Self =
        Self { needs: Needs::Lmk, profiles: &[Profile::Development], activity: None };

    /// The same policy, with something for officers to authorise.
    #[must_use]
    pub const fn with(self, activity: Category) -> Self {
        Self { activity: Some(activity), ..self }
    }

    /// Refuses a command that this policy does not have in `state` under `settings`.
    ///
    /// # Errors
    /// 68 disabled in this profile, 70 sealed, 73 tampered.
    pub fn permits(&self, state: State, settings: &Settings) -> Result<(), ErrorCode> {
        if !self.profiles.contains(&settings.profile) && Defence::Profiles.holds() {
            return Err(ErrorCode::CommandDisabled);
        }
        state.gives(self.needs)
    }
}

/// Leave to decode and grant one request of one command.
#[derive(Debug)]
pub(crate) struct Permit<C>(PhantomData<C>);

impl<C: Handle> Permit<C> {
    /// Asks for leave: does the caller have this command, the profile, the state, and is it
    /// within the caller's rate?
    pub(crate) fn ask(
        caller: &Caller,
        state: State,
        settings: &Settings,
        clock: &dyn Clock,
    ) -> Result<Self, ErrorCode> {
        // First of all: to a stranger an appliance tells nothing, not even how it stands.
        if !caller.may_ask(C::OPCODE) {
            return Err(ErrorCode::CommandDisabled);
        }
        C::POLICY.permits(state, settings)?;
        if !caller.may_ask_now(clock) {
            return Err(ErrorCode::RateExceeded);
        }
        Ok(Self(PhantomData))
    }

    /// Uses it up on the request that came, if officers have authorised what it would do.
    pub(crate) fn grant(
        self,
        request: C,
        settings: &Settings,
        activities: &Activities,
    ) -> Result<Authorized<C>, ErrorCode> {
        if let Some(category) = C::POLICY.activity {
            // A command that forgot to say what it is about is authorised by nothing.
            let subject = request.subject().ok_or(ErrorCode::NotAuthorised)?;
            let allows = |one| activities.allows(one, subject.sub(), Interface::Host);
            let all = allows(category) && subject.also().is_none_or(allows);
            if !settings.authorises_everything() && !all && Defence::Officers.holds() {
                return Err(ErrorCode::NotAuthorised);
            }
        }
        Ok(Authorized(request))
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
