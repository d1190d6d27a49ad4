//! What `audit verify` found, in words and as JSON. The verdict comes first.

use chrono::{DateTime, Utc};
use event_store::proof::Checkpoint;
use event_store::proof::verify::{Report, Verdict};
use serde::Serialize;

/// The report as one JSON object; `.github/PROOF.md` says what each member means.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    verdict: Verdict,
    /// How many findings there are; of them the first thousand are listed.
    findings_count: u64,
    findings: Vec<Finding<'a>>,
    not_verified: &'a [String],
    from_position: u64,
    until_position: u64,
    signed_until_position: u64,
    events: u64,
    checkpoints: u64,
    streams: u64,
    account_streams: u64,
    pruned_events: u64,
    newest_checkpoint: Option<Newest<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    position: Option<u64>,
    what: &'a str,
}

#[derive(Serialize)]
struct Newest<'a> {
    log: &'a str,
    size: u64,
    time: DateTime<Utc>,
}

impl<'a> Told<'a> {
    /// Tells a report; `since` is the checkpoint up to which nothing was looked at.
    pub(super) fn of(report: &'a Report, since: Option<&Checkpoint>) -> Self {
        let findings = report.findings.kept().iter();
        let newest = report.newest.as_ref();
        Self {
            verdict: report.verdict(),
            findings_count: report.findings.count(),
            findings: findings.map(|found| Finding { position: found.position, what: &found.what }).collect(),
            not_verified: &report.unproved,
            from_position: since.map_or(1, |since| since.size + 1),
            until_position: report.until,
            signed_until_position: newest.map_or(0, |newest| newest.size.min(report.until)),
            events: report.checked.events,
            checkpoints: report.checked.checkpoints,
            streams: report.checked.streams,
            account_streams: report.checked.subjects,
            pruned_events: report.checked.pruned,
            newest_checkpoint: newest.map(|newest| Newest {
                log: &newest.origin,
                size: newest.size,
                time: newest.time,
            }),
        }
    }

    /// The verdict in a sentence.
    pub(super) fn verdict(&self) -> String {
        let (from, signed) = (self.from_position, self.signed_until_position);
        match self.verdict {
            Verdict::Failed => {
                format!("FAILED: the log is not as it was signed. Findings: {}.", self.findings_count)
            }
            Verdict::NotProved => {
                "NOT PROVED: no signed checkpoint was found, so there is nothing to compare the log with."
                    .to_owned()
            }
            Verdict::Passed if signed < from => {
                format!("PASSED: the log still ends where it was signed, at position {signed}.")
            }
            Verdict::Passed => {
                format!("PASSED: the log is as it was signed, from position {from} to {signed}.")
            }
        }
    }

    /// All of it in lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.verdict()];
        lines.extend(self.findings.iter().map(Finding::line));
        lines.extend(self.not_verified.iter().map(|what| format!("NOT VERIFIED: {what}.")));
        let Self { events, until_position, checkpoints, streams, account_streams, .. } = self;
        lines.push(format!(
            "Looked at {events} events up to position {until_position}, {checkpoints} checkpoints, {streams} streams and \
             {account_streams} mentions of accounts in streams; {} events were pruned.",
            self.pruned_events
        ));
        if let Some(Newest { log, size, time }) = &self.newest_checkpoint {
            lines.push(format!("The newest checkpoint is of {size} events, signed at {time} by {log}."));
        }
        let unsigned = self.until_position.saturating_sub(self.signed_until_position);
        if unsigned > 0 {
            lines.push(format!(
                "The last {unsigned} events are in no checkpoint yet: nothing signed proves them."
            ));
        }
        lines
    }
}

impl Finding<'_> {
    fn line(&self) -> String {
        match self.position {
            Some(position) => format!("FOUND position {position}: {}", self.what),
            None => format!("FOUND {}", self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use event_store::proof::Hash;
    use event_store::proof::verify::{Checked, Findings};

    use super::*;

    fn report(newest: Option<u64>) -> Report {
        let newest = newest.map(|size| Checkpoint {
            origin: "log".to_owned(),
            size,
            root: Hash::ZERO,
            streams: Hash::ZERO,
            chain: Hash::ZERO,
            time: "2026-11-24T08:00:00Z".parse().unwrap(),
            subjects: None,
        });
        let unproved = vec!["this and that".to_owned()];
        Report { until: 30, checked: Checked::default(), newest, unproved, findings: Findings::default() }
    }

    #[test]
    fn the_first_word_is_the_verdict_and_what_is_not_signed_is_said() {
        let (proved, nothing) = (report(Some(27)), report(None));
        let lines = Told::of(&proved, None).lines();
        assert_eq!(lines[0], "PASSED: the log is as it was signed, from position 1 to 27.");
        assert_eq!(lines[1], "NOT VERIFIED: this and that.");
        assert_eq!(lines[4], "The last 3 events are in no checkpoint yet: nothing signed proves them.");
        assert!(Told::of(&nothing, None).verdict().starts_with("NOT PROVED: "));
        let since = proved.newest.as_ref();
        assert_eq!(
            Told::of(&proved, since).verdict(),
            "PASSED: the log still ends where it was signed, at position 27."
        );
    }

    #[test]
    fn every_member_of_the_object_is_explained() {
        let page = include_str!("../../.github/PROOF.md");
        let told = serde_json::to_value(Told::of(&report(Some(27)), None)).unwrap();
        let members = told.as_object().unwrap().keys();
        let unexplained: Vec<_> = members.filter(|name| !page.contains(&format!("\n| `{name}` |"))).collect();
        assert!(unexplained.is_empty(), "{unexplained:?}");
    }
}
