//! What programs show: introspection and revocation for gateways, and what a program learns of its own.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::queue::{drain, told};
use super::service::{asked, guess_until_refused, sent, with_form};
use super::teams::{organization_of, project_of, team};
use super::{Answer, Service, send};
use crate::support::{OPERATOR_TOKEN, Person, eventually};

const INTROSPECT: &str = "/v1/introspect";
const REVOKE: &str = "/v1/revoke";
const OWN: &str = "/v1/credentials/self";

async fn form(service: &Service, path: &str, parameters: &[(&str, &str)]) -> Answer {
    let request = service.client().with_token(OPERATOR_TOKEN).request("POST", path);
    send(with_form(request, parameters)).await
}

async fn worth(service: &Service, token: &str) -> Value {
    form(service, INTROSPECT, &[("token", token)]).await.expect(200).json()
}

/// A token for the GDPR APIs.
async fn token_of(person: &Person) -> String {
    let made = person.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    made["token"].as_str().unwrap().to_owned()
}

async fn shown_as_bearer(service: &Service, token: &str) -> Answer {
    send(service.client().with_token(token).request("GET", OWN)).await
}

async fn shown_as_basic(service: &Service, user: &str, password: &str) -> Answer {
    send(service.client().request("GET", OWN).basic_auth(user, Some(password))).await
}

async fn alter(service: &Service, what: &str) {
    sqlx::query(&format!("UPDATE credential SET {what}")).execute(&service.pool().await).await.unwrap();
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}"))
}

#[tokio::test]
async fn a_gateway_is_told_what_a_token_is_worth() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = token_of(&ada).await;
    let answer =
        form(&service, INTROSPECT, &[("token", &token), ("token_type_hint", "whatever")]).await.expect(200);
    let told = answer.json();
    assert!(text(&told, "credential_id").starts_with("crd_"), "{told}");
    for (name, value) in [
        ("active", json!(true)),
        ("token_type", json!("gdpr_token")),
        ("scope", json!("gdpr")),
        ("sub", json!(ada.account)),
        ("account_id", json!(ada.account)),
    ] {
        assert_eq!(told[name], value, "{name}: {told}");
    }
    assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 365 * 24 * 60 * 60);
    assert!(told.get("project_id").is_none() && told.get("api_key").is_none(), "{told}");
    // An answer may be kept, but not by a proxy for others, and not longer than the token lives.
    let age =
        answer.header("cache-control").strip_prefix("private, max-age=").unwrap().parse::<u32>().unwrap();
    assert!((1..=300).contains(&age), "{age}");
    alter(&service, "expires_at = clock_timestamp() + interval '2 seconds'").await;
    let answer = form(&service, INTROSPECT, &[("token", &token)]).await.expect(200);
    assert_eq!(answer.json()["active"], true);
    assert!(
        ["private, max-age=1", "private, max-age=2", "no-store"].contains(&answer.header("cache-control")),
        "{answer:?}"
    );
    alter(&service, "expires_at = clock_timestamp()").await;
    let answer = form(&service, INTROSPECT, &[("token", &token)]).await.expect(200);
    assert_eq!(answer.json(), json!({"active": false, "reason": "expired"}));
    assert_eq!(answer.header("cache-control"), "no-store");
    service.unharmed().await;
}

