//! The second factor: a phone that codes are sent to, and the codes that stand for it.

mod generation;
mod guesses;
mod recovery;
mod setting;
mod signing_in;
mod sudo;
mod undoing;

use serde_json::{Value, json};

use super::service::{credentials, sent};
use super::{Answer, Service};
use crate::support::{Client, PASSWORD, Person};

const PHONE: &str = "/v1/me/two-factor-phone";
const VERIFY: &str = "/v1/me/two-factor-phone/verify";
const RECOVERY: &str = "/v1/me/recovery-codes";
const SESSIONS: &str = "/v1/sessions";
const SECOND: &str = "/v1/sessions/second-factor";
const AGAIN: &str = "/v1/sessions/reauthenticate";

/// Asks to have codes sent to a phone.
async fn ask_for_phone(client: &Client, number: &str, channel: &str) -> Answer {
    sent(client, "PUT", PHONE, &json!({"number": number, "channel": channel})).await
}

async fn verify(client: &Client, code: &str) -> Answer {
    sent(client, "POST", VERIFY, &json!({"code": code})).await
}

/// Gives somebody a phone; the recovery codes.
pub(super) async fn give_phone(service: &Service, person: &Person) -> Vec<String> {
    ask_for_phone(&person.client, "+14155550142", "sms").await.expect(202);
    let told = verify(&person.client, &service.take_code().await.code).await.expect(200).json();
    let codes = told["recovery_codes"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Begins to sign in: the question that the password alone leads to.
pub(super) async fn begin(client: &Client, person: &Person) -> String {
    let asked = sent(client, "POST", SESSIONS, &credentials(&person.email)).await.expect(201).json();
    challenge(&asked["second_factor"])
}

/// The id of a question.
fn challenge(second_factor: &Value) -> String {
    second_factor["challenge_id"].as_str().unwrap_or_else(|| panic!("{second_factor}")).to_owned()
}

/// Answers a question of signing in.
pub(super) async fn answer(client: &Client, challenge: &str, code: &str) -> Answer {
    sent(client, "POST", SECOND, &json!({"challenge_id": challenge, "code": code})).await
}

/// Signs in with both.
async fn sign_in_with_both(service: &Service, person: &Person) -> Client {
    let question = begin(&service.client(), person).await;
    let code = service.take_code().await.code;
    let begun = answer(&service.client(), &question, &code).await.expect(201).json();
    service.client().with_token(begun["token"].as_str().unwrap())
}

/// Gives the password again, and a code where one is given.
async fn again(client: &Client, code: Option<&str>) -> Answer {
    let mut body = json!({"password": PASSWORD});
    if let Some(code) = code {
        body["code"] = code.into();
    }
    sent(client, "POST", AGAIN, &body).await
}

/// A code that is not this one.
pub(super) fn another_than(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    format!("{first}{}", &code[1..])
}
