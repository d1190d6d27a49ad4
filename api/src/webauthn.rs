//! Passkeys as a relying party sees them (W3C Web Authentication, Level 3): what a browser is asked, and whether its answer
//! is right.
//!
//! What always holds: an answer counts only for our own origin and our own domain, once, and only where the device has
//! verified the person. So a passkey is two factors in one, and a page of another site that relays what we ask gets nothing
//! that we take. No attestation is wanted: which device somebody owns is no business of ours.

use serde::Serialize;
use serde_json::{Map, Value};
use url::{Host, Url};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle,
    Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId, TimedCeremony};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, RegistrationServerState,
};

/// Bytes by which authenticators know an account.
const HANDLE: usize = 32;

/// A public key as it is kept: of Ed25519, P-256, P-384 or RSA.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;
/// What a browser sends for a new passkey.
pub(crate) type Registration = webauthn_rp::Registration;
/// What a browser sends to show a passkey.
pub(crate) type Assertion = webauthn_rp::response::auth::DiscoverableAuthentication<HANDLE>;

/// Why an answer counts for nothing. The text names no value of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebauthnError {
    /// It is not what a browser sends.
    #[error("the answer has not the form that browsers give it")]
    Malformed,
    /// It is not right.
    #[error("{0}")]
    Wrong(String),
    /// What was kept cannot be read.
    #[error("what is kept of a passkey cannot be read: {0}")]
    Unreadable(String),
    /// What a browser is to be asked cannot be made.
    #[error("what a browser is to be asked cannot be made: {0}")]
    Unaskable(String),
}

fn wrong(error: impl std::fmt::Display) -> WebauthnError {
    WebauthnError::Wrong(error.to_string())
}

fn unreadable(error: impl std::fmt::Display) -> WebauthnError {
    WebauthnError::Unreadable(error.to_string())
}

fn unaskable(error: impl std::fmt::Display) -> WebauthnError {
    WebauthnError::Unaskable(error.to_string())
}

/// What a browser is asked, and what its answer is verified with.
pub(crate) struct Asked {
    /// The options of the browser's call, as its `parse…OptionsFromJSON` takes them.
    pub(crate) options: Value,
    /// What is signed.
    pub(crate) challenge: [u8; 16],
    /// What the answer is verified with.
    pub(crate) state: Vec<u8>,
}

/// The account that a passkey is made for, as its authenticator shows it.
pub(crate) struct Person<'a> {
    /// By what authenticators know the account.
    pub(crate) handle: &'a [u8],
    /// The sign-in address.
    pub(crate) email: &'a str,
    /// The name to greet with.
    pub(crate) name: &'a str,
}

/// What of a passkey stays as it is: the credential's id, how its authenticator is reached, and its public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    id: Vec<u8>,
    transports: u8,
    key: Vec<u8>,
}

impl Credential {
    /// The credential's id.
    pub(crate) fn id(&self) -> &[u8] {
        &self.id
    }

    /// Its written form: transports, the length of the id in two bytes, the id, the key.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // An id has 1,023 bytes at most.
        let length = u16::try_from(self.id.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[self.transports], length.as_slice(), &self.id, &self.key].concat()
    }

    /// Reads the written form.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Self, WebauthnError> {
        let ended = || unreadable("it ends early");
        let (&[transports, high, low], rest) = bytes.split_first_chunk::<3>().ok_or_else(ended)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (id, key) = rest.split_at_checked(length).ok_or_else(ended)?;
        Ok(Self { id: id.to_vec(), transports, key: key.to_vec() })
    }

    fn described(&self) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, WebauthnError> {
        let id = CredentialId::<Vec<u8>>::decode(self.id.clone()).map_err(unreadable)?;
        let transports = AuthTransports::decode(self.transports).map_err(unreadable)?;
        Ok(PublicKeyCredentialDescriptor { id, transports })
    }
}

/// A passkey as it is after it was made, or shown.
pub(crate) struct Verified {
    /// What stays as it is.
    pub(crate) credential: Credential,
    /// What changes with each use.
    pub(crate) state: Vec<u8>,
}

/// Reads what a browser sent for a new passkey.
pub(crate) fn read_registration(sent: &Map<String, Value>) -> Result<Registration, WebauthnError> {
    let bytes = serde_json::to_vec(sent).map_err(|_| WebauthnError::Malformed)?;
    Registration::from_json_relaxed(&bytes).map_err(|_| WebauthnError::Malformed)
}

