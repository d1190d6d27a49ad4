//! What was staged, issued or lent does not outlive what it rested on.

use serde_json::{Value, json};

use super::service::{asked, credentials, sent};
use super::teams::{Project, each, invite, items, organization_of, remove, set_role, team};
use super::{Service, send};
use crate::support::{Client, PASSWORD, Person};

const OTHER_PASSWORD: &str = "another horse entirely 9";

async fn confirm(client: &Client, token: &str) -> super::Answer {
    sent(client, "POST", "/v1/email-confirmations", &json!({"token": token})).await
}

async fn reset_password(service: &Service, person: &Person) {
    sent(&service.client(), "POST", "/v1/password-resets", &json!({"email": person.email})).await.expect(202);
    let mail = service.take_mail("password_reset_link", &person.email).await;
    let body = json!({"token": mail.token(), "password": OTHER_PASSWORD});
    sent(&service.client(), "PUT", "/v1/password-resets", &body).await.expect(204);
}

async fn signed_in(service: &Service, person: &Person) -> Client {
    let body = json!({"email": person.email, "password": OTHER_PASSWORD});
    let begun = sent(&service.client(), "POST", "/v1/sessions", &body).await.expect(201).json();
    service.client().with_token(begun["token"].as_str().unwrap())
}

#[tokio::test]
async fn a_pending_change_of_the_address_ends_with_the_password() {
    let service = Service::whole().await;
    for by_reset in [true, false] {
        let name = if by_reset { "ada" } else { "bob" };
        let person = service.person(name).await;
        let thief = format!("{name}.thief@example.com");
        sent(&person.client, "PUT", "/v1/me/email", &json!({"email": thief})).await.expect(202);
        let link = service.take_mail("email_confirmation", &thief).await.token().to_owned();
        if by_reset {
            reset_password(&service, &person).await;
        } else {
            let change = json!({"current": PASSWORD, "new": OTHER_PASSWORD});
            sent(&person.client, "PUT", "/v1/me/password", &change).await.expect(204);
        }
        confirm(&service.client(), &link).await.problem(410, "link-dead");
        let client = signed_in(&service, &person).await;
        let me = client.get("/v1/me").await;
        assert_eq!((&me["email"], &me["email_pending"]), (&json!(person.email), &Value::Null));
        let history = client.get("/v1/me/history?limit=50").await;
        assert!(each(&history, "type").contains(&"account.email_change_ended"), "{history}");
        sent(&service.client(), "POST", "/v1/sessions", &credentials(&thief))
            .await
            .problem(401, "wrong-credentials");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn a_gdpr_token_an_intruder_made_ends_with_a_reset_of_the_password() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let made =
        sent(&ada.client, "POST", "/v1/me/gdpr-token", &json!({"confirm": true})).await.expect(201).json();
    let token = service.client().with_token(made["token"].as_str().unwrap());
    asked(&token, "GET", "/v1/credentials/self").await.expect(200);
    reset_password(&service, &ada).await;
    asked(&token, "GET", "/v1/credentials/self").await.problem(401, "credential-revoked");
    let client = signed_in(&service, &ada).await;
    asked(&client, "GET", "/v1/me/gdpr-token").await.problem(404, "not-found");
    service.unharmed().await;
}

#[tokio::test]
async fn a_removed_owner_does_not_come_back_by_an_invitation_of_their_own() {
    let service = Service::api().await;
    let (id, [owner, admin, member]) = team(&service).await;
    set_role(&owner, &id, &admin, "owner").await.expect(200);
    let back_door = service.person("backdoor").await;
    let as_owner = invite(&service, &admin, &id, &back_door.email, "owner").await;
    let honest = invite(&service, &owner, &id, "honest@example.com", "member").await;
    remove(&owner, &id, &admin).await;
    let accept = json!({"token": as_owner});
    sent(&back_door.client, "POST", "/v1/invitations/accept", &accept).await.problem(410, "link-dead");
    let list = owner.client.get(&format!("/v1/organizations/{id}/invitations")).await;
    assert_eq!(each(&list, "email"), ["honest@example.com"]);
    let looked_up = json!({"token": honest});
    sent(&service.client(), "POST", "/v1/invitations/lookup", &looked_up).await.expect(200);
    let kept: i64 =
        sqlx::query_scalar("SELECT count(*) FROM invitation").fetch_one(&service.pool().await).await.unwrap();
    assert_eq!(kept, 1, "the address of who was invited is deleted as well");
    // Nor by one that was sent before the sender had a lesser role, or left, or ended the account.
    set_role(&owner, &id, &member, "admin").await.expect(200);
    let as_admin = invite(&service, &member, &id, &back_door.email, "admin").await;
    let told = set_role(&owner, &id, &member, "member").await.expect(200).json();
    assert_eq!((&told["ended_invitations"], &told["ended_project_ownership"]), (&json!(1), &json!(true)));
    let accept = json!({"token": as_admin});
    sent(&back_door.client, "POST", "/v1/invitations/accept", &accept).await.problem(410, "link-dead");
    service.unharmed().await;
}

#[tokio::test]
async fn an_invitation_ends_with_the_account_of_its_sender() {
    let service = Service::api().await;
    let (id, [owner, admin, _]) = team(&service).await;
    let token = invite(&service, &admin, &id, "later@example.com", "member").await;
    let end = admin.client.request("DELETE", "/v1/me").json(&json!({"confirm": true}));
    send(end).await.expect(204);
    let lookup = json!({"token": token});
    sent(&service.client(), "POST", "/v1/invitations/lookup", &lookup).await.problem(410, "link-dead");
    assert!(items(&owner.client.get(&format!("/v1/organizations/{id}/invitations")).await).is_empty());
    service.unharmed().await;
}

#[tokio::test]
async fn a_demoted_admin_owns_no_project_by_name_any_more() {
    let service = Service::api().await;
    let (id, [owner, admin, _]) = team(&service).await;
    let project = Project::create(&admin, &id).await;
    project.reveal(&admin).await.expect(200);
    let told = set_role(&owner, &id, &admin, "member").await.expect(200).json();
    assert_eq!(told["ended_project_ownership"], true, "{told}");
    project.reveal(&admin).await.problem(403, "insufficient-role");
    project.reset(&admin, 0).await.problem(403, "insufficient-role");
    let shown = owner.client.get(&project.path).await;
    assert!(!shown["owners"].to_string().contains(&admin.account), "{shown}");
    // Being an admin again does not bring it back; an owner may name the member again.
    set_role(&owner, &id, &admin, "admin").await.expect(200);
    project.reveal(&admin).await.problem(403, "insufficient-role");
    let path = format!("{}/owners/{}", project.path, admin.account);
    asked(&owner.client, "PUT", &path).await.expect(204);
    project.reveal(&admin).await.expect(200);
    organization_of(&admin).await;
    service.unharmed().await;
}
