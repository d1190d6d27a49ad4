//! Why a phone was not reached, and whether trying again can help.
//!
//! What always holds: an error holds a code, an operating system's error or words of ours, never a number, a text or
//! the gateway's URL. A crash leaves nothing: these are values.

use std::fmt;
use std::io;

use crate::error_chain::io_source;
use crate::messages::FailureScope;

/// Why a message was not sent, or a gateway cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The URL cannot be used. The text never holds it: it holds a token.
    #[error("the phone URL cannot be used: {0}")]
    Url(&'static str),
    /// The gateway refused for good, most often the number.
    #[error("the phone gateway refused the message for good: {0}")]
    Refused(Answer),
    /// The gateway refused for now.
    #[error("the phone gateway put the message off: {0}")]
    Deferred(Answer),
    /// The gateway could not be reached, or the connection broke.
    #[error("the phone gateway could not be reached ({what})")]
    Unreachable {
        /// Which step failed.
        what: &'static str,
        /// What the operating system said, where it did.
        source: Option<io::Error>,
    },
    /// The gateway took too long.
    #[error("the phone gateway did not answer in time")]
    Timeout,
    /// The directory cannot be written.
    #[error("the phone directory cannot be written")]
    Directory(#[source] io::Error),
}

impl PhoneError {
    /// Whether the same message may go through later. Where not, no repeat helps.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Url(_) | Self::Refused(_) => false,
            Self::Deferred(_) | Self::Unreachable { .. } | Self::Timeout | Self::Directory(_) => true,
        }
    }

    /// Whose failure it is.
    pub fn failure_scope(&self) -> FailureScope {
        match self {
            Self::Url(_) => FailureScope::Neither,
            Self::Refused(_) => FailureScope::Message,
            Self::Unreachable { what: Self::NO_CONNECTION, .. } | Self::Directory(_) => FailureScope::Carrier,
            Self::Deferred(_) | Self::Unreachable { .. } | Self::Timeout => FailureScope::Both,
        }
    }

    /// Whether the gateway may have taken the message all the same.
    pub fn is_unsure(&self) -> bool {
        matches!(self, Self::Timeout)
            || matches!(self, Self::Unreachable { what, .. } if *what != Self::NO_CONNECTION)
    }

    const NO_CONNECTION: &str = "connection";

    pub(super) fn from_http(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let what = if error.is_connect() { Self::NO_CONNECTION } else { "its answer" };
        Self::Unreachable { what, source: io_source(std::error::Error::source(error)) }
    }
}

/// What a gateway answered, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status, such as 400.
    pub status: u16,
    /// The gateway's own code, such as 21211: no valid number.
    pub code: Option<u32>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match self.code {
            Some(code) => write!(f, ", code {code}"),
            None => Ok(()),
        }
    }
}
