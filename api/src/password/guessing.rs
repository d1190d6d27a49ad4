//! Passwords that are guessed first (OWASP ASVS 5.0, 6.2.4, 6.2.11).
//!
//! The estimate is that of `zxcvbn`: how many guesses an attacker needs who tries common passwords, words and names
//! of several languages, dates, keyboard rows, repetitions, and all of them with the usual capitals, digits and signs
//! in place of letters. It holds the 30,000 most common passwords; `common.txt` has what it lets through of two
//! further lists of 20,000 and 49,000, those of Django and of zxcvbn-ts. There are no rules about what a password
//! must be made of (6.2.5): several words that do not belong together do.
//!
//! Not done: comparing with the passwords of known breaches (6.2.12). The lists hold hundreds of millions, are no
//! part of what a service of its own can carry, and asking another service for each password is for the operator to
//! decide; what is among the first of them is refused here.

use std::collections::HashSet;
use std::sync::LazyLock;

use domain::EmailAddress;
use zxcvbn::zxcvbn;

use super::Unfit;

/// Guesses that a password must withstand, as a power of ten: as many as 10,000 networks have in a year
/// ([`SignInTry`](crate::authentication::SignInTry)).
const GUESSES: f64 = 7.5;
/// Common passwords that look like chance, in lower case.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common.txt").lines().collect());
/// Parts of names and addresses that are shorter are in many words.
const SHORTEST_WORD: usize = 3;
/// Words that say what this service is.
const SERVICE: [&str; 3] = ["personal settings", "privacy", "account"];

/// Words that point to a person or to the service: who guesses begins with them.
#[derive(Clone, Debug, Default)]
pub struct OwnWords(Vec<String>);

impl OwnWords {
    /// The words of this service, which people reach at `host`.
    pub fn of_service(host: &str) -> Self {
        let mut words = Self::default();
        for text in SERVICE.into_iter().chain([host]) {
            words.add(text);
        }
        words
    }

    /// With the words of a person as well.
    #[must_use]
    pub fn and_of(mut self, email: Option<&EmailAddress>, name: Option<&str>) -> Self {
        for text in email.map(EmailAddress::as_str).into_iter().chain(name) {
            self.add(text);
        }
        self
    }

    /// A text as a whole, without its gaps, its words, and their parts.
    fn add(&mut self, text: &str) {
        let text = text.to_lowercase();
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '@' | '.'));
        let parts = text.split(|c: char| !c.is_alphanumeric());
        let long = |word: &&str| word.chars().count() >= SHORTEST_WORD;
        self.0.extend(words.chain(parts).filter(long).map(str::to_owned));
        self.0.push(text.split_whitespace().collect());
        self.0.push(text);
    }
}

/// Whether a password is too easy to guess, and with what.
pub(super) fn check(password: &str, words: &OwnWords) -> Result<(), Unfit> {
    if COMMON.contains(password.to_lowercase().as_str()) || zxcvbn(password, &[]).guesses_log10() < GUESSES {
        return Err(Unfit::Common);
    }
    let words: Vec<&str> = words.0.iter().map(String::as_str).collect();
    if zxcvbn(password, &words).guesses_log10() < GUESSES {
        return Err(Unfit::OwnWords);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> OwnWords {
        let email = "ada.l@analytical-engines.example".parse().unwrap();
        OwnWords::of_service("settings.example.com").and_of(Some(&email), Some("Ada Lovelace-Byron"))
    }

    #[test]
    fn what_is_tried_first_is_refused_however_it_is_dressed_up() {
        for common in [
            "password",
            "PassWord1",
            "P4$$w0rd",
            "12345678",
            "qwertyuiop",
            "iloveyou!",
            "football99",
            "1qaz2wsx",
            "aaaaaaaaaa",
            "abcdefgh",
            "drowssap",
            "11.11.2011",
            "Summer2026",
            "letmein123",
            "zxcvbnm,",
        ] {
            assert_eq!(check(common, &OwnWords::default()), Err(Unfit::Common), "{common}");
        }
    }

    #[test]
    fn common_passwords_that_look_like_chance_are_refused_too() {
        for common in ["zag12wsx", "J38ifubn", "biblioteka", "1q2w3e4r5t6y7u8i9o0p"] {
            assert_eq!(check(common, &OwnWords::default()), Err(Unfit::Common), "{common}");
        }
        for password in COMMON.iter() {
            let length = password.chars().count();
            assert!((8..=128).contains(&length) && *password == password.to_lowercase(), "{password}");
        }
    }

    /// Of lists of common passwords, one a line, whose paths stand in `PASSWORD_LISTS` with colons between them.
    #[test]
    #[ignore = "writes common.txt anew, from lists that are no part of the repository"]
    fn common_txt_is_made_anew() {
        let paths = std::env::var("PASSWORD_LISTS").unwrap();
        let lists: Vec<String> =
            paths.split(':').map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let all = lists.iter().flat_map(|list| list.lines()).map(|line| line.trim().to_lowercase());
        let kept: std::collections::BTreeSet<String> = all
            .filter(|password| (8..=128).contains(&password.chars().count()))
            .filter(|password| zxcvbn(password, &[]).guesses_log10() >= GUESSES)
            .collect();
        let text: String = kept.iter().map(|password| format!("{password}\n")).collect();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/password/common.txt"), text).unwrap();
    }

    /// The share of a list that is refused, and the time it takes. Its path stands in `PASSWORD_LIST`.
    #[test]
    #[ignore = "measures, with a list that is no part of the repository"]
    fn share_of_a_list_that_is_refused() {
        let list = std::fs::read_to_string(std::env::var("PASSWORD_LIST").unwrap()).unwrap();
        let long: Vec<&str> = list.lines().filter(|line| line.chars().count() >= 8).collect();
        for first in [3_000, 10_000] {
            let of = &long[..long.len().min(first)];
            let began = std::time::Instant::now();
            let refused = of.iter().filter(|password| check(password, &OwnWords::default()).is_err()).count();
            let each = began.elapsed() / u32::try_from(of.len()).unwrap();
            assert!(refused * 1_000 >= of.len() * 999, "{refused} of {}, {each:?} each", of.len());
        }
    }

    #[test]
    fn what_points_to_a_person_or_to_the_service_is_refused() {
        for own in [
            "analytical-engines",
            "Lovelace-Byron1",
            "adalovelace-byron",
            "ada.l@analytical-engines.example",
            "personalsettings",
            "settings.example.com",
            "Analytical99",
        ] {
            assert!(check(own, &words()).is_err(), "{own}");
        }
        assert_eq!(check("Lovelace-Byron1", &words()), Err(Unfit::OwnWords));
        assert_eq!(check("Lovelace-Byron1", &OwnWords::default()), Ok(()));
    }

    #[test]
    fn several_words_that_do_not_belong_together_are_taken_as_they_are() {
        for good in [
            "correct horse",
            "пароль пароль",
            "caf\u{e9} au lait",
            "ada likes wooden engines",
            "k7 umbrella fog",
        ] {
            assert_eq!(check(good, &words()), Ok(()), "{good}");
        }
    }
}
