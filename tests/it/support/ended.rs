//! What may be left of accounts that have ended.

use domain::AccountId;
use sqlx::PgPool;

/// Rows that should be gone when an account has ended and was erased: whose they are, and what else makes them such.
const GONE: [(&str, &str, &str); 20] = [
    ("session", "account_id", ""),
    ("secret", "owner", ""),
    ("challenge", "account_id", ""),
    ("link", "account_id", ""),
    ("recovery_code", "account_id", ""),
    ("authenticator_app", "account_id", ""),
    ("passkey", "account_id", ""),
    ("passkey_challenge", "account_id", ""),
    ("device", "account_id", ""),
    ("failed_try", "account_id", ""),
    ("outgoing", "account_id", ""),
    ("message_pace", "account_id", ""),
    ("idempotency", "owner", ""),
    ("claim", "owner", ""),
    ("timer", "aggregate_id", ""),
    ("member_view", "account_id", ""),
    ("usage_event", "distinct_id", ""),
    (
        "account_view",
        "account_id",
        "AND num_nonnulls(email_sealed, name_sealed, billing_email_sealed, email_pending_sealed, phone_sealed,
                          language_sealed, time_zone_sealed) > 0",
    ),
    ("credential", "owner", "AND ended_at IS NULL"),
    ("subject_key", "subject", "AND wrapped IS NOT NULL"),
];

/// How many rows are left of these accounts which should be gone, and where.
pub(crate) async fn left_behind(pool: &PgPool, accounts: &[AccountId]) -> Vec<(&'static str, i64)> {
    let ids: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    let mut left = Vec::new();
    for (table, column, also) in GONE {
        let statement = format!("SELECT count(*) FROM {table} WHERE {column} = ANY($1) {also}");
        let count: i64 = sqlx::query_scalar(&statement).bind(&ids).fetch_one(pool).await.unwrap();
        if count > 0 {
            left.push((table, count));
        }
    }
    left
}
