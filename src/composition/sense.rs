//! Whether the options of `serve` make sense: found out before anything is made on the disk, or started.
//!
//! Whatever can be wrong with them alone is told here; what only a server can tell, later.

use std::path::Path;

use anyhow::Context;
use sealed_objects::SealedObjectStore;
use url::Url;
use workers::messages::mail::Letterhead;

use super::network::without_credentials;
use super::{
    Network, Owner, Signing, Work, api_config, check_operator_token, connection_limits, key_provider,
};
use crate::cli::{KeyOptions, ServeOptions, ServerOptions};

/// Connections that are never made.
const NONE: u32 = 1;

/// Looks at all of them.
///
/// # Errors
/// When one makes no sense.
pub(super) async fn check(
    options: &ServeOptions,
    public_url: &Url,
    letterhead: &Letterhead,
    data_dir: &Path,
) -> anyhow::Result<()> {
    check_operator_token(&options.api)?;
    api_config(&options.api, &options.processing, public_url.clone())?;
    connection_limits(&options.api)?;
    let network = Network::from(&options.servers.network).quietly();
    check_servers(&network, &options.servers).await?;
    Work::check(&network, &options.worker, letterhead, data_dir)?;
    Signing::check(&options.signing)
}

async fn check_servers(network: &Network, options: &ServerOptions) -> anyhow::Result<()> {
    if let Some(url) = &options.database_url {
        network.database("DATABASE_URL", url, NONE)?;
        Owner::at(network, options.owner.owner_url.as_ref().unwrap_or(url), url)?;
    }
    if let Some(url) = &options.nats_url {
        super::work::bus_config(network, url, &options.bus)?.check().await.context("NATS cannot be used")?;
    }
    if names_keys(&options.keys) {
        key_provider(&options.keys, None)?;
    }
    if let Some(url) = &options.archives {
        without_credentials("--archives", url)?;
        // Opening a directory makes it.
        if url.scheme() != "file" {
            SealedObjectStore::open(url).context("the archive store cannot be used")?;
        }
    }
    Ok(())
}

/// Whether they come from elsewhere than the data directory.
fn names_keys(options: &KeyOptions) -> bool {
    options.master_key.is_some() || options.master_key_file.is_some() || options.vault.vault_url.is_some()
}
