//! What a change ends is what the table says, in the transaction that stores the change.

use domain::account::{Account, AccountCommand, AccountEvent, Channel, IdentityProof, SecondFactor};
use domain::authentication::{Change, Factors, Fate, Lent};
use domain::{AccountId, ChallengeId, CredentialId, EmailChangeId, PasskeyId, SessionId};
use event_store::records::RecordWrite;
use event_store::records::authentication::generation;
use event_store::records::authenticator_app::{self, NewAuthenticatorApp};
use event_store::records::credential::{CredentialKind, NewCredential};
use event_store::records::email_link::{NewLink, Purpose};
use event_store::records::one_time_code::{NewOneTimeCode, Purpose as Question};
use event_store::records::passkey::NewPasskey;
use event_store::records::passkey_challenge::{self, NewPasskeyChallenge};
use event_store::records::session::NewSession;
use event_store::{CommandContext, CommitExtras};

use crate::support::{TestApp, account_context};

/// An account that has one of everything.
struct Holder<'a> {
    app: &'a TestApp,
    account: AccountId,
    change_id: EmailChangeId,
    challenge_id: ChallengeId,
    /// A passkey that can still be taken back.
    recent: PasskeyId,
    /// The session in which the change is made.
    own: SessionId,
}

impl<'a> Holder<'a> {
    /// One to which `change` will happen.
    async fn new(app: &'a TestApp, name: &str, change: Change) -> Self {
        let account = app.register(&format!("{name}@example.com")).await;
        let services = app.foundation.store.services();
        let challenge_id = ChallengeId::generate(services);
        let (change_id, own) = (EmailChangeId::generate(services), SessionId::generate(services));
        let recent = PasskeyId::generate(services);
        let holder = Self { app, account, change_id, challenge_id, recent, own };
        holder.give_phone().await;
        // The phone is the last factor where the last one is removed: of the passkey there is the row alone then.
        if change != Change::LastFactorRemoved {
            let (passkey_id, name) = (recent, "Key".to_owned());
            let add = AccountCommand::AddPasskey { passkey_id, name, recovery_codes: 10 };
            holder.command(add, Vec::new()).await;
        }
        holder.keep_factors().await;
        holder.lend().await;
        holder
    }

    async fn command(&self, command: AccountCommand, records: Vec<RecordWrite>) {
        let context = account_context(self.account).with_session(Some(self.own));
        self.command_in(command, records, &context).await;
    }

    async fn command_in(&self, command: AccountCommand, records: Vec<RecordWrite>, context: &CommandContext) {
        let (store, id) = (&self.app.foundation.store, self.account.to_string());
        let extras = CommitExtras { records, ..CommitExtras::default() };
        store.execute::<Account>(&id, command, context, extras).await.unwrap();
    }

    async fn give_phone(&self) {
        let challenge_id = ChallengeId::generate(self.app.foundation.store.services());
        let (number, channel) = ("+14155550142".parse().unwrap(), Channel::Sms);
        self.command(AccountCommand::RequestPhoneChange { challenge_id, number, channel }, Vec::new()).await;
        self.command(AccountCommand::VerifyPhone { challenge_id, recovery_codes: 10 }, Vec::new()).await;
    }

    /// Keeps what belongs to an authenticator app and to passkeys: one that counts and one that waits.
    async fn keep_factors(&self) {
        let (account, store) = (self.account, &self.app.foundation.store);
        let (services, pool) = (store.services(), store.pool());
        let (at, expires_at) = (services.now(), services.now() + chrono::Duration::days(1));
        let generation = generation(pool, account).await.unwrap();
        let stage = async || {
            let (id, sealed, tries) = (services.ids.uuid(), vec![0], 5);
            let new = NewAuthenticatorApp { id, account, sealed, generation, tries, at, expires_at };
            assert!(authenticator_app::stage(pool, &new).await.unwrap());
            id
        };
        let app = stage().await;
        let passkey = |id: PasskeyId| NewPasskey {
            id,
            account,
            lookup: id.uuid().as_bytes().to_vec(),
            sealed: vec![0],
            state: vec![0],
            at,
        };
        let records = vec![
            RecordWrite::ConfirmAuthenticatorApp { account, app, step: 1 },
            RecordWrite::PutPasskey(passkey(self.recent)),
            RecordWrite::PutPasskey(passkey(PasskeyId::generate(services))),
        ];
        self.command(AccountCommand::ChangeName { name: "Ada".to_owned() }, records).await;
        stage().await;
        let new = NewPasskeyChallenge {
            challenge: account.uuid().as_bytes().to_vec(),
            purpose: passkey_challenge::Purpose::Registration,
            asked_in: Some((account, self.own)),
            state: Vec::new(),
            expires_at,
        };
        passkey_challenge::put(pool, &new).await.unwrap();
    }

