//! Writes to the records that come true with the events of a command, or not at all.

use chrono::{DateTime, Utc};
use domain::authentication::Change;
use domain::privacy_request::Notice;
use domain::{
    AccountId, ChallengeId, CredentialId, InvitationId, MessageId, OperatorId, OrganizationId, PasskeyId,
    ProjectId, RequestId, SessionId,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::RecordError;
use super::{
    account, authentication, authenticator_app, credential, device, email_link, failed_try, idempotency,
    invitation, one_time_code, operator_session, operator_token, outbox, passkey, passkey_challenge,
    password, rate_limit, recovery_code, session,
};
use crate::encryption::NewKey;
use crate::usage;

/// A write to the records that comes true with the events of a command, or not at all.
#[derive(Clone)]
pub enum RecordWrite {
    /// Keep a secret, hashed or sealed, instead of the owner's former one of the kind.
    PutSecret {
        /// What it is.
        kind: password::SecretKind,
        /// Whose it is.
        owner: String,
        /// The hashed or sealed value.
        value: Vec<u8>,
    },
    /// Keep a key, unless one of its name lives.
    KeepKey(NewKey),
    /// Begin a session.
    OpenSession(session::NewSession),
    /// End a session.
    EndSession(SessionId),
    /// What was proved of an account in this authentication generation must still count.
    RequireGeneration {
        /// Which account.
        account: AccountId,
        /// In which it was proved.
        generation: i64,
    },
    /// What was proved in a session must still count.
    RequireSudo {
        /// Which.
        session: SessionId,
        /// Since when at the latest.
        proved_since: DateTime<Utc>,
    },
    /// What was proved of an account before counts no more: its sessions end, but one perhaps.
    RaiseGeneration {
        /// Which account.
        account: AccountId,
        /// By what.
        change: Change,
        /// The session that stays.
        stays: Option<SessionId>,
    },
    /// It was proved again in a session who acts: it has another token then.
    RotateSessionToken(session::Elevation),
    /// Ask a question that a code answers.
    PutOneTimeCode(one_time_code::NewOneTimeCode),
    /// Send a code for a question that was asked without one: it must be there.
    SetOneTimeCode {
        /// The question.
        id: ChallengeId,
        /// The keyed hash of the code.
        code_hash: Vec<u8>,
        /// When it is sent.
        at: DateTime<Utc>,
    },
    /// Use a question up: it must be there.
    TakeOneTimeCode(ChallengeId),
    /// Let questions die.
    DropOneTimeCodes {
        /// Whose.
        account: AccountId,
        /// What answers are good for.
        purpose: one_time_code::Purpose,
    },
    /// Keep a link.
    PutLink(email_link::NewLink),
    /// Use a link up: it must be there.
    TakeLink(Vec<u8>),
    /// Let links die.
    DropLinks {
        /// Whose.
        account: AccountId,
        /// What they open.
        purpose: email_link::Purpose,
    },
    /// Keep recovery codes, as hashes; the old ones die.
    PutRecoveryCodes {
        /// Whose.
        account: AccountId,
        /// Their keyed hashes.
        hashes: Vec<Vec<u8>>,
    },
    /// Use a recovery code up: it must be there.
    TakeRecoveryCode {
        /// Whose.
        account: AccountId,
        /// Its keyed hash.
        hash: Vec<u8>,
    },
    /// Let all recovery codes die.
    DropRecoveryCodes(AccountId),
    /// An authenticator app counts from now on: it must have waited.
    ConfirmAuthenticatorApp {
        /// Whose.
        account: AccountId,
        /// Which.
        app: Uuid,
        /// The time step of its first code.
        step: i64,
    },
    /// Use a code of an authenticator app up, and all before it: it must not have been used.
    TakeAppStep {
        /// Which app.
        app: Uuid,
        /// The time step of the code.
        step: i64,
    },
    /// Have no authenticator app wait.
    DropStagedAuthenticatorApp(AccountId),
    /// The codes of an authenticator app count no more.
    ForgetAuthenticatorApp(AccountId),
    /// Keep a passkey: it must not be known yet.
    PutPasskey(passkey::NewPasskey),
    /// A passkey was used: it must be as it was verified.
    NotePasskeyUse(passkey::PasskeyUse),
    /// A passkey signs in no more.
    ForgetPasskey(PasskeyId),
    /// No passkey of an account signs in any more.
    ForgetPasskeys(AccountId),
    /// Let the question die that a new passkey of an account would answer.
    DropPasskeyChallenges(AccountId),
    /// An account was used from a device.
    RememberDevice {
        /// Which account.
        account: AccountId,
        /// The device.
        device: device::Device,
        /// When.
        at: DateTime<Utc>,
    },
    /// Forgive all tries that were counted about a person: the hash of [`rate_limit::about`].
    ForgiveTries(Vec<u8>),
    /// Failed tries were noted: they must not have been noted meanwhile.
    TakeFailedTries {
        /// Which.
        gathered: failed_try::Gathered,
        /// When.
        at: DateTime<Utc>,
    },
    /// Keep a credential.
    IssueCredential(credential::NewCredential),
    /// End a credential.
    EndCredential {
        /// Which.
        id: CredentialId,
        /// When.
        at: DateTime<Utc>,
        /// How.
        end: credential::CredentialEnd,
    },
    /// End the credentials of an account.
    EndCredentials {
        /// Whose.
        account: AccountId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Set the time when a credential ends by itself.
    LimitCredential {
        /// Which.
        id: CredentialId,
        /// When.
        expires_at: DateTime<Utc>,
    },
    /// Let usage of a project be recognised by its token.
    OpenProject {
        /// Which.
        project: ProjectId,
        /// Whose.
        organization: OrganizationId,
        /// Its public token.
        token: String,
    },
    /// End all credentials of an organization's projects and all invitations, and let no usage in.
    CloseOrganization {
        /// Which.
        organization: OrganizationId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Keep an invitation.
    PutInvitation(invitation::NewInvitation),
    /// Use an invitation up: it must be there.
    TakeInvitation(InvitationId),
    /// Delete what is kept of an invitation.
    ForgetInvitation(InvitationId),
    /// Send a message.
    EnqueueMessage(outbox::NewMessage),
    /// Tell the person of what happened to a privacy request.
    Notify {
        /// Which request.
        request: RequestId,
        /// Of what.
        notice: Notice,
        /// When it happened.
        at: DateTime<Utc>,
    },
    /// A message went out, or will not: it must be there.
    DequeueMessage(MessageId),
    /// Let an operator in.
    AddOperator(operator_token::NewOperator),
    /// Let an operator in no longer.
    RevokeOperator {
        /// Whom.
        operator: OperatorId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Begin a session of an operator at the privacy desk.
    OpenOperatorSession(operator_session::NewOperatorSession),
    /// End a session of an operator at the privacy desk, by the hash of its token.
    EndOperatorSession(Vec<u8>),
    /// The request that leads to this was carried out: no repeat may have taken it over meanwhile.
    MarkCompleted(idempotency::ExecutionMark),
    /// Nothing of an account works any more.
    ForgetAccount {
        /// Which.
        account: AccountId,
        /// When.
        at: DateTime<Utc>,
    },
}

impl RecordWrite {
    /// Whether it uses up, or requires, what must have been there before the command: such writes come first, before
    /// what the command ends.
    pub(crate) fn rests_on_before(&self) -> bool {
        matches!(
            self,
            Self::RequireGeneration { .. }
                | Self::RequireSudo { .. }
                | Self::TakeOneTimeCode(_)
                | Self::TakeLink(_)
                | Self::TakeRecoveryCode { .. }
                | Self::ConfirmAuthenticatorApp { .. }
                | Self::TakeAppStep { .. }
                | Self::NotePasskeyUse(_)
                | Self::TakeInvitation(_)
        )
    }

    pub(crate) async fn execute(&self, db: &mut PgConnection) -> Result<(), RecordError> {
        match self {
            Self::PutSecret { kind, owner, value } => password::put(db, *kind, owner, value).await?,
            Self::KeepKey(key) => drop(key.keep(db).await?),
            Self::OpenSession(new) => session::open(db, new).await?,
            Self::EndSession(session) => session::end(db, *session).await?,
            Self::RequireGeneration { account, generation } => {
                authentication::require(db, *account, *generation).await?;
            }
            Self::RequireSudo { session, proved_since } => {
                authentication::require_sudo(db, *session, *proved_since).await?;
            }
            Self::RaiseGeneration { account, change, stays } => {
                authentication::raise(db, *account, *change, *stays).await?;
            }
            Self::RotateSessionToken(elevation) => session::elevate(db, elevation).await?,
            Self::PutOneTimeCode(new) => one_time_code::put(db, new).await?,
            Self::SetOneTimeCode { id, code_hash, at } => one_time_code::set(db, *id, code_hash, *at).await?,
            Self::TakeOneTimeCode(id) => one_time_code::take(db, *id).await?,
            Self::DropOneTimeCodes { account, purpose } => {
                one_time_code::drop_all(db, *account, *purpose).await?;
            }
            Self::PutLink(new) => email_link::put(db, new).await?,
            Self::TakeLink(token_hash) => email_link::take(db, token_hash).await?,
            Self::DropLinks { account, purpose } => email_link::drop_all(db, *account, *purpose).await?,
            Self::PutRecoveryCodes { account, hashes } => recovery_code::put(db, *account, hashes).await?,
            Self::TakeRecoveryCode { account, hash } => recovery_code::take(db, *account, hash).await?,
            Self::DropRecoveryCodes(account) => recovery_code::drop_all(db, *account).await?,
            Self::ConfirmAuthenticatorApp { account, app, step } => {
                authenticator_app::confirm(db, *account, *app, *step).await?;
            }
            Self::TakeAppStep { app, step } => authenticator_app::take_step(db, *app, *step).await?,
            Self::DropStagedAuthenticatorApp(account) => authenticator_app::drop_staged(db, *account).await?,
            Self::ForgetAuthenticatorApp(account) => authenticator_app::drop_confirmed(db, *account).await?,
            Self::PutPasskey(new) => passkey::put(db, new).await?,
            Self::NotePasskeyUse(used) => passkey::note_use(db, used).await?,
            Self::ForgetPasskey(id) => passkey::forget(db, *id).await?,
            Self::ForgetPasskeys(account) => passkey::forget_all(db, *account).await?,
            Self::DropPasskeyChallenges(account) => {
                passkey_challenge::drop_all(db, *account, passkey_challenge::Purpose::Registration).await?;
            }
            Self::RememberDevice { account, device, at } => {
                device::remember(db, *account, device, *at).await?;
            }
            Self::TakeFailedTries { gathered, at } => failed_try::take(db, gathered, *at).await?,
            Self::ForgiveTries(about) => rate_limit::forgive(db, about).await?,
            Self::IssueCredential(new) => credential::issue(db, new).await?,
            Self::EndCredential { id, at, end } => credential::end(db, *id, *at, *end).await?,
            Self::EndCredentials { account, at } => {
                credential::end_all(db, &credential::Owner::Account(*account), *at).await?;
            }
            Self::LimitCredential { id, expires_at } => credential::limit(db, *id, *expires_at).await?,
            Self::OpenProject { project, organization, token } => {
                usage::open_project(db, *project, *organization, token).await?;
            }
            Self::CloseOrganization { organization, at } => {
                usage::close_projects(db, *organization, *at).await?;
                credential::end_all(db, &credential::Owner::Organization(*organization), *at).await?;
                invitation::forget_all(db, *organization).await?;
            }
            Self::PutInvitation(new) => invitation::put(db, new).await?,
            Self::TakeInvitation(id) => invitation::take(db, *id).await?,
            Self::ForgetInvitation(id) => invitation::forget(db, *id).await?,
            Self::EnqueueMessage(message) => message.queue(db).await?,
            Self::Notify { request, notice, at } => {
                outbox::queue_notice(db, *request, *notice, *at).await?;
            }
            Self::DequeueMessage(id) => outbox::unqueue(db, *id).await?,
            Self::AddOperator(new) => operator_token::add(db, new).await?,
            Self::RevokeOperator { operator, at } => operator_token::revoke(db, *operator, *at).await?,
            Self::OpenOperatorSession(new) => operator_session::open(db, new).await?,
            Self::EndOperatorSession(session_hash) => operator_session::end(db, session_hash).await?,
            Self::MarkCompleted(mark) => idempotency::carried_out(db, mark).await?,
            Self::ForgetAccount { account, at } => account::forget(db, *account, *at).await?,
        }
        Ok(())
    }
}
