//! Mail over SMTP.
//!
//! Why not lettre's transport: it limits only how long *connecting* takes, and does not tell a server that is away
//! from one that broke off when it had the mail. So the steps are ours ([`Session`]), and their form on the wire is lettre's.
//!
//! What always holds: `Ok` only after the server's 250 for the mail; no wait without an end; no password
//! over a network in the clear; a connection on which anything failed, or whose caller went away, is closed. A crash between
//! the mail and its 250 leaves it unknown whether the mail was taken: it is sent again, with the same Message-ID.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use event_store::is_this_machine;
use url::Url;

use super::server::Server;
use super::session::{Patience, Session};
use super::{MailError, Message, Sender};

/// Connections kept at most.
const KEPT: usize = 8;
/// How long one is kept unused: servers end such connections after some minutes.
const UNUSED: Duration = Duration::from_secs(60);

/// A server that takes mail.
#[derive(Clone)]
pub struct Smtp {
    shared: Arc<Shared>,
}

struct Shared {
    from: Sender,
    server: Server,
    patience: Patience,
    /// Connections that took a mail and can take another, with the time at which they did.
    kept: Mutex<Vec<(Session, Instant)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(..)")
    }
}

impl Smtp {
    pub(super) fn from_url(url: &str, from: Sender) -> Result<Self, MailError> {
        Self::with_patience(url, from, Patience::USUAL)
    }

    pub(super) fn with_patience(url: &str, from: Sender, patience: Patience) -> Result<Self, MailError> {
        let url = Url::parse(url).map_err(|_| MailError::Url("it is no URL"))?;
        guard_password(&url)?;
        let (server, kept) = (Server::at(&url)?, Mutex::default());
        Ok(Self { shared: Arc::new(Shared { from, server, patience, kept }) })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (envelope, bytes) = message.encode(&self.shared.from)?;
        let mut session = self.session().await?;
        session.send(&envelope, &bytes).await?;
        self.keep(session);
        Ok(())
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        let session = self.session().await?;
        self.keep(session);
        Ok(())
    }

    /// One that is kept and lives, or a new one.
    async fn session(&self) -> Result<Session, MailError> {
        while let Some(mut session) = self.take_kept() {
            if session.is_alive().await {
                return Ok(session);
            }
        }
        Session::open(&self.shared.server, self.shared.patience).await
    }

    /// The one used last; those that are too old are closed.
    fn take_kept(&self) -> Option<Session> {
        let mut kept = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, used)| used.elapsed() < UNUSED);
        kept.pop().map(|(session, _)| session)
    }

    fn keep(&self, session: Session) {
        let mut kept = self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push((session, Instant::now()));
        }
    }
}

/// Refuses a password where TLS is not demanded, except towards this very machine.
fn guard_password(url: &Url) -> Result<(), MailError> {
    let demanded =
        url.scheme() == "smtps" || url.query_pairs().any(|(key, value)| key == "tls" && value == "required");
    // In a URL of this scheme an address is a name to the parser.
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(MailError::Url("it names no host"))?;
    if url.password().is_some() && !demanded && !is_this_machine(host) {
        return Err(MailError::Url("the password would go over the network in the clear; add ?tls=required"));
    }
    Ok(())
}
