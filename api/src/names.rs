//! Names that people choose, of themselves, of organizations, of projects: they stand in mails and pages that others
//! read, so they must not pose as something else (Unicode Technical Standard 39).
//!
//! A name has no link, for a mail program would make it one; nothing invisible, and nothing that turns what stands beside
//! it; and no word whose letters are of several scripts, of which some look like others. It is kept in composed form (NFC),
//! and its length is that of what is seen. Names that were stored under earlier rules stay as they are.

use std::net::Ipv4Addr;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::Script;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_segmentation::UnicodeSegmentation;

use crate::problem::InputError;

/// Longest name, in characters as they are seen (grapheme clusters, UAX 29).
const LONGEST: usize = 200;
/// Code points of one such character: a family of emoji has eleven.
const LONGEST_CHARACTER: usize = 12;
/// Marks above and below one letter: more than any language has.
const MOST_MARKS: usize = 4;

/// The name in composed form without blanks around it, or what is wrong with it.
pub(crate) fn check(name: &str, pointer: &str) -> Result<String, InputError> {
    let name: String = name.trim().nfc().collect();
    let length = name.graphemes(true).count();
    let fault = if length == 0 || length > LONGEST {
        Some(format!("expected 1 to {LONGEST} characters, not {length}"))
    } else {
        invisible(&name).or_else(|| overloaded(&name)).or_else(|| link(&name)).or_else(|| mixed(&name))
    };
    fault.map_or(Ok(name), |fault| Err(InputError::at(pointer, fault)))
}

/// Which character of a text, as people count, a byte belongs to.
fn place(text: &str, byte: usize) -> usize {
    text.grapheme_indices(true).filter(|(start, _)| *start <= byte).count()
}

fn invisible(name: &str) -> Option<String> {
    let characters: Vec<(usize, char)> = name.char_indices().collect();
    let at = |index: Option<usize>| index.and_then(|index| characters.get(index)).map(|(_, c)| *c);
    let hides = |&(index, &(_, c)): &(usize, &(usize, char))| {
        is_invisible(c) && !is_needed(at(index.checked_sub(1)), c, at(Some(index + 1)))
    };
    let (_, &(byte, c)) = characters.iter().enumerate().find(hides)?;
    let code = u32::from(c);
    Some(format!(
        "character {} is invisible or turns the text around it (U+{code:04X}): remove it",
        place(name, byte)
    ))
}

/// Control characters, those that turn the direction of what follows, those without a shape of their own, and those
/// that mean what each machine likes.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}')
        || matches!(c, '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether an invisible character shapes those beside it: joiners in Arabic and Indic scripts and in emoji, and the
/// wish for a coloured picture.
fn is_needed(before: Option<char>, c: char, after: Option<char>) -> bool {
    let (Some(before), after) = (before, after.unwrap_or(' ')) else { return false };
    let is_picture = |c: char| !c.is_ascii() && !c.is_alphanumeric() && !c.is_whitespace();
    let is_shaped = |c: char| matches!(c, '\u{600}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{1820}'..='\u{18aa}');
    match c {
        '\u{200c}' => is_shaped(before) && is_shaped(after),
        '\u{200d}' => (is_shaped(before) && is_shaped(after)) || (is_picture(before) && is_picture(after)),
        '\u{fe0f}' => is_picture(before),
        _ => false,
    }
}

fn overloaded(name: &str) -> Option<String> {
    let is_too_much = |(_, cluster): &(usize, &str)| {
        cluster.chars().count() > LONGEST_CHARACTER
            || cluster.chars().filter(|c| is_combining_mark(*c)).count() > MOST_MARKS
    };
    let (byte, _) = name.grapheme_indices(true).find(is_too_much)?;
    Some(format!("character {} has too many marks: use at most {MOST_MARKS}", place(name, byte)))
}

/// A web address, with or without its scheme. Letters and dots that are made into others on the way to one count as such.
fn link(name: &str) -> Option<String> {
    let says = |found: &str| {
        format!("“{found}” reads as a web address: leave it out, or put a space after each dot")
    };
    for word in name.split_whitespace() {
        let plain: String = word.nfkc().map(|c| if matches!(c, '。' | '｡') { '.' } else { c }).collect();
        let mut hosts = plain.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-');
        if plain.contains("://") || hosts.any(is_host) {
            return Some(says(word));
        }
    }
    None
}

/// A name of the DNS of at least two labels, the last of them of letters; or an IPv4 address.
fn is_host(text: &str) -> bool {
    let text = text.trim_matches(['.', '-']);
    let mut labels = text.rsplit('.');
    let (Some(top), Some(second)) = (labels.next(), labels.next()) else { return false };
    let is_top =
        top.chars().count() >= 2 && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"));
    text.parse::<Ipv4Addr>().is_ok() || (is_top && second.chars().count() >= 2)
}

/// A word whose letters are of scripts that no language mixes, or that are drawn like others.
fn mixed(name: &str) -> Option<String> {
    name.split_word_bound_indices().find_map(|(start, word)| {
        let (offset, c) = stranger_in(word)?;
        Some(format!(
            "“{c}” (character {}) looks like a letter of another script: write each word in one script",
            place(name, start + offset)
        ))
    })
}

/// The first letter that does not belong to those before it. Latin letters stand beside Chinese, Japanese and Korean ones
/// in one word; other scripts do not mix.
fn stranger_in(word: &str) -> Option<(usize, char)> {
    let (mut all, mut beside_latin) = (AugmentedScriptSet::default(), AugmentedScriptSet::default());
    word.char_indices().filter(|(_, c)| c.is_alphabetic()).find(|&(_, c)| {
        let scripts = AugmentedScriptSet::for_char(c);
        all.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            beside_latin.intersect_with(scripts);
        }
        let goes_with_latin = beside_latin.hanb || beside_latin.jpan || beside_latin.kore;
        is_drawn_alike(c) || (all.is_empty() && !goes_with_latin)
    })
}

