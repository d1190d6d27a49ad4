//! `GET /links/…`: where a link in a mail leads.

use maud::{Markup, html};

use super::{Page, Policy};

/// What a link asks.
struct Question {
    name: &'static str,
    title: &'static str,
    text: &'static str,
    button: &'static str,
    done: &'static str,
    method: &'static str,
    path: &'static str,
    /// Whether a new password is wanted.
    password: bool,
}

const QUESTIONS: [Question; 6] = [
    Question {
        name: "email-confirmation",
        title: "Confirm your email address",
        text: "This address becomes the one you sign in with.",
        button: "Confirm the address",
        done: "The address is confirmed: from now on you sign in with it.",
        method: "POST",
        path: "/v1/email-confirmations",
        password: false,
    },
    Question {
        name: "email-undo",
        title: "Take back the change of your email address",
        text: "You go on signing in with the address this mail came to. All sessions end, and you get a link to choose \
               a new password with.",
        button: "Take the change back",
        done: "The change is taken back. A link to choose a new password is on its way to you.",
        method: "POST",
        path: "/v1/email-undos",
        password: false,
    },
    Question {
        name: "billing-email-undo",
        title: "Take back another billing address",
        text: "Bills go to the address you sign in with. All sessions end, and you get a link to choose a new password \
               with.",
        button: "Take it back",
        done: "It is taken back. A link to choose a new password is on its way to you.",
        method: "POST",
        path: "/v1/billing-email-undos",
        password: false,
    },
    Question {
        name: "factor-undo",
        title: "Take back a second factor",
        text: "The passkey, the authenticator app, the phone number or the recovery codes that the mail told of no longer work. \
               All sessions end, and you get a link to choose a new password with.",
        button: "Take it back",
        done: "It is taken back. A link to choose a new password is on its way to you.",
        method: "POST",
        path: "/v1/factor-undos",
        password: false,
    },
    Question {
        name: "factor-removal",
        title: "Keep your second factor",
        text: "The second factors and the recovery codes of your account stay. Nothing else changes.",
        button: "Keep my second factor",
        done: "Your second factor stays.",
        method: "POST",
        path: "/v1/factor-removal-objections",
        password: false,
    },
    Question {
        name: "password-reset",
        title: "Choose a new password",
        text: "It has 8 to 128 characters, of any kind. All sessions end.",
        button: "Set the password",
        done: "The new password holds. You can sign in with it.",
        method: "PUT",
        path: "/v1/password-resets",
        password: true,
    },
];

pub(super) fn pages() -> Vec<Page> {
    let page = |name: &str, title: &str, body| Page {
        path: format!("/links/{name}"),
        title: title.to_owned(),
        scripts: &["/assets/page.js", "/assets/links.js"],
        styles: &[],
        policy: Policy::Ours,
        body,
    };
    let mut pages = vec![page("invitation", "Invitation", invitation())];
    pages.extend(QUESTIONS.iter().map(|question| page(question.name, question.title, asked(question))));
    pages
}

fn asked(question: &Question) -> Markup {
    html! {
        h1 { (question.title) }
        p { (question.text) }
        form data-method=(question.method) data-path=(question.path) data-done=(question.done) {
            @if question.password {
                (password("password", "New password"))
            }
            button type="submit" { (question.button) }
        }
        (outcome())
    }
}

fn password(name: &str, label: &str) -> Markup {
    html! {
        label { (label) input name=(name) type="password" autocomplete="new-password" minlength="8" maxlength="128"; }
    }
}

fn invitation() -> Markup {
    html! {
        h1 { "Invitation" }
        p data-says {}
        form data-invitation hidden {
            div data-new {
                label { "Your name" input name="name" autocomplete="name" maxlength="200"; }
                (password("new_password", "A password for your new account"))
            }
            div data-known {
                p { "If you are not signed in on this device, give the password of your account." }
                label { "Password" input name="password" type="password" autocomplete="current-password"; }
                div data-code hidden {
                    label { "Code" input name="code" inputmode="numeric" autocomplete="one-time-code"; }
                }
            }
            button type="submit" { "Join" }
            button type="button" data-decline { "Decline" }
        }
        (outcome())
    }
}

/// Where the script tells what came of it.
fn outcome() -> Markup {
    html! {
        p role="status" {}
        p role="alert" {}
        noscript { p { "This page needs JavaScript." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_and_holds_no_token() {
        let pages = pages();
        for question in &QUESTIONS {
            let page = pages.iter().find(|page| page.title == question.title).unwrap();
            let text = page.render();
            assert!(text.contains(question.path) && text.contains(question.button), "{text}");
            assert!(!text.contains("onclick") && !text.contains("<script>"), "{text}");
        }
    }
}
