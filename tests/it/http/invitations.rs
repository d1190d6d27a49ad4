//! Invitations: by mail, to whoever reads it, and once.

use futures::future::join_all;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::queue::{drain, invitation_of};
use super::service::{asked, guess_until_refused, keyed, opened, sent};
use super::teams::{each, invite, items, join, organization_of, team};
use super::{Answer, Service, send};
use crate::support::{Client, PASSWORD, Person, eventually};

const REGISTER: &str = "/v1/invitations/register";

/// What the holder of a link is shown.
async fn look_up(client: &Client, token: &str) -> Answer {
    opened(client, "/v1/invitations/lookup", token).await
}

async fn decline(client: &Client, token: &str) -> Answer {
    opened(client, "/v1/invitations/decline", token).await
}

fn invitations(organization: &str) -> String {
    format!("/v1/organizations/{organization}/invitations")
}

async fn register(client: &Client, token: &str) -> Answer {
    let body = json!({"token": token, "name": "Grace Hopper", "password": PASSWORD});
    sent(client, "POST", REGISTER, &body).await
}

async fn accept(person: &Person, token: &str) -> Answer {
    opened(&person.client, "/v1/invitations/accept", token).await
}

/// Nothing can be done with a link any more.
async fn assert_dead(service: &Service, person: &Person, token: &str) {
    look_up(&service.client(), token).await.problem(410, "link-dead");
    accept(person, token).await.problem(410, "link-dead");
    register(&service.client(), token).await.problem(410, "link-dead");
    decline(&service.client(), token).await.problem(410, "link-dead");
}

#[tokio::test]
async fn who_is_invited_registers_and_is_in() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let body = json!({"email": "Grace@Example.com", "role": "admin"});
    let answer = sent(&ada.client, "POST", &invitations(&organization), &body).await.expect(201);
    let invited = answer.json();
    let id = invited["id"].as_str().unwrap();
    assert!(id.starts_with("inv_"), "{invited}");
    assert_eq!((&invited["email"], &invited["role"]), (&json!("Grace@Example.com"), &json!("admin")));
    assert_eq!(answer.header("location"), format!("{}/{id}", invitations(&organization)));
    assert!(!answer.text().contains("psl_"), "the link is for who reads the mail: {invited}");
    let list = ada.client.get(&invitations(&organization)).await;
    assert_eq!((each(&list, "id"), each(&list, "email")), (vec![id], vec!["Grace@Example.com"]));
    assert_eq!(items(&list)[0]["expires_at"], invited["expires_at"]);

    let token = invitation_of(&service, "Grace@Example.com").await;
    // Looking at it changes nothing, however often.
    for _ in 0..3 {
        let shown = look_up(&service.client(), &token).await.expect(200).json();
        assert_eq!(
            shown,
            json!({
                "organization": {"id": organization, "name": "Engines"},
                "role": "admin",
                "email": "Grace@Example.com",
                "expires_at": invited["expires_at"],
                "has_account": false,
            })
        );
    }
    let begun = register(&service.client(), &token).await.expect(201);
    let told = begun.json();
    assert!(begun.header("set-cookie").contains("session="), "{begun:?}");
    assert_eq!(told["second_factor"], Value::Null);
    let grace = service.client().with_token(told["token"].as_str().unwrap());
    let me = grace.get("/v1/me").await;
    assert_eq!((&me["email"], &me["name"]), (&json!("Grace@Example.com"), &json!("Grace Hopper")));
    assert_eq!(
        me["organizations"],
        json!([{"id": organization, "name": "Engines", "role": "admin"}]),
        "{me}"
    );
    // The password is hers.
    let again = json!({"email": "grace@example.com", "password": PASSWORD});
    sent(&service.client(), "POST", "/v1/sessions", &again).await.expect(201);
    assert!(items(&ada.client.get(&invitations(&organization)).await).is_empty());
    assert_dead(&service, &ada, &token).await;
    service.unharmed().await;
}

