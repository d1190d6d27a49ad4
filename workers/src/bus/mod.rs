//! NATS: two JetStream streams and how they are reached.
//!
//! *Jobs* is a work queue: a message wakes one worker and is gone when it is acknowledged. *Events*
//! is for anyone to follow: ids of what happened, no personal data, kept for a week. Both can be
//! lost without losing anything: they are made again when they are missing, and the scheduler finds
//! what should have moved.

mod subjects;

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, context::PublishAckFuture};
use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use bytes::Bytes;
use domain::RequestId;
use event_store::tail::Fact;
use projections::timer::DueTimer;
use serde_json::json;

pub use subjects::{InvalidPrefix, Subjects};

/// A message not acknowledged for so long is given to another worker.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(30);
/// How often a message is tried before the job counts as stalled.
pub(crate) const MAX_DELIVER: i64 = 8;
/// How many messages may be out at once, those that wait for another try included: enough that requests
/// which cannot move do not stand in the way of those that can.
const MAX_ACK_PENDING: i64 = 100_000;
/// How long a repeat of a message is recognised.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(300);
/// How long events can be followed back.
const EVENTS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a wake-up that nobody takes is kept; the sweep sends another.
const JOBS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the server may take to confirm.
const PATIENCE: Duration = Duration::from_secs(5);

/// How NATS is reached.
#[derive(Clone, Debug)]
pub struct BusConfig {
    /// `nats://…` or `tls://…`, with credentials if need be.
    pub url: String,
    /// The first word of every subject and stream of ours.
    pub subjects: Subjects,
    /// How many servers of the cluster keep each stream.
    pub replicas: usize,
    /// Whether servers are spoken to over TLS alone, also where the URL does not say so.
    pub tls: bool,
}

/// The hosts that a URL names, without those of servers it speaks to over TLS anyhow.
///
/// # Errors
/// When the URL is no NATS URL.
pub fn plain_hosts(url: &str) -> Result<Vec<String>, BusError> {
    let servers = server_addresses(url)?;
    Ok(servers
        .iter()
        .filter(|server| !server.tls_required())
        .map(|server| server.host().to_owned())
        .collect())
}

/// The servers of a URL, or of several with commas between them.
fn server_addresses(urls: &str) -> Result<Vec<ServerAddr>, BusError> {
    urls.split(',').map(|url| url.trim().parse().map_err(BusError::Url)).collect()
}

/// The credentials in the first URL: a user and a password, or a token alone. The client by itself
/// takes none from a URL.
fn credentials(servers: &[ServerAddr]) -> ConnectOptions {
    let first = servers.first();
    match first.and_then(|server| Some((server.username()?, server.password()))) {
        Some((user, Some(password))) => {
            ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned())
        }
        Some((token, None)) => ConnectOptions::with_token(token.to_owned()),
        None => ConnectOptions::new(),
    }
}

