//! NATS: two JetStream streams and how they are reached.
//!
//! *Jobs* is a work queue: a message wakes one worker and is gone when it is acknowledged. *Events*
//! is for anyone to follow: ids of what happened, no personal data, kept for a week. Both can be
//! lost without losing anything: they are made again when they are missing, and the scheduler finds
//! what should have moved.

mod error;
mod health;
mod relay;
mod servers;
mod subjects;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, context::PublishAckFuture};
use async_nats::{Client, Server, connection::State};
use bytes::Bytes;
use domain::RequestId;
use event_store::log::subscription::LogRecord;
use futures::StreamExt;
use projections::timer::DueTimer;
use serde_json::json;
use uuid::Uuid;

use error::BoxError;
pub use error::{BusError, LeadError};
use health::{Health, Purpose};
pub use health::{Outage, watch};
pub use relay::Relay;
pub use servers::Access;
use servers::Servers;
pub use subjects::{InvalidPrefix, Subjects};

/// A message not acknowledged for so long is given to another worker.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(30);
/// How often a job is delivered before it counts as stalled.
pub(crate) const MAX_DELIVERIES: u32 = 8;
/// How many messages may be out at once, those that wait for another try included: enough that requests
/// which cannot move do not stand in the way of those that can.
const MAX_ACK_PENDING: i64 = 100_000;
/// How long a repeat of a message is recognised.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(300);
/// How long events can be followed back.
const EVENTS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a wake-up that no worker takes is kept; the sweep sends another.
const JOBS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the server may take to confirm.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often the server is asked whether it is there. One that has not answered twice is given up, and looked for anew.
const PING: Duration = Duration::from_secs(10);

/// How NATS is reached. The URL may hold a password.
#[derive(Clone)]
pub struct BusConfig {
    /// `nats://…` or `tls://…`, with credentials if need be; several servers with commas between them.
    pub url: String,
    /// What is beside the URL.
    pub access: Access,
    /// The first word of every subject and stream of ours.
    pub subjects: Subjects,
    /// How many servers of the cluster keep each stream.
    pub replicas: usize,
    /// Whether servers are spoken to over TLS alone, also where the URL does not say so.
    pub tls: bool,
}

impl BusConfig {
    /// Finds out whether it makes sense, and the files in it can be read; nothing is connected.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), BusError> {
        Servers::parse(&self.url)?.options(&self.access).await.map(drop)
    }
}

/// The hosts that a URL names, without those of servers it speaks to over TLS anyhow.
///
/// # Errors
/// When the URL is no NATS URL.
pub fn plain_hosts(url: &str) -> Result<Vec<String>, BusError> {
    let servers = Servers::parse(url)?;
    Ok(servers
        .addresses
        .iter()
        .filter(|server| !server.tls_required())
        .map(|server| server.host().to_owned())
        .collect())
}

/// A handle to NATS; clones share the connection.
#[derive(Clone)]
pub struct Bus {
    client: Client,
    context: jetstream::Context,
    config: BusConfig,
    servers: Arc<Servers>,
    unreached: Unreached,
    health: Health,
}

/// What the client said last of a connection that it could not make. Clones share it.
#[derive(Clone, Default)]
struct Unreached(Arc<Mutex<Option<String>>>);

impl Unreached {
    /// Before another try: what the servers are known to have failed with.
    fn note(&self, servers: &[Server]) {
        let said = servers.iter().find_map(|server| server.last_error.clone());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }

    fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Bus {
    /// Connects in the background: the server may still be away, or go away and come back.
    ///
    /// # Errors
    /// When the URL is no NATS URL.
    pub async fn connect(config: BusConfig) -> Result<Self, BusError> {
        let servers = Servers::parse(&config.url)?;
        let unreached = Unreached::default();
        let noted = unreached.clone();
        let options = servers.options(&config.access).await?;
        let client = options
            .reconnect_to_server_callback(move |servers, _| {
                noted.note(&servers);
                // The client chooses as it would without being asked.
                std::future::ready(None)
            })
            .name("personal-settings")
            .retry_on_initial_connect()
            .connection_timeout(PATIENCE)
            .ping_interval(PING)
            .require_tls(config.tls)
            .connect(&servers.addresses)
            .await
            .map_err(BusError::Connect)?;
        let context =
            jetstream::ContextBuilder::new().timeout(PATIENCE).ack_timeout(PATIENCE).build(client.clone());
        let (servers, health) = (Arc::new(servers), Health::default());
        Ok(Self { client, context, config, servers, unreached, health })
    }

    /// Why something could not be had: where there is no connection, what keeps it away.
    async fn failure(&self, what: &'static str, error: BoxError) -> BusError {
        if self.is_connected() {
            return BusError::Refused(what, error);
        }
        for address in &self.servers.addresses {
            if let Some(why) = event_store::reach::why_not(address.host(), address.port()).await {
                return BusError::Away(why);
            }
        }
        let why = self.unreached.last().unwrap_or_else(|| "no answer in the protocol of NATS".to_owned());
        BusError::Away(format!("{}: {why}", self.servers.shown()))
    }

    /// Whether the connection stands.
    fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// What fails now, if anything does: no connection, or a server that does not store or hand out messages.
    pub fn outage(&self) -> Option<Outage> {
        let unreached = || Outage { lasts: Duration::ZERO, why: "NATS cannot be reached".to_owned() };
        self.health.outage().or_else(|| (!self.is_connected()).then(unreached))
    }

    /// Probes whether a wake-up is stored, with one for no request: the worker that takes it finds nothing to do.
    async fn probe(&self, id: Uuid) -> Result<(), BusError> {
        self.ensure_streams().await?;
        self.wake(RequestId::from_uuid(Uuid::nil()), &format!("probe/{id}")).await?.wait().await
    }

    /// Makes the streams unless they are there.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub async fn ensure_streams(&self) -> Result<(), BusError> {
        let made = self.make_streams().await;
        self.health.note(Purpose::Prepare, &made);
        made
    }

