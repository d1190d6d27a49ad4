//! The second pass over what is sent: one event of usage after the other, as it is stored.

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use event_store::usage::Incoming;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::dialect::Refusal;

/// Longest name, distinct id and insert id, in bytes: together they are the key of a row.
const LONGEST: usize = 255;
/// From here on a time is in milliseconds: in seconds it would be in the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// Reads events as JSON, one after the other, so that no more than one is held as values. `take` makes of each what is
/// kept of it.
pub(super) fn each(
    json: &[u8],
    take: impl FnMut(usize, Value) -> Result<Incoming, Refusal>,
) -> Result<Vec<Incoming>, Refusal> {
    let mut pass = Pass { taken: Vec::new(), refusal: None, take };
    match serde_json::Deserializer::from_slice(json).deserialize_any(&mut pass) {
        Ok(()) => Ok(pass.taken),
        Err(_) => Err(pass.refusal.unwrap_or_else(|| Refusal::malformed("the events are not JSON"))),
    }
}

struct Pass<F> {
    taken: Vec<Incoming>,
    refusal: Option<Refusal>,
    take: F,
}

impl<F: FnMut(usize, Value) -> Result<Incoming, Refusal>> Pass<F> {
    fn event<E: Error>(&mut self, event: Value) -> Result<(), E> {
        match (self.take)(self.taken.len(), event) {
            Ok(incoming) => {
                self.taken.push(incoming);
                Ok(())
            }
            Err(refusal) => {
                self.refusal = Some(refusal);
                Err(E::custom("no further"))
            }
        }
    }
}

impl<'de, F: FnMut(usize, Value) -> Result<Incoming, Refusal>> Visitor<'de> for &mut Pass<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of events, or one event")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut events: A) -> Result<(), A::Error> {
        while let Some(event) = events.next_element()? {
            self.event(event)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        let event = Value::deserialize(MapAccessDeserializer::new(members))?;
        self.event(event)
    }
}

/// An event that can be stored.
#[derive(Debug, PartialEq)]
pub(super) struct Sent {
    token: String,
    distinct_id: String,
    occurred_at: DateTime<Utc>,
    name: String,
    insert_id: Option<String>,
    properties: Map<String, Value>,
}

impl Sent {
    /// Reads the event at `index` of a call that came at `now`.
    pub(super) fn read(event: Value, index: usize, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let wrong = |what: &str| Refusal::malformed(format!("event {index}: {what}"));
        if holds_nul(&event) {
            return Err(wrong("the character U+0000 cannot be stored; leave it out"));
        }
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
        let occurred_at = occurred(properties.get("time"), now);
        Ok(Self { token, distinct_id, occurred_at, name, insert_id, properties })
    }

