//! `bench`: how fast it is on this machine.

use std::io::Write;

use anyhow::Context;
use bench::Plan;

use crate::cli::BenchOptions;
use crate::embedded::{Options, Servers};
use crate::logging::say;
use crate::system;

pub(super) async fn run(options: &BenchOptions) -> anyhow::Result<()> {
    // Without a server of one's own, one is started for the run, its files below a folder that goes with it.
    let folder = tempfile::tempdir().context("no folder for the benchmark's database")?;
    let servers = match &options.database_url {
        Some(_) => None,
        None => {
            let mut start = Options::new(folder.path());
            (start.source, start.nats) = (options.servers, false);
            Some(Servers::start(start).await?)
        }
    };
    let own = servers.as_ref().and_then(Servers::database_url);
    let url = options.database_url.as_deref().or(own).context("no database")?;
    let plan = Plan { names: options.names.clone(), quick: options.quick };
    let mut tell = |figure: &bench::Figure| {
        if !options.json {
            say(figure.to_string());
        }
    };
    let measured = bench::run(url, system::services(), &plan, &mut tell).await;
    if let Some(servers) = servers {
        servers.stop().await;
    }
    let figures = measured?;
    if options.json {
        let mut out = std::io::stdout();
        serde_json::to_writer_pretty(&mut out, &figures)?;
        writeln!(out)?;
    }
    Ok(())
}
