//! Projects as they are now, and who is named as an owner of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::project::{Project, ProjectEvent};
use domain::{AccountId, CredentialId, Event, OrganizationId, ProjectId};
use event_store::StoreError;
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use event_store::records::credential::{self, Credential};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _};

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use crate::views::Views;
use crate::views::account::sealed::{NAMED, NamedAccount, named};

/// The name of its cursor.
pub const NAME: &str = "project";
/// A project, by name: a later release may add columns while this one runs.
const COLUMNS: &str =
    "p.project_id, p.organization_id, p.name, p.token, p.created_at, p.credential_id, p.fingerprint,
       p.reset_at, p.previous_id, p.previous_ends_at, p.version";

/// A project as it is now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProjectView {
    /// Its id.
    pub project_id: String,
    /// Whose it is.
    pub organization_id: String,
    /// Its name.
    pub name: String,
    /// The public token that lets usage in.
    pub token: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// The credentials that hold.
    pub credential_id: Option<String>,
    /// What they can be recognised by.
    pub fingerprint: Option<String>,
    /// When they were last reset.
    pub reset_at: Option<DateTime<Utc>>,
    /// Earlier ones that are still alive.
    pub previous_id: Option<String>,
    /// Until when.
    pub previous_ends_at: Option<DateTime<Utc>>,
    /// Sequence of the newest event folded in.
    pub version: i64,
}

impl ProjectView {
    fn created(fact: &LogRecord) -> Option<Self> {
        let Some(Event::Project(ProjectEvent::Created {
            project_id,
            organization_id,
            name,
            token,
            credential_id,
            fingerprint,
        })) = fact.event()
        else {
            return None;
        };
        Some(Self {
            project_id: project_id.to_string(),
            organization_id: organization_id.to_string(),
            name: name.clone(),
            token: token.clone(),
            created_at: fact.recorded_at,
            credential_id: Some(credential_id.to_string()),
            fingerprint: Some(fingerprint.clone()),
            reset_at: None,
            previous_id: None,
            previous_ends_at: None,
            version: fact.sequence,
        })
    }

    fn apply(&mut self, fact: &LogRecord) {
        use ProjectEvent as E;
        self.version = fact.sequence;
        let Some(Event::Project(event)) = fact.event() else { return };
        match event {
            E::Renamed { name } => self.name.clone_from(name),
            E::CredentialsReset { credential_id, fingerprint, previous, previous_ends_at } => {
                self.credential_id = Some(credential_id.to_string());
                self.fingerprint = Some(fingerprint.clone());
                self.reset_at = Some(fact.recorded_at);
                self.previous_ends_at = *previous_ends_at;
                self.previous_id = previous_ends_at.and(*previous).map(|id| id.to_string());
            }
            E::PreviousCredentialsEnded { .. } => (self.previous_id, self.previous_ends_at) = (None, None),
            E::CredentialsRevoked { credential_id } => {
                let revoked = Some(credential_id.to_string());
                if self.credential_id == revoked {
                    (self.credential_id, self.fingerprint) = (None, None);
                }
                if self.previous_id == revoked {
                    (self.previous_id, self.previous_ends_at) = (None, None);
                }
            }
            E::Created { .. }
            | E::OwnerAdded { .. }
            | E::OwnerRemoved { .. }
            | E::CredentialsRevealed { .. } => {}
        }
    }
}

/// A project with what the records know of its credentials.
#[derive(Clone, Debug)]
pub struct PairedProject {
    /// The project.
    pub view: ProjectView,
    /// The pair that holds.
    pub pair: Option<Credential>,
    /// The pair from before the last reset, as long as it works, and until when.
    pub previous: Option<(Credential, DateTime<Utc>)>,
}

/// Projects with what the records know of their credentials at `now`, in the same order.
pub async fn with_pairs(
    pool: &PgPool,
    views: Vec<ProjectView>,
    now: DateTime<Utc>,
) -> Result<Vec<PairedProject>, StoreError> {
    let named = views.iter().flat_map(|view| [&view.credential_id, &view.previous_id]).flatten();
    let ids: Vec<CredentialId> = named.filter_map(|id| id.parse().ok()).collect();
    let kept = credential::list(pool, &ids).await?;
    let kept: HashMap<String, Credential> =
        kept.into_iter().map(|kept| (kept.id.to_string(), kept)).collect();
    let find = |id: &Option<String>| id.as_ref().and_then(|id| kept.get(id)).cloned();
    let paired = |view: ProjectView| {
        let earlier = find(&view.previous_id).zip(view.previous_ends_at);
        // It ends when its time is over, also where no event says so yet.
        let previous = earlier.filter(|(earlier, _)| earlier.ended(now).is_none());
        PairedProject { pair: find(&view.credential_id), previous, view }
    };
    Ok(views.into_iter().map(paired).collect())
}

