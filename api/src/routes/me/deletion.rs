//! `GET /v1/me/deletion`, and `POST /v1/me/deletion` or `DELETE /v1/me`: ending the account.
//!
//! Both ways are one operation. The body of a DELETE has no meaning to what lies in between (RFC 9110, section 9.3.5), and
//! some proxies and clients drop it: those use the POST.
//!
//! Its memberships end with it, in one step that happens wholly or not at all, however many organizations there are:
//! where it is the only owner, a successor takes over in the same step. Organizations decide themselves whether they
//! can do without it. From the answer on nothing of the account works; what was personal in its events is made
//! unreadable when the last message has gone out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, AccountCommand};
use domain::message::MessageBody;
use domain::organization::{Organization, OrganizationAction, OrganizationCommand, OrganizationState, Role};
use domain::{AccountId, Actor, OrganizationId, Personal, RequestId};
use event_store::records::RecordWrite;
use event_store::{CommitExtras, UnitOfWork};
use projections::privacy_request::{self, RequestView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, RequestContext, SeenPosition, Sudo};
use crate::messages::present_address;
use crate::problem::{Candidate, InputError, Kind, OwnerNeeded, Problem};
use crate::routes::organizations::notifications::Team;
use crate::schemas;
use crate::state::AppState;

/// Candidates that are named for an organization.
const MOST_CANDIDATES: usize = 100;

/// Whether the account may end as it is.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Deletion {
    /// No organization needs an owner first.
    pub(crate) allowed: bool,
    /// Those that do, and who could be one.
    pub(crate) organizations: Vec<OwnerNeeded>,
    /// Copies of the data that end with the account, newest first: fetch them before, or wait for them.
    pub(crate) exports: Vec<EndingExport>,
}

/// A copy of the data that ends with the account.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct EndingExport {
    /// The request for it.
    #[schema(value_type = String, example = "req_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: RequestId,
    /// Where it stands: one that is not completed is cancelled.
    #[schema(value_type = schemas::RequestState)]
    pub(crate) state: String,
    /// Until when its archive could be fetched; null while there is none.
    pub(crate) available_until: Option<DateTime<Utc>>,
}

/// Tells what stands in the way of ending the account, and what ends with it unfetched.
#[utoipa::path(
    get, path = "/v1/me/deletion", tag = "Me", operation_id = "getDeletion",
    responses(
        (status = 200, description = "Whether it may end, which organizations need an owner first, and which exports end with it", body = Deletion),
        (status = 403, description = "Give the password again first: `reauthentication-required`"),
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    SeenPosition(seen): SeenPosition,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    let (aggregate, _) = state.store.load::<Account>(&account.to_string()).await?;
    let mut needing = Vec::new();
    for id in aggregate.holder()?.memberships.keys() {
        let (organization, _) = state.store.load::<Organization>(&id.to_string()).await?;
        needing.extend(organization.body().ok().filter(|body| body.is_only_owner(account)).cloned());
    }
    let organizations = owners_needed(&state, account, &needing).await?;
    let exports = ending_exports(&state, account, seen).await?;
    Ok(Json(Deletion { allowed: organizations.is_empty(), organizations, exports }))
}

/// Exports that are being made, and those whose archive can still be fetched.
async fn ending_exports(
    state: &AppState,
    account: AccountId,
    seen: Option<i64>,
) -> Result<Vec<EndingExport>, Problem> {
    state.catch_up(privacy_request::NAME, account, seen).await?;
    let now = state.store.services().now();
    let views = state.views.request_list_exports(account).await?;
    let ending = |view: RequestView| {
        let request = view.request;
        let available_until = request.archive_available(now).map(|archive| archive.expires_at);
        (available_until.is_some() || !request.state.is_closed()).then_some(EndingExport {
            id: request.request_id,
            state: request.state.as_str().to_owned(),
            available_until,
        })
    };
    let mut exports: Vec<EndingExport> = views.into_iter().filter_map(ending).collect();
    exports.sort_unstable_by_key(|export| Reverse(export.id));
    Ok(exports)
}

/// That it is meant, and who takes over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    /// Must be true: this cannot be undone.
    confirm: bool,
    /// For each organization that would be left without an owner: the member who becomes one.
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({"org_01h455vb4pex5vsknk084sn02q": "acc_01h455vb4pex5vsknk084sn02q"}))]
    successors: Option<BTreeMap<OrganizationId, AccountId>>,
    /// Organizations without any other member, which are closed with the account: their credentials end, their data
    /// stays.
    #[schema(value_type = Option<Vec<String>>, example = json!(["org_01h455vb4pex5vsknk084sn02r"]))]
    close: Option<BTreeSet<OrganizationId>>,
}

