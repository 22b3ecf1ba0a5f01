//! One connection, and what is said on it.

use super::address::Address;
use super::migrate::migrate;
use crate::{Row, RowKey, Unavailable};
use std::collections::HashMap;
use std::error::Error as _;
use std::fmt;
use tokio::task::AbortHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, NoTls, Statement};

/// What holds for a connection. A commit is answered when it is on the disk, whatever the server does for others; nobody
/// waits for ever, and whoever stops in the middle of a transaction does not hold up the others.
const SETTINGS: &str = "SET synchronous_commit = on;
    SET statement_timeout = '3s';
    SET lock_timeout = '2s';
    SET idle_in_transaction_session_timeout = '5s'";

// One after the other, in the order given: all take their locks in the same order, and none waits for another in a ring.
const LOCK: &str = "SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS number";

const LOOK: &str = "SELECT kind, id, value FROM payhsm_state
    WHERE (kind, id) IN (SELECT * FROM unnest($1::smallint[], $2::bytea[]))";

const WRITE: &str = "INSERT INTO payhsm_state (kind, id, value, version)
    SELECT kind, id, value, 1 FROM unnest($1::smallint[], $2::bytea[], $3::bytea[]) AS new(kind, id, value)
    ON CONFLICT (kind, id) DO UPDATE SET value = EXCLUDED.value, version = payhsm_state.version + 1";

const REMOVE: &str = "DELETE FROM payhsm_state
    WHERE (kind, id) IN (SELECT * FROM unnest($1::smallint[], $2::bytea[]))";

/// What a statement is given.
type Values<'a, const N: usize> = [&'a (dyn ToSql + Sync); N];

/// Why nothing came of it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The database wants it done again.
    Again(Unavailable),
    /// The connection is gone, and nothing of it counts.
    Lost(Unavailable),
    /// No answer.
    Silent(Unavailable),
    /// It will not do, or it is not known whether it counts.
    Refused(Unavailable),
}

impl Trouble {
    /// Where it came in place of the answer to a commit: what is not known to have failed is not done again.
    pub(super) fn at_the_end(self) -> Self {
        match self {
            Self::Lost(why) => Self::Refused(why),
            other @ (Self::Again(_) | Self::Silent(_) | Self::Refused(_)) => other,
        }
    }

    pub(super) fn why(self) -> Unavailable {
        match self {
            Self::Again(why) | Self::Lost(why) | Self::Silent(why) | Self::Refused(why) => why,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let Some(told) = error.as_db_error() else {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            return Self::Lost(Unavailable::new(format!("{error}{cause}")));
        };
        // The message alone: details and hints may show values.
        let code = told.code();
        let why = Unavailable::new(format!("{} ({})", told.message(), code.code()));
        if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
        {
            Self::Again(why)
        } else if code.code().starts_with("57P") || code.code().starts_with("08") {
            Self::Lost(why)
        } else {
            Self::Refused(why)
        }
    }
}

/// A connection that is ready for use.
pub(super) struct Session {
    client: Client,
    lock: Statement,
    look: Statement,
    write: Statement,
    remove: Statement,
    serving: AbortHandle,
}

impl Session {
    /// Connects; on a thread of the runtime that is to serve it.
    pub(super) async fn open(address: &Address, first: bool) -> Result<Self, Trouble> {
        let Address { config, tls } = address;
        let (client, serving) = match tls {
            Some(tls) => {
                let (client, connection) = config.connect(tls.clone()).await?;
                (client, tokio::spawn(connection).abort_handle())
            }
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                (client, tokio::spawn(connection).abort_handle())
            }
        };
        client.batch_execute(SETTINGS).await?;
        let syncs = client.query_one("SELECT current_setting('fsync') = 'on'", &[]).await?;
        if !syncs.try_get::<_, bool>(0)? {
            let why = "the database runs with fsync = off, and would lose what it promised to keep";
            return Err(Trouble::Refused(Unavailable::new(why)));
        }
        if first {
            migrate(&client).await?;
        }
        let (lock, look, write, remove) = tokio::try_join!(
            client.prepare(LOCK),
            client.prepare(LOOK),
            client.prepare(WRITE),
            client.prepare(REMOVE),
        )?;
        Ok(Self { client, lock, look, write, remove, serving })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Begins a transaction that has these rows to itself; what they hold.
    pub(super) async fn begin(&self, keys: &[RowKey]) -> Result<Vec<Row>, Trouble> {
        let mut locks: Vec<i64> = keys.iter().map(lock_number).collect();
        locks.sort_unstable();
        locks.dedup();
        let (kinds, ids) = columns(keys);
        let (numbers, names): (Values<'_, 1>, Values<'_, 2>) = ([&locks], [&kinds, &ids]);
        // In one journey, one after the other: what a statement sees is settled when it begins, after the locks are held.
        let (begun, locked, found) = tokio::join!(
            biased;
            self.client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
            self.client.execute(&self.lock, &numbers),
            self.client.query(&self.look, &names),
        );
        begun?;
        locked?;
        let mut rows = HashMap::new();
        for row in found? {
            let (kind, id): (i16, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            rows.insert((kind, id), row.try_get::<_, Vec<u8>>(2)?);
        }
        Ok(kinds.into_iter().zip(ids).map(|key| rows.remove(&key)).collect())
    }

    /// Writes the rows, removes those without a value, and commits.
    pub(super) async fn end(&self, rows: Vec<(RowKey, Row)>) -> Result<(), Trouble> {
        let mut written = Vec::new();
        let mut values = Vec::new();
        let mut removed = Vec::new();
        for (key, value) in rows {
            match value {
                Some(value) => {
                    written.push(key);
                    values.push(value);
                }
                None => removed.push(key),
            }
        }
        let ((kinds, ids), (no_kinds, no_ids)) = (columns(&written), columns(&removed));
        let new: Values<'_, 3> = [&kinds, &ids, &values];
        let gone: Values<'_, 2> = [&no_kinds, &no_ids];
        // If one of them fails, so does the commit: PostgreSQL then rolls back.
        let (written, removed, ended) = tokio::join!(
            biased;
            self.client.execute(&self.write, &new),
            self.client.execute(&self.remove, &gone),
            self.client.batch_execute("COMMIT"),
        );
        written?;
        removed?;
        ended?;
        Ok(())
    }

    pub(super) async fn roll_back(&self) -> Result<(), Trouble> {
        Ok(self.client.batch_execute("ROLLBACK").await?)
    }

    /// What one row holds.
    pub(super) async fn read(&self, key: RowKey) -> Result<Row, Trouble> {
        let (kinds, ids) = columns(&[key]);
        let found = self.client.query(&self.look, &[&kinds, &ids]).await?;
        Ok(found.first().map(|row| row.try_get(2)).transpose()?)
    }
}

impl Drop for Session {
    /// Ends the connection, and with it what was begun on it, also where the other end is silent.
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}

fn columns(keys: &[RowKey]) -> (Vec<i16>, Vec<Vec<u8>>) {
    keys.iter().map(|key| (i16::from(key.kind), key.id.to_vec())).unzip()
}

/// The number under which a row is locked: FNV-1a of 64 bits over kind and id, as the draft
/// draft-eastlake-fnv has it. Two rows with one number wait for each other, and nothing worse.
fn lock_number(key: &RowKey) -> i64 {
    let hash = key.bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::from_be_bytes(hash.to_be_bytes())
}