/// The reducer.
pub struct ProjectProjection;

#[async_trait]
impl Projection for ProjectProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "project_view", writing: Writing::ByKey },
            Table { name: "project_owner_view", writing: Writing::ByKey },
        ]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Project::TYPE],
            payloads: Payloads::AllBut(&["project.credentials_revealed"]),
            decrypt: false,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        let ids: BTreeSet<&str> = facts.iter().map(|fact| fact.aggregate_id.as_str()).collect();
        let known: Vec<ProjectView> =
            sqlx::query_as(&format!("SELECT {COLUMNS} FROM project_view p WHERE p.project_id = ANY($1)"))
                .bind(ids.into_iter().collect::<Vec<_>>())
                .fetch_all(&mut *db)
                .await?;
        let mut views: BTreeMap<String, ProjectView> =
            known.into_iter().map(|view| (view.project_id.clone(), view)).collect();
        let mut owners = BTreeMap::new();
        for fact in facts {
            match views.get_mut(&fact.aggregate_id) {
                Some(view) => view.apply(fact),
                None => {
                    if let Some(view) = ProjectView::created(fact) {
                        views.insert(view.project_id.clone(), view);
                    }
                }
            }
            owners.extend(owner(fact));
        }
        write(db, &views.into_values().collect::<Vec<_>>()).await?;
        Ok(write_owners(db, &owners).await?)
    }
}

/// The membership in which an account is named as an owner of a project, and since when; or that it is no longer.
type Naming = Option<(String, DateTime<Utc>)>;

fn owner(fact: &LogRecord) -> Option<((&str, AccountId), Naming)> {
    let Some(Event::Project(event)) = fact.event() else { return None };
    let id = fact.aggregate_id.as_str();
    match event {
        ProjectEvent::OwnerAdded { account_id, membership_id } => {
            Some(((id, *account_id), Some((membership_id.to_string(), fact.recorded_at))))
        }
        ProjectEvent::OwnerRemoved { account_id } => Some(((id, *account_id), None)),
        ProjectEvent::Created { .. }
        | ProjectEvent::Renamed { .. }
        | ProjectEvent::CredentialsRevealed { .. }
        | ProjectEvent::CredentialsReset { .. }
        | ProjectEvent::PreviousCredentialsEnded { .. }
        | ProjectEvent::CredentialsRevoked { .. } => None,
    }
}

async fn write(db: &mut PgConnection, views: &[ProjectView]) -> Result<(), StoreError> {
    fn column<'a, T>(views: &'a [ProjectView], of: impl Fn(&'a ProjectView) -> T) -> Vec<T> {
        views.iter().map(of).collect()
    }
    sqlx::query(
        "INSERT INTO project_view
             (project_id, organization_id, name, token, created_at, credential_id, fingerprint, reset_at,
              previous_id, previous_ends_at, version)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
                              $7::text[], $8::timestamptz[], $9::text[], $10::timestamptz[], $11::bigint[])
         ON CONFLICT (project_id) DO UPDATE SET
             name = excluded.name, credential_id = excluded.credential_id, fingerprint = excluded.fingerprint,
             reset_at = excluded.reset_at, previous_id = excluded.previous_id,
             previous_ends_at = excluded.previous_ends_at, version = excluded.version",
    )
    .bind(column(views, |view| view.project_id.as_str()))
    .bind(column(views, |view| view.organization_id.as_str()))
    .bind(column(views, |view| view.name.as_str()))
    .bind(column(views, |view| view.token.as_str()))
    .bind(column(views, |view| view.created_at))
    .bind(column(views, |view| view.credential_id.as_deref()))
    .bind(column(views, |view| view.fingerprint.as_deref()))
    .bind(column(views, |view| view.reset_at))
    .bind(column(views, |view| view.previous_id.as_deref()))
    .bind(column(views, |view| view.previous_ends_at))
    .bind(column(views, |view| view.version))
    .execute(db)
    .await?;
    Ok(())
}

