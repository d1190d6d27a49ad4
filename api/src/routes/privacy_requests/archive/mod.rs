//! `/v1/me/privacy-requests/{id}/archive`: the ZIP of a completed export.

pub(super) mod disable;
pub(super) mod download;
mod range;
