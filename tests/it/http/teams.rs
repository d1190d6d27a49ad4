//! People who work together: organizations, their members and projects, made over HTTP.

use serde_json::{Value, json};

use super::queue::invitation_of;
use super::service::{asked, opened, sent, with_form};
use super::{Answer, Service, send};
use crate::support::{OPERATOR_TOKEN, Person};

/// A new organization of `owner`.
pub(super) async fn organization_of(owner: &Person) -> String {
    let answer = owner.client.post("/v1/organizations", json!({"name": "Engines"})).await;
    answer["id"].as_str().unwrap().to_owned()
}

/// Invites an address; the token of the link.
pub(super) async fn invite(
    service: &Service,
    inviter: &Person,
    organization: &str,
    email: &str,
    role: &str,
) -> String {
    let path = format!("/v1/organizations/{organization}/invitations");
    inviter.client.post(&path, json!({"email": email, "role": role})).await;
    invitation_of(service, email).await
}

/// Has somebody join by invitation.
pub(super) async fn join(
    service: &Service,
    inviter: &Person,
    organization: &str,
    person: &Person,
    role: &str,
) {
    let token = invite(service, inviter, organization, &person.email, role).await;
    let answer = opened(&person.client, "/v1/invitations/accept", &token).await.expect(200);
    assert_eq!(answer.json(), json!({"organization_id": organization, "role": role}));
}

/// An organization with an owner, an admin and a member, in this order.
pub(super) async fn team(service: &Service) -> (String, [Person; 3]) {
    let [owner, admin, member] =
        [service.person("owner").await, service.person("admin").await, service.person("member").await];
    let organization = organization_of(&owner).await;
    join(service, &owner, &organization, &admin, "admin").await;
    join(service, &owner, &organization, &member, "member").await;
    (organization, [owner, admin, member])
}

/// A project that was created just now, as the answer has it.
pub(super) async fn project_of(creator: &Person, organization: &str) -> Value {
    let path = format!("/v1/organizations/{organization}/projects");
    creator.client.post(&path, json!({"name": "Looms"})).await
}

/// The end of somebody's membership.
pub(super) async fn remove(by: &Person, organization: &str, member: &Person) {
    let path = format!("/v1/organizations/{organization}/members/{}", member.account);
    asked(&by.client, "DELETE", &path).await.expect(204);
}

/// Gives a member another role.
pub(super) async fn set_role(by: &Person, organization: &str, member: &Person, role: &str) -> Answer {
    let path = format!("/v1/organizations/{organization}/members/{}", member.account);
    sent(&by.client, "PUT", &path, &json!({"role": role})).await
}

/// The items of a list.
pub(super) fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap_or_else(|| panic!("{list}"))
}

/// One member of each item, as text.
pub(super) fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    items(list).iter().map(|item| item[member].as_str().unwrap_or_default()).collect()
}

/// A project and what was told of it when it was created.
pub(super) struct Project {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) created: Value,
}

impl Project {
    pub(super) async fn create(creator: &Person, organization: &str) -> Self {
        let created = project_of(creator, organization).await;
        let id = created["id"].as_str().unwrap().to_owned();
        Self { path: format!("/v1/projects/{id}"), id, created }
    }

    pub(super) fn secret(&self) -> &str {
        self.created["api_secret"].as_str().unwrap()
    }

    pub(super) async fn reset(&self, person: &Person, hours: u32) -> Answer {
        let body = json!({"confirm": true, "keep_previous_hours": hours});
        sent(&person.client, "POST", &format!("{}/credentials/reset", self.path), &body).await
    }

    pub(super) async fn reveal(&self, person: &Person) -> Answer {
        asked(&person.client, "POST", &format!("{}/credentials/reveal", self.path)).await
    }

    pub(super) async fn retire(&self, person: &Person) -> Answer {
        asked(&person.client, "POST", &format!("{}/credentials/retire-previous", self.path)).await
    }
}

/// What a gateway is told of a secret.
pub(super) async fn worth(service: &Service, secret: &str) -> Value {
    let request = service.client().with_token(OPERATOR_TOKEN).request("POST", "/v1/introspect");
    send(with_form(request, &[("token", secret)])).await.expect(200).json()
}
