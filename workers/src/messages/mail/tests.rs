//! Mails as they arrive: in a directory, and at a server that misbehaves.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeZone, Utc};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

fn message() -> Message {
    Message {
        account: None,
        to: "ada@example.com".parse().unwrap(),
        to_name: Some("Ada Lövelace".to_owned()),
        language: catalogue::Language::En,
        subject: "Your data is ready – fetch it".to_owned(),
        text: "Hello Ada,\n\n.a line with a dot\n=_ é and a line that is a good deal longer than the 76 characters a line may have\n"
            .to_owned(),
        html: "<p>Hello Ada</p>\n".to_owned(),
        message_id: "<evt_01h455vb4pex5vsknk084sn02q@settings.example.com>".parse().unwrap(),
        date: Utc.with_ymd_and_hms(2026, 11, 23, 18, 4, 10).unwrap(),
    }
}

fn sender() -> Sender {
    "Personal Settings <no-reply@example.com>".parse().unwrap()
}

fn encoded(message: &Message) -> String {
    String::from_utf8(message.encode(&sender()).unwrap().1).unwrap()
}

#[test]
fn the_whole_mail() {
    assert_eq!(
        encoded(&message()),
        "Date: Mon, 23 Nov 2026 18:04:10 +0000\r
From: \"Personal Settings\" <no-reply@example.com>\r
To: =?utf-8?b?QWRhIEzDtnZlbGFjZQ==?= <ada@example.com>\r
Subject: Your data is ready =?utf-8?b?4oCT?= fetch it\r
Message-ID: <evt_01h455vb4pex5vsknk084sn02q@settings.example.com>\r
Auto-Submitted: auto-generated\r
X-Auto-Response-Suppress: All\r
Content-Language: en\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative;\r
 boundary=\"=_c25d9ad0921e9f71aa94fe9244b4eb16\"\r
\r
--=_c25d9ad0921e9f71aa94fe9244b4eb16\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
Hello Ada,\r
\r
.a line with a dot\r
=3D_ =C3=A9 and a line that is a good deal longer than the 76 characters a =\r
line may have\r
\r
--=_c25d9ad0921e9f71aa94fe9244b4eb16\r
Content-Type: text/html; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
<p>Hello Ada</p>\r
\r
--=_c25d9ad0921e9f71aa94fe9244b4eb16--\r
"
    );
}

#[test]
fn mail_comes_from_the_product_and_answers_go_to_the_contact() {
    let from = |public_url: &str| {
        let head =
            Letterhead::new("Example", "help@example.com".parse().ok(), None, public_url.parse().unwrap());
        let sender = Sender::of(&head).unwrap().answered_at(head.contact());
        String::from_utf8(message().encode(&sender).unwrap().1).unwrap()
    };
    let mail = from("https://settings.example.com");
    assert!(mail.contains("From: Example <no-reply@settings.example.com>\r\n"), "{mail}");
    assert!(mail.contains("Reply-To: help@example.com\r\n"), "{mail}");
    // A number is no domain, and neither is this machine's name.
    for here in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"] {
        assert!(from(here).contains("<no-reply@localhost.localdomain>"), "{here}");
    }
}

#[test]
fn nothing_in_a_message_can_make_a_header() {
    let nasty = "x\r\nBcc: evil@example.com\r\n\r\n<script>\u{0}\u{2028}\u{85}";
    let mail = encoded(&Message { to_name: Some(nasty.to_owned()), subject: nasty.to_owned(), ..message() });
    let head = mail.split("\r\n\r\n").next().unwrap();
    assert_eq!(head.matches("\r\n").count(), 10, "{head}");
    assert!(!head.contains("\nBcc") && mail.is_ascii());
    assert!(!mail.replace("\r\n", "").contains(['\r', '\n']), "every line ends in CRLF");
    assert!(mail.lines().all(|line| line.len() <= 78), "{mail}");
    for bad in ["", "evt@x", "<evt>", "<a@b>\r\nBcc: c", "<../x@y>", "<a/b@y>", "<a@b@c>", "<.a@b>", "<a@>"] {
        assert_eq!(bad.parse::<MessageId>(), Err(InvalidMessageId), "{bad}");
    }
    let debug = format!("{:?}", message());
    assert!(debug.contains("evt_") && !debug.contains("Ada") && !debug.contains("ada@"), "{debug}");
}

