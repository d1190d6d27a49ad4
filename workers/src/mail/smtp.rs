//! Mail over SMTP, through lettre's pool of connections.
//!
//! Why more than a call to lettre: it limits only how long *connecting* takes, and puts a connection back
//! into its pool also where a send was dropped in the middle of a mail; what comes next over that
//! connection would be taken for more of that mail. So every send runs to its end in a task of its own,
//! even if its caller goes away, and one that takes too long takes the whole pool with it.
//!
//! What always holds: `Ok` only after the server's 250 for the mail; no wait without an end; no password
//! over a network in the clear. A crash between the mail and its 250 leaves it unknown whether the mail
//! was taken: it is sent again, with the same Message-ID.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_store::is_this_machine;
use lettre::transport::smtp::{self, AsyncSmtpTransportBuilder, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

use super::{MailError, Message, Sender};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole send may take, TLS and signing in included. Notices are small.
const SEND: Duration = Duration::from_secs(60);
/// Connections kept at most.
const CONNECTIONS: u32 = 8;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A server that takes mail.
#[derive(Clone)]
pub struct Smtp {
    shared: Arc<Shared>,
}

struct Shared {
    from: Sender,
    builder: AsyncSmtpTransportBuilder,
    /// Made when first needed, since its pool wants a runtime.
    transport: Mutex<Option<Transport>>,
    limit: Duration,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(..)")
    }
}

impl Smtp {
    pub(super) fn from_url(url: &str, from: Sender) -> Result<Self, MailError> {
        Self::with_limit(url, from, SEND)
    }

    pub(super) fn with_limit(url: &str, from: Sender, limit: Duration) -> Result<Self, MailError> {
        guard_password(&Url::parse(url).map_err(|_| MailError::Url("it is no URL"))?)?;
        let builder = Transport::from_url(url)
            .map_err(|_| {
                MailError::Url("expected smtp://host[:port][?tls=required|opportunistic] or smtps://host")
            })?
            .timeout(Some(CONNECT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        Ok(Self { shared: Arc::new(Shared { from, builder, transport: Mutex::new(None), limit }) })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (envelope, bytes) = message.encode(&self.shared.from)?;
        let ascii = envelope.to().iter().all(|address| AsRef::<str>::as_ref(address).is_ascii());
        let sent = self.run(ascii, move |transport| async move {
            transport.send_raw(&envelope, &bytes).await.map(|_| true)
        });
        match sent.await {
            // A server that turns everybody away has said nothing about this mail.
            Err(MailError::Refused(reply)) if self.check().await.is_err() => Err(MailError::Deferred(reply)),
            result => result,
        }
    }

    pub(super) async fn check(&self) -> Result<(), MailError> {
        let connected = self.run(true, |transport| async move { transport.test_connection().await });
        connected.await.map_err(|error| match error {
            MailError::Refused(reply) => MailError::Deferred(reply),
            other => other,
        })
    }

    /// Does something with a connection of the pool, which says whether it went well.
    async fn run<F>(
        &self,
        ascii: bool,
        work: impl FnOnce(Transport) -> F + Send + 'static,
    ) -> Result<(), MailError>
    where
        F: Future<Output = Result<bool, smtp::Error>> + Send,
    {
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            let transport = shared.transport();
            match tokio::time::timeout(shared.limit, work(transport.clone())).await {
                Ok(Ok(true)) => Ok(()),
                Ok(Ok(false)) => Err(MailError::Unreachable { what: "connection", source: None }),
                Ok(Err(error)) => Err(MailError::from_smtp(&error, ascii)),
                Err(_) => {
                    shared.retire();
                    // Connections that are put back from now on are closed.
                    transport.shutdown().await;
                    Err(MailError::Timeout)
                }
            }
        });
        task.await.unwrap_or(Err(MailError::Unreachable { what: "the runtime is stopping", source: None }))
    }
}

impl Shared {
    fn transport(&self) -> Transport {
        let mut slot = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert_with(|| self.builder.clone().build()).clone()
    }

    fn retire(&self) {
        *self.transport.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
