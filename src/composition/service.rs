//! Everything in one process: what `serve` and `demo` run.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use api::ReadinessCheck;
use async_trait::async_trait;
use event_store::postgres::lease;
use event_store::{Erasures, KeyProvider, usage};
use sealed_objects::SealedObjectStore;
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use workers::Bus;

use super::operators;
use super::{
    AppContext, Http, KeyTasks, LogTasks, Network, Owner, Signing, Work, api_config, bus, connection_limits,
    key_provider,
};
use crate::PROGRAM;
use crate::cli::{ApiOptions, ServeOptions};
use embedded_servers::{Options, Servers};

/// Characters an operator token must have.
const SHORTEST_OPERATOR_TOKEN: usize = 32;

/// Where mails are read that go into a directory.
const MAILBOX: &str = "/settings/mailbox/";

/// A running service.
pub struct Service {
    /// What it stands on.
    pub foundation: AppContext,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where people reach it.
    pub public_url: Url,
    /// Where mails are read, if they may be.
    pub mailbox: Option<Url>,
    /// The token that lets usage of the house project in.
    pub house_token: String,
    /// The operator token, if it was made just now: it cannot be shown again.
    pub new_operator_token: Option<SecretString>,
    http: Http,
    key_tasks: KeyTasks,
    log_tasks: LogTasks,
    work: Work,
    signing: Signing,
    servers: Servers,
}

impl Service {
    /// Starts everything and returns when requests are served.
    ///
    /// # Errors
    /// When something is in the way; nothing is left running then.
    pub async fn start(options: &ServeOptions) -> anyhow::Result<Self> {
        let listener = Http::bind(options.api.listen, "--listen").await?;
        let vitals_listener = Http::bind_vitals(&options.vitals).await?;
        let listen = listener.local_addr()?;
        let public_url = super::public_url(options.api.public_url.as_ref(), listen)?;
        let given = &options.servers;
        let data_dir = std::path::absolute(&given.data_dir)?;
        let archives = match &given.archives {
            Some(url) => url.clone(),
            None => directory_url(&data_dir.join("archives"))?,
        };
        let statements = super::statement(&options.processing, Some(&options.worker), &archives)?;
        super::check_who_answers(&statements, &public_url)?;
        let letterhead = super::letterhead(&options.processing.presence, &statements, &public_url)?;
        super::sense::check(options, &public_url, &letterhead, &data_dir).await?;
        let servers = Servers::start(Options {
            program: PROGRAM,
            data_dir: given.data_dir.clone(),
            source: given.servers,
            postgres: given.database_url.is_none(),
            nats: given.nats_url.is_none(),
            durable: true,
        })
        .await?;
        let url = |given: &Option<String>, own: Option<&str>| given.clone().or(own.map(str::to_owned));
        let database_url = url(&given.database_url, servers.database_url()).context("no database")?;
        let owner_url = url(&given.owner.owner_url, servers.owner_url());
        let nats_url = url(&given.nats_url, servers.nats_url()).context("no NATS")?;

        let network = Network::from(&given.network);
        let keys = key_provider(&given.keys, Some(&data_dir))?;
        let foundation = AppContext::lay_over(&network, &database_url, keys, &archives)?;
        let bus = bus(&network, &nats_url, &given.bus).await?;
        let ctx = Work::worker_context(
            &foundation,
            &network,
            &options.worker,
            statements,
            letterhead,
            Some(&data_dir),
        )?;
        let checks = readiness(&foundation, Some(&bus));
        let (mut config, limits) = (
            api_config(&options.api, &options.processing, public_url.clone())?,
            connection_limits(&options.api)?,
        );
        config.mailbox = super::mailbox::mailbox(&ctx, &options.api, listen, &public_url);
        let mailbox = config.mailbox.as_ref().and_then(|_| public_url.join(MAILBOX).ok());
        let http = Http::start(vitals_listener, &foundation, checks)?;
        let http = http.with_interface(listener, &foundation, config, limits);

        let owner = Owner::at(&network, owner_url.as_ref().unwrap_or(&database_url), &database_url)?;
        let owner = if given.database_url.is_none() { owner.making_the_role() } else { owner };
        foundation.prepare(Some(&owner)).await?;
        if given.database_url.is_none() {
            // The database is ours alone, and so is the data directory: every holder of a lease is dead.
            lease::end_all(foundation.store.pool()).await?;
        }
        let house_token = house_token(&foundation, &options.api).await?;
        let new_operator_token =
            operators::prepare(&foundation.store, options.api.operator_token.as_ref()).await?;
        let key_tasks = KeyTasks::start(&foundation, "serve");
        let log_tasks = LogTasks::start(&foundation.store, &foundation.views);
        let work = Work::start(&ctx, &bus, options.worker.concurrency)?;
        if let Some(server) = servers.nats() {
            work.see_to(&bus, server);
        }
        let signing = Signing::start(&foundation, &options.signing, Some(&data_dir))?;
        LogTasks::catch_up(&foundation.store, &foundation.views).await;
        let alone = given.database_url.is_none();
        log_tasks.see_to_outdated(&foundation.store, alone.then(|| owner.store(&foundation.store)));
        http.open();
        Ok(Self {
            foundation,
            listen,
            public_url,
            mailbox,
            house_token,
            new_operator_token,
            http,
            key_tasks,
            log_tasks,
            work,
            signing,
            servers,
        })
    }

