//! What lies in a folder goes with what it tells of.

use domain::privacy_request::{Kind, SourceName};
use workers::privacy_requests::sources::{Progress, Subject};

use crate::support::TestApp;

#[tokio::test]
async fn mails_in_a_folder_go_with_the_erasure_of_whom_they_were_written_for() {
    let app = TestApp::build().await;
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    let ctx = app.worker_context();
    let mut requests = Vec::new();
    for account in [ada, bob] {
        requests.push(app.receive(account, Kind::Export).await);
    }
    let post = app.post(&app.mail_folder());
    app.nothing_is_queued().await;
    post.stop().await;
    let folder = app.folder.path().join("mail");
    let names = || -> Vec<String> {
        let files = std::fs::read_dir(&folder).unwrap();
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names().len(), 2);
    assert!(!names().concat().contains(&ada.to_string()), "a name tells nothing of whose it is");

    let source = ctx.sources.get(&SourceName::new(SourceName::ACCOUNT)).unwrap();
    let since = app.foundation.store.services().now();
    let subject = Subject { account: ada, request: requests[0], since };
    for _ in 0..2 {
        source.erase(subject, &Progress::default()).await.unwrap();
        let left = names();
        assert_eq!(left.len(), 1, "{left:?}");
        assert!(left[0].starts_with(&requests[1].to_string()), "{left:?}");
    }
}