#[tokio::test]
async fn a_gateway_is_told_what_an_api_secret_is_worth() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = project_of(&ada, &organization_of(&ada).await).await;
    let (key, secret) = (text(&project, "api_key"), text(&project, "api_secret"));
    for parameters in [vec![("token", secret)], vec![("token", secret), ("api_key", key)]] {
        let told = form(&service, INTROSPECT, &parameters).await.expect(200).json();
        for (name, value) in [
            ("active", json!(true)),
            ("token_type", json!("api_credentials")),
            ("scope", json!("project")),
            ("sub", project["id"].clone()),
            ("project_id", project["id"].clone()),
            ("api_key", json!(key)),
        ] {
            assert_eq!(told[name], value, "{name}: {told}");
        }
        assert!(told.get("exp").is_none() && told.get("account_id").is_none(), "{told}");
    }
    // Half of a pair is none, nor is a public token, nor another's key beside the secret.
    let other = project_of(&ada, &organization_of(&ada).await).await;
    for parameters in [
        vec![("token", secret), ("api_key", text(&other, "api_key"))],
        vec![("token", key)],
        vec![("token", text(&project, "token"))],
        vec![("token", "psx_0000000000000000000000000000000000000000000000000")],
        vec![("token", "x")],
    ] {
        let answer = form(&service, INTROSPECT, &parameters).await.expect(200);
        assert_eq!(answer.json(), json!({"active": false}), "{parameters:?}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn only_a_gateway_asks_and_it_sends_a_form() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = token_of(&ada).await;
    for path in [INTROSPECT, REVOKE] {
        for client in [service.client(), ada.client.clone(), service.client().with_token(&token)] {
            let answer = send(with_form(client.request("POST", path), &[("token", &token)])).await;
            answer.problem(401, "unauthenticated");
        }
        let operator = service.client().with_token(OPERATOR_TOKEN);
        sent(&operator, "POST", path, &json!({"token": token})).await.problem(415, "unsupported-media-type");
        assert_eq!(form(&service, path, &[("hint", "x")]).await.pointers(), ["/token"]);
        assert_eq!(form(&service, path, &[("token", "")]).await.pointers(), ["/token"]);
        assert_eq!(form(&service, path, &[("token", "x"), ("token", "y")]).await.pointers(), ["/token"]);
        let keyed = || {
            let request = operator.request("POST", path).header("Idempotency-Key", path);
            send(with_form(request, &[("token", "x")]))
        };
        keyed().await.expect(200);
        // What a credential is worth is told as it stands: no key makes an answer of yesterday true.
        assert_eq!(keyed().await.expect(200).header("idempotency-replayed"), "");
    }
    assert_eq!(worth(&service, &token).await["active"], true);
    service.unharmed().await;
}

#[tokio::test]
async fn a_token_that_was_replaced_says_so() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (old, new) = (token_of(&ada).await, token_of(&ada).await);
    assert_eq!(worth(&service, &old).await, json!({"active": false, "reason": "revoked"}));
    assert_eq!(worth(&service, &new).await["active"], true);
    asked(&ada.client, "DELETE", "/v1/me/gdpr-token").await.expect(204);
    assert_eq!(worth(&service, &new).await["reason"], "revoked");
    // With the account its token ends.
    let last = token_of(&ada).await;
    sent(&ada.client, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    assert_eq!(worth(&service, &last).await, json!({"active": false, "reason": "revoked"}));
    service.unharmed().await;
}

#[tokio::test]
async fn each_use_is_noted_and_being_refused_is_none() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = token_of(&ada).await;
    let used = async || ada.client.get("/v1/me/gdpr-token").await["last_used_at"].clone();
    assert_eq!(used().await, Value::Null);
    worth(&service, &token).await;
    let first = used().await;
    assert!(first.is_string());
    // To the minute.
    worth(&service, &token).await;
    assert_eq!(used().await, first);
    alter(&service, "last_used_at = last_used_at - interval '1 hour'").await;
    let before = used().await;
    shown_as_bearer(&service, &token).await.expect(200);
    assert_ne!(used().await, before);
    alter(&service, "last_used_at = NULL").await;
    // What was revoked was not used, whoever tries.
    form(&service, REVOKE, &[("token", &token)]).await.expect(200);
    worth(&service, &token).await;
    shown_as_bearer(&service, &token).await.problem(401, "credential-revoked");
    let noted: Option<i64> =
        sqlx::query_scalar("SELECT count(*) FROM credential WHERE last_used_at IS NOT NULL")
            .fetch_one(&service.pool().await)
            .await
            .unwrap();
    assert_eq!(noted, Some(0));
    service.unharmed().await;
}