    /// Stops everything in good order: nothing that is under way is cut.
    pub async fn stop(self) {
        self.http.stop().await;
        self.work.stop().await;
        self.signing.stop().await;
        self.log_tasks.stop().await;
        self.key_tasks.stop().await;
        super::within_grace("database", self.foundation.close()).await;
        self.servers.stop().await;
    }
}

pub(super) fn directory_url(path: &std::path::Path) -> anyhow::Result<Url> {
    Url::from_directory_path(path).ok().with_context(|| format!("{} is no usable path", path.display()))
}

/// The token of the house project: the configured one, the one from before, or a new one.
pub(crate) async fn house_token(on: &AppContext, options: &ApiOptions) -> anyhow::Result<String> {
    // Public, and of the form that SDKs of the field expect: 32 hexadecimal digits.
    let fresh = on.store.services().ids.uuid().simple().to_string();
    let project =
        usage::house_project(on.store.pool(), options.house_project_token.as_deref(), &fresh).await?;
    Ok(project.token)
}

/// Refuses an operator token that could be guessed, before anything is started.
pub(crate) fn check_operator_token(options: &ApiOptions) -> anyhow::Result<()> {
    let short = |token: &SecretString| token.expose_secret().len() < SHORTEST_OPERATOR_TOKEN;
    anyhow::ensure!(
        !options.operator_token.as_ref().is_some_and(short),
        "the operator token is too short to be safe: give at least {SHORTEST_OPERATOR_TOKEN} random characters"
    );
    Ok(())
}

/// What must work, besides the database, for a process to be ready.
pub(crate) fn readiness(on: &AppContext, bus: Option<&Bus>) -> Vec<Arc<dyn ReadinessCheck>> {
    let mut checks: Vec<Arc<dyn ReadinessCheck>> = vec![
        Arc::new(ArchivesReady(on.archives.clone())),
        Arc::new(KeysReady(on.store.keys().provider().clone())),
        Arc::new(ErasuresReady(on.erasures.clone())),
    ];
    if let Some(bus) = bus {
        checks.push(Arc::new(NatsReady(bus.clone())));
    }
    checks
}

struct NatsReady(Bus);

#[async_trait]
impl ReadinessCheck for NatsReady {
    fn name(&self) -> &'static str {
        "nats"
    }

    async fn check(&self) -> Result<(), String> {
        self.0.outage().map_or(Ok(()), |outage| {
            let (seconds, why) = (outage.lasts.as_secs(), outage.why);
            Err(format!(
                "{why} (for {seconds} s; workers look for what is due themselves, every few seconds)"
            ))
        })
    }
}

struct KeysReady(Arc<dyn KeyProvider>);

#[async_trait]
impl ReadinessCheck for KeysReady {
    fn name(&self) -> &'static str {
        "keys"
    }

    async fn check(&self) -> Result<(), String> {
        // The cause is not for everybody: it names hosts.
        self.0.ids().await.map(drop).map_err(|_| "the master keys cannot be had".to_owned())
    }
}

struct ErasuresReady(Erasures);

#[async_trait]
impl ReadinessCheck for ErasuresReady {
    fn name(&self) -> &'static str {
        "erasures"
    }

    async fn check(&self) -> Result<(), String> {
        if self.0.is_caught_up() {
            Ok(())
        } else {
            Err("the ledger of erasures was not read yet: it lies in the object store".to_owned())
        }
    }
}

struct ArchivesReady(SealedObjectStore);

#[async_trait]
impl ReadinessCheck for ArchivesReady {
    fn name(&self) -> &'static str {
        "archives"
    }

    async fn check(&self) -> Result<(), String> {
        self.0.check().await.map_err(|error| error.to_string())
    }
}