async fn write_owners(
    db: &mut PgConnection,
    owners: &BTreeMap<(&str, AccountId), Naming>,
) -> Result<(), StoreError> {
    if owners.is_empty() {
        return Ok(());
    }
    let gone: Vec<_> = owners.iter().filter(|(_, named)| named.is_none()).map(|(key, _)| key).collect();
    sqlx::query(
        "DELETE FROM project_owner_view v USING unnest($1::text[], $2::text[]) AS c (project_id, account_id)
         WHERE v.project_id = c.project_id AND v.account_id = c.account_id",
    )
    .bind(gone.iter().map(|key| key.0).collect::<Vec<_>>())
    .bind(gone.iter().map(|key| key.1.to_string()).collect::<Vec<_>>())
    .execute(&mut *db)
    .await?;
    let named: Vec<_> = owners.iter().filter_map(|(key, named)| Some((key, named.as_ref()?))).collect();
    sqlx::query(
        "INSERT INTO project_owner_view (project_id, account_id, membership_id, named_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
         ON CONFLICT (project_id, account_id) DO UPDATE
         SET membership_id = excluded.membership_id, named_at = excluded.named_at",
    )
    .bind(named.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
    .bind(named.iter().map(|(key, _)| key.1.to_string()).collect::<Vec<_>>())
    .bind(named.iter().map(|(_, (membership, _))| membership.as_str()).collect::<Vec<_>>())
    .bind(named.iter().map(|(_, (_, at))| *at).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// An account that is named as an owner of a project, in its present membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectOwnerView {
    /// Which account.
    pub account_id: String,
    /// The name, unless it was erased.
    pub name: Option<String>,
    /// The address, unless it was erased.
    pub email: Option<String>,
    /// Since when.
    pub named_at: DateTime<Utc>,
}

impl Views {
    /// The projects of all organizations that an account is a member of, but for those in `closed`, oldest first, after
    /// `after` if given.
    pub async fn project_list(
        &self,
        account: AccountId,
        closed: &[OrganizationId],
        after: Option<ProjectId>,
        limit: i64,
    ) -> Result<Vec<ProjectView>, StoreError> {
        Ok(sqlx::query_as(&format!(
            "SELECT {COLUMNS} FROM member_view m JOIN organization_view o USING (organization_id)
             CROSS JOIN LATERAL (SELECT * FROM project_view p WHERE p.organization_id = m.organization_id
                 AND p.project_id > $2 ORDER BY p.project_id LIMIT $3) p
             WHERE m.account_id = $1 AND NOT o.closed AND m.organization_id <> ALL ($4)
             ORDER BY p.project_id LIMIT $3"
        ))
        .bind(account.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(limit)
        .bind(closed.iter().map(ToString::to_string).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await?)
    }

    /// A project, for a member of its organization. For others there is none.
    pub async fn project_fetch(
        &self,
        account: AccountId,
        project: ProjectId,
    ) -> Result<Option<ProjectView>, StoreError> {
        Ok(sqlx::query_as(&format!(
            "SELECT {COLUMNS} FROM project_view p
             JOIN member_view m ON m.organization_id = p.organization_id AND m.account_id = $1
             JOIN organization_view o ON o.organization_id = p.organization_id AND NOT o.closed
             WHERE p.project_id = $2"
        ))
        .bind(account.to_string())
        .bind(project.to_string())
        .fetch_optional(self.pool())
        .await?)
    }

    /// The accounts named as owners of a project that have not left its organization since.
    pub async fn project_list_owners(
        &self,
        project: ProjectId,
        limit: i64,
    ) -> Result<Vec<ProjectOwnerView>, StoreError> {
        let rows = sqlx::query(&format!(
            "SELECT v.account_id, {NAMED}, v.named_at
             FROM project_owner_view v JOIN project_view p USING (project_id)
             JOIN member_view m ON m.organization_id = p.organization_id AND m.account_id = v.account_id
                 AND m.membership_id = v.membership_id
             LEFT JOIN account_view a ON a.account_id = v.account_id
             WHERE v.project_id = $1 ORDER BY v.account_id LIMIT $2"
        ))
        .bind(project.to_string())
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        let named = named(self, &rows).await?;
        let read = |(row, NamedAccount { account_id, email, name }): (&PgRow, NamedAccount)| {
            Ok(ProjectOwnerView { account_id, name, email, named_at: row.try_get("named_at")? })
        };
        rows.iter().zip(named).map(read).collect()
    }
}