#[tokio::test]
async fn the_mail_brings_the_link() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let body = json!({"email": "grace@example.com", "role": "member"});
    sent(&ada.client, "POST", &invitations(&organization), &body).await.expect(201);
    let mail = eventually("the invitation", || async {
        service.mails().into_iter().find(|mail| mail.contains("grace@example.com"))
    })
    .await;
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let link = text.split_whitespace().find(|word| word.contains("/links/invitation#")).unwrap();
    assert!(text.contains(&format!("({}) invites you to join the organization", ada.email)), "{text}");
    // Where a link leads is configured; its token is sent to no server before somebody acts on it.
    assert!(link.starts_with(&service.program.base), "{link}");
    let token = link.split_once('#').unwrap().1;
    assert_eq!(look_up(&service.client(), token).await.expect(200).json()["organization"]["name"], "Engines");
    register(&service.client(), token).await.expect(201);
    // It is sent once, and nothing of it waits any more.
    let waiting = "SELECT count(*) FROM outgoing WHERE notice = 'invitation'";
    let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&service.pool().await).await.unwrap();
    assert_eq!(waiting, 0);
    service.unharmed().await;
}

#[tokio::test]
async fn an_address_stands_in_no_event_and_is_forgotten() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "hushed@example.com", "member").await;
    let pool = service.pool().await;
    let count = async |sql: &str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap();
    let named = "SELECT count(*) FROM events WHERE payload::text || metadata::text ILIKE '%hushed%'";
    assert_eq!(count(named).await, 0);
    assert_eq!(count("SELECT count(*) FROM invitation").await, 1);
    decline(&service.client(), &token).await.expect(204);
    assert_eq!(count("SELECT count(*) FROM invitation").await, 0);
    assert_eq!(count(named).await, 0);
    assert!(items(&ada.client.get(&invitations(&organization)).await).is_empty());
    assert_dead(&service, &ada, &token).await;
    service.unharmed().await;
}

#[tokio::test]
async fn only_the_invited_address_joins() {
    let service = Service::api().await;
    let (ada, bob, eve) =
        (service.person("ada").await, service.person("bob").await, service.person("eve").await);
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "BOB@example.com", "member").await;
    assert_eq!(look_up(&service.client(), &token).await.expect(200).json()["has_account"], true);
    accept(&eve, &token).await.problem(403, "invitation-for-another");
    opened(&service.client(), "/v1/invitations/accept", &token).await.problem(401, "unauthenticated");
    // The address has an account, so nobody makes a second one of it.
    register(&service.client(), &token).await.problem(409, "email-taken");
    accept(&bob, &token).await.expect(200);
    assert_eq!(each(&bob.client.get("/v1/organizations").await, "id"), [organization.as_str()]);
    assert_dead(&service, &bob, &token).await;
    assert!(items(&eve.client.get("/v1/organizations").await).is_empty());
    service.unharmed().await;
}

#[tokio::test]
async fn the_answer_does_not_tell_who_has_an_account() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let organization = organization_of(&ada).await;
    let send_to = async |email: &str| {
        let body = json!({"email": email, "role": "member"});
        sent(&ada.client, "POST", &invitations(&organization), &body).await
    };
    let (known, unknown) =
        (send_to(&bob.email).await.expect(201), send_to("rob@example.com").await.expect(201));
    let names = |answer: &Answer| {
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        (names, answer.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(known.body.len(), unknown.body.len());
    // That somebody is a member, every member knows.
    join(&service, &ada, &organization, &bob, "member").await;
    send_to(&bob.email.to_uppercase()).await.problem(409, "already-member");
    send_to(&ada.email).await.problem(409, "already-member");
    service.unharmed().await;
}

#[tokio::test]
async fn another_invitation_of_the_same_address_takes_the_place_of_the_first() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let (organization, other) = (organization_of(&ada).await, organization_of(&ada).await);
    let elsewhere = invite(&service, &ada, &other, "grace@example.com", "member").await;
    let first = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let second = invite(&service, &ada, &organization, "GRACE@example.com", "admin").await;
    look_up(&service.client(), &first).await.problem(410, "link-dead");
    assert_eq!(look_up(&service.client(), &second).await.expect(200).json()["role"], "admin");
    assert_eq!(each(&ada.client.get(&invitations(&organization)).await, "role"), ["admin"]);
    // Another organization has invitations of its own.
    look_up(&service.client(), &elsewhere).await.expect(200);

    // At once: one of them is open, and its link works.
    let body = json!({"email": "grace@example.com", "role": "member"});
    let path = invitations(&organization);
    let both = tokio::join!(sent(&ada.client, "POST", &path, &body), sent(&ada.client, "POST", &path, &body));
    both.0.expect(201);
    both.1.expect(201);
    let list = ada.client.get(&path).await;
    assert_eq!(each(&list, "email"), ["grace@example.com"], "{list}");
    let mut works = 0;
    for message in drain(&service).await.iter().filter(|message| message.about == "invitation") {
        let token = message.content["says"]["token"].as_str().unwrap();
        works += usize::from(look_up(&service.client(), token).await.status == 200);
    }
    assert_eq!(works, 1);
    service.unharmed().await;
}

