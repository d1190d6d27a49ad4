//! Mail about a request: at least once, recognisable when repeated. What lies in a folder goes with what it tells of.

use domain::privacy_request::{Intent, Kind, Notice, SourceName};
use workers::sources::{Progress, Subject};
use workers::steps;

use crate::support::House;

#[tokio::test]
async fn a_mail_that_was_sent_but_not_recorded_is_sent_again_as_the_same() {
    let house = House::build().await;
    let account = house.register("ada@example.com").await;
    let id = house.receive(account, Kind::Erasure).await;
    let bench = house.bench();
    let before = house.request(id).await;
    let send = Intent::Notify(Notice::Received);
    steps::take(&bench, &before, &send).await.unwrap();
    let folder = house.folder.path().join("mail");
    let read = || {
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        std::fs::read_to_string(&files[0]).unwrap()
    };
    let first = read();
    steps::take(&bench, &before, &send).await.unwrap();
    assert_eq!(read(), first);

    let header =
        |name: &str| first.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert_eq!(header("Message-ID:"), format!("<{id}.received@settings.example.com>"));
    assert_eq!(header("To:"), "\"Ada Example\" <ada@example.com>");
    assert!(first.contains("https://settings.example.com"), "links begin with the public URL");
}

#[tokio::test]
async fn mails_in_a_folder_go_with_the_erasure_of_whom_they_were_written_for() {
    let house = House::build().await;
    let (ada, bob) = (house.register("ada@example.com").await, house.register("bob@example.com").await);
    let bench = house.bench();
    let mut requests = Vec::new();
    for account in [ada, bob] {
        let id = house.receive(account, Kind::Export).await;
        steps::take(&bench, &house.request(id).await, &Intent::Notify(Notice::Received)).await.unwrap();
        requests.push(id);
    }
    let folder = house.folder.path().join("mail");
    let names = || -> Vec<String> {
        let files = std::fs::read_dir(&folder).unwrap();
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names().len(), 2);
    assert!(!names().concat().contains(&ada.to_string()), "a name tells nothing of whose it is");

    let source = bench.sources.get(&SourceName::new(SourceName::ACCOUNT)).unwrap();
    let since = house.foundation.store.services().now();
    let subject = Subject { account: ada, request: requests[0], since };
    for _ in 0..2 {
        source.erase(subject, &Progress::default()).await.unwrap();
        let left = names();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].starts_with(&requests[1].to_string()), "{left:?}");
    }
}
