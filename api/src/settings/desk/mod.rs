//! The privacy desk, below `/settings/desk/`: what those who run the service see of privacy requests, and of what keeps them
//! from being answered.
//!
//! A page asks `/v1/admin` within this process as the operator who is signed in here ([`desk_entrance`](super::desk_entrance)): what they may see, and that
//! each look is on record, is decided there and nowhere else.

mod accounts;
mod charts;
mod context;
mod durations;
mod found;
mod log;
mod numbers;
mod operators;
mod request;
mod requests;
mod sign_in;
mod sign_out;
mod story;
mod waiting;
mod words;

use axum::routing::{MethodRouter, get, post};

use super::desk_section::{HOME, SIGN_IN, SIGN_OUT, Section};
use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        (SIGN_IN, get(sign_in::show).post(sign_in::sign_in)),
        (SIGN_OUT, get(sign_out::show).merge(post(sign_out::sign_out))),
        (HOME, get(requests::show)),
        ("/settings/desk/requests/{id}", get(request::show)),
        ("/settings/desk/accounts", get(accounts::show).post(accounts::search)),
        ("/settings/desk/accounts/{id}", get(found::show)),
        ("/settings/desk/waiting", get(waiting::show).post(waiting::retry)),
        ("/settings/desk/log", get(log::show)),
        ("/settings/desk/operators", get(operators::show)),
    ]
}
