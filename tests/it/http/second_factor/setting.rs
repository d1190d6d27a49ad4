//! A phone is given, changed and taken away.

use serde_json::{Value, json};

use super::{
    PHONE, RECOVERY, Service, another_than, answer, ask_for_phone, begin, challenge, give_phone,
    sign_in_with_both, verify,
};
use crate::http::service::{asked, assert_quiet, credentials, sent};
use crate::support::{Client, sign_in};

#[tokio::test]
async fn a_phone_is_verified_by_text_and_by_call() {
    let service = Service::whole().await;
    for (name, channel) in [("ada", "sms"), ("bob", "call")] {
        let person = service.person(name).await;
        let asked = ask_for_phone(&person.client, "+1 (415) 555-0142", channel).await.expect(202).json();
        assert_eq!((&asked["channel"], &asked["sent_to"]), (&json!(channel), &json!("•••42")));
        let until: chrono::DateTime<chrono::Utc> = asked["expires_at"].as_str().unwrap().parse().unwrap();
        let minutes = (until - personal_settings::system::services().now()).num_minutes();
        assert!((9..=10).contains(&minutes), "{asked}");
        let came = service.take_code().await;
        assert_eq!(came.by_call, channel == "call");
        // It is none before it has answered.
        assert_eq!(person.client.get("/v1/me").await["two_factor"], Value::Null);
        sign_in(&service.client(), &person.email).await;
        verify(&person.client, &another_than(&came.code)).await.problem(403, "wrong-code");

        let verified = verify(&person.client, &came.code).await.expect(200);
        let codes = verified.json()["recovery_codes"].as_array().unwrap().clone();
        assert_eq!(codes.len(), 10);
        let me = person.client.get("/v1/me").await;
        let expected = json!({"phone": "•••42", "channel": channel, "app": false, "passkeys": 0, "recovery_codes_left": 10});
        assert_eq!(me["two_factor"], expected);
        assert!(!me.to_string().contains("5550142"), "{me}");
        let mail = service.take_mail("phone_verified", &person.email).await;
        assert!(!mail.raw.contains("5550142") && !mail.raw.contains(codes[0].as_str().unwrap()), "{mail:?}");
        // It verified once.
        verify(&person.client, &came.code).await.problem(403, "wrong-code");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_phone_stays_what_it_is_until_the_new_one_answers() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let old = give_phone(&service, &ada).await;
    ask_for_phone(&ada.client, "+442079460991", "call").await.expect(202);
    let first = service.take_code().await.code;
    assert_eq!(ada.client.get("/v1/me").await["two_factor"]["phone"], "•••42");
    // Of two numbers asked for, the later one counts: the code of the first does nothing.
    ask_for_phone(&ada.client, "+442079460992", "call").await.expect(202);
    let second = service.take_code().await.code;
    if first != second {
        verify(&ada.client, &first).await.problem(403, "wrong-code");
    }
    verify(&ada.client, &second).await.expect(200);
    let shown = ada.client.get("/v1/me").await["two_factor"].clone();
    assert_eq!(
        shown,
        json!({"phone": "•••92", "channel": "call", "app": false, "passkeys": 0, "recovery_codes_left": 10})
    );
    // With the new phone came new recovery codes, in place of the old.
    let question = begin(&service.client(), &ada).await;
    assert!(service.take_code().await.by_call);
    answer(&service.client(), &question, &old[0]).await.problem(403, "wrong-code");
    service.unharmed().await;
}

#[tokio::test]
async fn removing_it_ends_the_other_sessions_at_once_in_every_process() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let codes = give_phone(&service, &ada).await;
    let before = sign_in_with_both(&service, &ada).await;
    let question = begin(&service.client(), &ada).await;
    let code = service.take_code().await.code;
    let there = Client { base: elsewhere.base.clone(), ..before.clone() };
    there.get("/v1/me").await;

    asked(&ada.client, "DELETE", PHONE).await.expect(204);
    for client in [&there, &before] {
        asked(client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
    assert_eq!(ada.client.get("/v1/me").await["two_factor"], Value::Null);
    service.take_mail("phone_removed", &ada.email).await;
    // Who was about to sign in must begin anew, and recovery codes stand for nothing.
    for typed in [&code, &codes[0]] {
        answer(&service.client(), &question, typed).await.problem(403, "wrong-code");
    }
    let pool = service.pool().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM recovery_code").fetch_one(&pool).await.unwrap();
    assert_eq!(left, 0);
    sign_in(&service.client(), &ada.email).await;
    asked(&ada.client, "DELETE", PHONE).await.problem(409, "no-second-factor");
    sent(&ada.client, "POST", RECOVERY, &json!({"confirm": true})).await.problem(409, "no-second-factor");
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    for happened in ["account.phone_verified", "account.phone_removed", "account.recovery_codes_issued"] {
        assert!(history.contains(happened), "{happened}: {history}");
    }
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn codes_are_sent_only_so_often_and_nothing_but_the_phone_knows_them() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let pool = service.pool().await;
    for _ in 0..5 {
        ask_for_phone(&ada.client, "+14155550142", "sms").await.expect(202);
        let code = service.take_code().await.code;
        let kept: String = sqlx::query_scalar("SELECT row_to_json(c)::text FROM challenge c")
            .fetch_one(&pool)
            .await
            .unwrap();
        let hex: String = code.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!kept.contains(&code) && !kept.contains(&hex), "{kept}");
    }
    let refused = ask_for_phone(&ada.client, "+14155550142", "sms").await;
    refused.problem(429, "too-many-tries");
    assert!((1..=301).contains(&refused.header("retry-after").parse::<u32>().unwrap()), "{refused:?}");
    // Another person's codes are their own.
    let bob = service.person("bob").await;
    give_phone(&service, &bob).await;
    let asked = sent(&service.client(), "POST", "/v1/sessions", &credentials(&bob.email)).await.expect(201);
    challenge(&asked.json()["second_factor"]);
    service.unharmed().await;
}