/// Reads what a browser sent to show a passkey.
pub(crate) fn read_assertion(sent: &Map<String, Value>) -> Result<Assertion, WebauthnError> {
    let bytes = serde_json::to_vec(sent).map_err(|_| WebauthnError::Malformed)?;
    Assertion::from_json_relaxed(&bytes).map_err(|_| WebauthnError::Malformed)
}

/// What a new passkey has signed.
pub(crate) fn challenge_of_registration(registration: &Registration) -> Result<[u8; 16], WebauthnError> {
    let challenge = registration.challenge_relaxed().map_err(|_| WebauthnError::Malformed)?;
    Ok(challenge.0.to_be_bytes())
}

/// What a passkey has signed that is shown.
pub(crate) fn challenge_of_assertion(assertion: &Assertion) -> Result<[u8; 16], WebauthnError> {
    let challenge = assertion.challenge_relaxed().map_err(|_| WebauthnError::Malformed)?;
    Ok(challenge.0.to_be_bytes())
}

/// The id of the credential that is shown.
pub(crate) fn credential_id(assertion: &Assertion) -> Vec<u8> {
    assertion.raw_id().as_ref().to_vec()
}

/// The service, as authenticators know it.
pub(crate) struct RelyingParty {
    id: RpId,
    origin: String,
}

impl RelyingParty {
    /// That of an address, if browsers let passkeys be used there: by TLS under a domain name, or on the machine itself under
    /// `localhost`.
    pub(crate) fn of(public_url: &Url) -> Option<Self> {
        let Some(Host::Domain(domain)) = public_url.host() else { return None };
        let on_this_machine = domain == "localhost" || domain.ends_with(".localhost");
        if public_url.scheme() != "https" && !on_this_machine {
            return None;
        }
        let id = RpId::Domain(AsciiDomain::try_from(domain.to_owned()).ok()?);
        Some(Self { id, origin: public_url.origin().ascii_serialization() })
    }

    /// The domain that passkeys are bound to.
    pub(crate) fn id(&self) -> &str {
        self.id.as_ref()
    }

    /// Asks for a new passkey, on an authenticator that has none of `present` yet.
    pub(crate) fn ask_for_new(
        &self,
        person: &Person<'_>,
        present: &[Credential],
    ) -> Result<Asked, WebauthnError> {
        let handle = handle(person.handle)?;
        let present = present.iter().map(Credential::described).collect::<Result<_, _>>()?;
        // Where a name cannot be shown by every authenticator it shows less.
        let name = Username::try_from(person.email).or_else(|_| Username::try_from("account"));
        let entity = PublicKeyCredentialUserEntity {
            name: name.map_err(unaskable)?,
            id: &handle,
            display_name: Nickname::try_from(person.name).ok(),
        };
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, entity, present);
        // Browsers take the request for such protection as a demand, and devices without it would make no passkey. Whether the
        // person was verified is checked at each use.
        options.extensions.cred_protect = CredProtect::None;
        let (server, client) = options.start_ceremony().map_err(unaskable)?;
        let state = server.encode().map_err(unaskable)?;
        asked(&client, server.sent_challenge().0, state)
    }

    /// Verifies a new passkey.
    pub(crate) fn verify_new(
        &self,
        state: &[u8],
        registration: &Registration,
    ) -> Result<Verified, WebauthnError> {
        let state = RegistrationServerState::<HANDLE>::decode(state).map_err(unreadable)?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[&self.origin],
            // Some browsers tell more than they were asked.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.id, registration, &options).map_err(wrong)?;
        let (id, Ok(transports)) = (made.id().as_ref().to_vec(), made.transports().encode());
        let (Ok(key), Ok(changing)) = (made.static_state().encode(), made.dynamic_state().encode());
        let credential = Credential { id, transports, key };
        Ok(Verified { credential, state: changing.to_vec() })
    }

    /// Asks for a passkey of this service, whoever's it is: the authenticator tells.
    pub(crate) fn ask_for_any(&self) -> Result<Asked, WebauthnError> {
        let (server, client) =
            DiscoverableCredentialRequestOptions::passkey(&self.id).start_ceremony().map_err(unaskable)?;
        let state = server.encode().map_err(unaskable)?;
        asked(&client, server.sent_challenge().0, state)
    }

    /// Verifies that a passkey is shown: which of the account known by `handle`, with `credential` and in `before`. What
    /// changes with it is returned.
    pub(crate) fn verify_shown(
        &self,
        state: &[u8],
        assertion: &Assertion,
        (account, credential, before): (&[u8], &Credential, &[u8]),
    ) -> Result<Vec<u8>, WebauthnError> {
        let state = DiscoverableAuthenticationServerState::decode(state).map_err(unreadable)?;
        let handle = handle(account)?;
        let id = CredentialId::<&[u8]>::decode(&credential.id).map_err(unreadable)?;
        let key = StaticState::<PublicKey>::decode(&credential.key).map_err(unreadable)?;
        let before = before.try_into().map_err(unreadable)?;
        let changing = DynamicState::decode(before).map_err(unreadable)?;
        let mut passkey = AuthenticatedCredential::new(id, &handle, key, changing).map_err(unreadable)?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[&self.origin],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        state.verify(&self.id, assertion, &mut passkey, &options).map_err(wrong)?;
        let Ok(after) = passkey.dynamic_state().encode();
        Ok(after.to_vec())
    }
}

