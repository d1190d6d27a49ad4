//! One request of a browser for a page: what it is told in, what it asks `/v1` with, and who it is.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request};
use axum::http::header::{ACCEPT_LANGUAGE, LOCATION};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use catalogue::{Language, Text, Tz};
use chrono::{DateTime, Utc};
use event_store::records::operator_token::OperatorToken;
use tokio::sync::OnceCell;

use super::desk_entrance::Entrance;
use super::next::Next;
use super::pages::Pages;
use super::refusal::Refusal;
use super::v1::V1;
use super::zone;
use crate::problem::Kind;
use crate::routes::me::Me;

/// A visit. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Visit(Arc<Inner>);

pub(crate) struct Inner {
    pub(super) pages: Pages,
    pub(crate) v1: V1,
    pub(super) method: Method,
    path: String,
    query: String,
    /// The texts in the language that the browser asks for.
    text: Text,
    /// The texts for who is here, once that is known.
    own_text: OnceLock<Text>,
    /// The time zone that the browser has told.
    zone: Option<Tz>,
    me: OnceCell<Me>,
    /// At the privacy desk: with what one is signed in there, and who it is.
    desk: Option<Entrance>,
    operator: OnceCell<OperatorToken>,
    /// What a form has sent that may be shown again.
    pub(super) sent: OnceLock<Vec<(String, String)>>,
}

impl Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Visit {
    /// The visit that a request is.
    pub(super) fn of(pages: &Pages, request: &Request) -> Self {
        let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let desk = Entrance::of(pages, request);
        let v1 = if desk.is_some() { V1::of_desk(pages, request) } else { V1::of(pages, request) };
        Self(Arc::new(Inner {
            pages: pages.clone(),
            v1,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            text: pages.text(Language::negotiated(accepted.unwrap_or_default())),
            own_text: OnceLock::new(),
            zone: zone::told_by(request.headers()),
            me: OnceCell::new(),
            desk,
            operator: OnceCell::new(),
            sent: OnceLock::new(),
        }))
    }
}

impl Inner {
    /// The texts for who is here: in the language and the zone of the account once it was [asked](Self::me) who that is, and
    /// in the browser's before.
    pub(crate) fn text(&self) -> &Text {
        self.own_text.get().unwrap_or(&self.text)
    }

    /// Who is here, if they are signed in. Asked once, and shown at the top of the page from then on.
    pub(crate) async fn me(&self) -> Result<&Me, Refusal> {
        let me = self.me.get_or_try_init(|| self.v1.get("/v1/me")).await?;
        self.own_text.get_or_init(|| self.text_for(me));
        Ok(me)
    }

    /// Whether it is a page of the privacy desk, where no account holder is.
    pub(super) fn is_at_desk(&self) -> bool {
        self.desk.is_some()
    }

    /// The operator who is here, if they are signed in at the privacy desk. Asked once; from then on `/v1` is asked as they.
    pub(crate) async fn operator(&self) -> Result<&OperatorToken, Refusal> {
        let desk = self.desk.as_ref().ok_or_else(|| Refusal::of(Kind::Unauthenticated))?;
        let operator = self.operator.get_or_try_init(|| desk.operator(&self.pages.state)).await?;
        self.v1.act_as(operator);
        Ok(operator)
    }

    /// The operator who is here, where that was asked.
    pub(super) fn known_operator(&self) -> Option<&OperatorToken> {
        self.operator.get()
    }

    fn text_for(&self, me: &Me) -> Text {
        let chosen = me.profile.language.as_deref().and_then(Language::of_tag);
        let text = chosen.map_or_else(|| self.text.clone(), |language| self.pages.text(language));
        text.in_zone(zone::of(me).or_else(|| self.zone.filter(|_| zone::is_asked_of_browser(me))))
    }

    /// Whether passkeys can be used at the address of this service.
    pub(crate) fn takes_passkeys(&self) -> bool {
        self.pages.state.relying_party.is_some()
    }

    /// Who is here, where that was asked.
    pub(super) fn known(&self) -> Option<&Me> {
        self.me.get()
    }

    /// The path of the page.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
    }

    /// What was done before this page was shown, in words: `done` in the query is one of these.
    pub(crate) fn done(&self, words: &[(&str, &'static str)]) -> Option<String> {
        let done = self.parameter("done")?;
        words.iter().find(|(word, _)| *word == done).map(|(_, id)| self.text().say(id))
    }

    /// This page, to come back to.
    pub(super) fn here(&self) -> Next {
        let query = if self.query.is_empty() || self.method != Method::GET { "" } else { &self.query };
        let mark = if query.is_empty() { "" } else { "?" };
        Next::or_first(Some(&format!("{}{mark}{query}", self.path)))
    }

    /// What time it is.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.pages.state.store.services().now()
    }

    /// A key that makes a form one command, however often it is sent.
    pub(super) fn fresh_key(&self) -> String {
        self.pages.state.store.services().ids.uuid().to_string()
    }
}

/// An answer in place of the one that was asked for.
pub(crate) struct Instead(Box<Response>);

impl From<Response> for Instead {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Leads the browser to a page (RFC 9110, section 15.4.4).
pub(crate) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}

/// Leads the browser to a page that says what was done.
pub(crate) fn done(path: &str, word: &'static str) -> Response {
    see(&format!("{path}?done={word}"))
}

impl FromRequestParts<Pages> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Pages) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refusal::of(Kind::Internal))
    }
}
