//! Moving to another sign-in address, and back.

mod at_once;
mod cancelling;
mod links;
mod moving;
mod undoing;

use serde_json::{Value, json};

use super::service::{credentials, opened, sent};
use super::{Answer, Service};
use crate::support::{Client, OPERATOR_TOKEN, Person};

const EMAIL: &str = "/v1/me/email";

/// The links of a change: to confirm it, and to take it back.
struct Links {
    confirm: String,
    undo: String,
}

/// Asks for another address.
async fn ask(person: &Person, email: &str) -> Answer {
    sent(&person.client, "PUT", EMAIL, &json!({"email": email})).await
}

/// Asks for another address, and reads both mails.
async fn change(service: &Service, person: &Person, email: &str) -> Links {
    let present = person.client.get("/v1/me").await["email"].as_str().unwrap().to_owned();
    ask(person, email).await.expect(202);
    Links {
        confirm: service.take_mail("email_confirmation", email).await.token().to_owned(),
        undo: service.take_mail("email_change", &present).await.token().to_owned(),
    }
}

async fn confirm(client: &Client, token: &str) -> Answer {
    opened(client, "/v1/email-confirmations", token).await
}

async fn undo(client: &Client, token: &str) -> Answer {
    opened(client, "/v1/email-undos", token).await
}

/// Whose account one signs in to with an address, if any.
async fn signs_in(service: &Service, email: &str) -> Option<String> {
    let answer = sent(&service.client(), "POST", "/v1/sessions", &credentials(email)).await;
    if answer.status != 201 {
        answer.problem(401, "wrong-credentials");
        return None;
    }
    answer.json()["account_id"].as_str().map(str::to_owned)
}

/// Has an operator open an account with an address.
async fn register(service: &Service, email: &str) -> Answer {
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let body = json!({"email": email, "name": "New", "password": crate::support::PASSWORD});
    sent(&operator, "POST", "/v1/admin/accounts", &body).await
}

async fn me(person: &Person) -> (Value, Value) {
    let me = person.client.get("/v1/me").await;
    (me["email"].clone(), me["email_pending"].clone())
}

async fn alter_links(service: &Service, what: &str) {
    sqlx::query(&format!("UPDATE link SET {what}")).execute(&service.pool().await).await.unwrap();
}
