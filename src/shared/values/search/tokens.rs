//! The tokenizer: the words of a text by which it is found, folded, with the places where they stand.
//!
//! A word is a run of letters, marks and digits (UAX 29, without its exceptions for full stops and the like: the parts of an
//! e-mail address, of a link and of an order's code are words). Scripts without spaces give overlapping pairs of characters and
//! then the last character alone, so that any part of a run is a phrase, and a single character the beginning of a pair. No
//! stemming: the language of a message is not known.

use unicode_segmentation::UnicodeSegmentation;

use super::folding::fold;

/// Longer words are cut here, in texts and queries alike.
const WORD_MAX_CHARS: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// Where it stands, in bytes.
    pub start: usize,
    pub end: usize,
    /// What it was made of.
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// Two characters of a script without spaces. The first one ends at this byte.
    Pair {
        middle: usize,
    },
    /// The last character of a run.
    Last,
}

/// All tokens of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// In their order: phrases are sought here.
    pub words: Vec<Token>,
    /// Numbers whose thousands are set apart, as one word: `1200` for `1,200`.
    pub numbers: Vec<Token>,
}

/// The tokens of a text.
pub fn tokens(text: &str) -> Tokens {
    let mut tokenizer = Tokenizer { text, ..Tokenizer::default() };
    for (at, grapheme) in text.grapheme_indices(true) {
        tokenizer.add(at, grapheme);
    }
    tokenizer.end();
    tokenizer.tokens
}

/// A character of a script without spaces.
struct Sign {
    text: String,
    start: usize,
    end: usize,
}

#[derive(Default)]
struct Tokenizer<'a> {
    text: &'a str,
    tokens: Tokens,
    word: String,
    word_start: usize,
    word_end: usize,
    signs: Vec<Sign>,
    /// An apostrophe after a word, which may go on behind it.
    apostrophe: Option<char>,
    /// A number that goes on after its separator: its digits so far, and where it began.
    number: Option<(String, usize)>,
}

impl Tokenizer<'_> {
    fn add(&mut self, at: usize, grapheme: &str) {
        let end = at + grapheme.len();
        if grapheme.len() == 1 {
            let c = char::from(grapheme.as_bytes()[0]).to_ascii_lowercase();
            return self.add_char(c, at, end);
        }
        let folded = fold(grapheme);
        let Some(first) = folded.chars().next() else { return };
        if is_sign(first) {
            self.end_word();
            self.signs.push(Sign { text: folded, start: at, end });
        } else if is_pictograph(first) {
            self.end();
            self.push(first.to_string(), at, end, Kind::Word);
        } else {
            folded.chars().for_each(|c| self.add_char(c, at, end));
        }
    }

    fn add_char(&mut self, c: char, at: usize, end: usize) {
        if is_sign(c) {
            self.end_word();
            self.signs.push(Sign { text: c.to_string(), start: at, end });
        } else if is_of_word(c) {
            self.end_signs();
            let last = self.word.chars().next_back();
            if let Some(apostrophe) = self.apostrophe.take()
                && !joins(last, apostrophe, c)
            {
                self.end_word();
            }
            if self.word.is_empty() {
                self.word_start = at;
            }
            if self.word.chars().count() < WORD_MAX_CHARS {
                self.word.push(c);
            }
            self.word_end = end;
        } else if is_apostrophe(c) && !self.word.is_empty() && self.apostrophe.is_none() {
            self.apostrophe = Some(c);
        } else {
            self.end_signs();
            let is_in_number = is_separator(c) && self.is_of_thousands(end);
            self.end_part_of_number(is_in_number);
        }
    }

    /// Whether the number before a separator that ends here goes on with three more digits.
    fn is_of_thousands(&self, end: usize) -> bool {
        let is_digit = |c: char| fold(c.encode_utf8(&mut [0; 4])).chars().all(|c| c.is_ascii_digit());
        let mut after = self.text[end..].chars();
        let is_number = (1..=3).contains(&self.word.len()) && self.word.bytes().all(|b| b.is_ascii_digit());
        let is_begun = self.number.is_none() || self.word.len() == 3;
        is_number
            && is_begun
            && after.by_ref().take(3).filter(|c| is_digit(*c)).count() == 3
            && after.next().is_none_or(|c| !is_of_word(c))
    }

    /// Ends a word, which may be part of a number that goes on.
    fn end_part_of_number(&mut self, goes_on: bool) {
        let (part, start) = (self.word.clone(), self.word_start);
        self.end_plain_word();
        match (&mut self.number, goes_on) {
            (None, true) => self.number = Some((part, start)),
            (Some((digits, _)), true) => digits.push_str(&part),
            (Some(_), false) => {
                if let Some((mut digits, start)) = self.number.take() {
                    digits.push_str(&part);
                    let end = self.word_end;
                    self.tokens.numbers.push(Token { text: digits, start, end, kind: Kind::Word });
                }
            }
            (None, false) => {}
        }
    }

    fn end_word(&mut self) {
        self.end_part_of_number(false);
    }

    fn end_plain_word(&mut self) {
        self.apostrophe = None;
        if !self.word.is_empty() {
            let word = std::mem::take(&mut self.word);
            self.push(word, self.word_start, self.word_end, Kind::Word);
        }
    }

    fn end_signs(&mut self) {
        let signs = std::mem::take(&mut self.signs);
        for pair in signs.windows(2) {
            let [first, second] = pair else { continue };
            let kind = Kind::Pair { middle: first.end };
            self.push(format!("{}{}", first.text, second.text), first.start, second.end, kind);
        }
        if let Some(last) = signs.into_iter().next_back() {
            self.push(last.text, last.start, last.end, Kind::Last);
        }
    }

    fn end(&mut self) {
        self.end_word();
        self.end_signs();
    }

    fn push(&mut self, text: String, start: usize, end: usize, kind: Kind) {
        self.tokens.words.push(Token { text, start, end, kind });
    }
}

