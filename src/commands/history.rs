//! `audit history`: everything that happened to an account.

use std::io::{BufWriter, Write};
use std::time::Duration;

use anyhow::{Context, ensure};
use event_store::{EventStore, connect_lazily, log};
use futures::TryStreamExt;
use projections::{Table, Told, Views, history};
use serde_json::json;

use crate::cli::{HistoryFormat, HistoryOptions};
use crate::composition::master_key;
use crate::system;

/// How long the history may take to come up to the log.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(options: &HistoryOptions) -> anyhow::Result<()> {
    let pool = connect_lazily(&options.database.database_url, 2).context("DATABASE_URL cannot be used")?;
    let store = EventStore::new(pool.clone(), system::services(), master_key(&options.keys, None)?);
    let views = Views::new(pool.clone());
    let head = log::newest_position(&pool).await?;
    ensure!(
        views.wait_for(history::NAME, head, PATIENCE).await?,
        "the history has not caught up with the log: see that a worker runs"
    );
    let mut out = Printer::begin(options.format);
    let mut entries = std::pin::pin!(views.history_stream(store, options.account));
    let mut found = false;
    while let Some(entry) = entries.try_next().await? {
        found = true;
        out.print(&Told::from(entry))?;
    }
    ensure!(found, "no event concerns {}: there is no such account", options.account);
    out.end()
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
