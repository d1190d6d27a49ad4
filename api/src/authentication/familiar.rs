//! Familiar places: browsers and networks from which an account was signed in to before.
//!
//! They have limits of their own, so that strangers who guess at an account use up nothing that its holder needs. A
//! browser is known by a cookie that opens nothing; a program that keeps no cookie by its network and its name. Both are
//! remembered when a holder has proved who they are: by signing in, or by a link that was mailed.

use chrono::{DateTime, Utc};
use domain::AccountId;
use event_store::CommitExtras;
use event_store::records::RecordWrite;
use event_store::records::device::{self, Device, DeviceKind};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::extract::Visitor;
use crate::problem::Problem;
use crate::state::AppState;
use crate::token::{self, Kind};

/// A place that an account knows, as the key of its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FamiliarPlace(String);

impl FamiliarPlace {
    /// The key of its limits.
    pub(crate) fn key(&self) -> &str {
        &self.0
    }
}

impl AppState {
    /// The familiar place that a visitor of `account` is at, if any. Where there is no account the same is looked up.
    pub(crate) async fn familiar_place(
        &self,
        account: Option<AccountId>,
        visitor: &Visitor,
    ) -> Result<Option<FamiliarPlace>, Problem> {
        let account = account.unwrap_or_else(|| AccountId::from_uuid(Uuid::nil()));
        let devices = self.devices_of(account, visitor.browser.as_ref(), visitor).await?;
        let now = self.store.services().now();
        let known = device::first_known(self.store.pool(), account, &devices, now).await?;
        Ok(known.map(|device| {
            let hash: String = device.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            FamiliarPlace(format!("{account}/{}/{hash}", device.kind.as_str()))
        }))
    }

    /// Has the place become familiar with `extras`. Returns what a browser must be given to be known again,
    /// where it has nothing yet.
    pub(crate) async fn make_familiar(
        &self,
        account: AccountId,
        visitor: &Visitor,
        at: DateTime<Utc>,
        extras: &mut CommitExtras,
    ) -> Result<Option<SecretString>, Problem> {
        // Another program would not bring it again, and leave a row at each sign-in.
        let is_new = visitor.browser.is_none() && visitor.keeps_cookies;
        let given = is_new.then(|| token::generate(Kind::Browser));
        for device in self.devices_of(account, visitor.browser.as_ref().or(given.as_ref()), visitor).await? {
            extras.records.push(RecordWrite::RememberDevice { account, device, at });
        }
        Ok(given)
    }

    /// By what a visitor is known, the surest first.
    async fn devices_of(
        &self,
        account: AccountId,
        browser: Option<&SecretString>,
        visitor: &Visitor,
    ) -> Result<Vec<Device>, Problem> {
        let mut devices = Vec::with_capacity(2);
        if let Some(browser) = browser {
            let mark = browser.expose_secret();
            devices.push(Device::of(self.store.records(), account, DeviceKind::Browser, mark).await?);
        }
        devices.push(Device::of(self.store.records(), account, DeviceKind::Place, &visitor.place()).await?);
        Ok(devices)
    }
}
