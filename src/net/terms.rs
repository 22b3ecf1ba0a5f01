//! What connections are served on: who may call, the limits, the certificates. All of it can be
//! exchanged while connections run: new ones have the new terms, and a running one looks, before
//! each batch, whether its caller is still who it was.

use super::Limits;
use super::tls::Certificate;
use crate::caller::{Caller, Callers};
use crate::engine::Session;
use std::sync::Arc;
use tokio::sync::watch;

/// The terms.
pub struct Terms {
    /// Who may call over TLS.
    pub callers: Callers,
    /// What a connection may take.
    pub limits: Limits,
    /// Certificates, where there is TLS.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Puts other terms in place of those that a server has.
#[derive(Clone, Debug)]
pub struct NewTerms(pub(super) watch::Sender<Arc<Terms>>);

impl NewTerms {
    /// From now on these.
    pub fn replace(&self, terms: Terms) {
        self.0.send_replace(Arc::new(terms));
    }

    /// Whether the server needs certificates.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.0.borrow().tls.is_some()
    }
}

/// A session whose caller follows the terms.
pub(super) struct Visitor {
    session: Session,
    /// What the caller is recognised by; none on a plain connection.
    certificate: Option<Certificate>,
    terms: watch::Receiver<Arc<Terms>>,
}

impl Visitor {
    pub(super) fn new(
        mut session: Session,
        certificate: Option<Certificate>,
        mut terms: watch::Receiver<Arc<Terms>>,
    ) -> Self {
        session.caller = recognise(certificate.as_ref(), &terms.borrow_and_update().callers);
        let made = Self { session, certificate, terms };
        made.log_if_unknown();
        made
    }

    /// The session as it is now. Costs one look at a counter unless something has changed.
    pub(super) fn session(&mut self) -> &Session {
        // An error means that nobody is left who could change anything.
        if self.terms.has_changed().unwrap_or(false) {
            let terms = Arc::clone(&self.terms.borrow_and_update());
            let caller = recognise(self.certificate.as_ref(), &terms.callers);
            let same = caller.name() == self.session.caller.name();
            self.session.caller = caller;
            if !same {
                self.log_if_unknown();
            }
        }
        &self.session
    }

    fn log_if_unknown(&self) {
        if self.session.caller.name() == crate::caller::UNKNOWN
            && let Some(certificate) = &self.certificate
        {
            tracing::warn!(
                peer = &*self.session.peer,
                certificate = certificate.fingerprint_hex(),
                "no [[caller]] has this certificate: every command is refused with 68"
            );
        }
    }
}

/// Who this is. Without a certificate it is a plain connection, which only the profile
/// `development` has.
fn recognise(certificate: Option<&Certificate>, callers: &Callers) -> Arc<Caller> {
    certificate.map_or_else(|| Arc::new(Caller::plain()), |certificate| certificate.caller(callers))
}
