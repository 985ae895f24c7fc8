//! The look of the marketplace (R6): its colour, the shape of corners and the font. Everything else follows from these, so that
//! every text and control can be read.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shared::{
    errors::{ApiError, Result},
    json::{read_fields, read_unit_enums},
    values::colours::{CONTROL_CONTRAST, Colour, TEXT_CONTRAST},
    words,
};

/// The backgrounds of the light and the dark theme (`--c-bg`, `--c-surface`, `--c-surface-2` of style/tokens.css): the second is
/// that of cards.
const GROUNDS: [[Colour; 3]; 2] = [
    [Colour::from_hex(0xfa_f9f7), Colour::WHITE, Colour::from_hex(0xf5_f3ef)],
    [Colour::from_hex(0x13_1210), Colour::from_hex(0x1b_1a17), Colour::from_hex(0x23_211e)],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// The accent in the light theme, and in the dark one.
    pub light: Colour,
    pub dark: Colour,
    pub corners: Corners,
    pub font: Font,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corners {
    Square,
    #[default]
    Soft,
    Round,
}

/// A family of fonts that devices have. None is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    #[default]
    System,
    Humanist,
    Geometric,
    Rounded,
    Serif,
}

impl Corners {
    pub const ALL: [Self; 3] = [Self::Square, Self::Soft, Self::Round];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Square => "square",
            Self::Soft => "soft",
            Self::Round => "round",
        }
    }

    /// The radii of style/tokens.css, in pixels.
    fn radii(self) -> [(&'static str, u8); 7] {
        let [xs, sm, md, lg, xl, bubble, bubble_in] = match self {
            Self::Square => [2, 3, 4, 4, 6, 6, 2],
            Self::Soft => [6, 8, 12, 16, 24, 20, 6],
            Self::Round => [10, 14, 20, 24, 32, 24, 10],
        };
        [
            ("--r-xs", xs),
            ("--r-sm", sm),
            ("--r-md", md),
            ("--r-lg", lg),
            ("--r-xl", xl),
            ("--r-bubble", bubble),
            ("--r-bubble-in", bubble_in),
        ]
    }
}

impl Font {
    pub const ALL: [Self; 5] = [Self::System, Self::Humanist, Self::Geometric, Self::Rounded, Self::Serif];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Humanist => "humanist",
            Self::Geometric => "geometric",
            Self::Rounded => "rounded",
            Self::Serif => "serif",
        }
    }

    /// Fonts of this family on different systems, the first that is there.
    fn families(self) -> &'static str {
        match self {
            Self::System => {
                "system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif"
            }
            Self::Humanist => {
                "Seravek, \"Gill Sans Nova\", Ubuntu, Calibri, \"DejaVu Sans\", source-sans-pro, sans-serif"
            }
            Self::Geometric => "Avenir, Montserrat, Corbel, \"URW Gothic\", source-sans-pro, sans-serif",
            Self::Rounded => {
                "ui-rounded, \"Hiragino Maru Gothic ProN\", Quicksand, Comfortaa, Manjari, \"Arial Rounded MT\", sans-serif"
            }
            Self::Serif => "Charter, \"Bitstream Charter\", \"Sitka Text\", Cambria, serif",
        }
    }
}

impl Look {
    /// That of Stoa itself.
    pub const OWN: Self = Self {
        light: Colour::from_hex(0x0f_766e),
        dark: Colour::from_hex(0x3c_bcae),
        corners: Corners::Soft,
        font: Font::System,
    };

    /// A look as an admin typed it. The error names the field, and for a colour that would not be seen its contrast.
    pub fn check(light: &str, dark: &str, corners: &str, font: &str) -> Result<Self> {
        let colour = |field: &'static str, text: &str, grounds: &[Colour; 3]| {
            let colour: Colour =
                text.trim().parse().map_err(|()| ApiError::invalid(field, words::look_check_no_colour()))?;
            let contrast = grounds.iter().map(|ground| colour.contrast(*ground)).fold(f64::MAX, f64::min);
            if contrast < CONTROL_CONTRAST {
                // Rounded down: what is refused is never shown as 3.0.
                let contrast = format!("{:.1}", (contrast * 10.0).floor() / 10.0);
                return Err(ApiError::invalid(field, words::look_check_contrast(&contrast)));
            }
            Ok(colour)
        };
        let unknown = |field| ApiError::invalid(field, words::look_check_unknown());
        let corners = Corners::ALL.into_iter().find(|one| one.as_str() == corners);
        let font_of = |name: &str| Font::ALL.into_iter().find(|one| one.as_str() == name);
        Ok(Self {
            light: colour("light", light, &GROUNDS[0])?,
            dark: colour("dark", dark, &GROUNDS[1])?,
            corners: corners.ok_or_else(|| unknown("corners"))?,
            font: font_of(font).ok_or_else(|| unknown("font"))?,
        })
    }

    /// The design tokens of style/tokens.css that this look changes, with their values.
    pub fn tokens(self) -> Vec<(&'static str, String)> {
        let light = Scheme::light(self.light).colours();
        let dark = Scheme::dark(self.dark).colours();
        let colours = light.into_iter().zip(dark);
        let colours =
            colours.map(|((name, light), (_, dark))| (name, format!("light-dark({light}, {dark})")));
        let radii = self.corners.radii().into_iter().map(|(name, px)| (name, format!("{px}px")));
        colours.chain(radii).chain([("--font", self.font.families().to_owned())]).collect()
    }

    /// A style sheet of the tokens.
    pub fn css(self) -> String {
        let tokens = self.tokens().into_iter().map(|(name, value)| format!("{name}:{value}"));
        format!(":root{{{}}}\n", tokens.collect::<Vec<_>>().join(";"))
    }
}

