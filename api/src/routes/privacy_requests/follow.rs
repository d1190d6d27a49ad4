//! `GET /v1/me/privacy-requests/{id}/events`: a request as it moves, as server-sent events.
//!
//! Says at once where the request stands, then each change, until it is closed. A stream sleeps until the log or the
//! read model moves, in whatever process: both are followed once for all of this one. Then all streams look together,
//! in one statement. A session that ends meanwhile ends the stream; so does a failure of the database, after which a
//! browser comes back by itself.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::RequestId;
use event_store::StoreError;
use event_store::records::session::Session;
use futures::{Stream, stream};
use projections::privacy_request::{NAME, RequestView};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::lookup;
use super::representation::PrivacyRequestBody;
use crate::capacity::Client;
use crate::extract::{CurrentSession, Id, SeenPosition, StreamPermits};
use crate::problem::Problem;
use crate::state::AppState;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often a silent stream says that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often is looked although nothing moved: a session runs out without an event.
const QUIET: Duration = Duration::from_secs(60);
/// How long at least between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Follows a request.
///
/// Each event is named `state`, has the request's version as its id, and as its data what
/// `GET /v1/me/privacy-requests/{id}` answers. The stream ends when the request is closed. A client that has
/// seen that and comes back gets 204, which tells a browser to stay away.
#[utoipa::path(
    get, path = "/v1/me/privacy-requests/{id}/events", tag = "Privacy requests", operation_id = "followPrivacyRequest",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen")),
    responses(
        (status = 200, description = "The request, now and whenever it changes", body = PrivacyRequestBody,
            content_type = "text/event-stream"),
        (status = 204, description = "The request is closed, and you have seen it so"),
    )
)]
pub(crate) async fn follow(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<RequestId>,
    SeenPosition(seen): SeenPosition,
    headers: HeaderMap,
    permits: StreamPermits,
) -> Result<Response, Problem> {
    let permit = permits.acquire(Client::Account(current.account()))?;
    let first = lookup::find(&state, current.account(), id, seen).await?;
    let last = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok()?.parse().ok());
    if first.request.state.is_closed() && last == Some(first.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let follower = Follower {
        progress: state.views.follow(NAME),
        log: state.store.head().subscribe(),
        session: current.0,
        id,
        shown: first.version,
        next: Some(first),
        ended: false,
        state,
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(permit.hold(follower.stream())).keep_alive(keep_alive).into_response())
}

/// A session that looks on.
struct Follower {
    state: AppState,
    session: Session,
    id: RequestId,
    /// Told when the read model moves.
    progress: Option<watch::Receiver<i64>>,
    /// Told when the log does: a session may have ended.
    log: watch::Receiver<i64>,
    /// The version last shown.
    shown: i64,
    /// What to show without waiting.
    next: Option<RequestView>,
    ended: bool,
}

impl Follower {
    fn stream(self) -> impl Stream<Item = Result<Event, axum::Error>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.event().await?;
            Some((event, follower))
        })
    }

    async fn event(&mut self) -> Option<Result<Event, axum::Error>> {
        if self.ended {
            return None;
        }
        let view = match self.next.take() {
            Some(view) => view,
            None => self.change().await?,
        };
        self.shown = view.version;
        self.ended = view.request.state.is_closed();
        let body = PrivacyRequestBody::of(&view, self.state.store.services().now());
        Some(Event::default().event("state").id(view.version.to_string()).json_data(body))
    }

    /// Waits for the next change. `None` when there will be none to show.
    async fn change(&mut self) -> Option<RequestView> {
        let shutdown = self.state.vitals.shutdown.clone();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = self.news() => {}
            }
            match self.look().await {
                Ok(Some(Look::Changed(view))) => return Some(*view),
                Ok(Some(Look::Same)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "event stream cut off");
                    return None;
                }
            }
        }
    }

    /// Waits until something moved, and then for a moment: what moves is much, or nothing.
    async fn news(&mut self) {
        let (log, progress) = (&mut self.log, &mut self.progress);
        let moved = async {
            match progress {
                Some(progress) => tokio::select! {
                    moved = log.changed() => moved,
                    moved = progress.changed() => moved,
                },
                None => log.changed().await,
            }
        };
        // Time that is up is a reason to look as well; that nothing moves any more, one to wait.
        if !matches!(timeout(QUIET, moved).await, Ok(Ok(())) | Err(_)) {
            sleep(QUIET).await;
        }
        sleep(PAUSE).await;
        self.log.mark_unchanged();
        if let Some(progress) = &mut self.progress {
            progress.mark_unchanged();
        }
    }

    /// The request, if it has changed. `None` where it is not to be shown any more.
    async fn look(&self) -> Result<Option<Look>, StoreError> {
        let (session, now) = (&self.session, self.state.store.services().now());
        if !self.state.sessions.is_alive(session.account, session.id, now).await? {
            return Ok(None);
        }
        if self.state.views.request_version(self.id).await?.is_none_or(|version| version <= self.shown) {
            return Ok(Some(Look::Same));
        }
        let view = self.state.views.request_fetch(session.account, self.id).await?;
        Ok(view.map(Box::new).map(Look::Changed))
    }
}

/// What a look has shown.
enum Look {
    Same,
    Changed(Box<RequestView>),
}

#[cfg(test)]
mod tests {
    use super::super::representation::tests::{NOW, at, export, packaged};
    use super::*;
    use crate::tests::{state, text_of};
    use domain::SessionId;
    use domain::authentication::Factors;
    use domain::privacy_request::Request;
    use futures::StreamExt;
    use uuid::Uuid;

    fn follower(request: Request) -> Follower {
        let session = Session {
            id: SessionId::from_uuid(Uuid::nil()),
            account: request.account_id,
            created_at: at(NOW),
            seen_at: at(NOW),
            sudo_at: at(NOW),
            expires_at: at(NOW),
            factors: Factors::PASSWORD,
            generation: Some(1),
        };
        let state = state();
        Follower {
            progress: state.views.follow(NAME),
            log: state.store.head().subscribe(),
            session,
            id: request.request_id,
            shown: 0,
            next: Some(RequestView { request, version: 5 }),
            ended: false,
            state,
        }
    }

    #[tokio::test]
    async fn a_closed_request_is_shown_once() {
        let stream = follower(packaged()).stream();
        let text = text_of(Sse::new(stream).into_response()).await;
        assert!(text.starts_with("event: state\nid: 5\ndata: {\"id\":\"req_"), "{text}");
        assert!(text.ends_with("}\n\n") && text.matches("event:").count() == 1, "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_request_is_followed_until_the_process_stops() {
        let follower = follower(export());
        follower.state.vitals.shutdown.cancel();
        let text = text_of(Sse::new(follower.stream()).into_response()).await;
        assert_eq!(text.matches("event: state").count(), 1, "{text}");
    }

    /// The database is away, so a look would end the stream.
    #[tokio::test(start_paused = true)]
    async fn nothing_is_asked_of_the_database_until_something_moves() {
        let (moved, progress) = watch::channel(1);
        let mut follower = follower(export());
        follower.progress = Some(progress);
        let mut events = std::pin::pin!(follower.stream());
        assert!(events.next().await.unwrap().is_ok());
        let still = timeout(QUIET - Duration::from_secs(1), events.next()).await;
        assert!(still.is_err(), "it looked although nothing moved");
        moved.send_replace(2);
        assert!(events.next().await.is_none());
    }
}
