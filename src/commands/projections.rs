//! `projections`: how the read models are getting on, rebuilding one, and trying again what could not be
//! taken. All of it may be done beside a running program, and be broken off at any moment.

use anyhow::{Context, bail, ensure};
use event_store::postgres::role;
use indicatif::{ProgressBar, ProgressStyle};
use projections::parked::{self, Retried};
use projections::rebuild::{Phase, Progress, Start};
use projections::status::{self, Rebuilding, Status};

use crate::cli::{ReaderOptions, RebuildOptions, RetryOptions};
use crate::composition::Reader;
use crate::logging::say;

pub(super) async fn list(options: &ReaderOptions) -> anyhow::Result<()> {
    let reader = Reader::open(options).await?;
    let list = status::list(&reader.store).await;
    reader.close().await;
    let list = list?;
    say(row(&["NAME", "POSITION", "BEHIND", "PARKED", "REBUILD"]));
    for one in list {
        say(line(&one));
    }
    Ok(())
}

fn line(status: &Status) -> String {
    let behind = format!("{} ({:.1} s)", status.lag_events, status.lag_seconds);
    let rebuild = match &status.rebuild {
        Some(rebuild) => told(rebuild),
        None if status.outdated => "due: this release folds otherwise".to_owned(),
        None => "-".to_owned(),
    };
    let (position, parked) = (status.position.to_string(), status.parked.to_string());
    row(&[&status.name, &position, &behind, &parked, &rebuild])
}

fn told(rebuild: &Rebuilding) -> String {
    let done = 100 * rebuild.position / rebuild.head.max(1);
    let how = if rebuild.under_way { "under way" } else { "broken off: run it again" };
    format!("{done} % ({} of {}), {how}", rebuild.position, rebuild.head)
}

fn row([name, position, behind, parked, rebuild]: &[&str; 5]) -> String {
    format!("{name:<18}{position:>12}  {behind:>18}  {parked:>8}  {rebuild}")
}

pub(super) async fn rebuild(options: &RebuildOptions) -> anyhow::Result<()> {
    let projection = projections::find(&options.name).with_context(|| unknown(&options.name))?;
    let start = if options.anew { Start::Anew } else { Start::Resume };
    let database_url = options.owner.owner_url.clone().or_else(|| options.reader.database_url.clone());
    let reader = Reader::open(&ReaderOptions { database_url, ..options.reader.clone() }).await?;
    if !role::may_migrate(reader.store.pool()).await? {
        reader.close().await;
        bail!(
            "a rebuild makes tables, which the role that DATABASE_URL names may not: give --owner-url, with the owner of the \
             database in it"
        );
    }
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{msg:<9} {wide_bar} {human_pos} of {human_len} events, {eta} left",
    )?);
    let mut report = |progress| show(&bar, progress);
    let rebuilt = projections::rebuild(&reader.store, &*projection, start, &mut report).await;
    bar.finish_and_clear();
    reader.close().await;
    let position = rebuilt.with_context(|| format!("{} was not rebuilt", options.name))?;
    say(format!("{} was rebuilt from {position} events and took the place of the live one.", options.name));
    Ok(())
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.head.unsigned_abs());
    bar.set_position(progress.position.unsigned_abs());
    bar.set_message(match progress.phase {
        Phase::Filling => "filling",
        Phase::Indexing => "indexing",
        Phase::Swapping => "swapping",
    });
}

pub(super) async fn retry(options: &RetryOptions) -> anyhow::Result<()> {
    let projections = match &options.name {
        Some(name) => vec![projections::find(name).with_context(|| unknown(name))?],
        None => projections::all(),
    };
    let reader = Reader::open(&options.reader).await?;
    let mut still_parked = 0;
    let mut retried = Ok(());
    for projection in projections {
        match parked::retry(&reader.store, &*projection).await {
            Ok(one) => {
                say(outcome(projection.name(), one));
                still_parked += one.still_parked;
            }
            Err(error) => {
                retried = Err(error).with_context(|| format!("{} was not tried again", projection.name()));
                break;
            }
        }
    }
    reader.close().await;
    retried?;
    ensure!(still_parked == 0, "some events still cannot be taken: GET /v1/admin/parked-events says why");
    Ok(())
}

fn outcome(name: &str, retried: Retried) -> String {
    let Retried { streams, still_parked, folded } = retried;
    format!(
        "{name}: {streams} parked streams tried, {folded} events folded, {still_parked} streams stay parked"
    )
}

fn unknown(name: &str) -> String {
    let all = projections::all();
    let names: Vec<&str> = all.iter().map(|projection| projection.name()).collect();
    format!("there is no read model {name}; there are: {}", names.join(", "))
}
