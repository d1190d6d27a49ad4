//! The end of the time in which two pairs of credentials work.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::outcome::{self, Names};
use super::stage::Stage;
use super::{Story, survives};
use crate::support::{Made, Pair, Team, eventually, found_project, found_team, open_account, reset};
use domain::organization::Role;

/// How soon the time is over after a reset, which was made an hour ago all but that.
const SOON: TimeDelta = TimeDelta::milliseconds(700);

/// A project of two owners.
struct Owned {
    team: Team,
    project: Made,
    names: Names,
}

async fn owned(stage: &mut Stage) -> Owned {
    let number = stage.next_telling();
    let store = &stage.foundation.store;
    let addresses = ["ada", "bob"].map(|name| format!("{name}{number}@example.com"));
    let [ada, bob] = [open_account(store, &addresses[0]).await, open_account(store, &addresses[1]).await];
    let team = found_team(store, &[(ada, Role::Owner), (bob, Role::Owner)]).await;
    let project = found_project(store, &team).await;
    let mut names = Names::default();
    names.call(&ada, "Ada");
    names.call(&bob, "Bob");
    names.call(&addresses[0], "Ada's address");
    names.call(&addresses[1], "Bob's address");
    names.call(&team.id, "the organization");
    names.call(&project.id, "the project");
    Owned { team, project, names }
}

impl Owned {
    /// Resets the credentials, an hour ago: the new pair, and when the old one dies.
    async fn reset(&self, stage: &Stage) -> (Pair, DateTime<Utc>) {
        let store = stage.store_at(SOON - TimeDelta::hours(1));
        let pair = reset(&store, &self.team, &self.project, 1).await;
        (pair, self.ends_at(stage).await)
    }

    async fn ends_at(&self, stage: &Stage) -> DateTime<Utc> {
        let ends_at = "SELECT (payload->>'previous_ends_at')::timestamptz FROM events
             WHERE aggregate_id = $1 AND event_type = 'project.credentials_reset'";
        sqlx::query_scalar(ends_at).bind(self.project.id.to_string()).fetch_one(stage.pool()).await.unwrap()
    }

    /// How the old pair is said to have died, by the event and in the records: when its time was over, to the
    /// microsecond.
    async fn death(&self, stage: &Stage) -> Vec<String> {
        let ends_at = self.ends_at(stage).await;
        let (reason, at): (String, DateTime<Utc>) = sqlx::query_as(
            "SELECT payload->>'reason', (payload->>'ended_at')::timestamptz FROM events
             WHERE aggregate_id = $1 AND event_type = 'project.previous_credentials_ended'",
        )
        .bind(self.project.id.to_string())
        .fetch_one(stage.pool())
        .await
        .unwrap();
        let (end, ended_at): (String, DateTime<Utc>) =
            sqlx::query_as("SELECT ended_as, ended_at FROM credential WHERE credential_id = $1")
                .bind(self.project.credentials.id.uuid())
                .fetch_one(stage.pool())
                .await
                .unwrap();
        let when = |at| if at == ends_at { "then" } else { "at another time" };
        vec![format!("told: {reason} {}", when(at)), format!("kept: {end} {}", when(ended_at))]
    }
}

/// The time of the old pair comes to its end.
struct End;

impl Story for End {
    type Cast = Owned;

    async fn cast(&self, stage: &mut Stage) -> Owned {
        owned(stage).await
    }

    async fn play(&self, stage: &mut Stage, owned: &Owned) {
        let (new, ends_at) = owned.reset(stage).await;
        // Due times are waited for to the microsecond.
        let left = (ends_at - stage.foundation.store.services().now()).to_std().unwrap_or_default();
        tokio::time::sleep(left).await;
        for (secret, worth) in [(&owned.project.credentials.secret, dead()), (&new.secret, json!(true))] {
            let worth = &worth;
            let told = loop {
                // It may die at this very moment.
                if let Some(told) = stage.introspect(secret).await {
                    break told;
                }
            };
            let told = if told["active"] == true { json!(true) } else { told };
            assert_eq!(told, *worth);
        }
    }

    async fn outcome(&self, stage: &mut Stage, owned: &Owned) -> BTreeSet<String> {
        let mut told = outcome::of(stage, &owned.names).await;
        told.extend(owned.death(stage).await);
        told
    }
}

fn dead() -> Value {
    json!({"active": false, "reason": "retired"})
}

#[tokio::test]
async fn the_old_pair_dies_in_time_wherever_the_program_dies() {
    let (_, outcome) = survives(End).await;
    assert!(
        outcome.contains("told: overlap_over then") && outcome.contains("kept: retired then"),
        "{outcome:#?}"
    );
}

#[tokio::test]
async fn the_old_pair_is_dead_at_the_start_although_everything_was_down_when_its_time_was_over() {
    let mut stage = Stage::build().await;
    let owned = owned(&mut stage).await;
    let (new, ends_at) = owned.reset(&stage).await;
    stage.power_off().await;
    eventually("its time is over", || async {
        (stage.foundation.store.services().now() >= ends_at).then_some(())
    })
    .await;

    // The interface alone: nobody has recorded anything.
    stage.start_interface().await;
    assert_eq!(stage.introspect(&owned.project.credentials.secret).await, Some(dead()));
    assert_eq!(stage.introspect(&new.secret).await.unwrap()["active"], true);
    let recorded: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE event_type = 'project.previous_credentials_ended'",
    )
    .fetch_one(stage.pool())
    .await
    .unwrap();
    assert_eq!(recorded, 0);
    stage.power_off().await;

    stage.start_again().await;
    stage.rest().await;
    assert_eq!(owned.death(&stage).await, ["told: overlap_over then", "kept: retired then"]);
    assert_eq!(stage.introspect(&owned.project.credentials.secret).await, Some(dead()));
}
