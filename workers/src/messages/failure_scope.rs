//! What a failed delivery says about the message and about its carrier: a mail server, a phone gateway or a directory.

/// Whose failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureScope {
    /// The message alone: its carrier works.
    Message,
    /// The carrier alone: the message was not offered.
    Carrier,
    /// Either: the failure does not tell.
    Both,
    /// Neither: no carrier was asked.
    Neither,
}
