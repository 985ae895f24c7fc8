//! Unicode: normalisation to NFC, removal of invisible characters, bounds on combining marks, case folding,
//! and domain names (IDNA). The tables are large, so only the server has them.

use std::borrow::Cow;

use icu_casemap::CaseMapper;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, ExtendedPictographic, GeneralCategory,
        JoiningType, LineBreak, Script,
    },
};
use unicode_normalization::UnicodeNormalization;

/// Combining marks on one character that do not belong to its script, such as accents.
const MARKS_MAX: usize = 2;
/// Combining marks on one character of their own script. Tibetan stacks letters, Hebrew points vowels and
/// accents.
const SCRIPT_MARKS_MAX: usize = 4;
/// Tag characters of an emoji flag, such as that of Scotland: a region, and the end.
const FLAG_TAGS_MAX: usize = 7;

const ZERO_WIDTH_SPACE: char = '\u{200B}';
const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';
const BLACK_FLAG: char = '\u{1F3F4}';

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A name or title. It is shown beside other users' texts.
    Line,
    /// A text of several lines, which pages isolate. Direction marks stay: right-to-left writers need them.
    Block,
}

/// The text in NFC, without invisible characters where they don't belong, and with a bounded number of marks on
/// each character. Applying it again changes nothing.
pub fn clean(text: &str, place: Place) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let chars: Vec<char> = text.nfc().collect();
    let mut kept: Vec<char> = Vec::with_capacity(chars.len());
    let mut marks = Marks::default();
    for (index, &c) in chars.iter().enumerate() {
        let is_kept = if is_hidden(c, place) {
            belongs(c, &kept, chars.get(index + 1).copied(), place)
        } else {
            marks.admits(c)
        };
        if is_kept {
            kept.push(c);
        }
    }
    // Without what stood between them, a letter and its mark may compose.
    Cow::Owned(kept.into_iter().nfc().collect())
}

/// The text in NFC with case folded, for comparisons that ignore case.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfc().collect();
    CaseMapper::new().fold_string(&composed).nfc().collect()
}

/// The text as it is searched: folded, in compatibility form, and without accents. `jose` finds `José`.
pub fn search_form(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let is_accent = |c: &char| matches!(c, '\u{300}'..='\u{36F}');
    let plain: String = text.nfkd().filter(|c| !is_accent(c)).collect();
    CaseMapper::new().fold_string(&plain).nfkd().filter(|c| !is_accent(c)).nfc().collect()
}

/// The ASCII form of a domain name, `xn--bcher-kva.example` for `Bücher.example`. None if it is no domain name.
pub fn ascii_domain(domain: &str) -> Option<String> {
    idna::domain_to_ascii_strict(domain).ok()
}

/// Whether the character is a combining mark.
pub fn is_mark(c: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    matches!(category(c), NonspacingMark | EnclosingMark | SpacingMark)
}

/// Whether the character has no visible glyph, or one that only a private font has.
fn is_hidden(c: char, place: Place) -> bool {
    let is_format = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{FFF9}'..='\u{FFFB}');
    let is_blank = c == '\u{2800}' || category(c) == GeneralCategory::PrivateUse;
    is_format || (is_blank && place == Place::Line)
}

/// Whether an invisible character has a meaning between its neighbours: in a sequence of emoji, or in a script
/// that is written with it.
fn belongs(c: char, before: &[char], after: Option<char>, place: Place) -> bool {
    // At the start of a word as at the start of the text, which may be cut there.
    let Some(&last) = before.last().filter(|last| !last.is_whitespace()) else {
        return place == Place::Block && is_direction_mark(c);
    };
    match c {
        ZERO_WIDTH_JOINER => {
            let joins_emoji = (is_pictograph(last) || last == EMOJI_STYLE || is_skin_tone(last))
                && after.is_some_and(is_pictograph);
            joins_emoji
                || is_virama(last)
                || after.is_some_and(is_virama)
                || joins(last)
                || after.is_some_and(joins)
        }
        ZERO_WIDTH_NON_JOINER => {
            let is_transparent = joining_type(last) == JoiningType::Transparent;
            is_virama(last) || ((joins(last) || is_transparent) && after.is_some_and(joins))
        }
        ZERO_WIDTH_SPACE => is_without_spaces(last) && after.is_some_and(is_without_spaces),
        '\u{FE0E}' | EMOJI_STYLE => {
            let is_keycap = after == Some(KEYCAP);
            CodePointSetData::new::<Emoji>().contains(last) && (!last.is_ascii() || is_keycap)
        }
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => script(last) == Script::Han,
        '\u{180B}'..='\u{180F}' => script(last) == Script::Mongolian,
        '\u{E0020}'..='\u{E007F}' => {
            let tags = before.iter().rev().take_while(|c| matches!(c, '\u{E0020}'..='\u{E007E}')).count();
            tags < FLAG_TAGS_MAX && before.iter().nth_back(tags) == Some(&BLACK_FLAG)
        }
        _ => place == Place::Block && is_direction_mark(c),
    }
}

