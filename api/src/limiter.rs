//! Counting tries against their [limits](crate::limits): in the shared database, or in this process alone.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use event_store::records::rate_limit::{self, Decision, Limit};

use crate::limits::WRONG_TOKENS;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

impl AppState {
    /// Counts one more of what `limit` is about.
    ///
    /// # Errors
    /// 429 when it is one too many.
    pub(crate) async fn limit(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        match rate_limit::ask(self.store.records(), limit, key).await? {
            Decision::Granted => Ok(()),
            Decision::Later(wait) => Err(too_many(limit, wait)),
        }
    }

    /// The refusal of a token that is worth nothing, shown from `network`: `unless_too_many`, or that there were too many
    /// of them. A network that has shown too many costs the database nothing for a moment.
    pub(crate) async fn refuse_token(&self, network: String, unless_too_many: Problem) -> Problem {
        if let Some(wait) = self.barred.get(&network).await {
            return too_many(WRONG_TOKENS, wait);
        }
        match rate_limit::ask(self.store.records(), WRONG_TOKENS, &network).await {
            Ok(Decision::Granted) => unless_too_many,
            Ok(Decision::Later(wait)) => {
                self.barred.insert(network, wait).await;
                too_many(WRONG_TOKENS, wait)
            }
            Err(error) => error.into(),
        }
    }

    /// Counts one more, in this process alone.
    ///
    /// # Errors
    /// 429 when it is one too many.
    pub(crate) fn pace(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        self.pace_by(limit, key, 1)
    }

    /// Counts so many more, in this process alone.
    ///
    /// # Errors
    /// 429 when they are too many.
    pub(crate) fn pace_by(&self, limit: Limit, key: &str, count: u32) -> Result<(), Problem> {
        self.paces.ask(limit, key, count).map_or(Ok(()), |wait| Err(too_many(limit, wait)))
    }

    /// Whether one more is granted, where a refusal would tell something.
    pub(crate) async fn is_granted(&self, limit: Limit, key: &str) -> Result<bool, Problem> {
        Ok(rate_limit::ask(self.store.records(), limit, key).await? == Decision::Granted)
    }

    /// Gives one back: what was tried was right, and no guess.
    pub(crate) async fn refund(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        Ok(rate_limit::refund(self.store.records(), limit, key).await?)
    }
}

pub(crate) fn too_many(limit: Limit, wait: Duration) -> Problem {
    metrics::counter!("personal_settings_throttled_total", "limit" => limit.name).increment(1);
    let seconds = wait.as_secs() + 1;
    Problem::because(Kind::TooManyTries, format!("Too many tries: come back in {seconds} seconds."))
        .with_header(RETRY_AFTER, HeaderValue::from(seconds))
}
