//! The fields of a form that was sent to a page. How it is let in stands in [`arrival`](super::arrival).

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::form::KEY;

/// Fields that a form can have.
const MOST_FIELDS: usize = 200;

/// The fields of a form.
pub(crate) struct Sent {
    fields: Vec<(String, SecretString)>,
    key: Option<String>,
}

impl Sent {
    /// What was typed into a field, without the space around it; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default().trim()
    }

    /// What was typed into a field that hides it: as it was typed.
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.raw(name).unwrap_or_default()
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.raw(name) == Some("true")
    }

    /// What makes the form one command, however often it is sent. Gone back to, and sent with something else, it is another.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What was typed into a field; none where the form has no such field.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.expose_secret())
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let pairs = url::form_urlencoded::parse(bytes);
        let fields: Vec<(String, SecretString)> = pairs
            .take(MOST_FIELDS + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect();
        let mut sent = (fields.len() <= MOST_FIELDS).then_some(Self { fields, key: None })?;
        sent.key = sent.raw(KEY).filter(|key| !key.is_empty()).map(|key| format!("{key}-{}", sent.digest()));
        Some(sent)
    }

    /// Stands for what was typed, but for secrets: a hash of those is kept nowhere.
    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (name, value) in self.shown_again() {
            for part in [name, value] {
                hasher.update(part.len().to_be_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What may stand in a page again.
    pub(super) fn shown_again(&self) -> Vec<(String, String)> {
        let plain = self.fields.iter().filter(|(name, _)| !is_secret(name));
        plain.map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
    }
}

/// Whether a field holds what no page shows again: told by its name.
fn is_secret(name: &str) -> bool {
    ["password", "code", "proof", "passkey", "operator_token"].iter().any(|word| name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_were_typed() {
        let sent = Sent::parse(b"name=+Ada+&password=+x+&to=a&to=b&tick=true&idempotency_key=k").unwrap();
        assert_eq!((sent.text("name"), sent.secret("password"), sent.text("none")), ("Ada", " x ", ""));
        assert!(sent.is_ticked("tick") && !sent.is_ticked("name"));
        assert!(sent.key().unwrap().starts_with("k-"));
        let key = |form: &[u8]| Sent::parse(form).unwrap().key().map(str::to_owned);
        assert_eq!(key(b"a=1&idempotency_key=k"), key(b"a=1&idempotency_key=k&proof_password=x"));
        assert_ne!(key(b"a=1&idempotency_key=k"), key(b"a=2&idempotency_key=k"));
        assert_eq!(key(b"a=1&idempotency_key="), None);
        assert!(Sent::parse("a=&".repeat(300).as_bytes()).is_none());
    }

    #[test]
    fn no_secret_stands_in_a_page_again() {
        let sent = Sent::parse(
            b"email=a&password=b&password_new=c&code=d&proof_password=e&passkey=f&idempotency_key=k\
              &operator_token=g",
        );
        let shown = sent.unwrap().shown_again();
        let names: Vec<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["email", "idempotency_key"]);
    }
}
