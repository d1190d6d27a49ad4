//! The words of each refusal: a client may rely on them.

use std::collections::{BTreeMap, BTreeSet};

use domain::Scope;
use event_store::KeyName;
use event_store::records::idempotency;
use serde_json::{Value, json};

use super::queue::{drain, foundation_of, store_of};
use super::service::{action, asked, credentials, keyed, opened, sent, unpooled, with_form};
use super::teams::{Project, invite, organization_of, set_role, team};
use super::{Answer, Service, send};
use crate::support::{Client, OPERATOR_TOKEN, PASSWORD, Proxy, Target};

const REQUESTS: &str = "/v1/me/privacy-requests";
const AGAIN: &str = "/v1/sessions/reauthenticate";
const OWN: &str = "/v1/credentials/self";

/// What no client can bring about as it likes, and where it is tested.
const NOT_HERE: [(&str, &str); 11] = [
    ("internal", "a defect: every test here ends with the assurance that there was none"),
    ("unavailable", "the database is away: tests/it/program/outage.rs, api/src/tests.rs"),
    ("busy", "more than can be done at once: api/src/password, api/src/problem/from_store.rs"),
    (
        "too-much-at-once",
        "one client takes its share and more: api/src/capacity/places.rs, api/src/extract/whole.rs",
    ),
    ("second-factor-missing", "the service demands one: tests/it/http/authorization"),
    ("body-too-slow", "a client sends a byte and waits: tests/it/program/connections.rs"),
    ("timed-out", "something hangs for half a minute: api/src/tests.rs"),
    ("wrong-passkey", "there are none at an IP address: second_factor/passkey_refusals.rs"),
    ("passkey-known", "there are none at an IP address: second_factor/passkey.rs"),
    ("too-many-passkeys", "twenty of them: domain/src/account/tests"),
    ("organization-full", "ten thousand members: domain/src/organization/tests"),
];

/// Refusals by their stable names, with all that differs each time left out.
#[derive(Default)]
struct Told(BTreeMap<String, String>);

impl Told {
    #[expect(clippy::needless_pass_by_value, reason = "an answer is kept where it arrives")]
    fn keep(&mut self, answer: Answer) {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
        let problem = answer.json();
        let mut text = answer.text().to_owned();
        for leaf in leaves(&problem) {
            if let Some(mask) = mask(&leaf) {
                text = text.replace(&leaf, mask);
            }
        }
        if answer.status == 429 {
            text = text.replace(&format!("in {} seconds", answer.header("retry-after")), "in [n] seconds");
        }
        let slug = problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned();
        self.0.insert(slug, text);
    }
}

/// All texts in it.
fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(members) => members.values().flat_map(leaves).collect(),
        _ => Vec::new(),
    }
}

/// What stands for a text that differs each time.
fn mask(text: &str) -> Option<&'static str> {
    let is_id = text.split_once('_').is_some_and(|(prefix, id)| prefix.len() == 3 && id.len() == 26);
    let is_time = text.parse::<chrono::DateTime<chrono::Utc>>().is_ok();
    if is_id { Some("[id]") } else { is_time.then_some("[time]") }
}

/// Every name in `kind.rs`.
fn every_kind() -> BTreeSet<String> {
    let source = include_str!("../../../api/src/problem/kind.rs");
    let kinds = source.split_once("kinds! {").unwrap().1.split_once("\n}").unwrap().0;
    let slugs = kinds.split('"').skip(1).step_by(2).filter(|text| !text.contains([' ', '.']));
    slugs.map(str::to_owned).collect()
}

#[tokio::test]
async fn problems_read_the_same_for_ever() {
    let service = Service::api().await;
    let told = &mut Told::default();
    let key_in_use = of_a_key_in_use(&service);
    let all = async {
        of_requests(&service, told).await;
        of_signing_in(&service, told).await;
        of_addresses(&service, told).await;
        of_organizations(&service, told).await;
        of_credentials(&service, told).await;
        of_privacy_requests(&service, told).await;
        of_what_is_erased_meanwhile(&service, told).await;
    };
    let ((), answers) = tokio::join!(all, key_in_use);
    answers.into_iter().for_each(|answer| told.keep(answer));

    let mut known: BTreeSet<String> = told.0.keys().cloned().collect();
    for (slug, why) in NOT_HERE {
        assert!(known.insert(slug.to_owned()), "{slug} can be brought about: {why}");
    }
    assert_eq!(known, every_kind(), "bring a new kind about here, or say why not");
    let all: Vec<&str> = told.0.values().map(String::as_str).collect();
    insta::assert_snapshot!(all.join("\n"));
    service.unharmed().await;
}

