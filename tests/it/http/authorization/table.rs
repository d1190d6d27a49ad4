//! What every route answers to whom, a row a route.

use serde_json::{Value, json};

use super::callers::Who;
use crate::support::PASSWORD;

/// What a request holds beside its path.
#[derive(Clone)]
pub(super) enum Body {
    Nothing,
    Json(Value),
    /// A form with a `token` that is none.
    Form,
}

/// A route, what it is sent, and what it answers to whom. What stands in braces in path or body is filled in.
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) body: Body,
    /// The password must have been given lately.
    pub(super) sudo: bool,
    expected: Expected,
}

type Expected = Box<dyn Fn(Who) -> u16>;

impl Row {
    fn new(method: &'static str, path: &'static str, expected: Expected) -> Self {
        Self { method, path, body: Body::Nothing, sudo: false, expected }
    }

    fn json(self, body: Value) -> Self {
        Self { body: Body::Json(body), ..self }
    }

    fn form(self) -> Self {
        Self { body: Body::Form, ..self }
    }

    fn sudo(self) -> Self {
        Self { sudo: true, ..self }
    }

    /// The status with which `who` is answered.
    pub(super) fn expected(&self, who: Who) -> u16 {
        if self.sudo && who == Who::OwnerOfLongAgo { 403 } else { (self.expected)(who) }
    }

