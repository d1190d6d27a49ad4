//! The first pass over what is sent: it keeps nothing but the tokens of projects, and which events cannot be read.
//!
//! Events and values are counted, and reading stops at the first one too many. So a call is known to be let in, and
//! to be no larger than it may be, before anything is built of it.

use std::collections::BTreeMap;

use serde::de::DeserializeSeed;

use super::dialect::Refusal;
use super::split::{Broken, Items};
use crate::extract::{DEEPEST, Excess, Scan, Tally, Wanted};

/// Most events in one call.
pub(super) const MOST_EVENTS: usize = 2_000;
/// Most values in one event: about forty times what an SDK of the field sends.
const MOST_VALUES_OF_EVENT: usize = 10_000;
/// Most values in one call: 2,000 events with 255 properties each have fewer.
const MOST_VALUES: usize = 600_000;
/// Most tokens in one call: each is looked up.
const MOST_TOKENS: usize = 4;
/// Longest token that is looked up, in bytes.
const LONGEST_TOKEN: usize = 255;
/// Where an event shows the project's token.
const TOKEN: &[&str] = &["properties", "token"];

/// What is known of a call after the first pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// How many events there are.
    pub(super) events: usize,
    /// The tokens that events show.
    pub(super) tokens: Vec<String>,
    /// What is wrong with the events that cannot be read, by their place in the call.
    pub(super) unreadable: BTreeMap<usize, String>,
}

/// Passes over events as JSON.
pub(super) fn read(json: &[u8]) -> Result<Outline, Refusal> {
    let mut pass = Pass { outline: Outline::default(), left: MOST_VALUES };
    for event in Items::of(json) {
        pass.event(event.map_err(|broken| refusal(broken, json))?)?;
    }
    Ok(pass.outline)
}

struct Pass {
    outline: Outline,
    /// Values that may still come.
    left: usize,
}

impl Pass {
    /// Passes over one event. What is wrong with it alone is noted; what is too much of all ends the pass.
    fn event(&mut self, json: &[u8]) -> Result<(), Refusal> {
        let index = self.outline.events;
        if index == MOST_EVENTS {
            return Err(Refusal::too_large(format!("send at most {MOST_EVENTS} events at once")));
        }
        self.outline.events += 1;
        let most = MOST_VALUES_OF_EVENT.min(self.left);
        let (tally, wanted) = (Tally::of(most), Wanted::at(TOKEN));
        let mut reader = serde_json::Deserializer::from_slice(json);
        let scan = Scan::within(&tally, 1).picking(&wanted);
        let read = scan.deserialize(&mut reader).and_then(|()| reader.end());
        self.left -= most - tally.left();
        if let Err(error) = read {
            if self.left == 0 && tally.excess() == Some(Excess::Values) {
                return Err(Refusal::too_large(format!("send at most {MOST_VALUES} values at once")));
            }
            self.outline.unreadable.insert(index, fault(tally.excess(), &error));
            return Ok(());
        }
        wanted.take().map_or(Ok(()), |token| self.note(token))
    }

    fn note(&mut self, token: String) -> Result<(), Refusal> {
        let tokens = &mut self.outline.tokens;
        if token.len() > LONGEST_TOKEN || tokens.contains(&token) {
            return Ok(());
        }
        if tokens.len() == MOST_TOKENS {
            let error = format!("send events of at most {MOST_TOKENS} projects at once");
            return Err(Refusal::malformed(error));
        }
        tokens.push(token);
        Ok(())
    }
}

/// What is wrong with an event that cannot be read.
fn fault(excess: Option<Excess>, error: &serde_json::Error) -> String {
    match excess {
        Some(Excess::Values) => format!("send at most {MOST_VALUES_OF_EVENT} values in an event"),
        Some(Excess::Depth) => format!("it is nested more than {DEEPEST} deep"),
        None => format!("it is not JSON: see its line {}, column {}", error.line(), error.column()),
    }
}

