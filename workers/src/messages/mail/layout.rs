//! The one form of all letters: plain text, and HTML that says the same.
//!
//! What always holds: everything is escaped in the HTML, in one place. It is one column without tables or pictures, loads
//! nothing, follows the reader's light or dark scheme, and where a mail program drops the style it still reads from top
//! to bottom. A crash leaves nothing: this makes text.

use std::fmt::Write;

use catalogue::Language;

use super::address::one_line;
use super::block::{Block, no_link};
use super::paper::Paper;
use crate::escaped::Escaped;

const STYLE: &str = include_str!("mail.css");
/// Longest name that is greeted with, in characters.
const LONGEST_GREETED: usize = 60;
/// What lists of mails show beside the subject, in characters.
const LONGEST_PREHEADER: usize = 100;

/// A letter that is ready to be a [`Message`](super::Message).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The language it is written in.
    pub language: Language,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as an HTML document.
    pub html: String,
}

/// The reader of a letter.
#[derive(Clone, Copy)]
pub(super) enum Reader<'a> {
    /// The holder of an account, by name where they gave one.
    Holder(Option<&'a str>),
    /// The reader of mail at an address, who may have no account, or none any more.
    Anyone(Option<&'a str>),
}

impl Reader<'_> {
    fn greeting(self, paper: Paper<'_>) -> String {
        let (Self::Holder(name) | Self::Anyone(name)) = self;
        match name.and_then(greeted) {
            Some(name) => paper.say_with("mail-hello-name", [("name", name.into())]),
            None => paper.say("mail-hello"),
        }
    }
}

/// A name to greet with: not one that reads as a sentence of ours.
fn greeted(name: &str) -> Option<String> {
    let name = no_link(name);
    let is_name = !name.is_empty()
        && name.chars().count() <= LONGEST_GREETED
        && !name.contains(['!', '?', ':', ';', '@', '/', '<', '>']);
    is_name.then_some(name)
}

/// A letter to a reader.
pub(super) fn render(paper: Paper<'_>, subject: String, reader: Reader<'_>, blocks: &[Block]) -> Rendered {
    let letter = Letter { paper, reader, blocks };
    let language = paper.text.language();
    Rendered { language, text: letter.text(), html: letter.html(&subject), subject }
}

struct Letter<'a> {
    paper: Paper<'a>,
    reader: Reader<'a>,
    blocks: &'a [Block],
}

impl Letter<'_> {
    fn text(&self) -> String {
        let mut parts = vec![self.reader.greeting(self.paper)];
        parts.extend(self.blocks.iter().map(|block| match block {
            Block::Paragraph(text) => text.clone(),
            Block::Link(label, address) => format!("{label}: {address}"),
            Block::List(items) => lines(items.iter().map(|item| format!("- {}", one_line(item)))),
            Block::Facts(rows) => {
                lines(rows.iter().map(|(name, value)| format!("{}: {}", one_line(name), one_line(value))))
            }
        }));
        let your_account = self.paper.say("mail-your-account");
        let account = self.account().map(|address| format!("{your_account}: {address}"));
        let contact = self.paper.head.contact().map(|contact| contact.in_words(self.paper.text));
        parts.push(lines([Some(self.signature()), contact, account].into_iter().flatten()));
        parts.join("\n\n") + "\n"
    }

    fn html(&self, title: &str) -> String {
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            self.paper.text.language().tag(),
            Escaped(title)
        );
        // Writing into memory does not fail, here and below.
        let _ = self.body(&mut html, title);
        html.push_str("</body>\n</html>\n");
        html
    }

    fn body(&self, html: &mut String, title: &str) -> std::fmt::Result {
        // Seen in lists of mails alone.
        writeln!(html, "<div style=\"display: none\">{}</div>", Escaped(&self.preheader()))?;
        writeln!(html, "<p class=\"service\">{}</p>", Escaped(self.paper.head.service()))?;
        writeln!(html, "<h1>{}</h1>", Escaped(title))?;
        writeln!(html, "<p>{}</p>", Escaped(&self.reader.greeting(self.paper)))?;
        for block in self.blocks {
            block_html(html, block)?;
        }
        html.push_str("<div class=\"foot\">\n");
        writeln!(html, "<p>{}</p>", Escaped(&self.signature()))?;
        if let Some(contact) = self.paper.head.contact() {
            let (told, shown) = (contact.in_words(self.paper.text), contact.to_string());
            match contact.link() {
                // Where it stands in the sentence it is the link.
                Some(link) => {
                    let (before, after) = told.split_once(&shown).unwrap_or((&told, ""));
                    writeln!(html, "<p>{}{}{}</p>", Escaped(before), anchor(&link, &shown), Escaped(after))?;
                }
                None => writeln!(html, "<p>{}</p>", Escaped(&told))?,
            }
        }
        if let Some(account) = self.account() {
            writeln!(html, "<p>{}</p>", anchor(account, &self.paper.say("mail-your-account")))?;
        }
        html.push_str("</div>\n");
        Ok(())
    }

    fn signature(&self) -> String {
        self.paper.say_with("mail-signature", [("service", self.paper.service())])
    }

    fn account(&self) -> Option<&str> {
        matches!(self.reader, Reader::Holder(_)).then(|| self.paper.head.account_url())
    }

    /// The beginning of the first paragraph, which says what happened.
    fn preheader(&self) -> String {
        let first = self.blocks.iter().find_map(|block| match block {
            Block::Paragraph(text) => Some(text.as_str()),
            _ => None,
        });
        let first = first.unwrap_or_default();
        if first.chars().count() <= LONGEST_PREHEADER {
            return first.to_owned();
        }
        let cut: String = first.chars().take(LONGEST_PREHEADER).collect();
        let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
        format!("{whole_words}…")
    }
}

fn block_html(html: &mut String, block: &Block) -> std::fmt::Result {
    match block {
        Block::Paragraph(text) => writeln!(html, "<p>{}</p>", Escaped(text)),
        Block::Link(label, address) => {
            writeln!(html, "<p><a class=\"button\" href=\"{}\">{}</a></p>", Escaped(address), Escaped(label))
        }
        Block::List(items) => {
            html.push_str("<ul>\n");
            for item in items {
                writeln!(html, "<li>{}</li>", Escaped(&one_line(item)))?;
            }
            html.push_str("</ul>\n");
            Ok(())
        }
        Block::Facts(rows) => {
            html.push_str("<dl>\n");
            for (name, value) in rows {
                let (name, value) = (one_line(name), one_line(value));
                writeln!(html, "<dt>{}</dt><dd>{}</dd>", Escaped(&name), Escaped(&value))?;
            }
            html.push_str("</dl>\n");
            Ok(())
        }
    }
}

fn anchor(address: &str, label: &str) -> String {
    format!("<a href=\"{}\">{}</a>", Escaped(address), Escaped(label))
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().collect::<Vec<_>>().join("\n")
}
