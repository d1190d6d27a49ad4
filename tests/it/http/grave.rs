//! Grave acts: each is done once, and those concerned are told, as the list in the description says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::queue::{Message, drain};
use super::second_factor::{App, PASSKEYS, TOTP, add_passkey};
use super::service::{asked, opened, sent};
use super::teams::{Project, invite, join, organization_of, remove, set_role};
use super::{Answer, Service};
use crate::support::{Authenticator, OPERATOR_TOKEN, PASSWORD, Person, eventually};

const PHONE: &str = "/v1/me/two-factor-phone";
const RESETS: &str = "/v1/password-resets";
/// Here nobody packs an archive: `archive::whoever_fetches_an_archive_tells_its_holder`.
const ELSEWHERE: &str = "GET /v1/me/privacy-requests/{id}/archive";

/// A grave act, as it is described.
struct Act {
    route: String,
    proof: String,
    tells: BTreeSet<(String, String)>,
}

async fn acts(service: &Service) -> Vec<Act> {
    let document = service.client().get("/openapi.json").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut acts = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(grave) = operation.get("x-grave") else { continue };
            let tells = grave["tells"].as_array().unwrap().iter();
            acts.push(Act {
                route: format!("{} {path}", method.to_uppercase()),
                proof: text(&grave["proof"]),
                tells: tells.map(|told| (text(&told["whom"]), text(&told["notice"]))).collect(),
            });
        }
    }
    acts
}

/// Routes that want a session elevated lately, as the description has it.
pub(super) async fn routes_with_sudo(service: &Service) -> BTreeSet<String> {
    let acts = acts(service).await.into_iter();
    acts.filter(|act| act.proof == "sudo").map(|act| act.route).collect()
}

/// Two owners and a member of an organization, with a project. The first owner acts.
struct Scene<'a> {
    service: &'a Service,
    name: String,
    owner: Person,
    second: Person,
    member: Person,
    organization: String,
    project: Project,
}

impl<'a> Scene<'a> {
    async fn set(service: &'a Service, number: usize) -> Self {
        let name = format!("scene{number}");
        let (second, member) = (format!("{name}-second"), format!("{name}-member"));
        let (owner, second, member) =
            (service.person(&name).await, service.person(&second).await, service.person(&member).await);
        let organization = organization_of(&owner).await;
        join(service, &owner, &organization, &second, "owner").await;
        join(service, &owner, &organization, &member, "member").await;
        let project = Project::create(&owner, &organization).await;
        drain(service).await;
        Self { service, name, owner, second, member, organization, project }
    }

