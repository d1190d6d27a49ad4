//! What one letter is written on: the letterhead, and the words of its reader.
//!
//! Why a type: each letter needs both, and both decide what it says. What always holds: a time names its zone, since a mail is
//! read elsewhere and later. A crash leaves nothing: this makes text.

use std::net::IpAddr;

use catalogue::{Argument, Text};
use chrono::{DateTime, Utc};
use domain::user_agent::{self, ANDROID_APP, PYTHON_PROGRAM};

use super::Letterhead;
use super::block::{Block, no_link, paragraph};

/// Longest name that a program is told by, in characters.
const LONGEST_PROGRAM: usize = 60;
/// Quotes of any language: what is quoted ends with none of them.
const QUOTES: [char; 9] = ['“', '”', '„', '‟', '«', '»', '‹', '›', '‚'];

/// The paper of a letter.
#[derive(Clone, Copy)]
pub(super) struct Paper<'a> {
    pub(super) head: &'a Letterhead,
    pub(super) text: &'a Text,
}

impl Paper<'_> {
    /// The text of this id.
    pub(super) fn say(self, id: &'static str) -> String {
        self.text.say(id)
    }

    /// The text of this id, with `arguments` in it.
    pub(super) fn say_with<const N: usize>(
        self,
        id: &'static str,
        arguments: [(&'static str, Argument); N],
    ) -> String {
        self.text.say_with(id, arguments)
    }

    /// When something happens, with its zone.
    pub(super) fn time(self, at: DateTime<Utc>) -> String {
        self.text.moment_with_zone(at)
    }

    /// The name of the product.
    pub(super) fn service(self) -> Argument {
        self.head.service().into()
    }

    /// Whom to tell, with how they are reached.
    pub(super) fn whom(self) -> Argument {
        let service = self.head.service();
        match self.head.contact() {
            Some(contact) => self
                .say_with("mail-whom", [("service", service.into()), ("contact", contact.to_string().into())])
                .into(),
            None => service.into(),
        }
    }

    /// A name that a person chose, as part of a sentence. It cannot end its quotes, and is no link.
    pub(super) fn quoted(self, name: &str) -> String {
        let words = no_link(name).replace(QUOTES, "\"");
        self.say_with("mail-quoted", [("words", words.into())])
    }

    /// A program as people know it, such as "Firefox on Windows". One that is not known is quoted, and cut.
    pub(super) fn program(self, user_agent: Option<&str>) -> String {
        let Some(user_agent) = user_agent.filter(|text| !text.trim().is_empty()) else {
            return self.say("mail-program-unknown");
        };
        let (program, system) = user_agent::parts(user_agent);
        match (program.map(|name| self.known_program(name)), system) {
            (Some(program), Some(system)) => {
                self.say_with("mail-program-on", [("program", program.into()), ("system", system.into())])
            }
            (Some(program), None) => program,
            (None, Some(system)) => system.to_owned(),
            (None, None) => {
                let said: String = user_agent.chars().take(LONGEST_PROGRAM).collect();
                let more = if said.len() < user_agent.len() { "…" } else { "" };
                let name = self.quoted(&format!("{said}{more}"));
                self.say_with("mail-program-called", [("name", name.into())])
            }
        }
    }

    fn known_program(self, name: &str) -> String {
        match name {
            PYTHON_PROGRAM => self.say("mail-program-python"),
            ANDROID_APP => self.say("mail-program-android-app"),
            name => name.to_owned(),
        }
    }

    /// An internet address, as a fact.
    pub(super) fn ip_address(self, address: Option<IpAddr>) -> (String, String) {
        let known = address.map(|address| address.to_string());
        (self.say("mail-ip-address"), known.unwrap_or_else(|| self.say("mail-ip-address-unknown")))
    }

    /// That there is nothing to do for a reader who did it.
    pub(super) fn nothing_to_do(self) -> Block {
        paragraph(self.say("mail-nothing-to-do"))
    }

    /// Where a reader goes who was told to do something about their account.
    pub(super) fn account(self) -> Block {
        Block::Link(self.say("mail-to-account"), self.head.account_url().to_owned())
    }

    /// What opening a link does, and until when it works, once.
    pub(super) fn link_once(self, until: DateTime<Utc>) -> Block {
        paragraph(self.say_with("mail-link-once", [("until", self.time(until).into())]))
    }
}

#[cfg(test)]
mod tests {
    use catalogue::{Catalogue, Language};

    use super::*;

    fn told(language: Language, user_agent: Option<&str>) -> String {
        let head = Letterhead::new("Example", None, None, "https://settings.example.com".parse().unwrap());
        Paper { head: &head, text: &Catalogue::built_in().text(language) }.program(user_agent)
    }

    #[test]
    fn a_program_is_told_as_people_know_it_and_a_strange_one_as_strange() {
        let program = |user_agent| told(Language::En, user_agent);
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0";
        assert_eq!(program(Some(firefox)), "Firefox on Windows");
        assert_eq!(program(None), "a program that did not say what it is");
        assert_eq!(program(Some(" ")), program(None));
        assert_eq!(program(Some("Reaper/1.0\r\n”x")), "a program that calls itself “Reaper/1.0 \"x”");
        let long = program(Some(&"é".repeat(500)));
        assert!(long.ends_with("é…”") && long.chars().count() < 100, "{long}");
    }

    #[test]
    fn a_program_is_told_in_the_language_of_the_reader() {
        let program = |user_agent| told(Language::De, Some(user_agent));
        assert_eq!(program("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"), "Firefox unter Linux");
        assert_eq!(program("python-requests/2.31"), "einem Python-Programm");
        assert_eq!(program("okhttp/4"), "einer Android-App");
        assert_eq!(program("Reaper/1.0“"), "einem Programm, das sich „Reaper/1.0\"“ nennt");
    }
}
