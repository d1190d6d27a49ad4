//! Messages that wait to be sent, opened as a worker opens them: with the interface alone nobody sends any.

use domain::message::MessageContent;
use event_store::records::outbox;
use event_store::{EventStore, MasterKey};
use personal_settings::composition::AppContext;
use serde_json::{Value, json};
use url::Url;

use super::Service;
use super::service::MASTER_KEY;

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// Whose history it belongs to.
    pub(super) account: Option<String>,
    /// What it tells of.
    pub(super) about: String,
    /// To whom, and what it says.
    pub(super) content: Value,
}

/// What happened, as another process sees it.
pub(super) fn store_of(service: &Service) -> EventStore {
    foundation_of(service).store
}

/// What another process of the service stands on.
pub(super) fn foundation_of(service: &Service) -> AppContext {
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let archives = Url::from_directory_path(service.folder().join("archives")).unwrap();
    AppContext::connect(&service.database.url, key, &archives).unwrap()
}

/// Takes all messages that wait, oldest first: also one in which others of its kind are gathered, whose time comes.
pub(super) async fn drain(service: &Service) -> Vec<Message> {
    let store = store_of(service);
    sqlx::query("UPDATE outgoing SET due_at = queued_at WHERE gathers").execute(store.pool()).await.unwrap();
    let mut messages = Vec::new();
    for taken in outbox::claim(store.pool(), 1_000).await.unwrap() {
        let account = match taken.topic {
            outbox::Topic::Account(account, _) => Some(account.to_string()),
            outbox::Topic::Invitation => None,
            // Made when it is sent.
            outbox::Topic::Request(..) => continue,
        };
        let content: MessageContent = taken.open(store.records()).await.unwrap().unwrap();
        outbox::forget(store.pool(), taken.id).await.unwrap();
        let content = json!(content);
        let about = content["says"]["about"].as_str().unwrap().to_owned();
        messages.push(Message { account, about, content });
    }
    messages
}

/// Who was told of what, sorted.
pub(super) async fn told(service: &Service) -> Vec<(String, String)> {
    let messages = drain(service).await;
    let mut told: Vec<(String, String)> = messages
        .into_iter()
        .map(|message| (message.account.unwrap_or_else(|| "nobody".to_owned()), message.about))
        .collect();
    told.sort();
    told
}

/// The token in the link of the newest invitation of an address.
pub(super) async fn invitation_of(service: &Service, email: &str) -> String {
    let messages = drain(service).await;
    let newest = messages
        .iter()
        .rfind(|message| message.about == "invitation" && message.content["to"]["address"]["email"] == email);
    newest.unwrap_or_else(|| panic!("{messages:?}")).content["says"]["token"].as_str().unwrap().to_owned()
}
