//! The program over HTTP, as a process of its own: a command and a read, by many account holders who are signed in.
//!
//! Everything happens on the same cores: the database, the program, and its clients. Beside it stand what the
//! database does at best for a command (one-row `INSERT` commits) and what HTTP does at best for a read (a handler
//! that does nothing, in a process of its own as well).

mod connection;
mod process;
mod seed;
mod settings;

pub(crate) use settings::measure as measure_settings;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use futures::future::try_join_all;

use crate::Effort;
use crate::floor::Floor;
use crate::report::Report;
use crate::rounds::rate;
use crate::scratch::Server;
use connection::Connection;
use process::Process;
use seed::{Holder, Holders, seed};

/// Connections that each send one request after the other.
const CONNECTIONS: [usize; 3] = [1, 8, 32];
/// Commands of one session, at most: the service grants 200 at a stretch, to a benchmark as to everyone.
const MAX_COMMANDS: usize = 190;
/// Accounts of each history, whose turns come one after the other.
const LIVES: usize = 4;
/// Events of an account with a long history, and of one with a short.
const HISTORIES: [usize; 2] = [10, 1_000];

/// How to start what is measured.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The program itself; it is started with the arguments of its own roles.
    pub program: std::path::PathBuf,
}

pub(crate) async fn measure(
    server: &Server,
    programs: &Programs,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let scratch = server.migrated().await?;
    let holders = Arc::new(seed(&scratch, effort.accounts).await?);
    let service = Process::service(programs, &scratch, &holders.master_key).await?;
    let bare = Process::bare(programs).await?;
    for connections in CONNECTIONS {
        commands(server, &service, &holders, connections, effort, report).await?;
        reads(&service, &bare, &holders, connections, effort, report).await?;
    }
    histories(&scratch, &service, effort, report).await?;
    service.stop().await;
    bare.stop().await;
    scratch.drop().await
}

/// `PUT /v1/me/preferences`: each turns a switch, and so is an event.
async fn commands(
    server: &Server,
    service: &Process,
    holders: &Arc<Holders>,
    connections: usize,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let floor = Arc::new(Floor::prepare(server, u32::try_from(connections)?).await?);
    let (mut commands, mut inserts, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        inserts.push({
            let floor = floor.clone();
            let ids = server.services().ids.clone();
            rate(connections, effort.round, move |_, _| {
                let (floor, id) = (floor.clone(), ids.uuid());
                async move { floor.insert(id).await }
            })
            .await?
        });
        let (per_second, p99) = load(service, holders, connections, &SWITCH, effort).await?;
        commands.push(per_second);
        slowest.push(p99);
    }
    let what = format!("http: PUT /v1/me/preferences, {connections} connections");
    report.beside(format!("{what} (floor: one-row INSERT commits)"), "/s", &commands, &inserts);
    report.alone(format!("{what}, 99th percentile"), "ms", &slowest);
    if let Some(floor) = Arc::into_inner(floor) {
        floor.drop().await?;
    }
    Ok(())
}

/// `GET /v1/me`.
async fn reads(
    service: &Process,
    bare: &Process,
    holders: &Arc<Holders>,
    connections: usize,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let (mut reads, mut nothings, mut slowest) = (Vec::new(), Vec::new(), Vec::new());
    let asked = |path| Asked { method: "GET", path, body: |_| "" };
    for _ in 0..effort.rounds {
        nothings.push(load(bare, holders, connections, &asked("/"), effort).await?.0);
        let (per_second, p99) = load(service, holders, connections, &asked("/v1/me"), effort).await?;
        reads.push(per_second);
        slowest.push(p99);
    }
    let what = format!("http: GET /v1/me, {connections} connections");
    report.beside(format!("{what} (floor: a bare axum handler)"), "/s", &reads, &nothings);
    report.alone(format!("{what}, 99th percentile"), "ms", &slowest);
    Ok(())
}

/// A command on accounts with a long history beside some with a short, one after the other on one connection.
async fn histories(
    scratch: &crate::scratch::Scratch,
    service: &Process,
    effort: Effort,
    report: &mut Report<'_>,
) -> anyhow::Result<()> {
    let [short, long] = HISTORIES;
    let lives = |events| try_join_all((0..LIVES).map(move |_| seed::with_history(scratch, events)));
    let (short_lives, long_lives) = (lives(short).await?, lives(long).await?);
    let (mut shorts, mut longs) = (Vec::new(), Vec::new());
    let (mut one, mut other) = (service.connect().await?, service.connect().await?);
    let began = Instant::now();
    let Asked { method, path, body } = SWITCH;
    for round in 0..MAX_COMMANDS {
        for (short_life, long_life) in short_lives.iter().zip(&long_lives) {
            for (connection, token, times) in
                [(&mut one, short_life, &mut shorts), (&mut other, long_life, &mut longs)]
            {
                let asked = Instant::now();
                connection.ask(method, path, token, body(round % 2 == 1)).await?;
                times.push(asked.elapsed().as_secs_f64() * 1e6);
            }
        }
        if began.elapsed() >= effort.round * 2 {
            break;
        }
    }
    let what = format!("http: PUT /v1/me/preferences, {long} events of history (floor: {short})");
    report.beside(what, "µs", &longs, &shorts);
    Ok(())
}

/// A request that is sent again and again.
#[derive(Clone, Copy)]
struct Asked {
    method: &'static str,
    path: &'static str,
    /// Made of whether the switch is to be on.
    body: fn(bool) -> &'static str,
}

/// Turns the switch of an account, each time to the other side.
const SWITCH: Asked = Asked {
    method: "PUT",
    path: "/v1/me/preferences",
    body: |on| if on { r#"{"personalization": true}"# } else { r#"{"personalization": false}"# },
};

/// Sends a request for one account after the other, over many connections, for a round. How many were answered a
/// second, and how long the slowest hundredth took, in milliseconds.
async fn load(
    process: &Process,
    holders: &Arc<Holders>,
    connections: usize,
    asked: &Asked,
    effort: Effort,
) -> anyhow::Result<(f64, f64)> {
    let (host, holders, asked) = (process.host().to_owned(), Arc::clone(holders), *asked);
    // One thread: the clients cost as little as can be.
    let asking = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let began = Instant::now();
        let share = holders.all.len() / connections;
        let own = holders.all.chunks_exact(share).take(connections);
        let asking = own.map(|own| ask_for(&host, own, asked, began + effort.round));
        let times = runtime.block_on(try_join_all(asking))?.concat();
        anyhow::Ok((times, began.elapsed()))
    });
    let (mut times, elapsed) = asking.await??;
    let per_second = times.len() as f64 / elapsed.as_secs_f64();
    times.sort_by(f64::total_cmp);
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    Ok((per_second, p99))
}

/// Sends it over one connection for one account after the other. How long each took, in milliseconds.
async fn ask_for(host: &str, own: &[Holder], asked: Asked, until: Instant) -> anyhow::Result<Vec<f64>> {
    let Asked { method, path, body } = asked;
    let (mut connection, mut times) = (Connection::open(host).await?, Vec::new());
    for holder in own.iter().cycle() {
        let body = body(!holder.is_on.load(Ordering::Relaxed));
        let sent = Instant::now();
        connection.ask(method, path, &holder.token, body).await?;
        holder.is_on.fetch_xor(!body.is_empty(), Ordering::Relaxed);
        times.push(sent.elapsed().as_secs_f64() * 1e3);
        if Instant::now() >= until {
            break;
        }
    }
    Ok(times)
}
