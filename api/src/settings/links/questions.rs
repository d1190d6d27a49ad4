//! What links ask: each one question with one button.

use axum::http::Method;
use catalogue::id;

/// What a link asks.
pub(super) struct Question {
    /// Where it leads.
    pub(super) path: &'static str,
    /// What the button does.
    pub(super) method: Method,
    pub(super) v1: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) button: &'static str,
    pub(super) done: &'static str,
    /// What to do where the link no longer works.
    pub(super) dead: Dead,
    /// Whether a new password is wanted.
    pub(super) wants_password: bool,
}

/// What to do where a link no longer works: in words, and where.
#[derive(Clone, Copy)]
pub(super) struct Dead {
    pub(super) says: &'static str,
    pub(super) remedy: Option<(&'static str, &'static str)>,
}

const NEW_PASSWORD: (&str, &str) = ("/settings/sign-in/forgotten", id!("links-new-password"));
/// Of a link by which something is taken back.
const UNDONE: Dead = Dead { says: id!("links-dead-undo"), remedy: Some(NEW_PASSWORD) };

pub(super) static QUESTIONS: [Question; 6] = [
    Question {
        path: "/links/email-confirmation",
        method: Method::POST,
        v1: "/v1/email-confirmations",
        title: id!("links-email-confirmation"),
        lead: id!("links-email-confirmation-lead"),
        button: id!("links-email-confirmation-button"),
        done: id!("links-email-confirmation-done"),
        dead: Dead {
            says: id!("links-dead-email-confirmation"),
            remedy: Some(("/settings/profile/email", id!("links-see-email"))),
        },
        wants_password: false,
    },
    Question {
        path: "/links/email-undo",
        method: Method::POST,
        v1: "/v1/email-undos",
        title: id!("links-email-undo"),
        lead: id!("links-email-undo-lead"),
        button: id!("links-email-undo-button"),
        done: id!("links-email-undo-done"),
        dead: UNDONE,
        wants_password: false,
    },
    Question {
        path: "/links/billing-email-undo",
        method: Method::POST,
        v1: "/v1/billing-email-undos",
        title: id!("links-billing-email-undo"),
        lead: id!("links-billing-email-undo-lead"),
        button: id!("links-take-back"),
        done: id!("links-taken-back"),
        dead: UNDONE,
        wants_password: false,
    },
    Question {
        path: "/links/factor-undo",
        method: Method::POST,
        v1: "/v1/factor-undos",
        title: id!("links-factor-undo"),
        lead: id!("links-factor-undo-lead"),
        button: id!("links-take-back"),
        done: id!("links-taken-back"),
        dead: UNDONE,
        wants_password: false,
    },
    Question {
        path: "/links/factor-removal",
        method: Method::POST,
        v1: "/v1/factor-removal-objections",
        title: id!("links-factor-removal"),
        lead: id!("links-factor-removal-lead"),
        button: id!("links-factor-removal-button"),
        done: id!("links-factor-removal-done"),
        dead: Dead {
            says: id!("links-dead-factor-removal"),
            remedy: Some(("/settings/security", id!("links-see-security"))),
        },
        wants_password: false,
    },
    Question {
        path: "/links/password-reset",
        method: Method::PUT,
        v1: "/v1/password-resets",
        title: id!("links-password-reset"),
        lead: id!("links-password-reset-lead"),
        button: id!("links-password-reset-button"),
        done: id!("links-password-reset-done"),
        dead: Dead {
            says: id!("links-dead-password-reset"),
            remedy: Some(("/settings/sign-in/forgotten", id!("links-another"))),
        },
        wants_password: true,
    },
];
