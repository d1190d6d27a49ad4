//! What the events of an account's history are about, in the groups by which people look for them.

use serde::Serialize;

/// A group of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Signing in and out, and tries at it.
    SignIns,
    /// What proves who somebody is: address, password, second factor, tokens.
    Security,
    /// The account itself, and who its holder is.
    Profile,
    /// The switches, and requests for a copy or an erasure of the data.
    Privacy,
    /// Organizations and their projects.
    Organizations,
    /// Messages that went out, or did not.
    Messages,
    /// Looks at secrets and at data of the account. Each of them is of another topic as well.
    Looks,
}

impl Topic {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::SignIns,
        Self::Security,
        Self::Profile,
        Self::Privacy,
        Self::Organizations,
        Self::Messages,
        Self::Looks,
    ];

    /// The name by which it is asked for.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins",
            Self::Security => "security",
            Self::Profile => "profile",
            Self::Privacy => "privacy",
            Self::Organizations => "organizations",
            Self::Messages => "messages",
            Self::Looks => "looks",
        }
    }

    /// The topic of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == name)
    }

    /// The types of its events, as they are stored.
    pub fn event_types(self) -> &'static [&'static str] {
        match self {
            Self::SignIns => &[
                "account.signed_in",
                "account.signed_out",
                "account.second_factor_asked",
                "account.second_step_asked",
                "account.reauthenticated",
                "account.sessions_ended",
                "account.failed_tries_noted",
            ],
            Self::Security => &[
                "account.email_change_requested",
                "account.email_changed",
                "account.email_change_undone",
                "account.email_change_ended",
                "account.former_email_released",
                "account.password_changed",
                "account.password_reset_asked",
                "account.password_reset",
                "account.phone_change_requested",
                "account.phone_verified",
                "account.phone_removed",
                "account.authenticator_app_added",
                "account.authenticator_app_removed",
                "account.passkey_added",
                "account.passkey_renamed",
                "account.passkey_removed",
                "account.passkeys_ended",
                "account.second_factor_undone",
                "account.factor_removal_begun",
                "account.factor_removal_stopped",
                "account.factor_removed",
                "account.recovery_codes_issued",
                "account.recovery_code_used",
                "account.gdpr_token_issued",
                "account.gdpr_token_ended",
            ],
            Self::Profile => &[
                "account.registered",
                "account.name_changed",
                "account.locale_changed",
                "account.billing_email_changed",
                "account.billing_email_undone",
                "account.deleted",
                "account.personal_data_erased",
            ],
            Self::Privacy => &[
                "account.preferences_changed",
                "account.history_viewed",
                "privacy_request.received",
                "privacy_request.started",
                "privacy_request.source_progressed",
                "privacy_request.source_exported",
                "privacy_request.source_erased",
                "privacy_request.source_verified",
                "privacy_request.source_found_again",
                "privacy_request.source_failed",
                "privacy_request.collection_restarted",
                "privacy_request.packaged",
                "privacy_request.completed",
                "privacy_request.cancelled",
                "privacy_request.archive_downloaded",
                "privacy_request.archive_ended",
                "privacy_request.stalled",
                "privacy_request.parts_removed",
                "privacy_request.objects_removed",
            ],
            Self::Organizations => &[
                "account.organization_joined",
                "account.organization_left",
                "organization.created",
                "organization.renamed",
                "organization.member_invited",
                "organization.invitation_ended",
                "organization.member_joined",
                "organization.member_role_changed",
                "organization.member_left",
                "organization.second_factor_demand_changed",
                "organization.closed",
                "project.created",
                "project.renamed",
                "project.owner_added",
                "project.owner_removed",
                "project.credentials_revealed",
                "project.credentials_reset",
                "project.previous_credentials_ended",
                "project.credentials_revoked",
            ],
            Self::Messages => &[
                "account.notice_sent",
                "account.notice_undeliverable",
                "privacy_request.notice_sent",
                "privacy_request.notice_undeliverable",
            ],
            Self::Looks => &[
                "account.history_viewed",
                "privacy_request.archive_downloaded",
                "project.credentials_revealed",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The types of all events that an account can have in its history: there is a golden file of each.
    fn stored() -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let names =
            fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let types = names.map(|name| name.split('.').take(2).collect::<Vec<_>>().join("."));
        types.filter(|stored| !stored.starts_with("operator.")).collect()
    }

    #[test]
    fn every_event_of_a_history_has_one_topic_and_a_look_is_one_besides() {
        let topics = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Looks);
        let listed: Vec<&str> = topics.flat_map(|topic| topic.event_types().iter().copied()).collect();
        let known: BTreeSet<String> = listed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(known, stored(), "what is each about?");
        assert_eq!(listed.len(), known.len(), "one topic each");
        assert!(Topic::Looks.event_types().iter().all(|look| known.contains(*look)));
    }

    #[test]
    fn a_topic_is_found_by_its_name() {
        for topic in Topic::ALL {
            assert_eq!(Topic::named(topic.as_str()), Some(topic));
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.as_str());
        }
        assert_eq!(Topic::named("everything"), None);
    }
}
