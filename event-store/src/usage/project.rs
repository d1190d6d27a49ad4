//! Projects that usage is collected for.

use chrono::{DateTime, Utc};
use domain::{OrganizationId, ProjectId};
use sqlx::{PgConnection, PgPool};

use crate::error::StoreError;

/// The id of the house project: the product's own use by account holders.
pub const HOUSE: &str = "house";

/// A project that usage is collected for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// The public token that lets data in.
    pub token: String,
    /// Whether it is the house project: the product's own use, with account ids as distinct ids.
    pub house: bool,
}

/// The house project. Made with `token` when there is none; a configured token replaces the old one.
pub async fn house_project(
    pool: &PgPool,
    configured: Option<&str>,
    fresh: &str,
) -> Result<Project, StoreError> {
    let token: String = sqlx::query_scalar(
        "INSERT INTO usage_project (project_id, token, house) VALUES ($1, coalesce($2, $3), true)
         ON CONFLICT (project_id) DO UPDATE SET token = coalesce($2, usage_project.token)
         RETURNING token",
    )
    .bind(HOUSE)
    .bind(configured)
    .bind(fresh)
    .fetch_one(pool)
    .await?;
    Ok(Project { id: HOUSE.to_owned(), token, house: true })
}

/// The project a token belongs to.
pub async fn project_with_token(pool: &PgPool, token: &str) -> Result<Option<Project>, StoreError> {
    let found =
        sqlx::query_as("SELECT project_id, house FROM usage_project WHERE token = $1 AND closed_at IS NULL")
            .bind(token)
            .fetch_optional(pool)
            .await?;
    Ok(found.map(|(id, house)| Project { id, token: token.to_owned(), house }))
}

/// Opens a project: its usage is recognised by its token.
pub(crate) async fn open_project(
    db: &mut PgConnection,
    project: ProjectId,
    organization: OrganizationId,
    token: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO usage_project (project_id, token, house, organization_id) VALUES ($1, $2, false, $3)",
    )
    .bind(project.to_string())
    .bind(token)
    .bind(organization.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// Closes the projects of an organization: no usage of theirs comes in any more.
pub(crate) async fn close_projects(
    db: &mut PgConnection,
    organization: OrganizationId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE usage_project SET closed_at = $2 WHERE organization_id = $1 AND closed_at IS NULL")
        .bind(organization.to_string())
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}
