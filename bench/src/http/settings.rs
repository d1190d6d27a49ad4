//! The page *Data & Privacy*, opened by people at a steady pace.
//!
//! An open loop: each visit has its moment, whether those before it were answered or not, and is timed from that moment on. So a
//! page that is slow delays nobody whose delay is not counted. Beside it stands what the page cannot do without: who is
//! there (`GET /v1/me`), asked in the same way.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::future::try_join_all;
use tokio::time::{Instant, sleep, sleep_until};

use super::Programs;
use super::connection::Connection;
use super::process::Process;
use super::seed;
use crate::Effort;
use crate::report::Report;
use crate::scratch::Server;

/// The page.
const PAGE: &str = "/settings/privacy";
/// Visits a second.
const PACE: u32 = 100;
/// Connections over which they come, in turn.
const CONNECTIONS: u32 = 20;
/// Accounts, each with two requests.
const ACCOUNTS: usize = 20;
/// How long the read models may take until they show all requests.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked of a connection.
#[derive(Clone, Copy)]
enum Visit {
    Page,
    Me,
}

impl Visit {
    async fn make(self, connection: &mut Connection, token: &str) -> anyhow::Result<()> {
        match self {
            Self::Page => connection.browse(PAGE, token).await.map(drop),
            Self::Me => connection.ask("GET", "/v1/me", token, "").await,
        }
    }
}

/// The middle and the slowest hundredth of a round, in milliseconds.
struct Round {
    p50: f64,
    p99: f64,
}

pub(crate) async fn measure(
    server: &Server,
    programs: &Programs,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let tokens: Arc<[String]> = seed::with_requests(&scratch, ACCOUNTS).await?.into();
    let service = Process::service(programs, &scratch, &seed::master_key()).await?;
    shown(&service, &tokens).await?;
    let (mut pages, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        floors.push(round(&service, &tokens, Visit::Me, effort).await?);
        pages.push(round(&service, &tokens, Visit::Page, effort).await?);
    }
    let of = |rounds: &[Round], which: fn(&Round) -> f64| rounds.iter().map(which).collect::<Vec<_>>();
    for (name, which) in
        [("median", (|round| round.p50) as fn(&Round) -> f64), ("99th percentile", |round| round.p99)]
    {
        let what = format!("settings: GET {PAGE}, {PACE}/s, {name} (floor: GET /v1/me)");
        report.beside(what, "ms", &of(&pages, which), &of(&floors, which));
    }
    service.stop().await;
    scratch.drop().await
}

/// Waits until the page of each account shows both of its requests.
async fn shown(service: &Process, tokens: &[String]) -> anyhow::Result<()> {
    let (began, mut connection) = (Instant::now(), service.connect().await?);
    for token in tokens {
        while connection.browse(PAGE, token).await?.matches("<li id=\"req_").count() < 2 {
            ensure!(began.elapsed() < PATIENCE, "the requests are not shown");
            sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// Visits at a steady pace, for a round.
async fn round(
    service: &Process,
    tokens: &Arc<[String]>,
    visit: Visit,
    effort: Effort,
) -> anyhow::Result<Round> {
    let (host, tokens) = (service.host().to_owned(), Arc::clone(tokens));
    // One thread of its own: what the service does delays no visit.
    let visiting = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(visits(&host, &tokens, visit, effort.round))
    });
    let mut times = visiting.await??;
    ensure!(!times.is_empty(), "a round is too short for a visit");
    times.sort_by(f64::total_cmp);
    let at = |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or(f64::NAN);
    Ok(Round { p50: at(50), p99: at(99) })
}

async fn visits(host: &str, tokens: &[String], visit: Visit, length: Duration) -> anyhow::Result<Vec<f64>> {
    let began = Instant::now() + Duration::from_millis(100);
    let own = (0..CONNECTIONS).map(|first| own_visits(host, tokens, visit, first, began, length));
    Ok(try_join_all(own).await?.concat())
}

/// Every so many-th visit, over one connection.
async fn own_visits(
    host: &str,
    tokens: &[String],
    visit: Visit,
    first: u32,
    began: Instant,
    length: Duration,
) -> anyhow::Result<Vec<f64>> {
    let (mut connection, mut times) = (Connection::open(host).await?, Vec::new());
    for number in (first..).step_by(CONNECTIONS as usize) {
        let moment = Duration::from_secs(1) / PACE * number;
        if moment >= length {
            break;
        }
        let token = tokens.get(number as usize % tokens.len()).context("there is nobody")?;
        sleep_until(began + moment).await;
        visit.make(&mut connection, token).await?;
        times.push((began + moment).elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}
