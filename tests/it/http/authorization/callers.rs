//! Who asks, and what they ask about.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use domain::account::{Account, AccountCommand};
use domain::authentication::Factors;
use domain::operator::OperatorScope;
use domain::organization::{Organization, OrganizationAction, OrganizationCommand};
use domain::{AccountId, Actor, OperatorId, PasskeyId, SessionId};
use event_store::records::operator_token::Origin;
use event_store::records::session::NewSession;
use event_store::records::{RecordWrite, authentication};
use event_store::{CommandContext, CommitExtras, EventStore};
use personal_settings::composition::operators::{self, NewOperator};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Service;
use super::super::queue::store_of;
use super::super::service::{action, asked};
use super::super::teams::{organization_of, project_of};
use super::table::Row;
use crate::support::{Client, OPERATOR_TOKEN, Person, account_context};

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    MadeUpToken,
    /// Somebody who has nothing to do with it.
    Other,
    Member,
    Admin,
    /// The owner of everything, whose password was given too long ago for what is grave.
    OwnerOfLongAgo,
    Owner,
    /// Who may do everything that operators do.
    Operator,
    Auditor,
    /// Who has the scope `privacy` and no other.
    PrivacyDesk,
    Gateway,
    GdprToken,
    ExpiredSession,
    EndedSession,
    ExpiredOperator,
    RevokedOperator,
}

impl Who {
    /// Whoever may do it does it last.
    pub(super) const ALL: [Self; 16] = [
        Self::Nobody,
        Self::MadeUpToken,
        Self::GdprToken,
        Self::ExpiredSession,
        Self::EndedSession,
        Self::ExpiredOperator,
        Self::RevokedOperator,
        Self::Gateway,
        Self::Auditor,
        Self::PrivacyDesk,
        Self::Operator,
        Self::Other,
        Self::Member,
        Self::Admin,
        Self::OwnerOfLongAgo,
        Self::Owner,
    ];

    pub(super) fn is_signed_in(self) -> bool {
        matches!(self, Self::Other | Self::Member | Self::Admin | Self::Owner | Self::OwnerOfLongAgo)
    }
}

/// Everybody, and everything that is asked about: it is the owner's.
pub(super) struct Scene<'s> {
    service: &'s Service,
    store: EventStore,
    people: [Person; 5],
    tokens: Vec<(Who, String)>,
    organization: String,
    project: String,
    request: String,
    counter: AtomicU32,
}

impl<'s> Scene<'s> {
    pub(super) async fn set(service: &'s Service) -> Self {
        let mut people = Vec::new();
        for name in ["owner", "admin", "member", "other", "guest"] {
            people.push(service.person(name).await);
        }
        let people: [Person; 5] = people.try_into().ok().unwrap();
        let [owner, admin, member, ..] = &people;
        let organization = organization_of(owner).await;
        let operator = service.client().with_token(OPERATOR_TOKEN);
        for (person, role) in [(admin, "admin"), (member, "member")] {
            put_member(&operator, &organization, person, role).await;
        }
        let project = project_of(owner, &organization).await["id"].as_str().unwrap().to_owned();
        let request = owner.client.post("/v1/me/privacy-requests", action("export")).await;
        let request = request["id"].as_str().unwrap().to_owned();
        let store = store_of(service);
        let tokens = tokens(&store, owner).await;
        let counter = AtomicU32::new(0);
        Self { service, store, people, tokens, organization, project, request, counter }
    }

    pub(super) fn organization(&self) -> &str {
        &self.organization
    }

    pub(super) fn owner(&self) -> &Person {
        &self.people[0]
    }

    /// Who has nothing to do with any of it.
    pub(super) fn other(&self) -> &Person {
        &self.people[3]
    }

    fn guest(&self) -> &Person {
        &self.people[4]
    }

