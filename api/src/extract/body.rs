//! A JSON body, parsed into the type a handler wants.
//!
//! What is no JSON is 400; JSON that is not what was wanted is 422 and says where (RFC 6901). Every type
//! refuses members it does not know: a misspelt one must not be taken for one left out.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::{Path, Segment};

use super::read_whole;
use super::scan::{DEEPEST, Excess, Scan, Tally};
use crate::problem::{InputError, Kind, Problem};
use crate::state::AppState;

/// Most values in the body of a command, whatever they are.
const MOST_VALUES: usize = 10_000;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Send + 'static> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "The body must be application/json.";
            return Err(Problem::because(Kind::UnsupportedMediaType, detail));
        }
        let whole = read_whole(request, state).await?;
        state.parsing.run(whole.network(), whole.len(), move || parse(&whole)).await?.map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// A member that is parsed from text as a person may have typed it: types of the domain check what comes in
/// only there, since what was stored once must always read back.
pub(crate) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// One word out of a choice. Serde would also take an object whose only member is the word.
pub(crate) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let text = String::deserialize(deserializer)?;
    T::deserialize(IntoDeserializer::<D::Error>::into_deserializer(text))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Whether it is JSON at all comes first: serde calls a wrong type a matter of syntax in some places.
    scan(bytes)?;
    // Serde would take the items of a list for the members in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::invalid(vec![InputError::at("", "expected an object")]));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().clone();
        refuse(&error.into_inner(), &path)
    })
}

/// Refuses what is no JSON, and what is more of it than any command needs, before anything is built of it.
fn scan(bytes: &[u8]) -> Result<(), Problem> {
    let tally = Tally::of(MOST_VALUES);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let scanned = Scan::within(&tally, 0).deserialize(&mut reader).and_then(|()| reader.end());
    scanned.map_err(|error| match tally.excess() {
        Some(Excess::Values) => {
            Problem::because(Kind::TooLarge, format!("The body has more than {MOST_VALUES} values."))
        }
        Some(Excess::Depth) => {
            Problem::because(Kind::Malformed, format!("The body is nested more than {DEEPEST} deep."))
        }
        None => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Problem::because(Kind::Malformed, format!("The body is not JSON: see {place}."))
        }
    })
}

fn refuse(error: &serde_json::Error, path: &Path) -> Problem {
    let text = error.to_string();
    // The place in the text says nothing that the pointer does not say better.
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    Problem::invalid(vec![InputError::at(pointer(path, message), message)])
}

/// Where the error is. One about a member that is missing or unknown is reported for the object around it,
/// but a client wants to know the member.
fn pointer(path: &Path, message: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split_once('`'));
    if let Some((member, _)) = named {
        let there =
            path.iter().next_back().is_some_and(|last| matches!(last, Segment::Map { key } if key == member));
        if !there {
            push(&mut pointer, member);
        }
    }
    pointer
}

fn push(pointer: &mut String, member: &str) {
    pointer.push('/');
    pointer.push_str(&member.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::text_of;
    use axum::response::IntoResponse;
    use domain::EmailAddress;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing is of interest")]
    struct Wanted {
        #[serde(deserialize_with = "parsed")]
        email: EmailAddress,
        #[serde(default)]
        list: Vec<Item>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its parsing is of interest")]
    struct Item {
        on: bool,
    }

    async fn refusal(body: &str) -> String {
        text_of(parse::<Wanted>(body.as_bytes()).unwrap_err().into_response()).await
    }

    async fn pointer_of(body: &str) -> String {
        let answer: serde_json::Value = serde_json::from_str(&refusal(body).await).unwrap();
        assert_eq!(answer["status"], 422, "{body}");
        answer["errors"][0]["pointer"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn what_is_wrong_is_pointed_at() {
        assert_eq!(pointer_of("{}").await, "/email");
        assert_eq!(pointer_of(r#"{"email": 7}"#).await, "/email");
        assert_eq!(pointer_of(r#"{"email": "nobody"}"#).await, "/email");
        assert_eq!(pointer_of(r#"{"email": "a@b.c", "emial": 1}"#).await, "/emial");
        assert_eq!(pointer_of(r#"{"email": "a@b.c", "a/b": 1}"#).await, "/a~1b");
        assert_eq!(pointer_of(r#"{"email": "a@b.c", "email": "a@b.c"}"#).await, "/email");
        assert_eq!(
            pointer_of(r#"{"email": "a@b.c", "list": [{"on": true}, {"on": 1}]}"#).await,
            "/list/1/on"
        );
        assert_eq!(pointer_of(r#"{"email": "a@b.c", "list": [{"of": true}]}"#).await, "/list/0/of");
        assert_eq!(pointer_of(r#"{"email": "a@b.c", "list": [{}]}"#).await, "/list/0/on");
        for body in ["[]", r#"["a@b.c"]"#, "7", "null"] {
            assert_eq!(pointer_of(body).await, "", "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_in_words() {
        insta::assert_snapshot!(refusal(r#"{"email": "nobody"}"#).await, @r#"{"type":"/problems/invalid-input","title":"The input is wrong.","status":422,"detail":"Some of the input is missing, unknown or wrong.","errors":[{"pointer":"/email","message":"expected an email address such as name@example.com, of at most 254 characters"}]}"#);
        insta::assert_snapshot!(refusal(r#"{"email": "a@b.c", "emial": 1}"#).await, @r#"{"type":"/problems/invalid-input","title":"The input is wrong.","status":422,"detail":"Some of the input is missing, unknown or wrong.","errors":[{"pointer":"/emial","message":"unknown field `emial`, expected `email` or `list`"}]}"#);
    }

    #[tokio::test]
    async fn what_is_no_json_is_malformed() {
        insta::assert_snapshot!(refusal("{\"email\": ").await, @r#"{"type":"/problems/malformed-request","title":"The request cannot be read.","status":400,"detail":"The body is not JSON: see line 1, column 10."}"#);
        let deep = "[".repeat(100_000);
        for body in ["", "x", "{\"email\": \"a@b.c\"} x", &deep] {
            let problem = parse::<Wanted>(body.as_bytes()).unwrap_err();
            assert_eq!(problem.kind(), Kind::Malformed, "{}", &body[..body.len().min(20)]);
        }
    }

    #[test]
    fn more_values_than_a_command_needs_are_not_built() {
        let many = format!("[{}1]", "{\"\":0},".repeat(MOST_VALUES));
        assert_eq!(parse::<Wanted>(many.as_bytes()).unwrap_err().kind(), Kind::TooLarge);
        let depth = usize::from(DEEPEST) + 1;
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse::<Wanted>(deep.as_bytes()).unwrap_err().kind(), Kind::Malformed);
    }

    #[test]
    fn json_is_told_by_its_media_type() {
        let told =
            |value: &'static str| is_json(&HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]));
        assert!(told("application/json") && told("Application/JSON; charset=utf-8"));
        assert!(told("application/merge-patch+json"));
        assert!(!told("text/plain") && !told("application/x-www-form-urlencoded") && !told(""));
        assert!(!is_json(&HeaderMap::new()));
    }
}
