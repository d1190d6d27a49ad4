//! What letters are made of.
//!
//! Why no template language: it is one more thing that could run what a person wrote into their name. A letter is a list of
//! blocks, and each block is rendered both ways ([`layout`](super::layout)), so text and HTML cannot say different
//! things.
//!
//! What always holds: what a person wrote stays on one line ([`one_line`]), so it can pose neither as a paragraph of
//! ours nor as a header. A crash leaves nothing: this makes text.

use super::address::one_line;

/// Longest name that a program is told by, in characters.
const LONGEST_PROGRAM: usize = 60;

/// A piece of a letter.
pub(super) enum Block {
    Paragraph(String),
    /// What the link leads to, and its address.
    Link(&'static str, String),
    /// Things of one kind.
    List(Vec<String>),
    /// Names and values.
    Facts(Vec<(String, String)>),
}

pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

pub(super) fn facts(rows: &[(&str, String)]) -> Block {
    Block::Facts(rows.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

/// A name that a person chose, as part of a sentence. It cannot end its quotes, and is no link.
pub(super) fn quoted(name: &str) -> String {
    format!("“{}”", no_link(name).replace(['“', '”'], "\""))
}

/// What others wrote, on one line, so that no mail program makes a link of it. Names that are chosen today hold none;
/// older ones may, and programs call themselves what they like.
pub(super) fn no_link(text: &str) -> String {
    let text = one_line(text).replace("://", ": //");
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        plain.push(c);
        let begins_label = characters.peek().is_some_and(|next| next.is_alphabetic());
        if c == '.' && before.is_alphanumeric() && begins_label {
            plain.push(' ');
        }
        before = c;
    }
    plain
}

/// A program as people know it, such as "Firefox on Windows". One that is not known is quoted, and cut.
pub(super) fn program(user_agent: Option<&str>) -> String {
    let Some(user_agent) = user_agent.filter(|text| !text.trim().is_empty()) else {
        return "a program that did not say what it is".to_owned();
    };
    domain::user_agent::in_words(user_agent).unwrap_or_else(|| {
        let said: String = user_agent.chars().take(LONGEST_PROGRAM).collect();
        let more = if said.len() < user_agent.len() { "…" } else { "" };
        format!("a program that calls itself {}", quoted(&format!("{said}{more}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_told_as_people_know_it_and_a_strange_one_as_strange() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0";
        assert_eq!(program(Some(firefox)), "Firefox on Windows");
        assert_eq!(program(None), "a program that did not say what it is");
        assert_eq!(program(Some(" ")), program(None));
        assert_eq!(program(Some("Reaper/1.0\r\n”x")), "a program that calls itself “Reaper/1.0 \"x”");
        let long = program(Some(&"é".repeat(500)));
        assert!(long.ends_with("é…”") && long.chars().count() < 100, "{long}");
    }
}
