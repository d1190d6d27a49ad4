//! The caller: an account holder with a live session, by token or by cookie.
//!
//! A token in `Authorization` wins over a cookie. A cookie on a method that changes something also needs
//! to come from our own pages ([`SameOrigin`]).

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{DateTime, Duration, Utc};
use domain::AccountId;
use domain::authentication::Factor;
use event_store::Precedence;
use event_store::records::authentication::SUDO_LIFE;
use event_store::records::session::Session;
use secrecy::SecretString;

use super::{SameOrigin, address, bearer, factor_demand};
use crate::capacity::{Seat, Sharer};
use crate::problem::{Kind, Problem};
use crate::security_log::{Subject, Witness};
use crate::state::{AppState, Shared};
use crate::token;
use crate::writing::Writing;

/// The live session of the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentSession(pub(crate) Session);

impl CurrentSession {
    /// The account of the caller.
    pub(crate) fn account(&self) -> AccountId {
        self.0.account
    }

    /// Whose share of the places its request takes.
    fn sharer(&self, writing: Option<&Writing>) -> Sharer {
        match writing.map(|writing| writing.precedence) {
            Some(Precedence::EndsIntrusion) => Sharer::EndingOf(self.0.id),
            Some(Precedence::Ordinary) | None => Sharer::Account(self.0.account),
        }
    }
}

impl FromRequestParts<AppState> for CurrentSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // Looked up before by a middleware of the same request.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(*known);
        }
        let token = token_of(&parts.headers, parts.method.is_safe(), state)?;
        let now = state.store.services().now();
        let session = state.sessions.authenticate(&token::hash(&token), now).await?;
        let Some(session) = session else {
            let refusal = Problem::new(Kind::Unauthenticated);
            return Err(state.refuse_token(address::network_of(parts, state), refusal).await);
        };
        factor_demand::check(parts, state, &session).await?;
        let current = Self(session);
        if let Some(seat) = parts.extensions.get::<Seat>() {
            seat.belongs_to(current.sharer(parts.extensions.get::<Writing>()))?;
        }
        parts.extensions.insert(current);
        if let Some(witness) = parts.extensions.get::<Witness>() {
            witness.saw(Subject::Account(current.account()));
        }
        Ok(current)
    }
}

/// The token a request shows, if it could be one and may be used for this.
fn token_of(headers: &HeaderMap, safe: bool, state: &Shared) -> Result<SecretString, Problem> {
    let unauthenticated = || Problem::new(Kind::Unauthenticated);
    let token = match bearer(headers) {
        Some(token) => token.ok_or_else(unauthenticated)?,
        None => {
            let token = state.cookie.read(headers).ok_or_else(unauthenticated)?;
            if !safe && SameOrigin::of(headers, &state.own_origin) != SameOrigin::Yes {
                return Err(Problem::new(Kind::CrossSite));
            }
            token
        }
    };
    if token::is_well_formed(token::Kind::Session, &token) { Ok(token) } else { Err(unauthenticated()) }
}

/// A live session in which it was proved within the last ten minutes who acts: by the password, and a second factor
/// where there is one; or by a passkey. Signing in counts.
///
/// What is seen here may have changed when a command is stored. So a [`RequestContext`](super::RequestContext) that is
/// extracted after it has every command looked at once more, in its own transaction.
pub(crate) struct Sudo(pub(crate) CurrentSession);

/// That the request is answered under sudo.
#[derive(Clone, Copy)]
pub(super) struct UnderSudo;

impl Sudo {
    /// The authentication generation in which it was proved.
    pub(crate) fn generation(&self) -> Result<i64, Problem> {
        self.0.0.generation.ok_or_else(|| Problem::new(Kind::ReauthenticationRequired))
    }
}

impl FromRequestParts<AppState> for Sudo {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let current = CurrentSession::from_request_parts(parts, state).await?;
        if is_elevated(&current.0, state.store.services().now()) {
            parts.extensions.insert(UnderSudo);
            Ok(Self(current))
        } else {
            Err(Problem::new(Kind::ReauthenticationRequired))
        }
    }
}

