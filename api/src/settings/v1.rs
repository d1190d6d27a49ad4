//! `/v1` as a page asks it: within the process, as the browser whose page it is.
//!
//! A request carries what the browser's own said of itself: its cookie, its program, from which page it came, and from
//! which address; and it stays in the place of the browser's. What `/v1` tells the browser (cookies, what to forget) is kept, and told with
//! the page. What was done is seen by what is asked after it, also through another process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, ORIGIN, SET_COOKIE, USER_AGENT,
};
use axum::http::{Extensions, HeaderMap, Method};
use axum::response::Response;
use event_store::records::operator_token::OperatorToken;
use secrecy::ExposeSecret;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use tower::ServiceExt;

use super::pages::Pages;
use super::refusal::Refusal;
use crate::capacity::Seat;
use crate::event_position::EVENT_POSITION;
use crate::extract::{ClientAddress, RequestTag};
use crate::problem::Kind;

/// Headers in which a browser says of itself what `/v1` goes by.
const CARRIED: [HeaderName; 3] = [USER_AGENT, ORIGIN, HeaderName::from_static("sec-fetch-site")];
/// Headers of answers that are for the browser.
const TOLD: [HeaderName; 2] = [SET_COOKIE, HeaderName::from_static("clear-site-data")];
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Largest answer that a page is made of, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// `/v1`, asked as one browser. Clones are the same browser.
#[derive(Clone)]
pub(crate) struct V1(Arc<Inner>);

struct Inner {
    pages: Pages,
    headers: HeaderMap,
    extensions: Extensions,
    told: Mutex<Told>,
    caller: Caller,
}

/// Who asks.
enum Caller {
    /// The browser, by its cookies.
    Browser,
    /// An operator at the privacy desk, once it is known who. No cookie says so at `/v1`, and what `/v1` tells operators is not
    /// for the browser.
    Operator(OnceLock<OperatorToken>),
}

/// What the answers so far have told.
#[derive(Default)]
struct Told {
    cookies: BTreeMap<String, String>,
    position: Option<HeaderValue>,
    /// Whether a command of this visit was told a position.
    has_written: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl V1 {
    /// Asked as the browser that sent `request`.
    pub(super) fn of(pages: &Pages, request: &Request) -> Self {
        let seen = pages.state.cookie.read_seen(request.headers());
        let position = seen.and_then(|seen| HeaderValue::from_str(seen.expose_secret()).ok());
        let told = Told { cookies: cookies(request.headers()), position, ..Told::default() };
        Self::new(pages, request, told, Caller::Browser)
    }

    /// Asked as an operator at the privacy desk, who is yet to be [named](Self::act_as).
    pub(super) fn of_desk(pages: &Pages, request: &Request) -> Self {
        Self::new(pages, request, Told::default(), Caller::Operator(OnceLock::new()))
    }

    /// Names the operator who asks.
    pub(super) fn act_as(&self, operator: &OperatorToken) {
        if let Caller::Operator(known) = &self.0.caller {
            known.get_or_init(|| operator.clone());
        }
    }

    fn new(pages: &Pages, request: &Request, told: Told, caller: Caller) -> Self {
        let of = |name: &HeaderName| Some((name.clone(), request.headers().get(name)?.clone()));
        let mut extensions = Extensions::new();
        let given = request.extensions();
        given.get::<RequestTag>().map(|tag| extensions.insert(*tag));
        given.get::<ClientAddress>().map(|address| extensions.insert(*address));
        given.get::<Seat>().map(|seat| extensions.insert(seat.clone()));
        Self(Arc::new(Inner {
            pages: pages.clone(),
            headers: CARRIED.iter().filter_map(of).collect(),
            extensions,
            told: Mutex::new(told),
            caller,
        }))
    }

    /// Asks for what is at `path`.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        self.ask(Method::GET, path, None, None).await
    }

    /// Whether what is at `path` could be had now: it is not fetched.
    pub(crate) async fn check(&self, path: &str) -> Result<(), Refusal> {
        self.open(Method::HEAD, path, &HeaderMap::new()).await.map(drop)
    }