#[tokio::test]
async fn a_leaked_token_is_revoked_by_its_value() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = token_of(&ada).await;
    drain(&service).await;
    for _ in 0..2 {
        let answer =
            form(&service, REVOKE, &[("token", &token), ("token_type_hint", "gdpr")]).await.expect(200);
        assert!(answer.body.is_empty(), "{answer:?}");
    }
    assert_eq!(worth(&service, &token).await, json!({"active": false, "reason": "revoked"}));
    asked(&ada.client, "GET", "/v1/me/gdpr-token").await.problem(404, "not-found");
    assert_eq!(told(&service).await, [(ada.account.clone(), "gdpr_token_revoked".to_owned())]);
    let history = ada.client.get("/v1/me/history?limit=1").await;
    assert_eq!(history["items"][0]["type"], "account.gdpr_token_ended", "{history}");
    assert!(history["items"][0]["actor"].to_string().contains("opr_"), "{history}");
    // What never was one is answered alike.
    for unknown in ["x", "psg_0000000000000000000000000000000000000000000000000"] {
        let answer = form(&service, REVOKE, &[("token", unknown)]).await.expect(200);
        assert!(answer.body.is_empty(), "{answer:?}");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_leaked_secret_is_revoked_by_its_value_and_its_owners_are_told() {
    let service = Service::api().await;
    let (organization, [owner, admin, _]) = team(&service).await;
    let project = project_of(&admin, &organization).await;
    let path = format!("/v1/projects/{}", text(&project, "id"));
    let reset = async |hours: u32| {
        let body = json!({"confirm": true, "keep_previous_hours": hours});
        sent(&admin.client, "POST", &format!("{path}/credentials/reset"), &body).await.expect(200).json()
    };
    let kept = reset(24).await;
    drain(&service).await;
    // The old pair alone: the new one goes on.
    form(&service, REVOKE, &[("token", text(&project, "api_secret"))]).await.expect(200);
    assert_eq!(worth(&service, text(&project, "api_secret")).await["reason"], "revoked");
    assert_eq!(worth(&service, text(&kept, "api_secret")).await["active"], true);
    let expected = [&owner, &admin].map(|person| (person.account.clone(), "credentials_revoked".to_owned()));
    assert_eq!(told(&service).await, expected);

    form(&service, REVOKE, &[("token", text(&kept, "api_secret"))]).await.expect(200);
    assert_eq!(worth(&service, text(&kept, "api_secret")).await["reason"], "revoked");
    asked(&admin.client, "POST", &format!("{path}/credentials/reveal")).await.problem(409, "no-credentials");
    asked(&admin.client, "POST", &format!("{path}/credentials/retire-previous"))
        .await
        .problem(409, "no-previous-credentials");
    let position = form(&service, REVOKE, &[("token", text(&kept, "api_secret"))]).await;
    assert_eq!(position.header("event-position"), "", "nothing happened");
    let new = reset(24).await;
    assert_eq!(worth(&service, text(&new, "api_secret")).await["active"], true);
    let shown = admin.client.get(&path).await;
    assert_eq!((&shown["api_key"], &shown["previous"]), (&new["api_key"], &Value::Null));
    service.unharmed().await;
}

#[tokio::test]
async fn a_revocation_and_a_reset_at_once_leave_nothing_of_the_leaked() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = project_of(&ada, &organization_of(&ada).await).await;
    let mut leaked = text(&project, "api_secret").to_owned();
    let path = format!("/v1/projects/{}/credentials/reset", text(&project, "id"));
    let body = json!({"confirm": true});
    for _ in 0..5 {
        let parameters = [("token", leaked.as_str())];
        let (reset, revoked) =
            tokio::join!(sent(&ada.client, "POST", &path, &body), form(&service, REVOKE, &parameters));
        revoked.expect(200);
        let pair = reset.expect(200).json();
        assert_eq!(worth(&service, &leaked).await["reason"], "revoked");
        text(&pair, "api_secret").clone_into(&mut leaked);
        assert_eq!(worth(&service, &leaked).await["active"], true);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_program_learns_what_it_was_given_and_what_became_of_it() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let token = token_of(&ada).await;
    let project = project_of(&ada, &organization_of(&ada).await).await;
    let (key, secret) = (text(&project, "api_key"), text(&project, "api_secret"));
    let mut facts = worth(&service, &token).await;
    facts.as_object_mut().unwrap().remove("active");
    assert_eq!(shown_as_bearer(&service, &token).await.expect(200).json(), facts);
    for (user, password) in [(key, secret), (secret, "")] {
        let told = shown_as_basic(&service, user, password).await.expect(200).json();
        assert_eq!((&told["project_id"], &told["api_key"]), (&project["id"], &json!(key)));
        assert!(told.get("active").is_none());
    }
    let unknown = "psg_0000000000000000000000000000000000000000000000000";
    for answer in [
        shown_as_bearer(&service, unknown).await,
        shown_as_bearer(&service, &ada.client.token().unwrap()).await,
        shown_as_bearer(&service, OPERATOR_TOKEN).await,
        shown_as_basic(&service, "psk_wrong", secret).await,
        shown_as_basic(&service, key, "wrong").await,
    ] {
        answer.problem(401, "credential-unknown");
        assert!(answer.header("www-authenticate").contains("Basic"), "{answer:?}");
    }
    asked(&service.client(), "GET", OWN).await.problem(401, "unauthenticated");
    let garbled = service.client().request("GET", OWN).header("Authorization", "Basic ???");
    send(garbled).await.problem(401, "unauthenticated");

    let reset = format!("/v1/projects/{}/credentials/reset", text(&project, "id"));
    sent(&ada.client, "POST", &reset, &json!({"confirm": true, "keep_previous_hours": 1})).await.expect(200);
    shown_as_basic(&service, key, secret).await.expect(200);
    alter(&service, "expires_at = clock_timestamp() WHERE expires_at IS NOT NULL").await;
    shown_as_basic(&service, key, secret).await.problem(401, "credential-retired");
    // Not even its end is told to who has half of it.
    shown_as_basic(&service, "psk_wrong", secret).await.problem(401, "credential-unknown");
    shown_as_bearer(&service, &token).await.problem(401, "credential-expired");
    let next = token_of(&ada).await;
    shown_as_bearer(&service, &next).await.expect(200);
    asked(&ada.client, "DELETE", "/v1/me/gdpr-token").await.expect(204);
    shown_as_bearer(&service, &next).await.problem(401, "credential-revoked");
    service.unharmed().await;
}

/// How many networks have shown wrong tokens.
async fn wrong_tokens(service: &Service) -> i64 {
    let sql = "SELECT count(*) FROM throttle WHERE name = 'tokens/network'";
    sqlx::query_scalar(sql).fetch_one(&service.pool().await).await.unwrap()
}

#[tokio::test]
async fn tokens_are_not_guessed_without_end_and_right_ones_pass_whatever_others_show() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let operator = service.client().with_token(OPERATOR_TOKEN);
    for _ in 0..10 {
        ada.client.get("/v1/me").await;
        operator.get("/v1/admin/parked-events").await;
    }
    assert_eq!(wrong_tokens(&service).await, 0, "right ones are not even counted");
    let made_up = |kind| {
        let token = api::token::generate(kind);
        service.client().with_token(token.expose_secret())
    };
    let (session, guessed) = (made_up(api::token::Kind::Session), made_up(api::token::Kind::Operator));
    for (client, path) in [(&session, "/v1/me"), (&guessed, "/v1/admin/parked-events")] {
        asked(client, "GET", path).await.problem(401, "unauthenticated");
        service.use_up("tokens/network").await;
        let guesses = guess_until_refused(|| asked(client, "GET", path), "unauthenticated").await;
        assert!((2..10).contains(&guesses), "{guesses}");
        // Those who are known are answered, also while the network is sent away.
        ada.client.get("/v1/me").await;
        operator.get("/v1/admin/parked-events").await;
        service.forget_tries().await;
        // What a process remembers of it is a second old at most.
        eventually("it may be tried again", || async {
            (asked(client, "GET", path).await.status == 401).then_some(())
        })
        .await;
    }
    service.unharmed().await;
}

#[tokio::test]
async fn credentials_are_not_guessed_without_end_and_right_ones_are_no_guess() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (old, token) = (token_of(&ada).await, token_of(&ada).await);
    for _ in 0..10 {
        shown_as_bearer(&service, &token).await.expect(200);
        shown_as_bearer(&service, &old).await.problem(401, "credential-revoked");
    }
    assert_eq!(wrong_tokens(&service).await, 0, "right ones are not even counted");
    shown_as_bearer(&service, "psg_wrong").await.problem(401, "credential-unknown");
    service.use_up("tokens/network").await;
    let guesses = guess_until_refused(|| shown_as_bearer(&service, "psg_wrong"), "credential-unknown").await;
    assert!((2..10).contains(&guesses), "{guesses}");
    shown_as_bearer(&service, &token).await.expect(200);
    // A gateway is known, and asks as often as it is asked.
    for _ in 0..10 {
        assert_eq!(worth(&service, "psg_wrong").await, json!({"active": false}));
    }
    service.unharmed().await;
}