fn is_elevated(session: &Session, now: DateTime<Utc>) -> bool {
    // What an earlier release took for proved may not be enough by now.
    let is_proved = session.factors.include(Factor::Password) || session.factors.include(Factor::Passkey);
    let is_known = session.generation.is_some() && is_proved;
    // A clock set back must not make a password count for longer.
    is_known && (Duration::zero()..SUDO_LIFE).contains(&(now - session.sudo_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{state, state_at};
    use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
    use domain::SessionId;
    use domain::authentication::Factors;
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    #[test]
    fn a_password_counts_for_ten_minutes() {
        let now: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
        let given = |ago: Duration| Session {
            id: SessionId::from_uuid(Uuid::nil()),
            account: AccountId::from_uuid(Uuid::nil()),
            created_at: now,
            seen_at: now,
            sudo_at: now - ago,
            expires_at: now,
            factors: Factors::PASSWORD,
            generation: Some(1),
        };
        assert!(is_elevated(&given(Duration::zero()), now));
        assert!(is_elevated(&given(Duration::seconds(599)), now));
        assert!(!is_elevated(&given(Duration::seconds(600)), now));
        assert!(!is_elevated(&given(Duration::seconds(-1)), now));
        let of_an_earlier_release = Session { generation: None, ..given(Duration::zero()) };
        assert!(!is_elevated(&of_an_earlier_release, now));
        let by_a_code_alone =
            Session { factors: Factors::default().and(Factor::PhoneCode), ..given(Duration::zero()) };
        assert!(!is_elevated(&by_a_code_alone, now));
        let by_an_app_alone =
            Session { factors: Factors::default().and(Factor::AppCode), ..given(Duration::zero()) };
        assert!(!is_elevated(&by_an_app_alone, now));
        let by_a_passkey = Session { factors: Factors::default().and(Factor::Passkey), ..by_an_app_alone };
        assert!(is_elevated(&by_a_passkey, now));
    }

    fn headers(pairs: &[(axum::http::HeaderName, String)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn refusal(headers: &HeaderMap, safe: bool) -> Option<Kind> {
        token_of(headers, safe, &state()).err().map(|problem| problem.kind())
    }

    #[tokio::test]
    async fn a_cookie_changes_things_from_our_own_pages_only() {
        let token = token::generate(token::Kind::Session).expose_secret().to_owned();
        let cookie = (COOKIE, format!("session={token}"));
        assert_eq!(refusal(&headers(std::slice::from_ref(&cookie)), true), None);
        assert_eq!(refusal(&headers(std::slice::from_ref(&cookie)), false), Some(Kind::CrossSite));
        let own = (ORIGIN, "http://127.0.0.1:8080".to_owned());
        assert_eq!(refusal(&headers(&[cookie.clone(), own]), false), None);
        let foreign = (ORIGIN, "http://evil.test".to_owned());
        assert_eq!(refusal(&headers(&[cookie, foreign.clone()]), false), Some(Kind::CrossSite));
        // A token is sent by a program on purpose; no page can forge it.
        let bearer = (AUTHORIZATION, format!("Bearer {token}"));
        assert_eq!(refusal(&headers(&[bearer, foreign]), false), None);
    }

    #[tokio::test]
    async fn what_is_no_session_token_is_refused_without_asking() {
        let token = token::generate(token::Kind::Session).expose_secret().to_owned();
        let other = token::generate(token::Kind::Operator);
        for text in ["pss_1", "Basic x", "", other.expose_secret()] {
            // A bad token is not made good by a good cookie.
            let pairs = [(AUTHORIZATION, format!("Bearer {text}")), (COOKIE, format!("session={token}"))];
            assert_eq!(refusal(&headers(&pairs), true), Some(Kind::Unauthenticated), "{text}");
        }
        assert_eq!(refusal(&HeaderMap::new(), true), Some(Kind::Unauthenticated));
        // Over TLS the plain cookie does not count.
        let plain = headers(&[(COOKIE, format!("session={token}"))]);
        let refused = token_of(&plain, true, &state_at("https://settings.example.com"));
        assert_eq!(refused.err().map(|problem| problem.kind()), Some(Kind::Unauthenticated));
    }
}
