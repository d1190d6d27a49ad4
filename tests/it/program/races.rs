//! An erasure while the holder changes settings, signs in, makes tokens, and ends the account: all at once, again and
//! again.
//!
//! Each of them is done or refused, and nothing fails on our side. Who ends their account leaves nothing that lets
//! anybody in or that can be read, whatever was on its way; for the others the erasure is complete and the account
//! works.

use domain::account::Account;
use domain::effect::ClaimKind;
use domain::privacy_request::{Kind, open_request_name};
use domain::{AccountId, EmailAddress};
use event_store::MasterKey;
use futures::future::join_all;
use futures::{FutureExt, TryStreamExt};
use personal_settings::composition::AppContext;
use projections::EventView;
use projections::history::HistoryFilter;
use rand::RngExt;
use serde_json::{Value, json};
use url::Url;

use crate::support::{
    Database, PASSWORD, Person, Program, Start, assert_rebuilt, assert_verifies, eventually, left_behind,
    shared,
};

/// The master key of the program: 32 bytes in base64.
const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// People who do all that. Every third one keeps the account.
const PEOPLE: usize = 15;

/// What came of it.
struct Rushed {
    person: Person,
    erasure: String,
    ended: bool,
    /// Tokens of sessions that began meanwhile.
    tokens: Vec<String>,
}

/// Asks again and again; every answer is one of `expected`.
async fn insist(
    person: &Person,
    times: usize,
    expected: &[u16],
    asked: impl Fn(usize) -> (&'static str, &'static str, Value),
) {
    for n in 0..times {
        let (method, path, body) = asked(n);
        let (status, answer) = person.client.ask(method, path, body).await;
        assert!(expected.contains(&status), "{method} {path}: {status} {answer}");
    }
}

async fn sign_in(person: &Person) -> Option<String> {
    let body = json!({"email": person.email, "password": PASSWORD});
    let (status, answer) = person.client.ask("POST", "/v1/sessions", body).await;
    assert!([201, 401].contains(&status), "{status} {answer}");
    answer["token"].as_str().map(str::to_owned)
}

async fn end(person: &Person, wait: u64) -> bool {
    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    let (status, answer) = person.client.ask("DELETE", "/v1/me", json!({"confirm": true})).await;
    assert_eq!(status, 204, "{answer}");
    true
}

async fn rush(program: &Program, n: usize) -> Rushed {
    let person = Person::join(&program.client(), &format!("person{n}@example.com")).await;
    person.use_product(20).await;
    let erasure = person.ask_for("erasure").await;
    let moment = rand::rng().random_range(0..250);
    let ending = async { if n.is_multiple_of(3) { false } else { end(&person, moment).await } };
    let settings = insist(&person, 6, &[200, 401], |n| {
        ("PUT", "/v1/me/preferences", json!({"personalization": n % 2 == 0, "usage_logging": n % 3 != 0}))
    });
    let profile =
        insist(&person, 6, &[200, 401], |n| ("PATCH", "/v1/me", json!({"name": format!("Ada {n}")})));
    let machine =
        insist(&person, 3, &[201, 401], |_| ("POST", "/v1/me/gdpr-token", json!({"confirm": true})));
    let signing_in = join_all((0..3).map(|_| sign_in(&person)));
    let using = person.use_product(20).map(drop);
    let (ended, (), (), (), tokens, ()) = tokio::join!(ending, settings, profile, machine, signing_in, using);
    Rushed { person, erasure, ended, tokens: tokens.into_iter().flatten().collect() }
}

/// Nothing is open any more, and what has ended is erased.
async fn is_over(foundation: &AppContext, rushed: &Rushed) -> bool {
    let store = &foundation.store;
    let account: AccountId = rushed.person.account.parse().unwrap();
    for kind in [Kind::Export, Kind::Erasure] {
        let name = open_request_name(account, kind);
        if store.owner_of(ClaimKind::OpenRequest, &name).await.unwrap().is_some() {
            return false;
        }
    }
    let (aggregate, _) = store.load::<Account>(&rushed.person.account).await.unwrap();
    !rushed.ended || aggregate.ended.is_some_and(|ended| ended.erased)
}

async fn assert_unreadable(foundation: &AppContext, rushed: &Rushed) {
    let account: AccountId = rushed.person.account.parse().unwrap();
    let entries =
        foundation.views.history_stream(foundation.store.clone(), account, HistoryFilter::default());
    let told: Vec<EventView> = entries.map_ok(EventView::for_operator).try_collect().await.unwrap();
    let text = json!(told).to_string();
    assert!(!text.contains(&rushed.person.email) && !text.contains("Ada "), "{text}");
    let theirs = told.iter().filter(|told| told.actor == rushed.person.account);
    assert!(theirs.clone().count() > 3);
    assert!(theirs.into_iter().all(|told| told.ip_address.as_deref() == Some("[erased]")), "{text}");
}

#[tokio::test]
async fn an_erasure_settings_sign_ins_and_the_end_of_the_account_at_once() {
    personal_settings::choose_tls();
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let archives = Url::from_directory_path(folder.path().join("archives")).unwrap();
    let program = Start::new(folder.path(), &["serve"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_MASTER_KEY", MASTER_KEY)
        .env("PERSONAL_SETTINGS_ARCHIVES", archives.as_str())
        .ready()
        .await;
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let foundation = AppContext::connect(&database.url, key, &archives).unwrap();
    let mut all = Vec::new();
    for n in 0..PEOPLE {
        all.push(rush(&program, n).await);
    }
    for rushed in &all {
        let what = format!("all is over for {}", rushed.person.account);
        eventually(&what, || async { is_over(&foundation, rushed).await.then_some(()) }).await;
    }
    let (ended, stayed): (Vec<&Rushed>, Vec<&Rushed>) = all.iter().partition(|rushed| rushed.ended);
    for rushed in &ended {
        for token in rushed.tokens.iter().chain(&rushed.person.client.token()) {
            let client = program.client().with_token(token);
            assert_eq!(client.ask("GET", "/v1/me", Value::Null).await.0, 401);
        }
        assert_eq!(sign_in(&rushed.person).await, None);
        let address: EmailAddress = rushed.person.email.parse().unwrap();
        assert_eq!(foundation.store.account_with(&address).await.unwrap(), None);
        assert_unreadable(&foundation, rushed).await;
    }
    for rushed in &stayed {
        rushed.person.completed(&rushed.erasure).await;
        assert!(sign_in(&rushed.person).await.is_some(), "the account works");
    }
    let ids: Vec<AccountId> = ended.iter().map(|rushed| rushed.person.account.parse().unwrap()).collect();
    assert_eq!((ids.len(), left_behind(foundation.store.pool(), &ids).await), (PEOPLE * 2 / 3, vec![]));
    let said = program.said();
    assert!(!said.contains("panicked") && !said.contains("ERROR"), "{said}");
    assert_verifies(&foundation, &folder.path().join("data/keys/signing.key")).await;
    drop(program);
    assert_rebuilt(&foundation.store).await;
}
