//! `audit prove` and `audit check-proof`: proofs as JSON, and whether they hold.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use domain::{AccountId, EventId};
use event_store::proof::{self, EventName, OldCheckpoint, Proof};
use serde::Serialize;

use super::checkpoint::read_keys;
use super::verdict::Bad;
use crate::cli::{AuditorOptions, CheckProofOptions, ProveCommand, VerdictFormat};
use crate::composition::Auditor;
use crate::logging::say;

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

async fn prove_history(auditor: &Auditor, account: AccountId) -> anyhow::Result<Proof> {
    let proved = proof::history(&mut *auditor.pool.acquire().await?, account).await?;
    if let Proof::History(history) = &proved {
        ensure!(
            !history.streams.is_empty(),
            "no event concerns {account} as far as is signed: there is no such account, or no checkpoint covers it yet"
        );
    }
    Ok(proved)
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

/// What a proof proves, or why it does not.
#[derive(Serialize)]
#[serde(tag = "verdict", content = "what", rename_all = "snake_case")]
enum Checked {
    Proved(String),
    NotProved(String),
}

pub(super) fn check(options: &CheckProofOptions) -> anyhow::Result<()> {
    let keys = read_keys(&options.public_key)?;
    let text = read_note(&options.proof)?;
    let proved = serde_json::from_str::<Proof>(&text)
        .map_err(|error| format!("this is no proof: {error}"))
        .and_then(|proof| proof.check(&keys).map_err(|error| error.to_string()));
    let checked = proved.map_or_else(Checked::NotProved, Checked::Proved);
    match (options.format, &checked) {
        (VerdictFormat::Json, _) => say(serde_json::to_string(&checked)?),
        (VerdictFormat::Text, Checked::Proved(what)) => say(format!("PROVED: {what}.")),
        (VerdictFormat::Text, Checked::NotProved(why)) => say(format!("NOT PROVED: {why}.")),
    }
    match checked {
        Checked::Proved(_) => Ok(()),
        Checked::NotProved(why) => Err(Bad::Refuted(why).into()),
    }
}
