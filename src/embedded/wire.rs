//! As much of PostgreSQL's protocol (version 3.0, chapter "Frontend/Backend Protocol" of its manual) as is
//! needed to see whether a server takes connections, and to create one database.
//!
//! Connecting is the only honest test of readiness, and a database client is not otherwise this module's
//! business. The socket is ours and needs no password; any other demand of the server is an error. Nothing
//! read here is trusted with more than [`LONGEST`] bytes.

use std::io;
use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Protocol 3.0.
const PROTOCOL: u32 = 3 << 16;

/// No message that belongs here is longer, in bytes.
const LONGEST: u32 = 1 << 16;

/// Why there is no answer, or not the one hoped for.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody answers there.
    Io(io::Error),
    /// The server says no: the SQLSTATE and its text.
    Refused { code: String, message: String },
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Refused { code, message } => write!(f, "{message} ({code})"),
        }
    }
}

/// A session with a server.
pub(super) struct Session {
    stream: UnixStream,
}

impl Session {
    /// Opens a session that is ready for statements.
    pub(super) async fn open(socket: &Path, user: &str, database: &str) -> Result<Self, Failure> {
        let mut stream = UnixStream::connect(socket).await?;
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", user, "database", database, ""] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
        stream.write_all(&framed(None, &body)?).await?;
        let mut session = Self { stream };
        session.until_ready().await?;
        Ok(session)
    }

    /// Runs one statement that returns no rows of interest.
    pub(super) async fn run(&mut self, statement: &str) -> Result<(), Failure> {
        let mut body = statement.as_bytes().to_vec();
        body.push(0);
        self.stream.write_all(&framed(Some(b'Q'), &body)?).await?;
        self.until_ready().await
    }

    /// Says goodbye, so that the server does not log a lost connection.
    pub(super) async fn close(mut self) -> Result<(), Failure> {
        self.stream.write_all(&framed(Some(b'X'), &[])?).await?;
        Ok(())
    }

    /// Reads until the server is ready for a statement. A refusal within a session is followed by readiness
    /// too, but a refused session just ends, so the refusal is reported at once in either case.
    async fn until_ready(&mut self) -> Result<(), Failure> {
        loop {
            let kind = self.stream.read_u8().await?;
            let length = self.stream.read_u32().await?;
            if !(4..=LONGEST).contains(&length) {
                return Err(odd("a message of an impossible length"));
            }
            let mut body = vec![0; length as usize - 4];
            self.stream.read_exact(&mut body).await?;
            match kind {
                b'Z' => return Ok(()),
                b'E' => return Err(refusal(&body)),
                b'R' if body != [0; 4] => return Err(odd("a demand for a password")),
                _ => {}
            }
        }
    }
}

fn odd(what: &str) -> Failure {
    Failure::Io(io::Error::new(io::ErrorKind::InvalidData, what.to_owned()))
}

/// A message: its kind (the first one has none), its length with the length itself, its body.
fn framed(kind: Option<u8>, body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(body.len() + 4).map_err(io::Error::other)?;
    let mut message: Vec<u8> = kind.into_iter().collect();
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(body);
    Ok(message)
}

/// An error's fields: each a letter and a text that ends with a zero byte.
fn refusal(body: &[u8]) -> Failure {
    let field = |letter: u8| {
        body.split(|byte| *byte == 0)
            .find(|field| field.first() == Some(&letter))
            .map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
            .unwrap_or_default()
    };
    Failure::Refused { code: field(b'C'), message: field(b'M') }
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// A server that reads whatever it is sent and then says `answer`.
    async fn answer(answer: &'static [u8]) -> Result<Session, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let listener = UnixListener::bind(&path).unwrap();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u32().await.unwrap();
            let mut body = vec![0; length as usize - 4];
            stream.read_exact(&mut body).await.unwrap();
            assert_eq!(body, b"\0\x03\0\0user\0u\0database\0d\0\0");
            stream.write_all(answer).await.unwrap();
        };
        tokio::join!(server, Session::open(&path, "u", "d")).1
    }

    #[tokio::test]
    async fn a_session_begins_when_the_server_is_ready() {
        answer(b"R\0\0\0\x08\0\0\0\0S\0\0\0\x08a\0b\0Z\0\0\0\x05I").await.unwrap();
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_code() {
        let failure = answer(b"E\0\0\0\x1bSFATAL\0C57P03\0Mlater\0\0\0").await.err().unwrap();
        assert_eq!(failure.to_string(), "later (57P03)");
    }

    #[tokio::test]
    async fn nonsense_is_an_error_and_never_waits() {
        for said in [&b"R\0\0\0\x08\0\0\0\x03"[..], b"Z\xff\xff\xff\xff", b"Z\0\0\0\x01", b"Z\0"] {
            assert!(matches!(answer(said).await, Err(Failure::Io(_))), "{said:?}");
        }
    }
}
