//! What may be in between: servers on other hosts are spoken to over TLS with verified certificates, unless
//! `--allow-plain-text` names their host; and people reach the service over TLS, or on this machine alone.
//!
//! One rule for the database, NATS and the mail server. Where a URL says nothing of TLS it means verified TLS; one that
//! asks for less is refused at the start, before anything is sent. What was allowed is warned of.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use event_store::{
    Pool, connect_as_said, connect_lazily, is_this_machine, limit_connections, reach, remote_host, share_of,
};
use url::Url;
use workers::nats;

use crate::cli::NetworkOptions;

/// What was allowed.
#[derive(Clone, Debug, Default)]
pub struct Network {
    plain: Vec<String>,
    /// Nothing is warned of.
    quiet: bool,
}

impl From<&NetworkOptions> for Network {
    /// What is said of connections holds for the whole process.
    fn from(options: &NetworkOptions) -> Self {
        if let Some(most) = options.database_connections {
            limit_connections(most);
        }
        Self { plain: options.allow_plain_text.clone(), quiet: false }
    }
}

impl Network {
    /// Connections to the database that `option` names, which may still be away.
    ///
    /// # Errors
    /// When the URL makes no sense, or asks for less than verified TLS to another host.
    pub fn database(&self, option: &str, url: &str, connections: u32) -> anyhow::Result<Pool> {
        let unusable = || format!("{option} cannot be used");
        match remote_host(url).with_context(unusable)? {
            Some(host) if self.is_allowed(&host, "database") => connect_as_said(url, share_of(connections)),
            _ => connect_lazily(url, share_of(connections)),
        }
        .with_context(unusable)
    }

    /// Whether NATS must be spoken to over TLS, also where its URL does not say so.
    ///
    /// # Errors
    /// When the URL makes no sense.
    pub fn nats_needs_tls(&self, url: &str) -> anyhow::Result<bool> {
        let hosts = nats::plain_hosts(url).context("NATS_URL cannot be used")?;
        let remote = hosts.iter().filter(|host| !is_here(host));
        Ok(remote.filter(|host| !self.is_allowed(host, "NATS server")).count() > 0)
    }

    /// The way mail goes out, with TLS demanded where the URL says nothing of it.
    ///
    /// # Errors
    /// When it asks for less than TLS to another host.
    pub fn mail(&self, url: &str) -> anyhow::Result<String> {
        // What makes no sense is told by the outbox.
        let Ok(mut parsed) = Url::parse(url) else { return Ok(url.to_owned()) };
        let host = parsed.host_str().unwrap_or_default().to_owned();
        if parsed.scheme() != "smtp" || is_here(&host) {
            return Ok(url.to_owned());
        }
        let said = parsed.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        match said.as_deref() {
            Some("required") => Ok(url.to_owned()),
            _ if self.is_allowed(&host, "mail server") => Ok(url.to_owned()),
            None => {
                parsed.query_pairs_mut().append_pair("tls", "required");
                Ok(parsed.into())
            }
            Some(_) => bail!(
                "--mail asks for less than TLS to {host}: leave ?tls= out, or name the host with \
                 --allow-plain-text {host}"
            ),
        }
    }

    /// The same without a warning: for a caller that only looks whether options make sense.
    pub(super) fn quietly(self) -> Self {
        Self { quiet: true, ..self }
    }

    fn is_allowed(&self, host: &str, what: &str) -> bool {
        let allowed = self.plain.iter().any(|plain| plain.eq_ignore_ascii_case(host));
        if allowed && !self.quiet {
            tracing::warn!(
                host,
                "the connection to the {what} is neither encrypted nor verified unless its URL says so, as \
                 --allow-plain-text allows: whatever is in between can read and change what goes over it"
            );
        }
        allowed
    }
}

/// Where people reach the service: as configured, or else where it listens.
///
/// # Errors
/// When that is plain HTTP, and not on this machine.
pub fn public_url(given: Option<&Url>, listen: SocketAddr) -> anyhow::Result<Url> {
    let url = match given {
        Some(url) => url.clone(),
        // It listens everywhere, so on this machine as well; nothing tells its name to others.
        None if listen.ip().is_unspecified() => format!("http://localhost:{}", listen.port()).parse()?,
        None => format!("http://{listen}").parse()?,
    };
    check_public_url(&url)?;
    Ok(url)
}

/// Refuses an address at which passwords and cookies would go over a network in the clear.
///
/// # Errors
/// When it is one.
pub fn check_public_url(url: &Url) -> anyhow::Result<()> {
    without_credentials("--public-url", url)?;
    let here = url.host_str().is_some_and(is_here);
    ensure!(
        url.scheme() == "https" || (url.scheme() == "http" && here),
        "the public URL {url} is not https: passwords and cookies would go over the network in the clear; end TLS in a \
         proxy and give its address, as --public-url https://settings.example.com"
    );
    Ok(())
}

/// Refuses a database that takes no connections, for a caller that does not wait for it.
///
/// # Errors
/// When it does not.
pub(super) async fn check_reached(pool: &Pool) -> anyhow::Result<()> {
    match reach::why_no_database(pool).await {
        Some(why) => {
            bail!("the database cannot be reached ({why}): see that it runs and DATABASE_URL names it")
        }
        None => Ok(()),
    }
}

