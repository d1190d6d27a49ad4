//! *Profile & Preferences*: who somebody is, how they sign in, and where they belong.

mod billing_email;
mod email;
mod email_cancel;
mod language;
mod name;
mod overview;
mod password;
mod phone;
mod phone_code;
mod phone_removal;
pub(super) mod recovery_codes;
mod time_zone;

use axum::routing::{MethodRouter, get};

use super::pages::Pages;

pub(super) fn pages() -> Vec<(&'static str, MethodRouter<Pages>)> {
    vec![
        ("/settings/profile", get(overview::show)),
        ("/settings/profile/name", get(name::show).post(name::change)),
        ("/settings/profile/email", get(email::show).post(email::change)),
        ("/settings/profile/email/cancel", get(email_cancel::show).post(email_cancel::cancel)),
        ("/settings/profile/billing-email", get(billing_email::show).post(billing_email::change)),
        ("/settings/profile/language", get(language::show).post(language::change)),
        ("/settings/profile/time-zone", get(time_zone::show).post(time_zone::change)),
        ("/settings/profile/password", get(password::show).post(password::change)),
        ("/settings/profile/phone", get(phone::show).post(phone::change)),
        ("/settings/profile/phone/code", get(phone_code::show).post(phone_code::verify)),
        ("/settings/profile/phone/remove", get(phone_removal::show).post(phone_removal::remove)),
        ("/settings/profile/recovery-codes", get(recovery_codes::show).post(recovery_codes::renew)),
    ]
}
