//! Which bytes of an archive are asked for (RFC 9110, section 14).

use std::ops::Range;

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};

/// What to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: 200.
    Whole,
    /// These bytes: 206.
    Part(Range<u64>),
    /// Bytes there are none of: 416.
    Outside,
}

/// Reads `Range` and `If-Range` for something of `length` bytes. Several ranges at once, and what is no
/// range of bytes, are answered with the whole, as the RFC allows.
pub(super) fn wanted(headers: &HeaderMap, etag: &str, length: u64) -> Wanted {
    let Some(range) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else {
        return Wanted::Whole;
    };
    // A part of another version must not be joined to what the client has. A date names no version here.
    if headers.get(IF_RANGE).is_some_and(|tag| tag.as_bytes() != etag.as_bytes()) {
        return Wanted::Whole;
    }
    parse(range, length).unwrap_or(Wanted::Whole)
}

fn parse(text: &str, length: u64) -> Option<Wanted> {
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") || range.contains(',') {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (start, end) = match (first, last) {
        ("", suffix) => (length.saturating_sub(number(suffix)?), length),
        (first, "") => (number(first)?, length),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            (first, last.saturating_add(1).min(length))
        }
    };
    Some(if start < end { Wanted::Part(start..end) } else { Wanted::Outside })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(range: &str) -> Wanted {
        wanted(&HeaderMap::from_iter([(RANGE, range.parse().unwrap())]), "\"tag\"", 1_000)
    }

    #[test]
    fn one_range_is_served() {
        assert_eq!(of("bytes=0-499"), Wanted::Part(0..500));
        assert_eq!(of("bytes=500-"), Wanted::Part(500..1_000));
        assert_eq!(of("bytes=-200"), Wanted::Part(800..1_000));
        assert_eq!(of("bytes=-5000"), Wanted::Part(0..1_000));
        assert_eq!(of("bytes=999-5000"), Wanted::Part(999..1_000));
        assert_eq!(of("Bytes=0-0"), Wanted::Part(0..1));
        assert_eq!(of("bytes=0-99999999999999999999999999"), Wanted::Part(0..1_000));
    }

    #[test]
    fn what_lies_outside_is_refused() {
        assert_eq!(of("bytes=1000-"), Wanted::Outside);
        assert_eq!(of("bytes=5000-6000"), Wanted::Outside);
        assert_eq!(of("bytes=-0"), Wanted::Outside);
        let empty = HeaderMap::from_iter([(RANGE, "bytes=0-".parse().unwrap())]);
        assert_eq!(wanted(&empty, "\"tag\"", 0), Wanted::Outside);
    }

    #[test]
    fn what_is_no_single_range_gets_the_whole() {
        for range in
            ["bytes=0-1,5-6", "bytes=9-1", "bytes=", "bytes=-", "bytes=a-b", "items=0-1", "0-1", "bytes=+1-2"]
        {
            assert_eq!(of(range), Wanted::Whole, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), "\"tag\"", 1_000), Wanted::Whole);
    }

    #[test]
    fn a_part_of_another_version_is_not_served() {
        let with = |tag: &'static str| {
            let headers = [(RANGE, "bytes=5-9".parse().unwrap()), (IF_RANGE, tag.parse().unwrap())];
            wanted(&HeaderMap::from_iter(headers), "\"tag\"", 1_000)
        };
        assert_eq!(with("\"tag\""), Wanted::Part(5..10));
        for other in ["\"other\"", "W/\"tag\"", "Tue, 10 Mar 2026 12:00:00 GMT"] {
            assert_eq!(with(other), Wanted::Whole, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_part_lies_inside(text in "bytes=[0-9]{0,20}-[0-9]{0,20}", length in 0_u64..5_000) {
            if let Some(Wanted::Part(range)) = parse(&text, length) {
                prop_assert!(range.start < range.end && range.end <= length);
            }
        }
    }
}
