//! Organizations as they are now, their members, and who is invited.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate as _;
use domain::organization::{Organization, OrganizationEvent, Role};
use domain::{AccountId, Event, OrganizationId};
use event_store::StoreError;
use event_store::log::subscription::{LogRecord, Payloads, Selection};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::engine::projection::{ApplyError, Projection, Table, Writing};
use crate::views::Views;
use crate::views::account::sealed::{NAMED, NamedAccount, named};

/// The name of its cursor.
pub const NAME: &str = "organization";

/// The reducer.
pub struct OrganizationProjection;

#[async_trait]
impl Projection for OrganizationProjection {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "organization_view", writing: Writing::ByKey },
            Table { name: "member_view", writing: Writing::ByKey },
            Table { name: "invitation_view", writing: Writing::ByKey },
        ]
    }

    fn selection(&self) -> Selection {
        Selection {
            aggregate_types: &[Organization::TYPE],
            payloads: Payloads::AllBut(&[]),
            decrypt: false,
            with_actor_for: &[],
        }
    }

    async fn project(&self, db: &mut PgConnection, facts: &[&LogRecord]) -> Result<(), ApplyError> {
        let mut changes = Changes::default();
        for fact in facts {
            if let Some(Event::Organization(event)) = fact.event() {
                changes.apply(fact, event);
            }
        }
        Ok(changes.write(db).await?)
    }
}

/// What becomes of the rows that some facts are about.
#[derive(Default)]
struct Changes<'a> {
    organizations: BTreeMap<&'a str, Row<'a>>,
    members: BTreeMap<(&'a str, String), MemberChange>,
    invitations: BTreeMap<(&'a str, String), Option<InvitationRow>>,
    closed: BTreeSet<&'a str>,
}

/// What changes of an organization; what is `None` stays.
#[derive(Default)]
struct Row<'a> {
    name: Option<&'a str>,
    second_factor_demanded: Option<bool>,
    created_at: Option<DateTime<Utc>>,
    closed: bool,
    version: i64,
}

enum MemberChange {
    Joined { membership_id: String, role: Role, joined_at: DateTime<Utc> },
    Role { role: Role, next_membership: Option<String> },
    Left,
}