    /// Something the acting owner sends; what was told before it is nothing of it.
    async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        sent(&self.owner.client, method, path, &body).await
    }

    /// Takes a message that waits, by what it is about and a member of what it says.
    async fn said(&self, about: &str, member: &str) -> String {
        let pointer = format!("/says/{member}");
        eventually(&format!("a message about {about}"), || async {
            let mut told = drain(self.service).await.into_iter().filter(|message| message.about == about);
            told.find_map(|message| Some(message.content.pointer(&pointer)?.as_str()?.to_owned()))
        })
        .await
    }

    /// Sets a phone, and goes on with both factors given.
    async fn set_phone(&self) {
        self.send("PUT", PHONE, json!({"number": "+14155550142", "channel": "sms"})).await.expect(202);
        let code = self.said("code", "code").await;
        self.send("POST", &format!("{PHONE}/verify"), json!({"code": code})).await.expect(200);
        let again = "/v1/sessions/reauthenticate";
        self.send("POST", again, json!({"password": PASSWORD})).await.problem(403, "second-factor-required");
        let code = self.said("code", "code").await;
        let body = json!({"password": PASSWORD, "code": code});
        let elevated = self.send("POST", again, body).await.expect(200).json();
        self.owner.client.go_on_with(elevated["token"].as_str().unwrap());
        drain(self.service).await;
    }

    /// Sets an authenticator app up.
    async fn set_app(&self) {
        let told = asked(&self.owner.client, "POST", TOTP).await.expect(202).json();
        let code = App::told(told["secret"].as_str().unwrap()).code();
        self.send("POST", &format!("{TOTP}/verify"), json!({"code": code})).await.expect(200);
    }

    /// Adds a passkey; its path.
    async fn set_passkey(&self) -> String {
        let added = add_passkey(&self.owner.client, &mut Authenticator::new()).await.expect(201).json();
        format!("{PASSKEYS}/{}", added["id"].as_str().unwrap())
    }

    async fn change_email(&self) -> Answer {
        let email = format!("{}-new@example.com", self.name);
        self.send("PUT", "/v1/me/email", json!({"email": email})).await.expect(202)
    }

    async fn change_bills(&self) -> Answer {
        self.send("PATCH", "/v1/me", json!({"billing_email": "bills@example.com"})).await.expect(200)
    }

    /// An act by the token of a link, which the last message about `about` holds.
    async fn open(&self, path: &str, about: &str) {
        let token = self.said(about, "token").await;
        opened(&self.service.client(), path, &token).await.expect(204);
    }

    async fn act(&self, route: &str) {
        match route.split_once(' ').unwrap().1 {
            path if path.contains("/admin/accounts") => self.act_of_operator(route).await,
            path if path.contains("/organizations") || path.contains("/invitations") => {
                self.act_in_organization(route).await;
            }
            path if path.contains("/projects") => self.act_on_project(route).await,
            _ => self.act_on_account(route).await,
        }
    }

    async fn act_in_organization(&self, route: &str) {
        let Self { service, owner, member, organization, .. } = self;
        let operator = service.client().with_token(OPERATOR_TOKEN);
        match route {
            "PUT /v1/organizations/{id}/members/{account_id}" => {
                set_role(owner, organization, member, "admin").await.expect(200);
            }
            "DELETE /v1/organizations/{id}/members/{account_id}" => remove(owner, organization, member).await,
            "PUT /v1/organizations/{id}/second-factor-demand" => {
                self.set_phone().await;
                let path = format!("/v1/organizations/{organization}/second-factor-demand");
                self.send("PUT", &path, json!({"demanded": true})).await.expect(200);
            }
            "POST /v1/organizations/{id}/invitations" => {
                let body = json!({"email": "guest@example.com", "role": "owner"});
                let path = format!("/v1/organizations/{organization}/invitations");
                self.send("POST", &path, body).await.expect(201);
            }
            "POST /v1/invitations/accept" => {
                let guest = service.person(&format!("{}-guest", self.name)).await;
                join(service, owner, organization, &guest, "admin").await;
            }
            "POST /v1/invitations/register" => {
                let email = format!("{}-guest@example.com", self.name);
                let token = invite(service, owner, organization, &email, "member").await;
                let body = json!({"token": token, "name": "Guest", "password": PASSWORD});
                sent(&service.client(), "POST", "/v1/invitations/register", &body).await.expect(201);
            }
            "PUT /v1/admin/organizations/{id}/members/{account_id}" => {
                let path = format!("/v1/admin/organizations/{organization}/members/{}", member.account);
                sent(&operator, "PUT", &path, &json!({"role": "admin"})).await.expect(204);
            }
            "POST /v1/admin/organizations" => {
                let body = json!({"name": "Mills", "owner": member.account});
                sent(&operator, "POST", "/v1/admin/organizations", &body).await.expect(201);
            }
            route => panic!("do {route} here: those concerned must be told"),
        }
    }

    async fn act_on_project(&self, route: &str) {
        let Self { owner, member, project, .. } = self;
        let path = format!("{}/owners/{}", project.path, member.account);
        match route {
            "PUT /v1/projects/{id}/owners/{account_id}" => {
                asked(&owner.client, "PUT", &path).await.expect(204);
            }
            "DELETE /v1/projects/{id}/owners/{account_id}" => {
                asked(&owner.client, "PUT", &path).await.expect(204);
                drain(self.service).await;
                asked(&owner.client, "DELETE", &path).await.expect(204);
            }
            "POST /v1/projects/{id}/credentials/reveal" => drop(project.reveal(owner).await.expect(200)),
            "POST /v1/projects/{id}/credentials/reset" => drop(project.reset(owner, 0).await.expect(200)),
            route => panic!("do {route} here: those concerned must be told"),
        }
    }

    async fn act_of_operator(&self, route: &str) {
        let operator = self.service.client().with_token(OPERATOR_TOKEN);
        let path = |what: &str| format!("/v1/admin/accounts/{}/{what}", self.owner.account);
        match route {
            "POST /v1/admin/accounts/{id}/sessions/end" => {
                asked(&operator, "POST", &path("sessions/end")).await.expect(204);
            }
            "POST /v1/admin/accounts/{id}/factor-removal" => {
                self.set_phone().await;
                let proof = json!({"proof": "document_seen"});
                sent(&operator, "POST", &path("factor-removal"), &proof).await.expect(202);
            }
            route => panic!("do {route} here: those concerned must be told"),
        }
    }

    async fn act_on_account(&self, route: &str) {
        let confirmed = json!({"confirm": true});
        match route {
            "PUT /v1/me/password" => {
                let body = json!({"current": PASSWORD, "new": "another horse entirely 9"});
                self.send("PUT", "/v1/me/password", body).await.expect(204);
            }
            "PUT /v1/password-resets" => {
                let client = self.service.client();
                sent(&client, "POST", RESETS, &json!({"email": self.owner.email})).await.expect(202);
                let token = self.said("password_reset_link", "token").await;
                let body = json!({"token": token, "password": "another horse entirely 9"});
                sent(&client, "PUT", RESETS, &body).await.expect(204);
            }
            "PUT /v1/me/two-factor-phone" => {
                self.send("PUT", PHONE, json!({"number": "+14155550142", "channel": "sms"}))
                    .await
                    .expect(202);
            }
            "POST /v1/me/two-factor-phone/verify" => {
                self.send("PUT", PHONE, json!({"number": "+14155550142", "channel": "sms"}))
                    .await
                    .expect(202);
                let code = self.said("code", "code").await;
                self.send("POST", &format!("{PHONE}/verify"), json!({"code": code})).await.expect(200);
            }
            "DELETE /v1/me/two-factor-phone" => {
                self.set_phone().await;
                asked(&self.owner.client, "DELETE", PHONE).await.expect(204);
            }
            "POST /v1/me/totp/verify" => self.set_app().await,
            "DELETE /v1/me/totp" => {
                self.set_app().await;
                drain(self.service).await;
                asked(&self.owner.client, "DELETE", TOTP).await.expect(204);
            }
            "POST /v1/me/passkeys" => drop(self.set_passkey().await),
            "DELETE /v1/me/passkeys/{id}" => {
                let passkey = self.set_passkey().await;
                drain(self.service).await;
                asked(&self.owner.client, "DELETE", &passkey).await.expect(204);
            }
            "POST /v1/me/recovery-codes" => {
                self.set_phone().await;
                self.send("POST", "/v1/me/recovery-codes", confirmed).await.expect(200);
            }
            "PUT /v1/me/email" => drop(self.change_email().await),
            "POST /v1/email-confirmations" => {
                self.change_email().await;
                self.open("/v1/email-confirmations", "email_confirmation").await;
            }
            "POST /v1/email-undos" => {
                self.change_email().await;
                self.open("/v1/email-undos", "email_change").await;
            }
            "PATCH /v1/me" => drop(self.change_bills().await),
            "POST /v1/billing-email-undos" => {
                self.change_bills().await;
                self.open("/v1/billing-email-undos", "billing_email_changed").await;
            }
            "POST /v1/factor-undos" => {
                self.send("PUT", PHONE, json!({"number": "+14155550142", "channel": "sms"}))
                    .await
                    .expect(202);
                let code = self.said("code", "code").await;
                self.send("POST", &format!("{PHONE}/verify"), json!({"code": code})).await.expect(200);
                let undo = self.said("phone_verified", "undo/token").await;
                opened(&self.service.client(), "/v1/factor-undos", &undo).await.expect(204);
            }
            "POST /v1/me/gdpr-token" => {
                self.send("POST", "/v1/me/gdpr-token", confirmed).await.expect(201);
            }
            "POST /v1/me/privacy-requests" => {
                let body = json!({"kind": "export", "confirm": true});
                self.send("POST", "/v1/me/privacy-requests", body).await.expect(202);
            }
            "DELETE /v1/me" => self.end_account("DELETE", "/v1/me").await,
            "POST /v1/me/deletion" => self.end_account("POST", "/v1/me/deletion").await,
            route => panic!("do {route} here: those concerned must be told"),
        }
    }

    /// There is another owner of one organization, and a successor in another.
    async fn end_account(&self, method: &str, path: &str) {
        let alone = organization_of(&self.owner).await;
        join(self.service, &self.owner, &alone, &self.member, "member").await;
        drain(self.service).await;
        let body = json!({"confirm": true, "successors": {alone: self.member.account}});
        self.send(method, path, body).await.expect(204);
    }

    /// In which way the list names whom a message went to.
    fn whom(&self, message: &Message) -> Option<(String, String)> {
        let account = message.account.as_deref()?;
        let about = message.about.clone();
        let to = &message.content["to"];
        let of_project = about.starts_with("project_") || about.starts_with("credentials_");
        let elsewhere = to != "holder" && to["address"]["email"] != self.owner.email.as_str();
        let whom = match about.as_str() {
            "team_changed" => "owners",
            "second_factor_demand_changed" if account != self.member.account => "owners",
            _ if of_project && account != self.member.account => "project_owners",
            _ if account == self.owner.account && elsewhere => "address",
            _ if account == self.owner.account => "holder",
            _ => "member",
        };
        Some((whom.to_owned(), about))
    }
}

