//! Text for people: times, sizes, numbers and escaped foreign text, in the archive's page, in mails and in calls.
//!
//! What always holds: [`Escaped`] text can stand in HTML, as content and inside a quoted attribute,
//! without meaning anything there. No I/O, so a crash leaves nothing.

use std::fmt::{self, Display, Write};

use chrono::{DateTime, Utc};

/// `23 December 2026, 23:59 UTC`.
pub(crate) fn time(at: DateTime<Utc>) -> impl Display {
    at.format("%-d %B %Y, %H:%M UTC")
}

/// `999 bytes`, `1.2 kB`, `50.0 GB`: powers of 1000, one decimal.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    }
    // In tenths of the unit, so that nothing is lost to floating point.
    let mut tenths = bytes.saturating_add(50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = tenths.saturating_add(500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `1,234 files`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Text that means nothing in HTML. Control characters other than tab and line feed are left out.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' => f.write_char(character)?,
                control if control.is_control() => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn values_are_told_in_words() {
        let at = Utc.with_ymd_and_hms(2026, 12, 3, 23, 59, 59).unwrap();
        assert_eq!(time(at).to_string(), "3 December 2026, 23:59 UTC");
        let told = [0, 1, 999, 1000, 1250, 999_949, 999_950, 1_000_000, 50_000_000_000].map(size);
        assert_eq!(
            told,
            ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.3 kB", "999.9 kB", "1.0 MB", "1.0 MB", "50.0 GB"]
        );
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert!(size(u64::MAX).ends_with(" PB"));
    }

    #[test]
    fn foreign_text_means_nothing_in_html() {
        let text = Escaped("<b onclick='x'>&amp;\"\u{0}\u{1b}é").to_string();
        assert_eq!(text, "&lt;b onclick=&#39;x&#39;&gt;&amp;amp;&quot;é");
    }
}
