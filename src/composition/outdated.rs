//! Read models that are in the form of the release before.
//!
//! Who has the database alone rebuilds them at once, beside the live ones. Elsewhere processes of that release may still
//! read them: then it is said once what to do when they have ended. A rebuild that is cut short goes on at the next start.

use event_store::EventStore;
use projections::rebuild::Start;
use projections::{find, rebuild, status};

/// Rebuilds what is outdated, or says how.
pub(super) async fn see_to(store: &EventStore, alone: bool) {
    let list = match status::list(store).await {
        Ok(list) => list,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "whether read models are of this release could not be found out");
            return;
        }
    };
    for name in list.into_iter().filter(|status| status.outdated).map(|status| status.name) {
        let Some(projection) = find(&name) else { continue };
        if !alone {
            tracing::warn!(
                projection = name,
                "this read model is in the form of the release before: run `personal-settings projections rebuild` \
                 with its name when every process is of this release"
            );
            continue;
        }
        match rebuild(store, &*projection, Start::Resume, &mut |_| {}).await {
            Ok(position) => {
                tracing::info!(projection = name, position, "a read model was brought to this release");
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    projection = name,
                    error,
                    "a read model stays in the form of the release before"
                );
            }
        }
    }
}
