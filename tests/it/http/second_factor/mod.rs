//! Second factors: an authenticator app, passkeys, a phone that codes are sent to, and the codes that stand for them.

mod app;
mod generation;
mod guesses;
mod passkey;
mod passkey_refusals;
mod recovery;
mod setting;
mod signing_in;
mod sudo;
mod together;
mod undoing;

use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use super::service::{asked, credentials, sent};
use super::{Answer, Service};
use crate::support::{Authenticator, Client, PASSWORD, Person};

const PHONE: &str = "/v1/me/two-factor-phone";
const VERIFY: &str = "/v1/me/two-factor-phone/verify";
const RECOVERY: &str = "/v1/me/recovery-codes";
const SESSIONS: &str = "/v1/sessions";
const SECOND: &str = "/v1/sessions/second-factor";
const AGAIN: &str = "/v1/sessions/reauthenticate";

pub(super) const TOTP: &str = "/v1/me/totp";
pub(super) const PASSKEYS: &str = "/v1/me/passkeys";
const PASSKEY: &str = "/v1/sessions/passkey";

/// An authenticator app in software.
pub(super) struct App(Totp);

impl App {
    /// One that was told a secret.
    pub(super) fn told(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).unwrap();
        Self(Builder::new().with_secret(secret).with_account_name("ada").build().unwrap())
    }

    /// The code that it shows so many steps from now.
    pub(super) fn code_in(&self, steps: i64) -> String {
        let at = personal_settings::system::services().now().timestamp() + steps * 30;
        self.0.generate(u64::try_from(at).unwrap()).to_string()
    }

    /// The code that it shows now.
    pub(super) fn code(&self) -> String {
        self.code_in(0)
    }
}

/// Gives somebody an authenticator app; with it, the recovery codes where it is the first factor.
pub(super) async fn give_app(person: &Person) -> (App, Value) {
    let told = asked(&person.client, "POST", TOTP).await.expect(202).json();
    let app = App::told(told["secret"].as_str().unwrap());
    // The code of the step before counts as well, and leaves that of the present one for a test.
    let added = verify_app(&person.client, &app.code_in(-1)).await.expect(200).json();
    (app, added["recovery_codes"].clone())
}

async fn verify_app(client: &Client, code: &str) -> Answer {
    sent(client, "POST", "/v1/me/totp/verify", &json!({"code": code})).await
}

/// From now on no code of any app was taken.
async fn forget_steps(service: &Service) {
    let sql = "UPDATE authenticator_app SET last_step = 0 WHERE confirmed";
    sqlx::query(sql).execute(&service.pool().await).await.unwrap();
}

/// A program at an address under which browsers let passkeys be used.
pub(super) async fn with_passkeys() -> Service {
    Service::start("serve", &[("PERSONAL_SETTINGS_PUBLIC_URL", "http://localhost:8080")]).await
}

/// What a browser is asked at `path`.
async fn options(client: &Client, path: &str) -> Value {
    asked(client, "POST", path).await.expect(200).json()["publicKey"].clone()
}

/// Adds the passkey that an authenticator makes.
pub(super) async fn add_passkey(client: &Client, authenticator: &mut Authenticator) -> Answer {
    let made = authenticator.make(&options(client, "/v1/me/passkeys/options").await);
    sent(client, "POST", PASSKEYS, &json!({"name": "The blue key", "credential": made})).await
}

/// Gives somebody a passkey; with it, what was answered.
pub(super) async fn give_passkey(person: &Person) -> (Authenticator, Value) {
    let mut authenticator = Authenticator::new();
    let added = add_passkey(&person.client, &mut authenticator).await.expect(201).json();
    (authenticator, added)
}

/// Signs in with a passkey.
async fn show_passkey(client: &Client, authenticator: &mut Authenticator) -> Answer {
    let shown = authenticator.show(&options(client, "/v1/sessions/passkey/options").await);
    sent(client, "POST", PASSKEY, &json!({"credential": shown})).await
}

/// What is told of the second factors in `/v1/me`.
async fn two_factor(client: &Client) -> Value {
    client.get("/v1/me").await["two_factor"].clone()
}

/// How many rows a table has.
async fn rows(service: &Service, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(&count).fetch_one(&service.pool().await).await.unwrap()
}

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