    /// Stages, issues and lends one of each.
    async fn lend(&self) {
        let (account, store) = (self.account, &self.app.foundation.store);
        let (services, generation) = (store.services(), generation(store.pool(), account).await.unwrap());
        let (at, expires_at) = (services.now(), services.now() + chrono::Duration::days(1));
        let hash = || services.ids.uuid().as_bytes().to_vec();
        let session = |id| NewSession {
            id,
            token_hash: hash(),
            account,
            generation,
            factors: Factors::PASSWORD,
            at,
            expires_at,
            sealed_device: None,
        };
        let link =
            |purpose| NewLink { token_hash: hash(), purpose, account, subject: String::new(), expires_at };
        let question = |purpose| NewOneTimeCode {
            id: ChallengeId::generate(services),
            purpose,
            account,
            subject: String::new(),
            code_hash: hash(),
            generation,
            tries: 5,
            expires_at,
        };
        let credential_id = CredentialId::generate(services);
        let token = NewCredential {
            id: credential_id,
            kind: CredentialKind::GdprToken,
            lookup: hash(),
            owner: account.to_string(),
            organization: None,
            api_key: None,
            sealed: None,
            issued_at: at,
            expires_at: Some(expires_at),
        };
        let mut records = vec![
            RecordWrite::OpenSession(session(self.own)),
            RecordWrite::OpenSession(session(SessionId::generate(services))),
            RecordWrite::PutRecoveryCodes { account, hashes: vec![hash()] },
            RecordWrite::IssueCredential(token),
        ];
        let purposes = [
            Purpose::EmailConfirmation,
            Purpose::EmailUndo,
            Purpose::BillingEmailUndo,
            Purpose::FactorUndo,
            Purpose::FactorObjection,
            Purpose::PasswordReset,
        ];
        records.extend(purposes.map(|purpose| RecordWrite::PutLink(link(purpose))));
        let purposes = [Question::SignIn, Question::Reauthenticate, Question::Phone];
        records.extend(purposes.map(|purpose| RecordWrite::PutOneTimeCode(question(purpose))));
        let issue = AccountCommand::IssueGdprToken { credential_id, fingerprint: "f00d".to_owned() };
        self.command(issue, records).await;
        let (change_id, email) =
            (self.change_id, format!("{}@new.example.com", self.account).parse().unwrap());
        self.command(AccountCommand::RequestEmailChange { change_id, email }, Vec::new()).await;
        let (proof, note_id, due_at) = (IdentityProof::CalledBack, None, at);
        self.command(AccountCommand::BeginFactorRemoval { proof, note_id, due_at }, Vec::new()).await;
        let (challenge_id, number) = (self.challenge_id, "+442079460991".parse().unwrap());
        let channel = Channel::Sms;
        self.command(AccountCommand::RequestPhoneChange { challenge_id, number, channel }, Vec::new()).await;
    }

    /// Brings the change about.
    async fn change(&self, change: Change) {
        if let Some(command) = self.command_of(change) {
            self.command(command, Vec::new()).await;
        }
    }

    /// The command that brings a change about, where it is one of the account alone.
    fn command_of(&self, change: Change) -> Option<AccountCommand> {
        Some(match change {
            Change::PasswordChanged => AccountCommand::ChangePassword,
            Change::PasswordReset => AccountCommand::ResetPassword,
            Change::EmailChanged => AccountCommand::ConfirmEmailChange { change_id: self.change_id },
            Change::EmailChangeUndone => AccountCommand::UndoEmailChange { change_id: self.change_id },
            Change::BillingEmailChanged => AccountCommand::ChangeBillingEmail {
                billing_email: Some("bills@new.example.com".parse().unwrap()),
            },
            Change::BillingEmailUndone => AccountCommand::UndoBillingEmail,
            Change::PhoneVerified => {
                AccountCommand::VerifyPhone { challenge_id: self.challenge_id, recovery_codes: 10 }
            }
            Change::AuthenticatorAppAdded => AccountCommand::AddAuthenticatorApp { recovery_codes: 10 },
            Change::PasskeyAdded => AccountCommand::AddPasskey {
                passkey_id: PasskeyId::generate(self.app.foundation.store.services()),
                name: "Key".to_owned(),
                recovery_codes: 10,
            },
            Change::OneFactorRemoved | Change::LastFactorRemoved => AccountCommand::RemovePhone,
            Change::SessionsEnded => AccountCommand::EndSessions,
            // It is due at once.
            Change::FactorRemoved => AccountCommand::RemoveFactor,
            Change::SecondFactorUndone => AccountCommand::UndoSecondFactor { factor: SecondFactor::Phone },
            Change::RecoveryCodesIssued => AccountCommand::IssueRecoveryCodes { count: 10 },
            Change::AccountDeleted => AccountCommand::Delete,
            Change::MemberDemoted | Change::MemberLeft | Change::OrganizationClosed => return None,
        })
    }

