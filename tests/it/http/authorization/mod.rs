//! Who may do what: every route, asked by everybody.
//!
//! A route without a row in the table fails the test, so that nobody adds one without saying who may use it.

mod callers;
mod table;

use std::collections::BTreeSet;

use reqwest::RequestBuilder;

use super::second_factor::give_app;
use super::service::{asked, with_form};
use super::{Answer, Service, grave, routes, send};
use crate::support::{Client, Person};
use callers::{Scene, Who};
use table::{Body, Row, table};

fn request(client: &Client, row: &Row, path: &str, scene: &Scene<'_>) -> RequestBuilder {
    let request = client.request(row.method, path);
    match &row.body {
        Body::Nothing => request,
        Body::Json(body) => {
            request.header("Content-Type", "application/json").body(scene.filled(&body.to_string()))
        }
        Body::Form => with_form(request, &[("token", "nothing")]),
    }
}

/// Sends a row's request as `who`. Of a stream of events, which has no end, only the beginning is awaited.
async fn answered(scene: &Scene<'_>, row: &Row, who: Who, key: Option<&str>) -> (u16, Option<Answer>) {
    let path = scene.prepare(row, who).await.replace("{id}", &scene.named_in(row).await);
    let request = request(&scene.client(who).await, row, &path, scene);
    let request = match key {
        Some(key) => request.header("Idempotency-Key", key),
        None => request,
    };
    if row.path.ends_with("/events") && row.expected(who) == 200 {
        return (request.send().await.unwrap().status().as_u16(), None);
    }
    let answer = send(request).await;
    (answer.status, Some(answer))
}

async fn assert_answers(service: &Service, scene: &Scene<'_>, row: &Row, with_key: bool) {
    service.forget_tries().await;
    for who in Who::ALL {
        let key = format!("{}/{who:?}", row.path);
        let (status, answer) = answered(scene, row, who, with_key.then_some(&key)).await;
        assert_eq!(status, row.expected(who), "{} asked by {who:?}: {answer:?}", row.name());
        if let (Some(slug), Some(answer)) = (row.refusal(who), answer) {
            answer.problem(status, slug);
        }
    }
}

#[tokio::test]
async fn every_route_has_a_row() {
    let service = Service::api().await;
    let rows = table();
    let here: BTreeSet<String> = rows.iter().map(Row::name).collect();
    let there: BTreeSet<String> =
        routes(&service).await.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(here, there, "say who may use it: add a row");
    assert_eq!(here.len(), rows.len(), "one row a route");
}

/// What the description calls grave is what is refused without a password given lately.
#[tokio::test]
async fn every_grave_route_is_in_the_table_with_its_proof() {
    let service = Service::api().await;
    let mut here: BTreeSet<String> = table().iter().filter(|row| row.sudo).map(Row::name).collect();
    // It only shows, and is asked for with the deletion itself.
    here.remove("GET /v1/me/deletion");
    // What they begin counts when it is answered, which is grave.
    for begins in ["POST /v1/me/totp", "POST /v1/me/passkeys/options"] {
        assert!(here.remove(begins), "{begins}");
    }
    assert_eq!(here, grave::routes_with_sudo(&service).await);
}

#[tokio::test]
async fn every_route_lets_in_whom_it_is_for_and_nobody_else() {
    let service = Service::api().await;
    let scene = Scene::set(&service).await;
    let mut rows = table();
    rows.sort_by_key(|row| row.method != "GET");
    for row in &rows {
        assert_answers(&service, &scene, row, false).await;
    }
    service.unharmed().await;
}

/// What is shown to a member without the second factor that is demanded: that the organization is there.
const SHOWN_WITHOUT_FACTOR: &str = "GET /v1/organizations/{id}";

#[tokio::test]
async fn without_the_factor_that_is_demanded_nothing_in_an_organization_is_allowed_to_anybody() {
    let service = Service::api().await;
    let scene = Scene::set(&service).await;
    scene.demand_second_factor().await;
    let rows = table();
    let inside: Vec<&Row> = rows.iter().filter(|row| row.is_in_organization()).collect();
    assert!(inside.len() > 15, "{} routes", inside.len());
    for row in inside {
        service.forget_tries().await;
        let path = scene.filled(row.path).replace("{invitation_id}", "inv_00000000000000000000000001");
        let path = path.replace("{id}", &scene.named_in(row).await);
        for who in [Who::Member, Who::Admin, Who::Owner] {
            let answer = send(request(&scene.client(who).await, row, &path, &scene)).await;
            if row.name() == SHOWN_WITHOUT_FACTOR {
                assert_eq!(answer.expect(200).json()["second_factor_demanded"], true);
                continue;
            }
            let refusal = answer.problem(403, "second-factor-demanded");
            assert_eq!(refusal["organization_id"], scene.organization(), "{} as {who:?}", row.name());
        }
        let stranger = send(request(&scene.other().client, row, &path, &scene)).await;
        stranger.problem(404, "not-found");
    }
    service.unharmed().await;
}

