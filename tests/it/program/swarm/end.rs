//! What must hold in the end.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Account;
use domain::organization::{Organization, Role};
use domain::{AccountId, OrganizationId};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::ACCOUNTS;
use super::world::World;
use crate::support::{OPERATOR_TOKEN, assert_rebuilt, assert_verifies, left_behind};

/// Loads so many at once.
const AT_ONCE: usize = 16;

/// Nobody is let in any more by what belonged to an account that has ended, and nothing personal can be read.
pub(super) async fn nothing_is_left_of_who_left(world: &World) {
    let (store, client) = (&world.foundation.store, world.program().client());
    let gone: Vec<_> = world.gone().collect();
    assert!(gone.len() > 20, "{} accounts have ended", gone.len());
    for holder in &gone {
        let client = client.with_token(&holder.token);
        for (method, path) in [
            ("GET", "/v1/me".to_owned()),
            ("GET", "/v1/projects".to_owned()),
            ("POST", format!("/v1/projects/{}/credentials/reveal", "prj_00000000000000000000000001")),
        ] {
            let status = client.ask(method, &path, Value::Null).await.0;
            assert!(matches!(status, 401 | 429), "{path}: {status}");
        }
        assert_eq!(store.account_with(&holder.address()).await.unwrap(), None);
        let (account, _) = store.load::<Account>(&holder.id.to_string()).await.unwrap();
        assert!(account.holder.is_none() && account.ended.unwrap().erased, "{}", holder.id);
    }
    let operator = client.with_token(OPERATOR_TOKEN);
    let tokens = world.gdpr_tokens.lock().unwrap().clone();
    for (who, token) in tokens {
        let of_gone = world.people[who].gone.load(std::sync::atomic::Ordering::SeqCst);
        let request = operator.request("POST", "/v1/introspect").body(format!("token={token}"));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(!of_gone || told == json!({"active": false, "reason": "revoked"}), "{told}");
    }
    let ids: Vec<AccountId> = gone.iter().map(|holder| holder.id).collect();
    assert_eq!(left_behind(store.pool(), &ids).await, []);
}

/// Who is a member of what. Which stay it is the organization alone knows: a lesser role begins another.
type Members = BTreeSet<(OrganizationId, AccountId)>;

/// Organizations and accounts say the same of who is a member, and so does the read model.
pub(super) async fn accounts_and_organizations_agree(world: &World) {
    let pool = world.foundation.store.pool();
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT aggregate_id FROM events WHERE event_type = 'organization.created'")
            .fetch_all(pool)
            .await
            .unwrap();
    let (by_organizations, shown) = organizations(world, ids).await;
    let by_accounts = memberships(world).await;
    let differing: Vec<_> = by_organizations.symmetric_difference(&by_accounts).collect();
    assert!(differing.is_empty(), "{differing:?}");
    let view: Vec<(String, String, String)> =
        sqlx::query_as("SELECT organization_id, account_id, role FROM member_view")
            .fetch_all(pool)
            .await
            .unwrap();
    assert_eq!(BTreeSet::from_iter(view), shown);
    let ownerless: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM organization_view o WHERE NOT closed AND NOT EXISTS (
             SELECT FROM member_view m WHERE m.organization_id = o.organization_id AND role = 'owner')",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(ownerless, 0);
    let alive_in_closed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM credential c JOIN organization_view o USING (organization_id)
         WHERE closed AND ended_at IS NULL",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(alive_in_closed, 0);
}

/// Who is a member of what, by the organizations that are not closed; the same as it is shown, with the roles.
async fn organizations(world: &World, ids: Vec<String>) -> (Members, BTreeSet<(String, String, String)>) {
    let store = &world.foundation.store;
    let loading = ids.into_iter().map(|id| {
        let store = store.clone();
        tokio::spawn(async move { store.load::<Organization>(&id).await.unwrap().0 })
    });
    let loaded: Vec<Organization> =
        stream::iter(loading).buffered(AT_ONCE).map(Result::unwrap).collect().await;
    let (mut members, mut shown) = (Members::new(), BTreeSet::new());
    for organization in &loaded {
        let Ok(body) = organization.body() else { continue };
        let id = body.organization_id;
        assert!(body.members_of(Role::Owner).next().is_some(), "{id} has no owner");
        for (account, member) in &body.members {
            members.insert((id, *account));
            shown.insert((id.to_string(), account.to_string(), member.role.to_string()));
        }
    }
    (members, shown)
}

/// The same, by the accounts. Each that lives holds its address, and no other does.
async fn memberships(world: &World) -> Members {
    let store = &world.foundation.store;
    let claims: Vec<String> = sqlx::query_scalar("SELECT owner FROM claim WHERE kind = 'email'")
        .fetch_all(store.pool())
        .await
        .unwrap();
    let mut claims: BTreeMap<String, usize> =
        claims.into_iter().fold(BTreeMap::new(), |mut claims, owner| {
            *claims.entry(owner).or_default() += 1;
            claims
        });
    let loading = world.people.iter().map(|holder| {
        let (store, id) = (store.clone(), holder.id);
        tokio::spawn(async move { (id, store.load::<Account>(&id.to_string()).await.unwrap().0) })
    });
    let loaded: Vec<_> = stream::iter(loading).buffered(AT_ONCE).map(Result::unwrap).collect().await;
    let mut members = Members::new();
    for (account, aggregate) in loaded {
        let Some(holder) = aggregate.holder else { continue };
        assert_eq!(claims.remove(&account.to_string()), Some(1), "{account}");
        members.extend(holder.memberships.keys().map(|id| (*id, account)));
    }
    assert_eq!(claims, BTreeMap::new(), "addresses of nobody");
    members
}

/// Every read model is what a rebuild makes of the log, and the log verifies.
pub(super) async fn everything_follows_from_the_log(world: &World) {
    let rows = assert_rebuilt(&world.foundation.store).await;
    assert!(rows > 3 * ACCOUNTS, "{rows} rows");
    assert_verifies(&world.foundation, &world.folder().join("data/keys/signing.key")).await;
}
