//! A new session, however it was proved who signs in.

use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, SignOutReason};
use domain::authentication::{Factor, Factors};
use domain::message::MessageBody;
use domain::{AccountId, PasskeyId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::device::{self, Device, DeviceKind};
use event_store::records::session::{self, NewSession, Session};
use event_store::records::session_device::SessionDevice;
use event_store::{CommitExtras, Origin, UnitOfWork};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authentication::{Answered, ShownPasskey};
use crate::event_position::EventPosition;
use crate::extract::{RequestContext, SignInClient};
use crate::network::neighbourhood;
use crate::problem::{About, Problem, SecondFactor};
use crate::routes::sessions::LIFE;
use crate::security_log::SecurityEvent;
use crate::state::AppState;
use crate::token;

/// Sessions an account can have at once: more than anybody has devices, and few enough to look through.
const MOST_SESSIONS: usize = 100;

/// A session that began, or what is wanted before it can.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// What programs send as `Authorization: Bearer` from now on. Null where a second factor is wanted first, and for a browser:
    /// it has the token in its cookie alone, out of reach of scripts.
    #[schema(example = "pss_…")]
    token: Option<String>,
    /// Whose session it is.
    #[schema(value_type = Option<String>, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account_id: Option<AccountId>,
    /// The session, as it is listed and can be ended.
    #[schema(value_type = Option<String>, example = "ses_01h455vb4pex5vsknk084sn02q")]
    session_id: Option<SessionId>,
    /// The second factor that is wanted: give it at `/v1/sessions/second-factor`. Null where nothing more is.
    pub(crate) second_factor: Option<SecondFactor>,
    /// When the session ends however much it is used. Unused for seven days it ends before that.
    expires_at: Option<DateTime<Utc>>,
}

impl SignedIn {
    /// A second factor is wanted first. Whose it is is not told.
    pub(super) fn wanting(second_factor: SecondFactor) -> Self {
        Self {
            token: None,
            account_id: None,
            session_id: None,
            second_factor: Some(second_factor),
            expires_at: None,
        }
    }
}

/// What was given to prove who signs in.
#[derive(Clone, Copy)]
pub(crate) struct ProvedBy {
    /// The authentication generation in which it was given.
    pub(crate) generation: i64,
    /// What it was.
    pub(crate) factors: Factors,
    /// The passkey, where it was one.
    pub(crate) passkey: Option<PasskeyId>,
}

impl ProvedBy {
    /// The password.
    pub(crate) fn password(generation: i64) -> Self {
        Self { generation, factors: Factors::PASSWORD, passkey: None }
    }

    /// The password, and the answer to the question that it led to.
    pub(crate) fn both(answered: &Answered) -> Self {
        let factors = Factors::PASSWORD.and(answered.factor);
        Self { generation: answered.generation, factors, passkey: None }
    }

    /// A passkey, which is two factors in one.
    pub(crate) fn passkey(shown: ShownPasskey) -> Self {
        let factors = Factors::default().and(Factor::Passkey);
        Self { generation: shown.generation, factors, passkey: Some(shown.id) }
    }
}

/// A session that begins with the command it is attached to.
pub(crate) struct Opening {
    pub(crate) session: SessionId,
    account: AccountId,
    /// The passkey it begins with, where it was one.
    passkey_id: Option<PasskeyId>,
    token: SecretString,
    expires_at: DateTime<Utc>,
    /// What the browser is known by next time, where it is new.
    browser: Option<SecretString>,
    is_browser: bool,
    /// The session from before in the same browser, of the same account.
    former: Option<SessionId>,
}

impl Opening {
    /// Attaches a new session of `account`; its holder is told where it is used from for the first time. It begins
    /// only if what was `proved` still counts then.
    pub(crate) async fn attach(
        state: &AppState,
        account: AccountId,
        proved: ProvedBy,
        (client, context): (&SignInClient, &RequestContext),
        extras: &mut CommitExtras,
    ) -> Result<Self, Problem> {
        let former = end_former(state, account, client, context).await?;
        let services = state.store.services();
        let (session, at) = (SessionId::generate(services), services.now());
        let (token, expires_at) = (token::generate(token::Kind::Session), at + LIFE);
        let token_hash = token::hash(&token).to_vec();
        extras.records.push(RecordWrite::OpenSession(NewSession {
            id: session,
            token_hash,
            account,
            generation: proved.generation,
            factors: proved.factors,
            at,
            expires_at,
            sealed_device: Some(
                device_of(context.origin()).seal(state.store.records(), account, session).await?,
            ),
        }));
        let (origin, visitor) = (context.origin(), context.visitor());
        let device =
            Device::of(state.store.records(), account, DeviceKind::Program, &visitor.program).await?;
        if device::is_new(state.store.pool(), account, &device).await? {
            let says = MessageBody::NewDevice {
                at,
                program: origin.user_agent.clone(),
                ip_address: origin.ip_address,
            };
            state.notify(extras, account, says).await?;
        }
        extras.records.push(RecordWrite::RememberDevice { account, device, at });
        let browser = state.make_familiar(account, visitor, at, extras).await?;
        let (is_browser, passkey_id) = (client.is_browser, proved.passkey);
        Ok(Self { session, account, passkey_id, token, expires_at, browser, is_browser, former })
    }

