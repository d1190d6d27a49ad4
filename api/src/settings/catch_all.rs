//! Paths below `/settings` that are no page.

use axum::response::Response;

use super::next::Next;
use super::visit::see;
use crate::problem::{Kind, Problem};

/// The first page.
pub(super) async fn first() -> Response {
    see(Next::default().path())
}

/// The first page of the privacy desk.
pub(super) async fn desk() -> Response {
    see(super::desk_section::HOME)
}

/// There is nothing.
pub(super) async fn nothing() -> Problem {
    Problem::because(Kind::NotFound, "There is no such page.")
}
