//! The store in PostgreSQL, for appliances that share their rows.
//!
//! A change is one transaction. It first takes an advisory lock for each of its rows, in one order for all, which holds
//! for rows too that are not there yet; only then it looks at them. Nobody else changes them before it has ended, on
//! whatever appliance. A connection is served by a thread of this store, with a runtime of its own: callers wait on a
//! channel, and may be threads of another runtime.

mod address;
mod driver;
mod migrate;
mod pool;
mod session;

use crate::row::{check_keys, check_values};
use crate::{Kept, Row, RowKey, Store, Unavailable, Verdict};
use address::Address;
use driver::Driver;
use pool::{Lease, Pool};
use session::Trouble;
use std::fmt;
use std::sync::Arc;

/// How often a change is begun, at most, where the database asks for it or a connection was lost before it counted.
const ATTEMPTS: usize = 8;

/// Rows in a database: the table `payhsm_state`, which the first connection makes.
///
/// One that is not there is tried again every 200 ms, and whoever asks in between is refused at once.
pub struct Postgres {
    // Dropped first: what it still does for the pool ends with it.
    driver: Driver,
    pool: Arc<Pool>,
}

impl Postgres {
    /// Connects, and makes or brings up to date what the database has to have.
    ///
    /// `url` is as libpq's, `postgres://user:password@host/database`, in either of its forms. TLS is required, under
    /// `authorities` (certificates in PEM) and the name in the url, unless every host is loopback or the folder of a
    /// Unix socket; there `sslmode=require` asks for it.
    ///
    /// # Errors
    /// [`Unavailable`]: the url is not understood, asks for what is not allowed, or nobody answers. The text has neither
    /// the url nor a password.
    pub fn connect(url: &str, authorities: Option<&[u8]>) -> Result<Self, Unavailable> {
        let address = Address::new(url, authorities)?;
        let driver = Driver::start()?;
        let pool = Arc::new(Pool::new(address));
        pool.first(&driver)?;
        Ok(Self { driver, pool })
    }

    /// One attempt; whether what failed may have counted all the same is in the [`Trouble`].
    fn attempt(
        &self,
        lease: &Lease,
        keys: &[RowKey],
        make: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<Result<(), Unavailable>, Trouble> {
        let (session, asked) = (lease.session()?, keys.to_vec());
        let mut values = self.driver.run(async move { session.begin(&asked).await })?;
        let verdict = make(&mut values);
        let checked = check_values(&values);
        let session = lease.session()?;
        if verdict == Verdict::Leave || checked.is_err() {
            self.driver.run(async move { session.roll_back().await })?;
            return Ok(if verdict == Verdict::Leave { Ok(()) } else { checked });
        }
        let rows = keys.iter().copied().zip(values).collect();
        let ended = self.driver.run(async move { session.end(rows).await });
        ended.map(Ok).map_err(Trouble::at_the_end)
    }

    /// What `work` makes of a connection, again where that may help.
    fn with_session<T>(
        &self,
        mut work: impl FnMut(&Lease) -> Result<T, Trouble>,
    ) -> Result<T, Unavailable> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let lease = self.pool.lease(&self.driver)?;
            match work(&lease) {
                Ok(done) => {
                    lease.give_back();
                    return Ok(done);
                }
                // A lease that is not given back ends its connection, and with it the transaction.
                Err(Trouble::Again(why) | Trouble::Lost(why)) => last = Some(why),
                Err(Trouble::Silent(why)) => {
                    drop(lease);
                    return Err(self.pool.is_down(why, &self.driver));
                }
                Err(Trouble::Refused(why)) => return Err(why),
            }
        }
        Err(last.unwrap_or_else(|| Unavailable::new("the database gives no answer")))
    }
}

impl Store for Postgres {
    fn change(
        &self,
        keys: &[RowKey],
        make: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<Kept, Unavailable> {
        check_keys(keys)?;
        self.with_session(|lease| self.attempt(lease, keys, make))??;
        Ok(Kept::Now)
    }

    fn read(&self, key: &RowKey) -> Result<Row, Unavailable> {
        let key = *key;
        self.with_session(|lease| {
            let session = lease.session()?;
            self.driver.run(async move { session.read(key).await })
        })
    }

    fn may_block(&self) -> bool {
        true
    }

    fn trouble(&self) -> Option<String> {
        self.pool.trouble().map(|why| why.to_string())
    }
}

/// Neither url nor password.
impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}