#[tokio::test]
async fn an_idempotency_key_lets_nobody_in_and_keeps_nobody_out() {
    let service = Service::api().await;
    let scene = Scene::set(&service).await;
    for row in table().iter().filter(|row| row.method == "POST" && row.path != "/track") {
        assert_answers(&service, &scene, row, true).await;
    }
    service.unharmed().await;
}

#[tokio::test]
async fn anothers_things_are_found_as_little_as_those_there_never_were() {
    let service = Service::api().await;
    let scene = Scene::set(&service).await;
    // Ids of the same age that name nothing: another's with its last characters changed.
    let unknown =
        |id: &str| format!("{}{}", &id[..id.len() - 3], if id.ends_with("000") { "001" } else { "000" });
    let of_people = |row: &&Row| row.path.contains("{id}") && !row.path.starts_with("/v1/admin/");
    for row in table().iter().filter(of_people) {
        let path = scene.prepare(row, Who::Nobody).await;
        let id = scene.named_in(row).await;
        let client = &scene.other().client;
        let ask = async |id: &str| send(request(client, row, &path.replace("{id}", id), &scene)).await;
        let (theirs, never) = (ask(&id).await, ask(&unknown(&id)).await);
        theirs.problem(404, "not-found");
        assert_eq!((theirs.status, theirs.text()), (never.status, never.text()), "{}", row.path);
        let names = |headers: &reqwest::header::HeaderMap| -> BTreeSet<String> {
            headers.keys().map(ToString::to_string).collect()
        };
        assert_eq!(names(&theirs.headers), names(&never.headers), "{}", row.path);
    }
    // And all of it is as it was.
    scene.assert_untouched().await;
    service.unharmed().await;
}

/// What is open to an account without the second factor that the service demands.
const OPEN_WITHOUT_FACTOR: [&str; 18] = [
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/current",
    "DELETE /v1/sessions/{id}",
    "GET /v1/me",
    "GET /v1/me/factors",
    "GET /v1/me/passkeys",
    "GET /v1/me/passkeys/accepted",
    "GET /v1/sessions",
    "POST /v1/me/passkeys",
    "POST /v1/me/passkeys/options",
    "POST /v1/me/recovery-codes",
    "POST /v1/me/totp",
    "POST /v1/me/totp/verify",
    "POST /v1/me/two-factor-phone/verify",
    "POST /v1/sessions/reauthenticate",
    "POST /v1/sessions/reauthenticate/options",
    "PUT /v1/me/password",
    "PUT /v1/me/two-factor-phone",
];

/// Where the service demands a second factor of every account (OWASP ASVS 5.0, 6.3.3).
#[tokio::test]
async fn without_the_factor_that_the_service_demands_an_account_can_add_one_and_nothing_else() {
    let service = Service::api().await;
    let scene = Scene::set(&service).await;
    let strict = service.start_of("api").env("PERSONAL_SETTINGS_DEMAND_SECOND_FACTOR", "true").ready().await;
    let client = strict.client().with_token(&scene.owner().client.token().unwrap());
    let mut open = BTreeSet::new();
    for row in table().iter().filter(|row| row.is_for_holders()) {
        let path = scene.filled(row.path).replace("{invitation_id}", "inv_00000000000000000000000001");
        let path = path.replace("{id}", &scene.named_in(row).await);
        if OPEN_WITHOUT_FACTOR.contains(&row.name().as_str()) {
            open.insert(row.name());
        } else {
            send(request(&client, row, &path, &scene)).await.problem(403, "second-factor-missing");
        }
    }
    assert_eq!(open, OPEN_WITHOUT_FACTOR.map(str::to_owned).into(), "each of them is there");
    client.get("/v1/me").await;
    // Once it has one, it may what it may.
    let (account, email) = (scene.owner().account.clone(), scene.owner().email.clone());
    let owner = Person { account, email, client };
    give_app(&owner).await;
    let organization = format!("/v1/organizations/{}", scene.organization());
    asked(&owner.client, "GET", &organization).await.expect(200);
    service.unharmed().await;
}
