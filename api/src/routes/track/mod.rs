//! `/track`: usage comes in, in the dialect of Mixpanel's ingestion API, so that an SDK made for it only changes its host.
//!
//! SDKs of browsers and phones put a slash behind the path, some servers' send a GET, and pages of any origin ask: all of
//! it is answered. An event that cannot be stored costs no other. Of an account that does not want its usage logged nothing is stored, and the sender is told nothing of
//! that: what is dropped is answered like what is stored. Nothing of the contents is logged.
//!
//! Two passes over a body: the first keeps nothing but the token and counts ([`outline`]), so that nothing is built for
//! a sender who is not let in, or who sends too much; the second builds one event after the other ([`event`]).

mod call;
mod dialect;
mod event;
mod form;
mod mend;
mod others;
mod outline;
mod payload;
mod quota;
mod split;

use std::time::Duration;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Method, Uri};
use axum::response::Response;
use axum::routing::{get, options};
use event_store::StoreError;
use event_store::usage::{self, Ingested, Project};
use tower_http::cors::{Any, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::capacity::Seat;
use crate::extract::{LargestBody, read_whole};
use crate::problem::Problem;
use crate::schemas;
use crate::state::AppState;
use call::{Batch, Call, Packing};
use dialect::{LeftOut, Refusal, VerboseAnswer, Wanted};
use form::{UsageEvents, UsageForm};

/// Largest body, in bytes, also when it is unpacked.
const LARGEST_BODY: usize = 10 * 1024 * 1024;
/// How long a browser need not ask again whether it may send: what Chromium keeps at most.
const PREFLIGHT_LIFE: Duration = Duration::from_secs(2 * 60 * 60);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(track, track_by_query))
        .route("/track", options(preflight))
        .route("/track/", get(track_by_query).post(track).options(preflight))
        .merge(others::routes())
        .layer(Extension(LargestBody(LARGEST_BODY)))
}

/// What a browser asks before it lets a page send: it is answered by [`open_to_every_origin`] before it comes here.
async fn preflight() {}

/// Lets scripts of pages of every origin send, and read the answer: a project's token is public, and nothing else is
/// looked at, no cookie either.
pub(crate) fn open_to_every_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE])
        .expose_headers([RETRY_AFTER])
        .max_age(PREFLIGHT_LIFE)
}

/// Takes usage in.
///
/// The body is a JSON list of events (or one event), or a form whose field `data` holds that, as JSON or as
/// base64 of it; gzip is accepted. Each event is `{"event", "properties": {"token", "distinct_id", "time",
/// "$insert_id", …}}`. A repeat of an event with the same name, time, `distinct_id` and `$insert_id` is
/// stored once.
///
/// - `token` is the project's token. It is not stored.
/// - `time` is in seconds or milliseconds since 1970. Left out, or before 1970 or more than a day ahead, it
///   is the time of arrival; a repeat is known by what was sent.
/// - Without `$insert_id` a repeat cannot be recognised.
///
/// An event that cannot be stored is left out, and costs no other: with `verbose=1` it is told which, and why. Where none
/// can be, the call is refused. Halves of characters and U+0000 are replaced by U+FFFD.
///
/// Every path is taken with a slash behind it as well, and from pages of every origin. Of the dialect's other routes
/// `/engage`, `/groups` and `/import` keep nothing, and answer so.
#[utoipa::path(
    post, path = "/track", tag = "Ingestion", operation_id = "track",
    params(("verbose" = Option<u8>, Query, description = "1: answer JSON that says what is wrong")),
    request_body(content((UsageEvents = "application/json"), (UsageForm = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, description = "`1`, or with `verbose=1` the same as JSON", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 400, description = "`0`: it cannot be read, or no event is as it must be", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 401, description = "`0`: no event has the token of the house project", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 413, description = "`0`: more than 10 MiB, 2000 events or 600000 values", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 415, description = "`0`: compressed otherwise than with gzip", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"),
        )),
        (status = 429, description = "More than 64 MiB at a stretch from one network: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn track(
    State(state): State<AppState>,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    let mut wanted = Wanted::by_query(&uri);
    let outcome = take_in(&state, request, &mut wanted).await?;
    Ok(wanted.answer(outcome.as_ref().map_err(Clone::clone)))
}

/// Takes usage in from the query, as a pixel or a package does that sends no body.
///
/// The same as a form that is posted: `data` is a list of events or one event, as JSON or as base64 of it. Whatever else
/// stands in the query is not looked at. The request line and the headers may have 32 KiB together.
#[utoipa::path(
    get, path = "/track", tag = "Ingestion", operation_id = "trackByQuery",
    params(
        ("data" = Option<String>, Query, description = "The events, as JSON or base64 of it"),
        ("verbose" = Option<u8>, Query, description = "1: answer JSON that says what is wrong"),
        ("img" = Option<u8>, Query, description = "1: answer an image of one transparent point"),
    ),
    responses(
        (status = 200, description = "`1`, or with `verbose=1` the same as JSON, or with `img=1` an image", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"), (schemas::Pixel = "image/gif"),
        )),
        (status = 400, description = "`0`: it cannot be read, or no event is as it must be", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"), (schemas::Pixel = "image/gif"),
        )),
        (status = 401, description = "`0`: no event has the token of the house project", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"), (schemas::Pixel = "image/gif"),
        )),
        (status = 413, description = "`0`: more than 2000 events or 600000 values", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"), (schemas::Pixel = "image/gif"),
        )),
        (status = 415, description = "`0`: compressed otherwise than with gzip", content(
            (String = "text/plain"), (VerboseAnswer = "application/json"), (schemas::Pixel = "image/gif"),
        )),
        (status = 429, description = "More than 64 MiB at a stretch from one network: `too-many-tries`; see `Retry-After`"),
    )
)]
pub(crate) async fn track_by_query(
    state: State<AppState>,
    uri: Uri,
    request: Request,
) -> Result<Response, Problem> {
    track(state, uri, request).await
}

