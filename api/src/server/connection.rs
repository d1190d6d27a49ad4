//! One connection, from its first byte to its last: HTTP/1.1 or HTTP/2, whichever its client speaks.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::activity::{Activity, UnderWay};
use super::stream::Watched;
use crate::capacity::Shares;
use crate::network::Network;

/// Largest head of a request, in bytes; a larger one is answered 431.
const LARGEST_HEAD: usize = 32 * 1024;
/// Requests at once over one connection of HTTP/2.
const MOST_AT_ONCE: u32 = 32;
/// What a client may send ahead over HTTP/2, in bytes: of one request, and in all.
const WINDOWS: (u32, u32) = (32 * 1024, 64 * 1024);
/// What of an answer is held for a client over HTTP/2, in bytes.
const SENT_AHEAD: usize = 64 * 1024;
/// How often it is looked whether the client is late.
const LOOK: Duration = Duration::from_secs(1);
/// How long a client has to take its leave.
const FAREWELL: Duration = Duration::from_secs(1);

/// See the module.
pub(super) struct Connection {
    pub(super) router: Router,
    pub(super) peer: SocketAddr,
    /// All connections there are.
    pub(super) shares: Shares<Network>,
    /// How many of them are a crowd.
    pub(super) crowd: usize,
    /// Cancelled when no further request is taken.
    pub(super) ending: CancellationToken,
}

impl Connection {
    /// Serves it until the client closes it, is late, or the service ends.
    pub(super) async fn serve(self, stream: TcpStream) {
        let activity = Activity::begin();
        let service = service_fn({
            let (router, peer, activity) = (self.router.clone(), self.peer, activity.clone());
            move |request| answer(router.clone(), peer, activity.request(), request)
        });
        let builder = builder();
        let stream = TokioIo::new(Watched::new(stream, activity.clone()));
        let mut connection = std::pin::pin!(builder.serve_connection(stream, service));
        let mut look = tokio::time::interval(LOOK);
        let mut leaving = false;
        loop {
            tokio::select! {
                // What went wrong with one connection is its client's affair, and holds what it sent.
                _ = &mut connection => return,
                () = self.ending.cancelled(), if !leaving => {
                    if activity.is_quiet() {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                    leaving = true;
                }
                _ = look.tick() => {
                    if self.is_overdue(&activity) {
                        connection.as_mut().graceful_shutdown();
                        let _ = tokio::time::timeout(FAREWELL, connection).await;
                        return;
                    }
                    if leaving && activity.is_quiet() {
                        return;
                    }
                }
            }
        }
    }

    fn is_overdue(&self, activity: &Activity) -> bool {
        let Some(overdue) = activity.overdue(self.shares.taken() > self.crowd) else { return false };
        metrics::counter!("personal_settings_http_connections_cut_total", "reason" => overdue.name())
            .increment(1);
        true
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Its own timeout does not tell a connection that waits from a head that does not end.
    builder.http1().header_read_timeout(None).max_buf_size(LARGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(LARGEST_HEAD as u32)
        .max_concurrent_streams(MOST_AT_ONCE)
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_send_buf_size(SENT_AHEAD)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    under_way: UnderWay,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Answer { body, _under_way: under_way }))
}

/// The body of an answer: its request is under way until it is at its end.
struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
