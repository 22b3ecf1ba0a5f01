//! What a daemon remembers of cards, and where.

use crate::cards::Cards;
use crate::cli::Failure;
use crate::config::{CardsSection, Config};
use crate::engine::Engine;
use payhsm_keys::{Inventory, StateKeys};
use payhsm_state::{Embedded, Postgres, Store};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;
use zeroize::Zeroizing;

/// The file of the rows, in the state folder.
const FILE: &str = "cards.redb";

/// How often the store is asked how it is.
const LOOK: Duration = Duration::from_secs(1);

/// Products, domains, limits and the store that the configuration names. `inventory` is what a developer's appliance has
/// from the start; others can read their rows when officers have unsealed them.
///
/// A store that cannot be had ends the start: whoever is at the machine learns why, and nothing is lost, since nobody has
/// unsealed anything yet. Once the daemon serves, what becomes of the store ends nothing: commands that need it get S0.
///
/// # Errors
/// What is wrong, in a sentence.
pub(super) fn open(config: &Config, inventory: Option<&Inventory>) -> Result<Cards, Failure> {
    let issuing = config.issuing().map_err(|wrong| wrong.to_string())?;
    let cards = Cards::none().with_terms(issuing.products, issuing.domains, issuing.guard);
    let cards = match store(config)? {
        Some(store) => cards.with_store(store),
        None => cards,
    };
    if let Some(inventory) = inventory {
        cards.unsealed(Arc::new(StateKeys::of_test_lmk(inventory.lmks().default_lmk())?));
    }
    Ok(cards)
}

fn store(config: &Config) -> Result<Option<Arc<dyn Store>>, Failure> {
    if let Some(postgres) = &config.cards.postgres {
        let shared = shared(&config.cards, postgres);
        return Ok(Some(Arc::new(shared.map_err(|error| format!("[cards]: {error}"))?)));
    }
    let Some(state) = &config.state else { return Ok(None) };
    let file = state.join(FILE);
    let opened = Embedded::open(&file);
    let opened = opened.map_err(|error| format!("{}: {}", file.display(), error.why()))?;
    Ok(Some(Arc::new(opened)))
}

fn shared(section: &CardsSection, postgres: &str) -> Result<Postgres, Failure> {
    let read = |path: &Path| {
        fs::read(path).map_err(|error| Failure::from(format!("{}: {error}", path.display())))
    };
    let mut address = Zeroizing::new(postgres.to_owned());
    if let Some(path) = &section.password_file {
        let password = Zeroizing::new(read(path)?);
        let password = str::from_utf8(&password)
            .map_err(|_| format!("{} is no text", path.display()))?
            .trim_end_matches(['\r', '\n']);
        // As libpq has it: in quotes, with a backslash before what would end them.
        let quoted = Zeroizing::new(password.replace('\\', "\\\\").replace('\'', "\\'"));
        address.reserve_exact(" password=''".len() + quoted.len());
        for part in [" password='", &quoted, "'"] {
            address.push_str(part);
        }
    }
    let authorities = section.ca.as_deref().map(read).transpose()?;
    Ok(Postgres::connect(&address, authorities.as_deref())
        .map_err(|error| error.why().to_owned())?)
}

/// Tells the log when the rows of cards cannot be used and when they can again, for as long as there is an engine.
pub(super) async fn watch(engine: Weak<Engine>) {
    let mut troubled = false;
    while let Some(engine) = engine.upgrade() {
        match engine.cards().trouble() {
            Some(why) if !troubled => {
                tracing::error!(why, "the rows of cards cannot be used: S0 to who needs them");
                troubled = true;
            }
            None if troubled => {
                tracing::info!("the rows of cards can be used again");
                troubled = false;
            }
            Some(_) | None => {}
        }
        drop(engine);
        tokio::time::sleep(LOOK).await;
    }
}
