//! How often things may be tried (OWASP ASVS 5.0, 6.3.1): counted in the shared database, for all processes
//! together.
//!
//! Whatever takes a secret is limited for the network it comes from and for what it is tried on. No limit that refuses is
//! about an account alone, or strangers could use it up and keep the holder out: see [`SignInTry`](crate::authentication::SignInTry).
//! A session that is open is not touched by any of this.

use std::time::Duration;

use event_store::records::rate_limit::Limit;

/// Secrets tried from one address, whatever on.
pub(crate) const TRIES_OF_ADDRESS: Limit =
    Limit { name: "tries/address", burst: 300, every: Duration::from_secs(2) };
/// Tokens shown that are worth nothing, from one network. Right ones are neither counted nor refused, so that one
/// client's guesses keep no other of the network out.
pub(crate) const WRONG_TOKENS: Limit =
    Limit { name: "tokens/network", burst: 300, every: Duration::from_secs(2) };
/// Secrets tried in one session: passwords, codes.
pub(crate) const TRIES_OF_SESSION: Limit =
    Limit { name: "tries/session", burst: 10, every: Duration::from_secs(60) };
/// Tries of one code, right or wrong.
pub(crate) const TRIES_OF_CODE: i32 = 5;
/// Passwords tried on one account from one familiar place.
pub(crate) const FAMILIAR: Limit =
    Limit { name: "password/familiar", burst: 20, every: Duration::from_secs(60) };
/// Passwords tried on one account by all strangers together, before it counts as under guessing.
pub(crate) const STRANGERS: Limit =
    Limit { name: "password/strangers", burst: 100, every: Duration::from_secs(300) };
/// Codes sent for one account at the wish of one [`CodePayer`](crate::authentication::CodePayer): each costs money, and annoys.
pub(crate) const CODES_SENT: Limit =
    Limit { name: "codes/account", burst: 5, every: Duration::from_secs(300) };
/// Codes sent for one account at the wish of all who have proved more than the password.
pub(crate) const CODES_SENT_TO_KNOWN: Limit =
    Limit { name: "codes/known", burst: 20, every: Duration::from_secs(180) };
/// Questions asked without a code being sent, of one account at the wish of one
/// [`CodePayer`](crate::authentication::CodePayer): each is an event, which is for ever.
pub(crate) const QUESTIONS: Limit =
    Limit { name: "questions/account", burst: 20, every: Duration::from_secs(60) };
/// Wrong codes of an authenticator app, of one account: 60 in the first day and 30 in each after it, of which one in 300,000 is
/// right by chance. Only those who know the password come so far, and passkeys, recovery codes and codes sent to a phone
/// count elsewhere.
pub(crate) const WRONG_APP_CODES: Limit =
    Limit { name: "app-codes/account", burst: 30, every: Duration::from_secs(2_880) };
/// Secrets of authenticator apps that are shown to one account: each is a row and a picture.
pub(crate) const NEW_APPS: Limit = Limit { name: "apps/account", burst: 20, every: Duration::from_secs(180) };
/// Questions to new passkeys, and passkeys that are added and removed again: each of these is an event and a mail.
pub(crate) const NEW_PASSKEYS: Limit =
    Limit { name: "passkeys/account", burst: 50, every: Duration::from_secs(180) };
/// Mails sent to one account at its own wish, or at that of a stranger who knows its address.
pub(crate) const MAILS: Limit = Limit { name: "mails/account", burst: 5, every: Duration::from_secs(600) };
/// Invitations that one account can send.
pub(crate) const INVITATIONS: Limit =
    Limit { name: "invitations/account", burst: 100, every: Duration::from_secs(36) };
/// Invitations to one address from all accounts together: no number of accounts fills a mailbox. That others use it up keeps an
/// invitation back for an hour, and nothing else.
pub(crate) const INVITATIONS_OF_RECIPIENT: Limit =
    Limit { name: "invitations/recipient", burst: 20, every: Duration::from_secs(3_600) };
