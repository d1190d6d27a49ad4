//! What an account was used with, as keyed hashes: to tell its holder of what is new, and to know a familiar place again
//! when strangers guess at the account.
//!
//! The hash is made for one account: it does not tell that two accounts use the same. Of each kind a bounded number
//! is kept, the most recent ones. They are collected about use, and go with *Delete Data*.

use chrono::{DateTime, Duration, Utc};
use domain::AccountId;
use sqlx::{PgConnection, PgPool};

use super::Records;
use crate::error::StoreError;

/// What was not seen for so long is new again.
const LIFE: Duration = Duration::days(180);
/// Devices of one kind that are kept of an account.
const MOST: i64 = 50;

/// How a device is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// By the name of the program. Anybody can claim it.
    Program,
    /// By the value of a cookie, which no other browser has.
    Browser,
    /// By the network and the name of the program: for programs that keep no cookie.
    Place,
}

impl DeviceKind {
    /// The name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Browser => "browser",
            Self::Place => "place",
        }
    }
}

/// A device of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// How it is recognised.
    pub kind: DeviceKind,
    /// Its keyed hash.
    pub hash: Vec<u8>,
}

impl Device {
    /// The device that is recognised by `mark`.
    pub async fn of(
        records: &Records,
        account: AccountId,
        kind: DeviceKind,
        mark: &str,
    ) -> Result<Self, StoreError> {
        let text = match kind {
            DeviceKind::Program => format!("{account}/{mark}"),
            DeviceKind::Browser | DeviceKind::Place => format!("{}/{account}/{mark}", kind.as_str()),
        };
        Ok(Self { kind, hash: records.keys.hasher("device").await?.hash(&text) })
    }
}

/// Whether an account that was used before is used from a program for the first time. The very first program of an
/// account is nothing to tell of.
pub async fn is_new(pool: &PgPool, account: AccountId, program: &Device) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM device WHERE account_id = $1 AND kind = $3)
            AND NOT EXISTS (SELECT FROM device WHERE account_id = $1 AND device_hash = $2)",
    )
    .bind(account.to_string())
    .bind(&program.hash)
    .bind(program.kind.as_str())
    .fetch_one(pool)
    .await?)
}

/// The first of `devices` from which the account was used before.
pub async fn first_known<'a>(
    pool: &PgPool,
    account: AccountId,
    devices: &'a [Device],
    now: DateTime<Utc>,
) -> Result<Option<&'a Device>, StoreError> {
    let hashes: Vec<&[u8]> = devices.iter().map(|device| device.hash.as_slice()).collect();
    let known: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT device_hash FROM device WHERE account_id = $1 AND device_hash = ANY($2) AND seen_at > $3",
    )
    .bind(account.to_string())
    .bind(hashes)
    .bind(now - LIFE)
    .fetch_all(pool)
    .await?;
    Ok(devices.iter().find(|device| known.contains(&device.hash)))
}

pub(super) async fn remember(
    db: &mut PgConnection,
    account: AccountId,
    device: &Device,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device (account_id, device_hash, kind, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account_id, device_hash) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(account.to_string())
    .bind(&device.hash)
    .bind(device.kind.as_str())
    .bind(now)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM device WHERE account_id = $1 AND (seen_at < $2 OR device_hash IN (
             SELECT device_hash FROM device WHERE account_id = $1 AND kind = $3
             ORDER BY seen_at DESC, device_hash OFFSET $4))",
    )
    .bind(account.to_string())
    .bind(now - LIFE)
    .bind(device.kind.as_str())
    .bind(MOST)
    .execute(db)
    .await?;
    Ok(())
}
