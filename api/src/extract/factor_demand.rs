//! A second factor that the service demands of every account (OWASP ASVS 5.0, 6.3.3).

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use domain::account::Account;
use domain::authentication::Factors;
use event_store::records::session::Session;

use crate::problem::{Kind, Problem};
use crate::state::AppState;

/// What an account may do without one: see that it is there, add one, and look after its sessions.
const OPEN: [(&str, &str); 18] = [
    ("GET", "/v1/me"),
    ("GET", "/v1/me/factors"),
    ("PUT", "/v1/me/two-factor-phone"),
    ("POST", "/v1/me/two-factor-phone/verify"),
    ("POST", "/v1/me/totp"),
    ("POST", "/v1/me/totp/verify"),
    ("GET", "/v1/me/passkeys"),
    ("GET", "/v1/me/passkeys/accepted"),
    ("POST", "/v1/me/passkeys/options"),
    ("POST", "/v1/me/passkeys"),
    ("POST", "/v1/me/recovery-codes"),
    ("PUT", "/v1/me/password"),
    ("GET", "/v1/sessions"),
    ("DELETE", "/v1/sessions"),
    ("DELETE", "/v1/sessions/{id}"),
    ("DELETE", "/v1/sessions/current"),
    ("POST", "/v1/sessions/reauthenticate"),
    ("POST", "/v1/sessions/reauthenticate/options"),
];

/// Whether an operation is open to an account without a second factor, also where one is demanded.
pub(crate) fn is_open(method: &str, path: &str) -> bool {
    OPEN.contains(&(method, path))
}

/// Refuses a session of an account without a second factor, where one is demanded and the operation wants it.
pub(super) async fn check(parts: &Parts, state: &AppState, session: &Session) -> Result<(), Problem> {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let is_free = !state.config.demands_second_factor
        || session.factors != Factors::PASSWORD
        || is_open(parts.method.as_str(), path);
    if is_free {
        return Ok(());
    }
    // One may have been added in this session.
    let (account, _) = state.store.load::<Account>(&session.account.to_string()).await?;
    if account.holder()?.has_second_factor() { Ok(()) } else { Err(Problem::new(Kind::SecondFactorMissing)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A misspelt one would be open to nobody.
    #[test]
    fn what_is_open_is_there() {
        let openapi = serde_json::to_value(crate::openapi()).unwrap();
        for (method, path) in OPEN {
            let operation = &openapi["paths"][path][method.to_lowercase()];
            assert!(operation.is_object(), "{method} {path}");
        }
    }
}
