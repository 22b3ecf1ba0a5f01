//! What connections are served on: who may call, the limits, the certificates. All of it can be
//! exchanged while connections run: new ones have the new terms, and a running one looks, before
//! each batch, whether its caller is still who it was.

use super::Limits;
use super::tls::{Certificate, CertificatesEnd, Tls};
use crate::caller::{Caller, Callers};
use crate::clock;
use crate::engine::Session;
use crate::numbers::SocketNumbers;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::watch;

/// The terms.
pub struct Terms {
    /// Who may call over TLS.
    pub callers: Callers,
    /// What a connection may take.
    pub limits: Limits,
    /// Certificates, where there is TLS.
    pub tls: Option<Tls>,
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

    /// What a person should know of certificates now, a sentence each.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.0.borrow().tls.as_ref().map(|tls| tls.notes(clock::now())).unwrap_or_default()
    }

    /// Whether the server needs certificates.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.0.borrow().tls.is_some()
    }

    /// When the certificates end that connections are accepted with now.
    #[must_use]
    pub fn certificates_end(&self) -> CertificatesEnd {
        self.0.borrow().tls.as_ref().map(Tls::ends).unwrap_or_default()
    }

    /// How many connections there may be now.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.borrow().limits.connections
    }
}

/// A session whose caller follows the terms.
pub(super) struct Visitor {
    session: Session,
    /// What the caller is recognised by; none on a plain connection.
    certificate: Option<Arc<Certificate>>,
    terms: watch::Receiver<Arc<Terms>>,
    /// What goes through the connection.
    socket: Arc<SocketNumbers>,
}

impl Visitor {
    pub(super) fn new(
        mut session: Session,
        certificate: Option<Certificate>,
        mut terms: watch::Receiver<Arc<Terms>>,
        socket: Arc<SocketNumbers>,
    ) -> Self {
        session.caller = recognise(certificate.as_ref(), &terms.borrow_and_update().callers);
        // They may be others than those of the handshake: the first batch looks.
        terms.mark_changed();
        let made = Self { session, certificate: certificate.map(Arc::new), terms, socket };
        made.log_if_unknown();
        made
    }

    /// Ends when the certificate would no longer be accepted: it was revoked, say, and the list was read. Never on a plain
    /// connection.
    pub(super) fn until_refused(&self) -> impl Future<Output = ()> + use<> {
        let (mut terms, certificate) = (self.terms.clone(), self.certificate.clone());
        async move {
            let Some(certificate) = certificate else { return pending().await };
            loop {
                let now = Arc::clone(&terms.borrow_and_update());
                if !good_with(&certificate, &now) {
                    return;
                }
                drop(now);
                // An error means that nobody is left who could change anything.
                if terms.changed().await.is_err() {
                    return pending().await;
                }
            }
        }
    }

    /// Where to count what goes through.
    pub(super) fn socket(&self) -> &SocketNumbers {
        &self.socket
    }

    /// The session as it is now; `None` if the certificate would no longer be accepted. Costs one look at a counter unless
    /// something has changed.
    pub(super) fn session(&mut self) -> Option<&Session> {
        // An error means that nobody is left who could change anything.
        if self.terms.has_changed().unwrap_or(false) {
            let terms = Arc::clone(&self.terms.borrow_and_update());
            if !self.certificate.as_ref().is_none_or(|certificate| good_with(certificate, &terms)) {
                return None;
            }
            let caller = recognise(self.certificate.as_deref(), &terms.callers);
            let same = caller.name() == self.session.caller.name();
            self.session.caller = caller;
            if !same {
                self.log_if_unknown();
            }
        }
        Some(&self.session)
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

/// Whether a certificate is good on these terms too.
fn good_with(certificate: &Certificate, terms: &Terms) -> bool {
    terms.tls.as_ref().is_some_and(|tls| certificate.is_good_with(tls, clock::now()))
}

/// Who this is. Without a certificate it is a plain connection, which only the profile
/// `development` has.
fn recognise(certificate: Option<&Certificate>, callers: &Callers) -> Arc<Caller> {
    certificate.map_or_else(|| Arc::new(Caller::plain()), |certificate| certificate.caller(callers))
}
