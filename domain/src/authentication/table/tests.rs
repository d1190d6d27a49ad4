//! The table: whole, of one piece, and shown as it is.

use super::*;

#[test]
fn every_cell_has_its_reason() {
    for change in Change::ALL {
        for lent in Lent::ALL {
            let (Ends(reason) | EndsElsewhere(reason) | Stays(reason)) = change.fate(lent);
            assert!(reason.len() > 15 && !reason.ends_with('.'), "{change:?} × {lent:?}");
        }
    }
}

#[test]
fn what_a_session_could_do_ends_with_the_session() {
    for change in Change::ALL {
        let session = change.fate(Lent::Sessions);
        assert_eq!(change.ends(Lent::StreamsUnderWay), change.ends(Lent::Sessions), "{change:?}");
        assert_eq!(change.fate(Lent::Sudo), session, "{change:?}");
        // What was half proved, or asked for, counts for no more than what was proved.
        for asked in [
            Lent::SignInQuestion,
            Lent::ReauthenticationQuestion,
            Lent::PendingEmailChange,
            Lent::EmailConfirmationLink,
            Lent::PendingPhone,
            Lent::PhoneCode,
            Lent::PendingAuthenticatorApp,
            Lent::PendingPasskey,
        ] {
            assert_eq!(change.ends(asked), change.raises_generation(), "{change:?} × {asked:?}");
        }
    }
}

#[test]
fn no_act_in_a_session_ends_a_way_back_that_is_not_its_own() {
    for change in [
        Change::PhoneVerified,
        Change::AuthenticatorAppAdded,
        Change::PasskeyAdded,
        Change::OneFactorRemoved,
        Change::LastFactorRemoved,
        Change::RecoveryCodesIssued,
    ] {
        for way in [Lent::PasswordResetLink, Lent::EmailUndoLink, Lent::BillingUndoLink, Lent::FactorUndoLink]
        {
            assert!(!change.ends(way), "{change:?} × {way:?}");
        }
    }
}

/// The table as Markdown: of each thing lent, what ends it and what leaves it, and why.
fn shown() -> String {
    let mut rows = "| What was lent | Ends | With | Because |\n|---|---|---|---|\n".to_owned();
    for lent in Lent::ALL {
        let mut groups: Vec<(Fate, Vec<&str>)> = Vec::new();
        for change in Change::ALL {
            let fate = change.fate(lent);
            match groups.iter_mut().find(|(known, _)| *known == fate) {
                Some((_, changes)) => changes.push(change.in_words()),
                None => groups.push((fate, vec![change.in_words()])),
            }
        }
        for (fate, changes) in groups {
            let (ends, reason) = match fate {
                Ends(reason) => ("yes", reason),
                EndsElsewhere(reason) => ("elsewhere", reason),
                Stays(reason) => ("no", reason),
            };
            rows += &format!("| {} | {ends} | {} | {reason} |\n", lent.in_words(), changes.join(", "));
        }
    }
    rows
}

#[test]
fn the_table_is_shown_as_it_is() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../.github/SECURITY.md");
    let document = std::fs::read_to_string(document).unwrap();
    let (_, from) = document.split_once("<!-- endings -->\n").unwrap();
    let (table, _) = from.split_once("<!-- end of endings -->").unwrap();
    assert_eq!(table, shown(), "`.github/SECURITY.md` should hold:\n{}", shown());
}
