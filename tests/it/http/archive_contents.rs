//! What an archive holds: all that the interface shows of the person, under the same names, and explained.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use serde_json::{Value, json};

use super::service::{asked, sent};
use super::teams::{organization_of, project_of};
use super::{Service, routes};
use crate::support::Person;

/// What a person can ask for of themselves, and where in the archive that stands.
enum Place {
    /// In a file of one record, or below a member of it.
    Record(&'static str, &'static str),
    /// In a file of records: each item of the answer, or the answer itself, by its `id`.
    List(&'static str),
    /// Nowhere, for a reason.
    Nowhere(&'static str),
}

use Place::{List, Nowhere, Record};

const PREFIXES: [&str; 4] = ["/v1/me", "/v1/sessions", "/v1/organizations", "/v1/projects"];

static PLACES: [(&str, Place); 24] = [
    ("/v1/me", Record("account/profile.json", "")),
    ("/v1/me/preferences", Record("account/profile.json", "/preferences")),
    ("/v1/me/gdpr-token", Record("account/profile.json", "/gdpr_token")),
    ("/v1/me/consents", Nowhere("tells of each switch the last record of account/consents.ndjson")),
    ("/v1/me/factors", Record("account/profile.json", "/factors")),
    ("/v1/me/passkeys", Nowhere("is a part of /v1/me/factors")),
    ("/v1/me/passkeys/accepted", Nowhere("tells a browser what stands in the profile")),
    ("/v1/me/factor-removal", Nowhere("stands in the history, for as long as it waits")),
    ("/v1/me/deletion", Nowhere("is worked out when it is asked for, from what is in the archive")),
    ("/v1/me/history", List("account/history.ndjson")),
    ("/v1/me/privacy-requests", List("account/requests.ndjson")),
    ("/v1/me/privacy-requests/{id}", List("account/requests.ndjson")),
    ("/v1/me/privacy-requests/{id}/events", Nowhere("is the request itself, each time it changes")),
    ("/v1/me/privacy-requests/{id}/archive", Nowhere("is an archive")),
    ("/v1/sessions", List("account/sessions.ndjson")),
    ("/v1/organizations", List("account/organizations.ndjson")),
    ("/v1/organizations/{id}", List("account/organizations.ndjson")),
    (
        "/v1/organizations/{id}/history",
        Nowhere("is about others; what one did oneself is in account/history.ndjson"),
    ),
    ("/v1/organizations/{id}/members", Nowhere("is about others")),
    ("/v1/organizations/{id}/members/{account_id}", Nowhere("is about others")),
    ("/v1/organizations/{id}/invitations", Nowhere("is about others")),
    ("/v1/projects", List("account/projects.ndjson")),
    ("/v1/projects/{id}", List("account/projects.ndjson")),
    (
        "/v1/projects/{id}/history",
        Nowhere("is about others; what one did oneself is in account/history.ndjson"),
    ),
];

/// Members of answers that are in no file, with the reason.
const LEFT_OUT: [(&str, &str); 6] = [
    ("organizations", "is in a file of its own"),
    ("current", "tells which session asks"),
    ("api_secret", "is masked: the value opens something"),
    ("owners", "is about others"),
    ("path", "tells where to ask for it"),
    ("version", "tells a page that follows a request whether it has changed"),
];
/// Members whose values differ, with the reason.
const DIFFERENT: [(&str, &str); 2] =
    [("phone", "is masked in the answer, and whole in the archive"), ("last_used_at", "moves on")];

fn is_named(name: &str, list: &[(&str, &str)]) -> bool {
    list.iter().any(|(known, _)| *known == name)
}

/// What of an answer is not in a record.
fn missing(path: &str, answer: &Value, record: &Value) -> Vec<String> {
    match (answer, record) {
        (Value::Object(members), Value::Object(known)) => {
            let told = members.iter().filter(|(name, _)| !is_named(name, &LEFT_OUT));
            told.flat_map(|(name, value)| match known.get(name) {
                Some(_) if is_named(name, &DIFFERENT) => Vec::new(),
                Some(record) => missing(&format!("{path}/{name}"), value, record),
                None => vec![format!("{path}/{name} is missing")],
            })
            .collect()
        }
        (Value::Array(items), Value::Array(known)) if items.len() == known.len() => {
            items.iter().zip(known).flat_map(|(item, known)| missing(path, item, known)).collect()
        }
        _ if answer == record => Vec::new(),
        _ => vec![format!("{path} is {answer}, and in the archive {record}")],
    }
}

/// The files of an archive, as text.
async fn files(person: &Person, export: &str) -> BTreeMap<String, String> {
    let path = format!("/v1/me/privacy-requests/{export}/archive");
    let bytes = asked(&person.client, "GET", &path).await.expect(200).body.to_vec();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let (name, mut text) = (file.name().unwrap().into_owned(), String::new());
        file.read_to_string(&mut text).unwrap();
        files.insert(name, text);
    }
    files
}

fn records(files: &BTreeMap<String, String>, file: &str) -> Vec<Value> {
    files[file].lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asks for a copy without giving the password again: it was given just now.
async fn export(person: &Person) -> String {
    let answer =
        person.client.post("/v1/me/privacy-requests", json!({"kind": "export", "confirm": true})).await;
    let id = answer["id"].as_str().unwrap().to_owned();
    person.completed(&id).await;
    id
}

/// Somebody who has everything that a person can have.
async fn settled(service: &Service) -> (Person, String) {
    let ada = service.person("ada").await;
    ada.use_product(3).await;
    let first = export(&ada).await;
    asked(&ada.client, "GET", &format!("/v1/me/privacy-requests/{first}/archive")).await.expect(200);
    // First: with another second factor what was asked for before ends.
    let phone = json!({"number": "+14155550142", "channel": "sms"});
    sent(&ada.client, "PUT", "/v1/me/two-factor-phone", &phone).await.expect(202);
    let code = json!({"code": service.take_code().await.code});
    sent(&ada.client, "POST", "/v1/me/two-factor-phone/verify", &code).await.expect(200);
    let profile =
        json!({"billing_email": "bills@example.com", "language": "de", "time_zone": "Europe/Berlin"});
    sent(&ada.client, "PATCH", "/v1/me", &profile).await.expect(200);
    sent(&ada.client, "PUT", "/v1/me/email", &json!({"email": "moved@example.com"})).await.expect(202);
    let token = ada.client.post("/v1/me/gdpr-token", json!({"confirm": true})).await["token"].clone();
    asked(&service.client().with_token(token.as_str().unwrap()), "GET", "/v1/credentials/self")
        .await
        .expect(200);
    let organization = organization_of(&ada).await;
    let project = project_of(&ada, &organization).await["id"].clone();
    let reset = format!("/v1/projects/{}/credentials/reset", project.as_str().unwrap());
    let body = json!({"confirm": true, "keep_previous_hours": 24});
    sent(&ada.client, "POST", &reset, &body).await;
    (ada, first)
}

/// Where the answer of a route stands in the archive.
fn place_of(route: &str) -> &'static Place {
    let place = PLACES.iter().find(|(known, _)| *known == route);
    &place.unwrap_or_else(|| panic!("say where the answer of {route} stands in the archive")).1
}

/// What of an answer with items, or of one that is an item itself, is not in a file of records; and how many were compared.
fn missing_of_list(path: &str, answer: &Value, records: &[Value], open: &str) -> (Vec<String>, usize) {
    let items = answer["items"].as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
    // What came about since, and the request that is being answered, are not as they were.
    let known: Vec<_> = items
        .iter()
        .filter(|item| item["id"] != open)
        .filter_map(|item| Some((item, records.iter().find(|record| record["id"] == item["id"])?)))
        .collect();
    assert!(!known.is_empty(), "{path}: nothing of it is in the archive");
    (known.iter().flat_map(|(item, record)| missing(path, item, record)).collect(), known.len())
}

#[tokio::test]
async fn all_that_the_interface_shows_of_a_person_is_in_the_archive_under_the_same_names() {
    let service = Service::whole().await;
    let (ada, first) = settled(&service).await;
    let second = export(&ada).await;
    let files = files(&ada, &second).await;
    let profile: Value = serde_json::from_str(&files["account/profile.json"]).unwrap();
    let first_of =
        async |list: &str| ada.client.get(list).await["items"][0]["id"].as_str().unwrap().to_owned();
    let (organization, project) = (first_of("/v1/organizations").await, first_of("/v1/projects").await);

    let (mut wrong, mut walked) = (Vec::new(), 0);
    for route in routes(&service).await {
        if route.method != "GET" || !PREFIXES.iter().any(|prefix| route.path.starts_with(prefix)) {
            continue;
        }
        let own = match route.path.split('/').nth(2).unwrap() {
            "organizations" => &organization,
            "projects" => &project,
            _ => &first,
        };
        let answered = async || ada.client.get(&route.path.replace("{id}", own)).await;
        match place_of(&route.path) {
            Nowhere(reason) => assert!(!reason.is_empty()),
            Record(file, member) => {
                assert_eq!(*file, "account/profile.json");
                wrong.extend(missing(&route.path, &answered().await, profile.pointer(member).unwrap()));
                walked += 1;
            }
            List(file) => {
                let (answer, records) = (answered().await, records(&files, file));
                let (missed, compared) = missing_of_list(&route.path, &answer, &records, &second);
                wrong.extend(missed);
                walked += compared;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(walked > 20, "{walked}");
    // None of these was walked as null.
    for (told, whole) in [
        ("/two_factor/phone", "+14155550142"),
        ("/billing_email", "bills@example.com"),
        ("/language", "de"),
        ("/time_zone", "Europe/Berlin"),
        ("/email_pending", "moved@example.com"),
    ] {
        assert_eq!(profile.pointer(told).unwrap(), whole);
    }
    assert!(profile["gdpr_token"]["last_used_at"].is_string());
    assert!(records(&files, "account/projects.ndjson")[0]["previous"].is_object());
    let requests = records(&files, "account/requests.ndjson");
    assert!(requests.iter().any(|request| request["archive"]["downloaded_at"].is_string()));
    assert!(
        !files.values().any(|text| text.contains("psx_") || text.contains("psg_")),
        "a secret is in the archive"
    );
    service.unharmed().await;
}

#[tokio::test]
async fn every_record_is_explained_by_the_schema_beside_it() {
    let service = Service::whole().await;
    let (ada, _) = settled(&service).await;
    let export = export(&ada).await;
    let files = files(&ada, &export).await;
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let mut explained = 0;
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let Some(schema) = file["schema"].as_str() else {
            assert!(name.ends_with(".csv"), "{name} has no schema");
            assert!(files[name].starts_with('\u{feff}'), "{name} does not begin with a byte order mark");
            continue;
        };
        let schema: Value = serde_json::from_str(&files[schema]).unwrap();
        let members: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let whole = serde_json::from_str(&files[name]).map(|record| vec![record]);
        for record in whole.unwrap_or_else(|_| records(&files, name)) {
            for member in record.as_object().unwrap().keys() {
                assert!(members.contains(member), "{name}: {member} is not explained");
            }
            explained += 1;
        }
    }
    assert!(explained > 20, "{explained}");
    let times = files.iter().filter(|(name, _)| name.ends_with(".csv")).map(|(_, text)| text);
    assert!(!times.into_iter().any(|text| text.contains("+00:00")), "times have one form");
    service.unharmed().await;
}

#[tokio::test]
async fn the_page_of_an_archive_shows_what_is_in_it() {
    let service = Service::whole().await;
    let (ada, _) = settled(&service).await;
    let export = export(&ada).await;
    let page = &files(&ada, &export).await["index.html"];
    for told in [
        "ada@example.com",
        "bills@example.com",
        "moved@example.com",
        "+14155550142",
        // She has chosen German, and times of Berlin.
        "<html lang=\"de\">",
        "<dd>Deutsch</dd>",
        "Uhr (Europe/Berlin)",
        "Engines",
        "Looms",
        "Sie sind Inhaber",
        "Angebot auf mich zuschneiden: an",
        "Eine Kopie Ihrer Daten: erledigt",
        "<p lang=\"en\">An export of the data was requested",
        "Page viewed",
        "privacy@example.com",
    ] {
        assert!(page.contains(told), "{told}");
    }
    service.unharmed().await;
}
