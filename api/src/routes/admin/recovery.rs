//! `POST /v1/admin/accounts/{id}/sessions/end` and `POST /v1/admin/accounts/{id}/factor-removal`: help for a holder who is
//! locked out, or whose account another uses.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand, Holder, IdentityProof, SignOutReason};
use domain::message::MessageBody;
use domain::{AccountId, Actor};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::email_link::{NewLink, Purpose};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authentication::ways_back;
use crate::extract::{Body, Id, Operator, RequestContext, word};
use crate::problem::{InputError, Kind, Problem};
use crate::routes::me::sessions;
use crate::schemas;
use crate::state::AppState;
use crate::token;

/// The longest id of a note.
const MOST_OF_NOTE_ID: usize = 64;

/// Ends all sessions of an account.
///
/// For a holder who says that another is signed in. With them end what was asked for in them and the token for the GDPR
/// APIs; the password, the second factor and the links by which the holder takes something back stay. The holder is told
/// by mail.
#[utoipa::path(
    post, path = "/v1/admin/accounts/{id}/sessions/end", tag = "Operators", operation_id = "endSessionsOfAccount",
    responses((status = 204, description = "No session of the account lives"))
)]
pub(crate) async fn end_sessions(
    State(state): State<AppState>,
    Operator(operator): Operator,
    Id(account): Id<AccountId>,
    context: RequestContext,
) -> Result<impl IntoResponse, Problem> {
    holder_of(&state, account).await?;
    let mut extras = CommitExtras::default();
    let at = state.store.services().now();
    state.notify(&mut extras, account, MessageBody::SessionsEnded { at }).await?;
    let context = context.command(Actor::Operator(operator));
    let ends = (None, SignOutReason::EndedByOperator);
    let command = AccountCommand::EndSessions;
    let events = sessions::end_with(&state, account, command, ends, &context, extras).await;
    let events = events.map_err(unknown)?;
    Ok((state.position(account, &events).await, StatusCode::NO_CONTENT))
}

/// How it was proved who has lost the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofSeen {
    /// `document_seen`, `called_back` (at a number that was known before), or `other`.
    #[schema(value_type = schemas::IdentityProof)]
    #[serde(deserialize_with = "word")]
    proof: IdentityProof,
    /// The id of a note about it that is kept elsewhere; wanted where the proof is another. Letters, digits, `-`, `_` and `.`:
    /// nothing that names a person.
    #[schema(max_length = 64, example = "CASE-4711")]
    #[serde(default)]
    note_id: Option<String>,
}

/// A removal that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunRemoval {
    /// When it is carried out, unless the holder objects.
    due_at: DateTime<Utc>,
}

/// Removes the second factor of an account, after proof of who its holder is, and a time to object.
///
/// The kind of proof is in the history. The holder is told by mail, also at addresses to which the account may go back, with
/// a link to object; any session can object as well. When the time is over, the phone number and the recovery codes are
/// removed and all sessions end. Asked for again, it waits anew.
#[utoipa::path(
    post, path = "/v1/admin/accounts/{id}/factor-removal", tag = "Operators", operation_id = "beginFactorRemoval",
    request_body = ProofSeen,
    responses(
        (status = 202, description = "It waits", body = BegunRemoval),
        (status = 409, description = "No second factor is set: `no-second-factor`"),
    )
)]
pub(crate) async fn begin_factor_removal(
    State(state): State<AppState>,
    Operator(operator): Operator,
    Id(account): Id<AccountId>,
    context: RequestContext,
    Body(ProofSeen { proof, note_id }): Body<ProofSeen>,
) -> Result<impl IntoResponse, Problem> {
    check(proof, note_id.as_deref()).map_err(|error| Problem::invalid(vec![error]))?;
    let holder = holder_of(&state, account).await?;
    let at = state.store.services().now();
    let due_at = at + state.config.factor_removal_wait;
    let mut extras = CommitExtras::default();
    for to in ways_back(&holder) {
        let token = token::generate(token::Kind::Link);
        extras.records.push(RecordWrite::PutLink(NewLink {
            token_hash: token::hash(&token).to_vec(),
            purpose: Purpose::FactorObjection,
            account,
            subject: String::new(),
            expires_at: due_at,
        }));
        let token = token.expose_secret().to_owned();
        let says = MessageBody::FactorRemovalBegun { at, proof, due_at, token };
        state.notify_address(&mut extras, account, to, says).await?;
    }
    let command = AccountCommand::BeginFactorRemoval { proof, note_id, due_at };
    let context = context.command(Actor::Operator(operator));
    let executed = state.execute::<Account>(&account.to_string(), command, &context, extras).await;
    let position = state.position(account, &executed.map_err(unknown)?.events).await;
    Ok((StatusCode::ACCEPTED, position, Json(BegunRemoval { due_at })))
}

/// The holder of an account, before anything is sealed for them.
async fn holder_of(state: &AppState, account: AccountId) -> Result<Holder, Problem> {
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    aggregate.holder.ok_or_else(|| Problem::new(Kind::NotFound))
}

/// The operator is known: it is the account that has ended meanwhile.
fn unknown(problem: Problem) -> Problem {
    let problem = problem.instead_of(Kind::Unauthenticated, Kind::NotFound);
    problem.instead_of(Kind::DataErased, Kind::NotFound)
}

fn check(proof: IdentityProof, note_id: Option<&str>) -> Result<(), InputError> {
    let fits = |id: &str| {
        let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=MOST_OF_NOTE_ID).contains(&id.len()) && id.bytes().all(may_be)
    };
    match note_id {
        None if proof == IdentityProof::Other => {
            Err(InputError::at("/note_id", "name the note that tells of the other proof"))
        }
        Some(id) if !fits(id) => {
            Err(InputError::at("/note_id", "use up to 64 letters, digits, hyphens, underscores and points"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_proof_wants_a_note_and_an_id_names_nobody() {
        assert!(check(IdentityProof::DocumentSeen, None).is_ok());
        assert!(check(IdentityProof::Other, None).is_err());
        assert!(check(IdentityProof::Other, Some("CASE-4711")).is_ok());
        for unfit in ["", "Ada Lovelace", "ada@example.com", &"x".repeat(65)] {
            assert!(check(IdentityProof::CalledBack, Some(unfit)).is_err(), "{unfit}");
        }
    }
}
