//! Connections of clients that wait, trickle, or are too many: they are cut, and other clients do not notice.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::join_all;
use nix::sys::signal::Signal;
use serde_json::json;

use super::roles::role;
use crate::support::{Database, PASSWORD, Person, Program, Raw};

/// More sockets than there are places for requests.
const CROWD: usize = 1_030;

async fn api(folder: &Path, database: &Database) -> Program {
    role(folder, "api", database).ready().await
}

#[tokio::test]
async fn what_is_no_whole_request_is_cut_in_time() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = api(folder.path(), &database).await;
    let began = Instant::now();
    let cut = |sent: &'static str| {
        let base = &program.base;
        async move {
            let mut raw = Raw::connect(base, 2).await.unwrap();
            raw.send(sent).await;
            let came = raw.ends(Duration::from_secs(20)).await;
            assert_eq!(came.unwrap_or_else(|_| panic!("{sent:?} is never cut")), b"", "{sent:?}");
        }
    };
    let half = [
        "",
        "G",
        "GET /healthz HTTP/1.1\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nA:",
        "PRI * HTTP/2.0\r\n",
    ];
    let trickling = async {
        let mut raw = Raw::connect(&program.base, 2).await.unwrap();
        raw.send("GET /healthz HTTP/1.1\r\n").await;
        while raw.ends(Duration::from_secs(1)).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "a head that trickles is never cut");
            raw.send("X: y\r\n").await;
        }
    };
    tokio::join!(join_all(half.map(cut)), trickling);
    assert!(began.elapsed() >= Duration::from_secs(9), "a slow client has its time");
}

#[tokio::test]
async fn a_thousand_bodies_that_never_come_hold_nobody_up() {
    personal_settings::system::raise_file_limit().unwrap();
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = api(folder.path(), &database).await;
    let ada = Person::join(&program.client(), "ada@example.com").await;
    let head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{";
    let mut crowd = Vec::new();
    for n in 0..CROWD {
        let mut raw = Raw::connect(&program.base, 2 + u8::try_from(n / 200).unwrap()).await.unwrap();
        raw.send(head).await;
        crowd.push(raw);
    }
    // A client that is none of them is answered as if they were not there.
    for _ in 0..3 {
        ada.client.get("/v1/me").await;
        let signing_in = json!({"email": ada.email, "password": PASSWORD});
        assert_eq!(program.client().ask("POST", "/v1/sessions", signing_in).await.0, 201);
    }
    let answers = join_all(crowd.iter_mut().map(|raw| raw.ends(Duration::from_secs(15)))).await;
    for answer in answers {
        let answer = String::from_utf8(answer.expect("a body that does not come is cut")).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("/problems/body-too-slow"), "{answer}");
    }
    ada.client.get("/v1/me").await;
}

#[tokio::test]
async fn heads_have_a_limit_and_both_versions_of_http_are_spoken() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = api(folder.path(), &database).await;
    let answered = async |head: String| {
        let mut raw = Raw::connect(&program.base, 2).await.unwrap();
        raw.send(head).await;
        String::from_utf8_lossy(&raw.next().await).into_owned()
    };
    let half = |length: usize| format!("{:y<length$}", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    let short = answered(format!("{}\r\n\r\n", half(31 * 1024))).await;
    assert!(short.starts_with("HTTP/1.1 200"), "{short}");
    // It need not end.
    let long = answered(half(32 * 1024)).await;
    assert!(long.starts_with("HTTP/1.1 431"), "{long}");
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "a: b\r\n".repeat(200));
    assert!(answered(many).await.starts_with("HTTP/1.1 431"));
    // An empty frame of SETTINGS is answered with the server's (RFC 9113, section 3.4).
    let mut raw = Raw::connect(&program.base, 2).await.unwrap();
    raw.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert_eq!(raw.next().await[3], 4, "a frame of SETTINGS");
}

#[tokio::test]
async fn no_address_has_more_connections_than_its_share_and_a_proxy_has() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = role(folder.path(), "api", &database)
        .env("PERSONAL_SETTINGS_MAX_CONNECTIONS", "100")
        .env("PERSONAL_SETTINGS_MAX_CONNECTIONS_PER_ADDRESS", "10")
        .env("PERSONAL_SETTINGS_TRUSTED_PROXIES", "127.0.0.9/32")
        .ready()
        .await;
    let served = async |n: u8| {
        let mut raw = Raw::connect(&program.base, n).await.unwrap();
        raw.is_served().await.then_some(raw)
    };
    let mut held = Vec::new();
    for _ in 0..10 {
        held.push(served(2).await.expect("within the share"));
    }
    assert!(served(2).await.is_none(), "one too many of an address");
    for _ in 0..50 {
        held.push(served(9).await.expect("a proxy that is trusted has no share"));
    }
    // One that ends makes room for another.
    drop(held.remove(0));
    let again = async || served(2).await;
    held.push(crate::support::eventually("there is room again", again).await);
    for n in 10..12 {
        for _ in 0..10 {
            held.push(served(n).await.expect("within the share"));
        }
    }
    // Those of this test's own client that made it ready may be among the hundred.
    let mut more = Vec::new();
    while let Some(raw) = served(9).await {
        more.push(raw);
    }
    assert!((15..=20).contains(&more.len()), "a hundred in all, not {} more", more.len());
}

#[tokio::test]
async fn the_end_waits_for_no_connection_without_a_request() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let mut program = api(folder.path(), &database).await;
    let mut open = Vec::new();
    for sent in ["", "GET /healthz HTTP/1.1\r\nHos", "PRI * HTTP/2.0\r\n"] {
        let mut raw = Raw::connect(&program.base, 2).await.unwrap();
        raw.send(sent).await;
        open.push(raw);
    }
    let mut idle = Raw::connect(&program.base, 2).await.unwrap();
    assert!(idle.is_served().await);
    open.push(idle);
    let began = Instant::now();
    program.signal(Signal::SIGTERM);
    assert_eq!(program.ended().await, 0, "{}", program.said());
    assert!(began.elapsed() < Duration::from_secs(3), "it took {:?}", began.elapsed());
    for raw in &mut open {
        assert_eq!(raw.ends(Duration::from_secs(1)).await.unwrap(), b"");
    }
}

#[tokio::test]
async fn as_many_files_may_be_open_as_the_system_lets() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create().await);
    let program = role(folder.path(), "api", &database).with_open_files(300).ready().await;
    assert!(program.open_files() > 300, "it has {}", program.open_files());

    let start = role(folder.path(), "api", &database).env("PERSONAL_SETTINGS_MAX_CONNECTIONS", "1000000000");
    let mut program = start.spawn();
    assert_ne!(program.ended().await, 0);
    let said = program.said();
    assert!(said.contains("--max-connections") && said.contains("ulimit"), "{said}");
}