/// The marks on the present base character.
#[derive(Default)]
struct Marks {
    script: Option<Script>,
    foreign: usize,
    own: usize,
}

impl Marks {
    /// Counts a visible character. Whether there is still room for it, if it is a mark.
    fn admits(&mut self, c: char) -> bool {
        match category(c) {
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => {
                if Some(script(c)) == self.script {
                    self.own += 1;
                    self.own <= SCRIPT_MARKS_MAX
                } else {
                    self.foreign += 1;
                    self.foreign <= MARKS_MAX
                }
            }
            // It takes a space of its own, so it can't stack.
            GeneralCategory::SpacingMark => true,
            _ => {
                *self = Self { script: Some(script(c)), ..Self::default() };
                true
            }
        }
    }
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}')
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

/// Whether the letter joins its neighbours, as in Arabic.
fn joins(c: char) -> bool {
    use JoiningType as Type;
    matches!(joining_type(c), Type::DualJoining | Type::LeftJoining | Type::RightJoining)
}

/// Whether the letter belongs to a script that is written without spaces, such as Khmer.
fn is_without_spaces(c: char) -> bool {
    CodePointMapData::<LineBreak>::new().get(c) == LineBreak::ComplexContext
}

fn joining_type(c: char) -> JoiningType {
    CodePointMapData::<JoiningType>::new().get(c)
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> String {
        let once = clean(text, Place::Block).into_owned();
        assert_eq!(clean(&once, Place::Block), once, "again: {once:?}");
        once
    }

    #[test]
    fn text_is_composed_and_loses_what_can_not_be_seen() {
        for (typed, kept) in [
            ("Cafe\u{301}", "Café"),
            ("An\u{200B}a", "Ana"),
            ("e\u{200B}\u{301}", "é"),
            ("so\u{AD}ft\u{FEFF}\u{2060}", "soft"),
            ("\u{202E}gpj\u{202C}", "gpj"),
            ("\u{2066}a\u{2069}", "a"),
            ("a\u{E0041}\u{E0042}", "a"),
            ("a \u{200D}\u{628}", "a \u{628}"),
            ("a\u{FE0F}1\u{FE0F}\u{200D}", "a1"),
        ] {
            assert_eq!(block(typed), kept, "{typed:?}");
            assert_eq!(clean(typed, Place::Line), kept, "{typed:?}");
        }
    }

    #[test]
    fn emoji_and_scripts_keep_the_joiners_that_they_are_written_with() {
        for text in [
            "👩\u{200D}👩\u{200D}👧",
            "🏳\u{FE0F}\u{200D}🌈",
            "👍🏽 ❤\u{FE0F} 1\u{FE0F}\u{20E3} 👩🏽\u{200D}⚕\u{FE0F}",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "می\u{200C}خواهم",
            "क्\u{200D}ष र\u{200D}্য",
            "葛\u{E0100}飾区",
            "ខ្ញុំ\u{200B}ចង់",
            "שָׁלוֹם עֲלֵיכֶם",
            "घोड़ों लड़कियाँ",
            "བསྒྲུབས་རྒྱུ",
            "Việt Nam, Đặng",
            "مَرْحَبًّا",
        ] {
            let composed: String = text.nfc().collect();
            assert_eq!(block(text), composed);
            assert_eq!(clean(text, Place::Line), composed);
        }
        assert_eq!(block("מה\u{200F}!"), "מה\u{200F}!");
        assert_eq!(clean("מה\u{200F}!", Place::Line), "מה!");
    }

    #[test]
    fn marks_on_one_character_are_bounded() {
        assert_eq!(block(&format!("a{}b", "\u{310}".repeat(50))), "a\u{310}\u{310}b");
        assert_eq!(block(&format!("a{}", "\u{F90}".repeat(50))).chars().count(), 1 + MARKS_MAX);
        assert_eq!(block(&format!("\u{F40}{}", "\u{F90}".repeat(50))).chars().count(), 1 + SCRIPT_MARKS_MAX);
    }

    #[test]
    fn case_and_accents_are_folded_in_every_script() {
        assert_eq!(folded("ÉMILE Żak ΣΊΣΥΦΟΣ Straße"), "émile żak σίσυφοσ strasse");
        assert_eq!(folded("JOSE\u{301}"), "josé");
        for (text, typed) in
            [("Émile Żak", "emile zak"), ("İstanbul", "ISTANBUL"), ("ＡＢＣ", "abc"), ("Ёлка", "ёлка")]
        {
            assert_eq!(search_form(text), search_form(typed));
        }
    }

    #[test]
    fn a_domain_has_one_form() {
        for typed in ["bücher.example", "BÜCHER.example", "bu\u{308}cher.example", "xn--bcher-kva.example"]
        {
            assert_eq!(ascii_domain(typed).as_deref(), Some("xn--bcher-kva.example"), "{typed}");
        }
        for wrong in ["-a.example", "a b.example", "a_b.example", "xn--a.example", ""] {
            assert_eq!(ascii_domain(wrong), None, "{wrong}");
        }
    }
}
