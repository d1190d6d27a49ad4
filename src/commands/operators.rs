//! `operators`: who runs the service, and with what rights.

use anyhow::Context;
use chrono::{DateTime, Utc};
use event_store::records::operator_token::{self, OperatorToken, Origin};
use secrecy::ExposeSecret;

use crate::cli::{CreateOperator, Expiry, ReaderOptions, RevokeOperator};
use crate::composition::Reader;
use crate::composition::operators::{self, NewOperator};
use crate::logging::say;

pub(super) async fn create(options: &CreateOperator) -> anyhow::Result<()> {
    let reader = Reader::open(&options.reader).await?;
    let made = make(&reader, options).await;
    reader.close().await;
    made
}

async fn make(reader: &Reader, options: &CreateOperator) -> anyhow::Result<()> {
    let expires_at = match options.expires {
        Expiry::Never => None,
        Expiry::After(life) => {
            let life = chrono::Duration::from_std(life).context("--expires is too long")?;
            let at = reader.store.services().now().checked_add_signed(life);
            Some(at.context("--expires is too long")?)
        }
    };
    let new = NewOperator {
        name: &options.name,
        scopes: options.scopes.iter().copied().collect(),
        expires_at,
        origin: Origin::Created,
    };
    let token = api::token::generate(api::token::Kind::Operator);
    let id = operators::let_in(&reader.store, &token, new).await?.context("the token is known already")?;
    say(format!("Operator: {id}"));
    say(format!("Token (shown this once): {}", token.expose_secret()));
    Ok(())
}

pub(super) async fn list(options: &ReaderOptions) -> anyhow::Result<()> {
    let reader = Reader::open(options).await?;
    let now = reader.store.services().now();
    let list = operator_token::list(reader.store.pool()).await;
    reader.close().await;
    let list = list?;
    say(row(["OPERATOR", "STATE", "SCOPES", "CREATED", "LAST USED", "EXPIRES", "NAME"]));
    for one in list {
        say(line(&one, now));
    }
    Ok(())
}

fn line(token: &OperatorToken, now: DateTime<Utc>) -> String {
    let state = match token {
        OperatorToken { revoked_at: Some(_), .. } => "revoked",
        OperatorToken { expires_at: Some(at), .. } if *at <= now => "expired",
        OperatorToken { configured: true, .. } => "configured",
        _ => "in",
    };
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let at = |at: Option<DateTime<Utc>>| {
        at.map_or("never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string())
    };
    row([
        &token.operator_id.to_string(),
        state,
        &scopes.join(","),
        &at(Some(token.created_at)),
        &at(token.used_at),
        &at(token.expires_at),
        &token.name,
    ])
}

fn row([id, state, scopes, created, used, expires, name]: [&str; 7]) -> String {
    format!("{id:<32}{state:<12}{scopes:<24}{created:<18}{used:<18}{expires:<18}{name}")
}

pub(super) async fn revoke(options: &RevokeOperator) -> anyhow::Result<()> {
    let reader = Reader::open(&options.reader).await?;
    let revoked = operators::let_out(&reader.store, options.operator).await;
    reader.close().await;
    revoked.with_context(|| format!("{} was not let out", options.operator))?;
    say(format!("{} is let in no longer.", options.operator));
    Ok(())
}