#[tokio::test]
async fn every_grave_act_is_told_to_those_it_concerns() {
    let service = Service::start("api", &[("PERSONAL_SETTINGS_PUBLIC_URL", "http://localhost:8080")]).await;
    for (number, act) in acts(&service).await.into_iter().enumerate() {
        if act.route == ELSEWHERE {
            continue;
        }
        service.forget_tries().await;
        let scene = Scene::set(&service, number).await;
        scene.act(&act.route).await;
        let messages = drain(&service).await;
        let told: BTreeSet<_> = messages.iter().filter_map(|message| scene.whom(message)).collect();
        assert_eq!(told, act.tells, "{}: {messages:#?}", act.route);
        // Where owners are told, each of them is: also the one who did it, who may be an intruder.
        let owners_are_told = act.tells.iter().any(|(whom, _)| whom.ends_with("owners"));
        for owner in [&scene.owner, &scene.second] {
            let ends = ["DELETE /v1/me", "POST /v1/me/deletion"].contains(&act.route.as_str());
            let gone = ends && owner.account == scene.owner.account;
            let is_told = |message: &Message| message.account.as_deref() == Some(owner.account.as_str());
            assert!(!owners_are_told || gone || messages.iter().any(is_told), "{}", act.route);
        }
    }
    service.unharmed().await;
}

