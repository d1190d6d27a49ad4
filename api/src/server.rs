//! Serving the routes on a port.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until `stop`, and returns when every request under way has been answered.
///
/// # Errors
/// When the port is lost.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    // Small answers go out at once instead of waiting for more.
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // A connection that is gone already shows itself when it is read.
        let _ = stream.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
}
