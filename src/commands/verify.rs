//! `audit verify`: the whole log against what was signed.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use event_store::proof::verify::{Progress, Report, Verdict, Verification};
use event_store::proof::{Checkpoint, VerifierKey};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::checkpoint::read_keys;
use super::prove::read_note;
use super::verdict::Bad;
use super::verify_told::Told;
use crate::cli::{VerdictFormat, VerifyOptions};
use crate::composition::{Auditor, signing_key_file};
use crate::logging::say;

/// How often progress is told where no bar can be drawn.
const EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(options: &VerifyOptions) -> anyhow::Result<()> {
    let keys = public_keys(options)?;
    let kept = match &options.checkpoint {
        Some(path) => {
            let kept = Checkpoint::open(&read_note(path)?, &keys);
            Some(kept.with_context(|| format!("{} cannot be used", path.display()))?)
        }
        None => None,
    };
    let auditor = Auditor::open(&options.auditor).await?;
    let verified = verify(&auditor, keys, kept.clone(), options.since).await;
    auditor.close().await;
    tell(&verified?, kept.as_ref().filter(|_| options.since), options.format)
}

/// Those that were given, or that of the signing key, where it is at hand.
fn public_keys(options: &VerifyOptions) -> anyhow::Result<Vec<VerifierKey>> {
    if let Some(path) = &options.public_key {
        return read_keys(path);
    }
    let own = event_store::proof::read_signing_key(&signing_key_file(&options.auditor.signing));
    let own = own.context("give --public-key FILE: what `audit public-key` prints")?;
    Ok(vec![own.public().clone()])
}

async fn verify(
    auditor: &Auditor,
    keys: Vec<VerifierKey>,
    kept: Option<Checkpoint>,
    only_since: bool,
) -> anyhow::Result<Report> {
    let mut verification = Verification {
        pool: auditor.pool.clone(),
        keys,
        objects: auditor.objects.clone(),
        kept,
        only_since,
        most_streams: None,
        progress: Arc::new(|_| {}),
        stop: CancellationToken::new(),
    };
    let bar = ProgressBar::new(verification.newest_position().await?);
    verification.progress =
        if std::io::stderr().is_terminal() { drawn(bar.clone()) } else { told(bar.clone()) };
    let report = verification.run().await;
    bar.finish_and_clear();
    Ok(report?)
}

fn drawn(bar: ProgressBar) -> Progress {
    let template = "{bar:30} {human_pos} of {human_len} events, {per_sec}, {eta} to go";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar()));
    Arc::new(move |position| bar.set_position(position))
}

fn told(bar: ProgressBar) -> Progress {
    let last = Mutex::new(Instant::now());
    Arc::new(move |position| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= EVERY {
            *last = Instant::now();
            // The output may be closed.
            let _ =
                writeln!(std::io::stderr(), "looked at {position} of {} events", bar.length().unwrap_or(0));
        }
    })
}

fn tell(report: &Report, since: Option<&Checkpoint>, format: VerdictFormat) -> anyhow::Result<()> {
    let told = Told::of(report, since);
    match format {
        VerdictFormat::Text => told.lines().into_iter().for_each(say),
        VerdictFormat::Json => say(serde_json::to_string(&told)?),
    }
    match report.verdict() {
        Verdict::Passed => Ok(()),
        Verdict::Failed => {
            let count = report.findings.count();
            Err(Bad::Refuted(format!("the log does not verify: {count} findings")).into())
        }
        Verdict::NotProved => Err(Bad::NotProved("no signed checkpoint was found".to_owned()).into()),
    }
}
