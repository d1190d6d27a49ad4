//! The API key and secret of a project: seen, reset, kept alive beside newer ones.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::queue::{drain, told};
use super::service::sent;
use super::teams::{Project, each, organization_of, team, worth};
use super::{Answer, Service, send};

/// The time of an overlap goes by.
async fn let_overlap_pass(pool: &PgPool) {
    let sql = "UPDATE credential SET expires_at = clock_timestamp() WHERE expires_at IS NOT NULL";
    sqlx::query(sql).execute(pool).await.unwrap();
}

#[tokio::test]
async fn a_secret_is_seen_by_owners_who_gave_the_password_and_never_unseen() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let project = Project::create(&admin, &organization).await;
    drain(&service).await;
    project.reveal(&member).await.problem(403, "insufficient-role");
    service.let_sudo_pass().await;
    project.reveal(&owner).await.problem(403, "reauthentication-required");
    project.reset(&owner, 0).await.problem(403, "reauthentication-required");
    assert_eq!(told(&service).await, []);
    owner.client.reauthenticate().await;
    let revealed = project.reveal(&owner).await.expect(200);
    assert_eq!(revealed.header("cache-control"), "no-store");
    assert_eq!(
        revealed.json(),
        json!({"api_key": project.created["api_key"], "api_secret": project.secret()})
    );
    let messages = drain(&service).await;
    let mut readers: Vec<(&str, &Value)> = messages
        .iter()
        .map(|message| (message.account.as_deref().unwrap(), &message.content["says"]["by_reader"]))
        .collect();
    readers.sort_by_key(|(account, _)| *account);
    assert_eq!(
        readers,
        [(owner.account.as_str(), &json!(true)), (admin.account.as_str(), &json!(false))],
        "{messages:?}"
    );
    assert!(messages.iter().all(|message| message.about == "credentials_revealed"));
    assert!(!format!("{messages:?}").contains(project.secret()));
    let history = owner.client.get("/v1/me/history?limit=50").await;
    assert!(each(&history, "type").contains(&"project.credentials_revealed"), "{history}");
    service.unharmed().await;
}

#[tokio::test]
async fn a_reset_is_confirmed_and_kills_the_old_pair_at_once() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let project = Project::create(&admin, &organization).await;
    let path = format!("{}/credentials/reset", project.path);
    for (body, pointers) in [
        (json!({}), vec!["/confirm"]),
        (json!({"confirm": false}), vec!["/confirm"]),
        (json!({"confirm": true, "keep_previous_hours": 169}), vec!["/keep_previous_hours"]),
        (json!({"confirm": true, "keep_previous_hours": -1}), vec!["/keep_previous_hours"]),
        (json!({"confirm": true, "keep_previous_hours": 1.5}), vec!["/keep_previous_hours"]),
        (json!({"confirm": false, "keep_previous_hours": 1000}), vec!["/confirm", "/keep_previous_hours"]),
    ] {
        assert_eq!(sent(&admin.client, "POST", &path, &body).await.pointers(), pointers, "{body}");
    }
    project.reset(&member, 0).await.problem(403, "insufficient-role");
    assert_eq!(worth(&service, project.secret()).await["active"], true);
    drain(&service).await;

    let answer = sent(&admin.client, "POST", &path, &json!({"confirm": true})).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let pair = answer.json();
    assert_eq!(pair["previous_ends_at"], Value::Null);
    assert_eq!(worth(&service, project.secret()).await, json!({"active": false, "reason": "revoked"}));
    let now = worth(&service, pair["api_secret"].as_str().unwrap()).await;
    assert_eq!((&now["active"], &now["api_key"]), (&json!(true), &pair["api_key"]));
    let shown = admin.client.get(&project.path).await;
    assert_eq!((&shown["api_key"], &shown["fingerprint"]), (&pair["api_key"], &pair["fingerprint"]));
    assert!(shown["reset_at"].is_string() && shown["previous"].is_null(), "{shown}");
    assert_ne!(pair["api_key"], project.created["api_key"]);
    let expected = [&owner, &admin].map(|person| (person.account.clone(), "credentials_reset".to_owned()));
    assert_eq!(told(&service).await, expected);
    // The token lets usage in as before: it is public.
    assert_eq!(shown["token"], project.created["token"]);
    service.unharmed().await;
}

