//! `POST /v1/admin/accounts`: opening an account for a person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use domain::account::{Account, AccountCommand};
use domain::{AccountId, Actor, EmailAddress};
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::password::SecretKind;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{Body, Operator, RequestContext, parsed};
use crate::names;
use crate::password::Password;
use crate::problem::{InputError, Problem};
use crate::state::AppState;

/// Whose account it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    /// The sign-in address, which must be nobody else's.
    #[schema(value_type = String, format = Email, example = "ada@example.com")]
    #[serde(deserialize_with = "parsed")]
    email: EmailAddress,
    /// The name to greet with.
    #[schema(min_length = 1, max_length = 200, example = "Ada Lovelace")]
    name: String,
    /// The password. Without one nobody can sign in until a password is set.
    #[schema(value_type = Option<String>, format = Password, min_length = 8, max_length = 128)]
    password: Option<SecretString>,
}

/// An account was opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct Registered {
    /// Its id.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    account_id: AccountId,
}

/// Opens an account. It begins with the switches of *Activity* as the service is configured.
#[utoipa::path(
    post, path = "/v1/admin/accounts", tag = "Operators", operation_id = "registerAccount", request_body = NewAccount,
    responses(
        (status = 201, description = "The account is open", body = Registered,
            headers(("Location" = String, description = "The account"))),
        (status = 409, description = "The address belongs to another account: `email-taken`; or the same Idempotency-Key is at work: `request-in-progress`"),
    )
)]
pub(crate) async fn register(
    State(state): State<AppState>,
    Operator(operator): Operator,
    context: RequestContext,
    Body(new): Body<NewAccount>,
) -> Result<impl IntoResponse, Problem> {
    let (name, password) = check(&new).map_err(Problem::invalid)?;
    let account = AccountId::generate(state.store.services());
    let mut records = Vec::new();
    if let Some(password) = password {
        records.push(RecordWrite::PutSecret {
            kind: SecretKind::PasswordHash,
            owner: account.to_string(),
            value: state
                .hash_chosen("/password", password, (Some(&new.email), Some(&name)))
                .await?
                .into_bytes(),
        });
    }
    let executed = state
        .execute::<Account>(
            &account.to_string(),
            AccountCommand::Register {
                account_id: account,
                email: new.email,
                name,
                preferences: state.config.default_preferences,
                policy_version: state.config.policy_version.clone(),
            },
            &context.command(Actor::Operator(operator)),
            CommitExtras { records, ..CommitExtras::default() },
        )
        .await?;
    let position = state.position_for_operator(account, &executed.events).await;
    let location = [(LOCATION, format!("/v1/admin/accounts/{account}"))];
    Ok((StatusCode::CREATED, position, location, Json(Registered { account_id: account })))
}

/// The name and the password, or everything that is wrong with them.
fn check(new: &NewAccount) -> Result<(String, Option<Password>), Vec<InputError>> {
    let mut errors = Vec::new();
    let name = names::check(&new.name, "/name").unwrap_or_else(|error| {
        errors.push(error);
        String::new()
    });
    let password = match new.password.as_ref().map(Password::choose).transpose() {
        Ok(password) => password,
        Err(unfit) => {
            errors.push(InputError::at("/password", unfit.to_string()));
            None
        }
    };
    if errors.is_empty() { Ok((name, password)) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, password: Option<&str>) -> NewAccount {
        let password = password.map(SecretString::from);
        NewAccount { email: "ada@example.com".parse().unwrap(), name: name.to_owned(), password }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let errors = check(&new("a\0b", Some("short"))).err().unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&errors).unwrap(), @r#"
        [
          {
            "pointer": "/name",
            "message": "character 2 is invisible or turns the text around it (U+0000): remove it"
          },
          {
            "pointer": "/password",
            "message": "use at least 8 characters"
          }
        ]
        "#);
        assert!(check(&new(" ", None)).is_err());
        assert!(check(&new(&"x".repeat(201), None)).is_err());
    }

    #[test]
    fn a_name_is_trimmed_and_a_password_may_be_missing() {
        let (name, password) = check(&new(" Ada Lovelace ", None)).ok().unwrap();
        assert_eq!(name, "Ada Lovelace");
        assert!(password.is_none());
        assert!(check(&new("Ada", Some("correct horse"))).ok().unwrap().1.is_some());
    }
}
