//! Members of their own that some problems have: what a client can act on.

use chrono::{DateTime, Utc};
use domain::account::Channel;
use domain::organization::Role;
use domain::{AccountId, ChallengeId, OrganizationId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schemas;

/// A code that was sent to a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SecondFactor {
    /// The question that the code answers.
    #[schema(value_type = String, example = "chl_01h455vb4pex5vsknk084sn02q")]
    pub(crate) challenge_id: ChallengeId,
    /// How it was sent.
    #[schema(value_type = schemas::Channel)]
    pub(crate) channel: Channel,
    /// Where it was sent, masked.
    #[schema(example = "•••42")]
    pub(crate) sent_to: String,
    /// Until when it works.
    pub(crate) expires_at: DateTime<Utc>,
}

/// An organization that needs an owner before an account can end.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OwnerNeeded {
    /// Which.
    #[schema(value_type = String, example = "org_01h455vb4pex5vsknk084sn02q")]
    pub(crate) id: OrganizationId,
    /// Its name.
    #[schema(example = "Analytical Engines")]
    pub(crate) name: String,
    /// Who could be one; where there is nobody, the organization can be closed instead.
    pub(crate) candidates: Vec<Candidate>,
}

/// A member who could be an owner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Candidate {
    /// Which account.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
    /// The name.
    #[schema(example = "Grace Hopper")]
    pub(crate) name: Option<String>,
    /// The role so far.
    #[schema(value_type = schemas::Role)]
    pub(crate) role: Role,
}
