//! The forms in which events are sent: a JSON list, one event, or a form with either of them in `data`,
//! plain or in base64. Which one it is shows in the first character: some SDKs give a form another type.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::dialect::{Refusal, says_verbose};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What a call brings.
#[derive(Debug, PartialEq)]
pub(super) struct Payload {
    /// The events as sent.
    pub(super) events: Vec<Value>,
    /// The form asks for the reason of a refusal.
    pub(super) verbose: bool,
}

/// Reads a body, decompressed.
pub(super) fn read(bytes: &[u8]) -> Result<Payload, Refusal> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return Err(Refusal::malformed("send a JSON list of events, or a form with the field data"));
    }
    if looks_like_json(bytes) {
        return Ok(Payload { events: events(bytes)?, verbose: false });
    }
    let verbose = says_verbose(url::form_urlencoded::parse(bytes));
    let data = url::form_urlencoded::parse(bytes).find(|(name, _)| name == "data").map(|(_, value)| value);
    let data = data.ok_or_else(|| {
        Refusal::malformed("the body is neither JSON nor a form with the field data: send one of them")
    })?;
    let events = if looks_like_json(data.trim_ascii().as_bytes()) {
        events(data.as_bytes())?
    } else {
        events(&decode(&data)?)?
    };
    Ok(Payload { events, verbose })
}

fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'[' | b'{'))
}

fn events(json: &[u8]) -> Result<Vec<Value>, Refusal> {
    match serde_json::from_slice(json) {
        Ok(Value::Array(events)) => Ok(events),
        Ok(event @ Value::Object(_)) => Ok(vec![event]),
        Ok(_) => Err(Refusal::malformed("send a JSON list of events, or one event as an object")),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let text = format!("the events are not JSON: see line {line}, column {column}");
            Err(Refusal::malformed(text))
        }
    }
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
    use serde_json::json;

    fn sent(body: &str) -> Vec<Value> {
        read(body.as_bytes()).unwrap().events
    }

    #[test]
    fn events_are_read_in_every_form() {
        let one = json!({"event": "a?b>c"});
        let text = one.to_string();
        assert_eq!(sent(&format!(" [{text},{text}]\n")), [one.clone(), one.clone()]);
        assert_eq!(sent(&text), std::slice::from_ref(&one));
        for data in [text.clone(), format!("[{text}]"), STANDARD.encode(&text), URL_SAFE.encode(&text)] {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("ip", "1")
                .append_pair("data", &data)
                .finish();
            assert_eq!(sent(&form), std::slice::from_ref(&one), "{data}");
            // Some clients escape nothing and leave the padding out.
            let bare = format!("data={}", STANDARD.encode(&text).trim_end_matches('='));
            assert_eq!(sent(&bare), std::slice::from_ref(&one));
        }
        assert_eq!(sent("[]"), [Value::Null; 0]);
    }

    #[test]
    fn a_form_may_ask_for_reasons() {
        assert!(read(b"data=[]&verbose=1").unwrap().verbose);
        assert!(!read(b"data=[]").unwrap().verbose);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_advice() {
        let refusal = |body: &[u8]| format!("{:?}", read(body).unwrap_err());
        for body in
            [&b""[..], b" ", b"x", b"data=", b"data=%%%", b"data=7", b"{", b"[1", b"\xff\xfe", b"data=e30x"]
        {
            assert!(refusal(body).contains("400"), "{body:?}");
        }
        insta::assert_snapshot!(refusal(b"[{\"event\": }]"), @r#"Refusal { status: 400, error: "the events are not JSON: see line 1, column 12" }"#);
        let deep = "[".repeat(1_000_000);
        assert!(refusal(deep.as_bytes()).contains("400"));
    }
}
