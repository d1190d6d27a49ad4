//! Conditional requests (RFC 9110, section 13): a client says which version it has seen.

use std::fmt::Display;

use axum::Json;
use axum::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use event_store::KeyedHasher;
use serde::Serialize;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// `body` under its `etag`, or 304 for a client that already has it.
pub(crate) fn answer(headers: &HeaderMap, etag: String, body: impl Serialize) -> Response {
    if is_known(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response();
    }
    ([(ETAG, etag)], Json(body)).into_response()
}

/// Names versions of what others change as well: keyed, so that a tag does not count their changes.
pub(crate) struct Tags(KeyedHasher);

impl Tags {
    /// The tag of a version of `id`.
    pub(crate) fn of(&self, id: impl Display, version: u64) -> String {
        let hash = self.0.hash(&format!("{id} {version}"));
        format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash[..16]))
    }
}

impl AppState {
    /// What names versions in this service, whatever the process.
    pub(crate) async fn tags(&self) -> Result<Tags, Problem> {
        Ok(Tags(self.store.keys().hasher("etag").await?))
    }
}

/// Whether the client already has the version named `etag` (`If-None-Match`, weak comparison).
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    lists(headers, &IF_NONE_MATCH).is_some_and(|listed| {
        listed.iter().any(|tag| *tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
    })
}

/// A change of the version named `etag` may go on (`If-Match`, strong comparison). Without the header anything goes.
///
/// # Errors
/// 412 when a change of another version is asked for.
pub(crate) fn check(headers: &HeaderMap, etag: &str) -> Result<(), Problem> {
    let listed = lists(headers, &IF_MATCH);
    let outdated = listed.is_some_and(|listed| !listed.iter().any(|tag| *tag == "*" || *tag == etag));
    if outdated { Err(Problem::new(Kind::PreconditionFailed)) } else { Ok(()) }
}

/// Our tags hold no comma, so the list can be split at commas.
fn lists<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.iter().flat_map(|value| value.split(',')).map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn a_known_version_is_recognised() {
        for (value, known) in
            [("\"7\"", true), ("W/\"7\"", true), ("\"6\", \"7\"", true), ("*", true), ("\"70\"", false)]
        {
            assert_eq!(is_known(&with(IF_NONE_MATCH, value), "\"7\""), known, "{value}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"7\""));
    }

    #[test]
    fn a_change_of_another_version_is_recognised() {
        for (value, outdated) in [("\"7\"", false), ("W/\"7\"", true), ("*", false), ("\"6\"", true)] {
            assert_eq!(check(&with(IF_MATCH, value), "\"7\"").is_err(), outdated, "{value}");
        }
        assert!(check(&HeaderMap::new(), "\"7\"").is_ok());
    }
}