/// What is no good request, whatever it is about.
async fn of_requests(service: &Service, told: &mut Told) {
    let ada = service.person("ada").await;
    let anonymous = unpooled(&service.client());
    let operator = anonymous.with_token(OPERATOR_TOKEN);
    told.keep(sent(&ada.client, "PUT", "/v1/me/preferences", &json!({"surprise": 1})).await);
    let cut = ada.client.request("PUT", "/v1/me/preferences").header("Content-Type", "application/json");
    told.keep(send(cut.body("{")).await);
    told.keep(send(ada.client.request("PUT", "/v1/me/preferences").body("{}")).await);
    told.keep(asked(&ada.client, "GET", "/v1/sessions?limit=0").await);
    told.keep(asked(&anonymous, "GET", "/v1/me").await);
    told.keep(asked(&anonymous, "GET", "/nothing").await);
    told.keep(asked(&anonymous, "PURGE", "/v1/me").await);
    let outdated = ada.client.request("PUT", "/v1/me/preferences").header("If-Match", "\"p0u0\"");
    told.keep(send(outdated.json(&json!({"personalization": true}))).await);
    let taken = json!({"email": ada.email, "name": "A"});
    told.keep(sent(&operator, "POST", "/v1/admin/accounts", &taken).await);
    told.keep(keyed(&operator, "/v1/admin/accounts", "a b", &taken).await);
    keyed(&operator, "/v1/admin/accounts", "k", &taken).await;
    keyed(&ada.client, "/v1/me/gdpr-token", "k", &json!({"confirm": true})).await.expect(201);
    told.keep(keyed(&ada.client, "/v1/me/gdpr-token", "k", &json!({"confirm": true})).await);
    told.keep(keyed(&operator, "/v1/admin/accounts", "k", &json!({})).await);
    let large = json!({"surprise": "x".repeat(1024 * 1024)});
    told.keep(sent(&anonymous, "POST", "/v1/sessions", &large).await);
    let crossed = anonymous.request("POST", "/v1/sessions").header("Sec-Fetch-Site", "cross-site");
    told.keep(send(crossed.json(&credentials(&ada.email))).await);
    let ran = service.run(&["operators", "create", "Auditor", "--scope", "audit", "--expires", "1day"]);
    let token = ran.said.split_whitespace().find(|word| word.starts_with("pso_")).unwrap();
    told.keep(sent(&anonymous.with_token(token), "POST", "/v1/admin/accounts", &taken).await);
}

