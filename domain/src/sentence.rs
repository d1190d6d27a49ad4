//! Every event in words, for the history a person or an auditor reads.

use serde_json::Value;

use crate::account::{Account, AccountEvent};
use crate::privacy_request::{PrivacyRequest, PrivacyRequestEvent};
use cqrs_es::Aggregate;

/// Events that can be told in a sentence.
pub trait Sentence {
    /// What happened, in plain English, without a full stop. Personal values that were erased
    /// read as such.
    fn sentence(&self) -> String;
}

/// The sentence for a stored event, opened, of any aggregate. An event this release does not know
/// reads as its type.
pub fn sentence_of(aggregate_type: &str, event_type: &str, payload: &Value) -> String {
    fn read<E: Sentence + serde::de::DeserializeOwned>(payload: &Value) -> Option<String> {
        serde_json::from_value::<E>(payload.clone()).ok().map(|event| event.sentence())
    }
    match aggregate_type {
        Account::TYPE => read::<AccountEvent>(payload),
        PrivacyRequest::TYPE => read::<PrivacyRequestEvent>(payload),
        _ => None,
    }
    .unwrap_or_else(|| format!("An event of type {event_type}"))
}
