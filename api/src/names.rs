//! Names that people choose: of themselves, of organizations, of projects.

use crate::problem::InputError;

/// Longest name, in characters.
const LONGEST: usize = 200;

/// The name without blanks around it, or what is wrong with it.
pub(crate) fn check(name: &str, pointer: &str) -> Result<String, InputError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(is_invisible) {
        let message = "expected 1 to 200 characters, none of them a control character";
        return Err(InputError::at(pointer, message));
    }
    Ok(name.to_owned())
}

/// Control characters, and those that turn the direction of what follows: a name must not change what stands beside
/// it.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_holds_nothing_invisible() {
        assert_eq!(check("  Ada Lovelace ", "/name").unwrap(), "Ada Lovelace");
        for name in ["", " ", "a\0b", "a\nb", "a\u{202e}b", &"x".repeat(201)] {
            assert!(check(name, "/name").is_err(), "{name:?}");
        }
        assert!(check(&"é".repeat(200), "/name").is_ok());
    }
}
