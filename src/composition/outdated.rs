//! Read models that are in the form of the release before.
//!
//! The process that has the database alone rebuilds them at once, beside the live ones, as the owner: a rebuild makes
//! tables, which the role the program works as may not. Elsewhere processes of that release may still read them, and this
//! one serves them as they are: then it is said once what to run when those have ended. A rebuild that is cut short goes
//! on at the next start.

use event_store::EventStore;
use projections::rebuild::Start;
use projections::{find, rebuild, status};

/// Rebuilds what is outdated through `owner`, the store as the owner of a database that this process has alone; or
/// says how.
pub(super) async fn see_to(store: &EventStore, owner: Option<&EventStore>) {
    let list = match status::list(store).await {
        Ok(list) => list,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "checking the revision of the read models failed");
            return;
        }
    };
    for name in list.into_iter().filter(|status| status.outdated).map(|status| status.name) {
        let Some(projection) = find(&name) else { continue };
        let Some(owner) = owner else {
            tracing::warn!(
                projection = name,
                "this read model has the revision of the release before, and is served as it is: once every process runs this release, run `personal-settings projections rebuild {name} --owner-url URL` with the owner of the \
                 database in URL"
            );
            continue;
        };
        match rebuild(owner, &*projection, Start::Resume, &mut |_| {}).await {
            Ok(position) => {
                tracing::info!(projection = name, position, "read model rebuilt for this release");
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    projection = name,
                    error,
                    "read model left at the revision of the release before"
                );
            }
        }
    }
}
