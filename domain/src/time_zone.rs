//! Time zones, parsed at the edge.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A time zone of the IANA database, by its name. It tells roughly where somebody lives: its `Debug` shows nothing of it.
///
/// It is checked when it comes in ([`FromStr`](std::str::FromStr)), not when it is read back: the database may drop
/// a name that it had.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeZone(String);

impl TimeZone {
    /// Its name, such as `Europe/Berlin`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its rules, unless the database has no zone of that name any more.
    pub fn rules(&self) -> Option<Tz> {
        self.0.parse().ok()
    }
}

impl std::str::FromStr for TimeZone {
    type Err = UnknownTimeZone;

    fn from_str(text: &str) -> Result<Self, UnknownTimeZone> {
        let zone: Tz = text.parse().map_err(|_| UnknownTimeZone)?;
        Ok(Self(zone.name().to_owned()))
    }
}

impl std::fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TimeZone(…)")
    }
}

/// A text that names no time zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a time zone by its IANA name, such as Europe/Berlin")]
pub struct UnknownTimeZone;

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    #[test]
    fn a_zone_is_kept_under_its_name_and_knows_its_rules() {
        // Also names that browsers still give although the database has newer ones.
        for name in ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT+5"] {
            let zone: TimeZone = name.parse().unwrap();
            assert_eq!(zone.as_str(), name);
            assert_eq!(serde_json::to_value(&zone).unwrap(), name);
            assert_eq!(format!("{zone:?}"), "TimeZone(…)");
        }
        let berlin = "Europe/Berlin".parse::<TimeZone>().unwrap().rules().unwrap();
        let told = |at: &str| at.parse::<DateTime<Utc>>().unwrap().with_timezone(&berlin).to_rfc3339();
        assert_eq!(told("2026-03-29T00:59:59Z"), "2026-03-29T01:59:59+01:00");
        assert_eq!(told("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in
            ["", "Europe", "Europe/Atlantis", "europe/berlin", " Europe/Berlin", "+01:00", "Europe/Berlin\0"]
        {
            assert_eq!(text.parse::<TimeZone>(), Err(UnknownTimeZone), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_stored_zone_opens_whatever_the_database_has_today() {
        let stored: TimeZone = serde_json::from_str("\"Europe/Atlantis\"").unwrap();
        assert_eq!((stored.as_str(), stored.rules()), ("Europe/Atlantis", None));
    }
}
