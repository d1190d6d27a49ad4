//! Where each datum lies: a function of the datum, so that none is left out.

use domain::Scope;

use super::datum::Datum;
use super::place::{Fate, Form, Place};

/// A datum in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where.
    pub place: Place,
    /// How it lies there.
    pub form: Form,
    /// What *Delete Data* does to it.
    pub data_deleted: Fate,
    /// What the deletion of the account does to it.
    pub account_deleted: Fate,
    /// When it goes by itself.
    pub otherwise: &'static str,
}

const GOES_ON: Fate = Fate::Stays("the account goes on");
const RECORD: Fate = Fate::Stays("a record we must keep; it names the account by its id alone");
const BY_AGE: Fate = Fate::Expires("with its backup");
const NEVER: &str = "–";

/// Every copy of a datum.
pub fn copies(datum: Datum) -> Vec<Placed> {
    let mut copies = match datum {
        Datum::Name
        | Datum::SignInAddress
        | Datum::BillingAddress
        | Datum::OtherAddress
        | Datum::Phone
        | Datum::Locale => of_profile(datum),
        Datum::IpAddress | Datum::UserAgent | Datum::Device | Datum::FailedTries | Datum::Usage => {
            of_use(datum)
        }
        Datum::AuthenticatorApp | Datum::Passkeys => of_factors(datum),
        Datum::Consent | Datum::Membership | Datum::Requests | Datum::AccountId => of_record(datum),
        Datum::Password
        | Datum::Codes
        | Datum::LinkTokens
        | Datum::Sessions
        | Datum::GdprToken
        | Datum::InvitedAddress => of_vault(datum),
    };
    copies.extend([nowhere(Place::Nats), nowhere(Place::Logs), backups(datum)]);
    copies
}