    /// A client of `who`; what came before has ended no session of it.
    pub(super) async fn client(&self, who: Who) -> Client {
        let [owner, admin, member, other, _] = &self.people;
        let anonymous = self.service.client();
        let person = match who {
            Who::Owner | Who::OwnerOfLongAgo => owner,
            Who::Admin => admin,
            Who::Member => member,
            Who::Other => other,
            who => {
                let token = self.tokens.iter().find(|(whose, _)| *whose == who);
                return token.map_or(anonymous.clone(), |(_, token)| anonymous.with_token(token));
            }
        };
        let ago = if who == Who::OwnerOfLongAgo { TimeDelta::minutes(11) } else { TimeDelta::zero() };
        let (_, token) = begin_session(&self.store, person, ago, TimeDelta::days(30)).await;
        anonymous.with_token(&token)
    }

    /// The organization demands a second factor, which nobody here has.
    pub(super) async fn demand_second_factor(&self) {
        let action = OrganizationAction::DemandSecondFactor { demanded: true };
        let by = Actor::Operator(OperatorId::generate(self.store.services())).into();
        let (id, context) = (&self.organization, CommandContext::service(Uuid::nil()));
        let demanded = self.store.transact(&context, async |mut unit| {
            let command = OrganizationCommand { by, action: action.clone() };
            unit.execute::<Organization>(id, command).await.unwrap();
            Ok::<_, ()>((unit, CommitExtras::default(), ()))
        });
        demanded.await.unwrap();
    }

    /// The thing that `{id}` in a path names.
    pub(super) async fn named_in(&self, row: &Row) -> String {
        match row.path {
            path if path.starts_with("/v1/me/passkeys/") => {
                PasskeyId::generate(self.store.services()).to_string()
            }
            path if path.starts_with("/v1/sessions/") => {
                begin_session(&self.store, self.owner(), TimeDelta::zero(), TimeDelta::days(30)).await.0
            }
            path if path.starts_with("/v1/admin/accounts/") => self.owner().account.clone(),
            path if path.contains("/organizations/") => self.organization.clone(),
            path if path.starts_with("/v1/projects/") => self.project.clone(),
            _ => self.request.clone(),
        }
    }

    /// A text with all that stands in braces filled in, but `{id}`.
    pub(super) fn filled(&self, text: &str) -> String {
        let n = self.counter.fetch_add(1, Ordering::Relaxed);
        let nothing = api::token::generate(api::token::Kind::Link);
        text.replace("{account_id}", &self.guest().account)
            .replace("{organization}", &self.organization)
            .replace("{token}", nothing.expose_secret())
            .replace("{n}", &n.to_string())
    }

    /// Brings back what who asked before may have ended. Returns the path, but for `{id}`.
    pub(super) async fn prepare(&self, row: &Row, who: Who) -> String {
        let operator = self.service.client().with_token(OPERATOR_TOKEN);
        match (row.method, row.path) {
            (_, path) if path.contains("/members/") => {
                put_member(&operator, &self.organization, self.guest(), "member").await;
            }
            ("PUT" | "DELETE", "/v1/projects/{id}/owners/{account_id}") => {
                put_member(&operator, &self.organization, self.guest(), "member").await;
                let path = format!("/v1/projects/{}/owners/{}", self.project, self.guest().account);
                asked(&self.fresh_owner().await, "PUT", &path).await.expect(204);
            }
            ("DELETE", "/v1/organizations/{id}/invitations/{invitation_id}") => {
                let path = format!("/v1/organizations/{}/invitations", self.organization);
                let body = json!({"email": self.filled("i{n}@example.com"), "role": "member"});
                let invited = self.fresh_owner().await.post(&path, body).await;
                return row.path.replace("{invitation_id}", invited["id"].as_str().unwrap());
            }
            ("DELETE", "/v1/me/gdpr-token") if who.is_signed_in() => {
                let fresh = if who == Who::OwnerOfLongAgo { Who::Owner } else { who };
                self.client(fresh).await.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
            }
            _ => {}
        }
        self.filled(row.path)
    }

    async fn fresh_owner(&self) -> Client {
        self.client(Who::Owner).await
    }

