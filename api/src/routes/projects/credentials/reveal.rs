//! `POST /v1/projects/{id}/credentials/reveal`: seeing the API secret.
//!
//! It is recorded first, and all owners are told: then the secret is read. Whatever happens in between, none is seen
//! without a trace.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use domain::message::MessageBody;
use domain::project::{Project, ProjectAction, ProjectError};
use domain::{Actor, ProjectId};
use event_store::CommitExtras;
use event_store::records::credential;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Id, RequestContext, Sudo};
use crate::problem::{Kind, Problem};
use crate::routes::projects::lookup;
use crate::routes::projects::owner_notifications::{named, notify_owners};
use crate::state::AppState;

/// An API key and secret.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Revealed {
    /// The API key.
    #[schema(example = "psk_…")]
    pub(crate) api_key: Option<String>,
    /// The API secret.
    #[schema(example = "psx_…")]
    pub(crate) api_secret: String,
}

/// Shows the API secret of a project to one of its owners.
///
/// Each time is recorded, and all owners are told by mail.
#[utoipa::path(
    post, path = "/v1/projects/{id}/credentials/reveal", tag = "Projects", operation_id = "revealCredentials",
    responses(
        (status = 200, description = "The pair", body = Revealed),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
        (status = 409, description = "It has no credentials: `no-credentials`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn reveal(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(id): Id<ProjectId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    let (account, at) = (current.account(), state.store.services().now());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |mut unit| {
            let found = lookup::find_in(&mut unit, account, id).await?;
            let reveal = found.action(ProjectAction::RevealSecret);
            let after: Project = unit.execute(&id.to_string(), reveal).await?;
            let mut extras = CommitExtras::default();
            let says = |by_reader| MessageBody::CredentialsRevealed {
                at,
                project: named(&found.project),
                by_reader,
            };
            let about = (&found.organization, &found.project);
            notify_owners(&state, &mut extras, about, Some(account), says).await?;
            let held = after.body()?.credentials.as_ref().ok_or(ProjectError::NoCredentials)?.credential_id;
            Ok::<_, Problem>((unit, extras, held))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let kept = credential::fetch(state.store.pool(), done.answer).await?;
    // They were reset in this moment.
    let gone = || Problem::because(Kind::Busy, "The credentials were changed at this moment; try again.");
    let kept = kept.ok_or_else(gone)?;
    let secret = kept.secret(state.store.records()).await?.ok_or_else(gone)?;
    let answer = Revealed { api_key: kept.api_key, api_secret: secret.expose_secret().to_owned() };
    Ok((position, [(CACHE_CONTROL, "no-store")], Json(answer)))
}
