//! What is done once, however often it is asked for with the same Idempotency-Key: also by who got no answer because
//! the program died.

use std::collections::BTreeSet;

use domain::organization::Role;
use serde_json::json;

use super::outcome::{self, Names};
use super::stage::{Request, Stage};
use super::{Story, is_lost, survives};
use crate::support::{Made, Person, found_project, found_team};

/// Somebody with a project.
struct Owner {
    person: Person,
    project: Made,
    number: usize,
    names: Names,
}

async fn owner(stage: &mut Stage) -> Owner {
    let number = stage.next_telling();
    let person = Person::join(&stage.program.client(), &format!("ada{number}@example.com")).await;
    let store = &stage.foundation.store;
    let team = found_team(store, &[(person.account.parse().unwrap(), Role::Owner)]).await;
    let project = found_project(store, &team).await;
    let mut names = Names::default();
    names.call(&person.account, "Ada");
    names.call(&person.email, "the address");
    names.call(&team.id, "the organization");
    names.call(&project.id, "the project");
    Owner { person, project, number, names }
}

impl Owner {
    async fn post(&self, stage: &mut Stage, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        let (token, key) = (self.person.client.token().unwrap(), format!("key-{}", self.number));
        stage.ask_on(&Request { method: "POST", path, token: Some(&token), body, key: Some(&key) }).await
    }
}

/// Credentials are reset, and the old ones kept for an hour.
struct Reset;

impl Story for Reset {
    type Cast = Owner;

    async fn cast(&self, stage: &mut Stage) -> Owner {
        owner(stage).await
    }

    async fn play(&self, stage: &mut Stage, owner: &Owner) {
        let path = format!("/v1/projects/{}/credentials/reset", owner.project.id);
        let answer = owner.post(stage, &path, json!({"confirm": true, "keep_previous_hours": 1})).await;
        assert!(answer.0 == 200 || is_lost(&answer), "{answer:?}");
    }

    async fn outcome(&self, stage: &mut Stage, owner: &Owner) -> BTreeSet<String> {
        let old = stage.introspect(&owner.project.credentials.secret).await.unwrap();
        let mut told = outcome::of(stage, &owner.names).await;
        told.insert(format!("the old pair works: {}", old["active"]));
        told
    }
}

/// An organization is created.
struct Create;

impl Story for Create {
    type Cast = Owner;

    async fn cast(&self, stage: &mut Stage) -> Owner {
        owner(stage).await
    }

    async fn play(&self, stage: &mut Stage, owner: &Owner) {
        let answer = owner.post(stage, "/v1/organizations", json!({"name": "Mills"})).await;
        assert!(answer.0 == 201 || is_lost(&answer), "{answer:?}");
    }

    async fn outcome(&self, stage: &mut Stage, owner: &Owner) -> BTreeSet<String> {
        outcome::of(stage, &owner.names).await
    }
}

#[tokio::test]
async fn credentials_are_reset_once_wherever_the_program_dies() {
    let (_, outcome) = survives(Reset).await;
    assert!(outcome.contains("1 × event of the project: project.credentials_reset"), "{outcome:#?}");
    assert!(outcome.contains("the old pair works: true"), "{outcome:#?}");
}

#[tokio::test]
async fn an_organization_is_created_once_wherever_the_program_dies() {
    let (_, outcome) = survives(Create).await;
    assert!(outcome.contains("2 × event of Ada: account.organization_joined"), "{outcome:#?}");
}
