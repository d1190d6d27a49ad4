//! The letters, word by word.

use chrono::{DateTime, TimeZone, Utc};
use domain::RequestId;
use domain::privacy_request::Kind;
use uuid::Uuid;

use super::notice::{ErasedSource, Letter, Rendered};

fn at(month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, 59, 59).unwrap()
}

fn request_id() -> RequestId {
    RequestId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

fn render(letter: &Letter, name: Option<&str>) -> Rendered {
    letter.render(name, &"https://settings.example.com".parse().unwrap())
}

fn received(kind: Kind) -> Letter {
    let cancellable_until = (kind == Kind::Erasure).then(|| at(11, 24, 18));
    let (received_at, due_at) = (at(11, 23, 18), at(12, 23, 23));
    Letter::Received { kind, request_id: request_id(), received_at, due_at, cancellable_until }
}

fn all() -> [Letter; 7] {
    let request_id = request_id();
    let counts = [("events".to_owned(), 1204), ("usage_profiles".to_owned(), 1)].into();
    [
        received(Kind::Export),
        received(Kind::Erasure),
        Letter::ArchiveReady {
            request_id,
            works_until: at(11, 30, 18),
            bytes: 1_234_567,
            sha256: "0123456789abcdef".repeat(4),
        },
        Letter::ArchiveExpiring { request_id, works_until: at(11, 30, 18) },
        Letter::Erased {
            request_id,
            completed_at: at(11, 25, 9),
            sources: vec![
                ErasedSource { title: "Usage data".to_owned(), counts },
                ErasedSource { title: "<b>CRM</b>\r\nx".to_owned(), counts: [].into() },
            ],
        },
        Letter::Cancelled { kind: Kind::Export, request_id, cancelled_at: at(11, 23, 20) },
        Letter::Cancelled { kind: Kind::Erasure, request_id, cancelled_at: at(11, 23, 20) },
    ]
}

#[test]
fn an_erasure_that_was_received() {
    let letter = render(&received(Kind::Erasure), Some("Ada Lovelace"));
    assert_eq!(letter.subject, "We have received your request to delete your data");
    assert_eq!(
        letter.text,
        "Hello Ada Lovelace,

We have received your request to delete the data collected about your use of the product. You will have our \
         answer by 23 December 2026, 23:59 UTC.

Your account stays as it is: you can go on using it. We will write again when everything is deleted, and say \
         what it was. This may take several weeks, and is often done much sooner.

You can cancel it until 24 November 2026, 18:59 UTC. To do so, ask the operator of the service, or send this to it \
         while you are signed in:

DELETE https://settings.example.com/v1/me/privacy-requests/req_01j0000000e00800000000000v

If it was not you who asked for this, cancel it and change your password.

Request: req_01j0000000e00800000000000v
Received: 23 November 2026, 18:59 UTC
"
        .replace("req_01j0000000e00800000000000v", &request_id().to_string())
    );
}

#[test]
fn an_export_that_is_ready() {
    let letter = render(&all()[2], None);
    assert_eq!(letter.subject, "Your data is ready");
    let link = format!("https://settings.example.com/v1/me/privacy-requests/{}/archive", request_id());
    assert_eq!(
        letter.html,
        format!(
            "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<title>Your data is ready</title>
</head>
<body style=\"font: 16px/1.5 sans-serif; max-width: 36em; margin: 1em auto; padding: 0 1em\">
<p>Hello,</p>
<p>The copy of your data that you asked for is ready. You can fetch it here:</p>
<p><a href=\"{link}\">Fetch your data</a></p>
<p>The link works until 30 November 2026, 18:59 UTC. It opens for you alone: signed in, with your password given in \
             the last ten minutes.</p>
<p>What you get is a ZIP file. Unpack it and open index.html, which says what is in it. It is personal: keep it \
             where only you can read it.</p>
<table role=\"presentation\">
<tr><td style=\"padding-right: 1em\">Request</td><td>{}</td></tr>
<tr><td style=\"padding-right: 1em\">Size</td><td>1.2 MB</td></tr>
<tr><td style=\"padding-right: 1em\">SHA-256</td>\
             <td>0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef</td></tr>
</table>
</body>
</html>
",
            request_id()
        )
    );
}

#[test]
fn an_erasure_that_is_complete() {
    let letter = render(&all()[4], Some(""));
    assert_eq!(
        letter.text,
        format!(
            "Hello,

The data collected about your use of the product is deleted. This is what was deleted, and where:

Usage data: events: 1,204; usage profiles: 1
<b>CRM</b> x: nothing was held

Your account stays usable: you sign in as before, and your profile and settings are as they were.

Request: {}
Completed: 25 November 2026, 09:59 UTC
",
            request_id()
        )
    );
    assert!(letter.html.contains("&lt;b&gt;CRM&lt;/b&gt;"));
}

#[test]
fn the_other_letters_say_what_they_must() {
    let texts = all().map(|letter| render(&letter, None));
    assert!(texts[0].text.contains("You can cancel it until we have put it together."));
    assert!(
        texts[3].text.contains("The link works until 30 November 2026, 18:59 UTC; then the copy is deleted.")
    );
    assert!(
        texts[5].text.contains("Your request for a copy of your data is cancelled. Nothing was handed out.")
    );
    assert!(texts[6].text.contains("Nothing was deleted."));
    let mut subjects: Vec<_> = texts.iter().map(|letter| &letter.subject).collect();
    subjects.dedup();
    assert_eq!(subjects.len(), 7, "no two letters look alike in a list");
}

#[test]
fn a_name_is_text_and_nothing_else() {
    for letter in all() {
        let letter = render(&letter, Some("<img src=x onerror=\"x()\">&\r\nBcc: x@example.com"));
        // It does not read as a name, so nobody is greeted with it.
        assert!(letter.text.starts_with("Hello,\n") && letter.html.contains("<p>Hello,</p>"));
        assert!(!letter.html.contains("<img"));
    }
}

#[test]
fn every_link_is_below_the_public_url() {
    for letter in all() {
        let letter = letter.render(None, &"https://example.com/settings/".parse().unwrap());
        for form in [&letter.text, &letter.html] {
            let links = form.matches("http").count();
            assert_eq!(links, form.matches("https://example.com/settings/v1/").count(), "{form}");
        }
    }
}
