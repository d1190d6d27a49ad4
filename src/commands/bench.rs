//! `bench`: how fast it is on this machine.

use std::io::Write;

use anyhow::Context;
use bench::{Plan, Programs};

use crate::PROGRAM;
use crate::cli::BenchOptions;
use crate::logging::say;
use crate::system;
use embedded_servers::{Options, Servers};

pub(super) async fn run(options: &BenchOptions) -> anyhow::Result<()> {
    if let Some(address) = options.bare_handler {
        return bare_handler(address).await;
    }
    // Without a server of one's own, one is started for the run, its files below a folder that goes with it.
    let folder = tempfile::tempdir().context("no folder for the benchmark's database")?;
    let servers = match &options.database_url {
        Some(_) => None,
        None => {
            let mut start = Options::new(PROGRAM, folder.path());
            (start.source, start.nats) = (options.servers, false);
            Some(Servers::start(start).await?)
        }
    };
    let own = servers.as_ref().and_then(Servers::owner_url);
    let url = options.database_url.as_deref().or(own).context("no database")?;
    let programs = Programs { program: std::env::current_exe().context("the program's own file is gone")? };
    let plan = Plan { names: options.names.clone(), quick: options.quick, programs };
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

/// What HTTP does at best: the floor of what is measured over it, in a process of its own.
async fn bare_handler(address: std::net::SocketAddr) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let stop = tokio_util::sync::CancellationToken::new();
    let limits = api::ConnectionLimits { total: 4_096, per_address: 4_096, trusted: Vec::new() };
    Ok(api::serve(listener, api::bare_router(), limits, stop).await?)
}
