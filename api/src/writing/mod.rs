//! Every operation that writes, and how it is treated before its route is asked: who may, how often, before whom its
//! commands go, and what is kept of its answer.
//!
//! The [lines](table) name operations of the [description](crate::openapi()), whose routes know their methods and paths; so
//! no middleware knows a path, and tests find an operation without a line or a line that says otherwise.

mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use event_store::Precedence;
use event_store::records::rate_limit::Limit;
use utoipa::openapi::OpenApi;

use table::WRITINGS;

/// How an operation that writes is treated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    /// Its id in the description.
    operation: &'static str,
    /// The callers that may send it.
    pub(crate) guard: Guard,
    /// Before whom its commands go.
    pub(crate) precedence: Precedence,
    /// How often, besides what holds for all commands.
    pub(crate) limit: Counted,
    /// What is kept of its answer for a caller that sends the request again.
    pub(crate) repeat: Repeat,
}

/// Which callers may send a request: asked before anything is counted, claimed or given again. The route asks as
/// well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    /// A caller that holds a password, a code or a project's token: the route alone can tell.
    ByRoute,
    /// The holder of the link of a mail, whose token is in the body: an Idempotency-Key belongs to the link.
    Link,
    /// A caller that is signed in.
    Session,
    /// A caller that has given the password again in the session.
    Sudo,
    /// An operator who may do everything.
    Operator,
    /// An operator of the privacy desk.
    PrivacyDesk,
    /// An operator who may ask what credentials are worth.
    Gateway,
}

/// How often an operation may be asked for, besides the limits that hold for all commands of a session, of an account and
/// of an operator ([`limits`](crate::limits)).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    /// As often as any command.
    AsCommand,
    /// So often an account.
    OfAccount(Limit),
    /// The route counts, by what only it knows.
    ByRoute(&'static [Limit]),
}

/// What a repeat with the same Idempotency-Key gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same answer.
    Same,
    /// That the answer was given: it held a secret, which is kept nowhere. And how to come by another.
    Told(&'static str),
    /// It is carried out again: nothing was proved that a key could belong to, or what is told may have changed.
    Anew,
}

/// The operations that write, by method and path, as a description has them.
pub(crate) struct WritingsByRoute(HashMap<(Method, String), &'static Writing>);

impl WritingsByRoute {
    /// The operations that write among those of `description`.
    pub(crate) fn of(description: &OpenApi) -> Self {
        let mut by_route = HashMap::new();
        for (path, item) in &description.paths.paths {
            let operations = [
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            for (method, operation) in operations {
                let id = operation.as_ref().and_then(|operation| operation.operation_id.as_deref());
                if let Some(writing) = id.and_then(named) {
                    by_route.insert((method, path.clone()), writing);
                }
            }
        }
        Self(by_route)
    }

    /// How the operation that is asked for is treated, if it writes.
    pub(crate) fn recognize(&self, request: &Request) -> Option<Writing> {
        if request.method().is_safe() {
            return None;
        }
        let path = request.extensions().get::<MatchedPath>()?.as_str().to_owned();
        self.0.get(&(request.method().clone(), path)).map(|writing| **writing)
    }
}

/// How the operation of this id is treated, if it writes.
pub(crate) fn named(id: &str) -> Option<&'static Writing> {
    WRITINGS.iter().find(|writing| writing.operation == id)
}
