//! Who signs in with a program that was not seen before is told of, by mail to the holder.

use super::Service;
use super::service::{credentials, sent};
use crate::support::{Client, eventually, http};

/// A client that calls itself so.
fn called(service: &Service, name: &str) -> Client {
    let http = http().user_agent(name).build().unwrap();
    Client { http, ..service.client() }
}

async fn sign_in(client: &Client) {
    sent(client, "POST", "/v1/sessions", &credentials("ada@example.com")).await.expect(201);
}

/// Everything that was to be sent is.
async fn await_post(service: &Service) {
    let pool = service.pool().await;
    eventually("nothing waits to be sent", || async {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM outgoing").fetch_one(&pool).await.unwrap();
        (waiting == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_new_program_is_told_of_once_and_the_first_is_not() {
    let service = Service::whole().await;
    // The first sign-in is that of this very client, which calls itself nothing.
    service.person("ada").await;
    let (phone, laptop) = (called(&service, "Phone/1.0"), called(&service, "Laptop <b>&\"1.0\"</b>"));
    sign_in(&service.client()).await;
    sign_in(&service.client()).await;
    await_post(&service).await;
    assert!(service.mails_of("new_device").is_empty());

    sign_in(&phone).await;
    let mail = service.take_mail("new_device", "ada@example.com").await;
    assert_eq!(mail.subject, "A new sign-in to your account");
    for told in ["a program that calls itself", "Phone/1.0", "127.0.0.1"] {
        assert!(mail.text.contains(told), "{mail:?}");
    }
    for _ in 0..3 {
        sign_in(&phone).await;
        sign_in(&service.client()).await;
    }
    await_post(&service).await;
    assert!(service.mails_of("new_device").is_empty());

    // What a program calls itself is text, and nothing else.
    sign_in(&laptop).await;
    let mail = service.take_mail("new_device", "ada@example.com").await;
    let raw = mail.raw.replace("=\r\n", "").replace("=3D", "=");
    let html = raw.split_once("text/html").unwrap().1;
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>&"), "{html}");
    service.unharmed().await;
}

#[tokio::test]
async fn programs_are_kept_as_hashes_and_forgotten_after_half_a_year() {
    let service = Service::whole().await;
    service.person("ada").await;
    service.person("bob").await;
    let phone = called(&service, "SeededPhone/1.0");
    sign_in(&phone).await;
    let bobs = sent(&phone, "POST", "/v1/sessions", &credentials("bob@example.com")).await.expect(201);
    drop(bobs);
    let pool = service.pool().await;
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT row_to_json(d)::text FROM device d").fetch_all(&pool).await.unwrap();
    // Two people, two programs; each as a program and as a place.
    assert_eq!(rows.len(), 8);
    assert!(rows.iter().all(|row| !row.contains("SeededPhone")), "{rows:?}");
    // Nobody can tell that two people use the same.
    let same: i64 = sqlx::query_scalar("SELECT count(*) - count(DISTINCT device_hash) FROM device")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(same, 0);
    service.take_mail("new_device", "ada@example.com").await;
    sqlx::query("UPDATE device SET seen_at = seen_at - interval '181 days'").execute(&pool).await.unwrap();
    // The program in use is known as long as it is in use; others are new again.
    sign_in(&service.client()).await;
    sign_in(&phone).await;
    service.take_mail("new_device", "ada@example.com").await;
    service.unharmed().await;
}

#[tokio::test]
async fn programs_are_forgotten_when_an_erasure_is_reported_complete() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    service.person("bob").await;
    let phone = called(&service, "SeededPhone/1.0");
    sign_in(&phone).await;
    service.take_mail("new_device", "ada@example.com").await;
    let pool = service.pool().await;
    let count = async |account: &str| -> i64 {
        let counted = sqlx::query_scalar("SELECT count(*) FROM device WHERE account_id = $1");
        counted.bind(account).fetch_one(&pool).await.unwrap()
    };
    // Two programs, and each in its place.
    assert_eq!(count(&ada.account).await, 4);

    let erasure = ada.ask_for("erasure").await;
    ada.completed(&erasure).await;
    assert_eq!(count(&ada.account).await, 0);
    let others: i64 = sqlx::query_scalar("SELECT count(*) FROM device").fetch_one(&pool).await.unwrap();
    assert_eq!(others, 2, "those of others stay");

    // The first program after it is the first of the account, and the next one is new.
    sign_in(&service.client()).await;
    await_post(&service).await;
    assert!(service.mails_of("new_device").is_empty());
    sign_in(&phone).await;
    service.take_mail("new_device", "ada@example.com").await;
    service.unharmed().await;
}
