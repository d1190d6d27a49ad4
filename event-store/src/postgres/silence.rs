//! Servers that fall silent: a firewall that drops, a machine that is gone, a network that is cut.
//!
//! TCP by itself waits a quarter of an hour for one that does not confirm what it was sent, and for ever where there is
//! nothing to send. Every connection to the database is given up after half a minute instead; then the caller that
//! waits for it gets an error, and the pool makes another.
//!
//! The driver neither sets these options nor shows its sockets. So after each connection was made the sockets of this
//! process are looked through for those that lead to the database.

use std::io;
use std::os::fd::{BorrowedFd, RawFd};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// How long a connection may be idle before it is asked whether it is there.
const IDLE: Duration = Duration::from_secs(10);
/// Time between two such questions.
const INTERVAL: Duration = Duration::from_secs(5);
/// Questions without an answer after which it is given up.
const RETRIES: u32 = 3;
/// How long the other side may take to confirm what it was sent.
const UNCONFIRMED: Duration = Duration::from_secs(25);

/// Bounds the silence of every TCP connection that leads to `port`. Where that cannot be done connections work all the same.
pub(super) fn bound(port: u16) {
    if let Err(error) = try_bound(port) {
        let error = &error as &dyn std::error::Error;
        tracing::debug!(
            error,
            "setting TCP keep-alive on database connections failed: a silent server is noticed late"
        );
    }
}

fn try_bound(port: u16) -> io::Result<()> {
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let Some(fd) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        bound_if_it_leads_to(port, fd)?;
    }
    Ok(())
}

fn bound_if_it_leads_to(port: u16, fd: RawFd) -> io::Result<()> {
    // SAFETY: `fd` was open a moment ago, and may be closed or be another by now. It is asked where it leads, and options
    // are set that are right for whatever leads there; the system refuses both for what is no socket, or nothing.
    // Nothing is read, written or closed.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    let socket = SockRef::from(&fd);
    let peer = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
    if peer.is_none_or(|peer| peer.port() != port) {
        return Ok(());
    }
    let keepalive = TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL).with_retries(RETRIES);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(UNCONFIRMED))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn what_leads_to_the_port_is_given_up_within_half_a_minute_and_nothing_else_is_touched() {
        let [database, other] = [(), ()].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [to_database, to_other] =
            [&database, &other].map(|listener| TcpStream::connect(listener.local_addr().unwrap()).unwrap());
        bound(database.local_addr().unwrap().port());

        let socket = SockRef::from(&to_database);
        assert!(socket.keepalive().unwrap());
        let silent = socket.tcp_keepalive_time().unwrap()
            + socket.tcp_keepalive_interval().unwrap() * socket.tcp_keepalive_retries().unwrap();
        assert!(silent <= Duration::from_secs(30), "{silent:?}");
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNCONFIRMED));
        let socket = SockRef::from(&to_other);
        assert!(!socket.keepalive().unwrap() && socket.tcp_user_timeout().unwrap().is_none());
    }
}
