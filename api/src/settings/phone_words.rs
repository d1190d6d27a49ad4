//! A phone in words.

use catalogue::Text;
use domain::account::Channel;

/// How codes come to a number. `channel` is a word of `/v1`.
pub(super) fn way(text: &Text, number: &str, channel: Option<&str>) -> String {
    if channel == Some(Channel::Call.as_str()) {
        text.say_with("phone-to-call", [("phone", number.into())])
    } else {
        text.say_with("phone-to-sms", [("phone", number.into())])
    }
}