/// Whether the character belongs to a script that is written without spaces between words, or whose words are made of parts
/// that are sought alone.
fn is_sign(c: char) -> bool {
    let is_of_script = matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{A9E0}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}'
        | '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{1B000}'..='\u{1B16F}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    is_of_script && c.is_alphanumeric()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || crate::shared::values::text::is_mark(c)
}

/// An emoji is a word: people look for it, and it says something.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}' | '\u{1F1E6}'..='\u{1F1FF}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '′' | '"' | '״' | '׳')
}

/// Whether the letters around an apostrophe are one word: `don't`, and the quotes in Hebrew abbreviations.
fn joins(before: Option<char>, apostrophe: char, after: char) -> bool {
    let is_hebrew = |c: char| matches!(c, '\u{5D0}'..='\u{5EA}');
    let Some(before) = before else { return false };
    match apostrophe {
        '"' | '״' | '׳' => is_hebrew(before) && is_hebrew(after),
        _ => before.is_alphabetic() && after.is_alphabetic(),
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '.' | ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}' | '٬')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).words.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn f8_a_text_is_cut_into_words_in_every_script() {
        for (text, expected) in [
            ("Don't forget: REQ-7F3K2M!", vec!["dont", "forget", "req", "7f3k2m"]),
            ("L’été à Łódź", vec!["lete", "a", "lodz"]),
            ("'quoted' words", vec!["quoted", "words"]),
            ("ana.ruiz@example.com", vec!["ana", "ruiz", "example", "com"]),
            ("明日の予約", vec!["明日", "日の", "の予", "予約", "約"]),
            ("iPhone用ケース", vec!["iphone", "用ケ", "ケー", "ース", "ス"]),
            ("예약 확인", vec!["예약", "약", "확인", "인"]),
            ("ผมจอง", vec!["ผม", "มจ", "จอ", "อง", "ง"]),
            ("Привет, мир", vec!["привет", "мир"]),
            ("नमस्ते दुनिया", vec!["नमस्ते", "दुनिया"]),
            ("صه\"ל צה״ל", vec!["صه", "ל", "צהל"]),
            ("ok 👍🏽👍", vec!["ok", "👍", "👍"]),
            ("...", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"a".repeat(70)), ["a".repeat(64)]);
    }

    #[test]
    fn f8_a_token_says_where_it_stands() {
        let text = "Wi-Fi: Zürich 予約です";
        let found: Vec<_> =
            tokens(text).words.iter().map(|token| text[token.start..token.end].to_owned()).collect();
        assert_eq!(found, ["Wi", "Fi", "Zürich", "予約", "約で", "です", "す"]);
    }

    #[test]
    fn f8_a_number_is_found_with_and_without_its_separators() {
        let numbers = |text: &str| -> Vec<String> {
            tokens(text).numbers.into_iter().map(|token| token.text).collect()
        };
        assert_eq!(numbers("1,200 or 1.234.567 or 1 200 or ١٬٢٠٠"), ["1200", "1234567", "1200", "1200"]);
        assert_eq!(numbers("12.50, 1234,567, 3.1415, a1,200, 1,200x"), [""; 0]);
        assert_eq!(words("1,200"), ["1", "200"]);
    }
}
