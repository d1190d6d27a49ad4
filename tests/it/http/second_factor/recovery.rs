//! Recovery codes: each stands for the phone, once.

use serde_json::json;

use super::{RECOVERY, Service, again, answer, ask_for_phone, begin, give_phone, sign_in_with_both, verify};
use crate::http::service::sent;

#[tokio::test]
async fn a_recovery_code_signs_in_once() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let codes = give_phone(&service, &ada).await;
    let codes_of_bob = give_phone(&service, &bob).await;
    let client = service.client();
    let question = begin(&client, &ada).await;
    answer(&client, &question, &codes_of_bob[0]).await.problem(403, "wrong-code");
    // Typed as people type.
    let typed = codes[0].to_uppercase().replace('-', " ");
    answer(&client, &question, &typed).await.expect(201);
    let mail = service.take_mail("recovery_code_used", &ada.email).await;
    assert!(mail.text.contains("There are 9 left"), "{mail:?}");
    assert_eq!(ada.client.get("/v1/me").await["two_factor"]["recovery_codes_left"], 9);

    let question = begin(&client, &ada).await;
    answer(&client, &question, &codes[0]).await.problem(403, "wrong-code");
    answer(&client, &question, &codes[1]).await.expect(201);
    // None of them is known to the database as it is typed.
    let kept: Vec<String> = sqlx::query_scalar("SELECT row_to_json(c)::text FROM recovery_code c")
        .fetch_all(&service.pool().await)
        .await
        .unwrap();
    assert_eq!(kept.len(), 18);
    let plain = codes[2].replace('-', "");
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(kept.iter().all(|row| !row.contains(&plain) && !row.contains(&hex)), "{kept:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_that_use_one_at_once_one_gets_through() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let codes = give_phone(&service, &ada).await;
    let mut sessions = Vec::new();
    for _ in 0..6 {
        service.forget_tries().await;
        sessions.push(sign_in_with_both(&service, &ada).await);
    }
    // Each session has a question of its own, which the code would answer.
    for session in &sessions {
        service.forget_tries().await;
        again(session, None).await.problem(403, "second-factor-required");
        service.take_code().await;
    }
    let tries = sessions.iter().map(|session| again(session, Some(&codes[3])));
    let mut statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403, 403, 403, 403, 403]);
    assert_eq!(ada.client.get("/v1/me").await["two_factor"]["recovery_codes_left"], 9);
    service.unharmed().await;
}

#[tokio::test]
async fn new_ones_take_the_place_of_the_old_and_verify_no_phone() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let old = give_phone(&service, &ada).await;
    let renewed = sent(&ada.client, "POST", RECOVERY, &json!({"confirm": true})).await.expect(200);
    assert_eq!(renewed.header("cache-control"), "no-store");
    let new = renewed.json()["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(new.len(), 10);
    let new: Vec<&str> = new.iter().map(|code| code.as_str().unwrap()).collect();
    assert!(!old.iter().any(|code| new.contains(&code.as_str())));
    service.take_mail("recovery_codes_issued", &ada.email).await;
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, &old[0]).await.problem(403, "wrong-code");
    answer(&service.client(), &question, new[0]).await.expect(201);
    service.take_code().await;
    // A piece of paper does not prove that codes reach a phone.
    ask_for_phone(&ada.client, "+442079460991", "sms").await.expect(202);
    verify(&ada.client, new[1]).await.problem(403, "wrong-code");
    verify(&ada.client, &service.take_code().await.code).await.expect(200);
    service.unharmed().await;
}
