//! `GET /v1/admin/accounts`: whose an address, an id or a request is.
//!
//! Each look is on record with the operator, and with the account where there is one. An account that was deleted is
//! found by its id and by its requests: its address belongs to it no longer.

use std::str::FromStr;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use domain::account::{Account, Viewed};
use domain::operator::OperatorViewed;
use domain::privacy_request::PrivacyRequest;
use domain::{AccountId, EmailAddress, RequestId};
use event_store::StoreError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::look;
use crate::extract::{PrivacyDesk, RequestContext};
use crate::problem::{InputError, Problem};
use crate::query::parameters;
use crate::routes::me::opened_at;
use crate::state::AppState;

/// The account that was sought, if there is one.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct FoundAccounts {
    /// The account, or nothing.
    pub(crate) items: Vec<FoundAccount>,
}

/// An account that was found.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct FoundAccount {
    /// Its id.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: AccountId,
    /// The sign-in address; null once the account was deleted.
    #[schema(format = Email, example = "ada@example.com")]
    pub(crate) email: Option<String>,
    /// When it was opened.
    pub(crate) registered_at: DateTime<Utc>,
    /// When it was deleted.
    pub(crate) deleted_at: Option<DateTime<Utc>>,
    /// How many of its privacy requests are open.
    #[schema(example = 1)]
    pub(crate) open_requests: i64,
}

/// What an account is sought by: exactly one of these.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters, which are read into a `Sought`")]
pub(crate) struct SoughtBy {
    /// Its sign-in address, or one that it may go back to.
    #[param(example = "ada@example.com")]
    email: Option<String>,
    /// Its id.
    #[param(example = "acc_01h455vb4pex5vsknk084sn02q")]
    id: Option<String>,
    /// The id of one of its privacy requests.
    #[param(example = "req_01h455vb4pex5vsknk084sn02q")]
    request: Option<String>,
}

/// What an account is sought by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sought {
    Email(EmailAddress),
    Id(AccountId),
    Request(RequestId),
}

fn read<T: FromStr>(name: &str, value: &str, expected: &str) -> Result<T, InputError> {
    value.parse().map_err(|_| InputError::parameter(name, format!("expected {expected}")))
}

impl Sought {
    fn parse(uri: &Uri) -> Result<Self, InputError> {
        let mut given = parameters(uri)?.into_iter();
        let several = "expected exactly one of email, id and request";
        let (name, value) = given.next().ok_or_else(|| InputError::parameter("email", several))?;
        if let Some((other, _)) = given.next() {
            return Err(InputError::parameter(other, several));
        }
        match name.as_str() {
            "email" => read("email", &value, "an email address").map(Self::Email),
            "id" => read("id", &value, "the id of an account, acc_…").map(Self::Id),
            "request" => read("request", &value, "the id of a privacy request, req_…").map(Self::Request),
            other => Err(InputError::parameter(other, "there is no such parameter here")),
        }
    }

    /// Whose it is, by the events themselves.
    async fn account(&self, state: &AppState) -> Result<Option<AccountId>, Problem> {
        match self {
            Self::Id(account) => Ok(Some(*account)),
            Self::Email(email) => {
                let owner = state.store.account_with(email).await?;
                let unreadable = |_| StoreError::Unreadable("the owner of an email address".to_owned());
                Ok(owner.map(|id| id.parse().map_err(unreadable)).transpose()?)
            }
            Self::Request(request) => {
                let (found, _) = state.store.load::<PrivacyRequest>(&request.to_string()).await?;
                Ok(found.request.map(|request| request.account_id))
            }
        }
    }
}

impl FromRequestParts<AppState> for Sought {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        Self::parse(&parts.uri).map_err(Problem::invalid_parameter)
    }
}

/// Finds the account that an address, an id or a privacy request belongs to.
///
/// Each look is an event of the operator, and of the account where there is one.
#[utoipa::path(
    get, path = "/v1/admin/accounts", tag = "Operators", operation_id = "findAccount", params(SoughtBy),
    responses(
        (status = 200, description = "The account, or nothing", body = FoundAccounts),
        (status = 400, description = "A parameter is unknown or wrong, or there is not exactly one: `invalid-parameters`"),
        (status = 403, description = "The token has not the scope `privacy`: `insufficient-scope`"),
    )
)]
pub(crate) async fn find(
    State(state): State<AppState>,
    PrivacyDesk(operator): PrivacyDesk,
    context: RequestContext,
    sought: Sought,
) -> Result<impl IntoResponse, Problem> {
    look::record_general(&state, operator, &context, OperatorViewed::Accounts).await?;
    let found = match sought.account(&state).await? {
        Some(account) => fetch(&state, account).await?,
        None => None,
    };
    if let Some(found) = &found {
        look::record(&state, found.id, operator, &context, (Viewed::Account, None)).await?;
    }
    Ok(Json(FoundAccounts { items: found.into_iter().collect() }))
}

/// An account as the log itself has it, deleted or not.
async fn fetch(state: &AppState, id: AccountId) -> Result<Option<FoundAccount>, Problem> {
    let (Account { holder, ended }, _) = state.store.load::<Account>(&id.to_string()).await?;
    if holder.is_none() && ended.is_none() {
        return Ok(None);
    }
    let now = state.store.services().now();
    let view = state.views.account_fetch(id).await?;
    Ok(Some(FoundAccount {
        id,
        email: holder.and_then(|holder| Some(holder.email.known()?.as_str().to_owned())),
        // The row of a deleted account is gone, but its id tells when it was made.
        registered_at: view.map(|view| view.registered_at).or_else(|| opened_at(id)).unwrap_or(now),
        deleted_at: ended.map(|ended| ended.deleted_at),
        open_requests: state.views.desk_request_count_open(id).await?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Sought, InputError> {
        Sought::parse(&format!("/v1/admin/accounts?{query}").parse().unwrap())
    }

    #[test]
    fn an_account_is_sought_by_exactly_one_thing() {
        assert_eq!(parse("email=ada%40example.com"), Ok(Sought::Email("ada@example.com".parse().unwrap())));
        let id = "01h455vb4pex5vsknk084sn02q";
        assert_eq!(parse(&format!("id=acc_{id}")), Ok(Sought::Id(format!("acc_{id}").parse().unwrap())));
        let request = Sought::Request(format!("req_{id}").parse().unwrap());
        assert_eq!(parse(&format!("request=req_{id}")), Ok(request));
        for query in [
            "",
            "email=ada",
            "email=",
            "id=ada@example.com",
            "id=req_01h455vb4pex5vsknk084sn02q",
            "request=acc_01h455vb4pex5vsknk084sn02q",
            "name=Ada",
            "email=ada@example.com&id=acc_01h455vb4pex5vsknk084sn02q",
            "email=ada@example.com&email=bob@example.com",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
