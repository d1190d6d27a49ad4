//! What a process serves over HTTP: to everybody the interface, if it has one; on a listener of its own, to those who
//! run it, how it is.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::{ApiConfig, ConnectionLimits, Dependencies, ReadinessCheck, Vitals};
use domain::account::{LONGEST_FACTOR_REMOVAL_WAIT, Preferences};
use domain::law::{Laws, Place};
use domain::privacy_request::Kind;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::presence::{look, texts};
use super::{AppContext, GRACE};
use crate::cli::{ApiOptions, Consent, ProcessingOptions, VitalsOptions};
use crate::logging::say;
use crate::system;

/// The latest reading of the sources of an erasure.
const LONGEST_READING: chrono::Duration = chrono::Duration::days(365);
/// How long an erasure can be cancelled where no other time is configured.
const COOLING_OFF: Duration = Duration::from_secs(24 * 60 * 60);

/// Connections where no number is given: each takes some tens of kibibytes at worst.
const MOST_CONNECTIONS: usize = 4_096;
/// Fewer are of no use.
const FEWEST_CONNECTIONS: usize = 16;
/// Files that the process needs besides: connections to servers, archives.
const OTHER_FILES: usize = 256;
/// Connections of those who ask only how the process is.
const PROBES: usize = 64;

/// What runs of it.
pub struct Http {
    stop: CancellationToken,
    open: watch::Sender<bool>,
    vitals: Vitals,
    tasks: Vec<JoinHandle<std::io::Result<()>>>,
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

    /// Takes the port on which the process tells how it is, and says which one.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn bind_vitals(options: &VitalsOptions) -> anyhow::Result<TcpListener> {
        let listener = Self::bind(options.metrics_listen, "--metrics-listen").await?;
        say(format!("How the process is: http://{}/readyz and /metrics", listener.local_addr()?));
        Ok(listener)
    }

    /// Starts telling how the process is: not ready until [`open`](Self::open).
    ///
    /// # Errors
    /// When metrics cannot be recorded.
    pub fn start(
        vitals_listener: TcpListener,
        on: &AppContext,
        readiness: Vec<Arc<dyn ReadinessCheck>>,
    ) -> anyhow::Result<Self> {
        let (stop, open) = (CancellationToken::new(), watch::Sender::new(false));
        let vitals = Vitals {
            store: on.store.clone(),
            readiness,
            metrics: super::metrics::recorder()?,
            shutdown: stop.clone(),
            open: open.subscribe(),
        };
        let mut http = Self { stop, open, vitals, tasks: Vec::new() };
        let limits = ConnectionLimits { total: PROBES, per_address: PROBES, trusted: Vec::new() };
        let router = api::vitals_router(http.vitals.clone());
        http.run(api::serve(vitals_listener, router, limits, http.stop.clone()));
        Ok(http)
    }

    /// Starts answering everybody: 503 until [`open`](Self::open).
    #[must_use]
    pub fn with_interface(
        mut self,
        listener: TcpListener,
        on: &AppContext,
        config: ApiConfig,
        limits: ConnectionLimits,
    ) -> Self {
        let router = api::router(Dependencies {
            vitals: self.vitals.clone(),
            views: on.views.clone(),
            archives: on.archives.clone(),
            config,
        });
        self.run(api::serve(listener, router, limits, self.stop.clone()));
        self
    }

    fn run(&mut self, serving: impl Future<Output = std::io::Result<()>> + Send + 'static) {
        self.tasks.push(tokio::spawn(serving));
    }

    /// Requests are served from here on.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Takes no new requests, and returns when those under way are answered.
    pub async fn stop(self) {
        self.stop.cancel();
        let cut: Vec<AbortHandle> = self.tasks.iter().map(JoinHandle::abort_handle).collect();
        match tokio::time::timeout(GRACE, futures::future::join_all(self.tasks)).await {
            Ok(ended) => {
                for ended in ended.into_iter().filter(|ended| !matches!(ended, Ok(Ok(())))) {
                    tracing::error!(?ended, "stopping the HTTP server failed");
                }
            }
            Err(_) => {
                tracing::warn!(grace = ?GRACE, "requests still running at shutdown were cut off");
                cut.iter().for_each(AbortHandle::abort);
            }
        }
    }
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
pub fn api_config(
    options: &ApiOptions,
    processing: &ProcessingOptions,
    public_url: Url,
) -> anyhow::Result<ApiConfig> {
    let on = processing.consent == Consent::OptOut;
    let cooling_off = options.erasure_cooling_off.map_or(COOLING_OFF, Into::into);
    let cooling_off = chrono::Duration::from_std(cooling_off).context("--erasure-cooling-off is too long")?;
    let wait = chrono::Duration::from_std(options.factor_removal_wait.into()).ok();
    let factor_removal_wait = wait
        .filter(|wait| *wait <= LONGEST_FACTOR_REMOVAL_WAIT)
        .context("--factor-removal-wait is too long: use 30 days at most")?;
    Ok(ApiConfig {
        public_url,
        cooling_off,
        demands_second_factor: options.demand_second_factor,
        factor_removal_wait,
        laws: Laws::built_in().clone(),
        place: Place::new(&options.controller_time_zone, options.holidays.iter().copied().collect()),
        later_readings: later_readings(&options.erasure_readings)?,
        policy_version: options.policy_version.clone(),
        default_preferences: Preferences { personalization: on, usage_logging: on },
        export_stages: workers::privacy_requests::sources::stages(Kind::Export),
        erasure_stages: workers::privacy_requests::sources::stages(Kind::Erasure),
        proxies: options.trusted_proxies.clone(),
        forwarded_header: options.forwarded_header.into(),
        introspection_max_age: u32::try_from(options.introspection_max_age.as_secs()).unwrap_or(u32::MAX),
        look: look(&processing.presence)?,
        catalogue: texts(&processing.presence)?,
        mailbox: None,
    })
}

/// When the sources of an erasure are read again: later and later, within [`LONGEST_READING`].
fn later_readings(after: &[humantime::Duration]) -> anyhow::Result<Vec<chrono::Duration>> {
    let read = |after: &humantime::Duration| chrono::Duration::from_std(**after).ok();
    let readings: Option<Vec<_>> = after.iter().map(read).collect();
    readings
        .filter(|readings| readings.is_sorted() && readings.iter().all(|after| *after <= LONGEST_READING))
        .context("--erasure-readings must be in order, and none later than 365days: as 1day,7days")
}
