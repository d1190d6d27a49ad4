//! An authenticator in software: it makes passkeys and shows them, as a browser hands that on (W3C Web Authentication).
//!
//! It does what it is told, also what no browser would: sign for another origin or another service, leave the person
//! unverified, or count backwards.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where the tests have their service be, as far as passkeys know.
const ORIGIN: &str = "http://localhost:8080";
/// The person is there.
const PRESENT: u8 = 0x01;
/// The device has verified the person.
const VERIFIED: u8 = 0x04;
/// A new key comes along.
const WITH_KEY: u8 = 0x40;

/// An authenticator with one passkey.
#[derive(Clone)]
pub(crate) struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    handle: String,
    /// The page that asks, as the browser tells.
    pub(crate) origin: String,
    /// The service that it signs for; none: the one that asks.
    pub(crate) rp_id: Option<String>,
    /// Whether it verifies the person.
    pub(crate) verifies: bool,
    /// How often it has signed; 0: it does not count.
    pub(crate) counter: u32,
}

impl Authenticator {
    /// One that has no passkey yet.
    pub(crate) fn new() -> Self {
        let seed: [u8; 32] = rand::random();
        let id = Sha256::digest(seed)[..16].to_vec();
        let key = SigningKey::from_slice(&seed).unwrap();
        // Of nobody yet.
        let handle = base64(&[0; 32]);
        Self { key, id, handle, origin: ORIGIN.to_owned(), rp_id: None, verifies: true, counter: 0 }
    }

    /// Makes a passkey as the options say: what a browser sends on.
    pub(crate) fn make(&mut self, options: &Value) -> Value {
        self.handle = text(&options["user"]["id"]).to_owned();
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(text(&options["rp"]["id"]), WITH_KEY);
        // No model: sixteen zeros. Then the id of the credential, and its key.
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        let length = u8::try_from(data.len()).unwrap();
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}.
        let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";
        let attestation = [head.as_slice(), &[length], &data].concat();
        let response = json!({
            "clientDataJSON": base64(client_data.as_bytes()),
            "attestationObject": base64(&attestation),
            "transports": ["internal"],
        });
        self.credential(&response)
    }

    /// Shows its passkey as the options ask: what a browser sends on.
    pub(crate) fn show(&mut self, options: &Value) -> Value {
        if self.counter > 0 {
            self.counter += 1;
        }
        self.show_without_counting(options)
    }

    /// The same, and it does not count that it signed.
    pub(crate) fn show_without_counting(&self, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(text(&options["rpId"]), 0);
        let signed = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature: Signature = self.key.sign(&signed);
        let response = json!({
            "clientDataJSON": base64(client_data.as_bytes()),
            "authenticatorData": base64(&data),
            "signature": base64(signature.to_der().as_bytes()),
            "userHandle": self.handle,
        });
        self.credential(&response)
    }

    /// What the browser has signed: which page was asked, and what.
    fn client_data(&self, kind: &str, options: &Value) -> String {
        let (challenge, origin) = (text(&options["challenge"]), &self.origin);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#)
    }

    /// What the authenticator says of itself.
    fn data(&self, asked_by: &str, flags: u8) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(asked_by);
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(rp_id.as_bytes()).to_vec();
        data.push(flags | PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key in COSE form (RFC 9052): an EC2 key on P-256, for ES256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let head = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
        [head.as_slice(), x, b"\x22\x58\x20", y].concat()
    }

    fn credential(&self, response: &Value) -> Value {
        let id = base64(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        })
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