#[tokio::test]
async fn another_billing_address_is_told_to_all_and_taken_back_by_the_holder() {
    let service = Service::whole().await;
    let mut ada = service.person("ada").await;
    let bill = async |ada: &Person, to: Value| {
        sent(&ada.client, "PATCH", "/v1/me", &json!({"billing_email": to})).await
    };
    service.let_sudo_pass().await;
    bill(&ada, json!("thief@example.com")).await.problem(403, "reauthentication-required");
    bill(&ada, Value::Null).await.problem(403, "reauthentication-required");
    sent(&ada.client, "PATCH", "/v1/me", &json!({"name": "Ada King"})).await.expect(200);
    ada.client.reauthenticate().await;
    bill(&ada, json!("bills@example.com")).await.expect(200);
    let first = service.take_mail("billing_email_changed", "ada@example.com").await.token().to_owned();
    let to_bills = service.take_mail("billing_email_changed", "bills@example.com").await;
    assert!(to_bills.links().is_empty(), "the link is for the holder: {to_bills:?}");
    bill(&ada, json!("thief@example.com")).await.expect(200);
    for told in ["bills@example.com", "thief@example.com"] {
        assert!(service.take_mail("billing_email_changed", told).await.links().is_empty());
    }
    let undo = "/v1/billing-email-undos";
    opened(&service.client(), undo, &first).await.problem(410, "link-dead");
    let second = service.take_mail("billing_email_changed", "ada@example.com").await.token().to_owned();
    opened(&service.client(), undo, &second).await.expect(204);
    opened(&service.client(), undo, &second).await.problem(410, "link-dead");
    asked(&ada.client, "GET", "/v1/me").await.problem(401, "unauthenticated");
    service.take_mail("billing_email_undone", "ada@example.com").await;
    service.take_mail("password_reset_link", "ada@example.com").await;
    ada.client = crate::support::sign_in(&service.client(), "ada@example.com").await;
    assert_eq!(ada.client.get("/v1/me").await["billing_email"], Value::Null);
    service.unharmed().await;
}
