//! `operators`: who runs the service, and with what rights.

use anyhow::Context;
use chrono::{DateTime, Utc};
use event_store::vault::operator::{self, OperatorToken};
use secrecy::ExposeSecret;

use crate::cli::{CreateOperator, ReaderOptions, RevokeOperator};
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
    let life = options.expires.map(|life| chrono::Duration::from_std(life.into())).transpose();
    let life = life.context("--expires is too long")?;
    let expires_at = life.map(|life| reader.store.services().now() + life);
    let new = NewOperator {
        name: &options.name,
        scopes: options.scopes.iter().copied().collect(),
        expires_at,
        first: false,
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
    let list = operator::list(reader.store.pool()).await;
    reader.close().await;
    say(row("OPERATOR", "STATE", "SCOPES", "EXPIRES", "NAME"));
    for one in list? {
        say(line(&one, now));
    }
    Ok(())
}

fn line(token: &OperatorToken, now: DateTime<Utc>) -> String {
    let state = match token {
        OperatorToken { revoked_at: Some(_), .. } => "revoked",
        OperatorToken { expires_at: Some(at), .. } if *at <= now => "expired",
        _ => "in",
    };
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
    let expires = token.expires_at.map_or("never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
    row(&token.operator_id.to_string(), state, &scopes.join(","), &expires, &token.name)
}

fn row(id: &str, state: &str, scopes: &str, expires: &str, name: &str) -> String {
    format!("{id:<32}{state:<9}{scopes:<24}{expires:<18}{name}")
}

pub(super) async fn revoke(options: &RevokeOperator) -> anyhow::Result<()> {
    let reader = Reader::open(&options.reader).await?;
    let revoked = operators::let_out(&reader.store, options.operator).await;
    reader.close().await;
    revoked.with_context(|| format!("{} was not let out", options.operator))?;
    say(format!("{} is let in no longer.", options.operator));
    Ok(())
}