    /// How many sessions but the own one, tokens, links and questions with which a session could begin work at this
    /// moment.
    async fn count_working(&self, lent: Lent) -> i64 {
        let barred = match lent {
            Lent::Sessions => format!("session_id <> '{}' AND barred_at IS NOT NULL", self.own.uuid()),
            Lent::GdprToken => "ended_at IS NULL AND barred_at IS NOT NULL".to_owned(),
            _ => "false".to_owned(),
        };
        let table = if lent == Lent::GdprToken { "credential" } else { "session" };
        self.count(lent).await.unwrap() - self.count_in(table, &barred).await
    }

    /// How many the account has of something, where it is kept with the account: sessions but the own one.
    async fn count(&self, lent: Lent) -> Option<i64> {
        let others = format!("session_id <> '{}'", self.own.uuid());
        let recent = format!("passkey_id = '{}'", self.recent.uuid());
        let older = format!("passkey_id <> '{}'", self.recent.uuid());
        let (table, of) = match lent {
            Lent::PendingAuthenticatorApp => ("authenticator_app", "NOT confirmed"),
            Lent::AuthenticatorApp => ("authenticator_app", "confirmed"),
            Lent::PendingPasskey => ("passkey_challenge", "purpose = 'registration'"),
            Lent::Passkeys => ("passkey", older.as_str()),
            Lent::RecentPasskeys => ("passkey", recent.as_str()),
            Lent::EmailConfirmationLink => ("link", "purpose = 'email_confirmation'"),
            Lent::EmailUndoLink => ("link", "purpose = 'email_undo'"),
            Lent::BillingUndoLink => ("link", "purpose = 'billing_email_undo'"),
            Lent::FactorUndoLink => ("link", "purpose = 'factor_undo'"),
            Lent::FactorObjectionLink => ("link", "purpose = 'factor_objection'"),
            Lent::PasswordResetLink => ("link", "purpose = 'password_reset'"),
            Lent::PhoneCode => ("challenge", "purpose = 'phone'"),
            Lent::SignInQuestion => ("challenge", "purpose = 'sign_in'"),
            Lent::ReauthenticationQuestion => ("challenge", "purpose = 'reauthenticate'"),
            Lent::Sessions | Lent::Sudo | Lent::StreamsUnderWay => ("session", others.as_str()),
            Lent::RecoveryCodes => ("recovery_code", "true"),
            Lent::GdprToken => ("credential", "ended_at IS NULL"),
            Lent::PendingEmailChange | Lent::PendingPhone | Lent::PendingFactorRemoval => {
                let id = self.account.to_string();
                let (account, _) = self.app.foundation.store.load::<Account>(&id).await.unwrap();
                let holder = account.holder.as_ref();
                return Some(i64::from(match lent {
                    Lent::PendingEmailChange => holder.is_some_and(|holder| holder.email_change.is_some()),
                    Lent::PendingFactorRemoval => {
                        holder.is_some_and(|holder| holder.factor_removal.is_some())
                    }
                    _ => holder.is_some_and(|holder| holder.phone_change.is_some()),
                }));
            }
            // They are of organizations, projects and requests: tested there.
            Lent::InvitationsSent | Lent::NamedOwnership | Lent::RunningOverlap | Lent::OpenExport => {
                return None;
            }
        };
        Some(self.count_in(table, of).await)
    }

    async fn count_in(&self, table: &str, of: &str) -> i64 {
        let whose = if table == "credential" { "owner" } else { "account_id" };
        let sql = format!("SELECT count(*) FROM {table} WHERE {whose} = '{}' AND {of}", self.account);
        sqlx::query_scalar(&sql).fetch_one(self.app.foundation.store.pool()).await.unwrap()
    }

