//! An authenticator app as a second factor: set up by its first code, and each of its codes counts once.

use serde_json::{Value, json};

use super::{
    App, Service, TOTP, again, another_than, answer, begin, forget_steps, give_app, rows, two_factor,
    verify_app,
};
use crate::http::service::{asked, credentials, keyed, sent};
use crate::support::{Client, Person, sign_in};

#[tokio::test]
async fn an_app_is_told_a_secret_and_counts_from_its_first_code() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let other = sign_in(&service.client(), &ada.email).await;
    let told = asked(&ada.client, "POST", TOTP).await.expect(202);
    assert_eq!(told.header("cache-control"), "no-store");
    let told = told.json();
    let (secret, uri) = (told["secret"].as_str().unwrap(), told["uri"].as_str().unwrap());
    assert_eq!(secret.len(), 32, "{told}");
    assert!(uri.starts_with("otpauth://totp/127.0.0.1:ada%40example.com?secret="), "{uri}");
    assert!(uri.contains(secret) && told["qr_code"].as_str().unwrap().contains("<svg"), "{told}");
    // It is none before its first code, and the password is enough until then.
    assert_eq!(two_factor(&ada.client).await, Value::Null);
    let app = App::told(secret);
    verify_app(&ada.client, &another_than(&app.code())).await.problem(403, "wrong-code");
    verify_app(&other, &app.code_in(40)).await.problem(403, "wrong-code");
    let added = verify_app(&ada.client, &app.code()).await.expect(200).json();
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    verify_app(&ada.client, &app.code()).await.problem(403, "wrong-code");

    asked(&other, "GET", "/v1/me").await.problem(401, "unauthenticated");
    let expected =
        json!({"phone": null, "channel": null, "app": true, "passkeys": 0, "recovery_codes_left": 10});
    assert_eq!(two_factor(&ada.client).await, expected);
    let factors = ada.client.get("/v1/me/factors").await;
    assert!(factors["app"]["added_at"].is_string() && factors["phone"].is_null(), "{factors}");
    assert_eq!(factors["recovery_codes_left"], 10);
    let mail = service.take_mail("authenticator_app_added", &ada.email).await;
    assert!(!mail.raw.contains(secret), "{mail:?}");
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    assert!(history.contains("account.authenticator_app_added") && !history.contains(secret), "{history}");
    // Nobody who reads the database knows the secret.
    let kept: String = sqlx::query_scalar("SELECT row_to_json(a)::text FROM authenticator_app a")
        .fetch_one(&service.pool().await)
        .await
        .unwrap();
    assert!(!kept.contains(secret), "{kept}");
    service.unharmed().await;
}

async fn stage(person: &Person) -> App {
    let told = asked(&person.client, "POST", TOTP).await.expect(202).json();
    App::told(told["secret"].as_str().unwrap())
}

#[tokio::test]
async fn an_app_waits_ten_minutes_and_five_tries() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let app = stage(&ada).await;
    for _ in 0..5 {
        verify_app(&ada.client, &another_than(&app.code())).await.problem(403, "wrong-code");
    }
    verify_app(&ada.client, &app.code()).await.problem(403, "wrong-code");
    service.forget_tries().await;
    let app = stage(&ada).await;
    let late = "UPDATE authenticator_app SET expires_at = expires_at - interval '10 minutes'";
    sqlx::query(late).execute(&service.pool().await).await.unwrap();
    verify_app(&ada.client, &app.code()).await.problem(403, "wrong-code");
    // Of two that are told a secret the later one counts.
    let (first, second) = (stage(&ada).await, stage(&ada).await);
    verify_app(&ada.client, &first.code()).await.problem(403, "wrong-code");
    verify_app(&ada.client, &second.code()).await.expect(200);
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_of_the_app_signs_in_once_and_none_is_sent() {
    let service = Service::whole().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let (app, _) = give_app(&ada).await;
    let (app_of_bob, _) = give_app(&bob).await;
    let client = service.client();
    let half = sent(&client, "POST", "/v1/sessions", &credentials(&ada.email)).await.expect(201).json();
    let second = &half["second_factor"];
    assert_eq!(second["methods"], json!(["app", "recovery_code"]));
    assert_eq!((&second["channel"], &second["sent_to"]), (&Value::Null, &Value::Null));
    let question = second["challenge_id"].as_str().unwrap();
    answer(&client, question, &app_of_bob.code()).await.problem(403, "wrong-code");
    // One that the app showed long ago, and one that it will show later.
    for steps in [-3, 3] {
        answer(&client, question, &app.code_in(steps)).await.problem(403, "wrong-code");
    }
    let code = app.code();
    answer(&client, question, &code).await.expect(201);
    let question = begin(&client, &ada).await;
    answer(&client, &question, &code).await.problem(403, "wrong-code");
    // Nor one from before it.
    answer(&client, &question, &app.code_in(-1)).await.problem(403, "wrong-code");
    answer(&client, &question, &app.code_in(1)).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn of_many_that_use_a_code_of_the_app_at_once_one_gets_through() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let (app, _) = give_app(&ada).await;
    // A question in each of several sessions, which the code would answer.
    let mut sessions = Vec::new();
    for base in [&service.program.base, &elsewhere.base, &service.program.base] {
        forget_steps(&service).await;
        let question = begin(&service.client(), &ada).await;
        let begun = answer(&service.client(), &question, &app.code()).await.expect(201).json();
        let session = service.client().with_token(begun["token"].as_str().unwrap());
        let session = Client { base: base.clone(), ..session };
        again(&session, None).await.problem(403, "second-factor-required");
        sessions.push(session);
    }
    forget_steps(&service).await;
    let code = app.code();
    let tries = sessions.iter().map(|session| again(session, Some(&code)));
    let mut statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403, 403]);
    service.unharmed().await;
}

