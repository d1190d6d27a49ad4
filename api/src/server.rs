//! Serving the routes on a port.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long connections are still accepted once the service is asked to stop: those that the system has made
/// and we have not looked at yet would be cut otherwise.
const LAST_CALL: Duration = Duration::from_millis(300);

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
    let last_call = async move {
        stop.cancelled().await;
        tokio::time::sleep(LAST_CALL).await;
    };
    axum::serve(listener, service).with_graceful_shutdown(last_call).await
}