struct InvitationRow {
    role: Role,
    invited_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl<'a> Changes<'a> {
    fn apply(&mut self, fact: &'a LogRecord, event: &'a OrganizationEvent) {
        use OrganizationEvent as E;
        let id = fact.aggregate_id.as_str();
        let row = self.organizations.entry(id).or_default();
        row.version = fact.sequence;
        match event {
            E::Created { name, .. } => {
                (row.name, row.created_at) = (Some(name.as_str()), Some(fact.recorded_at));
            }
            E::Renamed { name } => row.name = Some(name),
            E::SecondFactorDemandChanged { demanded } => row.second_factor_demanded = Some(*demanded),
            E::Closed {} => {
                row.closed = true;
                self.invitations.retain(|(organization, _), _| *organization != id);
                self.closed.insert(id);
            }
            E::MemberInvited { invitation_id, role, expires_at, .. } => {
                let row =
                    InvitationRow { role: *role, invited_at: fact.recorded_at, expires_at: *expires_at };
                self.invitations.insert((id, invitation_id.to_string()), Some(row));
            }
            E::InvitationEnded { invitation_id, .. } => {
                self.invitations.insert((id, invitation_id.to_string()), None);
            }
            E::MemberJoined { account_id, membership_id, role, invitation_id } => {
                if let Some(invitation) = invitation_id {
                    self.invitations.insert((id, invitation.to_string()), None);
                }
                let membership_id = membership_id.to_string();
                let joined = MemberChange::Joined { membership_id, role: *role, joined_at: fact.recorded_at };
                self.members.insert((id, account_id.to_string()), joined);
            }
            E::MemberRoleChanged { account_id, to, membership_id, .. } => {
                let began = membership_id.map(|membership| membership.to_string());
                let change = self.members.entry((id, account_id.to_string()));
                match change.or_insert(MemberChange::Role { role: *to, next_membership: None }) {
                    MemberChange::Joined { role, membership_id, .. } => {
                        *role = *to;
                        *membership_id = began.unwrap_or(std::mem::take(membership_id));
                    }
                    MemberChange::Role { role, next_membership } => {
                        *role = *to;
                        *next_membership = began.or(next_membership.take());
                    }
                    MemberChange::Left => {}
                }
            }
            E::MemberLeft { account_id, .. } => {
                self.members.insert((id, account_id.to_string()), MemberChange::Left);
            }
        }
    }

    async fn write(self, db: &mut PgConnection) -> Result<(), StoreError> {
        write_organizations(db, &self.organizations).await?;
        write_members(db, &self.members).await?;
        write_invitations(db, &self.invitations, &self.closed).await
    }
}

async fn write_organizations(
    db: &mut PgConnection,
    rows: &BTreeMap<&str, Row<'_>>,
) -> Result<(), StoreError> {
    sqlx::query(
        "WITH changed AS (
             SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[], $5::bigint[], $6::boolean[])
                 AS c (organization_id, name, created_at, closed, version, second_factor_demanded)
         ), updated AS (
             UPDATE organization_view v SET name = coalesce(c.name, v.name), closed = v.closed OR c.closed,
                    version = c.version,
                    second_factor_demanded = coalesce(c.second_factor_demanded, v.second_factor_demanded)
             FROM changed c WHERE v.organization_id = c.organization_id AND c.created_at IS NULL
         )
         INSERT INTO organization_view (organization_id, name, created_at, closed, version, second_factor_demanded)
         SELECT organization_id, name, created_at, closed, version, coalesce(second_factor_demanded, false)
         FROM changed WHERE created_at IS NOT NULL",
    )
    .bind(rows.keys().copied().collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.name).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.created_at).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.closed).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.version).collect::<Vec<_>>())
    .bind(rows.values().map(|row| row.second_factor_demanded).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

async fn write_members(
    db: &mut PgConnection,
    changes: &BTreeMap<(&str, String), MemberChange>,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let (mut joined, mut roles, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for ((organization, account), change) in changes {
        let key = (*organization, account.as_str());
        match change {
            MemberChange::Joined { membership_id, role, joined_at } => {
                joined.push((key, membership_id.as_str(), role.as_str(), *joined_at));
            }
            MemberChange::Role { role, next_membership } => {
                roles.push((key, role.as_str(), next_membership.as_deref()));
            }
            MemberChange::Left => left.push(key),
        }
    }
    sqlx::query(
        "INSERT INTO member_view (organization_id, account_id, membership_id, role, joined_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         ON CONFLICT (organization_id, account_id) DO UPDATE
         SET membership_id = excluded.membership_id, role = excluded.role, joined_at = excluded.joined_at",
    )
    .bind(joined.iter().map(|(key, ..)| key.0).collect::<Vec<_>>())
    .bind(joined.iter().map(|(key, ..)| key.1).collect::<Vec<_>>())
    .bind(joined.iter().map(|(_, membership, ..)| *membership).collect::<Vec<_>>())
    .bind(joined.iter().map(|(_, _, role, _)| *role).collect::<Vec<_>>())
    .bind(joined.iter().map(|(.., at)| *at).collect::<Vec<_>>())
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "UPDATE member_view v SET role = c.role, membership_id = coalesce(c.next_membership, v.membership_id)
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
             AS c (organization_id, account_id, role, next_membership)
         WHERE v.organization_id = c.organization_id AND v.account_id = c.account_id",
    )
    .bind(roles.iter().map(|(key, ..)| key.0).collect::<Vec<_>>())
    .bind(roles.iter().map(|(key, ..)| key.1).collect::<Vec<_>>())
    .bind(roles.iter().map(|(_, role, _)| *role).collect::<Vec<_>>())
    .bind(roles.iter().map(|(.., next_membership)| *next_membership).collect::<Vec<_>>())
    .execute(&mut *db)
    .await?;
    let (organizations, accounts): (Vec<_>, Vec<_>) = left.into_iter().unzip();
    sqlx::query(
        "DELETE FROM member_view v USING unnest($1::text[], $2::text[]) AS c (organization_id, account_id)
         WHERE v.organization_id = c.organization_id AND v.account_id = c.account_id",
    )
    .bind(organizations)
    .bind(accounts)
    .execute(db)
    .await?;
    Ok(())
}

async fn write_invitations(
    db: &mut PgConnection,
    changes: &BTreeMap<(&str, String), Option<InvitationRow>>,
    closed: &BTreeSet<&str>,
) -> Result<(), StoreError> {
    if changes.is_empty() && closed.is_empty() {
        return Ok(());
    }
    let ended: Vec<_> = changes.iter().filter(|(_, row)| row.is_none()).map(|(key, _)| key).collect();
    sqlx::query(
        "DELETE FROM invitation_view v USING unnest($1::text[], $2::text[]) AS c (organization_id, invitation_id)
         WHERE v.organization_id = c.organization_id AND v.invitation_id = c.invitation_id",
    )
    .bind(ended.iter().map(|key| key.0).collect::<Vec<_>>())
    .bind(ended.iter().map(|key| key.1.as_str()).collect::<Vec<_>>())
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM invitation_view WHERE organization_id = ANY($1)")
        .bind(closed.iter().copied().collect::<Vec<_>>())
        .execute(&mut *db)
        .await?;
    let open: Vec<_> = changes.iter().filter_map(|(key, row)| Some((key, row.as_ref()?))).collect();
    sqlx::query(
        "INSERT INTO invitation_view (organization_id, invitation_id, role, invited_at, expires_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])",
    )
    .bind(open.iter().map(|(key, _)| key.0).collect::<Vec<_>>())
    .bind(open.iter().map(|(key, _)| key.1.as_str()).collect::<Vec<_>>())
    .bind(open.iter().map(|(_, row)| row.role.as_str()).collect::<Vec<_>>())
    .bind(open.iter().map(|(_, row)| row.invited_at).collect::<Vec<_>>())
    .bind(open.iter().map(|(_, row)| row.expires_at).collect::<Vec<_>>())
    .execute(db)
    .await?;
    Ok(())
}

/// An organization, for one of its members.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OrganizationView {
    /// Its id.
    pub organization_id: String,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Whether it demands a second factor of its members.
    pub second_factor_demanded: bool,
    /// The member's role.
    pub role: String,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// A member of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// Which account.
    pub account_id: String,
    /// The name, unless it was erased.
    pub name: Option<String>,
    /// The address, unless it was erased.
    pub email: Option<String>,
    /// The role.
    pub role: String,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// An open invitation.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InvitationView {
    /// Its id.
    pub invitation_id: String,
    /// The role to come.
    pub role: String,
    /// When.
    pub invited_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

impl Views {
    /// The organizations that an account is a member of, oldest first, after `after` if given.
    pub async fn organization_list(
        &self,
        account: AccountId,
        after: Option<OrganizationId>,
        limit: i64,
    ) -> Result<Vec<OrganizationView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT o.organization_id, o.name, o.created_at, o.second_factor_demanded, m.role, m.joined_at
             FROM member_view m JOIN organization_view o USING (organization_id)
             WHERE m.account_id = $1 AND m.organization_id > $2 AND NOT o.closed
             ORDER BY m.organization_id LIMIT $3",
        )
        .bind(account.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }

    /// An organization, for a member. For others there is none.
    pub async fn organization_fetch(
        &self,
        account: AccountId,
        organization: OrganizationId,
    ) -> Result<Option<OrganizationView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT o.organization_id, o.name, o.created_at, o.second_factor_demanded, m.role, m.joined_at
             FROM member_view m JOIN organization_view o USING (organization_id)
             WHERE m.account_id = $1 AND m.organization_id = $2 AND NOT o.closed",
        )
        .bind(account.to_string())
        .bind(organization.to_string())
        .fetch_optional(self.pool())
        .await?)
    }

    /// The members of an organization, by account id, after `after` if given.
    pub async fn member_list(
        &self,
        organization: OrganizationId,
        after: Option<AccountId>,
        limit: i64,
    ) -> Result<Vec<MemberView>, StoreError> {
        let rows = sqlx::query(&format!(
            "SELECT m.account_id, {NAMED}, m.role, m.joined_at
             FROM member_view m LEFT JOIN account_view a USING (account_id)
             WHERE m.organization_id = $1 AND m.account_id > $2 ORDER BY m.account_id LIMIT $3"
        ))
        .bind(organization.to_string())
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        self.members(&rows).await
    }

    /// A member of an organization.
    pub async fn member_fetch(
        &self,
        organization: OrganizationId,
        account: AccountId,
    ) -> Result<Option<MemberView>, StoreError> {
        Ok(self.members_among(organization, &[account.to_string()]).await?.pop())
    }

    /// Those of `accounts` that are members of an organization.
    pub async fn members_among(
        &self,
        organization: OrganizationId,
        accounts: &[String],
    ) -> Result<Vec<MemberView>, StoreError> {
        let rows = sqlx::query(&format!(
            "SELECT m.account_id, {NAMED}, m.role, m.joined_at
             FROM member_view m LEFT JOIN account_view a USING (account_id)
             WHERE m.organization_id = $1 AND m.account_id = ANY($2)"
        ))
        .bind(organization.to_string())
        .bind(accounts)
        .fetch_all(self.pool())
        .await?;
        self.members(&rows).await
    }

    async fn members(&self, rows: &[PgRow]) -> Result<Vec<MemberView>, StoreError> {
        let named = named(self, rows).await?;
        let read = |(row, NamedAccount { account_id, email, name }): (&PgRow, NamedAccount)| {
            let (role, joined_at) = (row.try_get("role")?, row.try_get("joined_at")?);
            Ok(MemberView { account_id, name, email, role, joined_at })
        };
        rows.iter().zip(named).map(read).collect()
    }

    /// The open invitations into an organization, oldest first.
    pub async fn invitation_list(
        &self,
        organization: OrganizationId,
        limit: i64,
    ) -> Result<Vec<InvitationView>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT invitation_id, role, invited_at, expires_at FROM invitation_view
             WHERE organization_id = $1 ORDER BY invitation_id LIMIT $2",
        )
        .bind(organization.to_string())
        .bind(limit)
        .fetch_all(self.pool())
        .await?)
    }
}