/// The accent in one theme, and what it stands on.
struct Scheme {
    accent: Colour,
    grounds: [Colour; 3],
    /// Where text has the most contrast to the grounds.
    text_end: Colour,
    /// The share of the accent in a soft background, and in a line.
    soft: f64,
    line: f64,
    own: Colour,
}

impl Scheme {
    fn light(accent: Colour) -> Self {
        let grounds = GROUNDS[0];
        Self { accent, grounds, text_end: Colour::BLACK, soft: 0.11, line: 0.3, own: accent }
    }

    fn dark(accent: Colour) -> Self {
        // Bubbles are large: on a dark ground the whole accent would dazzle.
        let own = accent.mix(Colour::BLACK, 0.45);
        Self { accent, grounds: GROUNDS[1], text_end: Colour::WHITE, soft: 0.16, line: 0.32, own }
    }

    fn colours(self) -> [(&'static str, Colour); 11] {
        let Self { accent, own, grounds, text_end, .. } = self;
        let soft = grounds[1].mix(accent, self.soft);
        let [ground, surface, second] = grounds;
        let text = accent.readable_on(&[ground, surface, second, soft], TEXT_CONTRAST, text_end);
        let quiet = own.ink().mix(own, 0.16).readable_on(&[own], TEXT_CONTRAST, own.ink());
        [
            ("--c-accent", accent),
            ("--c-accent-hover", away_from(accent.ink(), accent)),
            ("--c-on-accent", accent.ink()),
            ("--c-accent-text", text),
            ("--c-accent-soft", soft),
            ("--c-accent-line", surface.mix(accent, self.line)),
            ("--c-focus", text),
            ("--c-own", own),
            ("--c-on-own", own.ink()),
            ("--c-on-own-2", quiet),
            ("--c-own-deep", away_from(own.ink(), own)),
        ]
    }
}

/// A shade of `colour` on which `ink` is read better still.
fn away_from(ink: Colour, colour: Colour) -> Colour {
    colour.mix(if ink == Colour::WHITE { Colour::BLACK } else { Colour::WHITE }, 0.14)
}

/// As the database and the audit log have it: the four words with spaces between.
impl std::fmt::Display for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", self.light, self.dark, self.corners.as_str(), self.font.as_str())
    }
}

impl FromStr for Look {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<_> = text.split(' ').collect();
        match words[..] {
            [light, dark, corners, font] => Self::check(light, dark, corners, font),
            _ => Err(ApiError::invalid("look", words::look_check_unknown())),
        }
    }
}

read_fields! {
    Look { light, dark, corners, font }
}
read_unit_enums! { Corners, Font }

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted() -> impl Iterator<Item = Look> {
        let values = (0..=255_u8).step_by(17);
        let all = values.clone().flat_map(move |red| {
            let values = values.clone();
            values.clone().flat_map(move |green| values.clone().map(move |blue| Colour([red, green, blue])))
        });
        all.flat_map(|colour| {
            let text = colour.to_string();
            let own = (Look::OWN.light.to_string(), Look::OWN.dark.to_string());
            let light = Look::check(&text, &own.1, "soft", "system");
            let dark = Look::check(&own.0, &text, "soft", "system");
            [light, dark].into_iter().flatten()
        })
    }

    #[test]
    fn r6_whatever_colour_is_taken_every_text_can_be_read() {
        let mut count = 0;
        for look in accepted() {
            count += 1;
            for (scheme, grounds) in
                [Scheme::light(look.light), Scheme::dark(look.dark)].into_iter().zip(GROUNDS)
            {
                let [accent, hover, on_accent, text, soft, _, focus, own, on_own, on_own_2, deep] =
                    scheme.colours().map(|(_, colour)| colour);
                let texts = [
                    (on_accent, accent),
                    (on_accent, hover),
                    (on_own, own),
                    (on_own, deep),
                    (on_own_2, own),
                    (text, soft),
                ];
                let on_grounds = grounds.map(|ground| (text, ground));
                for (ink, ground) in texts.into_iter().chain(on_grounds) {
                    assert!(ink.contrast(ground) >= TEXT_CONTRAST, "{look}: {ink} on {ground}");
                }
                for ground in grounds {
                    assert!(focus.contrast(ground) >= CONTROL_CONTRAST, "{look}: {focus} on {ground}");
                    assert!(accent.contrast(ground) >= CONTROL_CONTRAST, "{look}: {accent} on {ground}");
                }
            }
        }
        assert!(count > 3_000, "{count} looks");
    }

    #[test]
    fn r6_what_would_not_be_seen_or_is_no_choice_is_refused() {
        let field = |light: &str, dark: &str, corners: &str, font: &str| {
            Look::check(light, dark, corners, font).unwrap_err().field
        };
        assert_eq!(field("#ffe066", "#3cbcae", "soft", "system").as_deref(), Some("light"));
        assert_eq!(field("#0f766e", "#102030", "soft", "system").as_deref(), Some("dark"));
        assert_eq!(field("red", "#3cbcae", "soft", "system").as_deref(), Some("light"));
        assert_eq!(field("#0f766e", "#3cbcae", "oval", "system").as_deref(), Some("corners"));
        assert_eq!(field("#0f766e", "#3cbcae", "soft", "a;} body{").as_deref(), Some("font"));
        let too_pale = Look::check("#ffe066", "#3cbcae", "soft", "system").unwrap_err();
        assert!(too_pale.message.contains("1."), "{}", too_pale.message);
        assert_eq!(Look::OWN.to_string().parse(), Ok(Look::OWN));
    }
}
