//! Pseudo-languages, made of the source: they show texts that do not come from the words, and what has no room for longer
//! ones or for a script that runs from right to left.

use super::message::{Message, Part};

/// Each by its tag, in the order of `Language::ALL` in `src/shared/words`.
pub const LANGUAGES: [(&str, Change); 2] = [("en-XA", accented), ("ar-XB", mirrored)];

/// What makes a message of the source one of the pseudo-language.
pub type Change = fn(&Message) -> Message;

/// Stands in front of each text of the mirrored language. Nobody sees it.
const MARK: &str = "\u{200b}";

/// Accents on what has them, and each vowel twice, which makes texts about 40 % longer.
fn accented(message: &Message) -> Message {
    const PLAIN: &str = "aeiouyAEIOUYcdgklnrstzCDGKLNRSTZ";
    const ACCENTED: &str = "áéíóúýÁÉÍÓÚÝçđğķļñŕšťžÇĐĞĶĻÑŔŠŤŽ";
    let accent = |c: char| PLAIN.chars().zip(ACCENTED.chars()).find(|(plain, _)| *plain == c);
    message.changed(|parts| {
        let changed = parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(
                text.chars()
                    .flat_map(|c| {
                        let shown = accent(c).map_or(c, |(_, accented)| accented);
                        let again = "aeiou".contains(c).then_some(shown);
                        [Some(shown), again].into_iter().flatten()
                    })
                    .collect(),
            ),
            Part::Argument(name) => Part::Argument(name.clone()),
        });
        changed.collect()
    })
}

fn mirrored(message: &Message) -> Message {
    message.changed(|parts| [&[Part::Text(MARK.to_owned())], parts].concat())
}
