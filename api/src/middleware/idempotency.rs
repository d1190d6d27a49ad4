//! One effect however often a POST is sent (draft-ietf-httpapi-idempotency-key-header).
//!
//! The first request with a key is carried out in a task of its own, so a client that goes away does not
//! stop it half-way; its answer is kept for a day, sealed, and given again to whoever sends the same key and
//! body. A key means something only to its caller: the account, the operator, or for signing in whoever
//! knows the key and the password. Answers after which the same request may succeed are not kept.
//!
//! A crash in the middle leaves a key without an answer. After a minute a repeat is carried out where nothing was
//! stored, and is told that the answer is lost where something was ([`event_store::vault::idempotency`]).

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use event_store::retry::Delays;
use event_store::vault::idempotency::{self, Claimed, Ticket};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::command::EVENT_POSITION;
use crate::extract::{CurrentSession, Operator, any_operator, read_whole};
use crate::places::Seat;
use crate::problem::{Kind, Problem};
use crate::state::AppState;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 255;
/// How long a repeat waits for the answer to the first.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a request may be carried out: less than the time after which another may take its key over.
const LONGEST: Duration = Duration::from_secs(50);
/// Headers that belong to what was done, and so to every answer about it.
const KEPT: [HeaderName; 4] = [LOCATION, EVENT_POSITION, CONTENT_TYPE, SET_COOKIE];
/// Largest answer that is kept, in bytes. Ours are far smaller.
const LARGEST: usize = 1024 * 1024;

/// Carries a POST with an `Idempotency-Key` out once.
pub(crate) async fn once(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if request.method() != Method::POST {
        return Ok(next.run(request).await);
    }
    let Some(key) = key_of(request.headers())? else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let caller = caller(&mut parts, &state).await?;
    let whole = read_whole(Request::from_parts(parts.clone(), body), &state).await?;
    let said = [b"POST\0", parts.uri.path().as_bytes(), b"\0", &*whole].concat();
    let seat = parts.extensions.get::<Seat>().cloned();
    parts.extensions.insert(whole);
    let mut request = Request::from_parts(parts, Body::empty());
    // Claiming is part of the task: a key that was claimed for a client who has gone is answered for.
    let work = async move {
        // Work that goes on when its client has gone still takes a place.
        let _seat = seat;
        match claim(&state, &caller, &key, &said).await? {
            Claimed::First(ticket) => {
                request.extensions_mut().insert(ticket.mark());
                Ok(carry_out(ticket, next, request).await)
            }
            Claimed::Lost => Err(Problem::because(
                Kind::AnswerLost,
                "It was carried out, but its answer was lost. Nothing is done again for this Idempotency-Key: look at \
                 what there is.",
            )),
            Claimed::Answered(kept) => Kept::replay(&kept),
            Claimed::OtherBody => Err(Problem::new(Kind::IdempotencyKeyReused)),
            Claimed::Pending => Err(Problem::new(Kind::RequestInProgress)),
        }
    };
    tokio::spawn(work.in_current_span()).await.map_err(Problem::internal)?
}

/// The key, if one was sent: 1 to 255 visible ASCII characters.
fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let visible =
        |bytes: &[u8]| (1..=LONGEST_KEY).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(key) if visible(key.as_bytes()) && values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(Problem::because(
            Kind::InvalidIdempotencyKey,
            "Send one Idempotency-Key of 1 to 255 visible ASCII characters.",
        )),
    }
}

/// Whose the key is. Who may not send the request is refused here as the route would refuse them.
async fn caller(parts: &mut Parts, state: &AppState) -> Result<String, Problem> {
    match parts.uri.path() {
        path if is_anonymous(path) => Ok("anonymous".to_owned()),
        "/v1/introspect" | "/v1/revoke" => Ok(any_operator(parts, state).await?.to_string()),
        path if path.starts_with("/v1/admin/") => {
            Ok(Operator::from_request_parts(parts, state).await?.0.to_string())
        }
        _ => Ok(CurrentSession::from_request_parts(parts, state).await?.account().to_string()),
    }
}

/// Whether a route is for whoever is not signed in, or need not be: who has the link of a mail is known by that.
fn is_anonymous(path: &str) -> bool {
    const ROUTES: [&str; 10] = [
        "/v1/sessions",
        "/v1/sessions/second-factor",
        "/v1/password-resets",
        "/v1/email-confirmations",
        "/v1/email-undos",
        "/v1/factor-undos",
        "/v1/billing-email-undos",
        "/v1/invitations/lookup",
        "/v1/invitations/register",
        "/v1/invitations/decline",
    ];
    ROUTES.contains(&path)
}

