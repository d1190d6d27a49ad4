//! The forms in which events are sent: a JSON list, one event, or a form with either of them in `data`,
//! plain or in base64. Which one it is shows in the first character: some SDKs give a form another type. Where there is
//! no body, the query is the form.

use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::dialect::{Refusal, is_on};
use super::mend::mended;
use crate::extract::Whole;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What a text may begin with that is no part of it (RFC 8259, section 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a call brings.
pub(super) struct Payload {
    /// The events as JSON; not read yet, and without anything in it that could not be stored.
    pub(super) json: Whole,
    /// The form asks for the reason of a refusal.
    pub(super) verbose: bool,
}

/// Takes the events out of a body, decompressed, or out of the `query` of a call without one.
pub(super) fn read(body: Whole, query: Option<&str>) -> Result<Payload, Refusal> {
    let within = trimmed(&body);
    let text = &body[within.clone()];
    if looks_like_json(text) {
        let json = body.changed(|body| {
            let events = body.slice(within);
            // So that they are mended where they lie.
            drop(body);
            mended(events)
        });
        return Ok(Payload { json, verbose: false });
    }
    // A head is small, and its connection has paid for it.
    let form = if text.is_empty() { query.unwrap_or_default().as_bytes() } else { text };
    if form.is_empty() {
        return Err(Refusal::malformed("send a JSON list of events, or a form with the field data"));
    }
    let (json, verbose) = (of_form(form)?, is_on(form, "verbose"));
    // It is no larger than the form it comes from.
    Ok(Payload { json: body.replaced(mended(json)), verbose })
}

/// Where the text lies in a body.
fn trimmed(body: &[u8]) -> Range<usize> {
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii_start();
    let from = body.len() - text.len();
    from..from + text.trim_ascii_end().len()
}

fn of_form(form: &[u8]) -> Result<Bytes, Refusal> {
    let data = url::form_urlencoded::parse(form).find(|(name, _)| name == "data").map(|(_, value)| value);
    let data = data.ok_or_else(|| {
        Refusal::malformed("what is sent is neither JSON nor a form with the field data: send one of them")
    })?;
    if looks_like_json(data.trim_ascii().as_bytes()) {
        Ok(data.into_owned().into())
    } else {
        Ok(decode(&data)?.into())
    }
}

fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'[' | b'{'))
}

fn decode(data: &str) -> Result<Vec<u8>, Refusal> {
    // A plus that was not escaped in the form arrives as a space.
    let data = data.trim().replace(' ', "+");
    STANDARD
        .decode(&data)
        .or_else(|_| URL_SAFE.decode(&data))
        .map_err(|_| Refusal::malformed("the field data is neither JSON nor base64 of it: send one of them"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> Result<Payload, Refusal> {
        super::read(Whole::of(body), None)
    }

    fn sent(body: &str) -> String {
        String::from_utf8(read(body.as_bytes()).unwrap().json.to_vec()).unwrap()
    }

    #[test]
    fn events_are_found_in_every_form() {
        let text = r#"{"event":"a?b>c"}"#;
        assert_eq!(sent(&format!(" [{text}]\n")), format!("[{text}]"));
        assert_eq!(sent(&format!("\u{feff}{text}")), text);
        for data in [text.to_owned(), STANDARD.encode(text), URL_SAFE.encode(text)] {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("ip", "1")
                .append_pair("data", &data)
                .finish();
            assert_eq!(sent(&form), text, "{data}");
            // Some clients escape nothing and leave the padding out.
            let bare = format!("data={}", STANDARD.encode(text).trim_end_matches('='));
            assert_eq!(sent(&bare), text);
        }
    }

    #[test]
    fn without_a_body_the_query_is_the_form() {
        let text = r#"{"event":"a"}"#;
        let query = format!("ip=1&verbose=1&_=17&data={}", STANDARD.encode(text));
        let payload = super::read(Whole::of(b" "), Some(&query)).unwrap();
        assert_eq!((&payload.json[..], payload.verbose), (text.as_bytes(), true));
        // A body goes before it.
        let payload = super::read(Whole::of(b"[]"), Some(&query)).unwrap();
        assert_eq!(&payload.json[..], b"[]");
    }

    #[test]
    fn what_cannot_be_stored_is_mended_in_every_form() {
        let (text, mended) = (r#"["\ud83d"]"#, r#"["\ufffd"]"#);
        assert_eq!(sent(text), mended);
        assert_eq!(sent(&format!("data={}", STANDARD.encode(text))), mended);
    }

    #[test]
    fn a_form_may_ask_for_reasons() {
        assert!(read(b"data=[]&verbose=1").unwrap().verbose);
        assert!(!read(b"data=[]").unwrap().verbose);
    }

    #[test]
    fn what_holds_no_events_is_refused_with_advice() {
        for body in [&b""[..], b" ", b"x", b"data=%%%", b"\xff\xfe", b"data=e30x-"] {
            let refusal = read(body).err().map(|refusal| format!("{refusal:?}"));
            assert!(refusal.as_ref().is_some_and(|refusal| refusal.contains("400")), "{body:?}: {refusal:?}");
        }
    }
}
