//! `GET /account`: the page of the account, where mails lead that tell of a privacy request.
//!
//! It is the same for everybody: its script signs in, with the second factor where there is one, and asks `/v1` for what
//! it shows. So nothing is done by opening it. Behind the `#` may stand the id of a request, which is no secret.

use maud::{Markup, html};

use super::{Page, Policy};

pub(super) fn page() -> Page {
    Page {
        path: "/account".to_owned(),
        title: "Your account".to_owned(),
        scripts: &["/assets/page.js", "/assets/account.js"],
        styles: &[],
        policy: Policy::Ours,
        body: body(),
    }
}

fn body() -> Markup {
    html! {
        h1 { "Your account" }
        p role="status" {}
        p role="alert" {}
        noscript { p { "This page needs JavaScript." } }
        (sign_in())
        (confirm())
        (requests())
        (password())
        div data-part="leave" hidden { button type="button" data-leave { "Sign out" } }
    }
}

fn sign_in() -> Markup {
    html! {
        section data-part="sign-in" hidden {
            p { "Sign in to see what you asked for, to fetch the copy of your data, or to change your password." }
            form {
                label { "Email address" input name="email" type="email" autocomplete="username" required; }
                (secret("password", "Password", "current-password"))
                (code())
                button type="submit" { "Sign in" }
                button type="button" data-forgotten { "I have forgotten my password" }
            }
        }
    }
}

fn confirm() -> Markup {
    html! {
        section data-part="confirm" hidden {
            h2 { "Your password once more" }
            p { "What you fetch holds all about you. So that it is you who gets it, give your password again." }
            form {
                (secret("password", "Password", "current-password"))
                (code())
                button type="submit" { "Go on" }
            }
        }
    }
}

fn requests() -> Markup {
    html! {
        section data-part="requests" hidden {
            h2 { "What you asked for" }
            p data-none hidden { "You have asked neither for a copy of your data nor for its deletion." }
            ul class="requests" {}
        }
    }
}

fn password() -> Markup {
    html! {
        section data-part="password" hidden {
            h2 { "Change your password" }
            p { "It has 8 to 128 characters, of any kind. All other sessions end." }
            form {
                (secret("current", "Password that you have now", "current-password"))
                label {
                    "New password"
                    input name="new_password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required;
                }
                button type="submit" { "Set the password" }
            }
        }
    }
}

fn secret(name: &str, label: &str, kind: &str) -> Markup {
    html! {
        label { (label) input name=(name) type="password" autocomplete=(kind) required; }
    }
}

/// Shown where a code is wanted as well.
fn code() -> Markup {
    html! {
        div data-code hidden {
            label { "Code" input name="code" autocomplete="one-time-code"; }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_that_the_script_shows_is_on_the_page_and_the_other_way_round() {
        let (page, script) = (body().into_string(), include_str!("account.js"));
        let parts = ["sign-in", "confirm", "requests", "password", "leave"];
        for part in parts {
            assert!(page.contains(&format!("data-part=\"{part}\"")), "{part}");
            assert!(script.contains(&format!("\"{part}\"")), "{part}");
        }
        assert_eq!(page.matches("data-part=").count(), parts.len());
        assert_eq!(
            page.matches("data-part=").count(),
            page.matches(" hidden>").count() - 3,
            "all wait for the script"
        );
    }

    #[test]
    fn the_script_has_words_for_all_that_a_request_can_be() {
        use domain::privacy_request::{ArchiveEnd, Kind, State};
        let script = include_str!("account.js");
        let states = [
            State::Received,
            State::CoolingOff,
            State::Running,
            State::Packaging,
            State::Completed,
            State::Expired,
            State::Cancelled,
        ];
        let ends = [ArchiveEnd::Expired, ArchiveEnd::Disabled, ArchiveEnd::Erased];
        let words = states.map(State::as_str).into_iter().chain(ends.map(ArchiveEnd::as_str));
        for word in words.chain([Kind::Export, Kind::Erasure].map(Kind::as_str)) {
            assert!(
                script.contains(&format!("\n  {word}: \""))
                    || script.contains(&format!("{{ {word}: \""))
                    || script.contains(&format!(", {word}: \"")),
                "{word}"
            );
        }
    }
}
