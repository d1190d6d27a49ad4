//! Passkeys: what a browser is asked, and what its answer proves.
//!
//! A question is used up before its answer is looked at, and is good for what it was asked for: for signing in, or for one
//! session. The use of a passkey is written with what it brings about.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use domain::account::Holder;
use domain::{AccountId, PasskeyId, SessionId};
use event_store::CommitExtras;
use event_store::records::passkey::{self, PasskeyUse};
use event_store::records::passkey_challenge::{self, NewPasskeyChallenge, Purpose};
use event_store::records::{RecordWrite, authentication};
use serde_json::{Map, Value};

use crate::problem::{Kind, Problem};
use crate::state::AppState;
use crate::webauthn::{self, Asked, Credential, Person, RelyingParty, Verified, WebauthnError};

/// Where a question is asked: in which session of which account; nowhere, to sign in.
type AskedIn = Option<(AccountId, SessionId)>;

/// A passkey that was shown.
#[derive(Clone, Copy)]
pub(crate) struct ShownPasskey {
    /// Which.
    pub(crate) id: PasskeyId,
    /// Whose.
    pub(crate) account: AccountId,
    /// The authentication generation of the account when it was looked at.
    pub(crate) generation: i64,
}

/// The passkeys of an account that count, as browsers are told of them. Ids are written in base64url.
pub(crate) struct Accepted {
    /// The service.
    pub(crate) service: String,
    /// By what authenticators know the account.
    pub(crate) handle: String,
    /// The ids of the credentials.
    pub(crate) credentials: Vec<String>,
}

impl AppState {
    /// The service as authenticators know it.
    ///
    /// # Errors
    /// 409 where browsers let no passkey be used.
    pub(crate) fn relying_party(&self) -> Result<&RelyingParty, Problem> {
        self.relying_party.as_ref().ok_or_else(|| {
            let detail = "Passkeys need a domain name with TLS, or localhost: have the service started with \
                          --public-url http://localhost:8080, or use an authenticator app.";
            Problem::because(Kind::PasskeysUnavailable, detail)
        })
    }

    /// The passkeys of `holder` that count.
    pub(crate) async fn accepted_passkeys(&self, holder: &Holder) -> Result<Accepted, Problem> {
        let (service, records) = (self.relying_party()?.id().to_owned(), self.store.records());
        let handle = BASE64_URL_SAFE_NO_PAD.encode(passkey::user_handle(records, holder.account_id).await?);
        let kept = passkey::list(records, holder.account_id).await?;
        let counts = kept.iter().filter(|passkey| holder.passkeys.contains_key(&passkey.id));
        let id = |passkey: &passkey::Passkey| {
            Ok::<_, WebauthnError>(
                BASE64_URL_SAFE_NO_PAD.encode(Credential::of_bytes(&passkey.credential)?.id()),
            )
        };
        Ok(Accepted { service, handle, credentials: counts.map(id).collect::<Result<_, _>>()? })
    }

    /// Asks for a passkey: to sign in, or in a session to prove that it is still the holder who acts.
    pub(crate) async fn ask_for_passkey(&self, asked_in: AskedIn) -> Result<Value, Problem> {
        let asked = self.relying_party()?.ask_for_any()?;
        self.put_challenge(asked, purpose_of(asked_in), asked_in).await
    }

    /// Asks in a session for a new passkey of its holder.
    pub(crate) async fn ask_for_new_passkey(
        &self,
        holder: &Holder,
        session: SessionId,
    ) -> Result<Value, Problem> {
        let (relying_party, records) = (self.relying_party()?, self.store.records());
        let handle = passkey::user_handle(records, holder.account_id).await?;
        let present = passkey::list(records, holder.account_id).await?;
        let present = present.iter().map(|passkey| Credential::of_bytes(&passkey.credential));
        let present = present.collect::<Result<Vec<_>, _>>()?;
        let person = Person {
            handle: &handle,
            email: holder.email.known().map(domain::EmailAddress::as_str).unwrap_or_default(),
            name: holder.name.known().map(String::as_str).unwrap_or_default(),
        };
        let asked = relying_party.ask_for_new(&person, &present)?;
        self.put_challenge(asked, Purpose::Registration, Some((holder.account_id, session))).await
    }

    async fn put_challenge(
        &self,
        asked: Asked,
        purpose: Purpose,
        asked_in: AskedIn,
    ) -> Result<Value, Problem> {
        let expires_at = self.store.services().now() + passkey_challenge::LIFE;
        let Asked { options, challenge, state } = asked;
        let challenge = challenge.to_vec();
        let new = NewPasskeyChallenge { challenge, purpose, asked_in, state, expires_at };
        passkey_challenge::put(self.store.pool(), &new).await?;
        Ok(options)
    }

    async fn take_challenge(
        &self,
        challenge: [u8; 16],
        purpose: Purpose,
        asked_in: AskedIn,
    ) -> Result<Vec<u8>, Problem> {
        let now = self.store.services().now();
        let taken = passkey_challenge::take(self.store.pool(), &challenge, purpose, asked_in, now).await?;
        taken.ok_or_else(|| Problem::new(Kind::WrongPasskey))
    }

    /// Verifies a new passkey that was asked for in this session.
    pub(crate) async fn verify_new_passkey(
        &self,
        asked_in: (AccountId, SessionId),
        sent: &Map<String, Value>,
    ) -> Result<Verified, Problem> {
        let registration = webauthn::read_registration(sent)?;
        let relying_party = self.relying_party()?;
        let challenge = webauthn::challenge_of_registration(&registration)?;
        let state = self.take_challenge(challenge, Purpose::Registration, Some(asked_in)).await?;
        Ok(relying_party.verify_new(&state, &registration)?)
    }

    /// Verifies that a passkey is shown, as it was asked for. Its use is noted with `extras`.
    pub(crate) async fn verify_passkey(
        &self,
        asked_in: AskedIn,
        sent: &Map<String, Value>,
        extras: &mut CommitExtras,
    ) -> Result<ShownPasskey, Problem> {
        let assertion = webauthn::read_assertion(sent)?;
        let (relying_party, records) = (self.relying_party()?, self.store.records());
        let challenge = webauthn::challenge_of_assertion(&assertion)?;
        let state = self.take_challenge(challenge, purpose_of(asked_in), asked_in).await?;
        let lookup = passkey::lookup(records, &webauthn::credential_id(&assertion)).await?;
        let wrong = || Problem::new(Kind::WrongPasskey);
        let passkey = passkey::find(records, &lookup).await?.ok_or_else(wrong)?;
        let (id, account) = (passkey.id, passkey.account);
        if asked_in.is_some_and(|(asked, _)| asked != account) {
            return Err(wrong());
        }
        let generation = authentication::generation(self.store.pool(), account).await?;
        let credential = Credential::of_bytes(&passkey.credential)?;
        let handle = passkey::user_handle(records, account).await?;
        let shown = relying_party.verify_shown(&state, &assertion, (&handle, &credential, &passkey.state));
        let after = shown.map_err(|error: WebauthnError| Problem::from(error).about(Some(account)))?;
        let at = self.store.services().now();
        let used = PasskeyUse { id, before: passkey.state, after, at };
        extras.records.push(RecordWrite::NotePasskeyUse(used));
        Ok(ShownPasskey { id, account, generation })
    }
}

fn purpose_of(asked_in: AskedIn) -> Purpose {
    if asked_in.is_some() { Purpose::Reauthenticate } else { Purpose::SignIn }
}
