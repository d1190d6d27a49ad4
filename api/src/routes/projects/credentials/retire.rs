//! `POST /v1/projects/{id}/credentials/retire-previous`: the old pair is needed no longer.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use domain::project::{Project, ProjectAction, ProjectError};
use domain::{Actor, ProjectId};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::credential::CredentialEnd;

use crate::extract::{CurrentSession, Id, RequestContext};
use crate::problem::Problem;
use crate::routes::projects::lookup;
use crate::security_log::SecurityEvent;
use crate::state::AppState;

/// Ends the time for which the old pair was kept alive. The owners of the project may.
#[utoipa::path(
    post, path = "/v1/projects/{id}/credentials/retire-previous", tag = "Projects", operation_id = "retirePreviousCredentials",
    responses(
        (status = 204, description = "The old pair no longer works"),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
        (status = 409, description = "No old pair is alive: `no-previous-credentials`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn retire(
    State(state): State<AppState>,
    current: CurrentSession,
    Id(id): Id<ProjectId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let (account, now) = (current.account(), state.store.services().now());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            unit.execute::<Project>(&id.to_string(), found.action(ProjectAction::RetirePrevious)).await?;
            let previous = found.project.previous.ok_or(ProjectError::NoPrevious)?;
            let end = RecordWrite::EndCredential {
                id: previous.credential_id,
                at: now.min(previous.ends_at),
                end: CredentialEnd::Retired,
            };
            Ok::<_, Problem>((unit, CommitExtras { records: vec![end], ..CommitExtras::default() }, ()))
        })
        .await?;
    let told = Extension(SecurityEvent::CredentialRevoked);
    Ok((told, state.position(account, &done.events).await, StatusCode::NO_CONTENT))
}
