//! What happened to what several people share, for those who are members of it now: with the names of those who did it,
//! and nothing else personal of others.

use std::collections::HashMap;

use axum::response::Response;
use domain::{AccountId, OrganizationId};
use event_store::log;
use projections::{Audience, EventView};

use super::{HistoryEntry, HistoryPage, answer};
use crate::page::Page;
use crate::problem::Problem;
use crate::state::AppState;

/// A page of what happened to an aggregate, newest first, as `reader` may see it; the list lies at `path`.
pub(crate) async fn page(
    state: &AppState,
    (reader, organization): (AccountId, OrganizationId),
    aggregate: (&str, &str),
    page: &Page,
    path: &str,
) -> Result<Response, Problem> {
    let before = page.cursor::<i64>()?;
    let pool = state.store.pool();
    let mut entries = log::read_newest_of(pool, aggregate, before, page.limit_and_one()).await?;
    let next_cursor = page.cut(&mut entries, |entry| entry.sequence.to_string());
    let link = page.link(path, next_cursor.as_deref());
    let entries = log::open(state.store.log(), entries).await?;
    let told = entries.into_iter().map(|entry| EventView::to(Audience::Holder, entry, reader).into());
    let items = named(state, organization, told.collect()).await?;
    Ok(answer(link, HistoryPage { items, next_cursor, state: None }))
}

/// The same, with the names of the members among those who did it.
async fn named(
    state: &AppState,
    organization: OrganizationId,
    mut items: Vec<HistoryEntry>,
) -> Result<Vec<HistoryEntry>, Problem> {
    let actors: Vec<String> = items.iter().map(|item| item.actor.clone()).collect();
    let members = state.views.members_among(organization, &actors).await?;
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    names.extend(members.into_iter().map(|member| (member.account_id, member.name)));
    for item in &mut items {
        item.actor_name = names.get(&item.actor).cloned().flatten();
    }
    Ok(items)
}
