//! Patterns: the text of a message as the build script writes it, and filling it.
//!
//! `{0}` stands for the first argument. Of a message that differs by a number each variant is written whole, after its key
//! (an exact number or a plural category), and between two of them stands [`BETWEEN_VARIANTS`]:
//! `one|{0} new message␞other|{0} new messages`.

use super::Language;

/// Stands between two variants of a message. No text has it.
const BETWEEN_VARIANTS: char = '\u{1e}';

/// Stands for an element inside a sentence. The view goes where this is (see [`around`]).
pub const HOLE: &str = "\u{fffc}";

/// The text before and after the [`HOLE`].
pub fn around(text: &str) -> [String; 2] {
    let (before, after) = text.split_once(HOLE).unwrap_or((text, ""));
    [before.to_owned(), after.to_owned()]
}

/// The parts between several holes: between two parts goes the view of the next argument, in whatever order the language
/// has them. So only for views that are all alike.
pub fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(HOLE).map(str::to_owned)
}

/// The pattern with its arguments in their places. What an argument holds is taken as it is.
pub fn fill(pattern: &str, arguments: &[&str]) -> String {
    let mut filled = String::new();
    for (index, part) in pattern.split('{').enumerate() {
        let mut rest = part;
        if index > 0
            && let Some((place, after)) = part.split_once('}')
        {
            let place = place.bytes().next().map_or(0, |digit| usize::from(digit.wrapping_sub(b'0')));
            filled.push_str(arguments.get(place).copied().unwrap_or_default());
            rest = after;
        }
        filled.push_str(rest);
    }
    filled
}

/// The variant for this number: that of exactly this number, else that of its plural category, else the last one, which
/// the build script made sure is there.
pub fn variant(pattern: &str, count: u64, language: Language) -> &str {
    let exact = count.to_string();
    let category = language.plural(count);
    let (mut found, mut is_category) = ("", false);
    for variant in pattern.split(BETWEEN_VARIANTS) {
        let Some((key, text)) = variant.split_once('|') else { continue };
        if key == exact {
            return text;
        }
        if !is_category {
            found = text;
        }
        is_category |= key == category;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_go_where_the_language_wants_them() {
        assert_eq!(fill("{1} by {0}, {1}", &["Ana", "a {0} text"]), "a {0} text by Ana, a {0} text");
        assert_eq!(fill("nothing to fill", &[]), "nothing to fill");
        assert_eq!(around(&fill("Since {0}.", &[HOLE])), ["Since ", "."]);
        assert_eq!(around("no hole"), ["no hole", ""]);
    }

    #[test]
    fn a_number_chooses_its_variant() {
        let pattern = "0|Nothing new\u{1e}one|{0} new message\u{1e}other|{0} new messages";
        let shown = |count: u64| fill(variant(pattern, count, Language::English), &[&count.to_string()]);
        assert_eq!(shown(0), "Nothing new");
        assert_eq!(shown(1), "1 new message");
        assert_eq!(shown(2), "2 new messages");
        assert_eq!(shown(21), "21 new messages");
        assert_eq!(
            variant("one|a\u{1e}1|b\u{1e}other|c", 1, Language::English),
            "b",
            "an exact number goes first"
        );
        assert_eq!(variant("one|a\u{1e}few|b\u{1e}other|c", 5, Language::English), "c");
    }
}
