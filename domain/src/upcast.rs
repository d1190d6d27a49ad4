//! Lifting events of an earlier form to the form of this release.
//!
//! A stored event is never changed. Where its form must become another, the version rises, and one
//! [`Upcaster`] says how the form before it is lifted; from an old version to the newest they make a chain.
//! The event store lifts wherever it opens an event (for an aggregate, a read model or a history), after
//! opening and not before: what is sealed is bound to the place it was stored in. So a lifter sees
//! personal values as `{"$personal": …}` or `{"$erased": true}`, and passes on either.

use serde_json::Value;

/// How events of one type are lifted from one version to the next.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The stored type of the event.
    pub event_type: &'static str,
    /// The version it was stored with.
    pub from: &'static str,
    /// The version it has afterwards.
    pub to: &'static str,
    /// Gives it the form of that version. What is no event of the earlier form is left as it is: that it
    /// cannot be read shows when it is read.
    pub lift: fn(&mut Value),
}

/// Every step of this release. No event has needed one yet.
const STEPS: &[Upcaster] = &[];

/// A set of steps.
#[derive(Clone, Copy, Debug)]
pub struct Upcasters(&'static [Upcaster]);

impl Default for Upcasters {
    /// Those of this release.
    fn default() -> Self {
        Self(STEPS)
    }
}

impl Upcasters {
    /// Other steps than those of this release: for tests.
    pub fn of(steps: &'static [Upcaster]) -> Self {
        Self(steps)
    }

    /// Whether an event of this type and version is of an earlier form.
    pub fn concern(&self, event_type: &str, version: &str) -> bool {
        self.step(event_type, version).is_some()
    }

    /// The event in the newest form that can be reached, and the version of that.
    pub fn upcast(&self, event_type: &str, mut version: String, mut payload: Value) -> (String, Value) {
        // No chain is longer than all steps together: one that leads in a circle ends too.
        for _ in self.0 {
            let Some(step) = self.step(event_type, &version) else { break };
            (step.lift)(&mut payload);
            step.to.clone_into(&mut version);
        }
        (version, payload)
    }

    fn step(&self, event_type: &str, version: &str) -> Option<&'static Upcaster> {
        self.0.iter().find(|step| step.event_type == event_type && step.from == version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    /// As if the switch had been called `tracking` once, and then held a word.
    const MADE_UP: &[Upcaster] = &[
        Upcaster { event_type: "account.switched", from: "1", to: "2", lift: rename },
        Upcaster { event_type: "account.switched", from: "2", to: "3", lift: word_to_bool },
    ];

    fn rename(payload: &mut Value) {
        if let Some(members) = payload.as_object_mut()
            && let Some(value) = members.remove("tracking")
        {
            members.insert("usage_logging".to_owned(), value);
        }
    }

    fn word_to_bool(payload: &mut Value) {
        if let Some(value) = payload.get_mut("usage_logging") {
            *value = json!(value == "on");
        }
    }

    #[test]
    fn an_event_is_lifted_step_by_step_to_the_newest_form() {
        let steps = Upcasters::of(MADE_UP);
        let first = json!({"tracking": "on", "by": {"$erased": true}});
        let newest = json!({"usage_logging": true, "by": {"$erased": true}});
        assert_eq!(steps.upcast("account.switched", "1".to_owned(), first), ("3".to_owned(), newest.clone()));
        let second = json!({"usage_logging": "off"});
        let lifted = steps.upcast("account.switched", "2".to_owned(), second);
        assert_eq!(lifted, ("3".to_owned(), json!({"usage_logging": false})));
        // What is of the newest form, of another type, or no such event at all stays as it is.
        for (event_type, version, payload) in
            [("account.switched", "3", newest), ("account.other", "1", json!({"tracking": "on"}))]
        {
            assert!(!steps.concern(event_type, version));
            let lifted = steps.upcast(event_type, version.to_owned(), payload.clone());
            assert_eq!(lifted, (version.to_owned(), payload));
        }
        assert_eq!(steps.upcast("account.switched", "1".to_owned(), json!(7)), ("3".to_owned(), json!(7)));
    }

    #[test]
    fn a_circle_ends() {
        const CIRCLE: &[Upcaster] = &[
            Upcaster { event_type: "a.b", from: "1", to: "2", lift: |_| {} },
            Upcaster { event_type: "a.b", from: "2", to: "1", lift: |_| {} },
        ];
        assert_eq!(Upcasters::of(CIRCLE).upcast("a.b", "1".to_owned(), json!({})).0, "1");
    }

    #[test]
    fn each_step_of_this_release_leads_to_the_next_version_and_no_two_begin_at_one() {
        let mut beginnings = BTreeSet::new();
        for step in STEPS {
            let number = |version: &str| version.parse::<u32>().unwrap();
            assert_eq!(number(step.to), number(step.from) + 1, "{step:?}");
            assert!(beginnings.insert((step.event_type, step.from)), "{step:?}");
        }
    }
}
