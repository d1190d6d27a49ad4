//! What a phone is told: the text of a message, and what a call reads out, as TwiML.
//!
//! What always holds: a code says what it is wanted for, so that no holder is talked into giving it away for something
//! else; whatever is put into TwiML is escaped. A text has 160 characters of plain ASCII at most, so that it travels
//! in one piece. A crash leaves nothing: this makes text.

use domain::message::CodeFor;

use crate::text::Escaped;

/// The text message with a code that works for so many more minutes.
pub(crate) fn text(code: &str, wanted_for: CodeFor, minutes: Option<i64>) -> String {
    let works = match minutes {
        Some(1) => "It works for 1 minute.".to_owned(),
        Some(minutes) => format!("It works for {minutes} minutes."),
        None => "It works for a few minutes.".to_owned(),
    };
    format!("Your code is {code}. {works} {} Never share it.", advice(wanted_for))
}

/// The call that reads a code out, twice, digit by digit.
pub(crate) fn twiml(code: &str, wanted_for: CodeFor) -> String {
    let digits: String = code.chars().map(|digit| say(&digit.to_string()) + PAUSE).collect();
    let mut response = "<Response>".to_owned();
    response += &say("Hello. Your code is:");
    response += PAUSE;
    response += &digits;
    response += &say("Once more, your code is:");
    response += PAUSE;
    response += &digits;
    response += &say(&format!("{} Never share it. Goodbye.", advice(wanted_for)));
    response += "</Response>";
    response
}

/// A second of silence, so that each digit can be written down.
const PAUSE: &str = "<Pause/>";

fn say(words: &str) -> String {
    format!("<Say>{}</Say>", Escaped(words))
}

/// What it is wanted for, and what to do if the reader wants nothing.
fn advice(wanted_for: CodeFor) -> &'static str {
    match wanted_for {
        CodeFor::SignIn => "It is for signing in; if that is not you, change your password.",
        CodeFor::Reauthentication => "It confirms that it is you; if it is not, change your password.",
        CodeFor::NewPhone => "It is for verifying this phone; if you did not ask for it, ignore it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [CodeFor; 3] = [CodeFor::SignIn, CodeFor::Reauthentication, CodeFor::NewPhone];

    #[test]
    fn a_text_says_what_the_code_is_for_and_travels_in_one_piece() {
        assert_eq!(
            text("123456", CodeFor::SignIn, Some(10)),
            "Your code is 123456. It works for 10 minutes. It is for signing in; if that is not you, change your \
             password. Never share it."
        );
        assert_eq!(
            text("123456", CodeFor::Reauthentication, Some(1)),
            "Your code is 123456. It works for 1 minute. It confirms that it is you; if it is not, change your \
             password. Never share it."
        );
        assert_eq!(
            text("123456", CodeFor::NewPhone, None),
            "Your code is 123456. It works for a few minutes. It is for verifying this phone; if you did not ask \
             for it, ignore it. Never share it."
        );
        for wanted_for in ALL {
            let text = text("123456", wanted_for, Some(10));
            assert!(text.len() <= 160 && text.is_ascii(), "{text}");
        }
    }

    #[test]
    fn a_call_reads_the_digits_twice_and_one_by_one() {
        let digits = "<Say>1</Say><Pause/><Say>2</Say><Pause/><Say>3</Say><Pause/>\
                      <Say>0</Say><Pause/><Say>0</Say><Pause/><Say>6</Say><Pause/>";
        assert_eq!(
            twiml("123006", CodeFor::SignIn),
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
        let twiml = twiml("</Say><Dial>+1</Dial>", CodeFor::NewPhone);
        assert!(!twiml.contains("<Dial>") && twiml.contains("<Say>&lt;</Say>"), "{twiml}");
    }
}
