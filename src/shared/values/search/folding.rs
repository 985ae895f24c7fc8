//! Folding: the form in which two spellings of a word are equal. Compatibility form, lower case, digits of all scripts as ASCII,
//! without accents, vowel points and joiners. What makes another letter stays: `й` is not `и`, `か` is not `が`.

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;

/// The zeros of the scripts whose digits follow each other. The compatibility form makes those of full width ASCII.
const ZEROS: [u32; 20] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946,
];

/// One character as the reader sees it, folded. Empty for a mark or joiner alone.
pub fn fold(grapheme: &str) -> String {
    if grapheme.is_ascii() {
        return grapheme.to_ascii_lowercase();
    }
    let compatible: String = grapheme.nfkc().collect();
    let lower = CaseMapper::new().fold_string(&compatible);
    let mut base = ' ';
    let mut plain = String::with_capacity(lower.len());
    for c in lower.nfkd() {
        if is_dropped(c, base) {
            continue;
        }
        if !is_accent(c) {
            base = c;
        }
        push(&mut plain, c);
    }
    plain.nfc().collect()
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}')
}

/// Whether a mark or joiner has no part in telling words from each other. `base` is the letter that it stands on.
fn is_dropped(c: char, base: char) -> bool {
    match c {
        // A breve or two dots make another letter in Cyrillic; but ё is written as е by most.
        '\u{306}' => !is_cyrillic(base),
        '\u{308}' => !is_cyrillic(base) || base == 'е',
        c if is_accent(c) => true,
        // Points of Hebrew and Arabic; the stroke that makes Arabic words longer.
        '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}' => true,
        '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6ED}' => true,
        // Joiners, variation selectors, direction marks, soft hyphens, tags, tones of skin.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' => true,
        '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E01EF}' => true,
        _ => false,
    }
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52F}')
}

/// Adds a character, in the form that stands for all of its kind: letters with a stroke have no accent that could be dropped.
fn push(plain: &mut String, c: char) {
    match c {
        'ø' => plain.push('o'),
        'ł' => plain.push('l'),
        'đ' | 'ð' => plain.push('d'),
        'ħ' => plain.push('h'),
        'ŧ' => plain.push('t'),
        'ı' => plain.push('i'),
        'æ' => plain.push_str("ae"),
        'œ' => plain.push_str("oe"),
        'þ' => plain.push_str("th"),
        // Arabic letters that keyboards and writers exchange.
        'ٱ' => plain.push('ا'),
        'ى' | 'ی' => plain.push('ي'),
        'ک' => plain.push('ك'),
        'ة' => plain.push('ه'),
        c => plain.push(digit(c).unwrap_or(c)),
    }
}

/// The ASCII digit for a digit of any script.
fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn folded(text: &str) -> String {
        text.graphemes(true).map(fold).collect()
    }

    #[test]
    fn f8_spellings_of_one_word_are_equal() {
        for (one, other) in [
            ("José", "jose\u{301}"),
            ("JOSÉ", "jose"),
            ("Straße", "STRASSE"),
            ("Łódź", "lodz"),
            ("Ærø", "aero"),
            ("İstanbul", "istanbul"),
            ("ΣΊΣΥΦΟΣ", "σισυφος"),
            ("ёлка", "елка"),
            ("за́мок", "замок"),
            ("ＡＢＣ１２", "abc12"),
            ("١٢٣", "123"),
            ("๑๒๓", "123"),
            ("שָׁלוֹם", "שלום"),
            ("مَرْحَبًا", "مرحبا"),
            ("أحمد", "احمد"),
            ("می\u{200C}خواهم", "میخواهم"),
            ("ｶﾞｲﾄﾞ", "ガイド"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
            ("Tiếng Việt", "tieng viet"),
            ("👍🏽", "👍"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn f8_other_letters_stay_other_letters() {
        for (one, other) in [("й", "и"), ("ї", "і"), ("か", "が"), ("कि", "क"), ("ก็", "ก")]
        {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn f8_folding_again_changes_nothing() {
        for text in ["Éß ﬁ ﷺ ①", "ГРУППА Ǆ", "각 ﾊﾟ", "ᾼ ſ"] {
            let once = folded(text);
            assert_eq!(folded(&once), once, "{text}");
        }
    }
}
