//! The names under which the values of enumerations lie in stored events. They are frozen: a name is never changed
//! and never taken away, and a new value adds one.

/// Fields that hold one of a few names, and all of those names.
pub(crate) const VALUES: &[(&str, &str, &[&str])] = &[
    (
        "account.signed_out.v1",
        "reason",
        &[
            "signed_out",
            "ended_by_holder",
            "password_changed",
            "password_reset",
            "email_changed",
            "email_change_undone",
            "phone_removed",
            "billing_email_undone",
            "replaced",
            "too_many",
            "phone_verified",
            "recovery_codes_issued",
            "second_factor_undone",
            "ended_by_operator",
            "factor_removed",
        ],
    ),
    ("account.second_factor_asked.v1", "channel", CHANNELS),
    ("account.phone_change_requested.v1", "channel", CHANNELS),
    ("account.phone_verified.v1", "channel", CHANNELS),
    ("account.factor_removal_begun.v1", "proof", &["document_seen", "called_back", "other"]),
    ("account.second_factor_undone.v1", "factor", &["phone", "recovery_codes"]),
    ("account.gdpr_token_ended.v1", "reason", &["revoked", "expired"]),
    ("account.notice_sent.v1", "notice", ACCOUNT_NOTICES),
    ("account.notice_undeliverable.v1", "notice", ACCOUNT_NOTICES),
    ("account.failed_tries_noted.v1", "kind", &["password", "code", "access"]),
    ("account.history_viewed.v1", "what", &["history", "state"]),
    ("operator.viewed.v1", "what", &["checkpoint", "parked_events"]),
    ("organization.member_invited.v1", "role", ROLES),
    (
        "organization.invitation_ended.v1",
        "reason",
        &["revoked", "declined", "expired", "sender_without_right"],
    ),
    ("organization.member_joined.v1", "role", ROLES),
    ("organization.member_joined.v1.invited", "role", ROLES),
    ("organization.member_role_changed.v1", "from", ROLES),
    ("organization.member_role_changed.v1", "to", ROLES),
    ("organization.member_left.v1", "reason", &["left", "removed", "account_deleted"]),
    ("project.previous_credentials_ended.v1", "reason", &["overlap_over", "retired", "reset_again"]),
    ("privacy_request.received.v1", "kind", &["export", "erasure"]),
    ("privacy_request.received.v1", "regulation", &["gdpr", "ccpa"]),
    ("privacy_request.completed.v1", "kind", &["export", "erasure"]),
    ("privacy_request.cancelled.v1", "kind", &["export", "erasure"]),
    (
        "privacy_request.notice_sent.v1",
        "notice",
        &["received", "archive_ready", "archive_expiring", "erased", "cancelled"],
    ),
    ("privacy_request.archive_ended.v1", "reason", &["expired", "disabled", "erased"]),
];

/// Fields that hold several such names.
pub(crate) const SETS: &[(&str, &str, &[&str])] =
    &[("operator.created.v1", "scopes", &["admin", "audit", "introspect"])];

const CHANNELS: &[&str] = &["sms", "call"];
const ROLES: &[&str] = &["member", "admin", "owner"];
/// What a message to an account holder can tell of.
pub(crate) const ACCOUNT_NOTICES: &[&str] = &[
    "new_device",
    "email_confirmation",
    "email_change",
    "email_change_undone",
    "password_changed",
    "password_reset_link",
    "code",
    "phone_verified",
    "phone_removed",
    "second_factor_undone",
    "sessions_ended",
    "factor_removal_begun",
    "factor_removal_stopped",
    "factor_removed",
    "recovery_codes_issued",
    "recovery_code_used",
    "failed_codes",
    "credentials_reset",
    "credentials_revealed",
    "credentials_revoked",
    "gdpr_token_issued",
    "gdpr_token_revoked",
    "gdpr_token_expires_in_30_days",
    "gdpr_token_expires_in_7_days",
    "gdpr_token_expired",
    "billing_email_changed",
    "billing_email_undone",
    "archive_downloaded",
    "role_changed",
    "membership_ended",
    "team_changed",
    "project_owners_changed",
    "account_deleted",
];
