//! `POST /v1/projects/{id}/credentials/reset`: a new API key and secret.
//!
//! Both change together. The old pair dies at once, or is kept alive for a chosen time: its end is written with it, so it
//! dies then whatever is down. There are never more than two pairs.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use domain::message::MessageBody;
use domain::project::{LONGEST_OVERLAP_HOURS, Project, ProjectAction, ProjectState};
use domain::{AccountId, Actor, ProjectId};
use event_store::records::RecordWrite;
use event_store::records::credential::CredentialEnd;
use event_store::{CommitExtras, UnitOfWork};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, Id, RequestContext, Sudo};
use crate::problem::{InputError, Problem};
use crate::routes::projects::lookup;
use crate::routes::projects::new_credentials::Pair;
use crate::routes::projects::owner_notifications::{named, notify_owners};
use crate::security_log::SecurityEvent;
use crate::state::AppState;

/// That it is meant, and what becomes of the old pair.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// Must be `true`: this can affect projects in production.
    #[schema(example = true)]
    confirm: bool,
    /// How long the old pair goes on working, in hours; 0 if left out: it no longer works.
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 168, example = 24)]
    #[serde(default)]
    keep_previous_hours: u32,
}

impl Reset {
    fn check(&self) -> Result<(), Problem> {
        let mut errors = Vec::new();
        if !self.confirm {
            errors.push(InputError::at("/confirm", "must be true: this can affect projects in production"));
        }
        if self.keep_previous_hours > LONGEST_OVERLAP_HOURS {
            let message = format!("expected a number of hours from 0 to {LONGEST_OVERLAP_HOURS}");
            errors.push(InputError::at("/keep_previous_hours", message));
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }
}

/// The new pair.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct NewPair {
    /// The API key.
    #[schema(example = "psk_…")]
    pub(crate) api_key: String,
    /// The API secret. From now on it is shown only by revealing it, which is recorded.
    #[schema(example = "psx_…")]
    pub(crate) api_secret: String,
    /// What the secret can be recognised by.
    #[schema(example = "9f86d081884c")]
    pub(crate) fingerprint: String,
    /// Until when the old pair works; null: it no longer does.
    pub(crate) previous_ends_at: Option<DateTime<Utc>>,
}

/// Resets the API key and secret of a project. Its owners may.
///
/// Both change together. A pair that was kept alive from an earlier reset dies. All owners are told by mail.
#[utoipa::path(
    post, path = "/v1/projects/{id}/credentials/reset", tag = "Projects", operation_id = "resetCredentials",
    request_body = Reset,
    responses(
        (status = 200, description = "The new pair", body = NewPair),
        (status = 403, description = "One is no owner of it: `insufficient-role`"),
    )
)]
pub(crate) async fn reset(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(id): Id<ProjectId>,
    context: RequestContext,
    Body(action): Body<Reset>,
) -> Result<impl IntoResponse, Problem> {
    action.check()?;
    let account = current.account();
    let pair = Pair::make(&state).await?;
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |unit| {
            reset_in(&state, unit, (account, id), &pair, action.keep_previous_hours).await
        })
        .await?;
    let position = state.position(account, &done.events).await;
    let answer = NewPair {
        api_key: pair.api_key(),
        api_secret: pair.api_secret(),
        fingerprint: pair.fingerprint,
        previous_ends_at: done.answer,
    };
    Ok((Extension(SecurityEvent::CredentialRevoked), position, [(CACHE_CONTROL, "no-store")], Json(answer)))
}

/// Puts `pair` in the place of the present one. Until when that works.
async fn reset_in(
    state: &AppState,
    mut unit: UnitOfWork,
    (account, id): (AccountId, ProjectId),
    pair: &Pair,
    keep_previous_hours: u32,
) -> Result<(UnitOfWork, CommitExtras, Option<DateTime<Utc>>), Problem> {
    let at = state.store.services().now();
    let found = lookup::find_in(&mut unit, account, id).await?;
    let reset = found.action(ProjectAction::ResetCredentials {
        credential_id: pair.id,
        fingerprint: pair.fingerprint.clone(),
        keep_previous_hours,
    });
    let after: Project = unit.execute(&id.to_string(), reset).await?;
    let kept = after.body()?.previous;
    let mut records = ends(&found.project, kept.map(|kept| kept.ends_at), at);
    records.push(pair.issue(id, found.project.organization_id, at));
    let mut extras = CommitExtras { records, ..CommitExtras::default() };
    let previous_ends_at = kept.map(|kept| kept.ends_at);
    let says = |by_reader| MessageBody::CredentialsReset {
        at,
        project: named(&found.project),
        previous_ends_at,
        by_reader,
    };
    notify_owners(state, &mut extras, (&found.organization, &found.project), Some(account), says).await?;
    Ok((unit, extras, previous_ends_at))
}