    /// The type of the refusal, where who is refused tells why.
    pub(super) fn refusal(&self, who: Who) -> Option<&'static str> {
        match (self.expected(who), who) {
            (401, who) if self.path == "/v1/credentials/self" && who != Who::Nobody => {
                Some("credential-unknown")
            }
            (401, _) => Some("unauthenticated"),
            (403, Who::Auditor | Who::PrivacyDesk | Who::Gateway) if self.is_for_operators() => {
                Some("insufficient-scope")
            }
            (403, Who::OwnerOfLongAgo) if self.sudo => Some("reauthentication-required"),
            (403, Who::Member | Who::Admin) if self.path.contains("{id}") => Some("insufficient-role"),
            (404, _) => Some("not-found"),
            _ => None,
        }
    }

    /// Whether it is about what is in an organization.
    pub(super) fn is_in_organization(&self) -> bool {
        ["/v1/organizations/{id}", "/v1/projects/{id}"].iter().any(|start| self.path.starts_with(start))
    }

    fn is_for_operators(&self) -> bool {
        ["/v1/admin/", "/v1/introspect", "/v1/revoke"].iter().any(|start| self.path.starts_with(start))
    }

    /// Whether it takes a session, whoever's.
    pub(super) fn is_for_holders(&self) -> bool {
        self.expected(Who::Nobody) == 401 && self.expected(Who::Owner) != 401
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Everybody.
fn open(status: u16) -> Expected {
    Box::new(move |_| status)
}

/// Whoever is signed in to an account, about their own.
fn holders(status: u16) -> Expected {
    Box::new(move |who| if who.is_signed_in() { status } else { 401 })
}

/// The one account whose thing it is.
fn its_holder(status: u16) -> Expected {
    Box::new(move |who| match who {
        Who::Owner | Who::OwnerOfLongAgo => status,
        who if who.is_signed_in() => 404,
        _ => 401,
    })
}

/// Members of the organization, by role: to others it is not there.
fn members(member: u16, admin: u16, owner: u16) -> Expected {
    Box::new(move |who| match who {
        Who::Other => 404,
        Who::Member => member,
        Who::Admin => admin,
        Who::Owner | Who::OwnerOfLongAgo => owner,
        _ => 401,
    })
}

/// Admins and owners of the organization.
fn managers(status: u16) -> Expected {
    members(403, status, status)
}

/// Owners of the organization or project.
fn owners(status: u16) -> Expected {
    members(403, 403, status)
}

/// Operators with one of these scopes, and those who may do everything.
fn operators(scopes: &'static [Who], status: u16) -> Expected {
    Box::new(move |who| match who {
        Who::Operator => status,
        who if scopes.contains(&who) => status,
        Who::Auditor | Who::PrivacyDesk | Who::Gateway => 403,
        _ => 401,
    })
}

fn admins(status: u16) -> Expected {
    operators(&[], status)
}

fn auditors(status: u16) -> Expected {
    operators(&[Who::Auditor, Who::PrivacyDesk], status)
}

fn desks(status: u16) -> Expected {
    operators(&[Who::PrivacyDesk], status)
}

fn gateways(status: u16) -> Expected {
    operators(&[Who::Gateway], status)
}

/// Programs with a token for the GDPR APIs.
fn programs(status: u16) -> Expected {
    Box::new(move |who| if who == Who::GdprToken { status } else { 401 })
}

/// In the order in which they are asked, after those that only read: what ends something comes last.
pub(super) fn table() -> Vec<Row> {
    [service(), anybody(), operated(), organizations(), projects(), privacy_requests(), account(), endings()]
        .into_iter()
        .flatten()
        .collect()
}

fn service() -> Vec<Row> {
    vec![
        Row::new("GET", "/healthz", open(200)),
        Row::new("GET", "/readyz", open(200)),
        Row::new("GET", "/openapi.json", open(200)),
        Row::new("GET", "/track", open(400)),
        Row::new("POST", "/track", open(200)).json(json!([])),
    ]
}

/// Whoever knows the password, or has the link: these links open nothing.
fn anybody() -> Vec<Row> {
    let credentials = json!({"email": "owner@example.com", "password": PASSWORD});
    let nobody = json!({"email": "nobody@example.com"});
    let code = json!({"challenge_id": "chl_00000000000000000000000001", "code": "123456"});
    let question = json!({"challenge_id": "chl_00000000000000000000000001"});
    let link = || json!({"token": "{token}"});
    let chosen = json!({"token": "{token}", "password": PASSWORD});
    let registration = json!({"token": "{token}", "name": "Grace", "password": PASSWORD});
    vec![
        Row::new("POST", "/v1/sessions", open(201)).json(credentials),
        Row::new("POST", "/v1/sessions/second-factor", open(403)).json(code),
        Row::new("POST", "/v1/sessions/second-factor/code", open(403)).json(question),
        // The service is reached by an IP address here, where there are no passkeys.
        Row::new("POST", "/v1/sessions/passkey/options", open(409)),
        Row::new("POST", "/v1/sessions/passkey", open(422)).json(json!({"credential": {}})),
        Row::new("POST", "/v1/password-resets", open(202)).json(nobody),
        Row::new("PUT", "/v1/password-resets", open(410)).json(chosen),
        Row::new("POST", "/v1/email-confirmations", open(410)).json(link()),
        Row::new("POST", "/v1/email-undos", open(410)).json(link()),
        Row::new("POST", "/v1/factor-undos", open(410)).json(link()),
        Row::new("POST", "/v1/factor-removal-objections", open(410)).json(link()),
        Row::new("POST", "/v1/billing-email-undos", open(410)).json(link()),
        Row::new("POST", "/v1/invitations/lookup", open(410)).json(link()),
        Row::new("POST", "/v1/invitations/register", open(410)).json(registration),
        Row::new("POST", "/v1/invitations/decline", open(410)).json(link()),
        Row::new("POST", "/v1/invitations/accept", holders(410)).json(link()),
        Row::new("GET", "/v1/credentials/self", programs(200)),
    ]
}

fn operated() -> Vec<Row> {
    let account = json!({"email": "new{n}@example.com", "name": "New"});
    let organization = json!({"name": "Engines", "owner": "{account_id}"});
    let project = json!({"name": "Looms", "organization_id": "{organization}"});
    let member = json!({"role": "member"});
    let proof = json!({"proof": "document_seen"});
    vec![
        Row::new("POST", "/v1/admin/accounts", admins(201)).json(account),
        Row::new("POST", "/v1/admin/organizations", admins(201)).json(organization),
        Row::new("PUT", "/v1/admin/organizations/{id}/members/{account_id}", admins(204)).json(member),
        Row::new("POST", "/v1/admin/projects", admins(201)).json(project),
        Row::new("POST", "/v1/admin/accounts/{id}/factor-removal", admins(409)).json(proof),
        Row::new("GET", "/v1/admin/accounts/{id}/history", auditors(200)),
        Row::new("GET", "/v1/admin/accounts/{id}/state", auditors(200)),
        Row::new("GET", "/v1/admin/parked-events", auditors(200)),
        Row::new("GET", "/v1/admin/privacy-requests", desks(200)),
        Row::new("GET", "/v1/admin/privacy-requests/{id}", desks(200)),
        Row::new("GET", "/v1/admin/privacy-requests/statistics", desks(200)),
        // What is sought is missing.
        Row::new("GET", "/v1/admin/accounts", desks(400)),
        Row::new("POST", "/v1/admin/parked-events/retry", desks(200)).json(json!({})),
        Row::new("GET", "/v1/admin/messages", desks(200)),
        Row::new("POST", "/v1/admin/messages/retry", desks(200)).json(json!({})),
        Row::new("GET", "/v1/admin/log/health", desks(200)),
        Row::new("GET", "/v1/admin/operators", desks(200)),
        // Nobody signs here, so there is none yet.
        Row::new("GET", "/v1/admin/log/checkpoint", auditors(404)),
        Row::new("POST", "/v1/introspect", gateways(200)).form(),
        Row::new("POST", "/v1/revoke", gateways(200)).form(),
    ]
}

fn organizations() -> Vec<Row> {
    let name = || json!({"name": "Engines"});
    let invitation = json!({"email": "guest{n}@example.com", "role": "member"});
    let role = json!({"role": "member"});
    vec![
        Row::new("GET", "/v1/organizations", holders(200)),
        Row::new("POST", "/v1/organizations", holders(201)).json(name()),
        Row::new("GET", "/v1/organizations/{id}", members(200, 200, 200)),
        Row::new("PATCH", "/v1/organizations/{id}", managers(200)).json(name()),
        // Who has no second factor demands none; that none is demanded any more is no change here.
        Row::new("PUT", "/v1/organizations/{id}/second-factor-demand", owners(200))
            .json(json!({"demanded": false}))
            .sudo(),
        Row::new("GET", "/v1/organizations/{id}/history", members(200, 200, 200)),
        Row::new("GET", "/v1/organizations/{id}/members", members(200, 200, 200)),
        Row::new("GET", "/v1/organizations/{id}/members/{account_id}", members(200, 200, 200)),
        Row::new("PUT", "/v1/organizations/{id}/members/{account_id}", managers(200)).json(role).sudo(),
        Row::new("DELETE", "/v1/organizations/{id}/members/{account_id}", managers(204)).sudo(),
        Row::new("GET", "/v1/organizations/{id}/invitations", managers(200)),
        Row::new("POST", "/v1/organizations/{id}/invitations", managers(201)).json(invitation).sudo(),
        Row::new("DELETE", "/v1/organizations/{id}/invitations/{invitation_id}", managers(204)),
        Row::new("POST", "/v1/organizations/{id}/projects", managers(201)).json(name()),
    ]
}

/// The project is the owner's: an admin has none of it.
fn projects() -> Vec<Row> {
    let name = json!({"name": "Looms"});
    let confirmed = json!({"confirm": true});
    vec![
        Row::new("GET", "/v1/projects", holders(200)),
        Row::new("GET", "/v1/projects/{id}", members(200, 200, 200)),
        Row::new("GET", "/v1/projects/{id}/history", members(200, 200, 200)),
        Row::new("PATCH", "/v1/projects/{id}", owners(200)).json(name),
        Row::new("PUT", "/v1/projects/{id}/owners/{account_id}", owners(204)).sudo(),
        Row::new("DELETE", "/v1/projects/{id}/owners/{account_id}", owners(204)).sudo(),
        Row::new("POST", "/v1/projects/{id}/credentials/reveal", owners(200)).sudo(),
        Row::new("POST", "/v1/projects/{id}/credentials/reset", owners(200)).json(confirmed).sudo(),
        Row::new("POST", "/v1/projects/{id}/credentials/retire-previous", owners(409)),
    ]
}

fn privacy_requests() -> Vec<Row> {
    let erasure = json!({"kind": "erasure", "confirm": true});
    vec![
        Row::new("GET", "/v1/me/privacy-requests", holders(200)),
        Row::new("POST", "/v1/me/privacy-requests", holders(202)).json(erasure).sudo(),
        Row::new("GET", "/v1/me/privacy-requests/{id}", its_holder(200)),
        Row::new("GET", "/v1/me/privacy-requests/{id}/events", its_holder(200)),
        Row::new("GET", "/v1/me/privacy-requests/{id}/archive", its_holder(409)).sudo(),
        Row::new("DELETE", "/v1/me/privacy-requests/{id}/archive", its_holder(409)),
        Row::new("DELETE", "/v1/me/privacy-requests/{id}", its_holder(204)),
    ]
}

fn account() -> Vec<Row> {
    let password = json!({"password": PASSWORD});
    let phone = json!({"number": "+14155550123", "channel": "sms"});
    let confirmed = || json!({"confirm": true});
    let bills = json!({"billing_email": "bills@example.com"});
    vec![
        Row::new("GET", "/v1/me", holders(200)),
        Row::new("PATCH", "/v1/me", holders(200)).json(bills).sudo(),
        Row::new("GET", "/v1/me/history", holders(200)),
        Row::new("GET", "/v1/me/consents", holders(200)),
        Row::new("GET", "/v1/me/preferences", holders(200)),
        Row::new("PUT", "/v1/me/preferences", holders(200)).json(json!({"usage_logging": true})),
        Row::new("PUT", "/v1/me/email", holders(202)).json(json!({"email": "m{n}@example.com"})).sudo(),
        Row::new("DELETE", "/v1/me/email/pending", holders(204)),
        Row::new("PUT", "/v1/me/two-factor-phone", holders(202)).json(phone).sudo(),
        Row::new("POST", "/v1/me/two-factor-phone/verify", holders(403)).json(json!({"code": "none"})),
        Row::new("DELETE", "/v1/me/two-factor-phone", holders(409)).sudo(),
        Row::new("GET", "/v1/me/factors", holders(200)),
        Row::new("POST", "/v1/me/totp", holders(202)).sudo(),
        Row::new("POST", "/v1/me/totp/verify", holders(403)).json(json!({"code": "none"})),
        Row::new("DELETE", "/v1/me/totp", holders(409)).sudo(),
        Row::new("GET", "/v1/me/passkeys", holders(200)),
        Row::new("GET", "/v1/me/passkeys/accepted", holders(409)),
        Row::new("POST", "/v1/me/passkeys", holders(422))
            .json(json!({"name": "Key", "credential": {}}))
            .sudo(),
        Row::new("POST", "/v1/me/passkeys/options", holders(409)).sudo(),
        Row::new("PATCH", "/v1/me/passkeys/{id}", holders(404)).json(json!({"name": "Key"})),
        Row::new("DELETE", "/v1/me/passkeys/{id}", holders(404)).sudo(),
        Row::new("POST", "/v1/me/recovery-codes", holders(409)).json(confirmed()).sudo(),
        Row::new("GET", "/v1/me/factor-removal", holders(404)),
        Row::new("DELETE", "/v1/me/factor-removal", holders(404)),
        Row::new("GET", "/v1/me/gdpr-token", its_holder(200)),
        Row::new("POST", "/v1/me/gdpr-token", holders(201)).json(confirmed()).sudo(),
        Row::new("DELETE", "/v1/me/gdpr-token", holders(204)),
        Row::new("POST", "/v1/sessions/reauthenticate", holders(200)).json(password),
        Row::new("POST", "/v1/sessions/reauthenticate/options", holders(409)),
        Row::new("GET", "/v1/sessions", holders(200)),
        Row::new("GET", "/v1/me/deletion", holders(200)).sudo(),
    ]
}

fn endings() -> Vec<Row> {
    let password = json!({"current": PASSWORD, "new": PASSWORD});
    vec![
        Row::new("PUT", "/v1/me/password", holders(204)).json(password),
        Row::new("DELETE", "/v1/sessions/{id}", its_holder(204)),
        Row::new("DELETE", "/v1/sessions", holders(204)),
        Row::new("DELETE", "/v1/sessions/current", holders(204)),
        // By now everybody is the only owner of an organization.
        Row::new("POST", "/v1/me/deletion", holders(409)).json(json!({"confirm": true})).sudo(),
        Row::new("DELETE", "/v1/me", holders(409)).json(json!({"confirm": true})).sudo(),
        Row::new("POST", "/v1/admin/accounts/{id}/sessions/end", admins(204)),
    ]
}
