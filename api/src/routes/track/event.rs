//! The second pass over what is sent: an event of usage as it is stored.

use chrono::{DateTime, Duration, Utc};
use event_store::usage::Incoming;
use serde_json::{Map, Value};

use super::dialect::Refusal;

/// Longest name, distinct id and insert id, in bytes: together they are the key of a row.
const LONGEST: usize = 255;
/// From here on a time is in milliseconds: in seconds it would be in the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// An event that can be stored.
#[derive(Debug, PartialEq)]
pub(super) struct Sent {
    token: String,
    distinct_id: String,
    /// When it happened, if it says so and its clock is no worse than can be believed.
    said_at: Option<DateTime<Utc>>,
    name: String,
    insert_id: Option<String>,
    properties: Map<String, Value>,
}

impl Sent {
    /// Reads an event that came at `now`.
    pub(super) fn read(event: Value, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let wrong = |what: &str| Refusal::malformed(what);
        let Value::Object(mut event) = event else {
            return Err(wrong("send an object with the members event and properties"));
        };
        let name = event.remove("event").as_ref().and_then(text);
        let name = name.ok_or_else(|| wrong("set event to the name of what happened"))?;
        let Some(Value::Object(mut properties)) = event.remove("properties") else {
            return Err(wrong("set properties to an object"));
        };
        let token = properties.remove("token").as_ref().and_then(text).unwrap_or_default();
        let distinct_id = properties.get("distinct_id").and_then(text);
        let distinct_id =
            distinct_id.ok_or_else(|| wrong("set properties.distinct_id to the id of the account"))?;
        let insert_id = properties.get("$insert_id").and_then(text);
        for (what, value) in
            [("event", Some(&name)), ("distinct_id", Some(&distinct_id)), ("$insert_id", insert_id.as_ref())]
        {
            if value.is_some_and(|value| value.len() > LONGEST) {
                return Err(wrong(&format!("{what} may have at most {LONGEST} bytes")));
            }
        }
        let said_at = said(properties.get("time"), now);
        Ok(Self { token, distinct_id, said_at, name, insert_id, properties })
    }

    /// The project's token; empty if there is none.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The event as it is stored, its properties as text again, with an insert id from `fresh` where it brought none. Where
    /// it does not tell its time, or one that cannot be, that of its arrival, `now`, is the best there is.
    pub(super) fn incoming(
        self,
        project: &str,
        now: DateTime<Utc>,
        fresh: impl FnOnce() -> String,
    ) -> Incoming {
        Incoming {
            project_id: project.to_owned(),
            distinct_id: self.distinct_id,
            occurred_at: self.said_at.unwrap_or(now),
            at_arrival: self.said_at.is_none(),
            name: self.name,
            insert_id: self.insert_id.unwrap_or_else(fresh),
            properties: Value::Object(self.properties).to_string(),
        }
    }
}

/// A text that is not empty, or a number written as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// When an event says that it happened, if that lies between 1970 and tomorrow: a clock that is far off says nothing.
fn said(time: Option<&Value>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let time = time?.as_f64()?;
    let seconds = if time >= MILLISECONDS_FROM { time / 1_000.0 } else { time };
    #[expect(clippy::cast_possible_truncation, reason = "a cast of what is out of range saturates")]
    let microseconds = (seconds * 1e6).round() as i64;
    let said = DateTime::from_timestamp_micros(microseconds)?;
    (DateTime::UNIX_EPOCH..=now + Duration::days(1)).contains(&said).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn now() -> DateTime<Utc> {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    fn read(event: Value) -> Result<Sent, Refusal> {
        Sent::read(event, now())
    }

    #[test]
    fn an_event_keeps_everything_but_its_token() {
        let properties = json!({
            "token": "t", "distinct_id": "acc_1", "time": 1_700_000_000, "$insert_id": "i", "plan": "pro",
        });
        let sent = read(json!({"event": "Opened", "properties": properties})).unwrap();
        assert_eq!(sent.token(), "t");
        let stored = sent.incoming("house", now(), || panic!("it has one"));
        assert_eq!((stored.name.as_str(), stored.insert_id.as_str()), ("Opened", "i"));
        assert_eq!(stored.occurred_at.to_rfc3339(), "2023-11-14T22:13:20+00:00");
        assert!(!stored.at_arrival);
        let kept = json!({"distinct_id": "acc_1", "time": 1_700_000_000, "$insert_id": "i", "plan": "pro"});
        assert_eq!(serde_json::from_str::<Value>(&stored.properties).unwrap(), kept);
    }

    #[test]
    fn what_is_left_out_is_made_up_for() {
        let sent = read(json!({"event": "Opened", "properties": {"distinct_id": 7}})).unwrap();
        assert_eq!((sent.token(), sent.said_at), ("", None));
        let stored = sent.incoming("house", now(), || "fresh".to_owned());
        assert_eq!((stored.distinct_id.as_str(), stored.insert_id.as_str()), ("7", "fresh"));
        assert_eq!((stored.occurred_at, stored.at_arrival), (now(), true));
    }

    #[test]
    fn a_time_is_in_seconds_or_milliseconds_and_not_far_off() {
        let time = |time: Value| said(Some(&time), now()).unwrap().to_rfc3339();
        assert_eq!(time(json!(1_700_000_000)), "2023-11-14T22:13:20+00:00");
        assert_eq!(time(json!(1_700_000_000_123_i64)), "2023-11-14T22:13:20.123+00:00");
        assert_eq!(time(json!(1_700_000_000.5)), "2023-11-14T22:13:20.500+00:00");
        let tomorrow = (now() + Duration::days(1)).timestamp();
        assert_eq!(said(Some(&json!(tomorrow)), now()).unwrap().timestamp(), tomorrow);
        for far in [json!(tomorrow + 1), json!(-1), json!(1e300), json!("1700000000"), json!(null)] {
            assert_eq!(said(Some(&far), now()), None, "{far}");
        }
    }

    #[test]
    fn what_cannot_be_stored_is_refused_with_advice() {
        let long = "x".repeat(256);
        for event in [
            json!(7),
            json!({}),
            json!({"event": "", "properties": {"distinct_id": "a"}}),
            json!({"event": "a"}),
            json!({"event": "a", "properties": []}),
            json!({"event": "a", "properties": {}}),
            json!({"event": "a", "properties": {"distinct_id": ""}}),
            json!({"event": long, "properties": {"distinct_id": "a"}}),
            json!({"event": "a", "properties": {"distinct_id": long}}),
            json!({"event": "a", "properties": {"distinct_id": "a", "$insert_id": long}}),
        ] {
            let refusal = read(event.clone()).unwrap_err();
            let advises = ["send", "set", "at most"].iter().any(|word| refusal.error().contains(word));
            assert!(advises, "{event}: {refusal:?}");
        }
    }

    proptest! {
        #[test]
        fn a_stored_time_is_always_sane(time in proptest::num::f64::ANY) {
            let at = said(Some(&json!(time)), now()).unwrap_or(now());
            prop_assert!(at >= DateTime::UNIX_EPOCH && at <= now() + Duration::days(1));
        }
    }
}