/// Claims the key; where the first request is still at work, waits for its answer for a while.
async fn claim(state: &AppState, caller: &str, key: &str, said: &[u8]) -> Result<Claimed, Problem> {
    let deadline = Instant::now() + PATIENCE;
    let mut delays = Delays::new(Duration::from_millis(20), Duration::from_millis(500));
    loop {
        match idempotency::claim(&state.store, caller, key, said).await? {
            Claimed::Pending if Instant::now() < deadline => delays.wait().await,
            claimed => return Ok(claimed),
        }
    }
}

async fn carry_out(ticket: Ticket, next: Next, request: Request) -> Response {
    let response = match timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::TimedOut).into_response(),
    };
    if !is_final(response.status()) {
        if let Err(error) = ticket.give_up().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "an Idempotency-Key was not given up");
        }
        return response;
    }
    match keep(&ticket, response).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Whether an answer is the last word on its request. After the others the same request may well succeed:
/// once the caller has signed in, given the password again, or waited.
fn is_final(status: StatusCode) -> bool {
    let open = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
    !status.is_server_error() && !open.contains(&status)
}

async fn keep(ticket: &Ticket, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.map_err(Problem::internal)?;
    let kept = Kept::new(parts.status, &parts.headers, &body);
    let written = serde_json::to_vec(&kept).map_err(Problem::internal)?;
    // What was done is done: the caller hears of it even when a repeat will not.
    if let Err(error) = ticket.answered(&written).await {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be kept for repeats");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
}

impl Kept {
    fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let kept = headers.iter().filter(|(name, _)| KEPT.contains(name));
        let headers = kept.filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
        Self { status: status.as_u16(), headers, body: BASE64_STANDARD.encode(body) }
    }

    fn replay(written: &[u8]) -> Result<Response, Problem> {
        let kept: Self = serde_json::from_slice(written).map_err(Problem::internal)?;
        let body = BASE64_STANDARD.decode(kept.body).map_err(Problem::internal)?;
        let mut response =
            (StatusCode::from_u16(kept.status).map_err(Problem::internal)?, body).into_response();
        // An answer without a body had no type either.
        response.headers_mut().remove(CONTENT_TYPE);
        for (name, value) in kept.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Problem::internal)?;
            let value = HeaderValue::from_str(&value).map_err(Problem::internal)?;
            response.headers_mut().append(name, value);
        }
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;

    fn keyed(values: &[&[u8]]) -> Result<Option<String>, Kind> {
        let headers = values.iter().map(|value| (KEY, HeaderValue::from_bytes(value).unwrap())).collect();
        key_of(&headers).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(keyed(&[]), Ok(None));
        assert_eq!(keyed(&[b"8e03978e-40d5"]), Ok(Some("8e03978e-40d5".to_owned())));
        assert!(keyed(&[&[b'x'; 255]]).is_ok());
        for wrong in [vec![&b""[..]], vec![b"a b"], vec![b"\xc3\xa9"], vec![&[b'x'; 256]], vec![b"a", b"b"]] {
            assert_eq!(keyed(&wrong), Err(Kind::InvalidIdempotencyKey), "{wrong:?}");
        }
    }

    /// A route that asks for no session must not ask for one because of a key.
    #[test]
    fn who_need_not_be_signed_in_need_not_be_for_a_key() {
        let document = serde_json::to_value(crate::openapi()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            let Some(post) = item.get("post").filter(|_| path.starts_with("/v1/")) else { continue };
            assert_eq!(is_anonymous(path), post.get("security").is_none(), "{path}");
        }
    }

    #[test]
    fn an_answer_that_can_change_is_not_kept() {
        for status in [200, 201, 202, 204, 404, 409, 410, 422] {
            assert!(is_final(StatusCode::from_u16(status).unwrap()), "{status}");
        }
        for status in [401, 403, 429, 500, 503] {
            assert!(!is_final(StatusCode::from_u16(status).unwrap()), "{status}");
        }
    }

    #[tokio::test]
    async fn a_kept_answer_is_given_again_as_it_was() {
        let headers = HeaderMap::from_iter([
            (LOCATION, HeaderValue::from_static("/v1/sessions/ses_1")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (EVENT_POSITION, HeaderValue::from_static("7")),
            (HeaderName::from_static("x-request-id"), HeaderValue::from_static("of the first")),
        ]);
        let kept = Kept::new(StatusCode::CREATED, &headers, b"{\"id\":1}");
        let response = Kept::replay(&serde_json::to_vec(&kept).unwrap()).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()[LOCATION], "/v1/sessions/ses_1");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[EVENT_POSITION], "7");
        assert_eq!(response.headers()[REPLAYED], "true");
        assert!(!response.headers().contains_key("x-request-id"));
        assert_eq!(text_of(response).await, "{\"id\":1}");
    }
}