/// Ends the account, at once.
///
/// All sessions, tokens and codes die, all memberships end; projects and the data in them stay. The email address can be
/// registered again, as a new account that has nothing to do with this one.
#[utoipa::path(
    delete, path = "/v1/me", tag = "Me", operation_id = "deleteMe", request_body = Ending,
    responses(
        (status = 204, description = "The account has ended"),
        (status = 409, description = "Organizations need an owner first: `owners-needed` names them"),
    )
)]
pub(crate) async fn end(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    context: RequestContext,
    Body(body): Body<Ending>,
) -> Result<impl IntoResponse, Problem> {
    if !body.confirm {
        let message = "must be true: this cannot be undone";
        return Err(Problem::invalid(vec![InputError::at("/confirm", message)]));
    }
    let account = current.account();
    let exports = ending_exports(&state, account, None).await?.len();
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |unit| {
            let (unit, extras) = end_in(&state, unit, account, &body, exports).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await?;
    let position = state.position(account, &done.events).await;
    Ok((StatusCode::NO_CONTENT, position, state.cookie.ended()))
}

/// Ends the account, at once: as `DELETE /v1/me`, for clients and proxies that send no body with a DELETE.
#[utoipa::path(
    post, path = "/v1/me/deletion", tag = "Me", operation_id = "endMe", request_body = Ending,
    responses(
        (status = 204, description = "The account has ended"),
        (status = 409, description = "Organizations need an owner first: `owners-needed` names them"),
    )
)]
pub(crate) async fn end_by_post(
    state: State<AppState>,
    sudo: Sudo,
    context: RequestContext,
    body: Body<Ending>,
) -> Result<impl IntoResponse, Problem> {
    end(state, sudo, context, body).await
}

/// Ends the account and its memberships in one piece of work.
async fn end_in(
    state: &AppState,
    mut unit: UnitOfWork,
    account: AccountId,
    wish: &Ending,
    exports: usize,
) -> Result<(UnitOfWork, CommitExtras), Problem> {
    let (id, at) = (account.to_string(), state.store.services().now());
    let before: Account = unit.load(&id).await?;
    let holder = before.holder()?;
    let mut extras = CommitExtras::default();
    let mut needing = Vec::new();
    for organization_id in holder.memberships.keys() {
        let organization: Organization = unit.load(&organization_id.to_string()).await?;
        let body = organization.body()?;
        let Some(parting) = parting(body, account, wish) else {
            needing.push(body.clone());
            continue;
        };
        if matches!(parting, OrganizationAction::Close { .. }) {
            extras.records.push(RecordWrite::CloseOrganization { organization: *organization_id, at });
        }
        let command = OrganizationCommand { by: Actor::Account(account).into(), action: parting };
        let after = unit.execute::<Organization>(&organization_id.to_string(), command).await?;
        if let Ok(after) = after.body() {
            let by = Actor::Account(account);
            let team = Team { before: Some(body), after, by, gone: Some(account) };
            state.tell_team(&mut extras, team).await?;
        }
        let leave = AccountCommand::LeaveOrganization { organization_id: *organization_id };
        unit.execute::<Account>(&id, leave).await?;
    }
    if !needing.is_empty() {
        let organizations = owners_needed(state, account, &needing).await?;
        return Err(Problem::new(Kind::OwnersNeeded).with_organizations(organizations));
    }
    if let Some(to) = present_address(holder) {
        let exports = Some(u32::try_from(exports).unwrap_or(u32::MAX));
        let language = holder.language.as_ref().and_then(Personal::known).copied();
        let farewell = MessageBody::AccountDeleted { at, exports, language };
        state.notify_address(&mut extras, account, to, farewell).await?;
    }
    unit.execute::<Account>(&id, AccountCommand::Delete).await?;
    Ok((unit, extras))
}

/// How the account parts with an organization; none where it needs an owner first.
fn parting(body: &OrganizationState, account: AccountId, wish: &Ending) -> Option<OrganizationAction> {
    let id = &body.organization_id;
    if !body.is_only_owner(account) {
        return Some(OrganizationAction::ReleaseMember { account_id: account, successor: None });
    }
    if body.members.len() == 1 {
        let close = wish.close.as_ref().is_some_and(|close| close.contains(id));
        return close.then_some(OrganizationAction::Close { account_id: account });
    }
    let successor = wish.successors.as_ref().and_then(|successors| successors.get(id)).copied();
    let fit = successor.filter(|successor| *successor != account && body.members.contains_key(successor));
    fit.map(|successor| OrganizationAction::ReleaseMember { account_id: account, successor: Some(successor) })
}

/// The organizations that need an owner, with those who could be one: admins first.
async fn owners_needed(
    state: &AppState,
    account: AccountId,
    organizations: &[OrganizationState],
) -> Result<Vec<OwnerNeeded>, Problem> {
    let mut needed = Vec::with_capacity(organizations.len());
    for body in organizations {
        let others = [Role::Admin, Role::Member].into_iter().flat_map(|role| {
            body.members_of(role).filter(|member| *member != account).map(move |member| (member, role))
        });
        let others: Vec<(AccountId, Role)> = others.take(MOST_CANDIDATES).collect();
        let ids: Vec<AccountId> = others.iter().map(|(member, _)| *member).collect();
        let names: BTreeMap<String, Option<String>> = state
            .views
            .account_list_named(&ids)
            .await?
            .into_iter()
            .map(|named| (named.account_id, named.name))
            .collect();
        let candidate = |(account_id, role): (AccountId, Role)| {
            let name = names.get(&account_id.to_string()).cloned().flatten();
            Candidate { account_id, name, role }
        };
        let candidates = others.into_iter().map(candidate).collect();
        needed.push(OwnerNeeded { id: body.organization_id, name: body.name.clone(), candidates });
    }
    Ok(needed)
}
