//! Where a mail server is, and how it is spoken to: read from its URL.
//!
//! Why not lettre's reader: it makes a transport that tells of a failed mail, and not whether the mail may have been
//! taken. What always holds: nothing here is shown, for a URL may hold a password.

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::Url;

use super::MailError;

const FORM: MailError =
    MailError::Url("expected smtp://host[:port][?tls=required|opportunistic] or smtps://host[:port]");

/// A mail server.
pub(super) struct Server {
    /// Its name or address.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// Whether and when TLS begins.
    pub(super) tls: Tls,
    /// What we sign in with, if we do.
    pub(super) credentials: Option<Credentials>,
    /// How we introduce ourselves.
    pub(super) hello: ClientId,
}

impl Server {
    /// The server at `smtp://user:password@host:port/our-name?tls=required`, or `smtps://…`.
    ///
    /// # Errors
    /// [`MailError::Url`].
    pub(super) fn at(url: &Url) -> Result<Self, MailError> {
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(FORM)?;
        // An IPv6 address has brackets in a URL alone.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.clone()).map_err(|_| FORM);
        let (port, tls) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(parameters()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(parameters()?)),
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapper(parameters()?)),
            _ => return Err(FORM),
        };
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        Ok(Self { port: url.port().unwrap_or(port), host, tls, credentials, hello })
    }
}

/// As it was before it was put into a URL.
fn decoded(text: &str) -> Result<String, MailError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| MailError::Url("its user or password is no text"))
}
