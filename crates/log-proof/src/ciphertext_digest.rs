//! Sealed values inside a stored payload, found without parsing it.
//!
//! A sealed value is stored as `{"$enc":{"c":"ciphertext","k":"key id"}}`. Its *reduced* form has the
//! digest of the ciphertext in its place: `{"$enc":{"h":"digest","k":"key id"}}`. Leaves are made of reduced
//! payloads, so a row in which the ciphertext was replaced by its digest, *pruned*, has the same leaf as
//! before. A quotation mark inside a JSON string is escaped, so what is looked for here never stands in
//! one. Ciphertexts hold a random nonce: their digest tells nothing of what was sealed.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use memchr::memmem::Finder;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const OPENING: &str = r#"{"$enc":{"#;
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(OPENING));

/// A sealed value, where it stands in a text.
#[derive(Default)]
struct Envelope<'a> {
    /// The id of its key.
    key: &'a str,
    /// The member with the ciphertext, and the ciphertext.
    sealed: Option<(Range<usize>, &'a str)>,
    /// Whether it holds a digest where the ciphertext was.
    pruned: bool,
}

/// What is left when each ciphertext gives way to its digest.
pub fn reduce(text: &str) -> Cow<'_, str> {
    let mut reduced = String::new();
    let mut copied = 0;
    each(text, |envelope| {
        if let Some((member, ciphertext)) = envelope.sealed {
            reduced.push_str(&text[copied..member.start]);
            let digest = BASE64_STANDARD_NO_PAD.encode(Sha256::digest(ciphertext.as_bytes()));
            reduced.extend([r#""h":""#, &digest, "\""]);
            copied = member.end;
        }
    });
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    reduced.push_str(&text[copied..]);
    Cow::Owned(reduced)
}

/// Hands over what stands outside the members that hold a ciphertext, piece by piece.
pub fn outside<'a>(text: &'a str, mut found: impl FnMut(&'a str)) {
    let mut begin = 0;
    each(text, |envelope| {
        if let Some((member, _)) = envelope.sealed {
            found(&text[begin..member.start]);
            begin = member.end;
        }
    });
    found(&text[begin..]);
}

/// Whether any value in `text` was pruned.
pub fn is_pruned(text: &str) -> bool {
    let mut found = false;
    // Cheap for what holds nothing of the kind, which is nearly all.
    each(text, |envelope| found |= envelope.pruned);
    found
}

/// The ids of the keys that the sealed and the pruned values of `text` name. None for one that is no id.
pub fn keys(text: &str) -> Vec<Option<Uuid>> {
    let mut keys = Vec::new();
    each(text, |envelope| keys.push(envelope.key.parse().ok()));
    keys
}

fn each<'a>(text: &'a str, mut found: impl FnMut(Envelope<'a>)) {
    for start in FINDER.find_iter(text.as_bytes()) {
        if let Some(envelope) = envelope(text, start + OPENING.len()) {
            found(envelope);
        }
    }
}

/// Reads `"name":"value"` pairs up to the closing braces. Anything else is no sealed value of ours.
fn envelope(text: &str, start: usize) -> Option<Envelope<'_>> {
    let mut envelope = Envelope::default();
    let mut at = start;
    loop {
        let (name, after) = string(text, at)?;
        let value_at = text[after..].starts_with(':').then_some(after + 1)?;
        let (value, after) = string(text, value_at)?;
        match name {
            "k" => envelope.key = value,
            "c" => envelope.sealed = Some((at..after, value)),
            "h" => envelope.pruned = true,
            _ => {}
        }
        match text.as_bytes().get(after)? {
            b',' => at = after + 1,
            b'}' => return Some(envelope),
            _ => return None,
        }
    }
}

/// The plain string that begins at `at`, and where it ends.
fn string(text: &str, at: usize) -> Option<(&str, usize)> {
    let content = text.get(at..)?.strip_prefix('"')?;
    let length = memchr::memchr2(b'"', b'\\', content.as_bytes())?;
    let end = at + 1 + length;
    (content.as_bytes()[length] == b'"').then(|| (&text[at + 1..end], end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn every_ciphertext_gives_way_to_its_digest_and_nothing_else_changes() {
        let text = format!(
            r#"{{"a":{{"$enc":{{"c":"QUJD","k":"{KEY}"}}}},"b":[1,{{"$enc":{{"k":"{KEY}","c":"REVG"}}}}],"c":"x"}}"#
        );
        let reduced = reduce(&text).into_owned();
        let digest = |text: &str| BASE64_STANDARD_NO_PAD.encode(Sha256::digest(text.as_bytes()));
        let expected = text
            .replace(r#""c":"QUJD""#, &format!(r#""h":"{}""#, digest("QUJD")))
            .replace(r#""c":"REVG""#, &format!(r#""h":"{}""#, digest("REVG")));
        assert_eq!(reduced, expected);
        assert_eq!(reduce(&reduced), reduced, "there is nothing left to reduce");
        assert!(!is_pruned(&text) && is_pruned(&reduced));
        assert_eq!(keys(&reduced), [Some(Uuid::from_u128(1)); 2]);
    }

    #[test]
    fn what_only_looks_alike_is_left_alone() {
        for text in [
            r#"{"a":"{\"$enc\":{\"c\":\"QUJD\"}}"}"#,
            r#"{"$enc":{"c":7}}"#,
            r#"{"$enc":{"c":"a\"b"}}"#,
            r#"{"$enc":{"#,
            r#"{"$enc":{}}"#,
            r#"{"$enc":{"c""#,
            "",
        ] {
            assert!(matches!(reduce(text), Cow::Borrowed(_)), "{text}");
            assert!(!is_pruned(text));
        }
    }
}
