//! `keys`: seeing to the master keys.
//!
//! A rotation, with any number of processes running: add a new key to every key file
//! (`make-master` on one machine, then copy the file), and run `rotate-master --to ID` on one. It makes
//! sure that all running processes open the new key before anything is wrapped with it, makes it the
//! first in this machine's file, wraps all data keys anew, and says when the old key may go. It can be
//! killed at any moment and run again.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use event_store::encryption::master_holders::{self, Holder};
use event_store::encryption::{add_key, put_first};
use event_store::{Erasures, EventStore};

use crate::cli::{KeyFileOptions, ReaderOptions, RotateOptions};
use crate::composition::Reader;
use crate::logging::say;

/// How often running processes are looked at while they are waited for.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is said how far a rotation has come.
const SAY: Duration = Duration::from_secs(2);

pub(super) fn make_master(options: &KeyFileOptions) -> anyhow::Result<()> {
    let below = options.data_dir.join("keys").join("master.key");
    let file = options.master_key_file.clone().unwrap_or(below);
    let id = add_key(&file)?;
    say(format!("Master key {id} was added to {}; it opens, and wraps nothing yet.", file.display()));
    say("Bring the file to every machine that has one, then run:");
    say(format!("  personal-settings keys rotate-master --to {id}"));
    Ok(())
}

pub(super) async fn rotate_master(options: &RotateOptions) -> anyhow::Result<()> {
    let reader = Reader::open_as_it_is(&options.reader).await?;
    let rotated = rotate(&reader, options).await;
    reader.close().await;
    rotated
}

async fn rotate(reader: &Reader, options: &RotateOptions) -> anyhow::Result<()> {
    let store = &reader.store;
    let erasures = reader.erasures()?.clone();
    let ids = store.keys().provider().ids().await?;
    let target = options.to.clone().unwrap_or_else(|| ids.current.clone());
    ensure!(
        ids.opens.contains(&target),
        "there is no master key {target} here, only {}: add one with `personal-settings keys make-master`",
        ids.opens.join(", ")
    );
    let closed = await_holders(store, *options.patience, |holder| holder.opens.contains(&target)).await?;
    ensure!(
        closed.is_empty(),
        "nothing was changed, since these cannot open master key {target}: {}; bring the key file to them (or \
         restart them with the new key), then run this again",
        names(&closed)
    );
    if ids.current != target {
        let file = key_file(&options.reader)?;
        put_first(&file, &target)?;
        store.keys().provider().refresh().await?;
        say(format!("{target} is the first key in {} now.", file.display()));
    }
    rewrap(store, &erasures, &target).await?;
    let late = await_holders(store, *options.patience, |holder| holder.wraps_with == target).await?;
    // What was wrapped with the old key meanwhile.
    rewrap(store, &erasures, &target).await?;
    conclude(store, &target, &ids.opens, &late).await
}

/// The key file of this machine, where there is one.
fn key_file(options: &ReaderOptions) -> anyhow::Result<PathBuf> {
    let keys = &options.keys;
    if keys.vault.vault_url.is_some() || keys.master_key.is_some() {
        bail!(
            "which master key wraps is not ours to change here: rotate it in Vault, or put it first in \
             PERSONAL_SETTINGS_MASTER_KEY of every process; then run this again"
        );
    }
    let below = options.data_dir.join("keys").join("master.key");
    Ok(keys.master_key_file.clone().unwrap_or(below))
}

async fn rewrap(store: &EventStore, erasures: &Erasures, target: &str) -> anyhow::Result<()> {
    let mut rotation = store.keys().rotation(target);
    let (mut done, mut said) = (0, Instant::now());
    loop {
        let batch = rotation.next_batch().await?;
        done += batch.keys;
        if batch.finished {
            break;
        }
        if said.elapsed() >= SAY {
            said = Instant::now();
            say(format!("{done} data keys wrapped anew …"));
        }
    }
    let ledger = erasures.rewrap_ledger().await?;
    say(format!("{done} data keys and {ledger} keys of the ledger of erasures were wrapped anew."));
    Ok(())
}

/// Waits until all running processes are as `good` wants them. Returns those that are not in the end.
async fn await_holders(
    store: &EventStore,
    patience: Duration,
    good: impl Fn(&Holder) -> bool,
) -> anyhow::Result<Vec<Holder>> {
    let begun = Instant::now();
    loop {
        let mut bad =
            master_holders::list(store.pool()).await.context("the running processes cannot be asked")?;
        bad.retain(|holder| !good(holder));
        if bad.is_empty() || begun.elapsed() >= patience {
            return Ok(bad);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn conclude(store: &EventStore, target: &str, opens: &[String], late: &[Holder]) -> anyhow::Result<()> {
    ensure!(
        late.is_empty(),
        "these still wrap with another master key: {}; put {target} first in their key file, then run this again. \
         No master key may be removed before that",
        names(late)
    );
    let mut left = store.keys().count_by_master().await?;
    let wrapped = left.remove(target).unwrap_or_default();
    ensure!(
        left.is_empty(),
        "data keys are still wrapped with {}: run this again",
        left.keys().cloned().collect::<Vec<_>>().join(", ")
    );
    say(format!("All {wrapped} data keys are wrapped with master key {target}."));
    let old: Vec<&str> = opens.iter().map(String::as_str).filter(|id| *id != target).collect();
    if !old.is_empty() {
        say(format!(
            "Nothing here needs {} any more: take it out of the key files (in Vault: raise min_decryption_version). \
             Keep it elsewhere for as long as you keep backups made before now.",
            old.join(", ")
        ));
    }
    Ok(())
}

fn names(holders: &[Holder]) -> String {
    holders.iter().map(|holder| holder.name.as_str()).collect::<Vec<_>>().join("; ")
}
