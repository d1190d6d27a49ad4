//! How often things may be tried (OWASP ASVS 5.0, 6.3.1): counted in the shared database, for all processes
//! together.
//!
//! Whatever takes a secret is limited for the network it comes from and for what it is tried on. No limit that refuses is
//! about an account alone, or strangers could use it up and keep the holder out: see [`crate::sign_in_tries`]. A
//! session that is open is not touched by any of this.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use event_store::vault::throttle::{self, Asked, Limit};

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// Secrets tried from one address, whatever on.
pub(crate) const TRIES_OF_ADDRESS: Limit =
    Limit { name: "tries/address", burst: 300, every: Duration::from_secs(2) };
/// Tokens shown that are worth nothing, from one network. Right ones are neither counted nor refused, so that nobody's
/// guesses keep others of the network out.
pub(crate) const WRONG_TOKENS: Limit =
    Limit { name: "tokens/network", burst: 300, every: Duration::from_secs(2) };
/// Secrets tried in one session: passwords, codes.
pub(crate) const TRIES_OF_SESSION: Limit =
    Limit { name: "tries/session", burst: 10, every: Duration::from_secs(60) };
/// Codes sent for one account at the wish of one [`CodePayer`](crate::second_factor::CodePayer): each costs money, and annoys.
pub(crate) const CODES: Limit = Limit { name: "codes/account", burst: 5, every: Duration::from_secs(300) };
/// Codes sent for one account at the wish of all who have proved more than the password.
pub(crate) const CODES_OF_KNOWN: Limit =
    Limit { name: "codes/known", burst: 20, every: Duration::from_secs(180) };
/// Mails that one account, or somebody who knows its address, can have sent.
pub(crate) const MAILS: Limit = Limit { name: "mails/account", burst: 5, every: Duration::from_secs(600) };
/// Invitations that one account can send.
pub(crate) const INVITATIONS: Limit =
    Limit { name: "invitations/account", burst: 100, every: Duration::from_secs(36) };
/// Organizations and projects that one account can create.
pub(crate) const CREATIONS: Limit =
    Limit { name: "creations/account", burst: 50, every: Duration::from_secs(72) };

impl AppState {
    /// Counts one more of what `limit` is about.
    ///
    /// # Errors
    /// 429 when it is one too many.
    pub(crate) async fn limit(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        match throttle::ask(&self.store, limit, key).await? {
            Asked::Granted => Ok(()),
            Asked::Later(wait) => Err(too_many(limit, wait)),
        }
    }

    /// The refusal of a token that is worth nothing, shown from `network`: `unless_too_many`, or that there were too many
    /// of them. A network that has shown too many costs the database nothing for a moment.
    pub(crate) async fn refuse_token(&self, network: String, unless_too_many: Problem) -> Problem {
        if let Some(wait) = self.barred.get(&network).await {
            return too_many(WRONG_TOKENS, wait);
        }
        match throttle::ask(&self.store, WRONG_TOKENS, &network).await {
            Ok(Asked::Granted) => unless_too_many,
            Ok(Asked::Later(wait)) => {
                self.barred.insert(network, wait).await;
                too_many(WRONG_TOKENS, wait)
            }
            Err(error) => error.into(),
        }
    }

    /// Whether one more is granted, where a refusal would tell something.
    pub(crate) async fn is_granted(&self, limit: Limit, key: &str) -> Result<bool, Problem> {
        Ok(throttle::ask(&self.store, limit, key).await? == Asked::Granted)
    }

    /// What was tried was right: it was no guess.
    pub(crate) async fn was_right(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        Ok(throttle::give_back(&self.store, limit, key).await?)
    }
}

pub(crate) fn too_many(limit: Limit, wait: Duration) -> Problem {
    metrics::counter!("throttled_total", "limit" => limit.name).increment(1);
    let seconds = wait.as_secs() + 1;
    Problem::because(Kind::TooManyTries, format!("Too many tries: come back in {seconds} seconds."))
        .with_header(RETRY_AFTER, HeaderValue::from(seconds))
}
