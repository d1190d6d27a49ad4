//! Moving to another address, and back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::outcome::{self, Names};
use super::stage::{Request, Stage};
use super::{Story, survives};
use crate::support::{Client, Person, sign_in};

/// Somebody who is signed in twice, and the address to move to.
struct Mover {
    person: Person,
    elsewhere: Client,
    new: String,
    names: Names,
}

async fn mover(stage: &mut Stage) -> Mover {
    let number = stage.next_telling();
    let (old, new) = (format!("ada{number}@example.com"), format!("countess{number}@example.org"));
    let person = Person::join(&stage.program.client(), &old).await;
    let elsewhere = sign_in(&stage.program.client(), &old).await;
    let mut names = Names::default();
    names.call(&person.account, "Ada");
    names.call(&old, "the old address");
    names.call(&new, "the new address");
    Mover { person, elsewhere, new, names }
}

impl Mover {
    fn in_session<'a>(token: &'a str, method: &'a str, path: &'a str, body: Value) -> Request<'a> {
        Request { method, path, token: Some(token), body, key: None }
    }

    /// Asks for the change; where no answer comes, looks whether it was taken down.
    async fn ask(&self, stage: &mut Stage) {
        let token = self.person.client.token().unwrap();
        let action = Self::in_session(&token, "PUT", "/v1/me/email", json!({"email": self.new}));
        let status = match stage.ask(&action).await {
            Some((status, _)) => status,
            None => {
                let me = stage.ask_on(&Self::in_session(&token, "GET", "/v1/me", Value::Null)).await.1;
                if me["email_pending"] == self.new { 202 } else { stage.ask_on(&action).await.0 }
            }
        };
        assert_eq!(status, 202);
    }

    /// Posts the token of a link.
    async fn follow(&self, stage: &mut Stage, route: &str, token: &str) {
        let (path, body) = (format!("/v1/{route}"), json!({"token": token}));
        let post = Request { method: "POST", path: &path, token: None, body, key: None };
        let answer = stage.ask_on(&post).await;
        // Where it was done and nobody lived to answer, the link is used up.
        assert!([204, 410].contains(&answer.0), "{answer:?}");
    }

    async fn confirm(&self, stage: &mut Stage) {
        let token = stage.link(&self.new, "email_confirmation").await;
        self.follow(stage, "email-confirmations", &token).await;
    }

    async fn outcome(&self, stage: &mut Stage) -> BTreeSet<String> {
        let mut told = outcome::of(stage, &self.names).await;
        for (name, client) in
            [("the session that asked", &self.person.client), ("the other", &self.elsewhere)]
        {
            let token = client.token().unwrap();
            let (status, _) =
                stage.ask_on(&Self::in_session(&token, "GET", "/v1/me/preferences", Value::Null)).await;
            told.insert(format!("{name}: {status}"));
        }
        told
    }
}

/// Asked for, and confirmed.
struct Change;

impl Story for Change {
    type Cast = Mover;

    async fn cast(&self, stage: &mut Stage) -> Mover {
        mover(stage).await
    }

    async fn play(&self, stage: &mut Stage, mover: &Mover) {
        mover.ask(stage).await;
        mover.confirm(stage).await;
    }

    async fn outcome(&self, stage: &mut Stage, mover: &Mover) -> BTreeSet<String> {
        mover.outcome(stage).await
    }
}

/// Taken back, after it was confirmed.
struct Undo;

impl Story for Undo {
    type Cast = Mover;

    async fn cast(&self, stage: &mut Stage) -> Mover {
        let mover = mover(stage).await;
        mover.ask(stage).await;
        mover.confirm(stage).await;
        mover
    }

    async fn play(&self, stage: &mut Stage, mover: &Mover) {
        let token = stage.link(&mover.person.email, "email_change").await;
        mover.follow(stage, "email-undos", &token).await;
    }

    async fn outcome(&self, stage: &mut Stage, mover: &Mover) -> BTreeSet<String> {
        mover.outcome(stage).await
    }
}

#[tokio::test]
async fn an_address_is_changed_wherever_the_program_dies() {
    let (_, outcome) = survives(Change).await;
    let held = |address| format!("1 × {address} is {{\"held by\":\"Ada\"}}");
    assert!(outcome.contains(&held("the old address")) && outcome.contains(&held("the new address")));
    assert!(outcome.contains("the session that asked: 200") && outcome.contains("the other: 401"));
}

#[tokio::test]
async fn a_change_of_the_address_is_taken_back_wherever_the_program_dies() {
    let (_, outcome) = survives(Undo).await;
    assert!(outcome.contains("1 × the new address is {\"held by\":null}"), "{outcome:#?}");
    assert!(outcome.contains("the session that asked: 401"));
}
