//! Made-up people.

use rand::distr::{Alphanumeric, SampleString};
use serde_json::{Value, json};

/// Where the made-up usage comes from: a block that is reserved for examples (RFC 5737).
pub(super) const EXAMPLE_ADDRESS: &str = "203.0.113.7";

/// A made-up person.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) password: String,
}

impl Person {
    /// A person of this name, with an address and a password that were never used before.
    pub(super) fn invent(name: &str) -> Self {
        let mark = Alphanumeric.sample_string(&mut rand::rng(), 6).to_lowercase();
        Self {
            name: name.to_owned(),
            email: format!("{}.{mark}@example.com", name.to_lowercase().replace(' ', ".")),
            password: Alphanumeric.sample_string(&mut rand::rng(), 20),
        }
    }
}

/// A person to sign in as.
pub(super) struct Shown {
    pub(super) email: String,
    pub(super) password: String,
    /// What there is to be seen.
    pub(super) shows: &'static str,
}

impl Person {
    /// This person, and what there is to be seen.
    pub(super) fn showing(&self, shows: &'static str) -> Shown {
        Shown { email: self.email.clone(), password: self.password.clone(), shows }
    }
}

/// Usage of a product by an account: `count` events, a minute apart, ending at `now` (seconds).
pub(super) fn usage(token: &str, account: &str, count: i64, now: i64) -> Value {
    let pages = ["Page viewed", "Report opened", "Button clicked", "Dashboard shared"];
    let events = (0..count).zip(pages.iter().cycle()).map(|(n, name)| {
        json!({"event": name, "properties": {
            "token": token,
            "distinct_id": account,
            "time": now - (count - n) * 60,
            "$insert_id": format!("demo-{n}"),
            "$browser": "Firefox",
            "ip": EXAMPLE_ADDRESS,
            "path": format!("/reports/{n}"),
        }})
    });
    events.collect()
}
