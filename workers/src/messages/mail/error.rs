//! Why a mail was not sent, and whether trying again can help.
//!
//! Why not lettre's error: its text is what the server said, and servers repeat the address. What always
//! holds: an error holds a code, an operating system's error or words of ours, never an address, a name or
//! a part of a mail. A crash leaves nothing: these are values.

use std::io;

use lettre::transport::smtp;

use crate::error_chain::io_source;
use crate::messages::FailureScope;

/// Why a mail was not sent, or an outbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The outbox URL cannot be used. The text never holds the URL, which may hold a password.
    #[error("the mail URL cannot be used: {0}")]
    Url(&'static str),
    /// The message cannot be put into the form of a mail.
    #[error("the message cannot be written as a mail")]
    Message,
    /// The server refused for good, most often the address: 5xx (RFC 5321, section 4.2.1).
    #[error("the mail server refused the mail for good: {0}")]
    Refused(Reply),
    /// The server cannot write to an address that is not ASCII (SMTPUTF8, RFC 6531).
    #[error("the mail server cannot deliver to an address that is not ASCII")]
    NotAscii,
    /// The server put this mail off: 4xx.
    #[error("the mail server put the mail off: {0}")]
    Deferred(Reply),
    /// The server turns us away, whatever the mail: it says so before it has heard to whom it goes, or closes (421).
    #[error("the mail server turns us away: {0}")]
    TurnedAway(Reply),
    /// The server wants other credentials (RFC 4954): for the operator to mend, not the mail's fault.
    #[error("the mail server did not accept our credentials: {0}")]
    Credentials(Reply),
    /// The server could not be reached.
    #[error("the mail server could not be reached ({what})")]
    Unreachable {
        /// Which step failed.
        what: &'static str,
        /// What the operating system said, where it did.
        source: Option<io::Error>,
    },
    /// The server took too long to let us in.
    #[error("the mail server did not answer in time")]
    Timeout,
    /// The connection broke, or the server fell silent, before it had the mail.
    #[error("the mail server broke off before it had the mail")]
    Interrupted {
        /// What the operating system said, where it did.
        source: Option<io::Error>,
    },
    /// The connection broke, or the server fell silent, once the mail was begun: it may have been taken.
    #[error("the mail server broke off when it had the mail, and may have taken it")]
    Unsure {
        /// What the operating system said, where it did.
        source: Option<io::Error>,
    },
    /// The mail directory cannot be written.
    #[error("the mail directory cannot be written")]
    Directory(#[source] io::Error),
}

impl MailError {
    /// Whether the same mail may go through later. Where not, no repeat helps.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Url(_) | Self::Message | Self::Refused(_) | Self::NotAscii => false,
            Self::Deferred(_)
            | Self::TurnedAway(_)
            | Self::Credentials(_)
            | Self::Unreachable { .. }
            | Self::Timeout
            | Self::Interrupted { .. }
            | Self::Unsure { .. }
            | Self::Directory(_) => true,
        }
    }

    /// Whose failure it is.
    pub fn failure_scope(&self) -> FailureScope {
        match self {
            Self::Url(_) | Self::Message => FailureScope::Neither,
            Self::Refused(_) | Self::NotAscii | Self::Deferred(_) => FailureScope::Message,
            Self::TurnedAway(_)
            | Self::Credentials(_)
            | Self::Unreachable { .. }
            | Self::Timeout
            | Self::Directory(_) => FailureScope::Carrier,
            Self::Interrupted { .. } | Self::Unsure { .. } => FailureScope::Both,
        }
    }

    /// Reads lettre's error, which came at `step`, and leaves the server's own words behind.
    pub(super) fn from_smtp(error: &smtp::Error, step: Step) -> Self {
        if let Some(code) = error.status() {
            let reply = Reply::new(code.into(), std::error::Error::source(error));
            return match (reply.code, step) {
                (530 | 534 | 535 | 538, _) => Self::Credentials(reply),
                (421, _) | (_, Step::Opening | Step::Sender) => Self::TurnedAway(reply),
                (500.., _) => Self::Refused(reply),
                _ => Self::Deferred(reply),
            };
        }
        let source = io_source(std::error::Error::source(error));
        match step {
            Step::Opening => Self::unreachable(error, source),
            Step::Sender | Step::Offering => Self::Interrupted { source },
            Step::Taking => Self::Unsure { source },
        }
    }

    fn unreachable(error: &smtp::Error, source: Option<io::Error>) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let what = if error.is_tls() {
            "TLS"
        } else if error.is_response() {
            "its answer was not SMTP"
        } else if error.is_client() {
            "it lacks what we need, such as a way to sign in"
        } else {
            "connection"
        };
        Self::Unreachable { what, source }
    }
}

/// How far a mail came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// We are not let in yet.
    Opening,
    /// The server was told who sends.
    Sender,
    /// It was told of this mail.
    Offering,
    /// It has the mail, or a part of it.
    Taking,
}

/// What a server answered, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The reply code, such as 550.
    pub code: u16,
    /// The enhanced status code (RFC 3463), such as 5.1.1.
    pub enhanced: Option<(u8, u16, u16)>,
}

impl Reply {
    fn new(code: u16, words: Option<&(dyn std::error::Error + 'static)>) -> Self {
        let enhanced = words.and_then(|words| {
            let words = words.to_string();
            let mut numbers = words.split_whitespace().next()?.split('.');
            let three =
                (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
            (numbers.next().is_none() && matches!(three.0, 4 | 5)).then_some(three)
        });
        Self { code, enhanced }
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        match self.enhanced {
            Some((class, subject, detail)) => write!(f, " {class}.{subject}.{detail}"),
            None => Ok(()),
        }
    }
}
