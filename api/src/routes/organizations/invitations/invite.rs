//! `POST /v1/organizations/{id}/invitations`: inviting the reader of mail at an address.
//!
//! The answer is the same whether or not the address has an account. Only of a member it is told that they are one:
//! members see each other's addresses anyway.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::Account;
use domain::message::{MessageBody, MessageContent, Recipient};
use domain::organization::{InvitationEnd, Organization, OrganizationAction, OrganizationState, Role};
use domain::{AccountId, Actor, EmailAddress, InvitationId, OrganizationId};
use event_store::records::RecordWrite;
use event_store::records::invitation::{self, NewInvitation, SealedEmail};
use event_store::{CommitExtras, UnitOfWork};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, Id, RequestContext, Sudo, parsed};
use crate::limits;
use crate::problem::{Kind, Problem};
use crate::routes::organizations::PATH;
use crate::routes::organizations::lookup;
use crate::schemas;
use crate::state::AppState;
use crate::token;

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationWish {
    /// Where they read mail.
    #[schema(value_type = String, format = Email, example = "grace@example.com")]
    #[serde(deserialize_with = "parsed")]
    email: EmailAddress,
    /// The role to come: `owner`, `admin` or `member`.
    #[schema(value_type = schemas::Role)]
    #[serde(deserialize_with = "parsed")]
    role: Role,
}

/// The invitation is on its way.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    /// Its id.
    #[schema(value_type = String, example = "inv_01h455vb4pex5vsknk084sn02q")]
    id: InvitationId,
    /// Where it goes.
    #[schema(value_type = String, format = Email, example = "grace@example.com")]
    email: EmailAddress,
    /// The role to come.
    #[schema(value_type = schemas::Role)]
    role: Role,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
}

/// Invites somebody by mail.
///
/// Owners may invite into every role, admins into all but that of an owner. An open invitation of the same address ends:
/// its link no longer works. The owners are told by mail that somebody was invited.
#[utoipa::path(
    post, path = "/v1/organizations/{id}/invitations", tag = "Organizations", operation_id = "invite",
    request_body = InvitationWish,
    responses(
        (status = 201, description = "The invitation is on its way, whether or not the address has an account", body = Invited,
            headers(("Location" = String, description = "The invitation: it can be taken back there"))),
        (status = 403, description = "One's own role does not allow it: `insufficient-role`"),
        (status = 409, description = "The address is that of a member: `already-member`; there is no room: `organization-full`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn invite(
    State(state): State<AppState>,
    Sudo(current): Sudo,
    Id(organization): Id<OrganizationId>,
    context: RequestContext,
    Body(InvitationWish { email, role }): Body<InvitationWish>,
) -> Result<impl IntoResponse, Problem> {
    let account = current.account();
    state.limit(limits::INVITATIONS, &account.to_string()).await?;
    // No mailbox is filled with invitations, of one account or of many.
    state.limit(limits::MAILS, &format!("{account}/{}", email.canonical())).await?;
    state.limit(limits::INVITATIONS_OF_RECIPIENT, &email.canonical()).await?;
    let id = InvitationId::generate(state.store.services());
    let inviting = Inviting {
        state: &state,
        account,
        organization,
        id,
        role,
        sealed: invitation::seal(state.store.records(), id, &email).await?,
        email: &email,
        token: token::generate(token::Kind::Link),
    };
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |unit| inviting.work(unit).await)
        .await;
    if done.is_err() {
        // No mail goes there: who may not invite uses nothing up.
        state.refund(limits::INVITATIONS_OF_RECIPIENT, &email.canonical()).await?;
    }
    let done = done?;
    let position = state.position(account, &done.events).await;
    let location = [(LOCATION, format!("{PATH}/{organization}/invitations/{id}"))];
    let answer = Invited { id, email: email.clone(), role, expires_at: done.answer };
    Ok((StatusCode::CREATED, position, location, Json(answer)))
}

/// An invitation that is being sent.
struct Inviting<'a> {
    state: &'a AppState,
    account: AccountId,
    organization: OrganizationId,
    id: InvitationId,
    role: Role,
    email: &'a EmailAddress,
    sealed: SealedEmail,
    token: SecretString,
}

impl Inviting<'_> {
    async fn work(&self, mut unit: UnitOfWork) -> Result<(UnitOfWork, CommitExtras, DateTime<Utc>), Problem> {
        let organization = self.organization.to_string();
        let found = lookup::find_in(&mut unit, self.account, self.organization).await?;
        let body = &found.organization;
        // One of the same address ends in the same step.
        let open = invitation::of_address(self.state.store.records(), self.organization, self.email).await?;
        if let Some(invitation_id) = open.filter(|open| body.invitations.contains_key(open)) {
            let end = OrganizationAction::EndInvitation { invitation_id, reason: InvitationEnd::Revoked };
            unit.execute::<Organization>(&organization, found.action(end)).await?;
        }
        let invite = OrganizationAction::Invite { invitation_id: self.id, role: self.role };
        let after = unit.execute::<Organization>(&organization, found.action(invite)).await?;
        if self.is_member(body).await? {
            return Err(Problem::new(Kind::AlreadyMember));
        }
        let invited = after.body()?.invitations.get(&self.id);
        let expires_at = invited.ok_or_else(|| Problem::internal("an invitation was not kept"))?.expires_at;
        let mut extras = self.attach(body.name.clone(), expires_at).await?;
        let by = Actor::Account(self.account);
        self.state.tell_of_invitation(&mut extras, body, self.role, by).await?;
        Ok((unit, extras, expires_at))
    }

    /// Whether the address is that of a member. For all other addresses the same is done, whether they have an account
    /// or not.
    async fn is_member(&self, organization: &OrganizationState) -> Result<bool, Problem> {
        let owner = self.state.store.account_with(self.email).await?;
        let account = owner.and_then(|owner| owner.parse::<AccountId>().ok());
        let Some(account) = account.filter(|account| organization.members.contains_key(account)) else {
            return Ok(false);
        };
        // A member may have given the address up: then it says nothing of them.
        let (account, _) = self.state.store.load::<Account>(&account.to_string()).await?;
        let present = account.holder.as_ref().and_then(|holder| holder.email.known());
        Ok(present.is_some_and(|present| present.canonical() == self.email.canonical()))
    }

    async fn attach(&self, organization: String, expires_at: DateTime<Utc>) -> Result<CommitExtras, Problem> {
        let mut extras = CommitExtras::default();
        extras.records.push(RecordWrite::PutInvitation(NewInvitation {
            id: self.id,
            organization: self.organization,
            token_hash: token::hash(&self.token).to_vec(),
            email: self.sealed.clone(),
            expires_at,
        }));
        let says = MessageBody::Invitation {
            organization,
            role: self.role,
            token: self.token.expose_secret().to_owned(),
            expires_at,
            invited_by: Some(self.account),
        };
        let to = Recipient::Address { email: self.email.clone(), name: None };
        self.state.invite(&mut extras, MessageContent { to, says }).await?;
        Ok(extras)
    }
}
