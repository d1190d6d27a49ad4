//! One effect however often a request that writes is sent (draft-ietf-httpapi-idempotency-key-header).
//!
//! The first request with a key is carried out in a task of its own, so a client that goes away does not
//! stop it half-way; its answer is kept for a day, sealed, and given again for the same key and body in the same session, or
//! with the same operator's token, where the caller may still send it: the [guard](super::guard()) runs first. With the link
//! of a mail the key belongs to the link. Of an answer that held a secret only that it was given is kept. Where the caller is
//! not known yet a key means nothing, and what tells how something stands now is told anew ([`Repeat`]). Answers after which
//! the same request may succeed are not kept.
//!
//! A crash in the middle leaves a key without an answer. After a minute a repeat is carried out where nothing was
//! stored, and is told that the answer is lost where something was ([`event_store::records::idempotency`]).

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use event_store::postgres::backoff::Delays;
use event_store::records::idempotency::{self, Caller, Claim, ClaimGuard};
use serde::Deserialize;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use super::kept::Kept;
use super::panic::or_panic;
use crate::capacity::Seat;
use crate::extract::{RequestContext, read_whole};
use crate::links::LinkToken;
use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::writing::{Guard, Repeat, Writing};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 255;
/// How long a repeat waits for the answer to the first.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a request may be carried out: less than the time after which another may take its key over.
const LONGEST: Duration = Duration::from_secs(50);
/// Largest answer that is kept, in bytes. Ours are far smaller.
const LARGEST: usize = 1024 * 1024;

/// Largest body in which a link is looked for, in bytes: it is read here and now.
const LARGEST_WITH_LINK: usize = 16 * 1024;

/// Carries a request with an `Idempotency-Key` out once.
pub(super) async fn idempotent(
    state: AppState,
    writing: Writing,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (key, repeat) = (key_of(request.headers())?, writing.repeat);
    let Some(key) = key.filter(|_| repeat != Repeat::Anew) else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let whole = read_whole(Request::from_parts(parts.clone(), body), &state).await?;
    let caller = match parts.extensions.get::<Caller>() {
        Some(caller) => Some(caller.clone()),
        None if writing.guard == Guard::Link => link_in(&state, &mut parts, &whole).await?,
        None => None,
    };
    let said =
        [parts.method.as_str().as_bytes(), b"\0", parts.uri.path().as_bytes(), b"\0", &*whole].concat();
    let seat = parts.extensions.get::<Seat>().cloned();
    parts.extensions.insert(whole);
    let mut request = Request::from_parts(parts, Body::empty());
    let Some(caller) = caller else { return Ok(next.run(request).await) };
    // Claiming is part of the task: a key that was claimed for a client who has gone is answered for.
    let work = async move {
        // Work that goes on when its client has gone still takes a place.
        let _seat = seat;
        match claim(&state, &caller, &key, &said).await? {
            Claim::First(ticket) => {
                request.extensions_mut().insert(ticket.mark());
                Ok(carry_out(ticket, repeat, next, request).await)
            }
            Claim::Lost => Err(Problem::because(
                Kind::AnswerLost,
                "It was carried out, but its answer was lost. Nothing is done again for this Idempotency-Key: look at \
                 what there is.",
            )),
            Claim::Answered(kept) => Kept::replay(&kept, repeat),
            Claim::OtherBody => Err(Problem::new(Kind::IdempotencyKeyReused)),
            Claim::Pending => Err(Problem::new(Kind::RequestInProgress)),
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

/// The link that a body names, where it is one that we mailed: what was never proved has no keys. Asking counts as trying
/// a secret does.
async fn link_in(state: &AppState, parts: &mut Parts, body: &[u8]) -> Result<Option<Caller>, Problem> {
    #[derive(Deserialize)]
    struct Linked {
        token: LinkToken,
    }
    if body.len() > LARGEST_WITH_LINK {
        return Ok(None);
    }
    let Ok(Linked { token }) = serde_json::from_slice(body) else { return Ok(None) };
    let context = RequestContext::from_request_parts(parts, state).await?;
    let known = state.open_with(&token, &context, async |hash, _| {
        Ok(idempotency::is_link(state.store.records(), &hash).await?.then_some(Caller::Link(hash)))
    });
    match known.await {
        Ok(caller) => Ok(Some(caller)),
        // The route says so, and counts it.
        Err(problem) if problem.kind() == Kind::LinkDead => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Claims the key; where the first request is still at work, waits for its answer for a while.
async fn claim(state: &AppState, caller: &Caller, key: &str, said: &[u8]) -> Result<Claim, Problem> {
    let deadline = Instant::now() + PATIENCE;
    let mut delays = Delays::new(Duration::from_millis(20), Duration::from_millis(500));
    loop {
        match idempotency::claim(state.store.records(), caller, key, said).await? {
            Claim::Pending if Instant::now() < deadline => delays.wait().await,
            claimed => return Ok(claimed),
        }
    }
}

async fn carry_out(ticket: ClaimGuard, repeat: Repeat, next: Next, request: Request) -> Response {
    // A panic gives the key up like any other failure.
    let response = match timeout(LONGEST, or_panic(next.run(request))).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::TimedOut).into_response(),
    };
    if !is_final(response.status()) {
        if let Err(error) = ticket.give_up().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "releasing the Idempotency-Key failed");
        }
        return response;
    }
    match keep(&ticket, repeat, response).await {
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

async fn keep(ticket: &ClaimGuard, repeat: Repeat, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.map_err(Problem::internal)?;
    let kept = Kept::new(parts.status, &parts.headers, &body, repeat);
    let written = serde_json::to_vec(&kept).map_err(Problem::internal)?;
    // What was done is done: the caller hears of it even when a repeat will not.
    if let Err(error) = ticket.answered(&written).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "storing the response for its Idempotency-Key failed"
        );
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

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

    #[test]
    fn an_answer_that_can_change_is_not_kept() {
        for status in [200, 201, 202, 204, 404, 409, 410, 422] {
            assert!(is_final(StatusCode::from_u16(status).unwrap()), "{status}");
        }
        for status in [401, 403, 429, 500, 503] {
            assert!(!is_final(StatusCode::from_u16(status).unwrap()), "{status}");
        }
    }
}