    async fn make_streams(&self) -> Result<(), BusError> {
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
            if let Err(error) = self.context.get_or_create_stream(config).await {
                return Err(self.failure("a stream", error.into()).await);
            }
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
            max_deliver: i64::from(MAX_DELIVERIES),
            max_ack_pending: MAX_ACK_PENDING,
            ..pull::Config::default()
        };
        match self.context.create_consumer_on_stream(config, self.config.subjects.jobs_stream()).await {
            Ok(consumer) => Ok(consumer),
            Err(error) => {
                let failed = Err(self.failure("a consumer", error.into()).await);
                self.health.note(Purpose::TakeJobs, &failed);
                failed
            }
        }
    }

    /// Wakes a worker for a request. `message_id` is what a repeat is recognised by.
    ///
    /// # Errors
    /// When the message could not be sent; the returned [`Confirmation`] tells the rest.
    pub async fn wake(&self, request: RequestId, message_id: &str) -> Result<Confirmation, BusError> {
        let payload = json!({"request_id": request}).to_string();
        self.publish(Purpose::StoreJobs, self.config.subjects.advance(), payload, message_id).await
    }

    /// Wakes a worker for an aggregate whose timer is due.
    ///
    /// # Errors
    /// As [`wake`](Self::wake).
    pub async fn wake_for(&self, timer: &DueTimer, message_id: &str) -> Result<Confirmation, BusError> {
        let DueTimer { aggregate_type, aggregate_id, .. } = timer;
        let payload = json!({"aggregate_type": aggregate_type, "aggregate_id": aggregate_id}).to_string();
        self.publish(Purpose::StoreJobs, self.config.subjects.advance(), payload, message_id).await
    }

    /// Tells the world that an event happened: ids only.
    ///
    /// # Errors
    /// As [`wake`](Self::wake).
    pub async fn announce(&self, fact: &LogRecord) -> Result<Confirmation, BusError> {
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
        self.publish(Purpose::StoreEvents, subject, payload.to_string(), &fact.event_id.to_string()).await
    }

    async fn publish(
        &self,
        purpose: Purpose,
        subject: String,
        payload: String,
        id: &str,
    ) -> Result<Confirmation, BusError> {
        let message = PublishMessage::build().payload(Bytes::from(payload)).message_id(id);
        let sent = self.context.send_publish(subject, message).await;
        let sent = sent.map_err(|error| BusError::Unconfirmed(error.into()));
        if sent.is_err() {
            self.health.note(purpose, &sent);
        }
        Ok(Confirmation { answer: sent?, purpose, health: self.health.clone() })
    }

    /// The next job, if one comes within `patience`.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub(crate) async fn next_job(
        &self,
        consumer: &PullConsumer,
        patience: Duration,
    ) -> Result<Option<Message>, BusError> {
        let taken = pull(consumer, patience).await;
        self.health.note(Purpose::TakeJobs, &taken);
        taken
    }
}

async fn pull(consumer: &PullConsumer, patience: Duration) -> Result<Option<Message>, BusError> {
    let refused = |error| BusError::Refused("a pull", error);
    let batch = consumer.batch().max_messages(1).expires(patience).messages().await;
    let mut batch = batch.map_err(|error| refused(error.into()))?;
    batch.next().await.transpose().map_err(refused)
}

/// A message on its way.
pub struct Confirmation {
    answer: PublishAckFuture,
    purpose: Purpose,
    health: Health,
}

impl Confirmation {
    /// Waits until the server has stored the message.
    ///
    /// # Errors
    /// When it does not say so in time, or has no stream for it.
    pub async fn wait(self) -> Result<(), BusError> {
        let stored = self.answer.await.map(drop).map_err(|error| BusError::Unconfirmed(error.into()));
        self.health.note(self.purpose, &stored);
        stored
    }
}
