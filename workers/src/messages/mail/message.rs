//! One mail, and its form on the wire.
//!
//! Why the form is fixed here: a mail may be sent twice (the answer `250` can be lost), and a reader who
//! gets both must see that they are one. So nothing in the form is drawn at random: Message-ID and date come
//! from the caller, the boundary from the Message-ID.
//!
//! What always holds: the bytes are ASCII, lines end in CRLF, the boundary occurs in no part (it begins
//! with `=_`, which quoted-printable text cannot hold: RFC 2045, section 6.7). A crash leaves nothing.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use catalogue::Language;
use chrono::{DateTime, Utc};
use domain::AccountId;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::address::{one_line, recipient};
use super::{Address, MailError, PublicUrl, Sender};

/// The longest Message-ID without its brackets: it is also a file's name.
const MAX_ID: usize = 200;
/// What stands for a host that is no name, such as an IPv6 address: that cannot stand in a Message-ID as it is.
const NO_HOST: &str = "personal-settings.invalid";

/// Names a mail for ever: `<req_….notice@host>` or `<msg_….notice@host>`, made from an id and the notice, so that
/// a repeat has the same one (RFC 5322, section 3.6.4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

/// A text that is no Message-ID of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected <left@right> with letters, digits, '.', '_' and '-' on both sides")]
pub struct InvalidMessageId;

impl MessageId {
    /// The id of the mail that tells of `notice`, in the name of this service.
    ///
    /// # Errors
    /// When they cannot stand in a Message-ID.
    pub fn of(id: impl fmt::Display, notice: &str, public_url: &PublicUrl) -> Result<Self, InvalidMessageId> {
        let at = |host: &str| format!("<{id}.{notice}@{host}>").parse();
        at(public_url.host()).or_else(|_| at(NO_HOST))
    }

    /// The id without its brackets; can stand as a file's name.
    pub fn bare(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidMessageId;

    fn from_str(text: &str) -> Result<Self, InvalidMessageId> {
        let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).ok_or(InvalidMessageId)?;
        let (left, right) = bare.split_once('@').ok_or(InvalidMessageId)?;
        // A dot-atom on each side, so there is nothing to quote, and nothing a path could mean.
        let atom = |side: &str| {
            side.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
            })
        };
        if bare.len() <= MAX_ID && atom(left) && atom(right) {
            Ok(Self(bare.to_owned()))
        } else {
            Err(InvalidMessageId)
        }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

/// A mail to one person, in text and HTML that say the same.
#[derive(Clone)]
pub struct Message {
    /// The account it is about; none: no account's yet. No part of the mail.
    pub account: Option<AccountId>,
    /// Whom it is for.
    pub to: Address,
    /// Their name, as they gave it.
    pub to_name: Option<String>,
    /// The language it is written in.
    pub language: Language,
    /// The subject, of which 200 characters are kept.
    pub subject: String,
    /// The plain text, lines ending in LF.
    pub text: String,
    /// The same as a whole HTML document. Its maker has escaped it.
    pub html: String,
    /// The same on every repeat.
    pub message_id: MessageId,
    /// When what it tells of happened; the same on every repeat. To the second.
    pub date: DateTime<Utc>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

impl Message {
    /// The envelope and the bytes that go over the wire, before dots are doubled.
    pub(super) fn encode(&self, from: &Sender) -> Result<(Envelope, Vec<u8>), MailError> {
        let body = MultiPart::alternative()
            .boundary(self.boundary())
            .singlepart(part(ContentType::TEXT_PLAIN, self.text.clone()))
            .singlepart(part(ContentType::TEXT_HTML, self.html.clone()));
        let head = lettre::Message::builder().date(SystemTime::from(self.date)).from(from.mailbox());
        let head = match from.reply_to() {
            Some(address) => head.reply_to(address),
            None => head,
        };
        let mut mail = head
            .to(recipient(self.to_name.as_deref(), &self.to))
            .subject(one_line(&self.subject))
            .message_id(Some(self.message_id.to_string()))
            // No answer by machine: RFC 3834, section 5, and the header that Exchange obeys.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            // RFC 3282: screen readers choose their voice by it.
            .raw_header(header("Content-Language", self.language.tag()))
            .multipart(body)
            .map_err(|_| MailError::Message)?;
        if let Some(dkim) = from.dkim() {
            dkim.sign(&mut mail);
        }
        Ok((mail.envelope().clone(), mail.formatted()))
    }

    fn boundary(&self) -> String {
        let sum = Sha256::digest(self.message_id.0.as_bytes());
        format!("=_{}", hex::encode(&sum[..16]))
    }
}

fn part(kind: ContentType, content: String) -> SinglePart {
    // Always this encoding, so that no part can hold the boundary, and any server takes it.
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(content)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
