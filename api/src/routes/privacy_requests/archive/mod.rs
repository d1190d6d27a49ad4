//! `/v1/me/privacy-requests/{id}/archive`: the ZIP of a completed export.

mod coverage;
pub(super) mod disable;
pub(super) mod download;
mod range;

pub(crate) use coverage::Coverage;
