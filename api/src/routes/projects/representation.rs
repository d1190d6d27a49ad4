//! Projects as their members see them. The API secret is never shown here.

use chrono::{DateTime, Utc};
use projections::project::{self, PairedProject, ProjectView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;

/// What is shown of an API secret.
const MASKED: &str = "psx_••••••••";

/// A project.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ProjectItem {
    /// Its id.
    #[schema(example = "prj_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: String,
    /// Whose it is.
    #[schema(example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) organization_id: String,
    /// Its name.
    #[schema(example = "Looms")]
    pub(crate) name: String,
    /// The public token that lets usage in.
    #[schema(example = "0192f3a4b5c67d8e9fa0b1c2d3e4f506")]
    pub(crate) token: String,
    /// The API key; null where there are no credentials.
    #[schema(example = "psk_…")]
    pub(crate) api_key: Option<String>,
    /// The API secret, masked; null where there are no credentials.
    #[schema(example = "psx_••••••••")]
    pub(crate) api_secret: Option<String>,
    /// What the secret can be recognised by.
    #[schema(example = "9f86d081884c")]
    pub(crate) fingerprint: Option<String>,
    /// When the pair was last used, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    /// When the project was created.
    pub(crate) created_at: DateTime<Utc>,
    /// When the credentials were last reset.
    pub(crate) reset_at: Option<DateTime<Utc>>,
    /// The pair from before the last reset, as long as it works; null otherwise.
    pub(crate) previous: Option<PreviousPair>,
}

/// An earlier pair that still works.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct PreviousPair {
    /// Its API key.
    #[schema(example = "psk_…")]
    pub(crate) api_key: Option<String>,
    /// Until when it works.
    pub(crate) ends_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
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
            api_secret: pair.as_ref().map(|_| MASKED.to_owned()),
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
