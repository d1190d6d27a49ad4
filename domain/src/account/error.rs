//! Why an account refuses.

/// A refusal by the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The id is taken.
    #[error("the account is registered already")]
    AlreadyRegistered,
}
