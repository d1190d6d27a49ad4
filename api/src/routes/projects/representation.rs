//! Projects as their members see them. The API secret is never shown here.

use chrono::{DateTime, Utc};
use projections::project::{self, PairedProject, ProjectView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;

/// What is shown of an API secret.
const MASKED: &str = "psx_••••••••";

/// A project.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectItem {
    /// Its id.
    #[schema(example = "prj_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Whose it is.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    organization_id: String,
    /// Its name.
    #[schema(example = "Looms")]
    name: String,
    /// The public token that lets usage in.
    #[schema(example = "0192f3a4b5c67d8e9fa0b1c2d3e4f506")]
    token: String,
    /// The API key; null where there are no credentials.
    #[schema(example = "psk_…")]
    api_key: Option<String>,
    /// The API secret, masked; null where there are no credentials.
    #[schema(example = "psx_••••••••")]
    api_secret: Option<&'static str>,
    /// What the secret can be recognised by.
    #[schema(example = "9f86d081884c")]
    fingerprint: Option<String>,
    /// When the pair was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
    /// When the project was created.
    created_at: DateTime<Utc>,
    /// When the credentials were last reset.
    reset_at: Option<DateTime<Utc>>,
    /// The pair from before the last reset, as long as it works; null otherwise.
    previous: Option<PreviousPair>,
}

/// An earlier pair that still works.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviousPair {
    /// Its API key.
    #[schema(example = "psk_…")]
    api_key: Option<String>,
    /// Until when it works.
    ends_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
}

/// Projects with what the records know of their credentials.
pub(super) async fn items(state: &AppState, views: Vec<ProjectView>) -> Result<Vec<ProjectItem>, Problem> {
    let now = state.store.services().now();
    let paired = project::with_pairs(state.store.pool(), views, now).await?;
    Ok(paired.into_iter().map(ProjectItem::from).collect())
}

impl From<PairedProject> for ProjectItem {
    fn from(paired: PairedProject) -> Self {
        let PairedProject { view, pair, previous } = paired;
        Self {
            id: view.project_id,
            organization_id: view.organization_id,
            name: view.name,
            token: view.token,
            api_secret: pair.as_ref().map(|_| MASKED),
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
        }
    }
}