#[tokio::test]
async fn a_directory_holds_whole_private_files_and_a_repeat_replaces() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("new/mail");
    let outbox = Outbox::from_url(&format!("directory:{}", path.display()), sender()).unwrap();
    outbox.check().await.unwrap();
    let sends = (0..8).map(|_| async { outbox.send(&message()).await });
    futures::future::try_join_all(sends).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["evt_01h455vb4pex5vsknk084sn02q@settings.example.com.eml"]);
    let file = path.join(&names[0]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), encoded(&message()));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    std::fs::write(root.path().join("file"), b"").unwrap();
    let outbox = Outbox::from_url(&format!("directory:{}/file", root.path().display()), sender()).unwrap();
    let error = outbox.send(&message()).await.unwrap_err();
    assert!(matches!(error, MailError::Directory(_)) && error.is_transient());
}

#[test]
fn urls_are_checked_and_never_repeated() {
    for bad in [
        "",
        "http://x",
        "smtp:",
        "directory:",
        "smtp://x?tls=maybe",
        "smtp://u:secret@mail.example.com",
        "smtp://u:secret@mail.example.com?tls=opportunistic",
    ] {
        let error = Outbox::from_url(bad, sender()).unwrap_err();
        assert!(!error.is_transient() && !format!("{error} {error:?}").contains("secret"), "{bad}");
    }
    for good in ["smtp://127.0.0.1:25", "smtp://u:secret@localhost:2525", "directory:mail"] {
        let outbox = Outbox::from_url(good, sender()).unwrap();
        assert!(!format!("{outbox:?}").contains("secret"));
    }
}

/// What the server does once it has the mail.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Accept,
    Cut,
    Silence,
    /// Accepts, but only after a while.
    Late,
    /// Turns the client away before it has said anything.
    TurnAway,
    Say(&'static str),
}

/// A server that keeps the mails it was given, and does with the n-th connection what `script` says.
struct Server {
    url: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(rcpt: &'static str, script: &'static [Then]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        tokio::spawn(async move {
            for then in script {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, rcpt, *then, Arc::clone(&kept)));
            }
        });
        Self { url, mails }
    }

    fn outbox(&self) -> Outbox {
        Outbox::from_url(&self.url, sender()).unwrap()
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

async fn serve(
    stream: TcpStream,
    rcpt: &'static str,
    then: Then,
    mails: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    if then == Then::TurnAway {
        return write.write_all(b"554 no service here\r\n").await.ok();
    }
    write.write_all(b"220 test\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        (lines.read_line(&mut line).await.ok()? > 0).then_some(())?;
        let answer = match line.split_whitespace().next()? {
            "EHLO" => "250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            "AUTH" => {
                mails.lock().unwrap().push(line.clone());
                write.write_all(b"235 welcome\r\n").await.ok()?;
                continue;
            }
            "RCPT" => rcpt,
            "DATA" => "354 go on",
            "QUIT" => return None,
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if line.starts_with("DATA") {
            let mut mail = String::new();
            while !mail.ends_with("\r\n.\r\n") {
                (lines.read_line(&mut mail).await.ok()? > 0).then_some(())?;
            }
            let plain = mail.strip_suffix(".\r\n")?.replace("\r\n..", "\r\n.");
            mails.lock().unwrap().push(plain);
            match then {
                Then::TurnAway => return None,
                Then::Accept => write.write_all(b"250 taken\r\n").await.ok()?,
                Then::Cut => return None,
                Then::Late => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    write.write_all(b"250 taken\r\n").await.ok()?;
                }
                Then::Silence => std::future::pending().await,
                Then::Say(answer) => write.write_all(answer.as_bytes()).await.ok()?,
            }
        }
    }
}

#[tokio::test]
async fn after_a_cut_before_250_the_repeat_is_the_same_to_the_byte() {
    let server = Server::start("250 ok", &[Then::Cut, Then::Accept]).await;
    let outbox = server.outbox();
    let error = outbox.send(&message()).await.unwrap_err();
    assert!(matches!(error, MailError::Unsure { .. }) && error.is_transient(), "{error:?}");
    outbox.send(&message()).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
    assert!(mails[0].contains("\r\nMessage-ID: <evt_01h455vb4pex5vsknk084sn02q@settings.example.com>\r\n"));
    // SMTP ends a mail with one more line break than the file has.
    assert_eq!(mails[0].trim_end(), encoded(&message()).trim_end());
}

