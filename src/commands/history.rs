//! `audit history`: everything that happened to an account.
//!
//! It leaves no event behind, unlike an operator's look over HTTP: an administrator with the database and the
//! master key needs no program of ours to read, so an event would tell of the honest only.

use std::io::{BufWriter, ErrorKind, Write};
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use projections::history::{self, HistoryFilter};
use projections::{Audience, EventView, ExportFormat, PointInTime};

use crate::cli::{HistoryFormat, HistoryOptions};
use crate::composition::Reader;

/// How long the history may take to come up to the log.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(options: &HistoryOptions) -> anyhow::Result<()> {
    let reader = Reader::open(&options.reader).await?;
    let printed = print(&reader, options).await;
    reader.close().await;
    printed
}

async fn print(reader: &Reader, options: &HistoryOptions) -> anyhow::Result<()> {
    let Reader { store, views, .. } = reader;
    catch_up(reader).await?;
    let until = options.at.map(|PointInTime(at)| at);
    let mut out = Printer::begin(options.format);
    let mut entries =
        std::pin::pin!(views.history_stream(store.clone(), options.account, HistoryFilter::up_to(until)));
    let mut found = false;
    while let Some(entry) = entries.try_next().await? {
        found = true;
        if !out.print(&EventView::for_operator(entry))? {
            return Ok(());
        }
    }
    ensure!(found, "no event concerns {}: there is no such account{}", options.account, by_then(until));
    out.end()
}

/// Waits until everything that was stored before now is in the history.
pub(super) async fn catch_up(reader: &Reader) -> anyhow::Result<()> {
    let caught_up = match reader.store.log().committed_position(PATIENCE).await? {
        Some(position) => reader.views.wait_for(history::NAME, position, PATIENCE).await?,
        None => false,
    };
    ensure!(
        caught_up,
        "the history has not caught up with what happened: see that a worker runs, and try again"
    );
    Ok(())
}

/// The words that say up to when something was looked for.
pub(super) fn by_then(until: Option<DateTime<Utc>>) -> String {
    until.map(|until| format!(", or there was none by {}", until.to_rfc3339())).unwrap_or_default()
}

/// Prints what can be printed. A reader that closes the output has seen enough, which is no failure.
struct Printer {
    lines: ExportFormat,
    out: BufWriter<std::io::Stdout>,
}

impl Printer {
    fn begin(format: HistoryFormat) -> Self {
        let lines = match format {
            HistoryFormat::Ndjson => ExportFormat::Ndjson,
            HistoryFormat::Text => ExportFormat::Text,
            HistoryFormat::Csv => ExportFormat::csv(Audience::Operator),
        };
        Self { lines, out: BufWriter::new(std::io::stdout()) }
    }

    /// False when the output is closed.
    fn print(&mut self, told: &EventView) -> anyhow::Result<bool> {
        let (heading, line) = (self.lines.heading(), self.lines.line(told)?);
        is_read(self.out.write_all(&heading).and_then(|()| self.out.write_all(&line)))
    }

    fn end(mut self) -> anyhow::Result<()> {
        is_read(self.out.flush()).map(drop)
    }
}

fn is_read(written: std::io::Result<()>) -> anyhow::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("the history cannot be written"),
    }
}
