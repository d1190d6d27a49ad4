//! Synthetic histories in bulk: for benchmarks, and for tests of size.
//!
//! They are events like any other, sealed as commands seal them, but no command decided on them and no claim
//! and no gate goes with them: for a database that is thrown away. Lives go on side by side, so that
//! neighbours in the log belong to different streams, as where many people are.

use std::collections::{BTreeSet, HashMap};

use chrono::Duration;
use cqrs_es::{Aggregate, DomainEvent};
use domain::account::{Account, AccountEvent, PreferenceChange, Preferences, SignOutReason};
use domain::law::LawId;
use domain::privacy_request::{
    ArchiveEnd, Kind, Notice, PrivacyRequest, PrivacyRequestEvent, SourceFile, SourceName,
};
use domain::{AccountId, Personal, RequestId, SessionId};
use futures::{StreamExt, TryStreamExt};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use event_store::encryption::{self, AssociatedData};
use event_store::{EventStore, StoreError, postgres};

/// Events written with one statement.
const AT_ONCE: usize = 2_000;
/// Keys made side by side.
const KEYS_AT_ONCE: usize = 16;

/// An event to be written.
struct Made {
    aggregate_type: &'static str,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Value,
    metadata: Value,
}

/// Writes at least `events` events of accounts and privacy requests, in whole lives of which as many go on
/// `side_by_side`; returns how many.
pub async fn mixed(
    store: &EventStore,
    events: u64,
    side_by_side: u64,
    report: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    let appending = postgres::appending(store.pool());
    let mut written = 0;
    while written < events {
        let lives: Result<Vec<_>, _> =
            (0..side_by_side.max(1)).map(|n| life(store, n).map(Vec::into_iter)).collect();
        let mut lives = lives?;
        let mut batch = Vec::with_capacity(AT_ONCE);
        while !lives.is_empty() {
            lives.retain_mut(|life| life.next().map(|made| batch.push(made)).is_some());
            while batch.len() >= AT_ONCE || (lives.is_empty() && !batch.is_empty()) {
                let part: Vec<Made> = batch.drain(..batch.len().min(AT_ONCE)).collect();
                written += part.len() as u64;
                write((store, &appending), part).await?;
                report(written);
            }
        }
    }
    Ok(written)
}

/// Writes a life with `events` events of one account, and returns its id.
pub async fn long_life(store: &EventStore, events: u64) -> Result<AccountId, StoreError> {
    let appending = postgres::appending(store.pool());
    let account = AccountId::generate(store.services());
    let mut stream = Stream::new(Account::TYPE, account.to_string(), Some(account));
    stream.push(&registered(account)?);
    let mut batch = stream.take();
    for n in 1..events {
        stream.push(&visit(store, account, n));
        batch.extend(stream.take());
        if batch.len() >= AT_ONCE || n + 1 == events {
            write((store, &appending), std::mem::take(&mut batch)).await?;
        }
    }
    Ok(account)
}

/// A stream being made up.
struct Stream {
    aggregate_type: &'static str,
    id: String,
    actor: Option<AccountId>,
    sequence: i64,
    made: Vec<Made>,
}

impl Stream {
    fn new(aggregate_type: &'static str, id: String, actor: Option<AccountId>) -> Self {
        Self { aggregate_type, id, actor, sequence: 0, made: Vec::new() }
    }

    fn push<E: DomainEvent + Serialize>(&mut self, event: &E) {
        self.sequence += 1;
        let metadata = match self.actor {
            Some(actor) => {
                let personal = |value: &str| json!(Personal::activity(actor, value.to_owned()));
                json!({"actor": actor, "correlation_id": Uuid::nil(), "ip_address": personal("203.0.113.77"),
                       "user_agent": personal("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101")})
            }
            None => json!({"actor": "service", "correlation_id": Uuid::nil()}),
        };
        self.made.push(Made {
            aggregate_type: self.aggregate_type,
            aggregate_id: self.id.clone(),
            sequence: self.sequence,
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: json!(event),
            metadata,
        });
    }

    fn take(&mut self) -> Vec<Made> {
        std::mem::take(&mut self.made)
    }
}

/// An account with its visits and switches, and for every second one an export.
fn life(store: &EventStore, n: u64) -> Result<Vec<Made>, StoreError> {
    let account = AccountId::generate(store.services());
    let mut own = Stream::new(Account::TYPE, account.to_string(), Some(account));
    own.push(&registered(account)?);
    for m in 1..20 {
        own.push(&visit(store, account, m));
    }
    if n.is_multiple_of(2) {
        return Ok(own.take());
    }
    // The export goes on between the visits.
    let (mut export, mut made) = (export(store, account).into_iter(), Vec::new());
    for (m, event) in own.take().into_iter().enumerate() {
        made.push(event);
        if m >= 5 {
            made.extend(export.next());
        }
    }
    made.extend(export);
    Ok(made)
}

fn registered(account: AccountId) -> Result<AccountEvent, StoreError> {
    let email = format!("{account}@example.com").parse();
    Ok(AccountEvent::Registered {
        account_id: account,
        email: Personal::profile(
            account,
            email.map_err(|_| StoreError::Unreadable("an address".to_owned()))?,
        ),
        name: Personal::profile(account, format!("Person {account}")),
        preferences: Preferences { personalization: true, usage_logging: true },
        policy_version: "2026-01".to_owned(),
    })
}

