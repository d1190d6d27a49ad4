//! What the person belongs to: what `GET /v1/organizations` and `/v1/projects` show, under the same names.
//!
//! Projects of an organization that demands a second factor are left out where the person has none, as they are there.
//! Other members and owners are left out: what there is of them is theirs (GDPR Art. 15(4)). So are values that open something.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::account::Account;
use domain::{AccountId, OrganizationId, ProjectId};
use projections::project::PairedProject;
use projections::{organization, project};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountSource, Parts, SourceError, caught_up};

/// Organizations or projects that are read at once.
const PAGE: i64 = 500;

/// An organization you are a member of.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Organization {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// What you are in it: `owner`, `admin` or `member`.
    role: String,
    /// Whether it demands a second factor of its members.
    second_factor_demanded: bool,
    /// Since when you are a member.
    joined_at: DateTime<Utc>,
    /// When it was created.
    created_at: DateTime<Utc>,
}

/// A project of one of your organizations.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Project {
    /// Its id.
    id: String,
    /// The organization it belongs to.
    organization_id: String,
    /// Its name.
    name: String,
    /// The public token that lets usage in.
    token: String,
    /// The API key; null where there are no credentials.
    api_key: Option<String>,
    /// What the API secret can be recognised by. The secret itself is not in this archive.
    fingerprint: Option<String>,
    /// When the pair of key and secret was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
    /// When the project was created.
    created_at: DateTime<Utc>,
    /// When its credentials were last reset.
    reset_at: Option<DateTime<Utc>>,
    /// The pair from before the last reset, as long as it works; null otherwise.
    previous: Option<PreviousPair>,
    /// Whether you own it: by name, or as an owner of the organization.
    you_own: bool,
}

/// An earlier pair of key and secret that still works.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PreviousPair {
    /// Its API key.
    api_key: Option<String>,
    /// Until when it works.
    ends_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
}

/// What the person is where.
#[derive(Default)]
struct Places {
    /// The role in each organization, by its id.
    roles: HashMap<String, String>,
    /// The organizations that demand a second factor.
    demanding: Vec<OrganizationId>,
}

impl Project {
    fn new(paired: PairedProject, you_own: bool) -> Self {
        let PairedProject { view, pair, previous } = paired;
        Self {
            id: view.project_id,
            organization_id: view.organization_id,
            name: view.name,
            token: view.token,
            last_used_at: pair.as_ref().and_then(|pair| pair.last_used_at),
            api_key: pair.and_then(|pair| pair.api_key),
            fingerprint: view.fingerprint,
            created_at: view.created_at,
            reset_at: view.reset_at,
            previous: previous.map(|(earlier, ends_at)| PreviousPair {
                api_key: earlier.api_key,
                ends_at,
                last_used_at: earlier.last_used_at,
            }),
            you_own,
        }
    }
}

impl AccountSource {
    pub(super) async fn export_team(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        caught_up(&self.store, &self.views, organization::NAME).await?;
        caught_up(&self.store, &self.views, project::NAME).await?;
        let (holder, _) = self.store.load::<Account>(&account.to_string()).await?;
        let has_second_factor = holder.holder.is_some_and(|holder| holder.has_second_factor());
        let places = self.export_organizations(account, parts).await?;
        let closed = if has_second_factor { Vec::new() } else { places.demanding };
        self.export_projects(account, (&places.roles, &closed), parts).await
    }

    /// What the person is in which organization.
    async fn export_organizations(
        &self,
        account: AccountId,
        parts: &mut Parts<'_>,
    ) -> Result<Places, SourceError> {
        let mut part =
            parts.begin("account/organizations.ndjson", "The organizations you are a member of").await?;
        let (mut places, mut after): (_, Option<OrganizationId>) = (Places::default(), None);
        loop {
            let page = self.views.organization_list(account, after, PAGE).await?;
            after = page.last().and_then(|view| view.organization_id.parse().ok());
            for view in page {
                places.roles.insert(view.organization_id.clone(), view.role.clone());
                if view.second_factor_demanded {
                    places.demanding.extend(view.organization_id.parse::<OrganizationId>().ok());
                }
                part.line(&Organization {
                    id: view.organization_id,
                    name: view.name,
                    role: view.role,
                    second_factor_demanded: view.second_factor_demanded,
                    joined_at: view.joined_at,
                    created_at: view.created_at,
                })
                .await?;
            }
            if after.is_none() {
                parts.end_list(part).await?;
                return Ok(places);
            }
        }
    }

    async fn export_projects(
        &self,
        account: AccountId,
        (roles, closed): (&HashMap<String, String>, &[OrganizationId]),
        parts: &mut Parts<'_>,
    ) -> Result<(), SourceError> {
        let mut part = parts.begin("account/projects.ndjson", "The projects of your organizations").await?;
        let mut after: Option<ProjectId> = None;
        loop {
            let page = self.views.project_list(account, closed, after, PAGE).await?;
            after = page.last().and_then(|view| view.project_id.parse().ok());
            let paired = project::with_pairs(self.store.pool(), page, self.store.services().now()).await?;
            for paired in paired {
                let by_role = roles.get(&paired.view.organization_id).is_some_and(|role| role == "owner");
                let you_own = by_role || self.is_named(account, &paired.view.project_id).await?;
                part.line(&Project::new(paired, you_own)).await?;
            }
            if after.is_none() {
                return Ok(parts.end_list(part).await?);
            }
        }
    }

    /// Whether the person is named as an owner of a project.
    async fn is_named(&self, account: AccountId, project: &str) -> Result<bool, SourceError> {
        let Ok(project) = project.parse() else { return Ok(false) };
        let owners = self.views.project_list_owners(project, i64::MAX).await?;
        Ok(owners.iter().any(|owner| owner.account_id == account.to_string()))
    }
}