#[tokio::test]
async fn connections_are_used_again_and_check_says_whether_there_is_a_server() {
    let server = Server::start("250 ok", &[Then::Accept; 10]).await;
    let outbox = server.outbox();
    outbox.check().await.unwrap();
    for _ in 0..20 {
        // More mails than the server takes connections.
        outbox.send(&message()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.mails().len(), 20);

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let outbox = Outbox::from_url(&format!("smtp://{nobody}"), sender()).unwrap();
    assert!(matches!(outbox.check().await, Err(MailError::Unreachable { source: Some(_), .. })));
}

#[tokio::test]
async fn refusals_are_told_apart_and_repeat_no_personal_data() {
    let cases: [(&'static str, &'static [Then], bool, &str); 7] = [
        ("550 5.1.1 <ada@example.com>: no such user", &[Then::Accept; 2], false, "550 5.1.1"),
        ("450 4.2.0 <ada@example.com>: greylisted", &[Then::Accept], true, "450 4.2.0"),
        ("250 ok", &[Then::Say("554 ada@example.com is spam\r\n"); 2], false, "554"),
        ("250 ok", &[Then::Say("452 4.3.1 ada@example.com: no room\r\n")], true, "452 4.3.1"),
        // These are about the server, not about the mail.
        ("250 ok", &[Then::TurnAway], true, "554"),
        ("421 4.3.2 <ada@example.com>: closing", &[Then::Accept], true, "421 4.3.2"),
        ("530 5.7.0 ada@example.com must sign in", &[Then::Accept], true, "530 5.7.0"),
    ];
    for (rcpt, script, transient, code) in cases {
        let error = Server::start(rcpt, script).await.outbox().send(&message()).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{rcpt}");
        let told = format!("{error} {error:?}");
        assert!(error.to_string().ends_with(code) && !told.contains("ada@"), "{told}");
    }
}

#[tokio::test]
async fn an_address_the_server_cannot_write_to_is_no_reason_to_try_again() {
    let server = Server::start("250 ok", &[Then::Accept]).await;
    let to = "用户@example.com".parse().unwrap();
    let error = server.outbox().send(&Message { to, ..message() }).await.unwrap_err();
    assert!(matches!(error, MailError::NotAscii) && !error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_silent_server_is_given_up_and_its_connection_never_used_again() {
    let server = Server::start("250 ok", &[Then::Silence, Then::Accept]).await;
    let taking = Duration::from_millis(300);
    let patience = session::Patience { taking, ..session::Patience::USUAL };
    let smtp = Smtp::with_patience(&server.url, sender(), patience).unwrap();
    assert!(matches!(smtp.send(&message()).await, Err(MailError::Unsure { .. })));
    smtp.send(&message()).await.unwrap();
    assert_eq!(server.mails().len(), 2);
    assert_eq!(server.mails()[0], server.mails()[1]);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_spoil_the_next_mail() {
    let server = Server::start("250 ok", &[Then::Late, Then::Say("554 no\r\n"), Then::Accept]).await;
    let outbox = server.outbox();
    let gone = tokio::time::timeout(Duration::from_millis(100), outbox.send(&message())).await;
    assert!(gone.is_err());
    // Time enough for the pool to do the wrong thing.
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Over the first connection, where an answer is still to come, it would seem to be accepted.
    assert!(matches!(outbox.send(&message()).await, Err(MailError::Refused(_))));
    assert_eq!(server.mails().len(), 2);
}

#[tokio::test]
async fn a_password_is_sent_as_it_is_and_not_as_a_url_writes_it() {
    let server = Server::start("250 ok", &[Then::Accept]).await;
    let url = server.url.replace("smtp://", "smtp://us%40er:p%40ss%2Fw%3Ard%25%2C%23@");
    Outbox::from_url(&url, sender()).unwrap().send(&message()).await.unwrap();
    // "\0us@er\0p@ss/w:rd%,#" (RFC 4616).
    assert_eq!(server.mails()[0].trim_end(), "AUTH PLAIN AHVzQGVyAHBAc3MvdzpyZCUsIw==");
}
