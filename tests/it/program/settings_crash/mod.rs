//! `kill -9` between any two steps of what people do with their account and their credentials: each comes to the end
//! it would have come to.
//!
//! Each story is told once undisturbed, and every point is noted that the program passes. Then it is told once for
//! each of these points, with other people, and the program dies there and is started again. Who gets no answer
//! asks again with the same Idempotency-Key, or looks first whether it was done. In the end everything is as it was the
//! first time.

mod deletion;
mod email;
mod once;
mod outcome;
mod overlap;
mod points;
mod stage;

use std::collections::BTreeSet;

use serde_json::Value;
use stage::Stage;

use crate::support::{assert_rebuilt, assert_verifies};

/// Something people do, and what the program does about it.
trait Story {
    /// Who takes part.
    type Cast;
    /// Whether the program dies in what follows from every event as well.
    const EVERY_EVENT: bool = false;

    /// Brings in whoever takes part. Nothing dies yet.
    async fn cast(&self, stage: &mut Stage) -> Self::Cast;

    /// What they do.
    async fn play(&self, stage: &mut Stage, cast: &Self::Cast);

    /// What there is of it in the end.
    async fn outcome(&self, stage: &mut Stage, cast: &Self::Cast) -> BTreeSet<String>;
}

/// Tells a story once for each point at which the program can die. The stage as it is left, and the outcome, which is
/// always the same.
async fn survives<S: Story>(story: S) -> (Stage, BTreeSet<String>) {
    let mut stage = Stage::build().await;
    let cast = begin(&mut stage, &story, None).await;
    story.play(&mut stage, &cast).await;
    stage.rest().await;
    let points = stage
        .until("what was begun is over", async |stage| {
            let [begun, over] = ["task: begun", "task: done"].map(|name| stage.points.passed(name));
            (begun == over).then(|| stage.points.all())
        })
        .await;
    let expected = story.outcome(&mut stage, &cast).await;
    for point in points.iter().filter(|point| S::EVERY_EVENT || !point.is_of_every_event()) {
        let cast = begin(&mut stage, &story, Some(point)).await;
        let deaths = stage.deaths;
        story.play(&mut stage, &cast).await;
        stage.rest().await;
        stage.until(&format!("it dies: {point}"), async |stage| (stage.deaths > deaths).then_some(())).await;
        stage.rest().await;
        let outcome = story.outcome(&mut stage, &cast).await;
        let differing: Vec<_> = outcome.symmetric_difference(&expected).collect();
        assert!(differing.is_empty(), "{point}: {differing:#?}");
    }
    assert_rebuilt(&stage.foundation.store).await;
    assert_verifies(&stage.foundation, &stage.folder().join("data/keys/signing.key")).await;
    (stage, expected)
}

/// Whether an answer says that the request was carried out and its answer was lost.
fn is_lost((status, answer): &(u16, Value)) -> bool {
    let given = ["/problems/answer-lost", "/problems/answer-not-repeatable"];
    *status == 409 && given.iter().any(|problem| answer["type"] == *problem)
}

/// Brings in the cast; from now on points are noted, and the program dies at `point`.
async fn begin<S: Story>(stage: &mut Stage, story: &S, point: Option<&points::Point>) -> S::Cast {
    let cast = story.cast(stage).await;
    stage.rest().await;
    stage.points.begin(point);
    cast
}