fn handle(bytes: &[u8]) -> Result<UserHandle<HANDLE>, WebauthnError> {
    let bytes: [u8; HANDLE] = bytes.try_into().map_err(unaskable)?;
    let Ok(handle) = UserHandle::decode(bytes);
    Ok(handle)
}

fn asked(client: &impl Serialize, challenge: u128, state: impl AsRef<[u8]>) -> Result<Asked, WebauthnError> {
    let options = serde_json::to_value(client).map_err(unaskable)?;
    Ok(Asked { options, challenge: challenge.to_be_bytes(), state: state.as_ref().to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(url: &str) -> Option<RelyingParty> {
        RelyingParty::of(&url.parse().unwrap())
    }

    #[test]
    fn passkeys_are_there_where_browsers_let_them_be_used() {
        for (url, origin) in [
            ("https://settings.example.com/", "https://settings.example.com"),
            ("https://settings.example.com:8443/x", "https://settings.example.com:8443"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://settings.localhost", "http://settings.localhost"),
        ] {
            assert_eq!(at(url).unwrap().origin, origin);
        }
        for url in
            ["http://127.0.0.1:8080", "https://192.0.2.7", "https://[2001:db8::1]", "http://example.com"]
        {
            assert!(at(url).is_none(), "{url}");
        }
    }

    #[test]
    fn what_is_kept_of_a_credential_reads_back() {
        let credential = Credential { id: vec![1; 1_023], transports: 5, key: vec![2; 34] };
        assert_eq!(Credential::of_bytes(&credential.to_bytes()).unwrap(), credential);
        for short in [&[][..], &[5, 0], &[5, 0, 9, 1]] {
            assert!(Credential::of_bytes(short).is_err(), "{short:?}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_malformed() {
        for sent in [json!({}), json!({"x": 1}), json!({"id": "AAAA", "response": {}})] {
            let members = sent.as_object().unwrap();
            assert!(matches!(read_registration(members), Err(WebauthnError::Malformed)), "{sent}");
            assert!(matches!(read_assertion(members), Err(WebauthnError::Malformed)), "{sent}");
        }
    }

    #[test]
    fn each_question_is_another_and_asks_that_the_person_is_verified() {
        let party = at("https://settings.example.com").unwrap();
        let (one, other) = (party.ask_for_any().unwrap(), party.ask_for_any().unwrap());
        assert_ne!(one.challenge, other.challenge);
        assert_eq!(
            (&one.options["rpId"], &one.options["userVerification"]),
            (&json!("settings.example.com"), &json!("required"))
        );
        // An address that no authenticator can show does not keep anybody from a passkey.
        for email in ["ada@example.com", ""] {
            let person = Person { handle: &[7; HANDLE], email, name: "Ada Lovelace" };
            let asked = party.ask_for_new(&person, &[]).unwrap();
            assert_eq!(asked.options["user"]["displayName"], "Ada Lovelace");
            assert_eq!(asked.options["authenticatorSelection"]["residentKey"], "required");
        }
    }
}