/// A failure of NATS: waiting and trying again is always right.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The address makes no sense.
    #[error("NATS_URL is no address such as nats://user:password@host:4222")]
    Url(#[source] std::io::Error),
    /// The server cannot be asked.
    #[error("NATS cannot be reached")]
    Connect(#[source] async_nats::ConnectError),
    /// A stream or consumer could not be had.
    #[error("JetStream refused {0}")]
    Refused(&'static str, #[source] BoxError),
    /// A message was not confirmed.
    #[error("NATS did not confirm a message")]
    Unconfirmed(#[source] BoxError),
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A handle to NATS; clones share the connection.
#[derive(Clone)]
pub struct Bus {
    client: Client,
    context: jetstream::Context,
    config: BusConfig,
}

impl Bus {
    /// Connects in the background: the server may still be away, or go away and come back.
    ///
    /// # Errors
    /// When the URL is no NATS URL.
    pub async fn connect(config: BusConfig) -> Result<Self, BusError> {
        let servers = server_addresses(&config.url)?;
        let client = credentials(&servers)
            .name("personal-settings")
            .retry_on_initial_connect()
            .connection_timeout(PATIENCE)
            .require_tls(config.tls)
            .connect(&servers)
            .await
            .map_err(BusError::Connect)?;
        let context =
            jetstream::ContextBuilder::new().timeout(PATIENCE).ack_timeout(PATIENCE).build(client.clone());
        Ok(Self { client, context, config })
    }

    /// Whether the connection stands.
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Makes the streams unless they are there.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub async fn ensure_streams(&self) -> Result<(), BusError> {
        let subjects = &self.config.subjects;
        let stream = |name: String, subject: String, retention, max_age| Config {
            name,
            subjects: vec![subject],
            retention,
            max_age,
            storage: StorageType::File,
            discard: DiscardPolicy::Old,
            duplicate_window: DUPLICATE_WINDOW,
            num_replicas: self.config.replicas,
            ..Config::default()
        };
        let jobs = stream(subjects.jobs_stream(), subjects.all_jobs(), RetentionPolicy::WorkQueue, JOBS_KEPT);
        let events =
            stream(subjects.events_stream(), subjects.all_events(), RetentionPolicy::Limits, EVENTS_KEPT);
        for config in [jobs, events] {
            let made = self.context.get_or_create_stream(config).await;
            made.map_err(|error| BusError::Refused("a stream", error.into()))?;
        }
        Ok(())
    }

    /// The consumer that all workers share.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub async fn job_consumer(&self) -> Result<PullConsumer, BusError> {
        let config = pull::Config {
            durable_name: Some("advance".to_owned()),
            description: Some("advance privacy requests".to_owned()),
            filter_subject: self.config.subjects.advance(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_deliver: MAX_DELIVER,
            max_ack_pending: MAX_ACK_PENDING,
            ..pull::Config::default()
        };
        let made = self.context.create_consumer_on_stream(config, self.config.subjects.jobs_stream()).await;
        made.map_err(|error| BusError::Refused("a consumer", error.into()))
    }

    /// Wakes a worker for a request. `message_id` is what a repeat is recognised by.
    ///
    /// # Errors
    /// When the message could not be sent; the returned [`Confirmation`] tells the rest.
    pub async fn wake(&self, request: RequestId, message_id: &str) -> Result<Confirmation, BusError> {
        let payload = json!({"request_id": request}).to_string();
        self.publish(self.config.subjects.advance(), payload, message_id).await
    }

    /// Wakes a worker for whatever has a timer that went off.
    ///
    /// # Errors
    /// As [`wake`](Self::wake).
    pub async fn wake_for(&self, timer: &DueTimer, message_id: &str) -> Result<Confirmation, BusError> {
        let DueTimer { aggregate_type, aggregate_id, .. } = timer;
        let payload = json!({"aggregate_type": aggregate_type, "aggregate_id": aggregate_id}).to_string();
        self.publish(self.config.subjects.advance(), payload, message_id).await
    }

    /// Tells the world that an event happened: ids only.
    ///
    /// # Errors
    /// As [`wake`](Self::wake).
    pub async fn announce(&self, fact: &Fact) -> Result<Confirmation, BusError> {
        let payload = json!({
            "event_id": fact.event_id,
            "event_type": fact.event_type,
            "aggregate_type": fact.aggregate_type,
            "aggregate_id": fact.aggregate_id,
            "sequence": fact.sequence,
            "position": fact.position,
            "recorded_at": fact.recorded_at,
        });
        let subject = self.config.subjects.event(&fact.event_type);
        self.publish(subject, payload.to_string(), &fact.event_id.to_string()).await
    }

    async fn publish(&self, subject: String, payload: String, id: &str) -> Result<Confirmation, BusError> {
        let message = PublishMessage::build().payload(Bytes::from(payload)).message_id(id);
        let sent = self.context.send_publish(subject, message).await;
        sent.map(Confirmation).map_err(|error| BusError::Unconfirmed(error.into()))
    }
}

/// A message on its way.
pub struct Confirmation(PublishAckFuture);

impl Confirmation {
    /// Waits until the server has stored the message.
    ///
    /// # Errors
    /// When it does not say so in time, or has no stream for it.
    pub async fn wait(self) -> Result<(), BusError> {
        self.0.await.map(drop).map_err(|error| BusError::Unconfirmed(error.into()))
    }
}
