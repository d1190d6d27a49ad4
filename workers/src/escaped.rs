//! Foreign text that is put into HTML and TwiML.
//!
//! What always holds: [`Escaped`] text can stand in HTML, as content and inside a quoted attribute,
//! without meaning anything there. No I/O, so a crash leaves nothing.

use std::fmt::{self, Display, Write};

/// Text that means nothing in HTML. Control characters other than tab and line feed are left out.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' => f.write_char(character)?,
                control if control.is_control() => {}
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_means_nothing_in_html() {
        let text = Escaped("<b onclick='x'>&amp;\"\u{0}\u{1b}é").to_string();
        assert_eq!(text, "&lt;b onclick=&#39;x&#39;&gt;&amp;amp;&quot;é");
    }
}
