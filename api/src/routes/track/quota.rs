//! How much usage is taken in: of a project and from a network, or the whole call is refused; about one person, or what is
//! too much about them is left out.
//!
//! The token of a project is public, so anybody can send anything about anybody. What one sender makes up about one
//! person must not fill the disk, nor keep the others of the same call from being counted.

use std::collections::HashMap;

use event_store::usage::Incoming;

use crate::limits;
use crate::problem::Problem;
use crate::state::AppState;

/// What an event counts as beside its properties, in bytes: its row and its place in the indexes.
const ROW: usize = 512;

impl AppState {
    /// What may be stored of a batch that came from `network`.
    ///
    /// # Errors
    /// 429 when it is too much of the project, or from the network.
    pub(super) fn within_quota(
        &self,
        project: &str,
        network: &str,
        batch: Vec<Incoming>,
    ) -> Result<Vec<Incoming>, Problem> {
        let all = kibibytes(batch.iter().map(weight).sum());
        self.pace_by(limits::USAGE_OF_NETWORK, network, all)?;
        self.pace_by(limits::USAGE_OF_PROJECT, project, all)?;
        let mut of_person: HashMap<&str, usize> = HashMap::new();
        for event in &batch {
            *of_person.entry(&event.distinct_id).or_default() += weight(event);
        }
        let too_much = |(person, bytes): (&str, usize)| {
            let key = format!("{project}/{person}");
            self.paces.ask(limits::USAGE_OF_PERSON, &key, kibibytes(bytes)).map(|_| person.to_owned())
        };
        let left_out: Vec<String> = of_person.into_iter().filter_map(too_much).collect();
        if left_out.is_empty() {
            return Ok(batch);
        }
        let before = batch.len();
        let kept: Vec<Incoming> =
            batch.into_iter().filter(|event| !left_out.contains(&event.distinct_id)).collect();
        metrics::counter!("personal_settings_usage_events_total", "outcome" => "too_many")
            .increment((before - kept.len()) as u64);
        Ok(kept)
    }
}

/// Rounded up, and one at least.
fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1_024).max(1)).unwrap_or(u32::MAX)
}

fn weight(event: &Incoming) -> usize {
    ROW + event.name.len() + event.insert_id.len() + event.properties.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::state;
    use chrono::DateTime;

    fn batch(person: &str, events: usize, bytes: usize) -> Vec<Incoming> {
        let event = |n: usize| Incoming {
            project_id: "house".to_owned(),
            distinct_id: person.to_owned(),
            occurred_at: DateTime::UNIX_EPOCH,
            at_arrival: false,
            name: "Page viewed".to_owned(),
            insert_id: n.to_string(),
            properties: format!(r#"{{"filler":"{}"}}"#, "x".repeat(bytes)),
        };
        (0..events).map(event).collect()
    }

    // The clock stands still: what comes back in the meantime depends on no machine.
    #[tokio::test(start_paused = true)]
    async fn what_is_too_much_about_one_person_is_left_out_and_the_others_are_counted() {
        let state = state();
        let mut taken = 0;
        for round in 0..60 {
            // From another network each time: no sender is to be told from another.
            let mut sent = batch("flooded", 10, 100 * 1_024);
            sent.extend(batch("other", 1, 100));
            let kept = state.within_quota("house", &format!("192.0.2.{round}"), sent).unwrap();
            assert!(kept.iter().any(|event| event.distinct_id == "other"));
            taken += kept.iter().filter(|event| event.distinct_id == "flooded").count();
        }
        assert_eq!(taken, 320, "of 600 events of 100 KiB");
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_and_a_project_send_so_much_and_then_slowly() {
        let state = state();
        let send = |project: &str, network: &str, n: usize| {
            state.within_quota(project, network, batch(&format!("person {n}"), 8, 1_024 * 1_024)).is_ok()
        };
        let granted = (0..40).filter(|n| send("house", "192.0.2.1", *n)).count();
        assert_eq!(granted, 7, "of 40 calls of 8 MiB");
        assert!(send("house", "192.0.2.2", 41), "another network goes on");
        let granted = (0..90).filter(|n| send("house", &format!("198.51.100.{n}"), 100 + n)).count();
        assert_eq!(granted, 55, "of 90 calls of 8 MiB");
        assert!(send("another project", "192.0.2.3", 300));
    }
}