    /// The project's token; empty if there is none.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The event as it is stored, its properties as text again, with an insert id from `fresh` where it brought none.
    pub(super) fn incoming(self, project: &str, fresh: impl FnOnce() -> String) -> Incoming {
        Incoming {
            project_id: project.to_owned(),
            distinct_id: self.distinct_id,
            occurred_at: self.occurred_at,
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

/// When it happened: what the event says, if that lies between 1970 and tomorrow. A clock that is far off
/// says nothing, and then the time of arrival is the best there is.
fn occurred(time: Option<&Value>, now: DateTime<Utc>) -> DateTime<Utc> {
    let said = time.and_then(Value::as_f64).and_then(|time| {
        let seconds = if time >= MILLISECONDS_FROM { time / 1_000.0 } else { time };
        #[expect(clippy::cast_possible_truncation, reason = "a cast of what is out of range saturates")]
        let microseconds = (seconds * 1e6).round() as i64;
        DateTime::from_timestamp_micros(microseconds)
    });
    said.filter(|said| (DateTime::UNIX_EPOCH..=now + Duration::days(1)).contains(said)).unwrap_or(now)
}

/// Whether U+0000 occurs anywhere: PostgreSQL stores it neither in text nor in jsonb.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
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
        Sent::read(event, 3, now())
    }

    #[test]
    fn an_event_keeps_everything_but_its_token() {
        let properties = json!({
            "token": "t", "distinct_id": "acc_1", "time": 1_700_000_000, "$insert_id": "i", "plan": "pro",
        });
        let sent = read(json!({"event": "Opened", "properties": properties})).unwrap();
        assert_eq!(sent.token(), "t");
        let stored = sent.incoming("house", || panic!("it has one"));
        assert_eq!((stored.name.as_str(), stored.insert_id.as_str()), ("Opened", "i"));
        assert_eq!(stored.occurred_at.to_rfc3339(), "2023-11-14T22:13:20+00:00");
        let kept = json!({"distinct_id": "acc_1", "time": 1_700_000_000, "$insert_id": "i", "plan": "pro"});
        assert_eq!(serde_json::from_str::<Value>(&stored.properties).unwrap(), kept);
    }

    #[test]
    fn events_are_read_one_after_the_other_up_to_the_first_that_is_refused() {
        let store = |sent: Sent| sent.incoming("house", || "fresh".to_owned());
        let read =
            |json: &str| each(json.as_bytes(), |index, event| Sent::read(event, index, now()).map(store));
        let one = r#"{"event": "a", "properties": {"distinct_id": "d", "x": "\u00e9\n"}}"#;
        let taken = read(&format!("[{one},{one}]")).unwrap();
        assert_eq!(taken.len(), 2);
        assert_eq!(taken[1].properties, r#"{"distinct_id":"d","x":"é\n"}"#);
        assert_eq!(read(one).unwrap().len(), 1);
        assert!(read("[]").unwrap().is_empty());
        let refused = format!("{:?}", read(&format!("[{one},7,{{}}]")).unwrap_err());
        assert!(refused.contains("event 1: "), "{refused}");
    }

    #[test]
    fn what_is_left_out_is_made_up_for() {
        let sent = read(json!({"event": "Opened", "properties": {"distinct_id": 7}})).unwrap();
        assert_eq!((sent.token(), sent.occurred_at), ("", now()));
        let stored = sent.incoming("house", || "fresh".to_owned());
        assert_eq!((stored.distinct_id.as_str(), stored.insert_id.as_str()), ("7", "fresh"));
    }

    #[test]
    fn a_time_is_in_seconds_or_milliseconds_and_not_far_off() {
        let time = |time: Value| occurred(Some(&time), now()).to_rfc3339();
        assert_eq!(time(json!(1_700_000_000)), "2023-11-14T22:13:20+00:00");
        assert_eq!(time(json!(1_700_000_000_123_i64)), "2023-11-14T22:13:20.123+00:00");
        assert_eq!(time(json!(1_700_000_000.5)), "2023-11-14T22:13:20.500+00:00");
        let tomorrow = (now() + Duration::days(1)).timestamp();
        assert_eq!(occurred(Some(&json!(tomorrow)), now()).timestamp(), tomorrow);
        for far in [json!(tomorrow + 1), json!(-1), json!(1e300), json!("1700000000"), json!(null)] {
            assert_eq!(occurred(Some(&far), now()), now(), "{far}");
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
            json!({"event": "a", "properties": {"distinct_id": "a", "x": {"y": ["\0"]}}}),
            json!({"event": "a", "properties": {"distinct_id": "a", "\0": 1}}),
            json!({"event": "a", "properties": {"distinct_id": "a", "token": "\0"}}),
        ] {
            let refusal = format!("{:?}", read(event.clone()).unwrap_err());
            assert!(refusal.contains("event 3: "), "{event}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn a_stored_time_is_always_sane(time in proptest::num::f64::ANY) {
            let at = occurred(Some(&json!(time)), now());
            prop_assert!(at >= DateTime::UNIX_EPOCH && at <= now() + Duration::days(1));
        }
    }
}
