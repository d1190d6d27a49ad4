//! Account holders who are signed in. Their sessions are made as signing in makes them, but for the password: hashing
//! 20,000 of them would take minutes.

use std::sync::atomic::AtomicBool;

use base64::prelude::{BASE64_STANDARD, Engine};
use domain::account::{Account, AccountCommand};
use domain::authentication::Factors;
use domain::law::{LawId, Laws, Place};
use domain::privacy_request::{Kind, NewRequest, PrivacyRequest, PrivacyRequestCommand, SourceName};
use domain::{AccountId, RequestId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::session::NewSession;
use event_store::{CommandContext, CommitExtras, EventStore, MasterKey};
use futures::{StreamExt, TryStreamExt, stream};
use secrecy::ExposeSecret;

use crate::scratch::{Scratch, execute, register, sign_in};

/// An account holder who sends requests.
pub(crate) struct Holder {
    pub(crate) token: String,
    /// How the switch stands that is turned: on at first.
    pub(crate) is_on: AtomicBool,
}

/// All of them.
pub(crate) struct Holders {
    pub(crate) all: Vec<Holder>,
    /// The master key of the database, in base64.
    pub(crate) master_key: String,
}

/// The master key of every database that is measured over HTTP: what it seals ends with the run.
pub(crate) fn master_key() -> String {
    BASE64_STANDARD.encode([7; 32])
}

fn store(scratch: &Scratch) -> anyhow::Result<EventStore> {
    scratch.store_with(MasterKey::from_base64(&master_key())?)
}

pub(crate) async fn seed(scratch: &Scratch, accounts: usize) -> anyhow::Result<Holders> {
    let store = store(scratch)?;
    let ids = register(&store, accounts).await?;
    let all = stream::iter(ids)
        .map(|account| {
            let store = store.clone();
            async move {
                let token = open_session(&store, account).await?;
                anyhow::Ok(Holder { token, is_on: AtomicBool::new(true) })
            }
        })
        .buffered(16)
        .try_collect()
        .await?;
    store.pool().close().await;
    Ok(Holders { all, master_key: master_key() })
}

/// Accounts that have asked for their data and for its deletion. Of each the token.
pub(crate) async fn with_requests(scratch: &Scratch, accounts: usize) -> anyhow::Result<Vec<String>> {
    let store = store(scratch)?;
    let mut tokens = Vec::with_capacity(accounts);
    for account in register(&store, accounts).await? {
        for kind in [Kind::Export, Kind::Erasure] {
            ask_for(&store, account, kind).await?;
        }
        tokens.push(open_session(&store, account).await?);
    }
    store.pool().close().await;
    Ok(tokens)
}

async fn ask_for(store: &EventStore, account_id: AccountId, kind: Kind) -> anyhow::Result<()> {
    let request_id = RequestId::generate(store.services());
    let sources = [SourceName::ACCOUNT, SourceName::USAGE].map(SourceName::new);
    let command = PrivacyRequestCommand::Receive(NewRequest {
        request_id,
        account_id,
        kind,
        regulation: LawId::default(),
        cooling_off: chrono::Duration::days(1),
        stages: vec![sources.into()],
        laws: Laws::built_in().clone(),
        place: Place::default(),
        later_readings: Vec::new(),
    });
    let context = CommandContext::service(request_id.uuid());
    store
        .execute::<PrivacyRequest>(&request_id.to_string(), command, &context, CommitExtras::default())
        .await?;
    Ok(())
}

/// The token of an account that has lived through so many events.
pub(crate) async fn with_history(scratch: &Scratch, events: usize) -> anyhow::Result<String> {
    let store = store(scratch)?;
    let account = register(&store, 1).await?.remove(0);
    for _ in 0..events.saturating_sub(2) {
        execute(&store, account, sign_in(store.services())).await?;
    }
    let token = open_session(&store, account).await?;
    store.pool().close().await;
    Ok(token)
}

async fn open_session(store: &EventStore, account: AccountId) -> anyhow::Result<String> {
    let services = store.services();
    let (id, at) = (SessionId::generate(services), services.now());
    let token = api::token::generate(api::token::Kind::Session);
    let token_hash = api::token::hash(&token).to_vec();
    let expires_at = at + chrono::Duration::days(1);
    let (generation, factors) = (1, Factors::PASSWORD);
    let open =
        NewSession { id, token_hash, account, generation, factors, at, expires_at, sealed_device: None };
    let open = RecordWrite::OpenSession(open);
    let extras = CommitExtras { records: vec![open], ..CommitExtras::default() };
    let command = AccountCommand::RecordSignIn { session_id: id, passkey_id: None };
    let context = CommandContext::service(account.uuid());
    store.execute::<Account>(&account.to_string(), command, &context, extras).await?;
    Ok(token.expose_secret().to_owned())
}
