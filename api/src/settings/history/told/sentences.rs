//! The texts of all events, with what stands in them.

use catalogue::id;

use super::How::{
    Count, Day, IsThere, Items, Moment, Notice, Reason, RequestNotice, Size, Sum, Switch, Who, Word,
};
use super::{How, Sentence};

type With = &'static [(&'static str, &'static str, How)];

const fn told(event_type: &'static str, id: &'static str, with: With) -> Sentence {
    Sentence { event_type, id, with }
}

const CHANNEL: With = &[("channel", "/channel", Word)];
const REASON: With = &[("reason", "/reason", Word)];
const NAME: With = &[("name", "/name", Word)];
const PASSKEY: With = &[("passkey", "/passkey_id", IsThere)];
const OTHERS: With = &[("others", "/others_left", Word)];
const KIND: With = &[("kind", "/kind", Word)];

/// Every event that a history can hold.
pub(super) const SENTENCES: &[Sentence] = &[
    told("account.registered", id!("history-registered"), &[]),
    told("account.signed_in", id!("history-signed-in"), PASSKEY),
    told("account.second_step_asked", id!("history-second-step-asked"), &[]),
    told("account.second_factor_asked", id!("history-second-factor-asked"), CHANNEL),
    told("account.signed_out", id!("history-signed-out"), REASON),
    told("account.reauthenticated", id!("history-reauthenticated"), PASSKEY),
    told("account.name_changed", id!("history-name-changed"), &[]),
    told(
        "account.locale_changed",
        id!("history-locale-changed"),
        &[("language", "/language", IsThere), ("zone", "/time_zone", IsThere)],
    ),
    told(
        "account.billing_email_changed",
        id!("history-billing-email-changed"),
        &[("address", "/billing_email", IsThere)],
    ),
    told("account.billing_email_undone", id!("history-billing-email-undone"), &[]),
    told(
        "account.email_change_requested",
        id!("history-email-change-requested"),
        &[("until", "/confirm_by", Moment)],
    ),
    told("account.email_changed", id!("history-email-changed"), &[("until", "/undo_until", Moment)]),
    told("account.email_change_undone", id!("history-email-change-undone"), &[]),
    told(
        "account.email_change_ended",
        id!("history-email-change-ended"),
        &[("cancelled", "/cancelled", Word)],
    ),
    told(
        "account.former_email_released",
        id!("history-former-email-released"),
        &[("address", "/email", IsThere)],
    ),
    told("account.password_changed", id!("history-password-changed"), &[]),
    told(
        "account.password_reset_asked",
        id!("history-password-reset-asked"),
        &[("until", "/expires_at", Moment)],
    ),
    told("account.password_reset", id!("history-password-reset"), &[]),
    told("account.phone_change_requested", id!("history-phone-change-requested"), CHANNEL),
    told("account.phone_verified", id!("history-phone-verified"), CHANNEL),
    told("account.phone_removed", id!("history-phone-removed"), OTHERS),
    told("account.authenticator_app_added", id!("history-app-added"), &[]),
    told("account.authenticator_app_removed", id!("history-app-removed"), OTHERS),
    told("account.passkey_added", id!("history-passkey-added"), &[]),
    told("account.passkey_renamed", id!("history-passkey-renamed"), &[]),
    told("account.passkey_removed", id!("history-passkey-removed"), OTHERS),
    told(
        "account.passkeys_ended",
        id!("history-passkeys-ended"),
        &[("count", "/passkey_ids", Items), ("others", "/others_left", Word)],
    ),
    told("account.second_factor_undone", id!("history-second-factor-undone"), &[("factor", "/factor", Word)]),
    told("account.sessions_ended", id!("history-sessions-ended"), &[]),
    told(
        "account.factor_removal_begun",
        id!("history-factor-removal-begun"),
        &[("until", "/due_at", Day), ("proof", "/proof", Word), ("note", "/note_id", Word)],
    ),
    told("account.factor_removal_stopped", id!("history-factor-removal-stopped"), &[]),
    told("account.factor_removed", id!("history-factor-removed"), &[]),
    told(
        "account.recovery_codes_issued",
        id!("history-recovery-codes-issued"),
        &[("count", "/count", Count)],
    ),
    told("account.recovery_code_used", id!("history-recovery-code-used"), &[("left", "/left", Count)]),
    told(
        "account.preferences_changed",
        id!("history-preferences-changed"),
        &[
            ("personalization", "/personalization/to", Switch),
            ("logging", "/usage_logging/to", Switch),
            ("policy", "/policy_version", Word),
        ],
    ),
    told(
        "account.gdpr_token_issued",
        id!("history-gdpr-token-issued"),
        &[("until", "/expires_at", Day), ("older", "/replaces", IsThere)],
    ),
    told("account.gdpr_token_ended", id!("history-gdpr-token-ended"), REASON),
    told("account.organization_joined", id!("history-organization-joined"), &[]),
    told("account.organization_left", id!("history-organization-left"), &[]),
    told("account.notice_sent", id!("history-notice-sent"), &[("what", "/notice", Notice)]),
    told(
        "account.notice_undeliverable",
        id!("history-notice-undeliverable"),
        &[("what", "/notice", Notice), ("why", "/reason", Reason("unknown"))],
    ),
    told(
        "account.history_viewed",
        id!("history-history-viewed"),
        &[("what", "/what", Word), ("until", "/until", Moment)],
    ),
    told(
        "account.failed_tries_noted",
        id!("history-failed-tries-noted"),
        &[
            ("kind", "/kind", Word),
            ("tries", "/tries", Count),
            ("networks", "/networks", Count),
            ("since", "/since", Moment),
            ("until", "/until", Moment),
        ],
    ),
    told("account.deleted", id!("history-deleted"), &[]),
    told("account.personal_data_erased", id!("history-personal-data-erased"), &[]),
    told("organization.created", id!("history-organization-created"), NAME),
    told("organization.renamed", id!("history-organization-renamed"), NAME),
    told(
        "organization.member_invited",
        id!("history-member-invited"),
        &[("role", "/role", Word), ("until", "/expires_at", Day), ("by", "/invited_by", IsThere)],
    ),
    told("organization.invitation_ended", id!("history-invitation-ended"), REASON),
    told(
        "organization.member_joined",
        id!("history-member-joined"),
        &[("who", "/account_id", Who), ("role", "/role", Word), ("invitation", "/invitation_id", IsThere)],
    ),
    told(
        "organization.member_role_changed",
        id!("history-member-role-changed"),
        &[
            ("who", "/account_id", Who),
            ("from", "/from", Word),
            ("to", "/to", Word),
            ("lost", "/membership_id", IsThere),
        ],
    ),
    told(
        "organization.member_left",
        id!("history-member-left"),
        &[("who", "/account_id", Who), ("reason", "/reason", Word)],
    ),
    told(
        "organization.second_factor_demand_changed",
        id!("history-second-factor-demand"),
        &[("demanded", "/demanded", Word)],
    ),
    told("organization.closed", id!("history-organization-closed"), &[]),
    told("project.created", id!("history-project-created"), NAME),
    told("project.renamed", id!("history-project-renamed"), NAME),
    told("project.owner_added", id!("history-owner-added"), &[("who", "/account_id", Who)]),
    told("project.owner_removed", id!("history-owner-removed"), &[("who", "/account_id", Who)]),
    told("project.credentials_revealed", id!("history-credentials-revealed"), &[]),
    told(
        "project.credentials_reset",
        id!("history-credentials-reset"),
        &[("previous", "/previous", IsThere), ("until", "/previous_ends_at", Moment)],
    ),
    told(
        "project.previous_credentials_ended",
        id!("history-previous-credentials-ended"),
        &[("reason", "/reason", Word), ("at", "/ended_at", Moment)],
    ),
    told("project.credentials_revoked", id!("history-credentials-revoked"), &[]),
    told(
        "privacy_request.received",
        id!("history-request-received"),
        &[("kind", "/kind", Word), ("due", "/due_at", Day)],
    ),
    told("privacy_request.started", id!("history-request-started"), &[]),
    told(
        "privacy_request.source_progressed",
        id!("history-source-progressed"),
        &[("source", "/source", Word), ("records", "/records", Count)],
    ),
    told(
        "privacy_request.source_exported",
        id!("history-source-exported"),
        &[("source", "/source", Word), ("files", "/files", Items)],
    ),
    told(
        "privacy_request.source_erased",
        id!("history-source-erased"),
        &[("source", "/source", Word), ("records", "/counts", Sum)],
    ),
    told("privacy_request.source_verified", id!("history-source-verified"), &[("source", "/source", Word)]),
    told(
        "privacy_request.source_found_again",
        id!("history-source-found-again"),
        &[("source", "/source", Word), ("records", "/counts", Sum), ("again", "/retry_at", Moment)],
    ),
    told(
        "privacy_request.source_failed",
        id!("history-source-failed"),
        &[("source", "/source", Word), ("attempts", "/attempts", Count), ("again", "/retry_at", Moment)],
    ),
    told("privacy_request.collection_restarted", id!("history-collection-restarted"), &[]),
    told("privacy_request.packaged", id!("history-request-packaged"), &[("size", "/bytes", Size)]),
    told("privacy_request.completed", id!("history-request-completed"), KIND),
    told(
        "privacy_request.notice_sent",
        id!("history-request-notice-sent"),
        &[("what", "/notice", RequestNotice)],
    ),
    told(
        "privacy_request.notice_undeliverable",
        id!("history-request-notice-undeliverable"),
        &[("what", "/notice", RequestNotice), ("why", "/reason", Reason("account_ended"))],
    ),
    told("privacy_request.cancelled", id!("history-request-cancelled"), KIND),
    told(
        "privacy_request.archive_downloaded",
        id!("history-archive-downloaded"),
        &[("whole", "/whole", Word)],
    ),
    told("privacy_request.archive_ended", id!("history-archive-ended"), REASON),
    told("privacy_request.stalled", id!("history-request-stalled"), &[]),
    told("privacy_request.parts_removed", id!("history-parts-removed"), &[]),
    told("privacy_request.objects_removed", id!("history-objects-removed"), &[]),
];