    async fn own_session_lives(&self) -> bool {
        self.count_in("session", &format!("session_id = '{}'", self.own.uuid())).await == 1
    }
}

/// A phone that is verified brings recovery codes with it; what ends recent passkeys may end the last factor.
fn changes_with(change: Change) -> Vec<Change> {
    match change {
        Change::PhoneVerified => vec![change, Change::RecoveryCodesIssued],
        Change::SecondFactorUndone => vec![change, Change::LastFactorRemoved],
        Change::EmailChangeUndone | Change::BillingEmailUndone => vec![change, Change::OneFactorRemoved],
        change => vec![change],
    }
}

#[tokio::test]
async fn each_change_ends_what_the_table_says_and_nothing_else() {
    let app = TestApp::build().await;
    for (n, change) in Change::ALL.into_iter().enumerate() {
        let holder = Holder::new(&app, &format!("ada{n}"), change).await;
        for lent in Lent::ALL {
            assert!(holder.count(lent).await.is_none_or(|lent| lent == 1), "{lent:?} is not there to end");
        }
        let before = generation(app.foundation.store.pool(), holder.account).await.unwrap();
        holder.change(change).await;
        for lent in Lent::ALL {
            let ends = changes_with(change).iter().any(|change| change.ends(lent));
            let left = i64::from(!ends);
            assert!(holder.count(lent).await.is_none_or(|lent| lent == left), "{change:?} × {lent:?}");
        }
        let stays = !matches!(change.fate(Lent::Sessions), Fate::Ends(_));
        assert_eq!(holder.own_session_lives().await, stays, "{change:?}");
        let after = generation(app.foundation.store.pool(), holder.account).await.unwrap();
        // Of an account that ended there is none.
        let raised = change.raises_generation() && change != Change::AccountDeleted;
        assert_eq!(after > before, raised, "{change:?}");
    }
}

/// Of what is looked at at each request: nothing that an intruder may hold works while the command that ends it waits for
/// its turn. Where the command is refused, sessions and tokens work again.
#[tokio::test]
async fn what_a_command_is_about_to_end_works_no_more_while_it_waits() {
    const LOOKED_AT: [Lent; 8] = [
        Lent::Sessions,
        Lent::GdprToken,
        Lent::SignInQuestion,
        Lent::ReauthenticationQuestion,
        Lent::EmailConfirmationLink,
        Lent::EmailUndoLink,
        Lent::BillingUndoLink,
        Lent::PasswordResetLink,
    ];
    let app = TestApp::build().await;
    let store = &app.foundation.store;
    for (n, change) in Change::ALL.into_iter().enumerate() {
        let holder = Holder::new(&app, &format!("ada{n}"), change).await;
        // The account's own end may be refused for what its organizations need, and bars nothing ahead.
        let Some(command) = holder.command_of(change).filter(|_| change != Change::AccountDeleted) else {
            continue;
        };
        let context = account_context(holder.account).with_session(Some(holder.own));
        let id = holder.account.to_string();
        let nothing = CommitExtras::default();
        let bar = store.bar::<Account>(holder.account, (&id, command), &context, &nothing).await.unwrap();
        let ends = |lent| changes_with(change).iter().any(|change| change.ends(lent));
        for lent in LOOKED_AT {
            assert_eq!(holder.count_working(lent).await, i64::from(!ends(lent)), "{change:?} × {lent:?}");
        }
        store.lift(&bar).await.unwrap();
        for lent in [Lent::Sessions, Lent::GdprToken] {
            assert_eq!(holder.count_working(lent).await, 1, "{change:?} × {lent:?}");
        }
    }
}

#[tokio::test]
async fn a_pending_change_of_the_address_that_ends_is_told_in_the_history() {
    let app = TestApp::build().await;
    let holder = Holder::new(&app, "ada", Change::PasswordReset).await;
    holder.change(Change::PasswordReset).await;
    let types: Vec<String> =
        sqlx::query_scalar("SELECT event_type FROM events ORDER BY sequence DESC LIMIT 3")
            .fetch_all(app.foundation.store.pool())
            .await
            .unwrap();
    let told = ["account.gdpr_token_ended", "account.email_change_ended", "account.password_reset"];
    assert_eq!(types, told);
    assert_eq!(AccountEvent::PasswordReset {}.change(), Some(Change::PasswordReset));
}
