//! What letters are made of, and their two forms: plain text and HTML.
//!
//! Why no templates: a template language is one more thing that could run what a person wrote into their name. A
//! letter is a list of blocks, and each block is rendered both ways, so text and HTML cannot say different
//! things.
//!
//! What always holds: everything is escaped in the HTML, in one place; what a person wrote stays on one line
//! ([`one_line`]), so it can pose neither as a paragraph of ours nor as a header. A crash leaves nothing: this
//! makes text.

use std::fmt::Write;

use super::address::one_line;
use crate::archive::words::Escaped;

/// A letter that is ready to be a [`Message`](super::Message).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as an HTML document.
    pub html: String,
}

/// A piece of a letter.
pub(super) enum Block {
    Paragraph(String),
    /// What the link leads to, and its address.
    Link(&'static str, String),
    /// A call of the interface: its method, and its address.
    Call(&'static str, String),
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

/// Longest name that is greeted with, in characters.
const LONGEST_GREETED: usize = 60;

/// A name to greet with: not one that reads as a sentence of ours.
fn greeted(name: &str) -> Option<String> {
    let name = no_link(name);
    let is_name = !name.is_empty()
        && name.chars().count() <= LONGEST_GREETED
        && !name.contains(['!', '?', ':', ';', '@', '/', '<', '>']);
    is_name.then_some(name)
}

/// The letter to a person, by name where they gave one.
pub(super) fn render(subject: impl Into<String>, name: Option<&str>, mut blocks: Vec<Block>) -> Rendered {
    let greeting = match name.and_then(greeted) {
        Some(name) => format!("Hello {name},"),
        None => "Hello,".to_owned(),
    };
    blocks.insert(0, Block::Paragraph(greeting));
    let subject = subject.into();
    Rendered { text: text(&blocks), html: html(&subject, &blocks), subject }
}

fn text(blocks: &[Block]) -> String {
    let parts = blocks.iter().map(|block| match block {
        Block::Paragraph(text) => text.clone(),
        Block::Link(_, address) => address.clone(),
        Block::Call(method, address) => format!("{method} {address}"),
        Block::Facts(rows) => rows
            .iter()
            .map(|(name, value)| format!("{}: {}", one_line(name), one_line(value)))
            .collect::<Vec<_>>()
            .join("\n"),
    });
    parts.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn html(title: &str, blocks: &[Block]) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n\
         <body style=\"font: 16px/1.5 sans-serif; max-width: 36em; margin: 1em auto; padding: 0 1em\">\n",
        Escaped(title)
    );
    for block in blocks {
        // Writing into memory does not fail.
        let _ = match block {
            Block::Paragraph(text) => writeln!(html, "<p>{}</p>", Escaped(text)),
            Block::Link(label, address) => {
                writeln!(html, "<p><a href=\"{}\">{}</a></p>", Escaped(address), Escaped(label))
            }
            Block::Call(method, address) => {
                writeln!(html, "<p><code>{method} {}</code></p>", Escaped(address))
            }
            Block::Facts(rows) => rows_html(&mut html, rows),
        };
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn rows_html(html: &mut String, rows: &[(String, String)]) -> std::fmt::Result {
    html.push_str("<table role=\"presentation\">\n");
    for (name, value) in rows {
        let (name, value) = (one_line(name), one_line(value));
        let (name, value) = (Escaped(&name), Escaped(&value));
        writeln!(html, "<tr><td style=\"padding-right: 1em\">{name}</td><td>{value}</td></tr>")?;
    }
    html.push_str("</table>\n");
    Ok(())
}
