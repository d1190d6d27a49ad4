//! Names on the bus. One prefix keeps several installations on one server apart.

use std::str::FromStr;

/// The subjects and streams of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    prefix: String,
}

/// A text that cannot begin a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a NATS prefix consists of letters, digits, `-` and `_`, at most 64 of them")]
pub struct InvalidPrefix;

impl FromStr for Subjects {
    type Err = InvalidPrefix;

    fn from_str(prefix: &str) -> Result<Self, InvalidPrefix> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if prefix.is_empty() || prefix.len() > 64 || !prefix.chars().all(allowed) {
            return Err(InvalidPrefix);
        }
        Ok(Self { prefix: prefix.to_owned() })
    }
}

impl Subjects {
    pub(super) fn jobs_stream(&self) -> String {
        format!("{}-jobs", self.prefix)
    }

    pub(super) fn events_stream(&self) -> String {
        format!("{}-events", self.prefix)
    }

    pub(super) fn all_jobs(&self) -> String {
        format!("{}.jobs.>", self.prefix)
    }

    pub(super) fn all_events(&self) -> String {
        format!("{}.events.>", self.prefix)
    }

    /// Where "advance request X" is sent.
    pub(super) fn advance(&self) -> String {
        format!("{}.jobs.advance", self.prefix)
    }

    /// Where an event is announced: `….events.account.signed_in`.
    pub(super) fn event(&self, event_type: &str) -> String {
        format!("{}.events.{event_type}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_that_would_break_a_subject_is_refused() {
        let subjects: Subjects = "personal-settings".parse().unwrap();
        assert_eq!(subjects.event("account.signed_in"), "personal-settings.events.account.signed_in");
        for prefix in ["", "a.b", "a b", "a>", "*", &"a".repeat(65)] {
            assert_eq!(prefix.parse::<Subjects>(), Err(InvalidPrefix), "{prefix:?}");
        }
    }
}
