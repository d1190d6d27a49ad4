//! What letters are made of.
//!
//! Why no template language: it is one more thing that could run what a person wrote into their name. A letter is a list of
//! blocks, and each block is rendered both ways ([`layout`](super::layout)), so text and HTML cannot say different
//! things.
//!
//! What always holds: what a person wrote stays on one line ([`one_line`]), so it can pose neither as a paragraph of
//! ours nor as a header. A crash leaves nothing: this makes text.

use super::address::one_line;

/// A piece of a letter.
pub(super) enum Block {
    Paragraph(String),
    /// What the link leads to, and its address.
    Link(String, String),
    /// Things of one kind.
    List(Vec<String>),
    /// Names and values.
    Facts(Vec<(String, String)>),
}

pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

pub(super) fn facts(rows: impl IntoIterator<Item = (String, String)>) -> Block {
    Block::Facts(rows.into_iter().collect())
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
