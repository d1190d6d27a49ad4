//! What can outlive the proof it was made with.

/// Something that was staged, issued or lent on a proof that was enough then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lent {
    /// A new address that waits to be confirmed.
    PendingEmailChange,
    /// The link that confirms it.
    EmailConfirmationLink,
    /// The link that takes a change of the address back.
    EmailUndoLink,
    /// The link that takes another billing address back.
    BillingUndoLink,
    /// The link that takes a new second factor back.
    FactorUndoLink,
    /// The link to choose a new password with.
    PasswordResetLink,
    /// A phone that waits to be verified.
    PendingPhone,
    /// The code that verifies it.
    PhoneCode,
    /// An authenticator app that waits for its first code.
    PendingAuthenticatorApp,
    /// The question that a new passkey answers.
    PendingPasskey,
    /// The authenticator app.
    AuthenticatorApp,
    /// Passkeys.
    Passkeys,
    /// Passkeys whose mail still takes them back.
    RecentPasskeys,
    /// A removal of the second factor that an operator began and that waits.
    PendingFactorRemoval,
    /// The link that objects to it.
    FactorObjectionLink,
    /// The question that a right password led to when signing in.
    SignInQuestion,
    /// The question that a right password led to in a session.
    ReauthenticationQuestion,
    /// Sessions.
    Sessions,
    /// The ten minutes in which a session may do what is grave.
    Sudo,
    /// Recovery codes.
    RecoveryCodes,
    /// The token for the GDPR APIs.
    GdprToken,
    /// Invitations that the account sent and that are open, mailed ones included.
    InvitationsSent,
    /// Being named as an owner of projects.
    NamedOwnership,
    /// Earlier credentials of a project that still work.
    RunningOverlap,
    /// Downloads of archives and streams of events under way.
    StreamsUnderWay,
    /// An export that was asked for and is not closed.
    OpenExport,
}

impl Lent {
    /// Every one.
    pub const ALL: [Self; 26] = [
        Self::PendingEmailChange,
        Self::EmailConfirmationLink,
        Self::EmailUndoLink,
        Self::BillingUndoLink,
        Self::FactorUndoLink,
        Self::PasswordResetLink,
        Self::PendingPhone,
        Self::PhoneCode,
        Self::PendingAuthenticatorApp,
        Self::PendingPasskey,
        Self::AuthenticatorApp,
        Self::Passkeys,
        Self::RecentPasskeys,
        Self::PendingFactorRemoval,
        Self::FactorObjectionLink,
        Self::SignInQuestion,
        Self::ReauthenticationQuestion,
        Self::Sessions,
        Self::Sudo,
        Self::RecoveryCodes,
        Self::GdprToken,
        Self::InvitationsSent,
        Self::NamedOwnership,
        Self::RunningOverlap,
        Self::StreamsUnderWay,
        Self::OpenExport,
    ];

    /// What it is called where the table is shown.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::PendingEmailChange => "pending change of the address",
            Self::EmailConfirmationLink => "link that confirms an address",
            Self::EmailUndoLink => "link that takes a change of the address back",
            Self::BillingUndoLink => "link that takes a billing address back",
            Self::FactorUndoLink => "link that takes a second factor back",
            Self::PasswordResetLink => "link to choose a password",
            Self::PendingPhone => "phone that waits to be verified",
            Self::PhoneCode => "code that verifies it",
            Self::PendingAuthenticatorApp => "authenticator app that waits for its first code",
            Self::PendingPasskey => "question that a new passkey answers",
            Self::AuthenticatorApp => "authenticator app",
            Self::Passkeys => "passkeys",
            Self::RecentPasskeys => "passkeys added in the last week",
            Self::PendingFactorRemoval => "removal of the second factor that waits",
            Self::FactorObjectionLink => "link that objects to it",
            Self::SignInQuestion => "question asked when signing in",
            Self::ReauthenticationQuestion => "question asked in a session",
            Self::Sessions => "sessions",
            Self::Sudo => "sudo",
            Self::RecoveryCodes => "recovery codes",
            Self::GdprToken => "GDPR token",
            Self::InvitationsSent => "invitations sent",
            Self::NamedOwnership => "named ownership of projects",
            Self::RunningOverlap => "overlap of a project's credentials",
            Self::StreamsUnderWay => "downloads and streams under way",
            Self::OpenExport => "open export",
        }
    }
}