/// Letters for mathematics, in circles, and the like. Those of Latin-1 (ª, º) are in names.
fn is_drawn_alike(c: char) -> bool {
    c > '\u{ff}' && c.nfkc().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: &str) -> String {
        let error = check(name, "/name").expect_err(name);
        serde_json::to_value(error).unwrap()["message"].as_str().unwrap().to_owned()
    }

    #[test]
    fn names_of_all_languages_are_taken_in_composed_form() {
        assert_eq!(check("  Ada Lovelace ", "/name").unwrap(), "Ada Lovelace");
        assert_eq!(check("Zoe\u{308}", "/name").unwrap(), "Zo\u{eb}");
        for name in [
            "J. R. R. Tolkien",
            "J.R.R.Tolkien",
            "Seán O’Connor-Ní Bhriain",
            "M.A. Müller & Söhne e.V.",
            "Łukasz Żółć",
            "Анна Ковалёва",
            "ООО Google",
            "李小龍",
            "ソニー株式会社 Sony",
            "Sonyソニー",
            "김철수",
            "محمد علی",
            "می\u{200c}خواهم",
            "अनुराग",
            "ක්\u{200d}ෂ",
            "Ελένη Παππά",
            "אברהם",
            "👩\u{200d}👩\u{200d}👧 Team ❤\u{fe0f}",
            "Project 2.0 (v3.1)",
            "50% off, maybe?",
            "Mª José",
            "C++/Rust",
            "x",
        ] {
            assert!(check(name, "/name").is_ok(), "{name}: {}", fault(name));
        }
    }

    #[test]
    fn the_length_is_that_of_what_is_seen() {
        assert!(check(&"é".repeat(200), "/name").is_ok());
        assert!(check(&"👩\u{200d}👩\u{200d}👧".repeat(200), "/name").is_ok());
        assert_eq!(fault(&"x".repeat(201)), "expected 1 to 200 characters, not 201");
        assert_eq!(fault(" "), "expected 1 to 200 characters, not 0");
        let marks = format!("Ad{}", "\u{301}\u{302}\u{303}\u{304}\u{305}".repeat(3));
        assert_eq!(fault(&marks), "character 2 has too many marks: use at most 4");
    }

    #[test]
    fn nothing_invisible_is_in_a_name() {
        assert_eq!(
            fault("Ada\u{202e}ecalevoL"),
            "character 4 is invisible or turns the text around it (U+202E): remove it"
        );
        for hidden in [
            "\0",
            "\n",
            "\t",
            "\u{7f}",
            "\u{ad}",
            "\u{200b}",
            "\u{200d}",
            "\u{200f}",
            "\u{2028}",
            "\u{2066}",
            "\u{3164}",
            "\u{2800}",
            "\u{feff}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{e000}",
            "\u{ffff}",
        ] {
            assert!(fault(&format!("a{hidden}b")).contains("invisible"), "{hidden:?}");
        }
    }

    #[test]
    fn no_link_is_in_a_name() {
        for name in [
            "https://evil.example",
            "HTTP://x",
            "evil.example",
            "Pay at www.evil.example/now",
            "Ada (evil.example)",
            "ada@evil.example",
            "evil。example",
            "ｅｖｉｌ．ｃｏｍ",
            "evil.xn--p1ai",
            "почта.рф",
            "192.0.2.1",
            "see:evil.example?x",
        ] {
            assert!(fault(name).contains("web address"), "{name}");
        }
        assert_eq!(
            fault("Visit evil.example"),
            "“evil.example” reads as a web address: leave it out, or put a space after each dot"
        );
    }

    #[test]
    fn no_letter_poses_as_one_of_another_script() {
        assert_eq!(
            fault("P\u{430}ypal"),
            "“\u{430}” (character 2) looks like a letter of another script: write each word in one script"
        );
        for name in [
            "\u{405}ettings",
            "Sett\u{456}ngs team",
            "G\u{3bf}\u{3bf}gle",
            "\u{1d40f}aypal",
            "\u{24d0}da",
            "Αdа",
        ] {
            assert!(fault(name).contains("another script"), "{name}");
        }
    }
}
