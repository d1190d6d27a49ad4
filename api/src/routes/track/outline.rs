//! The first pass over what is sent: it keeps nothing but the project's token.
//!
//! Events and values are counted, and reading stops at the first one too many. So a call is known to be let in, and
//! to be no larger than it may be, before anything is built of it.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use super::dialect::Refusal;
use crate::extract::{DEEPEST, Excess, Scan, Tally, Wanted};

/// Most events in one call.
pub(super) const MOST_EVENTS: usize = 2_000;
/// Most values in one event: about forty times what an SDK of the field sends.
const MOST_VALUES_OF_EVENT: usize = 10_000;
/// Most values in one call: 2,000 events with 255 properties each have fewer.
const MOST_VALUES: usize = 600_000;
/// Where an event shows the project's token.
const TOKEN: &[&str] = &["properties", "token"];

/// What is known of a call after the first pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// How many events there are.
    pub(super) events: usize,
    /// The token that events show: those that show one show the same.
    pub(super) token: Option<String>,
}

/// Passes over events as JSON.
pub(super) fn read(json: &[u8]) -> Result<Outline, Refusal> {
    let mut pass = Pass { events: 0, token: None, stop: None, left: MOST_VALUES };
    let mut reader = serde_json::Deserializer::from_slice(json);
    match reader.deserialize_any(&mut pass).and_then(|()| reader.end()) {
        Ok(()) => Ok(Outline { events: pass.events, token: pass.token }),
        Err(error) => Err(pass.refusal(&error)),
    }
}

/// Why the first pass ended early, where it was not for what is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Events,
    Tokens,
    Excess(Excess),
}

struct Pass {
    events: usize,
    token: Option<String>,
    stop: Option<Stop>,
    /// Values that may still come.
    left: usize,
}

impl Pass {
    /// One event, which `read` passes over.
    fn event<E: Error>(&mut self, read: impl FnOnce(Scan<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.events == MOST_EVENTS {
            return Err(self.stopped(Stop::Events));
        }
        self.events += 1;
        let most = MOST_VALUES_OF_EVENT.min(self.left);
        let (tally, wanted) = (Tally::of(most), Wanted::at(TOKEN));
        if let Err(error) = read(Scan::within(&tally, 1).picking(&wanted)) {
            self.stop = tally.excess().map(Stop::Excess);
            return Err(error);
        }
        self.left -= most - tally.left();
        let shown = wanted.take();
        if shown.is_some() && self.token.is_some() && shown != self.token {
            return Err(self.stopped(Stop::Tokens));
        }
        self.token = self.token.take().or(shown);
        Ok(())
    }

    fn stopped<E: Error>(&mut self, stop: Stop) -> E {
        self.stop = Some(stop);
        E::custom("no further")
    }

    fn refusal(&self, error: &serde_json::Error) -> Refusal {
        match self.stop {
            Some(Stop::Events) => Refusal::too_large(format!("send at most {MOST_EVENTS} events at once")),
            Some(Stop::Tokens) => Refusal::unknown_token(),
            Some(Stop::Excess(Excess::Values)) => Refusal::too_large(format!(
                "send at most {MOST_VALUES_OF_EVENT} values in an event, and {MOST_VALUES} at once"
            )),
            Some(Stop::Excess(Excess::Depth)) => {
                Refusal::malformed(format!("an event is nested more than {DEEPEST} deep"))
            }
            None if error.is_data() => {
                Refusal::malformed("send a JSON list of events, or one event as an object")
            }
            None => {
                let (line, column) = (error.line(), error.column());
                Refusal::malformed(format!("the events are not JSON: see line {line}, column {column}"))
            }
        }
    }
}

impl<'de> Visitor<'de> for &mut Pass {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of events, or one event")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut events: A) -> Result<(), A::Error> {
        while events.next_element_seed(Event(self))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.event(|scan| scan.visit_map(members))
    }
}

/// One event of a list.
struct Event<'p>(&'p mut Pass);

impl<'de> DeserializeSeed<'de> for Event<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.event(|scan| scan.deserialize(deserializer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> String {
        format!("{:?}", read(json.as_bytes()).unwrap_err())
    }

    const ONE: &str = r#"{"event": "a", "properties": {"token": "t", "plan": [1, {"x": null}]}}"#;

    #[test]
    fn events_are_counted_and_their_token_is_found() {
        let outline = |json: &str| read(json.as_bytes()).unwrap();
        let one = |token: Option<&str>, events| Outline { events, token: token.map(str::to_owned) };
        assert_eq!(outline(ONE), one(Some("t"), 1));
        assert_eq!(outline(&format!(" [{ONE}, 7, {{}}, {ONE}]\n")), one(Some("t"), 4));
        assert_eq!(outline("[]"), one(None, 0));
        assert_eq!(outline("[[], 1]"), one(None, 2));
    }

    #[test]
    fn reading_stops_at_the_first_event_too_many() {
        // The text is broken behind the place where reading stops.
        let many = format!("[{}broken", format!("{ONE},").repeat(MOST_EVENTS + 1));
        assert!(
            refusal(&many).contains("413") && refusal(&many).contains("2000 events"),
            "{}",
            refusal(&many)
        );
    }

    #[test]
    fn reading_stops_at_the_first_token_that_is_another() {
        let two = format!("[{ONE}, {}, broken", ONE.replace("\"t\"", "\"u\""));
        assert!(refusal(&two).contains("401"), "{}", refusal(&two));
    }

    #[test]
    fn reading_stops_at_the_first_value_too_many() {
        let large = format!("[{{\"properties\": [{}broken", "[],".repeat(MOST_VALUES_OF_EVENT));
        assert!(refusal(&large).contains("values in an event"), "{}", refusal(&large));
        // Each event is within its limit, and all together are not.
        let event = format!("[{}0],", "0,".repeat(MOST_VALUES_OF_EVENT - 2));
        let many = format!("[{}broken", event.repeat(MOST_VALUES / MOST_VALUES_OF_EVENT + 1));
        assert!(refusal(&many).contains("values in an event"), "{}", refusal(&many));
    }

    #[test]
    fn what_is_no_list_of_events_is_refused_with_advice() {
        assert!(refusal(&"[".repeat(1_000_000)).contains("nested"));
        for json in ["7", "null", "\"x\""] {
            assert!(refusal(json).contains("send a JSON list"), "{json}: {}", refusal(json));
        }
        for json in ["", "{", "[1", "[1] 2"] {
            assert!(refusal(json).contains("not JSON"), "{json}: {}", refusal(json));
        }
        insta::assert_snapshot!(refusal("[{\"event\": }]"), @r#"Refusal { status: 400, error: "the events are not JSON: see line 1, column 12" }"#);
    }
}
