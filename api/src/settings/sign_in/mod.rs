//! Signing in, out, and back in where the password is forgotten.

pub(super) mod code;
mod forgotten;
mod passkey;
mod password;
mod sign_out;

use axum::routing::{MethodRouter, get, post};

use super::pages::Pages;

/// Where the form with a passkey is sent.
const PASSKEY_PATH: &str = "/settings/sign-in/passkey";

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        ("/settings/sign-in", get(password::show).post(password::sign_in)),
        ("/settings/sign-in/code", get(code::show).post(code::answer)),
        ("/settings/sign-in/code/send", get(code::show).post(code::send)),
        (PASSKEY_PATH, get(passkey::show).post(passkey::sign_in)),
        ("/settings/sign-in/forgotten", get(forgotten::show).post(forgotten::ask)),
        ("/settings/sign-out", get(sign_out::show).merge(post(sign_out::sign_out))),
    ]
}