#[tokio::test]
async fn a_role_invites_and_takes_back_up_to_its_own() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let path = invitations(&organization);
    let action = |email: &str, role: &str| json!({"email": email, "role": role});
    let refused = async |person: &Person, role: &str| {
        sent(&person.client, "POST", &path, &action("x@example.com", role))
            .await
            .problem(403, "insufficient-role");
    };
    refused(&member, "member").await;
    refused(&admin, "owner").await;
    asked(&member.client, "GET", &path).await.problem(403, "insufficient-role");
    let of_owner = owner.client.post(&path, action("boss@example.com", "owner")).await;
    let of_admin = admin.client.post(&path, action("grace@example.com", "admin")).await;
    assert_eq!(each(&admin.client.get(&path).await, "email"), ["boss@example.com", "grace@example.com"]);
    // Nor by inviting the same address anew.
    sent(&admin.client, "POST", &path, &action("boss@example.com", "member"))
        .await
        .problem(403, "insufficient-role");

    let one = |invitation: &Value| format!("{path}/{}", invitation["id"].as_str().unwrap());
    asked(&member.client, "DELETE", &one(&of_admin)).await.problem(403, "insufficient-role");
    asked(&admin.client, "DELETE", &one(&of_owner)).await.problem(403, "insufficient-role");
    let token = invitation_of(&service, "grace@example.com").await;
    asked(&admin.client, "DELETE", &one(&of_admin)).await.expect(204);
    assert_dead(&service, &owner, &token).await;
    asked(&admin.client, "DELETE", &one(&of_admin)).await.problem(404, "not-found");
    // Another organization's is none of one's own.
    let other = organization_of(&owner).await;
    let id = of_owner["id"].as_str().unwrap();
    let there = format!("{}/{id}", invitations(&other));
    asked(&owner.client, "DELETE", &there).await.problem(404, "not-found");
    asked(&owner.client, "DELETE", &one(&of_owner)).await.expect(204);
    service.unharmed().await;
}

#[tokio::test]
async fn what_is_wrong_is_pointed_at() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let path = invitations(&organization);
    for (body, pointer) in [
        (json!({"role": "member"}), "/email"),
        (json!({"email": "nobody", "role": "member"}), "/email"),
        (json!({"email": "a@example.com", "role": "boss"}), "/role"),
        (json!({"email": "a@example.com", "role": "member", "name": "A"}), "/name"),
    ] {
        assert_eq!(sent(&ada.client, "POST", &path, &body).await.pointers(), [pointer], "{body}");
    }
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let wrong = json!({"token": token, "name": " ", "password": "short"});
    let answer = sent(&service.client(), "POST", REGISTER, &wrong).await;
    assert_eq!(answer.pointers(), ["/name", "/password"]);
    let from = service.client().request("POST", REGISTER).header("Sec-Fetch-Site", "cross-site");
    send(from.json(&json!({"token": token, "name": "Grace", "password": PASSWORD})))
        .await
        .problem(403, "cross-site-request");
    for token in ["x", "psl_0000000000000000000000000000000000000000000000000"] {
        look_up(&service.client(), token).await.problem(410, "link-dead");
    }
    // Nothing of it used the link up.
    register(&service.client(), &token).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_works_for_its_time() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let pool = service.pool().await;
    let set = async |at: &str| {
        let sql = format!("UPDATE invitation SET expires_at = clock_timestamp() + interval '{at}'");
        sqlx::query(&sql).execute(&pool).await.unwrap();
    };
    set("10 seconds").await;
    look_up(&service.client(), &token).await.expect(200);
    set("0 seconds").await;
    assert_dead(&service, &ada, &token).await;
    service.unharmed().await;
}

