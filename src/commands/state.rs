//! `audit state`: how an account stood at an instant. As `audit history`, it leaves no event behind.

use anyhow::{Context, ensure};
use projections::{Audience, PointInTime};
use serde_json::json;

use super::history::{by_then, catch_up};
use crate::cli::{StateFormat, StateOptions};
use crate::composition::Reader;
use crate::logging::say;

pub(super) async fn run(options: &StateOptions) -> anyhow::Result<()> {
    let reader = Reader::open(&options.reader).await?;
    let printed = print(&reader, options).await;
    reader.close().await;
    printed
}

async fn print(reader: &Reader, options: &StateOptions) -> anyhow::Result<()> {
    catch_up(reader).await?;
    let until = options.at.map(|PointInTime(at)| at);
    let at = until.unwrap_or_else(|| reader.store.services().now());
    let state = reader.views.account_state(&reader.store, options.account, at, Audience::Operator).await?;
    ensure!(state.is_some(), "there is no account {}{}", options.account, by_then(until));
    let state = state.context("no state")?;
    match options.format {
        StateFormat::Text => say(state.in_words().trim_end()),
        StateFormat::Json => say(json!(state).to_string()),
    }
    Ok(())
}
