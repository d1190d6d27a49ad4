//! What an auditor asks: what had happened by then, and how did it look?

use chrono::{DateTime, Utc};
use domain::privacy_request::{Kind, PrivacyRequest, PrivacyRequestCommand, SourceName};
use domain::{AccountId, Scope};
use event_store::{CommitExtras, KeyName, log};
use futures::TryStreamExt;
use projections::history::HistoryFilter;
use projections::{Audience, EventView};
use serde_json::json;

use super::{await_caught_up, sign_in, switch};
use crate::support::{TestApp, account_context};

async fn told(app: &TestApp, account: AccountId, until: Option<DateTime<Utc>>) -> Vec<EventView> {
    let store = app.foundation.store.clone();
    let entries = app.foundation.views.history_stream(store, account, HistoryFilter::up_to(until));
    entries.map_ok(EventView::for_operator).try_collect().await.unwrap()
}

#[tokio::test]
async fn a_history_and_a_state_end_at_the_instant_that_was_asked_for() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let ada = app.register("ada@example.com").await;
    let bob = app.register("bob@example.com").await;
    switch(&app, ada, false).await;
    let erasure = app.receive(ada, Kind::Erasure).await;
    switch(&app, bob, false).await;
    let context = account_context(ada);
    let cancel = PrivacyRequestCommand::Cancel;
    let id = erasure.to_string();
    store.execute::<PrivacyRequest>(&id, cancel, &context, CommitExtras::default()).await.unwrap_err();
    sign_in(&app, ada).await;
    switch(&app, ada, true).await;
    await_caught_up(&app).await;

    let all = told(&app, ada, None).await;
    let types: Vec<&str> = all.iter().map(|told| told.event_type.as_str()).collect();
    let expected = [
        "account.registered",
        "account.preferences_changed",
        "privacy_request.received",
        "account.signed_in",
        "account.preferences_changed",
    ];
    assert_eq!(types, expected);
    // To the microsecond: the instant itself counts, the one before does not.
    for (n, event) in all.iter().enumerate() {
        for (at, count) in [(event.at, n + 1), (event.at - chrono::Duration::microseconds(1), n)] {
            assert_eq!(told(&app, ada, Some(at)).await, all[..count]);
            let list =
                views.history_list(store, ada, (None, HistoryFilter::up_to(Some(at))), 100).await.unwrap();
            let listed: Vec<i64> = list.iter().rev().map(|entry| entry.position).collect();
            assert_eq!(listed, all[..count].iter().filter_map(|told| told.position).collect::<Vec<_>>());
            let state = views.account_state(store, ada, at, Audience::Operator).await.unwrap();
            assert_eq!(state.as_ref().map_or(0, |state| state.events), count as u64);
            let Some(state) = state else { continue };
            assert_eq!(state.account["email"], "ada@example.com");
            assert_eq!(state.account["preferences"]["usage_logging"], json!(!(2..5).contains(&count)));
            assert_eq!(state.privacy_requests.len(), usize::from(count >= 3));
        }
    }
    // A page at a time, newest first.
    let page = views
        .history_list(store, ada, (all[4].position, HistoryFilter::up_to(Some(all[3].at))), 2)
        .await
        .unwrap();
    assert_eq!(page.iter().map(|e| Some(e.position)).collect::<Vec<_>>(), [all[3].position, all[2].position]);
    assert!(views.account_state(store, bob, all[0].at, Audience::Holder).await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_erased_since_is_erased_at_every_instant() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let ada = app.register("ada@example.com").await;
    sign_in(&app, ada).await;
    await_caught_up(&app).await;
    let then = store.services().now();
    for scope in [Scope::Profile, Scope::Activity] {
        app.beside()
            .erasures
            .destroy_key(&KeyName::new(ada.to_string(), scope.as_str()), "req_1")
            .await
            .unwrap();
    }
    let state = views.account_state(store, ada, then, Audience::Operator).await.unwrap().unwrap();
    assert_eq!(state.account["email"], json!({"$erased": true}));
    assert_eq!(state.account["preferences"]["usage_logging"], true, "the rest stands");
    assert!(state.in_words().contains("email: [erased]"), "{}", state.in_words());
    for told in told(&app, ada, Some(then)).await {
        assert_eq!(told.ip_address.as_deref(), Some("[erased]"));
    }
}