    /// The answer of `path` itself, as it comes in: for what is too large to be held. `asked` are headers of the browser's
    /// that say which part of it is wanted.
    pub(crate) async fn open(
        &self,
        method: Method,
        path: &str,
        asked: &HeaderMap,
    ) -> Result<Response, Refusal> {
        let request = self.request(method, path, None, None);
        let mut request = request.ok_or_else(|| Refusal::of(Kind::Internal))?;
        request.headers_mut().extend(asked.iter().map(|(name, value)| (name.clone(), value.clone())));
        let Ok(answer) = self.0.pages.v1.clone().oneshot(request).await;
        // That a file begins to be handed over is written down, and is to be seen in what is shown next.
        self.hear(&answer, false);
        if answer.status().is_success() {
            return Ok(answer);
        }
        // An answer to HEAD has no document, but tells what kind of refusal it is.
        let kind = answer.extensions().get::<Kind>().copied();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(unreadable)?;
        let read = Refusal::read(&parts.headers, &body);
        Err(Refusal { kind: kind.unwrap_or(read.kind), ..read })
    }

    /// Sends a command. With the `key` of a form it is carried out once, however often the form is sent.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Result<T, Refusal> {
        self.ask(method, path, body, key).await
    }

    /// Sends a command whose answer says nothing that the page needs.
    pub(crate) async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Result<(), Refusal> {
        self.ask::<IgnoredAny>(method, path, body, key).await.map(drop)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Result<T, Refusal> {
        let reads = method.is_safe();
        let request = self.request(method, path, body, key).ok_or_else(|| Refusal::of(Kind::Internal))?;
        let Ok(answer) = self.0.pages.v1.clone().oneshot(request).await;
        self.hear(&answer, reads);
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(unreadable)?;
        if !parts.status.is_success() {
            return Err(Refusal::read(&parts.headers, &body));
        }
        // An answer without a body says nothing.
        let body = if body.is_empty() { &b"null"[..] } else { &body };
        serde_json::from_slice(body).map_err(unreadable)
    }

    fn request(&self, method: Method, path: &str, body: Option<Value>, key: Option<&str>) -> Option<Request> {
        let (cookie, position) = {
            let told = self.told();
            let pairs: Vec<String> =
                told.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            (pairs.join("; "), told.position.clone())
        };
        let mut request = Request::builder().method(method).uri(path);
        let text = body.map(|body| body.to_string());
        if let Some(text) = &text {
            request = request.header(CONTENT_TYPE, "application/json").header(CONTENT_LENGTH, text.len());
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        if !cookie.is_empty() {
            request = request.header(COOKIE, cookie);
        }
        if let Some(position) = position {
            request = request.header(EVENT_POSITION, position);
        }
        let mut request = request.body(Body::from(text.unwrap_or_default())).ok()?;
        request.headers_mut().extend(self.0.headers.clone());
        *request.extensions_mut() = self.0.extensions.clone();
        if let Caller::Operator(known) = &self.0.caller {
            known.get().map(|operator| request.extensions_mut().insert(operator.clone()));
        }
        Some(request)
    }

    /// Keeps what an answer tells the browser.
    fn hear(&self, answer: &Response, reads: bool) {
        if matches!(self.0.caller, Caller::Operator(_)) {
            return;
        }
        let mut told = self.told();
        if let Some(position) = answer.headers().get(EVENT_POSITION) {
            told.position = Some(position.clone());
            told.has_written |= !reads;
        }
        for value in answer.headers().get_all(SET_COOKIE) {
            let pair =
                value.to_str().unwrap_or_default().split(';').next().and_then(|pair| pair.split_once('='));
            let Some((name, value)) = pair else { continue };
            if value.is_empty() {
                told.cookies.remove(name);
            } else {
                told.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        for name in TOLD {
            told.headers
                .extend(answer.headers().get_all(&name).iter().map(|value| (name.clone(), value.clone())));
        }
    }

    /// Tells the browser what `/v1` has told.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let told = self.told();
        for (name, value) in &told.headers {
            headers.append(name, value.clone());
        }
        let seen = told.position.as_ref().filter(|_| told.has_written);
        if let Some(cookie) = seen.and_then(|seen| self.0.pages.state.cookie.seen(seen)) {
            headers.append(SET_COOKIE, cookie);
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreadable(error: impl std::error::Error + 'static) -> Refusal {
    tracing::error!(error = &error as &dyn std::error::Error, "a page cannot read an answer of /v1");
    Refusal::of(Kind::Internal)
}

fn cookies(headers: &HeaderMap) -> BTreeMap<String, String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut cookies = BTreeMap::new();
    for (name, value) in pairs {
        // Of several of one name the first counts, as at /v1.
        cookies.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    cookies
}
