//! People to look at the pages as: each shows something else.

use std::time::Instant;

use anyhow::ensure;
use serde_json::json;

use super::client::Client;
use super::person::{Person, Shown, usage};
use super::walk::{PATIENCE, POLL, Walk, text};
use crate::logging::say;

/// Made-up events of usage of who has an export.
const EVENTS: i64 = 40;

impl Walk {
    /// Has them use the service.
    ///
    /// # Errors
    /// The first step that did not go as it should.
    pub(super) async fn settle(&self) -> anyhow::Result<Vec<Shown>> {
        let [owner, member, asker] = ["Grace Example", "Alan Example", "Mary Example"].map(Person::invent);
        let organization = self.found(&owner).await?;
        self.join(&member, &organization).await?;
        self.export(&asker).await?;
        Ok(vec![
            owner.showing(
                "who owns an organization, with a project, its credentials, and a history of all that",
            ),
            member.showing("who is a member there, and may see and not change"),
            asker.showing("whose data is ready to be downloaded"),
        ])
    }

    /// An organization with a project, of an owner who has done this and that.
    async fn found(&self, owner: &Person) -> anyhow::Result<String> {
        self.open_account(owner).await?;
        let me = self.sign_in(owner).await?;
        me.patch("/v1/me", json!({"language": "en", "time_zone": "Europe/Berlin"})).await?;
        let bills = owner.email.replacen("grace", "bills", 1);
        me.patch("/v1/me", json!({"billing_email": bills})).await?;
        me.put("/v1/me/preferences", json!({"personalization": false})).await?;
        let organization =
            text(&me.post("/v1/organizations", json!({"name": "Example Looms"})).await?, "id")?;
        let projects = format!("/v1/organizations/{organization}/projects");
        for name in ["Website", "Mobile app"] {
            let project = text(&me.post(&projects, json!({"name": name})).await?, "id")?;
            self.use_credentials(&me, &project).await?;
        }
        let invited = json!({"email": owner.email.replacen("grace", "barbara", 1), "role": "admin"});
        me.post(&format!("/v1/organizations/{organization}/invitations"), invited).await?;
        say("   an organization with two projects; one person is invited");
        Ok(organization)
    }

    async fn use_credentials(&self, me: &Client, project: &str) -> anyhow::Result<()> {
        let credentials = format!("/v1/projects/{project}/credentials");
        me.act(&format!("{credentials}/reveal")).await?;
        let reset = json!({"confirm": true, "keep_previous_hours": 24});
        me.post(&format!("{credentials}/reset"), reset).await?;
        Ok(())
    }

    async fn join(&self, member: &Person, organization: &str) -> anyhow::Result<()> {
        let account = self.open_account(member).await?;
        let path = format!("/v1/admin/organizations/{organization}/members/{account}");
        self.operator.put(&path, json!({"role": "member"})).await?;
        let me = self.sign_in(member).await?;
        let begun = Instant::now();
        while me.get("/v1/me").await?["organizations"][0]["id"] != organization {
            ensure!(begun.elapsed() < PATIENCE, "{} does not become a member", member.email);
            tokio::time::sleep(POLL).await;
        }
        say(format!("   {} is a member", member.name));
        Ok(())
    }

    async fn export(&self, asker: &Person) -> anyhow::Result<()> {
        let account = self.open_account(asker).await?;
        let mut me = self.sign_in(asker).await?;
        let answer = self
            .client
            .post("/track?verbose=1", usage(&self.house_token, &account, EVENTS, self.now))
            .await?;
        ensure!(answer["status"] == 1, "usage was not accepted: {answer}");
        let export = self.request(asker, &mut me, "export").await?;
        self.follow(&me, &export).await?;
        Ok(())
    }
}
