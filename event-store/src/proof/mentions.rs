//! The rule that says which accounts an event concerns: those whose ids stand in it.
//!
//! It looks at the stored text of `aggregate_id`, `payload` and `metadata`, and knows nothing of what events mean:
//! so it can be checked without the program, and no new kind of event escapes it. Payload and metadata count in their
//! reduced form ([`log_proof::ciphertext_digest`]): what stands inside a ciphertext is passed over, so that pruning changes
//! nothing.
//! An id is `acc_` and 26 letters of lower-case base32 (Crockford), wherever that stands.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use log_proof::ciphertext_digest;

const PREFIX: &str = "acc_";
/// Letters after the prefix.
const LETTERS: usize = 26;
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PREFIX));

/// Hands over each account that an event with these columns concerns, as often as its id stands there.
pub(super) fn each<'a>(
    aggregate_id: &'a str,
    payload: &'a str,
    metadata: &'a str,
    mut found: impl FnMut(&'a str),
) {
    in_text(aggregate_id, &mut found);
    for text in [payload, metadata] {
        // The same as in the reduced text, and cheaper: a digest in base64 has no underscore.
        ciphertext_digest::outside(text, |part| in_text(part, &mut found));
    }
}

fn in_text<'a>(text: &'a str, found: &mut impl FnMut(&'a str)) {
    for start in FINDER.find_iter(text.as_bytes()) {
        let id = text.get(start..start + PREFIX.len() + LETTERS);
        if let Some(id) = id.filter(|id| id.bytes().skip(PREFIX.len()).all(is_letter)) {
            found(id);
        }
    }
}

/// Of base32 as Crockford writes it, in lower case: without i, l, o and u.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte.is_ascii_lowercase() && !b"ilou".contains(&byte))
}

#[cfg(test)]
mod tests {
    use domain::AccountId;
    use uuid::Uuid;

    use super::*;

    fn found(aggregate_id: &str, payload: &str, metadata: &str) -> Vec<String> {
        let mut found = Vec::new();
        each(aggregate_id, payload, metadata, |id| found.push(id.to_owned()));
        found
    }

    #[test]
    fn an_account_is_found_wherever_its_id_stands() {
        let id = |number| AccountId::from_uuid(Uuid::from_u128(number)).to_string();
        let (one, other, third) = (id(1), id(u128::MAX), id(1 << 77));
        let payload = format!(r#"{{"a":["{one}",{{"acc_":"{other}x"}}]}}"#);
        assert_eq!(found(&one, &payload, &third), [&one, &one, &other, &third].map(String::clone));
    }

    #[test]
    fn what_is_no_id_names_nobody() {
        let id = AccountId::from_uuid(Uuid::from_u128(7)).to_string();
        let texts = [
            "",
            "acc_",
            &id[..29],
            &id.to_uppercase(),
            &id.replace("acc_", "acc-"),
            &format!("{}u", &id[..29]),
            &format!("{}é", &id[..28]),
        ];
        for text in texts {
            assert!(found(text, text, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_stands_in_a_ciphertext_does_not_count_so_pruning_changes_nothing() {
        let id = AccountId::from_uuid(Uuid::from_u128(7)).to_string();
        let other = AccountId::from_uuid(Uuid::from_u128(8)).to_string();
        let text = format!(r#"{{"a":{{"$enc":{{"c":"{id}","k":"{other}"}}}},"b":"{other}"}}"#);
        let pruned = ciphertext_digest::reduce(&text);
        assert_ne!(pruned, text);
        assert_eq!(found("", &text, ""), found("", &pruned, ""));
        assert_eq!(found("", &text, ""), [other.clone(), other]);
    }
}
