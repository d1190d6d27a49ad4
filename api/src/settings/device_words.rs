//! Programs and the systems they run on, in the language of who reads of them.

use catalogue::{Text, id};

/// What `domain` calls a program, such as "Firefox on Linux".
pub(super) fn in_words(text: &Text, device: &str) -> String {
    match device.split_once(" on ") {
        Some((program, system)) => {
            let program = program_in_words(text, program);
            text.say_with("device-on", [("program", program.into()), ("system", system.into())])
        }
        None => program_in_words(text, device),
    }
}

/// Most have a name that is the same in every language.
fn program_in_words(text: &Text, program: &str) -> String {
    match program {
        "a Python program" => text.say(id!("device-python")),
        "an Android app" => text.say(id!("device-android-app")),
        named => named.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, Language};

    #[test]
    fn a_program_is_named_in_both_languages() {
        for (device, english, german) in [
            ("Firefox on Windows", "Firefox on Windows", "Firefox unter Windows"),
            ("a Python program on Linux", "a Python program on Linux", "ein Python-Programm unter Linux"),
            ("an Android app", "an Android app", "eine Android-App"),
            ("curl", "curl", "curl"),
        ] {
            let said = [Language::En, Language::De]
                .map(|language| in_words(&Catalogue::built_in().text(language), device));
            assert_eq!(said, [english, german]);
        }
    }
}