#[tokio::test]
async fn a_holder_sees_nothing_of_how_we_are_built() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let ada = app.register("ada@example.com").await;
    let export = app.receive(ada, Kind::Export).await;
    let ctx = app.worker_context();
    let stop = tokio_util::sync::CancellationToken::new();
    let trouble = "relation \"usage_event\" does not exist at 10.0.0.7";
    for _ in 0..10 {
        let _ = workers::privacy_requests::advance(&ctx, export, &stop).await;
        if app.request(export).await.archive.is_some() {
            break;
        }
    }
    let stall = PrivacyRequestCommand::RecordStall { reason: trouble.to_owned() };
    let failure = PrivacyRequestCommand::RecordSourceFailure {
        source: SourceName::new(SourceName::USAGE),
        reason: trouble.to_owned(),
    };
    let erasure = app.receive(ada, Kind::Erasure).await;
    for command in [PrivacyRequestCommand::Start, failure, stall] {
        let (id, context) = (erasure.to_string(), account_context(ada));
        store.execute::<PrivacyRequest>(&id, command, &context, CommitExtras::default()).await.unwrap();
    }
    await_caught_up(&app).await;
    let now = store.services().now();
    let of = |audience| views.account_state(store, ada, now, audience);
    let (operator, holder) = (of(Audience::Operator).await.unwrap(), of(Audience::Holder).await.unwrap());
    let [operator, holder] = [operator, holder].map(|state| json!(state.unwrap().privacy_requests));
    assert!(operator[0]["archive"]["object"].is_string(), "{operator}");
    assert!(holder[0]["archive"]["sha256"].is_string(), "{holder}");
    assert!(operator.to_string().contains("usage_event"), "{operator}");
    for internal in ["\"object\"", "collected_under", "stalled", "usage_event", "10.0.0.7"] {
        assert!(!holder.to_string().contains(internal), "{internal}: {holder}");
    }

    let entries: Vec<_> =
        views.history_stream(store.clone(), ada, HistoryFilter::default()).try_collect().await.unwrap();
    let all = |tell: &dyn Fn(event_store::LogEntry) -> EventView| {
        entries.iter().cloned().map(tell).map(|told| json!(told).to_string()).collect::<Vec<_>>().join("\n")
    };
    let (operator, holder) = (all(&EventView::for_operator), all(&|entry| EventView::for_holder(entry, ada)));
    for internal in ["\"object\"", "collected_under", "usage_event", "10.0.0.7"] {
        assert!(operator.contains(internal), "{internal}: {operator}");
        assert!(!holder.contains(internal), "{internal}: {holder}");
    }
    assert!(holder.contains("Work on the request is held up"), "{holder}");
    assert!(holder.contains("Source usage failed (attempt 1)"), "{holder}");
}

#[tokio::test]
async fn a_value_that_was_forged_costs_its_own_event_and_no_other() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let (ada, bob) = (app.register("ada@example.com").await, app.register("bob@example.com").await);
    sign_in(&app, ada).await;
    await_caught_up(&app).await;
    // What is sealed for one place does not open at another.
    let mut admin = store.pool().begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *admin).await.unwrap();
    sqlx::query(
        "UPDATE events e SET payload = o.payload FROM events o
         WHERE e.sequence = 1 AND o.sequence = 1 AND e.aggregate_id = $1 AND o.aggregate_id = $2",
    )
    .bind(ada.to_string())
    .bind(bob.to_string())
    .execute(&mut *admin)
    .await
    .unwrap();
    admin.commit().await.unwrap();

    let history = told(&app, ada, None).await;
    let types: Vec<&str> = history.iter().map(|told| told.event_type.as_str()).collect();
    assert_eq!(types, ["account.registered", "account.signed_in"]);
    assert!(history[0].what.contains("cannot be read: a sealed value does not authenticate"), "{history:?}");
    assert_eq!((&history[0].data, history[0].actor.as_str()), (&json!({}), ada.to_string().as_str()));
    assert_eq!(
        (history[1].what.as_str(), history[1].ip_address.as_deref()),
        ("Signed in", Some("203.0.113.77"))
    );
    // How it stood then cannot be told without it, and it is said why.
    let refused = views.account_state(store, ada, store.services().now(), Audience::Operator).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains(&history[0].id.to_string()) && refused.contains("position 1"), "{refused}");
}

/// Events are in the order in which their transactions began, not in that of their times.
#[tokio::test]
async fn events_that_lie_the_other_way_round_are_found_by_their_times() {
    let app = TestApp::build().await;
    let pool = app.foundation.store.pool();
    let ada = app.register("ada@example.com").await;
    for _ in 0..8 {
        sign_in(&app, ada).await;
    }
    await_caught_up(&app).await;
    let all = told(&app, ada, None).await;
    // As if those in the middle had taken a while: times that jump to and fro by minutes.
    let mut admin = pool.begin().await.unwrap();
    sqlx::query("SET LOCAL session_replication_role = replica").execute(&mut *admin).await.unwrap();
    sqlx::query("UPDATE events SET recorded_at = '2026-05-03T10:00:00Z'::timestamptz + make_interval(mins => ((ord * 7) % 9)::int)")
        .execute(&mut *admin)
        .await
        .unwrap();
    admin.commit().await.unwrap();
    for minute in -1..10 {
        let at = "2026-05-03T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::Duration::minutes(minute);
        let mut expected = Vec::new();
        for event in &all {
            if log::recorded_at(pool, event.position.unwrap()).await.unwrap().unwrap() <= at {
                expected.push(event.position);
            }
        }
        let found: Vec<_> = told(&app, ada, Some(at)).await.iter().map(|told| told.position).collect();
        assert_eq!(found, expected, "{minute}");
    }
    let later = "2026-05-03T11:00:00Z".parse().unwrap();
    assert_eq!(log::position_beyond(pool, later).await.unwrap(), 10);
    assert_eq!(log::position_beyond(pool, "2026-05-03T09:00:00Z".parse().unwrap()).await.unwrap(), 1);
}
