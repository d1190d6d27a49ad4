//! Serving the routes on a port.
//!
//! Connections are counted before anything is read of them, in all and of each address; what a client owes us (a head,
//! the next request, taking the answer) has its time ([`connection`]); so no client keeps others out by waiting.
//! When the service is asked to stop, connections without a request are closed at once, and requests under way are
//! answered.

mod activity;
mod connection;
mod limits;
mod stream;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::capacity::{Full, Shares};
use connection::Connection;
pub use limits::ConnectionLimits;

/// How long connections are still accepted once the service is asked to stop: those that the system has made
/// and we have not looked at yet would be cut otherwise.
const LAST_CALL: Duration = Duration::from_millis(300);
/// How long no connection is accepted where the system has no descriptor left for one.
const BREATHER: Duration = Duration::from_millis(100);

/// Serves until `stop`, and returns when every request under way has been answered.
///
/// # Errors
/// When the port is lost.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
    let door = Door { shares: Shares::new(limits.total, limits.per_address), limits, router, ending };
    let last_call = async {
        stop.cancelled().await;
        tokio::time::sleep(LAST_CALL).await;
    };
    tokio::select! {
        never = door.let_in(&listener, &tasks) => match never {},
        () = last_call => {}
    }
    // Connections that come now are refused by the system.
    drop(listener);
    door.ending.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// What decides who comes in.
struct Door {
    shares: Shares<crate::network::Network>,
    limits: ConnectionLimits,
    router: Router,
    ending: CancellationToken,
}

impl Door {
    async fn let_in(&self, listener: &TcpListener, tasks: &TaskTracker) -> std::convert::Infallible {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.admit(stream, peer, tasks),
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    refused("descriptors");
                    tracing::warn!(error = &error as &dyn std::error::Error, "accepting a connection failed");
                    tokio::time::sleep(BREATHER).await;
                }
            }
        }
    }

    /// A connection beyond the limits is closed before anything is read of it.
    fn admit(&self, stream: TcpStream, peer: SocketAddr, tasks: &TaskTracker) {
        let share = match self.shares.take(self.limits.counted_as(peer.ip()), 1) {
            Ok(share) => share,
            Err(Full::All) => return refused("total"),
            Err(Full::Each) => return refused("address"),
        };
        // Small answers go out at once instead of waiting for more. A connection that is gone already shows itself
        // when it is read.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            router: self.router.clone(),
            peer,
            shares: self.shares.clone(),
            crowd: self.limits.total / 4 * 3,
            ending: self.ending.clone(),
        };
        tasks.spawn(async move {
            let _share = share;
            connection.serve(stream).await;
        });
    }
}

fn refused(reason: &'static str) {
    metrics::counter!("personal_settings_http_connections_refused_total", "reason" => reason).increment(1);
}

/// Whether the client has gone before its connection was accepted.
fn is_of_the_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