#[tokio::test]
async fn a_link_is_used_once_however_many_use_it_at_once() {
    let service = Service::api().await;
    let (ada, bob) = (service.person("ada").await, service.person("bob").await);
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let tries = join_all((0..5).map(|_| {
        let (client, token) = (service.client(), token.clone());
        async move { register(&client, &token).await }
    }));
    let tries = tries.await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 201).count(), 1, "{tries:?}");
    for answer in tries.iter().filter(|answer| answer.status != 201) {
        assert!([409, 410].contains(&answer.status), "{answer:?}");
    }
    let token = invite(&service, &ada, &organization, &bob.email, "member").await;
    let tries = join_all((0..5).map(|_| accept(&bob, &token))).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 200).count(), 1, "{tries:?}");
    let list = bob.client.get(&format!("/v1/organizations/{organization}/members")).await;
    assert_eq!(items(&list).len(), 3, "{list}");
    service.unharmed().await;
}

#[tokio::test]
async fn with_a_key_registering_twice_is_registering_once() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    let body = |name: &str| json!({"token": token, "name": name, "password": PASSWORD});
    keyed(&service.client(), REGISTER, "k", &body("Grace")).await.expect(201);
    // The key is that of the link, and the session that began is told once.
    let again = keyed(&service.client(), REGISTER, "k", &body("Grace")).await;
    let problem = again.problem(409, "answer-not-repeatable");
    assert!(problem["detail"].as_str().unwrap().contains("sign in"), "{problem}");
    keyed(&service.client(), REGISTER, "k", &body("Eve")).await.problem(422, "idempotency-key-reused");
    sent(&service.client(), "POST", REGISTER, &body("Grace")).await.problem(410, "link-dead");
    service.unharmed().await;
}

#[tokio::test]
async fn a_mailbox_is_not_filled_with_invitations_of_many_accounts() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let action = json!({"email": "grace@example.com", "role": "member"});
    for n in 0..4 {
        let person = service.person(&format!("person{n}")).await;
        // Who may not invite uses nothing up.
        sent(&person.client, "POST", &invitations(&organization), &action).await.problem(404, "not-found");
        let path = invitations(&organization_of(&person).await);
        for _ in 0..4 {
            sent(&person.client, "POST", &path, &action).await.expect(201);
        }
    }
    let path = invitations(&organization);
    for _ in 0..4 {
        sent(&ada.client, "POST", &path, &action).await.expect(201);
    }
    let bob = service.person("bob").await;
    let path = invitations(&organization_of(&bob).await);
    sent(&bob.client, "POST", &path, &action).await.problem(429, "too-many-tries");
    let other = json!({"email": "other@example.com", "role": "member"});
    sent(&bob.client, "POST", &path, &other).await.expect(201);
    service.unharmed().await;
}

#[tokio::test]
async fn links_are_not_guessed_without_end_nor_invitations_sent() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let organization = organization_of(&ada).await;
    let token = invite(&service, &ada, &organization, "grace@example.com", "member").await;
    // What is right is no guess.
    for _ in 0..10 {
        look_up(&service.client(), &token).await.expect(200);
    }
    assert!(service.tries_to_forgive().await < 1.0);
    service.use_tries_up().await;
    let guess = async || {
        let guess = api::token::generate(api::token::Kind::Link);
        look_up(&service.client(), guess.expose_secret()).await
    };
    let guesses = guess_until_refused(guess, "link-dead").await;
    assert!((2..10).contains(&guesses), "{guesses}");
    let path = invitations(&organization);
    let action = json!({"email": "grace@example.com", "role": "member"});
    for _ in 0..4 {
        sent(&ada.client, "POST", &path, &action).await.expect(201);
    }
    // One mailbox is not filled by one account.
    sent(&ada.client, "POST", &path, &action).await.problem(429, "too-many-tries");
    let other = json!({"email": "other@example.com", "role": "member"});
    sent(&ada.client, "POST", &path, &other).await.expect(201);
    service.unharmed().await;
}
