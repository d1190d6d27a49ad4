//! One connection to a mail server, and how far it came when it failed.
//!
//! Why step by step: it depends on the step what a failure means. Before there is a session it says nothing of a mail; after
//! the mail was begun it is unknown whether it was taken (RFC 5321, section 4.5.3.2.6). What always holds: no wait
//! without an end; a session that failed is not used again, nor one whose caller went away.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use tokio::time::timeout;

use super::MailError;
use super::error::Step;
use super::server::Server;

/// How long the steps may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Connecting, TLS and signing in together.
    pub(super) opening: Duration,
    /// Each command.
    pub(super) command: Duration,
    /// The mail itself, until the server has said that it took it. Who waits too briefly has mails taken twice: ten
    /// minutes (RFC 5321, section 4.5.3.2.6).
    pub(super) taking: Duration,
}

impl Patience {
    pub(super) const USUAL: Self = Self {
        opening: Duration::from_secs(20),
        command: Duration::from_secs(60),
        taking: Duration::from_secs(600),
    };
}

/// A connection on which mails can be offered.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    patience: Patience,
}

impl Session {
    /// Connects, begins TLS where it shall, and signs in.
    pub(super) async fn open(server: &Server, patience: Patience) -> Result<Self, MailError> {
        let opened = timeout(patience.opening, connect(server, patience.opening)).await;
        let connection = opened.map_err(|_| MailError::Timeout)?;
        let connection = connection.map_err(|error| MailError::from_smtp(&error, Step::Opening))?;
        Ok(Self { connection, patience })
    }

    /// Whether the server still listens.
    pub(super) async fn is_alive(&mut self) -> bool {
        timeout(self.patience.command, self.connection.test_connected()).await.unwrap_or(false)
    }

    /// Has the server take a mail: `Ok` after its 250.
    pub(super) async fn send(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<(), MailError> {
        let is_ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
        let mut parameters = Vec::new();
        if !envelope.from().into_iter().chain(envelope.to()).all(is_ascii) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::NotAscii);
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        // What it is told with parameters is of this mail.
        let step = if parameters.is_empty() { Step::Sender } else { Step::Offering };
        self.say(Mail::new(envelope.from().cloned(), parameters), step).await?;
        for to in envelope.to() {
            self.say(Rcpt::new(to.clone(), Vec::new()), Step::Offering).await?;
        }
        self.say(Data, Step::Offering).await?;
        let taken = timeout(self.patience.taking, self.connection.message(mail)).await;
        taken
            .map_err(|_| MailError::Unsure { source: None })?
            .map_err(|error| MailError::from_smtp(&error, Step::Taking))?;
        Ok(())
    }

    async fn say(&mut self, command: impl std::fmt::Display, step: Step) -> Result<(), MailError> {
        let answered = timeout(self.patience.command, self.connection.command(command)).await;
        answered
            .map_err(|_| MailError::Interrupted { source: None })?
            .map_err(|error| MailError::from_smtp(&error, step))?;
        Ok(())
    }
}

async fn connect(server: &Server, patience: Duration) -> Result<AsyncSmtpConnection, Error> {
    let wrapped = match &server.tls {
        Tls::Wrapper(parameters) => Some(parameters.clone()),
        _ => None,
    };
    let at = (server.host.as_str(), server.port);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(at, Some(patience), &server.hello, wrapped, None).await?;
    match &server.tls {
        Tls::Opportunistic(parameters) if connection.can_starttls() => {
            connection.starttls(parameters.clone(), &server.hello).await?;
        }
        Tls::Required(parameters) => connection.starttls(parameters.clone(), &server.hello).await?,
        _ => {}
    }
    if let Some(credentials) = &server.credentials {
        connection.auth(DEFAULT_MECHANISMS, credentials).await?;
    }
    Ok(connection)
}