/// Refuses credentials in a URL from which none are read: they would be shown where addresses are, and open nothing.
///
/// # Errors
/// When there are some.
pub(super) fn without_credentials(option: &str, url: &Url) -> anyhow::Result<()> {
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "{option} has a user name or a password in it, and none is read from there: leave it out (see --help for where \
         it belongs)"
    );
    Ok(())
}

/// Whether a host is this machine; names below `localhost` are, too (RFC 6761, section 6.3).
pub(super) fn is_here(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    is_this_machine(&host) || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(allowed: &[&str]) -> Network {
        Network { plain: allowed.iter().map(|host| (*host).to_owned()).collect(), quiet: false }
    }

    fn parsed(url: &str) -> Url {
        url.parse().unwrap()
    }

    #[test]
    fn people_reach_the_service_over_tls_or_on_this_machine() {
        for good in [
            "https://settings.example.com",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost",
            "http://settings.localhost:8080",
        ] {
            check_public_url(&parsed(good)).unwrap();
        }
        for bad in [
            "http://settings.example.com",
            "http://10.0.0.7:8080",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
        ] {
            let told = check_public_url(&parsed(bad)).unwrap_err().to_string();
            assert!(told.contains(bad) && told.contains("--public-url https://"), "{told}");
        }
    }

    #[test]
    fn without_a_public_url_it_is_where_the_service_listens() {
        let of = |listen: &str| public_url(None, listen.parse().unwrap());
        assert_eq!(of("127.0.0.1:8080").unwrap(), parsed("http://127.0.0.1:8080"));
        assert_eq!(of("0.0.0.0:8080").unwrap(), parsed("http://localhost:8080"));
        assert!(of("192.0.2.7:8080").is_err());
    }

    #[tokio::test]
    async fn the_database_on_another_host_is_verified() {
        let none = network(&[]);
        for good in [
            "postgres://db.example.com/ps",
            "postgres://db.example.com/ps?sslmode=verify-full",
            "postgres://db.example.com/ps?sslmode=verify-ca",
            "postgres://127.0.0.1/ps?sslmode=disable",
            "postgres://localhost/ps?host=/run/postgresql&sslmode=disable",
        ] {
            none.database("DATABASE_URL", good, 1).unwrap_or_else(|error| panic!("{good}: {error:#}"));
        }
        for weak in ["disable", "allow", "require"] {
            let url = format!("postgres://user:hush@db.example.com/ps?sslmode={weak}");
            let told = format!("{:#}", none.database("DATABASE_URL", &url, 1).unwrap_err());
            assert!(told.contains("--allow-plain-text db.example.com") && !told.contains("hush"), "{told}");
            network(&["DB.example.com"]).database("DATABASE_URL", &url, 1).unwrap();
        }
    }

    #[test]
    fn credentials_stand_in_urls_percent_encoded_and_only_where_they_are_read() {
        let user =
            event_store::postgres::role::of_url("postgres://us%40er:p%40ss%2Fw%2Crd@db.example.com/ps");
        assert_eq!(user.unwrap(), "us@er");
        for option in ["--archives", "--vault-url", "--public-url"] {
            for url in ["https://user@example.com", "https://user:hush@example.com", "s3://:hush@bucket/x"] {
                let told = without_credentials(option, &parsed(url)).unwrap_err().to_string();
                assert!(told.contains(option) && !told.contains("hush"), "{told}");
            }
            without_credentials(option, &parsed("https://example.com/user:hush@")).unwrap();
        }
    }

    #[test]
    fn nats_on_another_host_is_spoken_to_over_tls() {
        let none = network(&[]);
        for (url, needs) in [
            ("nats://127.0.0.1:4222", false),
            ("nats://localhost", false),
            ("nats://user:hush@nats.example.com:4222", true),
            ("nats://localhost,nats://b.example.com", true),
            ("tls://nats.example.com", false),
        ] {
            assert_eq!(none.nats_needs_tls(url).unwrap(), needs, "{url}");
        }
        assert!(!network(&["nats"]).nats_needs_tls("nats://nats:4222").unwrap());
        assert!(network(&["nats"]).nats_needs_tls("nats://nats:4222,nats://other").unwrap());
    }

    #[test]
    fn mail_to_another_host_goes_over_tls() {
        let none = network(&[]);
        for same in [
            "directory:mail",
            "smtps://mail.example.com",
            "smtp://mail.example.com?tls=required",
            "smtp://127.0.0.1:25",
            "smtp://localhost?tls=opportunistic",
            "nonsense",
        ] {
            assert_eq!(none.mail(same).unwrap(), same);
        }
        assert_eq!(none.mail("smtp://mail.example.com").unwrap(), "smtp://mail.example.com?tls=required");
        let weak = "smtp://mail.example.com?tls=opportunistic";
        assert!(none.mail(weak).unwrap_err().to_string().contains("--allow-plain-text mail.example.com"));
        assert_eq!(network(&["mail.example.com"]).mail(weak).unwrap(), weak);
    }
}
