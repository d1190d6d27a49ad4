//! The new address holds once it is confirmed, and the old one stays reserved for a while.

use serde_json::{Value, json};

use super::{Service, alter_links, ask, change, confirm, me, register, signs_in, undo};
use crate::http::service::{asked, assert_quiet, sent};
use crate::http::{later, send};
use crate::support::{Client, sign_in};

#[tokio::test]
async fn a_new_address_holds_once_it_is_confirmed() {
    let service = Service::whole().await;
    let elsewhere = service.another().await;
    let ada = service.person("ada").await;
    let other = sign_in(&service.client(), &ada.email).await;
    let there = Client { base: elsewhere.base.clone(), ..other.clone() };
    there.get("/v1/me").await;
    let asked_for = ask(&ada, "Ada@New.example").await.expect(202).json();
    assert_eq!(asked_for["email_pending"], "Ada@New.example");
    let instant = |member: &str| asked_for[member].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>();
    let between = instant("undo_until").unwrap() - instant("confirm_by").unwrap();
    assert_eq!(between, chrono::TimeDelta::days(6));
    assert_eq!(me(&ada).await, (json!("ada@example.com"), json!("Ada@New.example")));
    let confirmation = service.take_mail("email_confirmation", "Ada@New.example").await;
    let notice = service.take_mail("email_change", "ada@example.com").await;
    assert_ne!(confirmation.token(), notice.token());
    // Who reads mail at the old address does not learn the new one, nor the other way round.
    assert!(!notice.raw.contains("New.example") && !confirmation.raw.contains("ada@example.com"));
    assert_eq!(signs_in(&service, "ada@new.example").await, None);

    let confirmed = confirm(&elsewhere.client(), confirmation.token()).await.expect(204);
    assert!(!confirmed.headers.contains_key("set-cookie"), "{confirmed:?}");
    // All other sessions have ended, in every process; the one that asked lives.
    for client in [&other, &there] {
        asked(client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
    // It was written through the other process.
    let seen = confirmed.header("event-position");
    let now =
        send(ada.client.request("GET", "/v1/me").header("Event-Position", seen)).await.expect(200).json();
    assert_eq!((&now["email"], &now["email_pending"]), (&json!("Ada@New.example"), &Value::Null));
    assert_eq!(signs_in(&service, "ada@new.example").await.as_deref(), Some(ada.account.as_str()));
    assert_eq!(signs_in(&service, "ada@example.com").await, None);
    confirm(&service.client(), confirmation.token()).await.problem(410, "link-dead");
    let history = ada.client.get("/v1/me/history?limit=50").await.to_string();
    for happened in ["account.email_change_requested", "account.email_changed", "account.signed_out"] {
        assert!(history.contains(happened), "{happened}: {history}");
    }
    assert_quiet(&elsewhere);
    service.unharmed().await;
}

#[tokio::test]
async fn the_old_address_stays_reserved_for_a_week_and_is_free_after_it() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "ada@new.example").await;
    // As long as nothing is confirmed nobody is kept from the new address.
    confirm(&service.client(), &links.confirm).await.expect(204);
    register(&service, "ADA@example.com").await.problem(409, "email-taken");
    // It is nobody's sign-in address: no link to choose a password goes there.
    let reset = json!({"email": "ada@example.com"});
    sent(&service.client(), "POST", "/v1/password-resets", &reset).await.expect(202);

    later::attend(&service, 6, &ada.account).await;
    register(&service, "ada@example.com").await.problem(409, "email-taken");
    later::attend(&service, 8, &ada.account).await;
    let stranger = register(&service, "ada@example.com").await.expect(201).json();
    assert_ne!(stranger["account_id"], ada.account.as_str());
    assert_eq!(signs_in(&service, "ada@example.com").await.as_deref(), stranger["account_id"].as_str());
    assert_eq!(signs_in(&service, "ada@new.example").await.as_deref(), Some(ada.account.as_str()));
    // What could be taken back once can be no more.
    undo(&service.client(), &links.undo).await.problem(410, "link-dead");
    assert!(service.mails_of("password_reset_link").is_empty());
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_to_confirm_is_dead_after_a_day() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "ada@new.example").await;
    alter_links(&service, "expires_at = expires_at - interval '1 day'").await;
    confirm(&service.client(), &links.confirm).await.problem(410, "link-dead");
    assert_eq!(me(&ada).await.0, "ada@example.com");
    service.unharmed().await;
}

#[tokio::test]
async fn the_address_may_have_been_taken_meanwhile() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "new@example.com").await;
    let stranger = register(&service, "NEW@example.com").await.expect(201).json();
    for _ in 0..2 {
        confirm(&service.client(), &links.confirm).await.problem(409, "email-taken");
    }
    assert_eq!(me(&ada).await.0, "ada@example.com");
    assert_eq!(signs_in(&service, "new@example.com").await.as_deref(), stranger["account_id"].as_str());
    // Asking tells nothing of who has an account: an address that is taken is asked for like any other.
    let bob = service.person("bob").await;
    let (taken, free) =
        (ask(&bob, "ada@example.com").await.expect(202), ask(&bob, "free@example.com").await.expect(202));
    let names = |answer: &super::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&taken), names(&free));
    service.unharmed().await;
}

#[tokio::test]
async fn the_same_address_is_no_change_and_other_letters_are_one() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    ask(&ada, "ada@example.com").await.problem(409, "same-email");
    let links = change(&service, &ada, "Ada@Example.com").await;
    confirm(&service.client(), &links.confirm).await.expect(204);
    assert_eq!(me(&ada).await.0, "Ada@Example.com");
    assert_eq!(signs_in(&service, "ada@example.com").await.as_deref(), Some(ada.account.as_str()));
    // Whatever is released when the time is over, the address that holds is not.
    later::attend(&service, 8, &ada.account).await;
    register(&service, "ada@example.com").await.problem(409, "email-taken");
    service.unharmed().await;
}
