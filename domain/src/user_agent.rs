//! What a `User-Agent` (RFC 9110, section 10.1.5) says of a program and its system, in words by which people recognise it.
//!
//! Coarse on purpose: no version, no model. What is not in the tables is named by nothing that it says of itself.

/// Programs by what their name holds. The first that fits counts: most browsers claim to be others as well.
const PROGRAMS: [(&str, &str); 16] = [
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("vivaldi", "Vivaldi"),
    ("samsungbrowser", "Samsung Internet"),
    ("yabrowser", "Yandex Browser"),
    ("duckduckgo", "DuckDuckGo"),
    ("fxios", "Firefox"),
    ("firefox", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("chromium", "Chromium"),
    ("safari", "Safari"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("python", PYTHON_PROGRAM),
    ("okhttp", ANDROID_APP),
];

/// A program of which no more is known than the language it is written in.
pub const PYTHON_PROGRAM: &str = "a Python program";
/// A program of which no more is known than the system it is made for.
pub const ANDROID_APP: &str = "an Android app";

/// Systems likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("windows", "Windows"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("cros", "ChromeOS"),
    ("mac os x", "macOS"),
    ("macintosh", "macOS"),
    ("linux", "Linux"),
];

/// The program and its system, each where it is known.
pub fn parts(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let text = user_agent.to_lowercase();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(part, _)| text.contains(part)).map(|(_, name)| *name)
    };
    (find(&PROGRAMS), find(&SYSTEMS))
}

/// Such as "Firefox on Linux"; nothing where neither is known.
pub fn in_words(user_agent: &str) -> Option<String> {
    match parts(user_agent) {
        (Some(program), Some(system)) => Some(format!("{program} on {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_by_what_they_alone_say() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1";
        for (user_agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on Linux"),
            (windows, "Chrome on Windows"),
            (&format!("{windows} Edg/120.0"), "Edge on Windows"),
            (&format!("{windows} OPR/106.0"), "Opera on Windows"),
            (phone, "Safari on iPhone"),
            (&phone.replace("Version/17.0", "FxiOS/120.0"), "Firefox on iPhone"),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) AppleWebKit/605.1.15 Version/17.1 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(in_words(user_agent).as_deref(), Some(words), "{user_agent}");
        }
    }

    #[test]
    fn what_is_unknown_is_named_by_nothing_it_says() {
        for user_agent in ["", "SomeTool/1.0 (ada@example.com)", "<b>x</b>"] {
            assert_eq!(in_words(user_agent), None, "{user_agent}");
        }
    }
}
