//! The end of an account: who takes over, what dies with it, and what is left.

mod afterwards;
mod ending;
mod organizations;

use serde_json::{Value, json};

use super::service::sent;
use super::{Answer, Service};
use crate::support::Person;

const ME: &str = "/v1/me";
const DELETION: &str = "/v1/me/deletion";

async fn delete(person: &Person) -> Answer {
    delete_with(person, json!({})).await
}

/// Ends an account, with members of the body beside `confirm`.
async fn delete_with(person: &Person, more: Value) -> Answer {
    let mut body = more;
    body["confirm"] = true.into();
    sent(&person.client, "DELETE", ME, &body).await
}
