//! One mailbox, one account, however its domain is written: `bücher.example` is `xn--bcher-kva.example`.

use serde_json::json;
use sqlx::PgPool;

use super::Service;
use super::queue::{invitation_of, store_of};
use super::service::{credentials, opened, sent};
use super::teams::{each, organization_of};
use crate::support::{OPERATOR_TOKEN, Person, header, sign_in};

const AS_READ: &str = "ada@bücher.example";
const AS_SENT: &str = "ada@xn--bcher-kva.example";

/// The account has its address under `name` alone, as an earlier release left it that was given it so.
async fn claim_only(service: &Service, pool: &PgPool, name: &str) {
    let name = store_of(service).keys().hasher("lookup").await.unwrap().hash(name);
    let others = sqlx::query("DELETE FROM claim WHERE kind = 'email' AND name <> $1").bind(name);
    assert_eq!(others.execute(pool).await.unwrap().rows_affected(), 1);
}

/// Who has an account with either spelling signs in with both, and nobody else gets one of them.
async fn assert_one_account(service: &Service, account: &str) {
    for email in [AS_READ, AS_SENT, "ADA@BÜCHER.example", "Ada@Xn--bCHER-kva.example"] {
        service.forget_tries().await;
        let client = sign_in(&service.client(), email).await;
        assert_eq!(client.get("/v1/me").await["account_id"], account, "{email}");
        let operator = service.client().with_token(OPERATOR_TOKEN);
        let another = json!({"email": email, "name": "Another"});
        sent(&operator, "POST", "/v1/admin/accounts", &another).await.problem(409, "email-taken");
    }
}

#[tokio::test]
async fn either_spelling_signs_in_to_one_account() {
    for (joined, other) in [(AS_READ, AS_SENT), (AS_SENT, AS_READ)] {
        let service = Service::api().await;
        let ada = Person::join(&service.client(), joined).await;
        assert_one_account(&service, &ada.account).await;
        // As an earlier release stored it, which knew no other name.
        claim_only(&service, &service.pool().await, joined).await;
        assert_one_account(&service, &ada.account).await;
        // It lets go of both, and of the one that was stored.
        sent(&sign_in(&service.client(), other).await, "DELETE", "/v1/me", &json!({"confirm": true}))
            .await
            .expect(204);
        sent(&service.client(), "POST", "/v1/sessions", &credentials(joined))
            .await
            .problem(401, "wrong-credentials");
        Person::join(&service.client(), joined).await;
        service.unharmed().await;
    }
}

#[tokio::test]
async fn a_link_asked_for_in_one_spelling_reaches_the_account_of_the_other_in_ascii() {
    let service = Service::whole().await;
    Person::join(&service.client(), AS_READ).await;
    sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": AS_SENT})).await.expect(202);
    let mail = service.take_mail("password_reset_link", AS_SENT).await;
    assert!(header(&mail.raw, "To").ends_with(&format!("<{AS_SENT}>")), "{mail:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn an_invitation_to_one_spelling_is_that_to_the_other() {
    let service = Service::api().await;
    let grace = service.person("grace").await;
    let organization = organization_of(&grace).await;
    let invitations = format!("/v1/organizations/{organization}/invitations");
    let invite = async |email: &str| {
        service.forget_tries().await;
        sent(&grace.client, "POST", &invitations, &json!({"email": email, "role": "member"})).await
    };
    invite(AS_READ).await.expect(201);
    let hasher = store_of(&service).keys().hasher("lookup").await.unwrap();
    let as_before = sqlx::query("UPDATE invitation SET email_hash = $1").bind(hasher.hash(AS_READ));
    as_before.execute(&service.pool().await).await.unwrap();
    invite(AS_SENT).await.expect(201);
    assert_eq!(
        each(&grace.client.get(&invitations).await, "email"),
        [AS_SENT],
        "it takes the place of the other"
    );
    let ada = Person::join(&service.client(), AS_READ).await;
    let token = invitation_of(&service, AS_SENT).await;
    opened(&ada.client, "/v1/invitations/accept", &token).await.expect(200);
    invite(AS_READ).await.problem(409, "already-member");
    service.unharmed().await;
}
