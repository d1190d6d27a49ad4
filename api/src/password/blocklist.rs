//! The passwords that are tried first (OWASP ASVS 5.0, 6.2.4).
//!
//! Only those of at least 8 characters stand in the list: shorter ones are refused anyway. Case makes no
//! difference, for who guesses tries that too.

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common.txt").lines().filter(|line| !line.is_empty()).collect());

/// Whether a password is among them.
pub(super) fn contains(password: &str) -> bool {
    COMMON.contains(password.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_as_it_must_be_to_match() {
        assert!(COMMON.len() >= 200, "{}", COMMON.len());
        for password in COMMON.iter() {
            assert_eq!(*password, password.trim().to_lowercase());
            assert!(password.chars().count() >= 8, "{password} is refused anyway");
        }
        assert!(contains("Password123") && !contains("a password of my own"));
    }
}
