//! The shared state of all routes: stores, settings, caches, and the [capacity](crate::capacity) of this process.

mod coverage;
mod last_writes;

pub(crate) use coverage::Coverage;
pub(crate) use last_writes::LastWrites;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use catalogue::Catalogue;
use domain::account::Preferences;
use domain::law::{Laws, Place};
use domain::privacy_request::SourceName;
use domain::{RequestId, SessionId};
use event_store::EventStore;
use event_store::records::session::Sessions;
use event_store::usage::Project;
use ipnet::IpNet;
use metrics_exporter_prometheus::PrometheusHandle;
use moka::future::Cache;
use projections::Views;
use sealed_objects::SealedObjectStore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::capacity::{Bodies, Paces, Parsing, Places, RefusedUsage, Streams};
use crate::look::Look;
use crate::mailbox::Mailbox;
use crate::network::{ForwardedHeader, UnreadAddresses};
use crate::password::Passwords;
use crate::session_cookie::SessionCookie;
use crate::webauthn::RelyingParty;

/// How long a project's token is taken to stay its token without asking again.
const PROJECT_LIFE: Duration = Duration::from_secs(10);
/// How long a network stays barred without asking again.
const BARRED_LIFE: Duration = Duration::from_secs(1);
/// How long what the process depends on is taken to work, or not, for callers from outside.
const READY_LIFE: Duration = Duration::from_millis(200);
/// How long the parts of an archive that one session fetches piece by piece count as one download.
const DOWNLOAD_LIFE: Duration = Duration::from_secs(6 * 60 * 60);

/// Settings of the API.
pub struct ApiConfig {
    /// The address people and programs reach the service at. Links are made from it alone, never from
    /// what a request says. `https` makes cookies `Secure` and turns on HSTS.
    pub public_url: Url,
    /// How long an erasure can be cancelled before it starts.
    pub cooling_off: chrono::Duration,
    /// Whether every account must have a second factor.
    pub demands_second_factor: bool,
    /// How long the holder can object to a removal of the second factor before it is carried out.
    pub factor_removal_wait: chrono::Duration,
    /// The laws that a request can be made under.
    pub laws: Laws,
    /// Where the controller is: its days and holidays count for legal periods.
    pub place: Place,
    /// How long after its completion the sources of an erasure are read again.
    pub later_readings: Vec<chrono::Duration>,
    /// The privacy policy in force, for consent records (GDPR Art. 7(1)).
    pub policy_version: String,
    /// The switches a new account begins with.
    pub default_preferences: Preferences,
    /// The data sources of an export, in stages.
    pub export_stages: Vec<Vec<SourceName>>,
    /// The data sources of an erasure, in stages.
    pub erasure_stages: Vec<Vec<SourceName>>,
    /// Networks of proxies whose word is taken for where a request comes from.
    pub proxies: Vec<IpNet>,
    /// In which header they say it.
    pub forwarded_header: ForwardedHeader,
    /// How long a gateway may take what it was told of a credential for true, in seconds.
    pub introspection_max_age: u32,
    /// How the pages look.
    pub look: Look,
    /// What they say.
    pub catalogue: Catalogue,
    /// What went out to people, where everybody who reaches the service may read it; none where that may not be.
    pub mailbox: Option<Arc<dyn Mailbox>>,
}

/// Something that must work before this process can serve.
#[async_trait]
pub trait ReadinessCheck: Send + Sync {
    /// Its name in the answer of `/readyz` on the listener of the process's own.
    fn name(&self) -> &'static str;

    /// Whether it works; if not, why, in words for those who run the service.
    ///
    /// # Errors
    /// When it does not work.
    async fn check(&self) -> Result<(), String>;
}

/// What tells how a process is, whatever it does. Clones share everything.
#[derive(Clone)]
pub struct Vitals {
    /// What happened.
    pub store: EventStore,
    /// What must work besides the database before this process can serve.
    pub readiness: Vec<Arc<dyn ReadinessCheck>>,
    /// The process's metrics.
    pub metrics: PrometheusHandle,
    /// Cancelled when the process shall stop: streams of events end, `/readyz` says no.
    pub shutdown: CancellationToken,
    /// Whether requests are served yet: not before the database is there and its schema up to date.
    pub open: watch::Receiver<bool>,
}

/// What the routes ask.
pub struct Dependencies {
    /// How this process is.
    pub vitals: Vitals,
    /// What it looks like now.
    pub views: Views,
    /// Where archives lie, sealed.
    pub archives: SealedObjectStore,
    /// Settings of the API.
    pub config: ApiConfig,
}

/// A handle to all of it; clones share everything.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) store: EventStore,
    pub(crate) views: Views,
    pub(crate) archives: SealedObjectStore,
    pub(crate) config: ApiConfig,
    pub(crate) vitals: Vitals,
    /// Networks that have shown too many wrong tokens, and for how long they may show no more.
    pub(crate) barred: Cache<String, Duration>,
    /// Whether what this process depends on works.
    pub(crate) ready: Cache<(), bool>,
    pub(crate) passwords: Passwords,
    /// What each account last wrote through this process.
    pub(crate) last_writes: LastWrites,
    /// Which archive a session has begun to fetch: what continues is not a new download.
    pub(crate) downloads: Cache<(SessionId, RequestId), Arc<Coverage>>,
    /// Projects by their public token.
    pub(crate) projects: Cache<String, Project>,
    pub(crate) cookie: SessionCookie,
    /// The origin (RFC 6454) of our own pages.
    pub(crate) own_origin: String,
    /// The service as authenticators know it; none where browsers let no passkey be used.
    pub(crate) relying_party: Option<RelyingParty>,
    /// Requests that may be at work.
    pub(crate) places: Places,
    /// Memory for bodies.
    pub(crate) bodies: Bodies,
    pub(crate) parsing: Parsing,
    /// Usage that was read in vain.
    pub(crate) refused_usage: RefusedUsage,
    /// Client addresses of trusted proxies that could not be read.
    pub(crate) unread_addresses: UnreadAddresses,
    pub(crate) streams: Streams,
    /// What is limited in this process alone.
    pub(crate) paces: Paces,
    /// The session that belongs to each token shown.
    pub(crate) sessions: Sessions,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    pub(crate) fn new(dependencies: Dependencies) -> Self {
        let Dependencies { vitals, views, archives, config } = dependencies;
        Self(Arc::new(Shared {
            barred: Cache::builder().max_capacity(100_000).time_to_live(BARRED_LIFE).build(),
            ready: Cache::builder().max_capacity(1).time_to_live(READY_LIFE).build(),
            passwords: Passwords::default(),
            last_writes: LastWrites::default(),
            downloads: Cache::builder().max_capacity(100_000).time_to_live(DOWNLOAD_LIFE).build(),
            projects: Cache::builder().max_capacity(10_000).time_to_live(PROJECT_LIFE).build(),
            cookie: SessionCookie::new(config.public_url.scheme() == "https"),
            own_origin: config.public_url.origin().ascii_serialization(),
            relying_party: RelyingParty::of(&config.public_url),
            places: Places::default(),
            bodies: Bodies::default(),
            parsing: Parsing::default(),
            refused_usage: RefusedUsage::default(),
            unread_addresses: UnreadAddresses::default(),
            streams: Streams::default(),
            paces: Paces::default(),
            sessions: vitals.store.sessions(),
            store: vitals.store.clone(),
            views,
            archives,
            config,
            vitals,
        }))
    }

    /// Whether people reach us over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.config.public_url.scheme() == "https"
    }
}
