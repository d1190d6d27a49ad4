//! Options of signing mail (DKIM, RFC 6376).

use std::path::PathBuf;

use clap::Args;

/// What mail is signed with.
#[derive(Clone, Debug, Default, Args)]
pub struct DkimOptions {
    /// File with the private key that mail is signed with: RSA of 2048 bits or more, or Ed25519, in PEM; only its owner may
    /// read it [default: mail is not signed here]
    #[arg(long, env = "PERSONAL_SETTINGS_DKIM_KEY_FILE", requires = "dkim_selector")]
    pub dkim_key_file: Option<PathBuf>,
    /// The name of its public key in DNS, as SELECTOR._domainkey.DOMAIN
    #[arg(long, env = "PERSONAL_SETTINGS_DKIM_SELECTOR", requires = "dkim_key_file")]
    pub dkim_selector: Option<String>,
    /// The domain that is signed for [default: that of --mail-from]
    #[arg(long, env = "PERSONAL_SETTINGS_DKIM_DOMAIN", requires = "dkim_key_file")]
    pub dkim_domain: Option<String>,
}
