//! The zone in which times are told: the one that was chosen, or else the browser's.
//!
//! A browser tells its zone in a cookie that lives as long as it runs. The script of the pages sets it where it is wanted:
//! no zone was chosen, and pages may personalise.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use catalogue::Tz;

use crate::routes::me::Me;

/// The name of the cookie, which the script knows as well.
const COOKIE_NAME: &str = "zone";

/// The zone that was chosen.
pub(super) fn of(me: &Me) -> Option<Tz> {
    me.profile.time_zone.as_deref()?.parse().ok()
}

/// Whether the browser's zone is wanted.
pub(super) fn is_asked_of_browser(me: &Me) -> bool {
    of(me).is_none() && me.preferences.personalization
}

/// The zone that a browser has told.
pub(super) fn told_by(headers: &HeaderMap) -> Option<Tz> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_zone_is_read_from_the_cookies_if_there_is_one_of_that_name() {
        for (cookies, zone) in [
            ("session=x; zone=Europe/Berlin", Some(Tz::Europe__Berlin)),
            ("zone=Europe/Atlantis", None),
            ("timezone=Europe/Berlin", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(cookies))]);
            assert_eq!(told_by(&headers), zone, "{cookies}");
        }
    }
}