/// How the pairs end that a project had: the present one at once, or when its time is over, the earlier one at once.
fn ends(before: &ProjectState, kept_until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Vec<RecordWrite> {
    let present = before.credentials.as_ref().map(|held| match kept_until {
        Some(expires_at) => RecordWrite::LimitCredential { id: held.credential_id, expires_at },
        None => RecordWrite::EndCredential { id: held.credential_id, at, end: CredentialEnd::Revoked },
    });
    let earlier = before.previous.map(|earlier| {
        // Where its time is over already, that is what it died of.
        let over = at >= earlier.ends_at;
        let end = if over { CredentialEnd::Retired } else { CredentialEnd::Revoked };
        RecordWrite::EndCredential { id: earlier.credential_id, at: at.min(earlier.ends_at), end }
    });
    present.into_iter().chain(earlier).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Kind;
    use crate::tests::text_of;
    use axum::response::IntoResponse;
    use chrono::Duration;
    use domain::project::{Credentials, Previous};
    use domain::{CredentialId, OrganizationId};
    use uuid::Uuid;

    fn id(number: u128) -> CredentialId {
        CredentialId::from_uuid(Uuid::from_u128(number))
    }

    fn project(previous: Option<Previous>) -> ProjectState {
        ProjectState {
            project_id: ProjectId::from_uuid(Uuid::nil()),
            organization_id: OrganizationId::from_uuid(Uuid::nil()),
            name: "Looms".to_owned(),
            token: "t".to_owned(),
            owners: [].into(),
            credentials: Some(Credentials { credential_id: id(1), fingerprint: "f".to_owned() }),
            previous,
        }
    }

    #[tokio::test]
    async fn it_is_confirmed_and_the_overlap_is_a_week_at_most() {
        let read = |body: &str| serde_json::from_str::<Reset>(body).unwrap();
        assert!(read(r#"{"confirm": true}"#).check().is_ok());
        assert!(read(r#"{"confirm": true, "keep_previous_hours": 168}"#).check().is_ok());
        let refused = read(r#"{"confirm": false, "keep_previous_hours": 169}"#).check().unwrap_err();
        assert_eq!(refused.kind(), Kind::InvalidInput);
        let text = text_of(refused.into_response()).await;
        assert!(text.contains("\"/confirm\"") && text.contains("\"/keep_previous_hours\""), "{text}");
        assert!(serde_json::from_str::<Reset>(r#"{"confirm": true, "keep_previous_hours": -1}"#).is_err());
    }

    #[test]
    fn the_present_pair_dies_at_once_or_when_its_time_is_over() {
        let now = DateTime::UNIX_EPOCH;
        let later = now + Duration::hours(1);
        let told = |project: &ProjectState, kept| -> Vec<String> {
            let tell = |write: &RecordWrite| match write {
                RecordWrite::EndCredential { id, end, .. } => format!("{id} {}", end.as_str()),
                RecordWrite::LimitCredential { id, expires_at } => format!("{id} until {expires_at}"),
                _ => "something else".to_owned(),
            };
            ends(project, kept, now).iter().map(tell).collect()
        };
        assert_eq!(told(&project(None), None), [format!("{} revoked", id(1))]);
        assert_eq!(told(&project(None), Some(later)), [format!("{} until {later}", id(1))]);
        let earlier = |ends_at| project(Some(Previous { credential_id: id(2), ends_at }));
        assert_eq!(told(&earlier(later), None)[1], format!("{} revoked", id(2)));
        assert_eq!(told(&earlier(now), None)[1], format!("{} retired", id(2)));
    }
}