/// Stores what a call brings, and tells what had to be left out. The outer error is ours, the inner one the sender's.
async fn take_in(
    state: &AppState,
    request: Request,
    wanted: &mut Wanted,
) -> Result<Result<LeftOut, Refusal>, Problem> {
    let network = request.extensions().get::<Seat>().and_then(Seat::network);
    state.refused_usage.refuse(network)?;
    let mut read = 0;
    let outcome = store(state, request, wanted, &mut read).await?;
    match &outcome {
        Ok(left_out) => state.refused_usage.note_read(network, left_out.bytes()),
        Err(_) => state.refused_usage.note(network, read),
    }
    Ok(outcome)
}

/// The same; tells how many bytes are `read`, or may have been.
async fn store(
    state: &AppState,
    request: Request,
    wanted: &mut Wanted,
    read: &mut usize,
) -> Result<Result<LeftOut, Refusal>, Problem> {
    let packing = match Packing::of(request.headers()) {
        Ok(packing) => packing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let query = request.uri().query().map(str::to_owned);
    let whole = match read_whole(request, state).await {
        Ok(whole) => whole,
        Err(problem) => return call::told(problem).map(Err),
    };
    *read = packing.at_most(whole.len());
    let network = whole.network();
    let reading = move || Call::read(whole, packing, query.as_deref());
    let call = match state.parsing.run(network, *read, reading).await?? {
        Ok(call) => call,
        Err(refusal) => return Ok(Err(refusal)),
    };
    *read = call.payload.json.len();
    wanted.or_verbose(call.payload.verbose);
    if call.outline.events == 0 {
        // Nothing was sent: there is nothing to be let in.
        return Ok(Ok(LeftOut::of(0)));
    }
    if let Some(refusal) = call.refusal() {
        return Ok(Err(refusal));
    }
    let Some(project) = house_among(state, &call.outline.tokens).await? else {
        return Ok(Err(Refusal::unknown_token()));
    };
    let services = state.store.services().clone();
    let from = network.map_or_else(|| "unknown".to_owned(), |network| network.to_string());
    let project_id = project.id.clone();
    let Batch { events, left_out, charge: _charge } =
        state.parsing.run(network, *read, move || call.events(&services, &project)).await?;
    if let Some(refusal) = left_out.refusal() {
        return Ok(Err(refusal));
    }
    let events = state.within_quota(&project_id, &from, events)?;
    count(usage::ingest(state.store.pool(), &events).await?, left_out.len());
    Ok(Ok(left_out))
}

/// The house project, if one of the tokens is its token: the one project whose usage is collected so far.
async fn house_among(state: &AppState, tokens: &[String]) -> Result<Option<Project>, StoreError> {
    for token in tokens {
        if let Some(known) = state.projects.get(token).await {
            return Ok(Some(known));
        }
        let found = usage::project_with_token(state.store.pool(), token).await?;
        if let Some(project) = found.filter(|project| project.house) {
            state.projects.insert(token.to_owned(), project.clone()).await;
            return Ok(Some(project));
        }
    }
    Ok(None)
}

fn count(ingested: Ingested, left_out: usize) {
    let Ingested { stored, dropped, repeated } = ingested;
    let outcomes =
        [("stored", stored), ("dropped", dropped), ("repeated", repeated), ("left_out", left_out as u64)];
    for (outcome, number) in outcomes {
        metrics::counter!("personal_settings_usage_events_total", "outcome" => outcome).increment(number);
    }
}
