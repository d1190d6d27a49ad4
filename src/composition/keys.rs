//! Where the master keys come from, and what a process does about them while it runs.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use event_store::KeyProvider;
use event_store::encryption::{LocalKeys, Providers, Token, Transit, TransitConfig, master_holders};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::AppContext;
use super::network::without_credentials;
use crate::cli::{KeyOptions, VaultOptions};

/// What wraps and unwraps the data keys: Vault, keys given as they are, those in a file, or one in the data
/// directory, where alone it is made when there is none yet. A file that was named and is not there is a
/// mistake, such as a volume that is not mounted. With Vault, other keys that are given still open.
///
/// # Errors
/// When there is none, or it is none.
pub fn key_provider(options: &KeyOptions, data_dir: Option<&Path>) -> anyhow::Result<Arc<dyn KeyProvider>> {
    let Some(vault) = vault(&options.vault)? else {
        return match local(options)? {
            Some(keys) => Ok(keys.into()),
            None => Ok(in_data_dir(data_dir)?.into()),
        };
    };
    let first: Arc<dyn KeyProvider> = Arc::new(Transit::new(vault)?);
    match local(options)? {
        Some(keys) => Ok(Arc::new(Providers::new(first, vec![keys.into()]))),
        None => Ok(first),
    }
}

fn local(options: &KeyOptions) -> anyhow::Result<Option<LocalKeys>> {
    if let Some(keys) = &options.master_key {
        return Ok(Some(LocalKeys::from_text(keys.expose_secret())?));
    }
    let Some(path) = &options.master_key_file else { return Ok(None) };
    let keys = LocalKeys::from_file(path).context(
        "name the file with the master key that the other processes use, with --master-key-file; another key opens nothing \
         of theirs. For a new installation alone: (umask 077; head -c 32 /dev/urandom | base64 > FILE)",
    )?;
    Ok(Some(keys))
}

fn in_data_dir(data_dir: Option<&Path>) -> anyhow::Result<LocalKeys> {
    match data_dir {
        Some(folder) => Ok(LocalKeys::from_file_or_new(&folder.join("keys").join("master.key"))?),
        None => bail!(
            "no master key: give --master-key-file FILE (or PERSONAL_SETTINGS_MASTER_KEY), or --vault-url URL"
        ),
    }
}

fn vault(options: &VaultOptions) -> anyhow::Result<Option<TransitConfig>> {
    let Some(url) = options.vault_url.clone() else { return Ok(None) };
    without_credentials("--vault-url", &url)?;
    let token = match (&options.vault_token_file, &options.vault_token) {
        (Some(path), _) => Token::File(path.clone()),
        (None, Some(token)) => Token::Given(token.clone()),
        (None, None) => {
            bail!("no token for Vault: give --vault-token-file FILE (or PERSONAL_SETTINGS_VAULT_TOKEN)")
        }
    };
    Ok(Some(TransitConfig {
        url,
        mount: options.vault_mount.clone(),
        key: options.vault_key.clone(),
        namespace: options.vault_namespace.clone(),
        token,
        ca_file: options.vault_ca_file.clone(),
    }))
}

/// What a process does about keys while it runs: it says which master keys it has, and looks at the
/// ledger of erasures now and then.
pub struct KeyTasks {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl KeyTasks {
    /// Starts them, in a process of this role.
    pub fn start(on: &AppContext, role: &str) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        tasks.spawn(master_holders::announce(Arc::clone(on.store.keys()), process_name(role), stop.clone()));
        tasks.spawn(on.erasures.clone().watch(stop.clone()));
        tasks.close();
        Self { stop, tasks }
    }

    /// Stops them.
    pub async fn stop(self) {
        self.stop.cancel();
        super::within_grace("keys", self.tasks.wait()).await;
    }
}

/// What operators find a process by. It begins with its role, by which workers are counted ([`master_holders::workers`]).
fn process_name(role: &str) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = Some(host.trim()).filter(|host| !host.is_empty()).unwrap_or("an unknown host");
    format!("{role} on {host}, process {}", std::process::id())
}
