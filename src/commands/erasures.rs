//! `erasures`: seeing to the ledger of erasures.

use anyhow::ensure;
use event_store::erasure::{ReappliedEntry, ReapplySummary};

use crate::cli::ReaderOptions;
use crate::composition::Reader;
use crate::logging::say;

pub(super) async fn reapply(options: &ReaderOptions) -> anyhow::Result<()> {
    let reader = Reader::open_as_it_is(options).await?;
    let done = carry_out(&reader).await;
    reader.close().await;
    done
}

async fn carry_out(reader: &Reader) -> anyhow::Result<()> {
    let done = reader.erasures()?.reapply(tell).await?;
    let ReapplySummary { entries, unreadable, keys_destroyed, usage_deleted } = done;
    // The first word tells whether this is all of it: the sum alone would read like it.
    let all = if unreadable == 0 { "ALL DONE" } else { "NOT ALL DONE" };
    say(format!(
        "{all}: {entries} entries of the ledger were carried out again: {keys_destroyed} keys still lived and were destroyed, \
         {usage_deleted} events of usage were still there and were deleted."
    ));
    ensure!(
        unreadable == 0,
        "{unreadable} objects in the ledger are no entries of ours: somebody made or changed them; see the log"
    );
    Ok(())
}

fn tell(told: ReappliedEntry) {
    let ReappliedEntry { at, cause, what, keys_destroyed, usage_deleted } = told;
    let changed = match (keys_destroyed, usage_deleted) {
        (0, 0) => "nothing was left of it".to_owned(),
        (keys, 0) => format!("{keys} destroyed now"),
        (0, events) => format!("{events} events deleted now"),
        (keys, events) => format!("{keys} destroyed, {events} events deleted now"),
    };
    say(format!("{} {cause}: {what} ({changed})", at.format("%Y-%m-%dT%H:%M:%SZ")));
}
