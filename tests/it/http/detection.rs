//! Whoever tries in vain leaves a trace: in the history of the holder, in a mail where a password is known, and in the
//! security log of the operator, which names nobody.

use serde_json::{Value, json};

use super::second_factor::{another_than, answer, begin, give_phone};
use super::service::{asked, credentials, sent};
use super::{Service, send};
use crate::support::{Client, Person, eventually};

const SESSIONS: &str = "/v1/sessions";

/// The whole program behind a proxy whose word is taken.
async fn behind_proxy() -> Service {
    Service::start("serve", &[("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.1/32")]).await
}

/// So many wrong passwords, each from the network of its number.
async fn guess(client: &Client, email: &str, times: u8) {
    let body = json!({"email": email, "password": "wrong"});
    for n in 0..times {
        let request = client.request("POST", SESSIONS).header("X-Forwarded-For", format!("198.{n}.100.1"));
        send(request.json(&body)).await.problem(401, "wrong-credentials");
    }
}

/// Waits until so many tries of a kind are counted, as they are after the answers.
async fn await_counted(service: &Service, kind: &str, tries: i64) {
    let pool = service.pool().await;
    eventually(&format!("{tries} tries of {kind} are counted"), || async {
        let sql = "SELECT coalesce(sum(tries), 0)::bigint FROM failed_try WHERE kind = $1";
        let counted: i64 = sqlx::query_scalar(sql).bind(kind).fetch_one(&pool).await.unwrap();
        (counted == tries).then_some(())
    })
    .await;
}

/// From now on tries have gathered for so long.
async fn let_pass(service: &Service, minutes: i32) {
    let sql = "UPDATE failed_try SET first_at = first_at - make_interval(mins => $1),
                                     noted_at = noted_at - make_interval(mins => $1)";
    sqlx::query(sql).bind(minutes).execute(&service.pool().await).await.unwrap();
}

/// What the history tells of failed tries, once there are so many of it.
async fn noted(person: &Person, times: usize) -> Vec<Value> {
    eventually(&format!("{times} events of failed tries"), || async {
        let history = person.client.get("/v1/me/history?limit=100").await;
        let items = history["items"].as_array().unwrap().iter();
        let told: Vec<Value> =
            items.filter(|item| item["type"] == "account.failed_tries_noted").cloned().collect();
        (told.len() == times).then_some(told)
    })
    .await
}

#[tokio::test]
async fn wrong_passwords_are_noted_together_at_most_once_an_hour() {
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    guess(&service.client(), &ada.email, 12).await;
    guess(&service.client(), "nobody@example.com", 3).await;
    await_counted(&service, "password", 12).await;
    let_pass(&service, 11).await;
    let told = noted(&ada, 1).await;
    let words = told[0]["what"].as_str().unwrap();
    assert!(words.starts_with("A wrong password was tried 12 times, from 12 networks, between "), "{told:?}");
    assert_eq!((&told[0]["actor"], &told[0]["data"]["tries"]), (&json!("service"), &json!(12)));

    guess(&service.client(), &ada.email, 5).await;
    await_counted(&service, "password", 5).await;
    let_pass(&service, 48).await;
    // Bob's come after: when they are noted, ada's would have been.
    let bob = service.person("bob").await;
    guess(&service.client(), &bob.email, 3).await;
    await_counted(&service, "password", 8).await;
    let sql = "UPDATE failed_try SET first_at = first_at - interval '11 minutes' WHERE account_id = $1";
    sqlx::query(sql).bind(&bob.account).execute(&service.pool().await).await.unwrap();
    noted(&bob, 1).await;
    noted(&ada, 1).await;
    let_pass(&service, 13).await;
    let told = noted(&ada, 2).await;
    assert_eq!(told[0]["data"]["tries"], 5, "{told:?}");
    assert!(service.mails_of("failed_codes").is_empty());
    service.unharmed().await;
}

#[tokio::test]
async fn wrong_codes_after_the_right_password_are_mailed_as_one() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_phone(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let wrong = another_than(&service.take_code().await.code);
    for _ in 0..5 {
        answer(&service.client(), &question, &wrong).await.problem(403, "wrong-code");
    }
    await_counted(&service, "code", 5).await;
    let_pass(&service, 11).await;
    let mail = service.take_mail("failed_codes", &ada.email).await;
    assert!(
        mail.text.contains("5 wrong codes") && mail.text.contains("somebody knows your password"),
        "{mail:?}"
    );
    noted(&ada, 1).await;
    // Of a question that there never was nobody is told.
    for _ in 0..5 {
        answer(&service.client(), "chl_00000000000000000000000001", "123456")
            .await
            .problem(403, "wrong-code");
    }
    assert_eq!(service.mails_of("failed_codes").len(), 0, "it was taken");
    service.unharmed().await;
}

