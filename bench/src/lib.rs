//! How fast the log is, each figure beside a floor measured in the same run on the same server.
//!
//! A figure alone says more about the machine than about the program. So every measurement alternates
//! with what the database can do at best in the same minute, and both are medians of several rounds.
//! Everything happens in databases made for the run and dropped after it, also after one that failed. One that
//! is killed leaves the databases `bench_<process>_<number>` behind.

mod append;
mod floor;
mod history;
mod http;
mod log;
mod long;
mod memory;
mod projections;
mod replay;
mod report;
mod rounds;
mod scratch;
mod seal;
mod stock;
pub mod synthetic;
mod verify;

use std::time::Duration;

use domain::Services;

pub use http::Programs;
pub use report::Figure;

/// What is measured, and how thoroughly.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which groups; all when empty.
    pub names: Vec<String>,
    /// Short rounds and few events: to see that it works, not how fast.
    pub quick: bool,
    /// What is started to be measured as a process.
    pub programs: Programs,
}

/// The groups of figures.
pub const NAMES: [&str; 9] =
    ["append", "history", "log", "projections", "verify", "replay", "seal", "http", "settings"];

/// How thoroughly things are measured.
#[derive(Clone, Copy)]
struct Effort {
    /// Rounds of each side, of which the median counts.
    rounds: usize,
    /// Length of a round.
    round: Duration,
    /// As `rounds`, of what takes many seconds.
    long_rounds: usize,
    /// Events of an account with a long history, at most.
    longest: usize,
    /// Accounts over which requests are spread.
    accounts: usize,
    /// Events in a long log: of several sizes, to see that memory does not grow with them.
    sizes: &'static [u64],
}

impl Plan {
    fn wants(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| wanted == name)
    }

    fn effort(&self) -> Effort {
        if self.quick {
            let round = Duration::from_millis(200);
            Effort { rounds: 1, round, long_rounds: 1, longest: 100, accounts: 500, sizes: &[5_000] }
        } else {
            let (round, sizes) = (Duration::from_secs(2), &[10_000, 100_000, 1_000_000]);
            Effort { rounds: 5, round, long_rounds: 3, longest: 10_000, accounts: 20_000, sizes }
        }
    }
}

/// Measures what `plan` names on the server at `database_url`, telling each figure as it is known.
///
/// # Errors
/// When a name is none of [`NAMES`], or the server cannot be used.
pub async fn run(
    database_url: &str,
    services: Services,
    plan: &Plan,
    tell: &mut (dyn FnMut(&Figure) + Send),
) -> anyhow::Result<Vec<Figure>> {
    if let Some(unknown) = plan.names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        anyhow::bail!("there is no benchmark {unknown}: choose of {}", NAMES.join(", "));
    }
    let server = scratch::Server::new(database_url, services)?;
    let mut report = report::Report::new(tell);
    let measured = measure(&server, plan, &mut report).await;
    let cleared = server.clear().await;
    measured.and(cleared)?;
    Ok(report.into_figures())
}

async fn measure(
    server: &scratch::Server,
    plan: &Plan,
    report: &mut report::Report<'_>,
) -> anyhow::Result<()> {
    let effort = plan.effort();
    if plan.wants("append") {
        append::measure(server, effort, report).await?;
    }
    if plan.wants("history") {
        history::measure(server, effort, report).await?;
    }
    if plan.wants("http") {
        http::measure(server, &plan.programs, effort, report).await?;
    }
    if plan.wants("settings") {
        http::measure_settings(server, &plan.programs, effort, report).await?;
    }
    if plan.wants("log") {
        log::keep_up(server, effort, report).await?;
    }
    for size in effort.sizes {
        measure_long(server, *size, plan, report).await?;
    }
    if plan.wants("seal") {
        seal::measure(effort, report)?;
    }
    Ok(())
}

/// What goes over a long log from end to end.
async fn measure_long(
    server: &scratch::Server,
    size: u64,
    plan: &Plan,
    report: &mut report::Report<'_>,
) -> anyhow::Result<()> {
    let effort = plan.effort();
    if ["log", "projections", "verify"].iter().any(|name| plan.wants(name)) {
        let log = long::LongLog::mixed(server, size).await?;
        if plan.wants("log") {
            log::sequencing(&log, report).await?;
        }
        if plan.wants("projections") {
            projections::measure(&log, effort, report).await?;
        }
        if plan.wants("verify") {
            verify::measure(&log, effort, report).await?;
        }
        log.drop().await?;
    }
    if plan.wants("replay") {
        replay::measure(server, size, effort, report).await?;
    }
    Ok(())
}