#[tokio::test]
async fn an_overlap_keeps_the_old_pair_for_its_time_and_shows_whether_it_is_used() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    let pair = project.reset(&ada, 24).await.expect(200).json();
    let before = worth(&service, project.secret()).await;
    assert_eq!(before["active"], true, "{before}");
    // From the reset on, which came a moment after it was made.
    let life = before["exp"].as_i64().unwrap() - before["iat"].as_i64().unwrap();
    assert!((24 * 60 * 60..24 * 60 * 60 + 60).contains(&life), "{before}");
    assert_eq!(worth(&service, pair["api_secret"].as_str().unwrap()).await["exp"], Value::Null);
    let shown = ada.client.get(&project.path).await;
    assert_eq!(shown["previous"]["api_key"], project.created["api_key"]);
    assert_eq!(shown["previous"]["ends_at"], pair["previous_ends_at"]);
    assert!(shown["previous"]["last_used_at"].is_string() && shown["last_used_at"].is_string(), "{shown}");
    let items = ada.client.get("/v1/projects").await;
    assert_eq!(items["items"][0]["previous"], shown["previous"]);

    // Nobody need do anything for it to end.
    let_overlap_pass(&service.pool().await).await;
    assert_eq!(worth(&service, project.secret()).await, json!({"active": false, "reason": "retired"}));
    assert_eq!(ada.client.get(&project.path).await["previous"], Value::Null);
    assert_eq!(worth(&service, pair["api_secret"].as_str().unwrap()).await["active"], true);
    service.unharmed().await;
}

#[tokio::test]
async fn an_overlap_ends_early_when_it_is_retired_or_by_another_reset() {
    let service = Service::api().await;
    let (organization, [owner, admin, member]) = team(&service).await;
    let project = Project::create(&admin, &organization).await;
    project.retire(&admin).await.problem(409, "no-previous-credentials");
    let second = project.reset(&owner, 168).await.expect(200).json();
    project.retire(&member).await.problem(403, "insufficient-role");
    // It gives nothing away and takes nothing that is needed: the password need not be fresh.
    service.let_sudo_pass().await;
    project.retire(&admin).await.expect(204);
    project.retire(&admin).await.problem(409, "no-previous-credentials");
    assert_eq!(worth(&service, project.secret()).await["reason"], "retired");
    assert_eq!(owner.client.get(&project.path).await["previous"], Value::Null);

    owner.client.reauthenticate().await;
    let third = project.reset(&owner, 1).await.expect(200).json();
    let fourth = project.reset(&owner, 1).await.expect(200).json();
    let secret = |pair: &Value| pair["api_secret"].as_str().unwrap().to_owned();
    // There are never more than two pairs.
    assert_eq!(worth(&service, &secret(&second)).await["reason"], "revoked");
    assert_eq!(worth(&service, &secret(&third)).await["active"], true);
    assert_eq!(worth(&service, &secret(&fourth)).await["active"], true);
    let fifth = project.reset(&owner, 0).await.expect(200).json();
    for dead in [&third, &fourth] {
        assert_eq!(worth(&service, &secret(dead)).await["reason"], "revoked");
    }
    assert_eq!(worth(&service, &secret(&fifth)).await["active"], true);
    service.unharmed().await;
}

#[tokio::test]
async fn what_died_of_its_age_says_so_after_another_reset() {
    let service = Service::api().await;
    let ada = service.person("ada").await;
    let project = Project::create(&ada, &organization_of(&ada).await).await;
    project.reset(&ada, 1).await.expect(200);
    let_overlap_pass(&service.pool().await).await;
    assert_eq!(worth(&service, project.secret()).await["reason"], "retired");
    // The events are behind: for them the overlap goes on. The pair is dead either way.
    project.reset(&ada, 0).await.expect(200);
    assert_eq!(worth(&service, project.secret()).await["active"], false);
    service.unharmed().await;
}

#[tokio::test]
async fn two_resets_at_once_leave_one_pair() {
    let service = Service::api().await;
    let (organization, [owner, admin, _]) = team(&service).await;
    let project = Project::create(&admin, &organization).await;
    let pool = service.pool().await;
    for hours in [0, 0, 2] {
        let (one, other) = tokio::join!(project.reset(&owner, hours), project.reset(&admin, hours));
        let answers = [one.expect(200), other.expect(200)];
        // Each waits for their own change; after that both are shown.
        for (person, answer) in [&owner, &admin].into_iter().zip(&answers) {
            let seen = answer.header("event-position");
            let read = person.client.request("GET", &project.path).header("Event-Position", seen);
            send(read).await.expect(200);
        }
        let shown = owner.client.get(&project.path).await;
        let mut alive = Vec::new();
        for pair in answers.iter().map(Answer::json) {
            if worth(&service, pair["api_secret"].as_str().unwrap()).await["active"] == true {
                alive.push(pair["api_key"].clone());
            }
        }
        // With an overlap the pair of the first is the previous one of the second.
        let mut expected = vec![shown["api_key"].clone()];
        expected.extend((hours > 0).then(|| shown["previous"]["api_key"].clone()));
        alive.sort_by_key(|key| *key != shown["api_key"]);
        assert_eq!(alive, expected, "{shown}");
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM credential WHERE ended_at IS NULL");
        assert_eq!(count.fetch_one(&pool).await.unwrap(), i64::try_from(expected.len()).unwrap());
    }
    service.unharmed().await;
}
