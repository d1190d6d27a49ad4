//! Letting operators in, and out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::OperatorId;
use domain::operator::{Operator, OperatorCommand, OperatorScope};
use event_store::records::RecordWrite;
use event_store::records::operator_token::{self, Configured, Origin};
use event_store::{CommandContext, CommitExtras, EventStore, ExecuteError};
use secrecy::SecretString;

/// An operator to let in.
pub struct NewOperator<'a> {
    /// What they are called.
    pub name: &'a str,
    /// What they may do.
    pub scopes: BTreeSet<OperatorScope>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where the token comes from.
    pub origin: Origin,
}

impl NewOperator<'_> {
    /// An operator who may do everything, until the token is revoked.
    fn admin(name: &'static str, origin: Origin) -> Self {
        Self { name, scopes: [OperatorScope::Admin].into(), expires_at: None, origin }
    }
}

/// Sees to it that the token of the configuration is the one configured token, and that there is a token at all.
/// Returns one that was made just now.
pub async fn prepare(
    store: &EventStore,
    configured: Option<&SecretString>,
) -> anyhow::Result<Option<SecretString>> {
    let hash = configured.map(api::token::hash);
    let now = store.services().now();
    let state = operator_token::configure(store.pool(), hash.as_ref().map(|hash| &hash[..]), now).await?;
    let made = match (configured, state) {
        (Some(token), Configured::Unknown) => {
            let_in(store, token, NewOperator::admin("configured", Origin::Configured)).await?;
            None
        }
        (Some(_), Configured::Ended) => {
            tracing::warn!(
                "the configured operator token is not valid: it was replaced, revoked or has expired; choose another value"
            );
            None
        }
        (Some(_), Configured::Holds) => None,
        (None, _) => first(store).await?,
    };
    for ended in operator_token::ended_unrecorded(store.pool()).await? {
        let_out(store, ended).await?;
        tracing::warn!(operator_id = %ended, "operator token revoked: it is no longer configured");
    }
    Ok(made)
}

/// The first token, where there has been none.
async fn first(store: &EventStore) -> anyhow::Result<Option<SecretString>> {
    if operator_token::any(store.pool()).await? {
        return Ok(None);
    }
    let fresh = api::token::generate(api::token::Kind::Operator);
    let made = let_in(store, &fresh, NewOperator::admin("first", Origin::First)).await?;
    Ok(made.map(|_| fresh))
}

/// Lets an operator in with `token`. `None` where the token is known, or is not the first any more.
pub async fn let_in(
    store: &EventStore,
    token: &SecretString,
    new: NewOperator<'_>,
) -> anyhow::Result<Option<OperatorId>> {
    let operator_id = OperatorId::generate(store.services());
    let NewOperator { name, scopes, expires_at, origin } = new;
    let add = RecordWrite::AddOperator(operator_token::NewOperator {
        id: operator_id,
        token_hash: api::token::hash(token).to_vec(),
        name: name.to_owned(),
        scopes: scopes.clone(),
        expires_at,
        origin,
    });
    let command = OperatorCommand::Create { operator_id, name: name.to_owned(), scopes, expires_at };
    let context = CommandContext::service(operator_id.uuid());
    let extras = CommitExtras { records: vec![add], ..CommitExtras::default() };
    match store.execute::<Operator>(&operator_id.to_string(), command, &context, extras).await {
        Ok(_) => Ok(Some(operator_id)),
        Err(ExecuteError::AlreadyUsed) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Lets an operator in no longer, at once.
///
/// # Errors
/// When there is no such operator, or the store fails.
pub async fn let_out(store: &EventStore, operator: OperatorId) -> anyhow::Result<()> {
    let revoke = RecordWrite::RevokeOperator { operator, at: store.services().now() };
    let extras = CommitExtras { records: vec![revoke], ..CommitExtras::default() };
    let context = CommandContext::service(operator.uuid());
    store.execute::<Operator>(&operator.to_string(), OperatorCommand::Revoke, &context, extras).await?;
    Ok(())
}
