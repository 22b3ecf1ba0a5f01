//! What the database has to have, and how it comes to have it.

use super::session::Trouble;
use crate::Unavailable;
use tokio_postgres::Client;

/// The steps from nothing to now. A step that was ever released stays as it is; later ones go behind it.
const STEPS: [&str; 1] = ["CREATE TABLE payhsm_state (
    kind smallint NOT NULL,
    id bytea NOT NULL CHECK (octet_length(id) = 16),
    value bytea NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (kind, id)
)"];

/// Appliances that start together do it one after the other, under this number (`payhsm` in ASCII).
const LOCK: i64 = 0x7061_7968_736d;

/// Brings the database up to date. Where it is, nothing is asked of it that a role without rights to make tables lacks.
pub(super) async fn migrate(client: &Client) -> Result<(), Trouble> {
    client.batch_execute("BEGIN").await?;
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    let about = "SELECT to_regclass('payhsm_state_about') IS NOT NULL";
    let known: bool = client.query_one(about, &[]).await?.try_get(0)?;
    if !known {
        let table = "CREATE TABLE payhsm_state_about (steps bigint NOT NULL);
            INSERT INTO payhsm_state_about VALUES (0)";
        client.batch_execute(table).await?;
    }
    let row = client.query_one("SELECT steps FROM payhsm_state_about", &[]).await?;
    let done: i64 = row.try_get(0)?;
    let all = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if done > all {
        let why = "a later version of payhsm made the tables of the database";
        return Err(Trouble::Refused(Unavailable::new(why)));
    }
    for step in STEPS.iter().skip(usize::try_from(done).unwrap_or(0)) {
        client.batch_execute(step).await?;
    }
    if done < all {
        client.execute("UPDATE payhsm_state_about SET steps = $1", &[&all]).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(())
}
