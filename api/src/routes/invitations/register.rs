//! `POST /v1/invitations/register`: joining with a new account.
//!
//! The holder of the link reads mail at the address, so that is proved. The account, its membership and its first
//! session begin in one step, or none of them does.

use axum::extract::State;
use axum::response::Response;
use domain::account::{Account, AccountCommand};
use domain::organization::{Organization, OrganizationAction, OrganizationCommand};
use domain::{AccountId, Actor, MembershipId, SessionId};
use event_store::records::password::SecretKind;
use event_store::records::{RecordWrite, authentication};
use event_store::{CommitExtras, UnitOfWork};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::open::Open;
use crate::extract::{Body, RequestContext, SignInClient};
use crate::links::LinkToken;
use crate::names;
use crate::password::Password;
use crate::problem::{InputError, Kind, Problem};
use crate::routes::organizations::notifications::Team;
use crate::routes::sessions::new_session::{Opening, ProvedBy, SignedIn};
use crate::state::AppState;

/// Who registers. The address is the one that was invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// The token of the link: what stands behind the `#` of the address in the mail.
    #[schema(value_type = String, example = "psl_…")]
    token: LinkToken,
    /// The name to greet with.
    #[schema(min_length = 1, max_length = 200, example = "Grace Hopper")]
    name: String,
    /// The password.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: SecretString,
}

/// Registers with the address that was invited, accepts the invitation, and signs in.
///
/// Where the address has an account already, sign in and accept instead.
#[utoipa::path(
    post, path = "/v1/invitations/register", tag = "Organizations", operation_id = "registerInvited",
    request_body = Registration,
    responses(
        (status = 201, description = "The account is open, a member, and signed in", body = SignedIn,
            headers(("Location" = String, description = "The session"),
                ("Set-Cookie" = String, description = "The token, for browsers"))),
        (status = 403, description = "A page of another site sent this: `cross-site-request`"),
        (status = 409, description = "The address has an account: `email-taken`; there is no room: `organization-full`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn register(
    State(state): State<AppState>,
    client: SignInClient,
    context: RequestContext,
    Body(body): Body<Registration>,
) -> Result<Response, Problem> {
    let open = Open::by(&state, &body.token, &context).await?;
    let (name, password) = check(&body.name, &body.password).map_err(Problem::invalid)?;
    if state.store.account_with(&open.email).await?.is_some() {
        return Err(Problem::new(Kind::EmailTaken));
    }
    let account = AccountId::generate(state.store.services());
    let hash = state.hash_chosen("/password", password, (Some(&open.email), Some(&name))).await?;
    let mut extras = CommitExtras::default();
    extras.records.extend([
        RecordWrite::TakeInvitation(open.id),
        RecordWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: account.to_string(),
            value: hash.into_bytes(),
        },
    ]);
    let chosen = ProvedBy::password(authentication::FIRST);
    let opening = Opening::attach(&state, account, chosen, (&client, &context), &mut extras).await?;
    let membership = MembershipId::generate(state.store.services());
    let done = state
        .store
        .transact(&context.command(Actor::Account(account)), async |unit| {
            let begun = (account, membership, opening.session);
            let mut extras = extras.clone();
            let unit = begin(&state, unit, &open, (&name, begun), &mut extras).await?;
            Ok::<_, Problem>((unit, extras, ()))
        })
        .await
        // It was closed in this moment.
        .map_err(|error| Problem::from(error).instead_of(Kind::NotFound, Kind::LinkDead))?;
    let position = state.position(account, &done.events).await;
    let personalized = state.config.default_preferences.personalization;
    Ok(opening.into_answer(&state, position, personalized))
}

/// The account, its membership and its session begin.
async fn begin(
    state: &AppState,
    mut unit: UnitOfWork,
    open: &Open,
    (name, (account_id, membership_id, session_id)): (&str, (AccountId, MembershipId, SessionId)),
    extras: &mut CommitExtras,
) -> Result<UnitOfWork, Problem> {
    let (id, organization_id) = (account_id.to_string(), open.organization);
    let register = AccountCommand::Register {
        account_id,
        email: open.email.clone(),
        name: name.to_owned(),
        preferences: state.config.default_preferences,
        policy_version: state.config.policy_version.clone(),
    };
    unit.execute::<Account>(&id, register).await?;
    let accept = OrganizationAction::AcceptInvitation { invitation_id: open.id, account_id, membership_id };
    let organization = organization_id.to_string();
    let without: Organization = unit.load(&organization).await?;
    let by = Actor::Account(account_id);
    let command = OrganizationCommand { by: by.into(), action: accept };
    let after = unit.execute::<Organization>(&organization, command).await?;
    let team = Team { before: without.body.as_ref(), after: after.body()?, by, gone: None };
    state.tell_team(extras, team).await?;
    let join = AccountCommand::JoinOrganization { organization_id, membership_id };
    unit.execute::<Account>(&id, join).await?;
    unit.execute::<Account>(&id, AccountCommand::RecordSignIn { session_id, passkey_id: None }).await?;
    Ok(unit)
}

/// The name and the password, or everything that is wrong with them.
fn check(name: &str, password: &SecretString) -> Result<(String, Password), Vec<InputError>> {
    let name = names::check(name, "/name");
    let password = Password::choose(password);
    match (name, password) {
        (Ok(name), Ok(password)) => Ok((name, password)),
        (name, password) => {
            let unfit = password.err().map(|unfit| InputError::at("/password", unfit.to_string()));
            Err(name.err().into_iter().chain(unfit).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let check = |name: &str, password: &str| check(name, &password.into());
        let errors = check("a\0b", "short").err().unwrap();
        insta::assert_snapshot!(serde_json::to_string(&errors).unwrap(), @r#"[{"pointer":"/name","message":"character 2 is invisible or turns the text around it (U+0000): remove it"},{"pointer":"/password","message":"use at least 8 characters"}]"#);
        assert_eq!(check("Grace", "short").err().unwrap().len(), 1);
        assert_eq!(check(" Grace ", "correct horse").ok().unwrap().0, "Grace");
    }
}
