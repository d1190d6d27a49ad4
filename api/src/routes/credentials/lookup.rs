//! What a shown value is worth: the one place that says so.

use chrono::{DateTime, Utc};
use domain::CredentialId;
use domain::account::Account;
use event_store::records::credential::{self, Credential, CredentialEnd, CredentialKind};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;
use crate::token;

/// What a shown value is worth.
pub(super) enum Worth {
    /// It never was a credential, or another API key was shown beside it.
    Unknown,
    /// It was one.
    Ended(CredentialEnd),
    /// It is one.
    Alive(Credential),
}

/// Looks up what a value is worth now, and notes that it was used.
pub(super) async fn use_now(
    state: &AppState,
    value: &SecretString,
    api_key: Option<&str>,
) -> Result<Worth, Problem> {
    let worth = look_up(state, value, api_key).await?;
    if let Worth::Alive(found) = &worth {
        credential::record_use(state.store.pool(), found, state.store.services().now()).await?;
    }
    Ok(worth)
}

/// Looks up what a value is worth now.
pub(super) async fn look_up(
    state: &AppState,
    value: &SecretString,
    api_key: Option<&str>,
) -> Result<Worth, Problem> {
    let lookup = if token::is_well_formed(token::Kind::Gdpr, value) {
        token::hash(value).to_vec()
    } else if token::is_well_formed(token::Kind::ApiSecret, value) {
        credential::secret_lookup(state.store.records(), value).await?
    } else {
        return Ok(Worth::Unknown);
    };
    let Some(found) = credential::find(state.store.pool(), &lookup).await? else {
        return Ok(Worth::Unknown);
    };
    if api_key.is_some_and(|shown| found.api_key.as_deref() != Some(shown)) {
        return Ok(Worth::Unknown);
    }
    if let Some(end) = found.ended(state.store.services().now()) {
        return Ok(Worth::Ended(end));
    }
    // The tokens of an account end with it; an account that is not there can have none, whatever a restored database
    // says.
    if found.kind == CredentialKind::GdprToken {
        let (account, _) = state.store.load::<Account>(&found.owner).await?;
        if account.holder.is_none() {
            return Ok(Worth::Ended(CredentialEnd::Revoked));
        }
    }
    Ok(Worth::Alive(found))
}

/// A live credential, as it is told of (RFC 7662, section 2.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct CredentialFacts {
    /// `gdpr_token` or `api_credentials`.
    #[schema(example = "api_credentials")]
    token_type: &'static str,
    /// What it opens: `gdpr`, the GDPR APIs of an account, or `project`, the data of a project.
    #[schema(example = "project")]
    scope: &'static str,
    /// Which issue of it: changes with each reset.
    #[schema(value_type = String, example = "crd_01h455vb4pex5vsknk084sn02q")]
    credential_id: CredentialId,
    /// Whose it is: the account or the project.
    #[schema(example = "prj_01h455vb4pex5vsknk084sn02q")]
    sub: String,
    /// The account, of a token for the GDPR APIs.
    #[schema(example = "acc_01h455vb4pex5vsknk084sn02q")]
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    /// The project, of an API secret.
    #[schema(example = "prj_01h455vb4pex5vsknk084sn02q")]
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
    /// The API key that belongs to an API secret.
    #[schema(example = "psk_…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
    /// When it was issued, in seconds since 1970.
    iat: i64,
    /// When it ends by itself, in seconds since 1970; left out where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl From<&Credential> for CredentialFacts {
    fn from(found: &Credential) -> Self {
        let (token_type, scope) = match found.kind {
            CredentialKind::GdprToken => ("gdpr_token", "gdpr"),
            CredentialKind::ApiPair => ("api_credentials", "project"),
        };
        let of = |kind| (found.kind == kind).then(|| found.owner.clone());
        Self {
            token_type,
            scope,
            credential_id: found.id,
            sub: found.owner.clone(),
            account_id: of(CredentialKind::GdprToken),
            project_id: of(CredentialKind::ApiPair),
            api_key: found.api_key.clone(),
            iat: found.issued_at.timestamp(),
            exp: found.expires_at.map(|at: DateTime<Utc>| at.timestamp()),
        }
    }
}