/// Passwords and codes.
async fn of_signing_in(service: &Service, told: &mut Told) {
    let bob = service.person("bob").await;
    let wrong = json!({"email": "nobody@example.com", "password": "x"});
    told.keep(sent(&service.client(), "POST", "/v1/sessions", &wrong).await);
    told.keep(asked(&bob.client, "DELETE", "/v1/me/two-factor-phone").await);
    told.keep(asked(&service.client(), "POST", "/v1/sessions/passkey/options").await);
    let phone = json!({"number": "+14155550142", "channel": "sms"});
    sent(&bob.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
    let code = drain(service).await.pop().unwrap().content["says"]["code"].clone();
    let verify = "/v1/me/two-factor-phone/verify";
    told.keep(sent(&bob.client, "POST", verify, &json!({"code": "nonsense"})).await);
    sent(&bob.client, "POST", verify, &json!({"code": code})).await.expect(200);
    told.keep(sent(&bob.client, "POST", AGAIN, &json!({"password": PASSWORD})).await);
    for _ in 0..11 {
        told.keep(sent(&bob.client, "POST", AGAIN, &json!({"password": "x"})).await);
    }
    // Of the kinds it may be, the last is that there were too many.
    told.keep(sent(&service.person("carl").await.client, "POST", AGAIN, &json!({"password": "x"})).await);
}

async fn of_addresses(service: &Service, told: &mut Told) {
    let ada = service.person("ada2").await;
    told.keep(sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": ada.email})).await);
    let token = api::token::generate(api::token::Kind::Link);
    let token = secrecy::ExposeSecret::expose_secret(&token);
    told.keep(opened(&service.client(), "/v1/email-undos", token).await);
}

async fn of_organizations(service: &Service, told: &mut Told) {
    let (id, [owner, admin, member]) = team(service).await;
    let path = format!("/v1/organizations/{id}");
    told.keep(sent(&member.client, "PATCH", &path, &json!({"name": "Mine"})).await);
    let demand = format!("{path}/second-factor-demand");
    told.keep(sent(&owner.client, "PUT", &demand, &json!({"demanded": true})).await);
    told.keep(set_role(&owner, &id, &owner, "member").await);
    told.keep(sent(&owner.client, "DELETE", "/v1/me", &json!({"confirm": true})).await);
    let (guest, stranger) = (service.person("guest").await, service.person("stranger").await);
    let token = invite(service, &owner, &id, &guest.email, "member").await;
    let accept = "/v1/invitations/accept";
    told.keep(opened(&stranger.client, accept, &token).await);
    let project = Project::create(&admin, &id).await;
    told.keep(asked(&admin.client, "PUT", &format!("{}/owners/{}", project.path, guest.account)).await);
    // They become a member in another way before they accept.
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let member = format!("/v1/admin/organizations/{id}/members/{}", guest.account);
    sent(&operator, "PUT", &member, &json!({"role": "member"})).await.expect(204);
    told.keep(opened(&guest.client, accept, &token).await);
}

async fn of_credentials(service: &Service, told: &mut Told) {
    let ada = service.person("ada3").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    told.keep(project.retire(&ada).await);
    let (key, secret) = (project.created["api_key"].as_str().unwrap(), project.secret());
    let own = || service.client().request("GET", OWN).basic_auth(key, Some(secret));
    project.reset(&ada, 1).await.expect(200);
    let pool = service.pool().await;
    let pass = "UPDATE credential SET expires_at = clock_timestamp() WHERE expires_at IS NOT NULL";
    sqlx::query(pass).execute(&pool).await.unwrap();
    told.keep(send(own()).await);
    let fresh = project.reveal(&ada).await.expect(200).json();
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let revoke = operator.request("POST", "/v1/revoke");
    send(with_form(revoke, &[("token", fresh["api_secret"].as_str().unwrap())])).await.expect(200);
    told.keep(project.reveal(&ada).await);

    let make = async || {
        let made = ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
        service.client().with_token(made["token"].as_str().unwrap())
    };
    let (old, new) = (make().await, make().await);
    told.keep(asked(&old, "GET", OWN).await);
    sqlx::query("UPDATE credential SET expires_at = clock_timestamp() WHERE ended_at IS NULL")
        .execute(&pool)
        .await
        .unwrap();
    told.keep(asked(&new, "GET", OWN).await);
    told.keep(asked(&service.client().with_token("psg_nothing"), "GET", OWN).await);
}

async fn of_privacy_requests(service: &Service, told: &mut Told) {
    let ada = service.person("ada4").await;
    let id = ada.client.post(REQUESTS, action("export")).await["id"].as_str().unwrap().to_owned();
    let path = format!("{REQUESTS}/{id}");
    told.keep(sent(&ada.client, "POST", REQUESTS, &action("export")).await);
    told.keep(asked(&ada.client, "GET", &format!("{path}/archive")).await);
    service.let_sudo_pass().await;
    told.keep(sent(&ada.client, "POST", REQUESTS, &action("export")).await);
    ada.client.reauthenticate().await;
    let worker = service.worker();
    ada.completed(&id).await;
    told.keep(asked(&ada.client, "DELETE", &path).await);
    let outside = ada.client.request("GET", &format!("{path}/archive")).header("Range", "bytes=99999999-");
    told.keep(send(outside).await);
    asked(&ada.client, "DELETE", &format!("{path}/archive")).await.expect(204);
    told.keep(asked(&ada.client, "GET", &format!("{path}/archive")).await);
    drop(worker);
}

/// The key that a mail is sealed with is destroyed before the mail is queued.
async fn of_what_is_erased_meanwhile(service: &Service, told: &mut Told) {
    let ada = service.person("ada5").await;
    let proxy = Proxy::new(Target::database(), true).await;
    let program = service.another_at(&proxy.database_url(&service.database)).await;
    let client = Client { base: program.base.clone(), ..ada.client.clone() };
    ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    let held = proxy.hold_at("account.gdpr_token_ended");
    let (answer, ()) = tokio::join!(asked(&client, "DELETE", "/v1/me/gdpr-token"), async {
        held.reached().await;
        let name = KeyName::new(ada.account.clone(), Scope::Profile.as_str());
        foundation_of(service).erasures.destroy_key(&name, "a test").await.unwrap();
        held.go_on();
    });
    told.keep(answer);
}

/// The answers to a request whose key somebody else is at work with: it waits for that, though not for ever; and when
/// they were at work with it, and died.
async fn of_a_key_in_use(service: &Service) -> Vec<Answer> {
    let eve = service.person("eve").await;
    // Of a route that wants no password again: the others let that pass.
    let (path, body) = ("/v1/organizations", json!({"name": "Engines"}));
    let said = [b"POST\0", path.as_bytes(), b"\0", body.to_string().as_bytes()].concat();
    let sessions = eve.client.get("/v1/sessions").await;
    let session = sessions["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let caller = idempotency::Caller::Session { account: eve.account.parse().unwrap(), session };
    let claimed = idempotency::claim(store_of(service).records(), &caller, "taken", &said).await.unwrap();
    assert!(matches!(claimed, idempotency::Claim::First(_)));
    let pending = keyed(&eve.client, path, "taken", &body).await;
    let died = "UPDATE idempotency SET carried_out = true, started_at = started_at - interval '1 hour'
                WHERE answer IS NULL";
    sqlx::query(died).execute(&service.pool().await).await.unwrap();
    vec![pending, keyed(&eve.client, path, "taken", &body).await]
}

#[test]
fn what_differs_each_time_is_told_from_what_does_not() {
    assert_eq!(mask("org_01h455vb4pex5vsknk084sn02q"), Some("[id]"));
    assert_eq!(mask("2026-11-25T19:40:01.805131Z"), Some("[time]"));
    assert_eq!(mask("The email_address is wrong."), None);
    assert!(every_kind().len() > 45 && every_kind().contains("credential-retired"));
}