#[tokio::test]
async fn a_code_of_the_app_elevates_a_session_beside_the_password() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let (app, codes) = give_app(&ada).await;
    service.let_sudo_pass().await;
    let refused = again(&ada.client, None).await;
    let second = refused.problem(403, "second-factor-required")["second_factor"].clone();
    assert_eq!(second["methods"], json!(["app", "recovery_code"]));
    asked(&ada.client, "GET", "/v1/me/deletion").await.problem(403, "reauthentication-required");
    let token = again(&ada.client, Some(&app.code())).await.expect(200).json()["token"].clone();
    ada.client.go_on_with(token.as_str().unwrap());
    asked(&ada.client, "GET", "/v1/me/deletion").await.expect(200);
    // A recovery code stands for the app, once.
    again(&ada.client, None).await.problem(403, "second-factor-required");
    let token = again(&ada.client, codes[0].as_str()).await.expect(200).json()["token"].clone();
    ada.client.go_on_with(token.as_str().unwrap());
    assert_eq!(two_factor(&ada.client).await["recovery_codes_left"], 9);
    service.unharmed().await;
}

#[tokio::test]
async fn wrong_codes_of_the_app_are_counted_over_all_questions_and_keep_no_recovery_code_out() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let (app, codes) = give_app(&ada).await;
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, &another_than(&app.code())).await.problem(403, "wrong-code");
    // From now on there were as many as there can be.
    let used =
        "UPDATE throttle SET tat = clock_timestamp() + interval '1 day' WHERE name = 'app-codes/account'";
    assert_eq!(sqlx::query(used).execute(&service.pool().await).await.unwrap().rows_affected(), 1);
    let refused = answer(&service.client(), &question, &app.code()).await;
    let detail = refused.problem(429, "too-many-tries")["detail"].clone();
    assert!(detail.as_str().unwrap().contains("recovery code"), "{detail}");
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, codes[0].as_str().unwrap()).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn another_app_takes_the_place_of_the_first_and_the_recovery_codes_go_on() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let (first, codes) = give_app(&ada).await;
    let (second, none) = give_app(&ada).await;
    assert_eq!(none, Value::Null, "the recovery codes from before go on");
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, &first.code()).await.problem(403, "wrong-code");
    answer(&service.client(), &question, &second.code()).await.expect(201);
    let question = begin(&service.client(), &ada).await;
    answer(&service.client(), &question, codes[0].as_str().unwrap()).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn removing_the_app_leaves_nothing_and_ends_the_other_sessions() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let (app, codes) = give_app(&ada).await;
    let question = begin(&service.client(), &ada).await;
    let begun = answer(&service.client(), &question, &app.code()).await.expect(201).json();
    let other = service.client().with_token(begun["token"].as_str().unwrap());
    let question = begin(&service.client(), &ada).await;
    asked(&ada.client, "DELETE", TOTP).await.expect(204);
    asked(&other, "GET", "/v1/me").await.problem(401, "unauthenticated");
    answer(&service.client(), &question, codes[0].as_str().unwrap()).await.problem(403, "wrong-code");
    asked(&ada.client, "DELETE", TOTP).await.problem(409, "no-second-factor");
    service.take_mail("authenticator_app_removed", &ada.email).await;
    for table in ["authenticator_app", "recovery_code", "challenge"] {
        assert_eq!(rows(&service, table).await, 0, "{table}");
    }
    sign_in(&service.client(), &ada.email).await;
    service.unharmed().await;
}

#[tokio::test]
async fn an_intruders_app_is_taken_back_by_the_mail_that_tells_of_it() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    give_app(&ada).await;
    let link = service.take_mail("authenticator_app_added", &ada.email).await.token().to_owned();
    let undo = json!({"token": link});
    sent(&service.client(), "POST", "/v1/factor-undos", &undo).await.expect(204);
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    service.take_mail("second_factor_undone", &ada.email).await;
    let back = sign_in(&service.client(), &ada.email).await;
    assert_eq!(two_factor(&back).await, Value::Null);
    sent(&service.client(), "POST", "/v1/factor-undos", &undo).await.problem(410, "link-dead");
    service.unharmed().await;
}

#[tokio::test]
async fn the_secret_of_an_app_is_shown_once() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let told = keyed(&ada.client, TOTP, "once", &json!({})).await.expect(202).json();
    let repeat = keyed(&ada.client, TOTP, "once", &json!({})).await;
    repeat.problem(409, "answer-not-repeatable");
    assert!(!repeat.text().contains(told["secret"].as_str().unwrap()));
    service.unharmed().await;
}
