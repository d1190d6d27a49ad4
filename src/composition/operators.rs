//! Letting operators in, and out.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::OperatorId;
use domain::operator::{Operator, OperatorCommand, OperatorScope};
use event_store::vault::{VaultWrite, operator};
use event_store::{Attached, CommandContext, EventStore, ExecuteError};
use secrecy::SecretString;

/// Somebody to let in.
pub struct NewOperator<'a> {
    /// What they are called.
    pub name: &'a str,
    /// What they may do.
    pub scopes: BTreeSet<OperatorScope>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// Only if there is no other yet.
    pub first: bool,
}

impl Default for NewOperator<'_> {
    /// Somebody without a name, who may do everything for ever.
    fn default() -> Self {
        Self { name: "", scopes: [OperatorScope::Admin].into(), expires_at: None, first: false }
    }
}

/// Lets somebody in with `token`. `None` where the token is known, or is not the first any more.
///
/// # Errors
/// When the store fails.
pub async fn let_in(
    store: &EventStore,
    token: &SecretString,
    new: NewOperator<'_>,
) -> anyhow::Result<Option<OperatorId>> {
    let operator_id = OperatorId::generate(store.services());
    let NewOperator { name, scopes, expires_at, first } = new;
    let add = VaultWrite::AddOperator(operator::NewOperator {
        id: operator_id,
        token_hash: api::token::hash(token).to_vec(),
        name: name.to_owned(),
        scopes: scopes.clone(),
        expires_at,
        first,
    });
    let command = OperatorCommand::Create { operator_id, name: name.to_owned(), scopes, expires_at };
    let context = CommandContext::service(operator_id.uuid());
    let attached = Attached { vault: vec![add], ..Attached::default() };
    match store.execute::<Operator>(&operator_id.to_string(), command, &context, attached).await {
        Ok(_) => Ok(Some(operator_id)),
        Err(ExecuteError::Spent) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Lets somebody in no longer, at once.
///
/// # Errors
/// When there is no such operator, or the store fails.
pub async fn let_out(store: &EventStore, operator: OperatorId) -> anyhow::Result<()> {
    let revoke = VaultWrite::RevokeOperator { operator, at: store.services().now() };
    let attached = Attached { vault: vec![revoke], ..Attached::default() };
    let context = CommandContext::service(operator.uuid());
    store.execute::<Operator>(&operator.to_string(), OperatorCommand::Revoke, &context, attached).await?;
    Ok(())
}
