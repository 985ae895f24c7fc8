//! Colours as `#rrggbb`, and their contrast (WCAG 2.2, 1.4.3).

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::shared::json::{FromJson, Json, JsonError, WRONG_TYPE};

/// Least contrast of text, and that of controls and large text (WCAG 2.2, 1.4.3 and 1.4.11).
pub const TEXT_CONTRAST: f64 = 4.5;
pub const CONTROL_CONTRAST: f64 = 3.0;

/// A colour of sRGB without transparency: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    pub const WHITE: Self = Self([255; 3]);
    pub const BLACK: Self = Self([0; 3]);

    pub const fn from_hex(hex: u32) -> Self {
        let [_, red, green, blue] = hex.to_be_bytes();
        Self([red, green, blue])
    }

    /// This colour with a share (0 to 1) of another.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let mixed = |i: usize| {
            let (own, others) = (f64::from(self.0[i]), f64::from(other.0[i]));
            (own + (others - own) * share).round() as u8
        };
        Self([mixed(0), mixed(1), mixed(2)])
    }

    /// The contrast of two colours: from 1, of equal ones, to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (own, others) = (self.luminance(), other.luminance());
        (own.max(others) + 0.05) / (own.min(others) + 0.05)
    }

    /// White or black, whichever is read better on this colour: their contrast is at least 4.58.
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, or the one nearest to it on the way to `towards` with at least this contrast to each of the others.
    pub fn readable_on(self, others: &[Self], contrast: f64, towards: Self) -> Self {
        const STEPS: u32 = 50;
        let is_readable = |colour: &Self| others.iter().all(|other| colour.contrast(*other) >= contrast);
        let mut steps = (0..STEPS).map(|step| self.mix(towards, f64::from(step) / f64::from(STEPS)));
        steps.find(is_readable).unwrap_or(towards)
    }

    /// Relative luminance, as WCAG defines it.
    fn luminance(self) -> f64 {
        let linear = self.0.map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = ();

    /// Six hexadecimal digits after `#`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(());
        }
        u32::from_str_radix(digits, 16).map(Self::from_hex).map_err(|_| ())
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Colour {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        String::from_json(json)?.parse().map_err(|()| WRONG_TYPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_contrast_is_that_of_wcag() {
        let grey: Colour = "#767676".parse().unwrap();
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 1e-9);
        // The lightest grey that is text on white.
        assert!(grey.contrast(Colour::WHITE) >= 4.5 && grey.contrast(Colour::WHITE) < 4.6);
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let colour = Colour([red, green, blue]);
                    assert!(colour.contrast(colour.ink()) >= 4.58, "{colour}");
                }
            }
        }
    }

    #[test]
    fn r6_a_colour_has_six_hexadecimal_digits() {
        assert_eq!("#0F766e".parse(), Ok(Colour([0x0f, 0x76, 0x6e])));
        assert_eq!(Colour([0x0f, 0x76, 0x6e]).to_string(), "#0f766e");
        for wrong in ["", "0f766e", "#0f766", "#0f766e0", "#+f766e", "#0f766é", "red", "#0f766e;"] {
            assert_eq!(wrong.parse::<Colour>(), Err(()), "{wrong}");
        }
    }
}