fn refusal(broken: Broken, json: &[u8]) -> Refusal {
    match broken {
        Broken::Kind => Refusal::malformed("send a JSON list of events, or one event as an object"),
        Broken::At(end) if end >= json.len() => Refusal::malformed(
            "the events are not JSON: they end too early, within a list, an object or a text",
        ),
        Broken::At(at) => {
            let before = &json[..at];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
            Refusal::malformed(format!("the events are not JSON: see line {line}, column {column}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(json: &str) -> Outline {
        read(json.as_bytes()).unwrap()
    }

    fn refusal(json: &str) -> String {
        format!("{:?}", read(json.as_bytes()).unwrap_err())
    }

    const ONE: &str = r#"{"event": "a", "properties": {"token": "t", "plan": [1, {"x": null}]}}"#;

    #[test]
    fn events_are_counted_and_their_tokens_are_found() {
        let seen = |json: &str| {
            let Outline { events, tokens, unreadable } = outline(json);
            assert!(unreadable.is_empty(), "{json}: {unreadable:?}");
            (events, tokens.join(" "))
        };
        assert_eq!(seen(ONE), (1, "t".to_owned()));
        assert_eq!(seen(&format!(" [{ONE}, 7, {{}}, {ONE}]\n")), (4, "t".to_owned()));
        assert_eq!(seen(&format!("[{ONE}, {}]", ONE.replace("\"t\"", "\"u\""))), (2, "t u".to_owned()));
        assert_eq!(seen("[]"), (0, String::new()));
        assert_eq!(seen("[[], 1]"), (2, String::new()));
        let long = ONE.replace("\"t\"", &format!("\"{}\"", "t".repeat(256)));
        assert_eq!(seen(&long), (1, String::new()), "no token of ours is as long");
    }

    #[test]
    fn what_cannot_be_read_is_noted_and_the_rest_is_read() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let large = format!("[{}0]", "0,".repeat(MOST_VALUES_OF_EVENT));
        let read =
            outline(&format!("[{{\"event\": NaN}}, {ONE}, {deep}, {large}, {{\"event\": \"b\" 7}}, ]"));
        assert_eq!((read.events, read.tokens), (6, vec!["t".to_owned()]));
        let told: Vec<String> =
            read.unreadable.iter().map(|(index, fault)| format!("{index}: {fault}")).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        0: it is not JSON: see its line 1, column 11
        2: it is nested more than 120 deep
        3: send at most 10000 values in an event
        4: it is not JSON: see its line 1, column 15
        5: it is not JSON: see its line 1, column 0
        ");
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
    fn reading_stops_at_the_first_token_too_many() {
        let of = |n: usize| ONE.replace("\"t\"", &format!("\"{n}\""));
        let events: Vec<String> = (0..=MOST_TOKENS).map(of).collect();
        assert!(read(format!("[{}]", events[..MOST_TOKENS].join(",")).as_bytes()).is_ok());
        let many = format!("[{}, broken", events.join(","));
        assert!(
            refusal(&many).contains("400") && refusal(&many).contains("4 projects"),
            "{}",
            refusal(&many)
        );
    }

    #[test]
    fn reading_stops_at_the_first_value_too_many() {
        // Each event is within its limit, and all together are not.
        let event = format!("[{}0],", "0,".repeat(MOST_VALUES_OF_EVENT - 2));
        let many = format!("[{}broken", event.repeat(MOST_VALUES / MOST_VALUES_OF_EVENT + 1));
        assert!(refusal(&many).contains("600000 values"), "{}", refusal(&many));
    }

    #[test]
    fn what_is_no_list_of_events_is_refused_with_advice() {
        for json in ["7", "null", "\"x\"", ""] {
            assert!(refusal(json).contains("send a JSON list"), "{json}: {}", refusal(json));
        }
        for json in ["{", "[1", "[\"x", "[[[["] {
            assert!(refusal(json).contains("end too early"), "{json}: {}", refusal(json));
        }
        insta::assert_snapshot!(refusal("[{\"event\": 1}]\n, 2"), @r#"Refusal { status: 400, error: "the events are not JSON: see line 2, column 1" }"#);
    }
}
