//! Messages as they are read from their files.

use catalogue::id;
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Address, Message, MessageParser};

use crate::mailbox::MessageFile;

/// How a message went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By mail.
    Mail,
    /// As a text to a phone.
    Text,
    /// By a call, as it is spoken.
    Call,
}

impl Way {
    /// Told by the name of the file.
    pub(super) fn of(file: &MessageFile) -> Self {
        match file.name.rsplit('.').next() {
            Some("txt") => Self::Text,
            Some("xml") => Self::Call,
            Some(_) | None => Self::Mail,
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mail => id!("mailbox-mail"),
            Self::Text => id!("mailbox-text"),
            Self::Call => id!("mailbox-call"),
        }
    }
}

/// What stands at the head of a message.
pub(super) struct Head {
    pub(super) way: Way,
    /// The address it went to. A file of a text or a call does not tell the number.
    pub(super) to: Option<String>,
    pub(super) subject: Option<String>,
}

impl Head {
    /// The head, of a file or of how it begins.
    pub(super) fn of(file: &MessageFile) -> Self {
        let way = Way::of(file);
        if way != Way::Mail {
            return Self { way, to: None, subject: None };
        }
        let mail = MessageParser::default().parse_headers(&file.bytes[..]);
        Self {
            way,
            to: mail.as_ref().and_then(|mail| address(mail.to())),
            subject: mail.as_ref().and_then(Message::subject).map(str::to_owned),
        }
    }
}

fn address(field: Option<&Address<'_>>) -> Option<String> {
    Some(field?.first()?.address()?.to_owned())
}

/// A message, part by part.
pub(super) struct Parts {
    /// Who it comes from.
    pub(super) from: Option<String>,
    /// As text.
    pub(super) text: String,
    /// The same as an HTML document.
    pub(super) html: Option<String>,
}

impl Parts {
    /// The parts of a whole file.
    pub(super) fn of(file: &MessageFile) -> Self {
        let plain = || String::from_utf8_lossy(&file.bytes).trim().to_owned();
        match Way::of(file) {
            Way::Text => Self { from: None, text: plain(), html: None },
            // What is said is told twice, digit by digit: without the marks it reads as it is heard.
            Way::Call => Self { from: None, text: html_to_text(&plain()).trim().to_owned(), html: None },
            Way::Mail => {
                let mail = MessageParser::default().parse(&file.bytes[..]);
                let mail = mail.as_ref();
                let html = mail.filter(|mail| mail.html_body_count() > 0).and_then(|mail| mail.body_html(0));
                Self {
                    from: mail.and_then(|mail| address(mail.from())),
                    text: mail.and_then(|mail| mail.body_text(0)).unwrap_or_default().trim().to_owned(),
                    html: html.map(std::borrow::Cow::into_owned),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn file(name: &str, text: &str) -> MessageFile {
        let bytes = text.as_bytes().to_vec();
        MessageFile { name: name.to_owned(), written_at: DateTime::UNIX_EPOCH, bytes }
    }

    #[test]
    fn a_mail_is_read_part_by_part() {
        let mail = file(
            "msg_1.welcome@host.eml",
            "From: Example <no-reply@example.com>\r\nTo: =?utf-8?q?Zo=C3=AB?= <zoe@example.com>\r\n\
             Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n\
             --=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             Hallo Zo=C3=AB\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hallo</p>\r\n--=_b--\r\n",
        );
        let head = Head::of(&mail);
        assert_eq!(
            (head.way, head.to.as_deref(), head.subject.as_deref()),
            (Way::Mail, Some("zoe@example.com"), Some("Grüße"))
        );
        let parts = Parts::of(&mail);
        assert_eq!((parts.from.as_deref(), parts.text.as_str()), (Some("no-reply@example.com"), "Hallo Zoë"));
        assert!(parts.html.unwrap().contains("<p>Hallo</p>"));
    }

    #[test]
    fn texts_and_calls_are_what_reaches_the_phone() {
        let text = file("msg_1.txt", "123456 is your code.\n");
        assert_eq!((Way::of(&text), Parts::of(&text).text.as_str()), (Way::Text, "123456 is your code."));
        let call = file("msg_2.xml", "<Response><Say>Your code: </Say><Say>1</Say><Pause/></Response>\n");
        let said = Parts::of(&call).text;
        assert!(said.contains("Your code:") && said.contains('1') && !said.contains('<'), "{said}");
        assert_eq!((Head::of(&call).way, Head::of(&call).to), (Way::Call, None));
    }

    #[test]
    fn what_is_no_mail_is_shown_as_nothing() {
        let (head, parts) = (Head::of(&file("msg_1.eml", "")), Parts::of(&file("msg_1.eml", "")));
        assert!(head.to.is_none() && head.subject.is_none() && parts.html.is_none() && parts.text.is_empty());
    }
}
