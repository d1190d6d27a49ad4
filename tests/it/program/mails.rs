//! What a mail tells a person to do can be done.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::{Client, Database, Person, Start, eventually, shared};

/// The addresses in a mail's plain text.
fn links(mail: &str) -> Vec<String> {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let plain = text.split("text/html").next().unwrap();
    plain.split_whitespace().filter(|word| word.starts_with("http")).map(str::to_owned).collect()
}

/// Opens what an address leads to, as one who is not signed in: it must be a page, where one signs in. The request that the
/// first is about.
async fn open_all(client: &Client, links: &[String]) -> Option<String> {
    for link in links {
        let page = client.http.get(link).header("accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), 200, "{link}");
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"), "{link}");
        assert!(link.starts_with(&client.base), "{link} leads elsewhere");
    }
    Some(links.first()?.split_once("/requests/")?.1.to_owned())
}

#[tokio::test]
async fn what_a_mail_tells_to_do_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let program = Start::new(folder.path(), &["serve"])
        .env("DATABASE_URL", &database.worker_url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_ERASURE_COOLING_OFF", "24h")
        .ready()
        .await;
    let mail = async |request: &str, notice: &str| {
        let begins = format!("{request}.{notice}@");
        eventually(&format!("the mail {begins}…"), || async {
            let files = std::fs::read_dir(folder.path().join("data/mail")).ok()?;
            let mut paths = files.map(|file| file.unwrap().path());
            let path = paths.find(|path| path.file_name().unwrap().to_string_lossy().starts_with(&begins))?;
            Some(std::fs::read_to_string(path).unwrap())
        })
        .await
    };
    let person = Person::join(&program.client(), "ada@example.com").await;

    let export = person.ask_for("export").await;
    let ready = links(&mail(&export, "archive_ready").await);
    assert_eq!(open_all(&person.client, &ready).await, Some(export.clone()), "{ready:?}");
    // What the buttons of the page do.
    let archive = format!("/v1/me/privacy-requests/{export}/archive");
    assert_eq!(person.client.ask("HEAD", &archive, Value::Null).await.0, 200);
    assert_eq!(person.client.ask("GET", &archive, Value::Null).await.0, 200);
    assert_eq!(person.client.ask("DELETE", &archive, Value::Null).await.0, 204);

    let erasure = person.ask_for("erasure").await;
    let received = links(&mail(&erasure, "received").await);
    assert_eq!(open_all(&person.client, &received).await, Some(erasure.clone()), "{received:?}");
    let path = format!("/v1/me/privacy-requests/{erasure}");
    assert_eq!(person.client.ask("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(person.client.get(&path).await["state"], "cancelled");
    assert_eq!(open_all(&person.client, &links(&mail(&erasure, "cancelled").await)).await, None);
}

#[tokio::test]
async fn mail_in_a_folder_is_warned_of_and_goes_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create().await;
    let mail = folder.path().join("data/mail");
    std::fs::create_dir_all(&mail).unwrap();
    // From a process that ended long ago: whole, and half written.
    let old = [mail.join("msg_1.new_device@example.com.eml"), mail.join(".12-3.tmp")];
    let kept = [mail.join("req_2.received@example.com.eml"), mail.join("notes.txt")];
    for path in old.iter().chain(&kept) {
        std::fs::write(path, b"Hello").unwrap();
    }
    #[expect(clippy::disallowed_methods, reason = "files bear the time of the machine")]
    let hours_ago = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 60 * 60);
    for (path, hours) in [(&old[0], 4), (&old[1], 4), (&kept[0], 2), (&kept[1], 400)] {
        std::fs::File::options().write(true).open(path).unwrap().set_modified(hours_ago(hours)).unwrap();
    }
    let program = Start::new(folder.path(), &["serve"])
        .env("DATABASE_URL", &database.url)
        .env("NATS_URL", &shared().nats_url)
        .env("PERSONAL_SETTINGS_NATS_PREFIX", &database.name)
        .env("PERSONAL_SETTINGS_DIRECTORY_RETENTION", "3h")
        .ready()
        .await;
    eventually("what is too old is removed", || async {
        (!old.iter().any(|path| path.exists())).then_some(())
    })
    .await;
    assert!(kept.iter().all(|path| path.exists()), "what is not too old stays, and what is not ours");
    let said = program.said();
    assert_eq!(said.matches("mail: written into a folder and not sent").count(), 1, "{said}");
    assert_eq!(said.matches("texts and calls: written into a folder and not sent").count(), 1, "{said}");
}
