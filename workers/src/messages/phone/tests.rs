//! Texts and calls as they arrive: in a directory, and at a gateway that misbehaves.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use super::*;

fn message(content: Content) -> PhoneMessage {
    let id = MessageId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
    PhoneMessage { account: None, id, to: "+14155550123".parse().unwrap(), content }
}

fn sms() -> PhoneMessage {
    message(Content::Sms("Your code is 123456 & more.".to_owned()))
}

fn choose_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
}

/// What the gateway does with a request.
#[derive(Clone, Copy)]
enum Then {
    /// Answers with this status, these further headers and this body.
    Say(&'static str, &'static str, &'static str),
    /// Answers with this status and a body without an end.
    Flood(&'static str),
    /// Answers with this status and breaks off in the middle of the body.
    BreakOff(&'static str),
    Cut,
    Silence,
}

const TAKEN: Then = Then::Say("201 Created", "", "{\"sid\":\"SM1234\"}");

/// A gateway that keeps what it was asked, and does with the n-th connection what `script` says.
struct Gateway {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    async fn start(script: &'static [Then]) -> Self {
        choose_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            for then in script {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, *then, Arc::clone(&kept)));
            }
        });
        Self { address, requests }
    }

    fn url(&self, base: &str) -> String {
        format!("http://AC12:to%40ken%2B@{}{base}?from=%2B15550001111", self.address)
    }

    fn phone(&self) -> Phone {
        Phone::from_url(&self.url("")).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, then: Then, requests: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    loop {
        let (mut request, mut length) = (String::new(), 0);
        while !request.ends_with("\r\n\r\n") {
            let begins = request.len();
            (lines.read_line(&mut request).await.ok()? > 0).then_some(())?;
            if let Some(given) = request[begins..].to_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body).await.ok()?;
        requests.lock().unwrap().push(request + &String::from_utf8(body).unwrap());
        match then {
            Then::Say(status, headers, body) => {
                let length = body.len();
                let answer = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
                write.write_all(answer.as_bytes()).await.ok()?;
            }
            Then::Flood(status) => {
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: 99999999999\r\n\r\n");
                write.write_all(head.as_bytes()).await.ok()?;
                loop {
                    write.write_all(&[b' '; 4096]).await.ok()?;
                }
            }
            Then::BreakOff(status) => {
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 9\r\n\r\nno");
                write.write_all(answer.as_bytes()).await.ok()?;
                return None;
            }
            Then::Cut => return None,
            Then::Silence => std::future::pending().await,
        }
    }
}

