//! Numbers as people write them.

use fluent_bundle::FluentValue;
use fluent_bundle::types::FluentNumber;

/// A number of a text; what is no number is left to Fluent.
pub(crate) fn formatted(value: &FluentValue<'_>, separator: &str) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. }) if value.fract() == 0.0 => {
            Some(grouped(&format!("{value:.0}"), separator))
        }
        FluentValue::Number(_)
        | FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::None
        | FluentValue::Error => None,
    }
}

/// Digits in groups of three.
fn grouped(digits: &str, separator: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_of_three() {
        for (digits, text) in [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567", "-1,234,567")] {
            assert_eq!(grouped(digits, ","), text);
        }
    }
}
