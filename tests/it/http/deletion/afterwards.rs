//! When the last mail has gone out, what was personal is unreadable wherever it lies; what happened still reads.

use serde_json::{Value, json};

use super::{DELETION, ME, Service, delete};
use crate::http::service::{action, asked, sent};
use crate::http::teams::each;
use crate::support::{OPERATOR_TOKEN, Person, eventually, postgres_program, shared};

/// Somebody whose traces are easily told.
async fn person(service: &Service) -> Person {
    let ada = service.person("seeded-ada").await;
    let profile = json!({"name": "Seeded Lovelace", "billing_email": "seeded-bills@example.com"});
    sent(&ada.client, "PATCH", ME, &profile).await.expect(200);
    let browser = ada.client.request("PUT", "/v1/me/preferences").header("User-Agent", "SeededBrowser/7.7");
    browser.json(&json!({"personalization": false})).send().await.unwrap();
    ada.use_product(20).await;
    ada
}

async fn erased(service: &Service, account: &str) {
    let pool = service.pool().await;
    eventually("what was personal is erased", || async {
        let done = "SELECT count(*) FROM events WHERE event_type = 'account.personal_data_erased' AND aggregate_id = $1";
        let done: i64 = sqlx::query_scalar(done).bind(account).fetch_one(&pool).await.unwrap();
        let shown: i64 =
            sqlx::query_scalar("SELECT count(*) FROM account_view").fetch_one(&pool).await.unwrap();
        (done == 1 && shown == 0).then_some(())
    })
    .await;
}

fn dump(service: &Service) -> String {
    let mut program = postgres_program("pg_dump");
    program.args(["--host", &shared().socket_folder, "--dbname", &service.database.name]);
    let output = program.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn the_farewell_goes_out_and_then_nothing_personal_is_left() {
    let service = Service::whole().await;
    let ada = person(&service).await;
    let before = dump(&service);
    assert!(before.contains("/seeded-path"), "it was there");
    for sealed in ["seeded-ada@example.com", "Seeded Lovelace", "seeded-bills"] {
        assert!(!before.contains(sealed), "{sealed} lies in plain text");
    }
    delete(&ada).await.expect(204);
    let farewell = service.take_mail("account_deleted", "seeded-ada@example.com").await;
    assert!(farewell.raw.contains("Seeded Lovelace"), "{farewell:?}");
    erased(&service, &ada.account).await;
    let after = dump(&service);
    for gone in ["seeded-", "Seeded", "198.51.100.77"] {
        assert!(!after.to_lowercase().contains(&gone.to_lowercase()), "{gone} is in the dump");
    }

    // What happened, when and by whom still reads, and the values read as erased.
    let ran = service.run(&["audit", "history", &ada.account, "--format", "ndjson"]);
    assert!(ran.ok, "{ran:?}");
    let told = ran.said;
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for happened in [
        "account.registered",
        "account.signed_in",
        "account.name_changed",
        "account.preferences_changed",
        "account.deleted",
        "account.notice_sent",
        "account.personal_data_erased",
    ] {
        assert!(types.contains(&happened), "{happened}: {told}");
    }
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    let erased = json!({"$erased": true});
    assert_eq!(of("account.registered")["data"]["email"], erased, "{told}");
    assert_eq!(of("account.name_changed")["data"]["name"], erased, "{told}");
    assert_eq!(of("account.preferences_changed")["user_agent"], "[erased]", "{told}");
    assert_eq!(of("account.deleted")["actor"], ada.account.as_str());
    assert!(!told.to_lowercase().contains("seeded"), "{told}");

    // An operator sees the same, and that they looked.
    let operator = service.client().with_token(OPERATOR_TOKEN);
    let path = format!("/v1/admin/accounts/{}/history?limit=50", ada.account);
    let page = asked(&operator, "GET", &path).await.expect(200).json();
    assert_eq!(each(&page, "type")[0], "account.history_viewed", "{page}");
    let path = format!("/v1/admin/accounts/{}/state", ada.account);
    let state = asked(&operator, "GET", &path).await.expect(200).json();
    assert_eq!(state["account"]["ended"]["erased"], true, "{state}");
    service.unharmed().await;
}

#[tokio::test]
async fn requests_that_are_open_end_and_archives_are_withdrawn() {
    let variables = [("PERSONAL_SETTINGS_ERASURE_COOLING_OFF", "24h")];
    let service = Service::start("serve", &variables).await;
    let ada = person(&service).await;
    let export = ada.ask_for("export").await;
    ada.completed(&export).await;
    let erasure = sent(&ada.client, "POST", "/v1/me/privacy-requests", &action("erasure")).await.expect(202);
    let erasure = erasure.json()["id"].as_str().unwrap().to_owned();
    delete(&ada).await.expect(204);
    erased(&service, &ada.account).await;
    let pool = service.pool().await;
    let ended = async |request: &str| -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM events WHERE aggregate_id = $1 ORDER BY sequence")
            .bind(request)
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    assert!(ended(&erasure).await.contains(&"privacy_request.cancelled".to_owned()));
    let archive = service.folder().join("archives/requests").join(&export);
    eventually("the archive is gone", || async {
        let left = std::fs::read_dir(&archive).map_or(0, Iterator::count);
        (left == 0).then_some(())
    })
    .await;
    service.unharmed().await;
}

#[tokio::test]
async fn an_export_that_is_under_way_ends_with_the_account() {
    let service = Service::whole().await;
    let ada = person(&service).await;
    let export = ada.ask_for("export").await;
    delete(&ada).await.expect(204);
    erased(&service, &ada.account).await;
    let pool = service.pool().await;
    let types = async || -> Vec<String> {
        sqlx::query_scalar("SELECT event_type FROM events WHERE aggregate_id = $1 ORDER BY sequence")
            .bind(&export)
            .fetch_all(&pool)
            .await
            .unwrap()
    };
    // However far it had come: it was cancelled, or was completed and its archive ended.
    let ends = ["privacy_request.cancelled", "privacy_request.archive_ended"];
    eventually("it has ended", || async {
        let types = types().await;
        types.iter().any(|kind| ends.contains(&kind.as_str())).then_some(())
    })
    .await;
    let archive = service.folder().join("archives/requests").join(&export);
    eventually("no archive is left", || async {
        let left = std::fs::read_dir(&archive).map_or(0, Iterator::count);
        (left == 0).then_some(())
    })
    .await;
    assert!(!dump(&service).contains("seeded-ada@example.com"));
    service.unharmed().await;
}

#[tokio::test]
async fn a_copy_of_the_data_that_ends_with_the_account_is_told_of_before_and_in_the_last_mail() {
    let service = Service::whole().await;
    let ada = service.person("ada").await;
    assert_eq!(ada.client.get(DELETION).await["exports"], json!([]));
    let id = ada.ask_for("export").await;
    let done = ada.completed(&id).await;
    let exports = ada.client.get(DELETION).await["exports"].clone();
    let ends = json!({"id": id, "state": "completed", "available_until": done["archive"]["expires_at"]});
    assert_eq!(exports, json!([ends]));
    delete(&ada).await.expect(204);
    let mail = service.take_mail("account_deleted", &ada.email).await;
    assert!(mail.text.contains("The copy of your data that you had asked for ended with it"), "{mail:?}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_copy_that_is_still_being_made_is_told_of_before_the_account_ends() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let id = ada.ask_for("export").await;
    let exports = ada.client.get(DELETION).await["exports"].clone();
    assert_eq!(exports, json!([{"id": id, "state": "received", "available_until": null}]));
    service.unharmed().await;
}
