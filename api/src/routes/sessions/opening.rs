//! Beginning a session, however it was proved who signs in.

use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use domain::message::Says;
use domain::{AccountId, SessionId};
use event_store::Attached;
use event_store::vault::VaultWrite;
use event_store::vault::device::{self, Device, DeviceKind};
use event_store::vault::session::NewSession;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

use super::LIFE;
use crate::command::EventPosition;
use crate::extract::RequestContext;
use crate::problem::{About, Problem, SecondFactor};
use crate::security_log::SecurityEvent;
use crate::state::AppState;
use crate::token;

/// A session that began, or what is wanted before it can.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// What to send as `Authorization: Bearer` from now on. Browsers get it as a cookie as well. Null where a code
    /// is wanted first.
    #[schema(example = "pss_…")]
    token: Option<String>,
    /// Whose session it is.
    #[schema(value_type = Option<String>, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account_id: Option<AccountId>,
    /// The session, as it is listed and can be ended.
    #[schema(value_type = Option<String>, example = "ses_01h455vb4pex5vsknk084sn02q")]
    session_id: Option<SessionId>,
    /// The code that is wanted: answer it at `/v1/sessions/second-factor`. Null where nothing more is.
    second_factor: Option<SecondFactor>,
    /// When the session ends however much it is used. Unused for seven days it ends before that.
    expires_at: Option<DateTime<Utc>>,
}

impl SignedIn {
    /// A code is wanted first. Whose it is is not told.
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

/// A session that begins with the command it is attached to.
pub(crate) struct Opening {
    pub(crate) session: SessionId,
    account: AccountId,
    token: SecretString,
    expires_at: DateTime<Utc>,
    /// What the browser is known by next time, where it is new.
    browser: Option<SecretString>,
}

impl Opening {
    /// Attaches a new session of `account`; its holder is told where it is used from for the first time.
    pub(crate) async fn attach(
        state: &AppState,
        account: AccountId,
        context: &RequestContext,
        attached: &mut Attached,
    ) -> Result<Self, Problem> {
        let services = state.store.services();
        let (session, at) = (SessionId::generate(services), services.now());
        let (token, expires_at) = (token::generate(token::Kind::Session), at + LIFE);
        let token_hash = token::hash(&token).to_vec();
        attached.vault.push(VaultWrite::OpenSession(NewSession {
            id: session,
            token_hash,
            account,
            at,
            expires_at,
        }));
        let (origin, visitor) = (context.origin(), context.visitor());
        let device = Device::of(&state.store, account, DeviceKind::Program, &visitor.program).await?;
        if device::is_new(state.store.pool(), account, &device).await? {
            let says =
                Says::NewDevice { at, program: origin.user_agent.clone(), ip_address: origin.ip_address };
            state.tell(attached, account, says).await?;
        }
        attached.vault.push(VaultWrite::RememberDevice { account, device, at });
        let browser = state.make_familiar(account, visitor, at, attached).await?;
        Ok(Self { session, account, token, expires_at, browser })
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
            token: Some(self.token.expose_secret().to_owned()),
            account_id: Some(self.account),
            session_id: Some(self.session),
            second_factor: None,
            expires_at: Some(self.expires_at),
        };
        let told = (Extension(SecurityEvent::SignInOk), Extension(About(self.account)));
        (StatusCode::CREATED, told, position, location, AppendHeaders(cookies), Json(answer)).into_response()
    }
}
