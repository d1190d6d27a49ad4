//! How the pages look: the name of the service, its logo and its colour, as they are configured.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use bytes::Bytes;

/// Largest logo, in bytes: it is part of the first page that anybody loads.
const LARGEST_LOGO: usize = 32 * 1024;
/// The least contrast of text (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;
/// The ground of pages in the dark, as in the style sheet.
const DARK: Color = Color(0x1b, 0x1f, 0x24);
const WHITE: Color = Color(0xff, 0xff, 0xff);

/// Why something cannot be used for the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// It is no colour.
    #[error("it is no colour of the form #rrggbb")]
    NoColor,
    /// White on it cannot be read.
    #[error(
        "white text on it cannot be read by everybody: choose a darker colour, with a contrast of 4.5 to white (WCAG 2.2)"
    )]
    TooPale,
    /// It is no picture that is served.
    #[error("it is neither SVG nor PNG")]
    NoPicture,
    /// It makes pages slow.
    #[error("it is larger than 32 KiB: pages shall be there at once")]
    TooLarge,
}

/// A colour that white text can be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(u8, u8, u8);

impl FromStr for Color {
    type Err = LookError;

    fn from_str(text: &str) -> Result<Self, LookError> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let number =
            digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or(LookError::NoColor)?;
        let [_, red, green, blue] = number.to_be_bytes();
        let color = Self(red, green, blue);
        if color.contrast(WHITE) < LEAST_CONTRAST { Err(LookError::TooPale) } else { Ok(color) }
    }
}

impl Display for Color {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(red, green, blue) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Default for Color {
    fn default() -> Self {
        Self(0x1f, 0x4f, 0xd8)
    }
}

impl Color {
    /// The same colour, as pale as it must be to be read on a dark ground.
    pub(crate) fn on_dark(self) -> Self {
        let paler = |step: u16| {
            let mix = |part: u8| {
                let part = (u16::from(part) * (20 - step) + 255 * step) / 20;
                u8::try_from(part).unwrap_or(u8::MAX)
            };
            Self(mix(self.0), mix(self.1), mix(self.2))
        };
        (0..=20).map(paler).find(|color| color.contrast(DARK) >= LEAST_CONTRAST + 1.0).unwrap_or(WHITE)
    }

    /// How well one can be read on the other (WCAG 2.2, contrast ratio): 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// A picture that stands for the service.
#[derive(Clone, Debug)]
pub struct Logo {
    pub(crate) bytes: Bytes,
    pub(crate) media_type: &'static str,
    pub(crate) extension: &'static str,
}

impl Logo {
    /// The picture that a file holds.
    ///
    /// # Errors
    /// When it is neither SVG nor PNG, or too large.
    pub fn read(bytes: Vec<u8>) -> Result<Self, LookError> {
        if bytes.len() > LARGEST_LOGO {
            return Err(LookError::TooLarge);
        }
        let text = std::str::from_utf8(&bytes).unwrap_or_default().trim_start();
        let (media_type, extension) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            ("image/png", "png")
        } else if (text.starts_with("<svg") || text.starts_with("<?xml")) && text.contains("<svg") {
            ("image/svg+xml", "svg")
        } else {
            return Err(LookError::NoPicture);
        };
        Ok(Self { bytes: bytes.into(), media_type, extension })
    }
}

/// How the pages look.
#[derive(Clone, Debug)]
pub struct Look {
    /// The name that people know the service by.
    pub name: String,
    /// The picture beside it.
    pub logo: Option<Logo>,
    /// The colour of buttons and links.
    pub color: Color,
}

impl Default for Look {
    fn default() -> Self {
        Self { name: "Personal Settings".to_owned(), logo: None, color: Color::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_color_is_one_that_white_can_be_read_on() {
        assert_eq!("#1F4FD8".parse::<Color>().unwrap().to_string(), "#1f4fd8");
        assert_eq!("#ffcc00".parse::<Color>(), Err(LookError::TooPale));
        for wrong in ["1f4fd8", "#1f4fd", "#1f4fd8ff", "#1f4fdg", "blue", "#é1f4f"] {
            assert_eq!(wrong.parse::<Color>(), Err(LookError::NoColor), "{wrong}");
        }
    }

    #[test]
    fn every_color_can_be_read_in_the_dark() {
        for color in ["#000000", "#1f4fd8", "#7a0019", "#0b6e4f", "#767676"] {
            let pale = color.parse::<Color>().unwrap().on_dark();
            assert!(pale.contrast(DARK) >= LEAST_CONTRAST, "{color}: {pale}");
        }
    }

    #[test]
    fn a_logo_is_a_small_picture() {
        assert_eq!(Logo::read(b"<svg xmlns='x'/>".to_vec()).unwrap().media_type, "image/svg+xml");
        assert_eq!(Logo::read(b"\x89PNG\r\n\x1a\n...".to_vec()).unwrap().media_type, "image/png");
        assert_eq!(Logo::read(b"<html>".to_vec()).unwrap_err(), LookError::NoPicture);
        assert_eq!(Logo::read(vec![b' '; 40_000]).unwrap_err(), LookError::TooLarge);
    }
}
