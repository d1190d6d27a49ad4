//! Codes of authenticator apps (RFC 6238): what an app is told, and which time step a code belongs to.
//!
//! Six digits, thirty seconds and SHA-1: of all that the specification allows the one form that every app computes. A code
//! counts in its own step and in the one before and after, for clocks that go wrong; the records see to it that it counts
//! once.

use chrono::{DateTime, Utc};
use qrcode::{Color, EcLevel, QrCode};
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Bytes of a secret: as long as the hash, which RFC 4226 recommends.
const SECRET: usize = 20;
/// Steps around the present one whose codes count as well.
const SKEW: u16 = 1;
/// Modules of white around a QR code (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: usize = 4;

/// What an app is told.
pub(crate) struct Invitation {
    /// The secret in base32, for people who type it.
    pub(crate) secret: SecretString,
    /// The same with whose it is, as apps read it.
    pub(crate) uri: SecretString,
    /// The URI as a QR code, drawn as SVG.
    pub(crate) qr_code: SecretString,
}

/// A secret that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the secret of an authenticator app cannot be used: {0}")]
pub(crate) struct TotpError(String);

fn unusable(error: impl std::fmt::Display) -> TotpError {
    TotpError(error.to_string())
}

/// A new secret.
pub(crate) fn generate() -> Zeroizing<Vec<u8>> {
    let mut secret = Zeroizing::new(vec![0; SECRET]);
    rand::rng().fill(secret.as_mut_slice());
    secret
}

fn totp(secret: &[u8], service: &str, account: &str) -> Result<Totp, TotpError> {
    // A colon would end the name of the service.
    let without_colon = |name: &str| name.replace(':', " ");
    Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_skew(SKEW)
        .with_issuer(Some(without_colon(service)))
        .with_account_name(without_colon(account))
        .build()
        .map_err(unusable)
}

/// What an app is told of a secret, for an account at a service.
pub(crate) fn invitation(secret: &[u8], service: &str, account: &str) -> Result<Invitation, TotpError> {
    let totp = totp(secret, service, account)?;
    let uri = totp.to_url().map_err(unusable)?;
    let drawn = QrCode::with_error_correction_level(&uri, EcLevel::M).map_err(unusable)?;
    let qr_code = svg(&drawn).into();
    Ok(Invitation { secret: totp.secret().to_base32().into(), uri: uri.into(), qr_code })
}

/// A QR code as SVG: what is dark of each row as lines, so that it weighs little.
fn svg(code: &QrCode) -> String {
    let mut lines = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = QUIET_ZONE;
        for run in row.chunk_by(PartialEq::eq) {
            if run.contains(&Color::Dark) {
                lines.push_str(&format!("M{x} {}h{}", y + QUIET_ZONE, run.len()));
            }
            x += run.len();
        }
    }
    let side = code.width() + 2 * QUIET_ZONE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"240\" height=\"240\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path stroke=\"#000\" transform=\"translate(0 .5)\" d=\"{lines}\"/></svg>"
    )
}

/// The time step that a code of six digits belongs to, if it counts at `now`. It takes the same time for every code.
pub(crate) fn step_of(
    secret: &[u8],
    code: &SecretString,
    now: DateTime<Utc>,
) -> Result<Option<i64>, TotpError> {
    let Ok(now) = u64::try_from(now.timestamp()) else { return Ok(None) };
    let step = totp(secret, "service", "account")?.check(code.expose_secret(), now);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the test vectors of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn step(code: &str, seconds: i64) -> Option<i64> {
        step_of(SECRET, &code.into(), at(seconds)).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_specification() {
        // The last six of the eight digits that appendix B gives.
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step(code, seconds), Some(seconds / 30), "{code}");
        }
        assert_eq!(step("287083", 59), None);
        assert_eq!(step("", 59), None);
    }

    #[test]
    fn a_code_counts_in_the_steps_beside_its_own_and_tells_which_is_its_own() {
        for seconds in [0, 30, 59, 60, 89] {
            assert_eq!(step("287082", seconds), Some(1), "{seconds}");
        }
        assert_eq!(step("287082", 90), None);
    }

    #[test]
    fn an_app_is_told_the_secret_in_three_forms() {
        let told = invitation(SECRET, "settings.example.com", "ada@example.com").unwrap();
        assert_eq!(told.secret.expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            told.uri.expose_secret(),
            "otpauth://totp/settings.example.com:ada%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=settings.example.com"
        );
        let drawn = told.qr_code.expose_secret();
        assert!(drawn.contains("<svg") && !drawn.contains("<script"), "{drawn}");
        // A name with a colon is told without it.
        assert!(invitation(SECRET, "[::1]", "a:b@example.com").is_ok());
    }

    #[test]
    fn a_code_is_drawn_module_by_module_and_weighs_little() {
        let code =
            QrCode::with_error_correction_level("otpauth://totp/a:b?secret=GEZDGNBV", EcLevel::M).unwrap();
        let drawn = svg(&code);
        let lines = drawn.split_once("(0 .5)\" d=\"M").unwrap().1.split_once('"').unwrap().0;
        let mut dark = vec![Color::Light; code.width() * code.width()];
        for line in lines.split('M') {
            let (x, rest) = line.split_once(' ').unwrap();
            let (y, length) = rest.split_once('h').unwrap();
            let [x, y, length]: [usize; 3] = [x, y, length].map(|number| number.parse().unwrap());
            let begins = (y - QUIET_ZONE) * code.width() + x - QUIET_ZONE;
            dark[begins..begins + length].fill(Color::Dark);
        }
        assert!(dark == code.to_colors());
        assert!(drawn.len() < 8 * 1024, "{} bytes", drawn.len());
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (generate(), generate());
        assert_eq!(one.len(), 20);
        assert_ne!(one, other);
    }
}
