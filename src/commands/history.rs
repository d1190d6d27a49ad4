//! `audit history`: everything that happened to an account.

use std::io::{BufWriter, Write};
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::TryStreamExt;
use projections::{Table, Told, history};
use serde_json::json;

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
    ensure!(
        caught_up(reader).await?,
        "the history has not caught up with what happened: see that a worker runs, and try again"
    );
    let mut out = Printer::begin(options.format);
    let mut entries = std::pin::pin!(views.history_stream(store.clone(), options.account));
    let mut found = false;
    while let Some(entry) = entries.try_next().await? {
        found = true;
        out.print(&Told::from(entry))?;
    }
    ensure!(found, "no event concerns {}: there is no such account", options.account);
    out.end()
}

/// Waits until everything that was stored before now is in the history.
async fn caught_up(reader: &Reader) -> anyhow::Result<bool> {
    match reader.store.settled(PATIENCE).await? {
        Some(position) => Ok(reader.views.wait_for(history::NAME, position, PATIENCE).await?),
        None => Ok(false),
    }
}

struct Printer {
    format: HistoryFormat,
    table: Table,
    out: BufWriter<std::io::Stdout>,
}

impl Printer {
    fn begin(format: HistoryFormat) -> Self {
        Self { format, table: Table::new(&Told::COLUMNS), out: BufWriter::new(std::io::stdout()) }
    }

    fn print(&mut self, told: &Told) -> anyhow::Result<()> {
        let written = match self.format {
            HistoryFormat::Ndjson => writeln!(self.out, "{}", json!(told)),
            HistoryFormat::Text => writeln!(self.out, "{}", told.in_words()),
            HistoryFormat::Csv => {
                self.table.row(&told.cells())?;
                self.out.write_all(&self.table.take())
            }
        };
        written.context("the output was closed")
    }

    fn end(mut self) -> anyhow::Result<()> {
        if self.format == HistoryFormat::Csv {
            self.out.write_all(&self.table.take())?;
        }
        self.out.flush().context("the output was closed")
    }
}
