//! Why a server cannot be reached: one attempt, whose error tells what a pool or a client that waited in vain does not.
//!
//! For messages to those who run the program. They name hosts, so they are no part of an answer to anybody else.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::PgPool;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

/// How long the attempt may take.
const LONGEST: Duration = Duration::from_secs(2);

/// Why nothing at `host` takes connections on `port`, as `db.example.com:5432: connection refused`; none where something
/// does.
pub async fn why_not(host: &str, port: u16) -> Option<String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let why = tried(TcpStream::connect((bare, port))).await?;
    Some(if bare.contains(':') { format!("[{bare}]:{port}: {why}") } else { format!("{bare}:{port}: {why}") })
}

/// The same of the server that a pool leads to.
pub async fn why_no_database(pool: &PgPool) -> Option<String> {
    let options = pool.connect_options();
    let (host, port) = (options.get_host(), options.get_port());
    let folder = options.get_socket().map(PathBuf::as_path);
    let Some(folder) = folder.or_else(|| host.starts_with('/').then(|| Path::new(host))) else {
        return why_not(host, port).await;
    };
    let socket = folder.join(format!(".s.PGSQL.{port}"));
    let why = tried(UnixStream::connect(&socket)).await?;
    Some(format!("{}: {why}", socket.display()))
}

async fn tried<T>(connecting: impl Future<Output = io::Result<T>>) -> Option<String> {
    match timeout(LONGEST, connecting).await {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(said(&error)),
        Err(_) => Some(format!("no answer within {} seconds", LONGEST.as_secs())),
    }
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused, nothing listens there".to_owned(),
        io::ErrorKind::NotFound => "there is no such socket".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::connect_lazily;

    #[tokio::test]
    async fn it_is_told_why_a_server_cannot_be_reached() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(why_not("127.0.0.1", port).await, None);
        drop(listener);
        let refused = format!("127.0.0.1:{port}: connection refused, nothing listens there");
        assert_eq!(why_not("127.0.0.1", port).await, Some(refused.clone()));
        let pool = connect_lazily(&format!("postgres://somebody:hush@127.0.0.1:{port}/ps"), 1).unwrap();
        assert_eq!(why_no_database(&pool).await, Some(refused));
        let why = why_not("nowhere.invalid", 4222).await.unwrap();
        assert!(why.starts_with("nowhere.invalid:4222: "), "{why}");
    }

    #[tokio::test]
    async fn a_socket_that_is_not_there_is_named() {
        let pool = connect_lazily("postgres://somebody@localhost/ps?host=/nowhere", 1).unwrap();
        let why = why_no_database(&pool).await.unwrap();
        assert_eq!(why, "/nowhere/.s.PGSQL.5432: there is no such socket");
    }
}
