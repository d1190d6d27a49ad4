//! What JSON can write and nothing can store: halves of a character (lone surrogates), the character U+0000, and bytes
//! that are no UTF-8. Each becomes a sign of the same length, so a text is mended where it lies.
//!
//! A half comes of an SDK that cuts a text in the middle of an emoji, other bytes of a sender with another encoding.
//! Neither is a reason to lose an event.

use bytes::{Bytes, BytesMut};

/// As an escape it has six bytes, as the one it replaces.
const REPLACEMENT: &[u8] = br"\ufffd";

/// The text with what cannot be stored replaced. It is copied only where another owner holds it, too.
pub(super) fn mended(text: Bytes) -> Bytes {
    if !needs_mending(&text) {
        return text;
    }
    let mut text = text.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
    replace_bytes(&mut text);
    replace_escapes(&mut text);
    text.freeze()
}

fn needs_mending(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_err() || memchr::memmem::find(text, br"\u").is_some()
}

/// Bytes that are no UTF-8 become question marks.
fn replace_bytes(text: &mut [u8]) {
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&text[from..]) {
        let wrong = from + error.valid_up_to();
        let length = error.error_len().unwrap_or(text.len() - wrong);
        text[wrong..wrong + length].fill(b'?');
        from = wrong + length;
    }
}

fn replace_escapes(text: &mut [u8]) {
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(&text[at..]) {
            // The first half of a character, and the second behind it.
            Some(0xd800..=0xdbff) if matches!(unit(&text[at + 6..]), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff | 0) => {
                text[at..at + 6].copy_from_slice(REPLACEMENT);
                at += 6;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
}

/// The sixteen bits of an escape `\uXXXX` that a text begins with.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(text.strip_prefix(br"\u")?.get(..4)?).ok()?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn mend(text: &[u8]) -> String {
        String::from_utf8(mended(Bytes::copy_from_slice(text)).to_vec()).unwrap()
    }

    #[test]
    fn halves_of_characters_and_nul_are_replaced_and_nothing_else() {
        for (text, mended) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\uD83D\uD83D\uDE00x""#, r#""\ufffd\uD83D\uDE00x""#),
            (r#""a\u0000b\u0001""#, r#""a\ufffdb\u0001""#),
            (r#""\\ud83d \\\u0000 \n""#, r#""\\ud83d \\\ufffd \n""#),
            (r#""\ud83"#, r#""\ud83"#),
            (r#""\u+123""#, r#""\u+123""#),
            (r#""\"#, r#""\"#),
        ] {
            assert_eq!(mend(text.as_bytes()), mended, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_become_question_marks() {
        assert_eq!(mend(b"[\"Z\xfcrich\", \"caf\xe9\"]"), "[\"Z?rich\", \"caf?\"]");
        assert_eq!(mend(b"\"\xf0\x9f\x98\""), "\"???\"");
        assert_eq!(mend(b"\"cut \xf0\x9f"), "\"cut ??");
        assert_eq!(mend("\"é😀\"".as_bytes()), "\"é😀\"");
    }

    proptest! {
        #[test]
        fn whatever_was_escaped_is_json_that_can_be_stored(units in proptest::collection::vec(any::<u16>(), 0..20)) {
            let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let value: Value = serde_json::from_str(&mend(format!("\"{escapes}\"").as_bytes())).unwrap();
            prop_assert!(!value.as_str().unwrap().contains('\0'));
        }

        #[test]
        fn the_length_stays_and_what_is_sound_is_left_alone(text in ".*") {
            let json = Value::String(text.replace('\0', "")).to_string();
            prop_assert_eq!(mend(json.as_bytes()), json);
        }
    }
}
