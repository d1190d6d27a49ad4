//! How an account stood at an instant.

use chrono::{DateTime, Utc};
use domain::AccountId;
use projections::AccountState;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How an account stood at an instant. A value that was erased since is `{"$erased": true}`.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = AccountState)]
pub(crate) struct AccountStateBody {
    /// Whose.
    #[schema(value_type = String, example = "acc_01h455vb4pex5vsknk084sn02q")]
    pub(crate) account_id: AccountId,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// How many events had concerned it by then.
    pub(crate) events: u64,
    /// The position of the last of them; told to those who run the service alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<i64>,
    /// The account itself.
    #[schema(value_type = Object)]
    pub(crate) account: Value,
    /// Its privacy requests, oldest first.
    #[schema(value_type = Vec<Object>)]
    pub(crate) privacy_requests: Vec<Value>,
}

impl From<AccountState> for AccountStateBody {
    fn from(state: AccountState) -> Self {
        let AccountState { account_id, at, events, position, account, privacy_requests } = state;
        Self { account_id, at, events, position, account, privacy_requests }
    }
}
