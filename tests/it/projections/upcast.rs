//! Events of an earlier form are lifted wherever they are opened. No event has another form yet, so the
//! form here is made up: as if `account.preferences_changed` had once, as version 0, named a switch and what
//! it was turned to.

use std::collections::HashMap;

use domain::account::{Account, AccountCommand};
use domain::upcast::{Upcaster, Upcasters};
use event_store::{CommitExtras, EventStore, MasterKey};
use futures::TryStreamExt;
use projections::history::HistoryFilter;
use projections::parked::retry;
use projections::rebuild::Start;
use projections::{Audience, account, rebuild};
use serde_json::{Value, json};

use super::{await_caught_up, dump, parked, store_raw, switch};
use crate::support::{TestApp, account_context};

const STEPS: &[Upcaster] =
    &[Upcaster { event_type: "account.preferences_changed", from: "0", to: "1", lift: name_both }];

fn name_both(old: &mut Value) {
    let turned = json!({"from": !old["on"].as_bool().unwrap_or(false), "to": old["on"]});
    let of = |name: &str| if old["switch"] == name { turned.clone() } else { Value::Null };
    // Personal, and erased at times: a lifter meets both.
    let by = match (old.get("by"), old.pointer("/by/$personal/value").and_then(Value::as_str)) {
        (_, Some(name)) => format!(" by {name}"),
        (Some(_), None) => " by [erased]".to_owned(),
        (None, None) => String::new(),
    };
    *old = json!({
        "event": "preferences_changed", "account_id": old["account_id"], "policy_version": format!("0{by}"),
        "personalization": of("personalization"), "usage_logging": of("usage_logging"),
    });
}

/// The same house in the next release, which knows that form.
fn next_release(app: &TestApp) -> EventStore {
    let master = MasterKey::from_file(&app.folder.path().join("master.key")).unwrap();
    let store = &app.foundation.store;
    EventStore::with_upcasters(store.pool().clone(), store.services().clone(), master, Upcasters::of(STEPS))
}

#[tokio::test]
async fn an_old_form_is_read_alike_by_aggregates_read_models_and_histories() {
    let app = TestApp::build().await;
    let (store, views) = (&app.foundation.store, &app.foundation.views);
    let ada = app.register("ada@example.com").await;
    let old = json!({"account_id": ada, "switch": "usage_logging", "on": false});
    store_raw(store.pool(), ada, "account.preferences_changed", "0", &old).await;
    await_caught_up(&app).await;

    // This release knows no such form: nobody guesses what it might mean.
    assert!(store.load::<Account>(&ada.to_string()).await.is_err());
    assert_eq!(parked(&app).await.len(), 1);
    assert!(views.account_fetch(ada).await.unwrap().unwrap().usage_logging);
    let told = |store: EventStore| async move {
        let entries: Vec<_> =
            views.history_stream(store, ada, HistoryFilter::default()).try_collect().await.unwrap();
        projections::EventView::for_operator(entries.into_iter().nth(1).unwrap()).what
    };
    assert_eq!(told(store.clone()).await, "An event of type account.preferences_changed");
    let now = store.services().now();
    assert!(views.account_state(store, ada, now, Audience::Operator).await.is_err());

    // The next one does, everywhere.
    let next = next_release(&app);
    let (aggregate, version) = next.load::<Account>(&ada.to_string()).await.unwrap();
    assert_eq!((aggregate.holder.unwrap().preferences.usage_logging, version), (false, 2));
    let turn = AccountCommand::ChangePreferences {
        personalization: Some(false),
        usage_logging: None,
        policy_version: "1".to_owned(),
    };
    next.execute::<Account>(&ada.to_string(), turn, &account_context(ada), CommitExtras::default())
        .await
        .unwrap();
    await_caught_up(&app).await;
    assert_eq!(parked(&app).await.len(), 2, "what came after waits behind it");
    let retried = retry(&next, &account::AccountProjection).await.unwrap();
    assert_eq!((retried.folded, retried.still_parked), (2, 0));
    let view = views.account_fetch(ada).await.unwrap().unwrap();
    assert_eq!((view.usage_logging, view.personalization, view.version), (false, false, 3));
    assert_eq!(told(next.clone()).await, "Usage logging was switched off (privacy policy 0)");
    let state = views.account_state(&next, ada, now, Audience::Operator).await.unwrap().unwrap();
    assert_eq!(state.account["preferences"], json!({"personalization": true, "usage_logging": false}));

    // Rebuilt by either: parked again by the one, whole by the other.
    let whole = dump(store.pool()).await;
    let rebuilt = |store: EventStore| async move {
        rebuild(&store, &account::AccountProjection, Start::Resume, &mut |_| {}).await.unwrap()
    };
    rebuilt(store.clone()).await;
    assert_eq!(parked(&app).await.len(), 2);
    rebuilt(next).await;
    assert!(parked(&app).await.is_empty(), "parked events are those of the tables that are live");
    assert_eq!(dump(store.pool()).await, whole);
}

#[tokio::test]
async fn an_erased_event_of_an_old_form_is_lifted_too() {
    let app = TestApp::build().await;
    let ada = app.register("ada@example.com").await;
    switch(&app, ada, false).await;
    let pool = app.foundation.store.pool();
    // Sealed as the executor seals, at the place where it is stored.
    let by = domain::Personal::profile(ada, "Ada Example".to_owned());
    let old = json!({"account_id": ada, "switch": "usage_logging", "on": true, "by": by});
    let id = ada.to_string();
    let place = event_store::encryption::AssociatedData {
        aggregate_type: "account",
        aggregate_id: &id,
        sequence: 3,
        event_type: "account.preferences_changed",
        column: "payload",
    };
    let profile = event_store::KeyName::new(ada.to_string(), domain::Scope::Profile.as_str());
    let key = app.foundation.store.keys().active_key(&profile).await.unwrap();
    let sealed =
        event_store::encryption::seal_payload(old, place, &HashMap::from([(profile.clone(), key)])).unwrap();
    assert!(sealed["by"].get("$enc").is_some(), "{sealed}");
    store_raw(pool, ada, "account.preferences_changed", "0", &sealed).await;
    await_caught_up(&app).await;
    let next = next_release(&app);
    let lifted = || async {
        let views = &app.foundation.views;
        let entries: Vec<_> =
            views.history_stream(next.clone(), ada, HistoryFilter::default()).try_collect().await.unwrap();
        projections::EventView::for_operator(entries.into_iter().nth(2).unwrap())
    };
    assert_eq!(lifted().await.data["policy_version"], "0 by Ada Example");
    app.beside().erasures.destroy_key(&profile, "req_1").await.unwrap();
    assert_eq!(lifted().await.data["policy_version"], "0 by [erased]");
    // A process that begins now: an aggregate may be folded for a moment with keys that were at hand.
    let (aggregate, version) = next_release(&app).load::<Account>(&ada.to_string()).await.unwrap();
    let holder = aggregate.holder.unwrap();
    assert_eq!((holder.email.known(), holder.preferences.usage_logging, version), (None, true, 3));
}
