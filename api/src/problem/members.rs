//! Members of their own that some problems have: what a client can act on.

use chrono::{DateTime, Utc};
use domain::account::Channel;
use domain::organization::Role;
use domain::{AccountId, ChallengeId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schemas;

/// What can be given as a second factor: a code of the authenticator app, a code sent to the phone, a passkey (which needs no
/// password beside it), or a recovery code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    /// A code of the authenticator app.
    App,
    /// A code that is sent to the phone.
    Phone,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

/// A second factor that is wanted.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SecondFactor {
    /// The question that it answers.
    #[schema(value_type = String, example = "chl_01h455vb4pex5vsknk084sn02q")]
    pub(crate) challenge_id: ChallengeId,
    /// What can be given.
    #[schema(example = json!(["app", "phone", "recovery_code"]))]
    pub(crate) methods: Vec<Method>,
    /// How a code was sent to the phone. Null where none was: with other factors beside the phone it is sent when asked for.
    #[schema(value_type = Option<schemas::Channel>)]
    pub(crate) channel: Option<Channel>,
    /// Where it was sent, masked.
    #[schema(example = "•••42")]
    pub(crate) sent_to: Option<String>,
    /// Until when the question can be answered.
    pub(crate) expires_at: DateTime<Utc>,
}

/// An organization that needs an owner before an account can end.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
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
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
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
