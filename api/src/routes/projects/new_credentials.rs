//! A new API key and secret, and what is kept of them.

use chrono::{DateTime, Utc};
use domain::{CredentialId, OrganizationId, ProjectId};
use event_store::records::RecordWrite;
use event_store::records::credential::{self, CredentialKind, NewCredential};
use secrecy::{ExposeSecret, SecretString};

use crate::problem::Problem;
use crate::state::AppState;
use crate::token;

/// A pair that was made just now.
pub(crate) struct Pair {
    pub(crate) id: CredentialId,
    /// What it can be recognised by without being known.
    pub(crate) fingerprint: String,
    api_key: SecretString,
    api_secret: SecretString,
    lookup: Vec<u8>,
    sealed: Vec<u8>,
}

impl Pair {
    /// Makes one.
    pub(crate) async fn make(state: &AppState) -> Result<Self, Problem> {
        let id = CredentialId::generate(state.store.services());
        let (api_key, api_secret) =
            (token::generate(token::Kind::ApiKey), token::generate(token::Kind::ApiSecret));
        Ok(Self {
            id,
            fingerprint: token::fingerprint(&api_secret),
            lookup: credential::secret_lookup(state.store.records(), &api_secret).await?,
            sealed: credential::seal(state.store.records(), id, &api_secret).await?,
            api_key,
            api_secret,
        })
    }

    /// Keeps it for a project.
    pub(crate) fn issue(
        &self,
        project: ProjectId,
        organization: OrganizationId,
        at: DateTime<Utc>,
    ) -> RecordWrite {
        RecordWrite::IssueCredential(NewCredential {
            id: self.id,
            kind: CredentialKind::ApiPair,
            lookup: self.lookup.clone(),
            owner: project.to_string(),
            organization: Some(organization),
            api_key: Some(self.api_key()),
            sealed: Some(self.sealed.clone()),
            issued_at: at,
            expires_at: None,
        })
    }

    /// The public half.
    pub(crate) fn api_key(&self) -> String {
        self.api_key.expose_secret().to_owned()
    }

    /// The secret half, to be told to the caller that asked for it.
    pub(crate) fn api_secret(&self) -> String {
        self.api_secret.expose_secret().to_owned()
    }
}
