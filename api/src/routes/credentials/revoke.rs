//! `POST /v1/revoke`: ending a credential that leaked (RFC 7009).
//!
//! An operator, or a scanner for leaked secrets on their behalf, ends it by its value, and its owners are
//! told. The answer is the same whatever was shown.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, AccountError, TokenEnd};
use domain::message::MessageBody;
use domain::organization::Organization;
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand, ProjectError};
use domain::{AccountId, Actor};
use event_store::records::RecordWrite;
use event_store::records::credential::{Credential, CredentialEnd, CredentialKind};
use event_store::{CommandContext, CommitExtras, ExecuteError, StoreError};
use utoipa::ToSchema;

use super::lookup::{Worth, look_up};
use crate::event_position::EventPosition;
use crate::extract::{Form, Gateway, RequestContext};
use crate::problem::Problem;
use crate::routes::projects::owner_notifications::{named, notify_owners};
use crate::security_log::SecurityEvent;
use crate::state::AppState;

/// What shall end.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form; `Form` reads it")]
pub(crate) struct Revocation {
    /// The token for the GDPR APIs, or the API secret.
    #[schema(format = Password, example = "psg_…")]
    token: String,
    /// Not needed: what it is shows.
    token_type_hint: Option<String>,
}

/// Revokes a credential by its value, at once.
///
/// An API secret takes its API key along. The owners are told by mail. The answer is 200 also for what is no credential,
/// or none any more.
#[utoipa::path(
    post, path = "/v1/revoke", tag = "Credentials", operation_id = "revoke",
    request_body(content = Revocation, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It opens nothing"))
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    Gateway(operator): Gateway,
    context: RequestContext,
    mut form: Form,
) -> Result<Response, Problem> {
    let token = form.required("token")?;
    let context = context.command(Actor::Operator(operator));
    let position = match look_up(&state, &token, None).await? {
        Worth::Alive(found) => match found.kind {
            CredentialKind::GdprToken => revoke_token(&state, &found, &context).await?,
            CredentialKind::ApiPair => revoke_pair(&state, &found, &context).await?,
        },
        Worth::Unknown | Worth::Ended(_) => EventPosition::unknown(),
    };
    Ok((Extension(SecurityEvent::CredentialRevoked), position, StatusCode::OK).into_response())
}

async fn revoke_token(
    state: &AppState,
    found: &Credential,
    context: &CommandContext,
) -> Result<EventPosition, Problem> {
    let account: AccountId = read(&found.owner)?;
    let at = state.store.services().now();
    let done = state
        .store
        .transact(context, async |mut unit| {
            let end = AccountCommand::EndGdprToken { credential_id: found.id, reason: TokenEnd::Revoked };
            match unit.execute::<Account>(&found.owner, end).await {
                // It ended in this moment.
                Err(ExecuteError::Refused(AccountError::NoGdprToken | AccountError::Unknown)) => {
                    return Ok((unit, CommitExtras::default(), ()));
                }
                accepted => accepted?,
            };
            let mut extras = ending(found, at);
            state.notify(&mut extras, account, MessageBody::GdprTokenRevoked { at }).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    Ok(state.position_for_operator(account, &done.events).await)
}

async fn revoke_pair(
    state: &AppState,
    found: &Credential,
    context: &CommandContext,
) -> Result<EventPosition, Problem> {
    let at = state.store.services().now();
    let done = state
        .store
        .transact(context, async |mut unit| {
            let action = ProjectAction::RevokeCredentials { credential_id: found.id };
            let command = ProjectCommand { by: MemberActor::outside(context.actor), action };
            let project = match unit.execute::<Project>(&found.owner, command).await {
                // It ended in this moment.
                Err(ExecuteError::Refused(ProjectError::NoCredentials | ProjectError::Unknown)) => {
                    return Ok((unit, CommitExtras::default(), ()));
                }
                accepted => accepted?,
            };
            let project = project.body()?;
            let organization: Organization = unit.load(&project.organization_id.to_string()).await?;
            let mut extras = ending(found, at);
            if let Ok(organization) = organization.body() {
                let says = |_| MessageBody::CredentialsRevoked { at, project: named(project) };
                notify_owners(state, &mut extras, (organization, project), None, says).await?;
            }
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    Ok(state.position_beside_accounts(&done.events).await)
}

fn ending(found: &Credential, at: DateTime<Utc>) -> CommitExtras {
    let end = RecordWrite::EndCredential { id: found.id, at, end: CredentialEnd::Revoked };
    CommitExtras { records: vec![end], ..CommitExtras::default() }
}

fn read(owner: &str) -> Result<AccountId, StoreError> {
    owner.parse().map_err(|_| StoreError::Unreadable("the owner of a token".to_owned()))
}
