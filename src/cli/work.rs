//! Options of the work itself: the HTTP interface, and the jobs.

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use chrono::NaiveDate;
use clap::builder::{NonEmptyStringValueParser, RangedU64ValueParser};
use clap::{Args, ValueEnum};
use domain::TimeZone;
use humantime::Duration;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::DkimOptions;

/// The HTTP interface.
#[derive(Clone, Debug, Args)]
pub struct ApiOptions {
    /// Address to listen on
    #[arg(long, env = "PERSONAL_SETTINGS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address people reach the service at; links in mails begin with it [default: http://LISTEN]
    #[arg(long, env = "PERSONAL_SETTINGS_PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// How long an erasure can be cancelled before it starts [default: 24h; in a demonstration 2s]
    #[arg(long, env = "PERSONAL_SETTINGS_ERASURE_COOLING_OFF")]
    pub erasure_cooling_off: Option<Duration>,
    /// How long after an erasure is completed its data sources are read again, to see that nothing has come back
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_ERASURE_READINGS",
        value_delimiter = ',',
        default_values = ["1day", "7days"]
    )]
    pub erasure_readings: Vec<Duration>,
    /// How long a holder can object to a removal of their second factor before it is carried out
    #[arg(long, env = "PERSONAL_SETTINGS_FACTOR_REMOVAL_WAIT", default_value = "72h")]
    pub factor_removal_wait: Duration,
    /// Demand a second factor of every account: without one it can see that it is there, add one and sign out, and nothing
    /// else
    #[arg(long, env = "PERSONAL_SETTINGS_DEMAND_SECOND_FACTOR")]
    pub demand_second_factor: bool,
    /// Time zone of who answers for the data, by its IANA name: a legal period ends with the last second of a day there
    #[arg(long, env = "PERSONAL_SETTINGS_CONTROLLER_TIME_ZONE", default_value = "UTC")]
    pub controller_time_zone: TimeZone,
    /// Days besides weekends that are no working days there: holidays, as 2026-12-25
    #[arg(long, env = "PERSONAL_SETTINGS_HOLIDAYS", value_delimiter = ',')]
    pub holidays: Vec<NaiveDate>,
    /// The privacy policy in force: named in every consent record
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_POLICY_VERSION",
        default_value = "1",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub policy_version: String,
    /// Token of the house project, which the product's own use is sent to: 16 to 255 letters, digits, - and _, best 32
    /// hexadecimal digits [default: made at first start]
    #[arg(long, env = "PERSONAL_SETTINGS_HOUSE_PROJECT_TOKEN", value_parser = project_token)]
    pub house_project_token: Option<String>,
    /// Networks of proxies in front of the service, as 10.0.0.0/8: what they say in the header that --forwarded-header
    /// names is where a request comes from [default: none, the connection is what counts]
    #[arg(long, env = "PERSONAL_SETTINGS_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which trusted proxies say where a request comes from; no other is read
    #[arg(long, env = "PERSONAL_SETTINGS_FORWARDED_HEADER", value_enum, default_value = "x-forwarded-for")]
    pub forwarded_header: ForwardedHeader,
    /// Connections that may be open at once [default: what the system's limit on open files leaves room for, 4096 at most]
    #[arg(long, env = "PERSONAL_SETTINGS_MAX_CONNECTIONS")]
    pub max_connections: Option<NonZeroUsize>,
    /// Connections that may be open at once from one address (of IPv6: from one /56); trusted proxies may have as many
    /// as there are
    #[arg(long, env = "PERSONAL_SETTINGS_MAX_CONNECTIONS_PER_ADDRESS", default_value = "256")]
    pub max_connections_per_address: NonZeroUsize,
    /// How long a gateway may take what it was told of a credential for true: no revocation is seen later
    #[arg(long, env = "PERSONAL_SETTINGS_INTROSPECTION_MAX_AGE", default_value = "10s")]
    pub introspection_max_age: Duration,
    /// The token of the configured operator, who may do everything: another value, or none, ends the one before
    /// [default: the first start of all makes one and prints it once]
    #[arg(long, env = "PERSONAL_SETTINGS_OPERATOR_TOKEN", hide_env_values = true)]
    pub operator_token: Option<SecretString>,
}

/// A token that could not be met by chance, and that every SDK sends as it is.
fn project_token(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c));
    if is_plain && (16..=255).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err("it has 16 to 255 letters, digits, - and _; make one with: openssl rand -hex 16".to_owned())
}

/// How the process is.
#[derive(Clone, Copy, Debug, Args)]
pub struct VitalsOptions {
    /// Address to tell on how the process is: /healthz, /readyz and /metrics, for those who run it; to be kept from
    /// everybody else [default: a free port of 127.0.0.1, which is printed at the start]
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_METRICS_LISTEN",
        default_value = "127.0.0.1:0",
        hide_default_value = true
    )]
    pub metrics_listen: SocketAddr,
}

/// The header in which proxies say where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl From<ForwardedHeader> for api::ForwardedHeader {
    fn from(header: ForwardedHeader) -> Self {
        match header {
            ForwardedHeader::XForwardedFor => Self::XForwardedFor,
            ForwardedHeader::Forwarded => Self::Forwarded,
        }
    }
}

/// The workers.
#[derive(Clone, Debug, Args)]
pub struct WorkerOptions {
    /// Jobs done at once in this process: 1 to 256
    #[arg(
        long,
        env = "PERSONAL_SETTINGS_CONCURRENCY",
        default_value_t = 4,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=256)
    )]
    pub concurrency: usize,
    /// How mail goes out: `smtp://…`, `smtps://…` or `directory:PATH` [default: below the data directory]. In a
    /// directory it is not sent; `serve` and `demo` show it at /settings/mailbox/ to everybody on this machine, where they
    /// listen on it alone, have their public URL on it and name no trusted proxies
    #[arg(long, env = "PERSONAL_SETTINGS_MAIL", hide_env_values = true)]
    pub mail: Option<String>,
    /// How texts and calls go out: `http(s)://SID:TOKEN@HOST?from=NUMBER` of a gateway of Twilio's form, or `directory:PATH` [default: below the data directory, with the mail]
    #[arg(long, env = "PERSONAL_SETTINGS_PHONE", hide_env_values = true)]
    pub phone: Option<String>,
    /// How long a mail stays where it goes into a folder; a code stays for a quarter of an hour at most
    #[arg(long, env = "PERSONAL_SETTINGS_DIRECTORY_RETENTION", default_value = "24h")]
    pub directory_retention: Duration,
    /// Who mail comes from, as `Example <no-reply@example.com>` [default: the service name, and no-reply at the host of the
    /// public URL]
    #[arg(long, env = "PERSONAL_SETTINGS_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// How mail is signed.
    #[command(flatten)]
    pub dkim: DkimOptions,
}