    /// Nothing of the owner's has changed.
    pub(super) async fn assert_untouched(&self) {
        let (owner, client) = (self.owner(), self.fresh_owner().await);
        let request = client.get(&format!("/v1/me/privacy-requests/{}", self.request)).await;
        assert_eq!(request["state"], "received");
        assert_eq!(client.get(&format!("/v1/organizations/{}", self.organization)).await["role"], "owner");
        assert_eq!(client.get(&format!("/v1/projects/{}", self.project)).await["reset_at"], Value::Null);
        assert_eq!(client.get("/v1/me").await["account_id"], owner.account.as_str());
    }
}

async fn put_member(operator: &Client, organization: &str, person: &Person, role: &str) {
    let path = format!("/v1/admin/organizations/{organization}/members/{}", person.account);
    let (status, answer) = operator.ask("PUT", &path, json!({"role": role})).await;
    assert_eq!(status, 204, "{answer}");
}

/// A session that began a while ago, as if its holder had signed in then, and lives for some time: its id and token.
async fn begin_session(
    store: &EventStore,
    person: &Person,
    ago: TimeDelta,
    life: TimeDelta,
) -> (String, String) {
    let (id, at) = (SessionId::generate(store.services()), store.services().now() - ago);
    let account: AccountId = person.account.parse().unwrap();
    let token = api::token::generate(api::token::Kind::Session);
    let token_hash = api::token::hash(&token).to_vec();
    let generation = authentication::generation(store.pool(), account).await.unwrap();
    let (factors, expires_at) = (Factors::PASSWORD, at + life);
    let new =
        NewSession { id, token_hash, account, generation, factors, at, expires_at, sealed_device: None };
    let extras = CommitExtras { records: vec![RecordWrite::OpenSession(new)], ..CommitExtras::default() };
    let (command, context) =
        (AccountCommand::RecordSignIn { session_id: id, passkey_id: None }, account_context(account));
    store.execute::<Account>(&account.to_string(), command, &context, extras).await.unwrap();
    (id.to_string(), token.expose_secret().to_owned())
}

/// The tokens of all who are not signed in, or not any more.
async fn tokens(store: &EventStore, owner: &Person) -> Vec<(Who, String)> {
    let made_up = api::token::generate(api::token::Kind::Session);
    let gdpr = owner.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await;
    let (_, expired) = begin_session(store, owner, TimeDelta::zero(), TimeDelta::zero()).await;
    let (_, ended) = begin_session(store, owner, TimeDelta::zero(), TimeDelta::days(30)).await;
    asked(&owner.client.with_token(&ended), "DELETE", "/v1/sessions/current").await.expect(204);
    let mut tokens = vec![
        (Who::MadeUpToken, made_up.expose_secret().to_owned()),
        (Who::Operator, OPERATOR_TOKEN.to_owned()),
        (Who::GdprToken, gdpr["token"].as_str().unwrap().to_owned()),
        (Who::ExpiredSession, expired),
        (Who::EndedSession, ended),
    ];
    tokens.extend(operator_tokens(store).await);
    tokens
}

async fn operator_tokens(store: &EventStore) -> Vec<(Who, String)> {
    let mut tokens = Vec::new();
    for (who, scope) in [
        (Who::Auditor, OperatorScope::Audit),
        (Who::PrivacyDesk, OperatorScope::Privacy),
        (Who::Gateway, OperatorScope::Introspect),
        (Who::ExpiredOperator, OperatorScope::Admin),
        (Who::RevokedOperator, OperatorScope::Admin),
    ] {
        let token = api::token::generate(api::token::Kind::Operator);
        let scopes = BTreeSet::from([scope]);
        let expires_at = (who == Who::ExpiredOperator).then(|| store.services().now());
        let new = NewOperator { name: "Op", scopes, expires_at, origin: Origin::Created };
        let id = operators::let_in(store, &token, new).await.unwrap().unwrap();
        if who == Who::RevokedOperator {
            operators::let_out(store, id).await.unwrap();
        }
        tokens.push((who, token.expose_secret().to_owned()));
    }
    tokens
}
