//! What clients wish.

use std::sync::atomic::Ordering;

use domain::organization::{Organization, OrganizationAction, OrganizationCommand, Role};
use domain::{Actor, InvitationId, OperatorId};
use event_store::records::RecordWrite;
use event_store::records::invitation::{self, NewInvitation};
use event_store::{CommandContext, CommitExtras, UnitOfWork};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::bee::{Bee, Place};
use super::world::Seen;

const TEAM: &str = "/v1/organizations/{id}";
const MEMBER: &str = "/v1/organizations/{id}/members/{account_id}";
const OWNER: &str = "/v1/projects/{id}/owners/{account_id}";

impl Bee<'_> {
    pub(super) async fn wish(&mut self) {
        match self.below(40) {
            0..4 => self.change_role().await,
            4..7 => self.remove().await,
            7..9 => self.leave().await,
            9..13 => self.join().await,
            13..15 => self.invite().await,
            15..17 => self.found().await,
            17..19 => self.create_project().await,
            19..22 => self.change_owners().await,
            22..26 => self.reset().await,
            26 => self.retire().await,
            27 => self.reveal().await,
            28..30 => self.make_token().await,
            30 => drop(self.of_oneself("DELETE", "/v1/me/gdpr-token", Value::Null).await),
            31 => self.change_profile().await,
            32 => self.change_preferences().await,
            33..36 => self.delete().await,
            36 => self.rename().await,
            37 => self.look().await,
            _ => self.err().await,
        }
    }

    async fn of_oneself(&mut self, method: &str, route: &str, body: Value) -> (usize, (u16, Value)) {
        let who = if self.seldom(2) { self.place().who } else { self.somebody() };
        let answer = self.ask(who, method, route, &[], body).await;
        (who, answer)
    }

    fn role(&mut self) -> &'static str {
        self.pick(&["owner", "admin", "member"])
    }

    /// A route with an organization and an account in it.
    async fn ask_of(&mut self, place: &Place, method: &str, whom: usize, body: Value) -> (u16, Value) {
        let (team, account) = (place.team.to_string(), self.world.people[whom].id.to_string());
        self.ask(place.who, method, MEMBER, &[&team, &account], body).await
    }

    async fn change_role(&mut self) {
        let (place, role) = (self.place(), self.role());
        self.ask_of(&place, "PUT", place.whom, json!({"role": role})).await;
    }

    async fn remove(&mut self) {
        let place = self.place();
        self.ask_of(&place, "DELETE", place.whom, Value::Null).await;
    }

    async fn leave(&mut self) {
        let place = self.place();
        self.ask_of(&place, "DELETE", place.who, Value::Null).await;
    }

    /// Somebody accepts an invitation that was made below HTTP: its token is known here.
    async fn join(&mut self) {
        let (place, who, role) = (self.place(), self.somebody(), self.role());
        let Some(token) = self.invitation(&place, who, role.parse().unwrap()).await else { return };
        let answer = self.ask(who, "POST", "/v1/invitations/accept", &[], json!({"token": token})).await;
        if answer.0 == 200 {
            self.world.teams.lock().unwrap()[place.number].members.push(who);
        }
    }

    async fn invitation(&mut self, place: &Place, who: usize, role: Role) -> Option<String> {
        let (store, email) = (&self.world.foundation.store, self.world.people[who].address());
        let invitation_id = InvitationId::generate(store.services());
        let token = api::token::generate(api::token::Kind::Link);
        let email = invitation::seal(store.records(), invitation_id, &email).await.unwrap();
        let work = async |mut unit: UnitOfWork| {
            let wish = OrganizationAction::Invite { invitation_id, role };
            let command = OrganizationCommand {
                by: Actor::Operator(OperatorId::generate(store.services())).into(),
                action: wish,
            };
            // It may be closed by now.
            let after = unit.execute::<Organization>(&place.team.to_string(), command).await.map_err(drop)?;
            let expires_at = after.body().unwrap().invitations[&invitation_id].expires_at;
            let put = RecordWrite::PutInvitation(NewInvitation {
                id: invitation_id,
                organization: place.team,
                token_hash: api::token::hash(&token).to_vec(),
                email: email.clone(),
                expires_at,
            });
            Ok::<_, ()>((unit, CommitExtras { records: vec![put], ..CommitExtras::default() }, ()))
        };
        let invited = store.transact(&CommandContext::service(invitation_id.uuid()), work).await;
        invited.ok().map(|_| token.expose_secret().to_owned())
    }

    async fn invite(&mut self) {
        let (place, role) = (self.place(), self.role());
        let email = match self.below(4) {
            0 => "nobody@example.org".to_owned(),
            _ => self.world.people[place.whom].email.clone(),
        };
        let route = "/v1/organizations/{id}/invitations";
        self.ask(place.who, "POST", route, &[&place.team.to_string()], json!({"email": email, "role": role}))
            .await;
    }

    async fn found(&mut self) {
        let (who, (status, answer)) =
            self.of_oneself("POST", "/v1/organizations", json!({"name": "Mills"})).await;
        if status == 201 {
            let id = answer["id"].as_str().unwrap().parse().unwrap();
            let team = Seen { id, members: vec![who], projects: Vec::new() };
            self.world.teams.lock().unwrap().push(team);
        }
    }

    async fn create_project(&mut self) {
        let place = self.place();
        let route = "/v1/organizations/{id}/projects";
        let (status, answer) =
            self.ask(place.who, "POST", route, &[&place.team.to_string()], json!({"name": "Looms"})).await;
        if status == 201 {
            let id = answer["id"].as_str().unwrap().parse().unwrap();
            self.world.teams.lock().unwrap()[place.number].projects.push(id);
        }
    }

    async fn change_owners(&mut self) {
        let place = self.place();
        let Some(project) = place.project else { return };
        let method = self.pick(&["PUT", "PUT", "DELETE"]);
        let account = self.world.people[place.whom].id.to_string();
        self.ask(place.who, method, OWNER, &[&project.to_string(), &account], Value::Null).await;
    }

    async fn of_project(&mut self, method: &str, route: &str, body: Value) {
        let place = self.place();
        let Some(project) = place.project else { return };
        self.ask(place.who, method, route, &[&project.to_string()], body).await;
    }

    async fn reset(&mut self) {
        let body = match self.below(5) {
            0 => json!({"confirm": true}),
            1 => json!({"confirm": true, "keep_previous_hours": 169}),
            hours => json!({"confirm": true, "keep_previous_hours": hours}),
        };
        self.of_project("POST", "/v1/projects/{id}/credentials/reset", body).await;
    }

    async fn retire(&mut self) {
        self.of_project("POST", "/v1/projects/{id}/credentials/retire-previous", Value::Null).await;
    }

    async fn reveal(&mut self) {
        self.of_project("POST", "/v1/projects/{id}/credentials/reveal", Value::Null).await;
    }

    async fn make_token(&mut self) {
        let body = json!({"confirm": !self.seldom(10)});
        let (who, (status, answer)) = self.of_oneself("POST", "/v1/me/gdpr-token", body).await;
        if status == 201 {
            let token = answer["token"].as_str().unwrap().to_owned();
            self.world.gdpr_tokens.lock().unwrap().push((who, token));
        }
    }

    async fn change_profile(&mut self) {
        let name = format!("Somebody {}", self.below(1_000));
        let body = match self.below(5) {
            0 => json!({"billing_email": "bills@example.com"}),
            1 => json!({"billing_email": null}),
            2 => json!({"language": "de", "time_zone": "Europe/Berlin"}),
            3 => json!({"language": null}),
            _ => json!({"name": name}),
        };
        self.of_oneself("PATCH", "/v1/me", body).await;
    }

    async fn change_preferences(&mut self) {
        let body = json!({"usage_logging": self.seldom(2), "personalization": self.seldom(2)});
        self.of_oneself("PUT", "/v1/me/preferences", body).await;
    }

    /// Somebody ends their account. Where organizations need an owner, one of those who were named takes over, or
    /// somebody else is tried; those that have no other member are closed, or not.
    async fn delete(&mut self) {
        let who = self.place().who;
        let mut body = json!({"confirm": true});
        for _ in 0..3 {
            let (status, answer) = self.ask(who, "DELETE", "/v1/me", &[], body).await;
            if status == 204 {
                self.world.people[who].gone.store(true, Ordering::SeqCst);
            }
            if status != 409 {
                return;
            }
            body = self.succession(&answer);
        }
    }

    fn succession(&mut self, refused: &Value) -> Value {
        let (mut successors, mut close) = (serde_json::Map::new(), Vec::new());
        for organization in refused["organizations"].as_array().unwrap() {
            let id = organization["id"].as_str().unwrap();
            let candidates = organization["candidates"].as_array().unwrap();
            if self.seldom(8) {
                let stranger = self.somebody();
                successors.insert(id.to_owned(), json!(self.world.people[stranger].id));
            } else if candidates.is_empty() {
                close.push(id);
            } else {
                successors.insert(id.to_owned(), self.pick(candidates)["account_id"].clone());
            }
        }
        json!({"confirm": true, "successors": successors, "close": close})
    }

    async fn rename(&mut self) {
        let place = self.place();
        self.ask(place.who, "PATCH", TEAM, &[&place.team.to_string()], json!({"name": "Wheels"})).await;
    }

    /// What one has done shows at once, whoever else is at it.
    async fn look(&mut self) {
        let place = self.place();
        let team = place.team.to_string();
        self.ask(place.who, "GET", TEAM, &[&team], Value::Null).await;
        self.ask(place.who, "GET", "/v1/organizations/{id}/members", &[&team], Value::Null).await;
        self.of_oneself("GET", "/v1/me", Value::Null).await;
        self.of_oneself("GET", "/v1/projects", Value::Null).await;
    }

    /// Requests that are wrong whoever sends them.
    async fn err(&mut self) {
        let place = self.place();
        let (team, nobody) = (place.team.to_string(), "acc_00000000000000000000000001");
        let (status, _) = match self.below(5) {
            0 => self.ask(place.who, "PUT", MEMBER, &[&team, nobody], json!({"role": "king"})).await,
            1 => self.ask(place.who, "DELETE", MEMBER, &[&team, nobody], Value::Null).await,
            2 => self.ask(place.who, "PATCH", TEAM, &["org_1"], json!({"name": "x"})).await,
            3 => self.of_oneself("DELETE", "/v1/me", json!({"confirm": false})).await.1,
            _ => self.of_oneself("POST", "/v1/organizations", json!({"name": ""})).await.1,
        };
        assert!((400..500).contains(&status), "{status}");
    }
}
