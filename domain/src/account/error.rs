//! Why an account refuses.

/// A refusal by the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// There is no such account, or none any more.
    #[error("there is no such account")]
    Unknown,
    /// The id is taken.
    #[error("the account is registered already")]
    AlreadyRegistered,
    /// The new address is the present one.
    #[error("the account has this email address already")]
    SameEmail,
    /// The change of the address is over: confirmed, undone, replaced by another, or out of time.
    #[error("the change of the email address is over")]
    NoEmailChange,
    /// No second factor is set, or not this one.
    #[error("the account has no such second factor")]
    NoSecondFactor,
    /// There is no such passkey.
    #[error("the account has no such passkey")]
    NoPasskey,
    /// There are as many passkeys as there may be.
    #[error("the account has as many passkeys as it may have")]
    TooManyPasskeys,
    /// No removal of the second factor waits.
    #[error("no removal of the second factor waits")]
    NoFactorRemoval,
    /// No new phone number waits to be verified, or another than this.
    #[error("no phone number waits to be verified")]
    NoPhoneChange,
    /// There is no GDPR token, or another than this.
    #[error("the account has no such GDPR token")]
    NoGdprToken,
    /// The account is a member already.
    #[error("the account is a member of the organization already")]
    AlreadyMember,
    /// The account is no member.
    #[error("the account is no member of the organization")]
    NotMember,
    /// An account with memberships cannot end: each must end with it.
    #[error("the account is still a member of an organization")]
    StillMember,
}