    /// Records in `unit` that it begins, and what ends with that: the former session of the browser, and where there are
    /// too many, those used least recently. The account as it is then.
    pub(crate) async fn record(
        &self,
        state: &AppState,
        unit: &mut UnitOfWork,
        extras: &mut CommitExtras,
    ) -> Result<Account, Problem> {
        let (id, now) = (self.account.to_string(), state.store.services().now());
        // Loaded first: a sign-in after that has made the account another by then, and all of it is done again.
        let _: Account = unit.load(&id).await?;
        let live = session::list(state.store.pool(), self.account, now).await?;
        for (session_id, reason) in ends(live, self.former) {
            unit.execute::<Account>(&id, AccountCommand::RecordSignOut { session_id, reason }).await?;
            extras.records.push(RecordWrite::EndSession(session_id));
        }
        let begun = AccountCommand::RecordSignIn { session_id: self.session, passkey_id: self.passkey_id };
        Ok(unit.execute::<Account>(&id, begun).await?)
    }

    /// The answer that tells of it.
    pub(crate) fn into_answer(
        self,
        state: &AppState,
        position: EventPosition,
        personalized: bool,
    ) -> Response {
        let cookies = [
            state.cookie.set(&self.token, LIFE.num_seconds()),
            state.cookie.personalization(personalized),
            self.browser.as_ref().and_then(|browser| state.cookie.browser(browser)),
        ];
        let cookies: Vec<_> = cookies.into_iter().flatten().map(|cookie| (SET_COOKIE, cookie)).collect();
        let location = [(LOCATION, format!("/v1/sessions/{}", self.session))];
        let answer = SignedIn {
            token: (!self.is_browser).then(|| self.token.expose_secret().to_owned()),
            account_id: Some(self.account),
            session_id: Some(self.session),
            second_factor: None,
            expires_at: Some(self.expires_at),
        };
        let told = (Extension(SecurityEvent::SignInOk), Extension(About(self.account)));
        (StatusCode::CREATED, told, position, location, AppendHeaders(cookies), Json(answer)).into_response()
    }
}

/// What its holder will recognise a session by.
fn device_of(origin: &Origin) -> SessionDevice {
    SessionDevice {
        program: origin.user_agent.as_deref().and_then(domain::user_agent::in_words),
        network: origin.ip_address.map(neighbourhood::of),
    }
}

/// The session from before in the same browser, which ends with the sign-in. One of another account ends at once, and its
/// history does not tell who signed in after.
async fn end_former(
    state: &AppState,
    account: AccountId,
    client: &SignInClient,
    context: &RequestContext,
) -> Result<Option<SessionId>, Problem> {
    let Some(former) = &client.former else { return Ok(None) };
    let former = state.sessions.authenticate(former, state.store.services().now()).await?;
    match former {
        Some(former) if former.account != account => {
            let end = RecordWrite::EndSession(former.id);
            let record =
                AccountCommand::RecordSignOut { session_id: former.id, reason: SignOutReason::Replaced };
            let extras = CommitExtras { records: vec![end], ..CommitExtras::default() };
            let other = former.account.to_string();
            state.execute::<Account>(&other, record, &context.command_of_service(), extras).await?;
            Ok(None)
        }
        former => Ok(former.map(|session| session.id)),
    }
}

/// The sessions that end when one more begins.
fn ends(mut live: Vec<Session>, former: Option<SessionId>) -> Vec<(SessionId, SignOutReason)> {
    live.sort_by_key(|session| std::cmp::Reverse((session.seen_at, session.id)));
    let replaced = live.iter().any(|session| Some(session.id) == former).then_some(former).flatten();
    let others = live.iter().map(|session| session.id).filter(|id| Some(*id) != former);
    let surplus = others.skip(MOST_SESSIONS - 1).map(|id| (id, SignOutReason::TooMany));
    replaced.map(|id| (id, SignOutReason::Replaced)).into_iter().chain(surplus).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use uuid::Uuid;

    fn session(number: u128) -> Session {
        let at = DateTime::UNIX_EPOCH;
        Session {
            id: SessionId::from_uuid(Uuid::from_u128(number)),
            account: AccountId::from_uuid(Uuid::nil()),
            created_at: at,
            // The higher its number, the longer ago it was used.
            seen_at: at - Duration::minutes(i64::try_from(number).unwrap()),
            sudo_at: at,
            expires_at: at,
            factors: Factors::PASSWORD,
            generation: Some(1),
        }
    }

    #[test]
    fn with_one_more_the_former_ends_and_those_used_least_recently() {
        let live = |count: u128| (1..=count).map(session).collect::<Vec<_>>();
        assert!(ends(live(99), None).is_empty());
        assert_eq!(ends(live(100), None), [(session(100).id, SignOutReason::TooMany)]);
        assert_eq!(ends(live(100), Some(session(7).id)), [(session(7).id, SignOutReason::Replaced)]);
        let both = [(session(7).id, SignOutReason::Replaced), (session(101).id, SignOutReason::TooMany)];
        assert_eq!(ends(live(101), Some(session(7).id)), both);
        // What has ended by itself does not end again.
        assert!(ends(live(2), Some(session(3).id)).is_empty());
    }
}
