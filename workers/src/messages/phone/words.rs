//! What a phone is told: the text of a message, and what a call reads out, as TwiML.
//!
//! What always holds: a code says what it is wanted for, so that no holder is talked into giving it away for something
//! else; whatever is put into TwiML is escaped. A text has 160 characters of the alphabet of phones at most
//! (GSM 03.38), so that it travels in one piece. A crash leaves nothing: this makes text.

use catalogue::{Language, Text};
use domain::message::CodeFor;

use crate::escaped::Escaped;

/// The text message with a code that works for so many more minutes.
pub(crate) fn sms(text: &Text, code: &str, wanted_for: CodeFor, minutes: Option<u64>) -> String {
    let Some(minutes) = minutes else {
        let code = [("code", code.into())];
        return match wanted_for {
            CodeFor::SignIn => text.say_with("phone-codes-text-soon-sign-in", code),
            CodeFor::Reauthentication => text.say_with("phone-codes-text-soon-reauthentication", code),
            CodeFor::NewPhone => text.say_with("phone-codes-text-soon-new-phone", code),
        };
    };
    let code = [("code", code.into()), ("minutes", minutes.into())];
    match wanted_for {
        CodeFor::SignIn => text.say_with("phone-codes-text-sign-in", code),
        CodeFor::Reauthentication => text.say_with("phone-codes-text-reauthentication", code),
        CodeFor::NewPhone => text.say_with("phone-codes-text-new-phone", code),
    }
}

/// The call that reads a code out, twice, digit by digit.
pub(crate) fn twiml(text: &Text, code: &str, wanted_for: CodeFor) -> String {
    let spoken = |words: &str| format!("<Say{}>{}</Say>", voice(text.language()), Escaped(words));
    let digits: String = code.chars().map(|digit| spoken(&digit.to_string()) + PAUSE).collect();
    let advice = match wanted_for {
        CodeFor::SignIn => text.say("phone-codes-call-sign-in"),
        CodeFor::Reauthentication => text.say("phone-codes-call-reauthentication"),
        CodeFor::NewPhone => text.say("phone-codes-call-new-phone"),
    };
    let mut response = "<Response>".to_owned();
    response += &spoken(&text.say("phone-codes-call-hello"));
    response += PAUSE;
    response += &digits;
    response += &spoken(&text.say("phone-codes-call-again"));
    response += PAUSE;
    response += &digits;
    response += &spoken(&advice);
    response += "</Response>";
    response
}

/// A second of silence, so that each digit can be written down.
const PAUSE: &str = "<Pause/>";

/// Who reads it out: English is what gateways of this form speak where nothing is said.
fn voice(language: Language) -> &'static str {
    match language {
        Language::En => "",
        Language::De => " language=\"de-DE\"",
    }
}

#[cfg(test)]
mod tests {
    use catalogue::Catalogue;

    use super::*;

    const ALL: [CodeFor; 3] = [CodeFor::SignIn, CodeFor::Reauthentication, CodeFor::NewPhone];

    fn english() -> Text {
        Catalogue::built_in().text(Language::En)
    }

    fn told(code: &str, wanted_for: CodeFor, minutes: Option<u64>) -> String {
        sms(&english(), code, wanted_for, minutes)
    }

    #[test]
    fn a_text_says_what_the_code_is_for_and_travels_in_one_piece() {
        assert_eq!(
            told("123456", CodeFor::SignIn, Some(10)),
            "Your code is 123456. It works for 10 minutes. It is for signing in; if that is not you, change your \
             password. Never share it."
        );
        assert_eq!(
            told("123456", CodeFor::Reauthentication, Some(1)),
            "Your code is 123456. It works for 1 minute. It confirms that it is you; if it is not, change your \
             password. Never share it."
        );
        assert_eq!(
            told("123456", CodeFor::NewPhone, None),
            "Your code is 123456. It works for a few minutes. It is for verifying this phone; if you did not ask \
             for it, ignore it. Never share it."
        );
        for wanted_for in ALL {
            for (language, minutes) in Language::ALL.into_iter().flat_map(|l| [(l, Some(10)), (l, None)]) {
                let sms = sms(&Catalogue::built_in().text(language), "123456", wanted_for, minutes);
                let travels = |c: char| c.is_ascii() && !"`[]{}~^\\|".contains(c) || "äöüßÄÖÜ".contains(c);
                assert!(sms.chars().count() <= 160 && sms.chars().all(travels), "{sms}");
            }
        }
    }

    #[test]
    fn texts_and_calls_are_in_the_language_of_the_holder() {
        let german = Catalogue::built_in().text(Language::De);
        assert_eq!(
            sms(&german, "123456", CodeFor::SignIn, Some(10)),
            "Ihr Code: 123456. Er gilt 10 Minuten, für die Anmeldung. Waren Sie das nicht, ändern Sie Ihr Passwort. \
             Geben Sie ihn nie weiter."
        );
        let call = twiml(&german, "12", CodeFor::NewPhone);
        assert!(
            call.starts_with("<Response><Say language=\"de-DE\">Guten Tag. Ihr Code lautet:</Say>"),
            "{call}"
        );
        assert_eq!(call.matches("<Say>").count(), 0, "all of it is read out by a German voice: {call}");
    }

    #[test]
    fn a_call_reads_the_digits_twice_and_one_by_one() {
        let digits = "<Say>1</Say><Pause/><Say>2</Say><Pause/><Say>3</Say><Pause/>\
                      <Say>0</Say><Pause/><Say>0</Say><Pause/><Say>6</Say><Pause/>";
        assert_eq!(
            twiml(&english(), "123006", CodeFor::SignIn),
            format!(
                "<Response><Say>Hello. Your code is:</Say><Pause/>{digits}\
                 <Say>Once more, your code is:</Say><Pause/>{digits}\
                 <Say>It is for signing in; if that is not you, change your password. Never share it. \
                 Goodbye.</Say></Response>"
            )
        );
    }

    #[test]
    fn nothing_in_a_code_means_anything_to_who_reads_it_out() {
        let twiml = twiml(&english(), "</Say><Dial>+1</Dial>", CodeFor::NewPhone);
        assert!(!twiml.contains("<Dial>") && twiml.contains("<Say>&lt;</Say>"), "{twiml}");
    }
}
