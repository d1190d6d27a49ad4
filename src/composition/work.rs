//! The workers of a process.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use event_store::read_private;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use workers::jobs::{Consumer, Poller};
use workers::messages::mail::{Dkim, Letterhead, Outbox, Sender};
use workers::messages::phone::Phone;
use workers::nats::Access;
use workers::privacy_requests::archive::Statements;
use workers::privacy_requests::sources::{AccountSource, ArchivesSource, UsageSource};
use workers::scheduler::Schedules;
use workers::{
    Bus, BusConfig, DataSource, DropDirectories, MessageDispatcher, Relay, Scheduler, Sources, WorkerContext,
};

use super::nats_care::care;
use super::{AppContext, Network};
use crate::cli::{BusOptions, DkimOptions, WorkerOptions};
use embedded_servers::NatsServer;

/// Every second, every minute, and once an hour.
const TIMETABLE: [&str; 3] = ["* * * * * *", "0 * * * * *", "0 17 * * * *"];

/// The running workers.
pub struct Work {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A connection to NATS, which may still be away.
///
/// # Errors
/// When the URL makes no sense.
pub async fn bus(network: &Network, url: &str, options: &BusOptions) -> anyhow::Result<Bus> {
    Bus::connect(bus_config(network, url, options)?).await.context("NATS cannot be used")
}

/// How NATS is reached.
pub(super) fn bus_config(network: &Network, url: &str, options: &BusOptions) -> anyhow::Result<BusConfig> {
    Ok(BusConfig {
        url: url.to_owned(),
        subjects: options.nats_prefix.clone(),
        replicas: options.nats_replicas,
        access: Access {
            nkey_file: options.nats_nkey_file.clone(),
            credentials_file: options.nats_credentials_file.clone(),
            ca_file: options.nats_ca_file.clone(),
        },
        tls: network.nats_needs_tls(url)?,
    })
}

impl Work {
    /// What the jobs work with.
    ///
    /// # Errors
    /// When an option makes no sense.
    pub fn worker_context(
        on: &AppContext,
        network: &Network,
        options: &WorkerOptions,
        statements: Statements,
        letterhead: Letterhead,
        data_dir: Option<&Path>,
    ) -> anyhow::Result<WorkerContext> {
        let AppContext { store, views, archives, erasures } = on.clone();
        let (outbox, phone) = (outbox(network, options, &letterhead, data_dir)?, phone(options, data_dir)?);
        let drop_directories = DropDirectories::new(
            outbox.drop_directory(),
            phone.as_ref().and_then(Phone::drop_directory),
            options.directory_retention.into(),
        );
        let sources: Vec<Arc<dyn DataSource>> = vec![
            Arc::new(AccountSource::new(erasures.clone(), views.clone(), drop_directories.clone())),
            Arc::new(UsageSource::new(erasures.clone())),
            Arc::new(ArchivesSource::new(erasures.clone(), views.clone())),
        ];
        Ok(WorkerContext {
            outbox,
            phone,
            drop_directories,
            sources: Sources::from_iter(sources),
            statements: Arc::new(statements),
            store,
            views,
            archives,
            erasures,
            letterhead,
        })
    }

    /// Finds out whether the options make sense; nothing is made and no server is spoken to.
    ///
    /// # Errors
    /// When one does not.
    pub(super) fn check(
        network: &Network,
        options: &WorkerOptions,
        letterhead: &Letterhead,
        data_dir: &Path,
    ) -> anyhow::Result<()> {
        outbox(network, options, letterhead, Some(data_dir))?;
        phone(options, Some(data_dir))?;
        Ok(())
    }

    /// Starts them.
    ///
    /// # Errors
    /// When the timetable makes no sense.
    pub fn start(ctx: &WorkerContext, bus: &Bus, concurrency: usize) -> anyhow::Result<Self> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let [timers, sweep, housekeeping] = TIMETABLE;
        let timetable = Schedules::parse(timers, sweep, housekeeping)?;
        tasks.spawn(Relay::new(ctx.store.clone(), bus.clone()).run(stop.clone()));
        let WorkerContext { store, outbox, phone, letterhead, .. } = ctx.clone();
        tasks.spawn(MessageDispatcher::new(store, outbox, phone, letterhead).run(stop.clone()));
        tasks.spawn(ctx.drop_directories.clone().sweep_until(ctx.store.services().clone(), stop.clone()));
        let scheduler = Scheduler::new(ctx.store.clone(), ctx.views.clone(), bus.clone(), timetable);
        tasks.spawn(scheduler.run(stop.clone()));
        let (store, watched) = (ctx.store.clone(), bus.clone());
        tasks.spawn(workers::nats::watch(watched, store, stop.clone()));
        tasks.spawn(Poller::new(ctx.clone(), bus.clone(), concurrency).run(stop.clone()));
        for _ in 0..concurrency {
            tasks.spawn(Consumer::new(ctx.clone(), bus.clone()).run(stop.clone()));
        }
        tasks.close();
        Ok(Self { stop, tasks })
    }

    /// Starts this nats-server again whenever it runs and cannot be used.
    pub(super) fn see_to(&self, bus: &Bus, server: NatsServer) {
        self.tasks.spawn(care(bus.clone(), server, self.stop.clone()));
    }

    /// Stops them: jobs under way are finished, or given back after a grace.
    pub async fn stop(self) {
        self.stop.cancel();
        super::within_grace("workers", self.tasks.wait()).await;
    }
}

fn outbox(
    network: &Network,
    options: &WorkerOptions,
    letterhead: &Letterhead,
    data_dir: Option<&Path>,
) -> anyhow::Result<Outbox> {
    let url = options.mail.clone().or_else(|| below(data_dir, "mail"));
    let url = url.context("no way to send mail: give --mail smtp://… or --mail directory:PATH")?;
    let from = match &options.mail_from {
        Some(from) => {
            from.parse().context("--mail-from is no mailbox such as \"Name <name@example.com>\"")?
        }
        None => Sender::of(letterhead)
            .context("no mail can come from the host of the public URL: give --mail-from")?,
    };
    let from = signed(from.answered_at(letterhead.contact()), &options.dkim)?;
    Outbox::from_url(&network.mail(&url)?, from).context("--mail cannot be used")
}

/// The sender, its mail signed where there is a key for that.
fn signed(from: Sender, options: &DkimOptions) -> anyhow::Result<Sender> {
    let (Some(path), Some(selector)) = (&options.dkim_key_file, &options.dkim_selector) else {
        return Ok(from);
    };
    let pem = read_private(path, "DKIM key")?;
    let domain = options.dkim_domain.as_deref().unwrap_or(from.domain());
    let dkim = Dkim::new(&pem, domain, selector)
        .with_context(|| format!("mail cannot be signed with {} (--dkim-key-file)", path.display()))?;
    Ok(from.signing(dkim))
}

/// None for a worker on its own that was given no way: the message dispatcher says what that means.
fn phone(options: &WorkerOptions, data_dir: Option<&Path>) -> anyhow::Result<Option<Phone>> {
    let url = options.phone.clone().or_else(|| below(data_dir, "phone"));
    url.map(|url| Phone::from_url(&url)).transpose().context("--phone cannot be used")
}

fn below(data_dir: Option<&Path>, name: &str) -> Option<String> {
    data_dir.map(|folder| format!("directory:{}", folder.join(name).display()))
}
