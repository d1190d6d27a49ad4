//! `audit prove` and `audit check-proof`: proofs as JSON, and whether they hold.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use domain::{AccountId, EventId};
use event_store::proof::{self, EventName, OldCheckpoint, Proof};
use projections::{Views, history};
use tokio::time::Instant;

use super::checkpoint::read_keys;
use crate::cli::{AuditorOptions, CheckProofOptions, ProveCommand};
use crate::composition::Auditor;
use crate::logging::say;

/// How long the history may take to come up to the newest checkpoint.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(command: &ProveCommand) -> anyhow::Result<()> {
    let auditor = Auditor::open(options(command)).await?;
    let proved = prove(&auditor, command).await;
    auditor.close().await;
    say(serde_json::to_string_pretty(&proved?)?);
    Ok(())
}

fn options(command: &ProveCommand) -> &AuditorOptions {
    match command {
        ProveCommand::Inclusion(options) => &options.auditor,
        ProveCommand::Consistency(options) => &options.auditor,
        ProveCommand::History(options) => &options.auditor,
    }
}

async fn prove(auditor: &Auditor, command: &ProveCommand) -> anyhow::Result<Proof> {
    let db = auditor.pool.acquire();
    Ok(match command {
        ProveCommand::Inclusion(options) => {
            proof::inclusion(&mut *db.await?, event_name(&options.event)?).await?
        }
        ProveCommand::Consistency(options) => {
            proof::consistency(&mut *db.await?, old_checkpoint(&options.old)?).await?
        }
        ProveCommand::History(options) => prove_history(auditor, options.account).await?,
    })
}

/// Proves which events the streams of an account have. Which streams these are the read model says, which is
/// not proved itself; but it must not lack anything that the checkpoint is about.
async fn prove_history(auditor: &Auditor, account: AccountId) -> anyhow::Result<Proof> {
    let views = Views::new(auditor.pool.clone());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (known, parked) = views.history_reach().await?;
        ensure!(
            parked == 0,
            "{parked} events could not be taken into the history, and may be of this account: see that \
             `personal-settings projections retry history` takes them, and prove then"
        );
        let positions = views.history_positions(account).await?;
        let mut db = auditor.pool.acquire().await?;
        let streams = proof::streams_at(&mut db, &positions).await?;
        let proved = proof::history(&mut db, &streams).await?;
        drop(db);
        let size = match &proved {
            Proof::History(history) => history.checkpoint.lines().nth(1).and_then(|size| size.parse().ok()),
            _ => None,
        };
        let size: i64 = size.context("the checkpoint does not say how many events it is about")?;
        if known >= size {
            ensure!(!positions.is_empty(), "no event concerns {account}: there is no such account");
            return Ok(proved);
        }
        ensure!(
            views.wait_for(history::NAME, size, deadline.saturating_duration_since(Instant::now())).await?,
            "the history has come to position {known} only, and the checkpoint is about {size} events: see that a \
             worker runs, and try again"
        );
    }
}

fn event_name(text: &str) -> anyhow::Result<EventName> {
    if let Ok(position) = text.parse() {
        return Ok(EventName::Position(position));
    }
    let Ok(id) = text.parse::<EventId>() else {
        bail!("expected a position, or the id of an event: evt_…")
    };
    Ok(EventName::Id(id.uuid()))
}

fn old_checkpoint(text: &str) -> anyhow::Result<OldCheckpoint> {
    if let Ok(size) = text.parse() {
        return Ok(OldCheckpoint::Size(size));
    }
    Ok(OldCheckpoint::Note(read_note(Path::new(text))?))
}

/// A note in a file.
pub(super) fn read_note(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

pub(super) fn check(options: &CheckProofOptions) -> anyhow::Result<()> {
    let keys = read_keys(&options.public_key)?;
    let text = read_note(&options.proof)?;
    let proof: Proof =
        serde_json::from_str(&text).with_context(|| format!("{} is no proof", options.proof.display()))?;
    say(format!("Proved: {}.", proof.check(&keys)?));
    Ok(())
}
