//! Passkeys: added in a session, they sign in without a password and elevate a session.

use serde_json::{Value, json};

use super::{
    AGAIN, PASSKEY, PASSKEYS, Service, TOTP, add_passkey, again, answer, give_passkey, options, rows,
    show_passkey, two_factor, with_passkeys,
};
use crate::http::service::{asked, credentials, sent};
use crate::support::{Authenticator, OPERATOR_TOKEN, PASSWORD, Person, eventually, left_behind, sign_in};

const IN_SESSION: &str = "/v1/sessions/reauthenticate/options";

#[tokio::test]
async fn a_passkey_signs_in_without_a_password_and_is_both_factors() {
    let service = with_passkeys().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let before = sign_in(&service.client(), &ada.email).await;
    let wanted = options(&ada.client, "/v1/me/passkeys/options").await;
    assert_eq!(wanted["rp"]["id"], "localhost");
    assert_eq!(wanted["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(wanted["user"]["name"], ada.email.as_str());
    assert!(!wanted.to_string().contains(&ada.account), "authenticators know another name of it: {wanted}");
    let (mut key, added) = give_passkey(&ada).await;
    let (mut key_of_bob, _) = give_passkey(&bob).await;
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    asked(&before, "GET", "/v1/me").await.problem(401, "unauthenticated");
    let mail = service.take_mail("passkey_added", &ada.email).await;
    assert!(mail.text.contains("The blue key"), "{mail:?}");

    let told = show_passkey(&service.client(), &mut key).await.expect(201).json();
    assert_eq!((&told["account_id"], &told["second_factor"]), (&json!(ada.account), &Value::Null));
    let fresh = service.client().with_token(told["token"].as_str().unwrap());
    asked(&fresh, "GET", "/v1/me/deletion").await.expect(200);
    let told = show_passkey(&service.client(), &mut key_of_bob).await.expect(201).json();
    assert_eq!(told["account_id"], bob.account.as_str());

    let items = fresh.get(PASSKEYS).await["items"].clone();
    assert_eq!((&items[0]["id"], &items[0]["name"]), (&added["id"], &json!("The blue key")));
    assert!(items[0]["last_used_at"].is_string() && items.as_array().unwrap().len() == 1, "{items}");
    assert_eq!(two_factor(&fresh).await["passkeys"], 1);
    let history = fresh.get("/v1/me/history?limit=50").await;
    let by_passkey = |item: &Value| {
        item["type"] == "account.signed_in" && item.to_string().contains(added["id"].as_str().unwrap())
    };
    assert!(history["items"].as_array().unwrap().iter().any(by_passkey), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn beside_a_passkey_the_password_alone_signs_in_no_more_and_a_recovery_code_does() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (_, added) = give_passkey(&ada).await;
    let half = sent(&service.client(), "POST", "/v1/sessions", &credentials(&ada.email)).await;
    let second = half.expect(201).json()["second_factor"].clone();
    assert_eq!(second["methods"], json!(["passkey", "recovery_code"]));
    let question = second["challenge_id"].as_str().unwrap();
    answer(&service.client(), question, "123456").await.problem(403, "wrong-code");
    let code = added["recovery_codes"][0].as_str().unwrap();
    let begun = answer(&service.client(), question, code).await.expect(201).json();
    let back = service.client().with_token(begun["token"].as_str().unwrap());
    assert_eq!(two_factor(&back).await["recovery_codes_left"], 9);
    service.unharmed().await;
}

#[tokio::test]
async fn a_passkey_elevates_the_session_in_which_it_is_asked_for() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let begun = show_passkey(&service.client(), &mut key).await.expect(201).json();
    let other = service.client().with_token(begun["token"].as_str().unwrap());
    service.let_sudo_pass().await;
    again(&ada.client, None).await.problem(403, "second-factor-required");
    // What was asked for in one session elevates no other.
    let body = json!({"credential": key.show(&options(&other, IN_SESSION).await)});
    sent(&ada.client, "POST", AGAIN, &body).await.problem(403, "wrong-passkey");
    asked(&ada.client, "GET", "/v1/me/deletion").await.problem(403, "reauthentication-required");
    let body = json!({"credential": key.show(&options(&ada.client, IN_SESSION).await)});
    let done = sent(&ada.client, "POST", AGAIN, &body).await.expect(200).json();
    ada.client.go_on_with(done["token"].as_str().unwrap());
    asked(&ada.client, "GET", "/v1/me/deletion").await.expect(200);
    asked(&other, "GET", "/v1/me/deletion").await.problem(403, "reauthentication-required");
    // A passkey and a password are not mixed, and one of them must be given.
    for body in [json!({"password": "x", "credential": {}}), json!({})] {
        sent(&ada.client, "POST", AGAIN, &body).await.problem(422, "invalid-input");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn passkeys_are_several_have_names_and_are_removed_one_by_one() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut first, added) = give_passkey(&ada).await;
    // The same authenticator is told that it has one already, and cannot add it again.
    let wanted = options(&ada.client, "/v1/me/passkeys/options").await;
    assert_eq!(wanted["excludeCredentials"].as_array().unwrap().len(), 1, "{wanted}");
    add_passkey(&ada.client, &mut first.clone()).await.problem(409, "passkey-known");
    let (mut second, other) = give_passkey(&ada).await;
    assert_eq!(other["recovery_codes"], Value::Null, "the codes from before go on");
    let path = |passkey: &Value| format!("{PASSKEYS}/{}", passkey["id"].as_str().unwrap());
    let name = json!({"name": "  The red key "});
    let renamed = sent(&ada.client, "PATCH", &path(&added), &name).await.expect(200).json();
    assert_eq!(renamed["name"], "The red key");
    sent(&ada.client, "PATCH", &path(&added), &json!({"name": ""})).await.problem(422, "invalid-input");
    let bob = service.person("bob").await;
    sent(&bob.client, "PATCH", &path(&added), &name).await.problem(404, "not-found");
    asked(&bob.client, "DELETE", &path(&added)).await.problem(404, "not-found");

    asked(&ada.client, "DELETE", &path(&added)).await.expect(204);
    let mail = service.take_mail("passkey_removed", &ada.email).await;
    assert!(mail.text.contains("The red key"), "{mail:?}");
    show_passkey(&service.client(), &mut first).await.problem(403, "wrong-passkey");
    show_passkey(&service.client(), &mut second).await.expect(201);
    asked(&ada.client, "DELETE", &path(&other)).await.expect(204);
    show_passkey(&service.client(), &mut second).await.problem(403, "wrong-passkey");
    // The last one takes the recovery codes with it.
    assert_eq!(two_factor(&ada.client).await, Value::Null);
    for table in ["passkey", "recovery_code"] {
        assert_eq!(rows(&service, table).await, 0, "{table}");
    }
    sign_in(&service.client(), &ada.email).await;
    service.unharmed().await;
}

#[tokio::test]
async fn an_intruders_passkey_ends_with_whatever_the_holder_takes_back() {
    let service = with_passkeys().await;
    let mut ada = service.person("ada").await;
    let (mut theirs, _) = give_passkey(&ada).await;
    let link = service.take_mail("passkey_added", &ada.email).await.token().to_owned();
    sent(&service.client(), "POST", "/v1/factor-undos", &json!({"token": link})).await.expect(204);
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    show_passkey(&service.client(), &mut theirs).await.problem(403, "wrong-passkey");
    // Another, and then another address: taking the address back ends the passkey as well.
    ada = Person { client: sign_in(&service.client(), &ada.email).await, ..ada };
    let (mut theirs, _) = give_passkey(&ada).await;
    sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": "thief@example.com"})).await.expect(202);
    let link = service.take_mail("email_change", &ada.email).await.token().to_owned();
    sent(&service.client(), "POST", "/v1/email-undos", &json!({"token": link})).await.expect(204);
    show_passkey(&service.client(), &mut theirs).await.problem(403, "wrong-passkey");
    let owner = sign_in(&service.client(), &ada.email).await;
    assert_eq!(two_factor(&owner).await, Value::Null);
    assert!(owner.get("/v1/me/history?limit=100").await.to_string().contains("account.passkeys_ended"));
    service.unharmed().await;
}

#[tokio::test]
async fn a_new_password_leaves_passkeys_and_deleting_the_account_leaves_no_row() {
    let service = with_passkeys().await;
    let ada = service.person("ada").await;
    let (mut key, _) = give_passkey(&ada).await;
    let change = json!({"current": PASSWORD, "new": "another horse entirely 9"});
    sent(&ada.client, "PUT", "/v1/me/password", &change).await.expect(204);
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/sessions/end", ada.account);
    asked(&operator, "POST", &path).await.expect(204);
    let begun = show_passkey(&service.client(), &mut key).await.expect(201).json();
    let fresh = service.client().with_token(begun["token"].as_str().unwrap());
    options(&fresh, "/v1/me/passkeys/options").await;
    asked(&fresh, "POST", TOTP).await.expect(202);
    sent(&fresh, "DELETE", "/v1/me", &json!({"confirm": true})).await.expect(204);
    show_passkey(&service.client(), &mut key).await.problem(403, "wrong-passkey");
    let account = ada.account.parse().unwrap();
    eventually("nothing of the account is left", || async {
        let left = left_behind(&service.pool().await, &[account]).await;
        left.is_empty().then_some(())
    })
    .await;
    service.unharmed().await;
}

#[tokio::test]
async fn passkeys_need_an_address_under_which_browsers_let_them_be_used() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let refused = asked(&ada.client, "POST", "/v1/me/passkeys/options").await;
    let detail = refused.problem(409, "passkeys-unavailable")["detail"].clone();
    assert!(detail.as_str().unwrap().contains("--public-url http://localhost:8080"), "{detail}");
    for path in ["/v1/sessions/passkey/options", IN_SESSION] {
        asked(&ada.client, "POST", path).await.problem(409, "passkeys-unavailable");
    }
    let unasked = json!({"rpId": "localhost", "challenge": "AAAAAAAAAAAAAAAAAAAAAA"});
    let body = json!({"credential": Authenticator::new().show(&unasked)});
    sent(&service.client(), "POST", PASSKEY, &body).await.problem(409, "passkeys-unavailable");
    service.unharmed().await;
}
