//! What a process serves over HTTP: the interface, or only how it is.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::{ApiConfig, ConnectionLimits, Dependencies, ReadinessCheck, Vitals};
use domain::account::Preferences;
use domain::privacy_request::Kind;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Foundation, GRACE};
use crate::cli::{ApiOptions, Consent};
use crate::system;

/// How long an erasure can be cancelled where nobody says otherwise.
const COOLING_OFF: Duration = Duration::from_secs(24 * 60 * 60);

/// Connections where no number is given: each takes some tens of kibibytes at worst.
const MOST_CONNECTIONS: usize = 4_096;
/// Fewer are of no use.
const FEWEST_CONNECTIONS: usize = 16;
/// Files that the process needs besides: connections to servers, archives.
const OTHER_FILES: usize = 256;
/// Connections of those who ask only how the process is.
const PROBES: usize = 64;

/// The running interface.
pub struct Http {
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
    open: watch::Sender<bool>,
}

impl Http {
    /// Takes the port that `option` names.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
        TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}: end what listens there, or choose another with {option}")
        })
    }

    /// Starts answering: 503 until [`open`](Self::open).
    ///
    /// # Errors
    /// When metrics cannot be recorded.
    pub fn start(
        listener: TcpListener,
        on: &Foundation,
        config: ApiConfig,
        limits: ConnectionLimits,
        readiness: Vec<Arc<dyn ReadinessCheck>>,
    ) -> anyhow::Result<Self> {
        let (stop, open) = (CancellationToken::new(), watch::Sender::new(false));
        let router = api::router(Dependencies {
            vitals: vitals(on, readiness, &stop, &open)?,
            views: on.views.clone(),
            archives: on.archives.clone(),
            config,
        });
        let task = tokio::spawn(api::serve(listener, router, limits, stop.clone()));
        Ok(Self { stop, task, open })
    }

    /// Starts telling how the process is, and nothing else: not ready until [`open`](Self::open).
    ///
    /// # Errors
    /// When metrics cannot be recorded.
    pub fn start_vitals(
        listener: TcpListener,
        on: &Foundation,
        readiness: Vec<Arc<dyn ReadinessCheck>>,
    ) -> anyhow::Result<Self> {
        let (stop, open) = (CancellationToken::new(), watch::Sender::new(false));
        let router = api::vitals_router(vitals(on, readiness, &stop, &open)?);
        let limits = ConnectionLimits { total: PROBES, per_address: PROBES, trusted: Vec::new() };
        let task = tokio::spawn(api::serve(listener, router, limits, stop.clone()));
        Ok(Self { stop, task, open })
    }

    /// From now on requests are served.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Takes no new requests, and returns when those under way are answered.
    pub async fn stop(mut self) {
        self.stop.cancel();
        match tokio::time::timeout(GRACE, &mut self.task).await {
            Ok(Ok(Ok(()))) => {}
            Ok(ended) => tracing::error!(?ended, "the HTTP interface did not end well"),
            Err(_) => {
                tracing::warn!(grace = ?GRACE, "requests that took too long were cut");
                self.task.abort();
            }
        }
    }
}

fn vitals(
    on: &Foundation,
    readiness: Vec<Arc<dyn ReadinessCheck>>,
    stop: &CancellationToken,
    open: &watch::Sender<bool>,
) -> anyhow::Result<Vitals> {
    Ok(Vitals {
        store: on.store.clone(),
        readiness,
        metrics: super::metrics::recorder()?,
        shutdown: stop.clone(),
        open: open.subscribe(),
    })
}

/// How many connections the interface takes.
///
/// # Errors
/// When the system does not tell how many files may be open, or lets too few be.
pub fn connection_limits(options: &ApiOptions) -> anyhow::Result<ConnectionLimits> {
    let files = system::raise_file_limit().context("the limit on open files cannot be had")?;
    let room = usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES);
    let wanted = options.max_connections.map_or(MOST_CONNECTIONS.min(room), NonZeroUsize::get);
    anyhow::ensure!(
        room >= wanted.max(FEWEST_CONNECTIONS),
        "the process may have {files} files open, of which it needs {OTHER_FILES} itself: raise the limit (ulimit -n, \
         LimitNOFILE), or lower --max-connections"
    );
    let per_address = options.max_connections_per_address.get();
    Ok(ConnectionLimits { total: wanted, per_address, trusted: options.trusted_proxies.clone() })
}

/// The interface's configuration.
///
/// # Errors
/// When an option makes no sense.
pub fn api_config(options: &ApiOptions, public_url: Url) -> anyhow::Result<ApiConfig> {
    let on = options.consent == Consent::OptOut;
    let cooling_off = options.erasure_cooling_off.map_or(COOLING_OFF, Into::into);
    let cooling_off = chrono::Duration::from_std(cooling_off).context("--erasure-cooling-off is too long")?;
    Ok(ApiConfig {
        public_url,
        cooling_off,
        holidays: options.holidays.iter().copied().collect(),
        policy_version: options.policy_version.clone(),
        default_preferences: Preferences { personalization: on, usage_logging: on },
        export_stages: workers::sources::stages(Kind::Export),
        erasure_stages: workers::sources::stages(Kind::Erasure),
        proxies: options.trusted_proxies.clone(),
        introspection_max_age: u32::try_from(options.introspection_max_age.as_secs()).unwrap_or(u32::MAX),
    })
}
