//! What sealing costs.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use event_store::KeyName;
use event_store::encryption::{AssociatedData, DataKey, open_payload, seal_payload};
use serde_json::json;
use uuid::Uuid;

use crate::Effort;
use crate::report::Report;

/// Events in a round.
const EVENTS: u32 = 20_000;

pub(crate) fn measure(effort: Effort, report: &mut Report<'_>) -> anyhow::Result<()> {
    let key = Arc::new(DataKey::generate(Uuid::from_u128(1)));
    let keys = HashMap::from([(KeyName::new("acc_1", "activity"), key.clone())]);
    let by_id = HashMap::from([(key.id, key.clone())]);
    let personal =
        |value: &str| json!({"$personal": {"subject": "acc_1", "scope": "activity", "value": value}});
    let event = json!({"ip_address": personal("203.0.113.7"), "user_agent": personal(&"x".repeat(60))});
    let place = AssociatedData {
        aggregate_type: "account",
        aggregate_id: "acc_1",
        sequence: 1,
        event_type: "account.signed_in",
        column: "metadata",
    };
    let (mut sealed, mut opened, mut ciphers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        ciphers.push(micros(|| {
            for text in ["203.0.113.7", "x".repeat(60).as_str()] {
                black_box(key.seal(text.as_bytes(), b"a place in the log of about the usual length")?);
            }
            Ok(())
        })?);
        sealed.push(micros(|| {
            black_box(seal_payload(event.clone(), place, &keys)?);
            Ok(())
        })?);
        let there = seal_payload(event.clone(), place, &keys)?;
        opened.push(micros(|| {
            black_box(open_payload(there.clone(), place, &by_id)?);
            Ok(())
        })?);
    }
    report.beside("seal: two personal fields (floor: the bare cipher)", "µs", &sealed, &ciphers);
    report.beside("open: two personal fields (floor: the bare cipher)", "µs", &opened, &ciphers);
    Ok(())
}

/// Microseconds that `work` takes once.
fn micros(mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let began = Instant::now();
    for _ in 0..EVENTS {
        work()?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(EVENTS))
}
