//! The end of an account that is in three organizations: one goes to a successor, one can do without it, one is closed
//! with it.

use std::collections::BTreeSet;

use domain::AccountId;
use domain::organization::Role;
use futures::TryStreamExt;
use projections::EventView;
use projections::history::HistoryFilter;
use serde_json::{Value, json};

use super::outcome::{self, Names};
use super::stage::{Request, Stage};
use super::{Story, survives};
use crate::support::{Made, PASSWORD, Person, Team, found_project, found_team, open_account};

/// What nobody may read in the end.
const BILLING: &str = "bills.of.ada@example.net";

/// Ada, who leaves, with all that an account can have.
struct Leaving {
    ada: Person,
    gdpr_token: String,
    bob: AccountId,
    teams: [Team; 3],
    project: Made,
    names: Names,
}

struct Delete;

impl Story for Delete {
    type Cast = Leaving;
    const EVERY_EVENT: bool = true;

    async fn cast(&self, stage: &mut Stage) -> Leaving {
        let number = stage.next_telling();
        let ada = Person::join(&stage.program.client(), &format!("ada{number}@example.com")).await;
        let store = &stage.foundation.store;
        let account: AccountId = ada.account.parse().unwrap();
        let bobs_address = format!("bob{number}@example.com");
        let bob = open_account(store, &bobs_address).await;
        let teams = [
            found_team(store, &[(account, Role::Owner), (bob, Role::Member)]).await,
            found_team(store, &[(account, Role::Owner), (bob, Role::Owner)]).await,
            found_team(store, &[(account, Role::Owner)]).await,
        ];
        found_project(store, &teams[0]).await;
        let project = found_project(store, &teams[2]).await;
        let gdpr_token = fill(&ada, &teams[2], number).await;
        let mut names = Names::default();
        for (id, name) in [
            (ada.account.clone(), "Ada"),
            (bob.to_string(), "Bob"),
            (ada.email.clone(), "Ada's address"),
            (bobs_address, "Bob's address"),
            (teams[0].id.to_string(), "the one with a successor"),
            (teams[1].id.to_string(), "the one with another owner"),
            (teams[2].id.to_string(), "the one that is closed"),
            (project.id.to_string(), "the project"),
        ] {
            names.call(&id, name);
        }
        Leaving { ada, gdpr_token, bob, teams, project, names }
    }

    async fn play(&self, stage: &mut Stage, leaving: &Leaving) {
        let token = leaving.ada.client.token().unwrap();
        let [first, _, third] = &leaving.teams;
        let body = json!({
            "confirm": true,
            "successors": {first.id.to_string(): leaving.bob},
            "close": [third.id],
        });
        let delete = Request { method: "DELETE", path: "/v1/me", token: Some(&token), body, key: None };
        let me = Request { method: "GET", path: "/v1/me", token: Some(&token), body: Value::Null, key: None };
        let gone = match stage.ask(&delete).await {
            Some((status, _)) => status == 204,
            // Who is let in no longer has no account any more.
            None => stage.ask_on(&me).await.0 == 401 || stage.ask_on(&delete).await.0 == 204,
        };
        assert!(gone);
    }

    async fn outcome(&self, stage: &mut Stage, leaving: &Leaving) -> BTreeSet<String> {
        let mut told = outcome::of(stage, &leaving.names).await;
        told.extend(history(stage, leaving).await);
        told.extend(of_no_use(stage, leaving).await);
        told
    }
}

/// Gives an account all that one can have. Its token for the GDPR APIs.
async fn fill(ada: &Person, alone: &Team, number: usize) -> String {
    ada.use_product(3).await;
    let (client, new) = (&ada.client, format!("countess{number}@example.org"));
    for (method, path, body) in [
        ("PATCH", "/v1/me".to_owned(), json!({"billing_email": BILLING})),
        ("PUT", "/v1/me/email".to_owned(), json!({"email": new})),
        (
            "POST",
            format!("/v1/organizations/{}/invitations", alone.id),
            json!({"email": format!("carol{number}@example.com"), "role": "member"}),
        ),
    ] {
        let (status, answer) = client.ask(method, &path, body).await;
        assert!((200..300).contains(&status), "{path}: {answer}");
    }
    let made = client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    made["token"].as_str().unwrap().to_owned()
}

/// The history of the account, as an auditor reads it: nothing personal is left in it.
async fn history(stage: &Stage, leaving: &Leaving) -> Vec<String> {
    let foundation = &stage.foundation;
    let account = leaving.ada.account.parse().unwrap();
    let entries =
        foundation.views.history_stream(foundation.store.clone(), account, HistoryFilter::default());
    let told: Vec<EventView> = entries.map_ok(EventView::for_operator).try_collect().await.unwrap();
    let text = json!(told).to_string();
    for personal in [&leaving.ada.email, "Ada Example", BILLING, "countess"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    // Where the operator opened the account from is the operator's.
    let theirs = |told: &&EventView| told.actor == leaving.ada.account;
    assert!(told.iter().filter(theirs).all(|told| told.ip_address.as_deref() == Some("[erased]")), "{text}");
    told.iter().map(|told| format!("history: {}", leaving.names.told(json!(told)))).collect()
}

/// What becomes of those who show what the account had.
async fn of_no_use(stage: &mut Stage, leaving: &Leaving) -> Vec<String> {
    let token = leaving.ada.client.token().unwrap();
    let sign_in = json!({"email": leaving.ada.email, "password": PASSWORD});
    let mut told = Vec::new();
    for (method, path, token, body) in [
        ("GET", "/v1/me", Some(&token), Value::Null),
        ("GET", "/v1/organizations", Some(&token), Value::Null),
        ("POST", "/v1/sessions", None, sign_in),
    ] {
        let request = Request { method, path, token: token.map(String::as_str), body, key: None };
        told.push(format!("{method} {path}: {}", stage.ask_on(&request).await.0));
    }
    for (name, value) in [
        ("the token for the GDPR APIs", &leaving.gdpr_token),
        ("the pair of the closed organization", &leaving.project.credentials.secret),
    ] {
        told.push(format!("{name}: {}", stage.introspect(value).await.unwrap()));
    }
    told
}

#[tokio::test]
async fn an_account_ends_wholly_wherever_the_program_dies() {
    let (stage, outcome) = survives(Delete).await;
    for expected in [
        "GET /v1/me: 401",
        "GET /v1/organizations: 401",
        "POST /v1/sessions: 401",
        r#"the token for the GDPR APIs: {"active":false,"reason":"revoked"}"#,
        r#"the pair of the closed organization: {"active":false,"reason":"revoked"}"#,
        r#"1 × Ada's address is {"held by":null}"#,
        "1 × event of Ada: account.personal_data_erased",
        "1 × event of the one with a successor: organization.member_role_changed",
        "1 × event of the one that is closed: organization.closed",
    ] {
        assert!(outcome.contains(expected), "{expected}: {outcome:#?}");
    }
    assert!(!outcome.iter().any(|line| line.contains(" × session:") || line.contains(" × usage_event:")));

    // The same from the command line, of one of those who left.
    let gone = "SELECT aggregate_id FROM events WHERE event_type = 'account.personal_data_erased' LIMIT 1";
    let gone: String = sqlx::query_scalar(gone).fetch_one(stage.pool()).await.unwrap();
    let mut audit = stage.command(&["audit", "history", &gone]).spawn();
    assert_eq!(audit.ended().await, 0, "{}", audit.said());
    let said = audit.said();
    assert!(said.contains("[erased]") && !said.contains("Ada Example") && !said.contains(BILLING), "{said}");
}