/// What happens to an account again and again.
fn visit(store: &EventStore, account: AccountId, n: u64) -> AccountEvent {
    let session_id = SessionId::generate(store.services());
    match n % 6 {
        0 | 1 => AccountEvent::SignedIn { session_id, passkey_id: None },
        2 => AccountEvent::Reauthenticated { session_id, passkey_id: None },
        3 | 4 => AccountEvent::PreferencesChanged {
            account_id: account,
            personalization: None,
            usage_logging: Some(PreferenceChange { from: n.is_multiple_of(2), to: !n.is_multiple_of(2) }),
            policy_version: "2026-01".to_owned(),
        },
        _ => AccountEvent::SignedOut { session_id, reason: SignOutReason::SignedOut },
    }
}

/// An export from its receipt to its end.
fn export(store: &EventStore, account: AccountId) -> Vec<Made> {
    let (request, at) = (RequestId::generate(store.services()), store.services().now());
    let sources = [SourceName::new(SourceName::ACCOUNT), SourceName::new(SourceName::USAGE)];
    let kind = Kind::Export;
    let notice = |notice, message_id: &str| PrivacyRequestEvent::NoticeSent {
        notice,
        message_id: format!("<{message_id}.{request}@example.com>"),
    };
    let mut events = vec![
        PrivacyRequestEvent::Received {
            request_id: request,
            account_id: account,
            kind,
            regulation: LawId::GDPR,
            law_version: Some(1),
            received_at: at,
            due_at: at + Duration::days(30),
            starts_at: at,
            stages: vec![sources.to_vec()],
            later_readings: Vec::new(),
        },
        notice(Notice::Received, "received"),
        PrivacyRequestEvent::Started { at },
    ];
    events.extend(sources.map(|source| PrivacyRequestEvent::SourceExported {
        files: vec![file(&source, request)],
        source,
        collected_under: vec![request.uuid()],
        at,
    }));
    events.extend([
        PrivacyRequestEvent::Packaged {
            object: format!("requests/{request}/archive"),
            bytes: 100_000,
            sha256: "0".repeat(64),
            expires_at: at + Duration::days(7),
        },
        PrivacyRequestEvent::Completed { account_id: account, kind, at },
        PrivacyRequestEvent::PartsRemoved {},
        notice(Notice::ArchiveReady, "ready"),
        PrivacyRequestEvent::ArchiveDownloaded { at, whole: Some(true) },
        PrivacyRequestEvent::ArchiveEnded { reason: ArchiveEnd::Expired, at: at + Duration::days(7) },
        PrivacyRequestEvent::ObjectsRemoved {},
    ]);
    let mut stream = Stream::new(PrivacyRequest::TYPE, request.to_string(), None);
    events.iter().for_each(|event| stream.push(event));
    stream.take()
}

fn file(source: &SourceName, request: RequestId) -> SourceFile {
    SourceFile {
        name: format!("{source}/data.ndjson"),
        title: "What was collected".to_owned(),
        object: format!("requests/{request}/parts/{source}"),
        bytes: 100_000,
        sha256: "0".repeat(64),
        records: Some(1_000),
        restates: false,
    }
}

/// Seals and writes events in one statement.
async fn write((store, appending): (&EventStore, &PgPool), made: Vec<Made>) -> Result<(), StoreError> {
    let mut names = BTreeSet::new();
    for event in &made {
        names.extend(encryption::personal_subjects(&event.payload)?);
        names.extend(encryption::personal_subjects(&event.metadata)?);
    }
    // Made side by side, since each new one is a transaction.
    let made_keys = names.into_iter().map(|name| async move {
        let key = store.keys().active_key(&name).await?;
        Ok::<_, StoreError>((name, key))
    });
    let keys: HashMap<_, _> =
        futures::stream::iter(made_keys).buffer_unordered(KEYS_AT_ONCE).try_collect().await?;
    let mut sealed = (Vec::with_capacity(made.len()), Vec::with_capacity(made.len()));
    for event in &made {
        let seal =
            |value: &Value, column| encryption::seal_payload(value.clone(), place(event, column), &keys);
        sealed.0.push(seal(&event.payload, "payload")?.to_string());
        sealed.1.push(seal(&event.metadata, "metadata")?.to_string());
    }
    let texts = |of: fn(&Made) -> &str| made.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO events
             (aggregate_type, aggregate_id, event_id, sequence, event_type, event_version, payload, metadata)
         SELECT e.aggregate_type, e.aggregate_id, e.event_id, e.sequence, e.event_type, e.event_version,
                e.payload::json, e.metadata::json
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
             WITH ORDINALITY AS e (aggregate_type, aggregate_id, event_id, sequence, event_type, event_version,
                                   payload, metadata, n)
         ORDER BY e.n",
    )
    .bind(texts(|event| event.aggregate_type))
    .bind(texts(|event| &event.aggregate_id))
    .bind(made.iter().map(|_| store.services().ids.uuid()).collect::<Vec<_>>())
    .bind(made.iter().map(|event| event.sequence).collect::<Vec<_>>())
    .bind(texts(|event| &event.event_type))
    .bind(texts(|event| &event.event_version))
    .bind(sealed.0)
    .bind(sealed.1)
    .execute(appending)
    .await?;
    Ok(())
}

fn place<'a>(event: &'a Made, column: &'static str) -> AssociatedData<'a> {
    AssociatedData {
        aggregate_type: event.aggregate_type,
        aggregate_id: &event.aggregate_id,
        sequence: event.sequence,
        event_type: &event.event_type,
        column,
    }
}
