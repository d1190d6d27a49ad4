//! A change is taken back by who reads mail at the address from before.

use serde_json::{Value, json};

use super::{Service, alter_links, change, confirm, me, register, signs_in, undo};
use crate::http::service::{asked, sent};
use crate::support::sign_in;

#[tokio::test]
async fn a_change_is_taken_back_before_it_was_confirmed() {
    let service = Service::whole().await;
    let mut ada = service.person("ada").await;
    let links = change(&service, &ada, "thief@example.com").await;
    undo(&service.client(), &links.undo).await.expect(204);
    // Whoever asked for it had a session: all end, and a new password can be chosen.
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    service.take_mail("email_change_undone", "ada@example.com").await;
    let reset = service.take_mail("password_reset_link", "ada@example.com").await;
    confirm(&service.client(), &links.confirm).await.problem(410, "link-dead");
    undo(&service.client(), &links.undo).await.problem(410, "link-dead");
    ada.client = sign_in(&service.client(), "ada@example.com").await;
    assert_eq!(me(&ada).await, (json!("ada@example.com"), Value::Null));
    let chosen = json!({"token": reset.token(), "password": "another horse 9"});
    sent(&service.client(), "PUT", "/v1/password-resets", &chosen).await.expect(204);
    assert_eq!(signs_in(&service, "ada@example.com").await, None);
    service.unharmed().await;
}

#[tokio::test]
async fn a_change_is_taken_back_after_it_was_confirmed() {
    let service = Service::whole().await;
    let mut ada = service.person("ada").await;
    let links = change(&service, &ada, "thief@example.com").await;
    confirm(&service.client(), &links.confirm).await.expect(204);
    let thief = sign_in(&service.client(), "thief@example.com").await;
    undo(&service.client(), &links.undo).await.expect(204);
    for client in [&thief, &ada.client] {
        asked(client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    }
    // Told of and helped is who reads mail at the address that holds again.
    service.take_mail("email_change_undone", "ada@example.com").await;
    service.take_mail("password_reset_link", "ada@example.com").await;
    assert_eq!(signs_in(&service, "thief@example.com").await, None);
    ada.client = sign_in(&service.client(), "ada@example.com").await;
    assert_eq!(me(&ada).await, (json!("ada@example.com"), Value::Null));
    undo(&service.client(), &links.undo).await.problem(410, "link-dead");
    // The other address is nobody's.
    register(&service, "thief@example.com").await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn taking_back_the_first_of_two_changes_takes_back_both() {
    let service = Service::whole().await;
    let mut ada = service.person("ada").await;
    let first = change(&service, &ada, "one@example.com").await;
    confirm(&service.client(), &first.confirm).await.expect(204);
    let second = change(&service, &ada, "two@example.com").await;
    confirm(&service.client(), &second.confirm).await.expect(204);
    // And a third that waits.
    let third = change(&service, &ada, "three@example.com").await;
    undo(&service.client(), &first.undo).await.expect(204);
    ada.client = sign_in(&service.client(), "ada@example.com").await;
    assert_eq!(me(&ada).await, (json!("ada@example.com"), Value::Null));
    for token in [&second.undo, &third.undo] {
        undo(&service.client(), token).await.problem(410, "link-dead");
    }
    confirm(&service.client(), &third.confirm).await.problem(410, "link-dead");
    for free in ["one@example.com", "two@example.com", "three@example.com"] {
        register(&service, free).await.expect(201);
    }
    service.unharmed().await;
}

#[tokio::test]
async fn after_a_week_it_is_too_late() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let links = change(&service, &ada, "new@example.com").await;
    confirm(&service.client(), &links.confirm).await.expect(204);
    alter_links(&service, "expires_at = expires_at - interval '6 days 23 hours'").await;
    alter_links(&service, "expires_at = expires_at - interval '1 hour'").await;
    undo(&service.client(), &links.undo).await.problem(410, "link-dead");
    assert_eq!(me(&ada).await.0, "new@example.com");
    // Within the week, it is not.
    alter_links(&service, "expires_at = expires_at + interval '1 hour'").await;
    undo(&service.client(), &links.undo).await.expect(204);
    service.unharmed().await;
}