/// Organizations and projects that one account can create.
pub(crate) const CREATIONS: Limit =
    Limit { name: "creations/account", burst: 50, every: Duration::from_secs(72) };

/// Commands that are sent in one session: each may be an event, which is for ever. No person turns 200 switches at a
/// stretch, or one a second for long.
pub(crate) const COMMANDS_OF_SESSION: Limit =
    Limit { name: "commands/session", burst: 200, every: Duration::from_secs(1) };
/// Commands of one account, over all of its sessions: two busy ones.
pub(crate) const COMMANDS_OF_ACCOUNT: Limit =
    Limit { name: "commands/account", burst: 400, every: Duration::from_millis(500) };
/// Of one session, what ends an intrusion: all of an account's sessions can be ended one after the other. Counted apart,
/// so that commands of an intruder use none of it up.
pub(crate) const ENDINGS_OF_SESSION: Limit =
    Limit { name: "endings/session", burst: 200, every: Duration::from_secs(1) };
/// What one operator's token sends: scripts that register whole companies, and gateways that ask thousands of times a
/// second.
pub(crate) const COMMANDS_OF_OPERATOR: Limit =
    Limit { name: "commands/operator", burst: 20_000, every: Duration::from_micros(200) };
/// Requests for an export or an erasure: each collects from every data source, or destroys keys. One an hour is far more
/// than a person's, and 50 leave room for what was mistyped and cancelled.
pub(crate) const PRIVACY_REQUESTS: Limit =
    Limit { name: "privacy-requests/account", burst: 50, every: Duration::from_secs(3_600) };
/// Downloads of archives that are recorded: each is an event and sends up to gigabytes.
pub(crate) const DOWNLOADS: Limit =
    Limit { name: "downloads/account", burst: 50, every: Duration::from_secs(120) };
/// Tokens for the GDPR APIs: each leaves a row for ever, by which its value is recognised when it is dead.
pub(crate) const GDPR_TOKENS: Limit =
    Limit { name: "gdpr-tokens/account", burst: 50, every: Duration::from_secs(600) };
/// Sets of recovery codes: each is a mail, and hashes of ten codes.
pub(crate) const RECOVERY_CODES: Limit =
    Limit { name: "recovery-codes/account", burst: 20, every: Duration::from_secs(600) };
/// Secrets that are shown: each is an event and a mail to every owner of the project.
pub(crate) const REVEALS: Limit =
    Limit { name: "reveals/account", burst: 100, every: Duration::from_secs(60) };
/// Credentials that are reset: a row for ever for each, an event, and a mail to every owner.
pub(crate) const RESETS: Limit = Limit { name: "resets/account", burst: 50, every: Duration::from_secs(600) };
/// Changes of who may do what, in organizations and projects: each is a mail to another person. A whole company of a
/// hundred is rearranged at a stretch.
pub(crate) const STANDINGS: Limit =
    Limit { name: "standings/account", burst: 200, every: Duration::from_secs(36) };

/// Demands of a second factor, and ends of them: each is a mail to a thousand members.
pub(crate) const DEMANDS: Limit =
    Limit { name: "demands/account", burst: 50, every: Duration::from_secs(600) };

/// Usage about one person, in KiB: 32 MiB at a stretch, some 40,000 events, and 2 KiB a second, which is 170 MiB a day.
/// The public token of a project is all it takes to send it.
pub(crate) const USAGE_OF_PERSON: Limit =
    Limit { name: "usage/person", burst: 32 * 1_024, every: Duration::from_millis(500) };
/// Usage from one network, in KiB: 64 MiB at a stretch, and a mebibyte a second. A backend that sends for all of its
/// people is one network.
pub(crate) const USAGE_OF_NETWORK: Limit =
    Limit { name: "usage/network", burst: 64 * 1_024, every: Duration::from_micros(1_000) };
/// Usage of one project, in KiB: 512 MiB at a stretch, and 8 MiB a second.
pub(crate) const USAGE_OF_PROJECT: Limit =
    Limit { name: "usage/project", burst: 512 * 1_024, every: Duration::from_micros(125) };
