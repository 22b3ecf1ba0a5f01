//! The connections, and what is known of the database.

use super::address::Address;
use super::driver::Driver;
use super::session::{Session, Trouble};
use crate::Unavailable;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Connections, at most.
const MOST: usize = 8;

/// How long a caller waits for a connection that others have.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a database that is down is tried again.
const AGAIN: Duration = Duration::from_millis(200);

/// The connections of a store.
pub(super) struct Pool {
    address: Address,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Arc<Session>>,
    /// Connections there are, idle or not.
    open: usize,
    /// Why there is no database; somebody tries it again then.
    down: Option<Unavailable>,
}

impl Pool {
    pub(super) fn new(address: Address) -> Self {
        Self { address, state: Mutex::default(), freed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, driver: &Driver, first: bool) -> Result<Session, Trouble> {
        let address = self.address.clone();
        driver.run(async move { Session::open(&address, first).await })
    }

    /// Makes the first connection, and what the database has to have.
    pub(super) fn first(&self, driver: &Driver) -> Result<(), Unavailable> {
        let session = self.open(driver, true).map_err(Trouble::why)?;
        let mut state = self.lock();
        state.open += 1;
        state.idle.push(Arc::new(session));
        Ok(())
    }

    /// A connection for one caller.
    pub(super) fn lease(self: &Arc<Self>, driver: &Driver) -> Result<Lease, Unavailable> {
        let state = self.lock();
        let busy =
            |state: &mut State| state.down.is_none() && state.idle.is_empty() && state.open >= MOST;
        let waited = self.freed.wait_timeout_while(state, PATIENCE, busy);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &state.down {
            return Err(why.clone());
        }
        while let Some(session) = state.idle.pop() {
            if !session.is_closed() {
                return Ok(Lease { session: Some(session), pool: Arc::clone(self) });
            }
            state.open -= 1;
        }
        if state.open >= MOST {
            return Err(Unavailable::new("all connections to the database are in use"));
        }
        state.open += 1;
        drop(state);
        // From here on the place is given up where the lease is dropped.
        let mut lease = Lease { session: None, pool: Arc::clone(self) };
        match self.open(driver, false) {
            Ok(session) => lease.session = Some(Arc::new(session)),
            Err(trouble) => return Err(self.is_down(trouble.why(), driver)),
        }
        Ok(lease)
    }

    /// There is no database for now: callers are refused at once, until it has let us in again.
    pub(super) fn is_down(self: &Arc<Self>, why: Unavailable, driver: &Driver) -> Unavailable {
        let known = {
            let mut state = self.lock();
            state.open -= state.idle.len();
            state.idle.clear();
            state.down.replace(why.clone()).is_some()
        };
        self.freed.notify_all();
        if !known {
            driver.handle().spawn(Arc::clone(self).try_again());
        }
        why
    }

    async fn try_again(self: Arc<Self>) {
        loop {
            tokio::time::sleep(AGAIN).await;
            let tried = Driver::in_time(Session::open(&self.address, false)).await;
            match tried {
                Ok(session) => {
                    let mut state = self.lock();
                    state.open += 1;
                    state.idle.push(Arc::new(session));
                    state.down = None;
                    return;
                }
                Err(trouble) => self.lock().down = Some(trouble.why()),
            }
        }
    }

    pub(super) fn trouble(&self) -> Option<Unavailable> {
        self.lock().down.clone()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

/// A connection in use. Dropped, the connection ends; only what is in order is given back.
#[derive(Debug)]
pub(super) struct Lease {
    session: Option<Arc<Session>>,
    pool: Arc<Pool>,
}

impl Lease {
    /// The connection.
    pub(super) fn session(&self) -> Result<Arc<Session>, Trouble> {
        let gone = || Trouble::Refused(Unavailable::new("the connection is gone"));
        self.session.clone().ok_or_else(gone)
    }

    pub(super) fn give_back(mut self) {
        if let Some(session) = self.session.take() {
            let mut state = self.pool.lock();
            state.idle.push(session);
            // The place stays taken: it is the idle one's now.
            state.open += 1;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.lock().open -= 1;
        self.pool.freed.notify_one();
    }
}