#[tokio::test]
async fn a_text_and_a_call_are_asked_for_as_the_gateway_wants_it() {
    let gateway = Gateway::start(&[TAKEN; 2]).await;
    gateway.phone().send(&sms()).await.unwrap();
    let phone = Phone::from_url(&gateway.url("/base/")).unwrap();
    phone.send(&message(Content::Call("<Response/>".to_owned()))).await.unwrap();
    let requests = gateway.requests();
    let (head, form) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /2010-04-01/Accounts/AC12/Messages.json HTTP/1.1\r\n"), "{head}");
    // AC12:to@ken+
    assert!(head.contains("authorization: Basic QUMxMjp0b0BrZW4r\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    assert_eq!(form, "To=%2B14155550123&From=%2B15550001111&Body=Your+code+is+123456+%26+more.");
    let (head, form) = requests[1].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /base/2010-04-01/Accounts/AC12/Calls.json HTTP/1.1\r\n"), "{head}");
    assert_eq!(form, "To=%2B14155550123&From=%2B15550001111&Twiml=%3CResponse%2F%3E");
}

#[tokio::test]
async fn connections_are_used_again() {
    let gateway = Gateway::start(&[TAKEN]).await;
    let phone = gateway.phone();
    for _ in 0..5 {
        phone.send(&sms()).await.unwrap();
    }
    assert_eq!(gateway.requests().len(), 5);
}

#[tokio::test]
async fn refusals_are_told_apart_and_repeat_nothing() {
    let refusal = "{\"code\": 21211, \"message\": \"+14155550123 is no phone\"}";
    let cases: [(Then, bool, &str); 8] = [
        (Then::Say("400 Bad Request", "", refusal), false, "400, code 21211"),
        (Then::Say("401 Unauthorized", "", ""), false, "401"),
        (Then::Say("429 Too Many Requests", "", ""), true, "429"),
        (Then::Say("408 Request Timeout", "", ""), true, "408"),
        (Then::Say("500 Oh", "", "+14155550123"), true, "500"),
        (Then::Say("302 Found", "Location: /else\r\n", ""), true, "302"),
        (Then::Flood("503 Oh"), true, "503"),
        (Then::Cut, true, "could not be reached (its answer)"),
    ];
    for (then, transient, ends) in cases {
        let gateway = Gateway::start(Box::leak(Box::new([then]))).await;
        let error = gateway.phone().send(&sms()).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{error}");
        let told = format!("{error} {error:?}");
        assert!(error.to_string().ends_with(ends) && !told.contains("4155550123"), "{told}");
        assert!(!told.contains("AC12") && !told.contains("to@ken"), "{told}");
        assert_eq!(gateway.requests().len(), 1, "one call each");
    }
}

#[tokio::test]
async fn a_gateway_that_is_silent_or_away_is_given_up() {
    let gateway = Gateway::start(&[Then::Silence]).await;
    let twilio = Twilio::with_limit(&gateway.url(""), Duration::from_millis(200)).unwrap();
    let error = twilio.send(&sms()).await.unwrap_err();
    assert!(matches!(error, PhoneError::Timeout) && error.is_transient(), "{error:?}");

    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let phone = Phone::from_url(&format!("http://AC12:t@{nobody}?from=%2B15550001111")).unwrap();
    let error = phone.send(&sms()).await.unwrap_err();
    assert!(matches!(error, PhoneError::Unreachable { what: "connection", source: Some(_) }), "{error:?}");
}

#[tokio::test]
async fn a_success_is_one_however_its_answer_ends() {
    let gateway = Gateway::start(&[Then::Flood("201 Created"), Then::BreakOff("201 Created")]).await;
    let twilio = Twilio::with_limit(&gateway.url(""), Duration::from_secs(1)).unwrap();
    twilio.send(&sms()).await.unwrap();
    twilio.send(&sms()).await.unwrap();
}

#[tokio::test]
async fn a_directory_holds_what_reaches_the_phone() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("new/phone");
    let phone = Phone::from_url(&format!("directory:{}", path.display())).unwrap();
    let call = message(Content::Call("<Response/>".to_owned()));
    for _ in 0..2 {
        phone.send(&sms()).await.unwrap();
        phone.send(&call).await.unwrap();
    }
    let read = |ending: &str| std::fs::read_to_string(path.join(format!("{}.{ending}", call.id))).unwrap();
    assert_eq!(read("txt"), "Your code is 123456 & more.\n");
    assert_eq!(read("xml"), "<Response/>\n");
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    std::fs::write(root.path().join("file"), b"").unwrap();
    let phone = Phone::from_url(&format!("directory:{}/file", root.path().display())).unwrap();
    let error = phone.send(&sms()).await.unwrap_err();
    assert!(matches!(error, PhoneError::Directory(_)) && error.is_transient());
}

#[test]
fn urls_are_checked_and_never_repeated() {
    choose_tls();
    for bad in [
        "",
        "smtp://AC12:secret@127.0.0.1?from=%2B15550001111",
        "http:",
        "directory:",
        "http://AC12:secret@phone.example.com?from=%2B15550001111",
        "http://AC12:secret@127.0.0.1.example.com?from=%2B15550001111",
        "https://phone.example.com?from=%2B15550001111",
        "https://AC12@phone.example.com?from=%2B15550001111",
        "https://:secret@phone.example.com?from=%2B15550001111",
        "https://..%2F:secret@phone.example.com?from=%2B15550001111",
        "https://AC12:secret@phone.example.com",
        "https://AC12:secret@phone.example.com?from=me",
        "https://AC12:secret@phone.example.com?from=+15550001111",
    ] {
        let error = Phone::from_url(bad).unwrap_err();
        assert!(!error.is_transient() && !format!("{error} {error:?}").contains("secret"), "{bad}");
    }
    for good in [
        "https://AC12:secret@phone.example.com?from=%2B15550001111",
        "http://AC12:secret@127.0.0.1:8080/base?from=%2B15550001111",
        "http://AC12:secret@[::1]:8080?from=%2B15550001111",
        "http://AC12:secret@localhost?from=%2B15550001111",
        "directory:phone",
    ] {
        let phone = Phone::from_url(good).unwrap();
        assert!(!format!("{phone:?}").contains("secret"));
    }
    let debug = format!("{:?}", sms());
    assert!(debug.contains("msg_") && !debug.contains("123456") && !debug.contains("4155550123"), "{debug}");
}