fn of_profile(datum: Datum) -> Vec<Placed> {
    let (types, columns): (_, &[&'static str]) = match datum {
        Datum::Name => ("account.registered, account.name_changed", &["name_sealed", "name"]),
        Datum::SignInAddress => (
            "account.registered, account.email_changed, account.email_change_undone",
            &["email_sealed", "email"],
        ),
        Datum::BillingAddress => {
            ("account.billing_email_changed", &["billing_email_sealed", "billing_email"])
        }
        Datum::OtherAddress => (
            "account.email_change_requested, account.email_changed, account.email_change_undone, account.former_email_released",
            &["email_pending_sealed", "email_pending"],
        ),
        Datum::Locale => ("account.locale_changed", &["language_sealed", "time_zone_sealed"]),
        _ => ("account.phone_change_requested, account.phone_verified", &["phone_sealed", "phone"]),
    };
    let mut copies = vec![
        sealed(
            Place::EventPayload(types),
            Scope::Profile,
            "ciphertext pruned an hour after its key was destroyed",
        ),
        sealed(Place::Column("snapshot", "aggregate"), Scope::Profile, "written over by the next snapshot"),
    ];
    copies.extend(columns.iter().map(|name| match name.ends_with("_sealed") {
        true => row(
            Place::Column("account_view", name),
            Form::Sealed(Scope::Profile),
            GOES_ON,
            "changed with the account",
        ),
        false => row(
            Place::Column("account_view", name),
            Form::Plain,
            GOES_ON,
            "empty, once the read model was rebuilt by this release",
        ),
    }));
    if matches!(datum, Datum::SignInAddress | Datum::OtherAddress) {
        let otherwise = "when the address is given up; a former one a week after its change";
        copies.push(row(Place::Column("claim", "name"), Form::KeyedHash, GOES_ON, otherwise));
    }
    copies.extend(messages(Scope::Profile));
    if datum == Datum::Phone {
        copies.push(nowhere(Place::PhoneFolder));
    }
    copies.extend(archives());
    copies.push(answers());
    copies
}

fn of_factors(datum: Datum) -> Vec<Placed> {
    let at = |table, column, form, otherwise| row(Place::Column(table, column), form, GOES_ON, otherwise);
    if datum == Datum::AuthenticatorApp {
        let otherwise = "when the app is removed; one that was not set up, after 10 minutes";
        return vec![at("authenticator_app", "sealed", Form::Sealed(Scope::Profile), otherwise)];
    }
    let (removed, answered) =
        ("when the passkey is removed", "when it is answered, or its 5 minutes are over");
    let named = Place::EventPayload("account.passkey_added, account.passkey_renamed");
    let pruned = "ciphertext pruned an hour after its key was destroyed";
    let mut copies = vec![
        sealed(named, Scope::Profile, pruned),
        sealed(Place::Column("snapshot", "aggregate"), Scope::Profile, "written over by the next snapshot"),
        at("passkey", "sealed", Form::Sealed(Scope::Profile), removed),
        at("passkey", "lookup", Form::KeyedHash, removed),
        at("passkey", "state", Form::Plain, removed),
        at("passkey_challenge", "state", Form::KeyedHash, answered),
    ];
    copies.extend(messages(Scope::Profile));
    copies.extend(archives());
    copies.push(answers());
    copies
}

fn of_use(datum: Datum) -> Vec<Placed> {
    let deleted = |place, form, otherwise| Placed {
        data_deleted: Fate::RowDeleted,
        ..row(place, form, GOES_ON, otherwise)
    };
    match datum {
        Datum::Usage => {
            let mut copies: Vec<Placed> = ["name", "insert_id", "properties", "distinct_id"]
                .map(|name| deleted(Place::Column("usage_event", name), Form::Plain, NEVER))
                .into();
            copies.extend(archives());
            copies
        }
        Datum::FailedTries => {
            let forgiven = "when the holder proves who they are, or within a day of the last try";
            let expires = Fate::Expires("within a day of the last try");
            let mut copies = vec![
                deleted(Place::Column("failed_try", "networks"), Form::KeyedHash, "a day after the last"),
                copy(Place::Column("throttle", "about"), Form::KeyedHash, expires, expires, forgiven),
            ];
            copies.extend(messages(Scope::Activity));
            copies
        }
        Datum::Device => vec![deleted(
            Place::Column("device", "device_hash"),
            Form::KeyedHash,
            "at the next sign-in, when it was not seen for 180 days",
        )],
        _ => {
            let key_destroyed = |place, otherwise| Placed {
                data_deleted: Fate::KeyDestroyed,
                ..sealed(place, Scope::Activity, otherwise)
            };
            let session = Placed {
                account_deleted: Fate::RowDeleted,
                ..key_destroyed(Place::Column("session", "sealed_device"), "when the session ends")
            };
            let mut copies = vec![
                key_destroyed(Place::EventMetadata, "ciphertext pruned an hour after its key was destroyed"),
                session,
            ];
            copies.extend(messages(Scope::Activity));
            copies.extend(archives());
            if datum == Datum::IpAddress {
                let otherwise = "within a day of the last try";
                let stays = Fate::Expires(otherwise);
                let place = Place::Column("throttle", "key");
                copies.push(copy(place, Form::KeyedHash, stays, stays, otherwise));
            }
            copies
        }
    }
}

fn of_record(datum: Datum) -> Vec<Placed> {
    let kept = |place| copy(place, Form::Plain, GOES_ON, RECORD, NEVER);
    match datum {
        Datum::Consent => vec![
            kept(Place::EventPayload("account.registered, account.preferences_changed")),
            kept(Place::Column("snapshot", "aggregate")),
            row(Place::Column("account_view", "decisions"), Form::Plain, GOES_ON, "changed with the account"),
        ],
        Datum::Membership => vec![
            kept(Place::EventPayload(
                "organization.*, project.*, account.organization_joined, account.organization_left",
            )),
            kept(Place::Column("snapshot", "aggregate")),
            row(Place::Column("member_view", "role"), Form::Plain, GOES_ON, "when the membership ends"),
            row(
                Place::Column("project_owner_view", "membership_id"),
                Form::Plain,
                GOES_ON,
                "when the membership ends",
            ),
        ],
        Datum::Requests => vec![
            kept(Place::EventPayload("privacy_request.*")),
            kept(Place::Column("snapshot", "aggregate")),
            kept(Place::Column("privacy_request_view", "request")),
        ],
        _ => {
            let mut copies = vec![
                kept(Place::EventPayload("account.*, and of whatever the account did elsewhere")),
                kept(Place::EventMetadata),
                kept(Place::Column("events", "aggregate_id")),
                kept(Place::Column("account_history", "account_id")),
                kept(Place::Column("subject_key", "subject")),
                copy(Place::Objects("ledger/erasures"), Form::SealedByService, GOES_ON, RECORD, NEVER),
            ];
            copies.push(row(Place::Column("account_view", "account_id"), Form::Plain, GOES_ON, NEVER));
            copies
        }
    }
}

fn of_vault(datum: Datum) -> Vec<Placed> {
    let at = |table, column, form, otherwise| row(Place::Column(table, column), form, GOES_ON, otherwise);
    match datum {
        Datum::Password => vec![at("secret", "value", Form::Hash, "when another is chosen")],
        Datum::Codes => {
            let mut copies = vec![
                at("challenge", "code_hash", Form::KeyedHash, "when it is used, or its 10 minutes are over"),
                at("recovery_code", "code_hash", Form::KeyedHash, "when it is used, or new ones are made"),
            ];
            copies.extend(messages(Scope::Profile).into_iter().take(1));
            copies.push(file(Place::PhoneFolder, "after a quarter of an hour"));
            copies
        }
        Datum::LinkTokens => {
            let mut copies =
                vec![at("link", "token_hash", Form::Hash, "when it is used, or its time is over")];
            copies.extend(messages(Scope::Profile));
            copies
        }
        Datum::Sessions => vec![at("session", "token_hash", Form::Hash, "when it ends"), answers()],
        Datum::GdprToken => {
            let ended = Fate::Stays("it has ended; the hash of 256 random bits tells its last user so");
            vec![
                copy(Place::Column("credential", "lookup"), Form::Hash, GOES_ON, ended, NEVER),
                row(
                    Place::Column("account_view", "gdpr_token_fingerprint"),
                    Form::Hash,
                    GOES_ON,
                    "when it ends",
                ),
                answers(),
            ]
        }
        _ => invited(),
    }
}

/// Of a person who was invited and has no account: it goes with the invitation, not with another's account.
fn invited() -> Vec<Placed> {
    let not_theirs = Fate::Stays("it is not the account's; it goes with the invitation");
    let ends = "when the invitation is accepted, declined or taken back; after its 7 days, at the latest";
    let at = |place, form| copy(place, form, not_theirs, not_theirs, ends);
    vec![
        at(Place::Column("invitation", "sealed_email"), Form::SealedByService),
        at(Place::Column("invitation", "email_hash"), Form::KeyedHash),
        copy(
            Place::Column("outgoing", "sealed"),
            Form::SealedByService,
            not_theirs,
            not_theirs,
            "when it was sent",
        ),
        copy(Place::MailFolder, Form::Plain, not_theirs, not_theirs, "after `--directory-retention` (24 h)"),
    ]
}

/// In messages on their way, and in the folder where they are not sent.
fn messages(scope: Scope) -> Vec<Placed> {
    let queued = Place::Column("outgoing", "sealed");
    let data_deleted = if scope == Scope::Activity { Fate::RowDeleted } else { GOES_ON };
    vec![
        copy(queued, Form::Sealed(scope), data_deleted, Fate::RowDeleted, "when it was sent"),
        file(Place::MailFolder, "after `--directory-retention` (24 h); so does the farewell"),
    ]
}

/// In the archives of exports.
fn archives() -> Vec<Placed> {
    let place = Place::Objects("requests");
    vec![copy(place, Form::SealedForRequest, Fate::KeyDestroyed, Fate::KeyDestroyed, "after 7 days")]
}

/// In answers that are given again. One that held a secret is not kept.
fn answers() -> Placed {
    let data_deleted = Fate::Expires("with its session, or after 24 hours");
    let account_deleted =
        Fate::Expires("with its session, at once; that of an operator or a link after 24 hours");
    let otherwise = "with its session, after 24 hours, or when a thousand newer ones have come";
    copy(
        Place::Column("idempotency", "answer"),
        Form::SealedByCaller,
        data_deleted,
        account_deleted,
        otherwise,
    )
}

fn backups(datum: Datum) -> Placed {
    let form = match datum {
        Datum::Usage | Datum::Consent | Datum::Membership | Datum::Requests | Datum::AccountId => Form::Plain,
        Datum::Password | Datum::Sessions | Datum::LinkTokens | Datum::GdprToken => Form::Hash,
        Datum::Codes | Datum::Device | Datum::FailedTries => Form::KeyedHash,
        Datum::InvitedAddress => Form::SealedByService,
        _ => datum.scope().map_or(Form::Absent, Form::Sealed),
    };
    let otherwise = "by the rule for backups in the README; a restore erases again before it serves";
    copy(Place::Backups, form, BY_AGE, BY_AGE, otherwise)
}

fn copy(
    place: Place,
    form: Form,
    data_deleted: Fate,
    account_deleted: Fate,
    otherwise: &'static str,
) -> Placed {
    Placed { place, form, data_deleted, account_deleted, otherwise }
}

fn sealed(place: Place, scope: Scope, otherwise: &'static str) -> Placed {
    copy(place, Form::Sealed(scope), GOES_ON, Fate::KeyDestroyed, otherwise)
}

fn row(place: Place, form: Form, data_deleted: Fate, otherwise: &'static str) -> Placed {
    copy(place, form, data_deleted, Fate::RowDeleted, otherwise)
}

fn file(place: Place, otherwise: &'static str) -> Placed {
    copy(place, Form::Plain, Fate::Removed, Fate::Removed, otherwise)
}

fn nowhere(place: Place) -> Placed {
    copy(place, Form::Absent, Fate::Nothing, Fate::Nothing, NEVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_personal_outlives_the_account_in_a_form_that_opens() {
        for datum in Datum::ALL {
            let copies = copies(*datum);
            assert!(copies.len() > 3, "{datum:?}");
            for copy in copies {
                let stays = matches!(copy.account_deleted, Fate::Stays(_));
                let record =
                    matches!(datum, Datum::Consent | Datum::Membership | Datum::Requests | Datum::AccountId);
                let of_another = *datum == Datum::InvitedAddress;
                assert!(!stays || record || of_another || copy.form == Form::Hash, "{datum:?}: {copy:?}");
            }
        }
    }

    #[test]
    fn what_was_collected_about_use_goes_with_delete_data() {
        for datum in [Datum::IpAddress, Datum::UserAgent, Datum::Device, Datum::Usage] {
            for copy in copies(datum) {
                assert!(!matches!(copy.data_deleted, Fate::Stays(_)), "{datum:?}: {copy:?}");
            }
        }
    }

    #[test]
    fn what_is_sealed_is_sealed_in_the_scope_of_its_datum() {
        for datum in Datum::ALL {
            for copy in copies(*datum) {
                if let (Form::Sealed(scope), Some(own)) = (copy.form, datum.scope()) {
                    assert_eq!(scope, own, "{datum:?}: {copy:?}");
                }
            }
        }
    }
}