#[tokio::test]
async fn a_session_that_asks_for_what_is_anothers_is_noted() {
    let service = behind_proxy().await;
    let ada = service.person("ada").await;
    for n in 0..12 {
        let path = format!("/v1/organizations/org_0000000000000000000000000{n:x}");
        asked(&ada.client, "GET", &path).await.problem(404, "not-found");
    }
    // A thing of one's own that is not there is nobody else's.
    for _ in 0..12 {
        asked(&ada.client, "GET", "/v1/me/gdpr-token").await.problem(404, "not-found");
    }
    await_counted(&service, "access", 12).await;
    let_pass(&service, 11).await;
    let told = noted(&ada, 1).await;
    assert!(told[0]["what"].as_str().unwrap().contains("refused 12 times, from 1 network"), "{told:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn few_tries_are_a_person_who_mistypes_and_end_with_the_account() {
    let service = behind_proxy().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    guess(&service.client(), &ada.email, 2).await;
    guess(&service.client(), &bob.email, 3).await;
    await_counted(&service, "password", 5).await;
    let_pass(&service, 11).await;
    noted(&bob, 1).await;
    noted(&ada, 0).await;
    ada.client.reauthenticate().await;
    sent(&ada.client, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    let kept: Vec<String> = sqlx::query_scalar("SELECT account_id FROM failed_try")
        .fetch_all(&service.pool().await)
        .await
        .unwrap();
    assert_eq!(kept, std::slice::from_ref(&bob.account));
    service.unharmed().await;
}

#[tokio::test]
async fn the_security_log_tells_what_happened_and_names_nobody() {
    let json = ("PERSONAL_SETTINGS_LOG_FORMAT", "json");
    let service = Service::start("api", &[("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.1/32"), json]).await;
    let ada = service.person("ada").await;
    guess(&service.client(), &ada.email, 2).await;
    guess(&service.client(), "nobody@example.com", 1).await;
    let from = |path: &str| service.client().request("POST", path).header("X-Forwarded-For", "198.0.100.1");
    send(from(SESSIONS).json(&credentials(&ada.email))).await.expect(201);
    sent(&ada.client, "POST", "/v1/sessions/reauthenticate", &json!({"password": "wrong"})).await;
    ada.client.reauthenticate().await;
    asked(&ada.client, "GET", "/v1/projects/prj_00000000000000000000000000").await.problem(404, "not-found");
    ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    asked(&ada.client, "DELETE", "/v1/me/gdpr-token").await.expect(204);
    let lines = || -> Vec<Value> {
        let said = service.program.said();
        let parsed = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        parsed.filter(|line| line["target"] == "security").collect()
    };
    let of = |lines: &[Value], name: &str| -> Vec<Value> {
        lines.iter().map(|line| line["fields"].clone()).filter(|fields| fields["event"] == name).collect()
    };
    let lines = eventually("everything is told", || async {
        let lines = lines();
        let all = ["sudo_ok", "sudo_failed", "access_refused", "credential_revoked", "operator_act"];
        let failed = of(&lines, "sign_in_failed").len() == 3 && of(&lines, "sign_in_ok").len() >= 2;
        (failed && all.iter().all(|name| !of(&lines, name).is_empty())).then_some(lines)
    })
    .await;
    // One account has one hash, one network too; an address of nobody has none of an account.
    let failed = of(&lines, "sign_in_failed");
    let known: Vec<&Value> = failed.iter().filter(|line| line["account"].is_string()).collect();
    assert_eq!(known.len(), 2, "{failed:?}");
    assert_eq!(known[0]["account"], known[1]["account"]);
    assert_eq!(known[0]["account"], of(&lines, "sudo_failed")[0]["account"]);
    let signed_in = of(&lines, "sign_in_ok");
    assert!(signed_in.iter().any(|line| failed.iter().any(|failed| failed["network"] == line["network"])));
    let said = service.program.said();
    for personal in ["ada@example.com", "nobody@example.com", "198.0.100.1", "198.1.100.1", &ada.account] {
        assert!(!said.contains(personal), "{personal}");
    }
    service.unharmed().await;
}
