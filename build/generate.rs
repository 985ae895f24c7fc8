//! The Rust code of the words: a function for each message, and the texts of each language.

use std::fmt::Write;

use super::{
    catalogues::{CATALOGUES, Language},
    message::Message,
};

/// Bits of a message's number below those of its catalogue, as in `src/shared/words`.
const INDEX_BITS: u16 = 12;

/// One function for each message, by those of the source language, which is the first.
pub fn functions(languages: &[Language]) -> String {
    let mut code = String::new();
    for (number, messages) in (0..).zip(&languages[0].catalogues) {
        assert!(messages.len() < 1 << INDEX_BITS, "too many messages in {}", CATALOGUES[number as usize]);
        let is_sent = CATALOGUES[number as usize] != "server";
        for (index, message) in (0..).zip(messages.values()) {
            if !is_sent {
                code += "#[cfg(feature = \"ssr\")]\n";
            }
            function(&mut code, number << INDEX_BITS | index, message);
        }
    }
    code
}

fn function(code: &mut String, number: u16, message: &Message) {
    let Message { id, arguments, selector, .. } = message;
    let parameters: Vec<_> = arguments
        .iter()
        .map(|name| format!("{name}: {}", if selector.as_ref() == Some(name) { "u64" } else { "&str" }))
        .collect();
    let places: Vec<_> = arguments
        .iter()
        .map(
            |name| {
                if selector.as_ref() == Some(name) { format!("&{name}.to_string()") } else { name.clone() }
            },
        )
        .collect();
    let (answer, body) = match selector {
        None if arguments.is_empty() => ("&'static str", format!("text({number})")),
        None => ("String", format!("filled({number}, &[{}])", places.join(", "))),
        Some(count) => ("String", format!("counted({number}, {count}, &[{}])", places.join(", "))),
    };
    let doc = message.compiled().replace(['\n', '\u{1e}'], " ");
    let written = writeln!(
        code,
        "#[doc = {doc:?}]\n#[inline]\npub fn {id}({}) -> {answer} {{\n    {body}\n}}",
        parameters.join(", ")
    );
    written.expect("a text can be written to");
}

/// The texts of each language, by language, catalogue and message.
pub fn tables(languages: &[Language]) -> String {
    let mut code =
        format!("static TABLES: [(&str, [&[&str]; {}]); {}] = [\n", CATALOGUES.len(), languages.len());
    for Language { tag, catalogues } in languages {
        code += &format!("({tag:?}, [\n");
        for messages in catalogues {
            let texts: Vec<_> =
                messages.values().map(|message| format!("{:?}", message.compiled())).collect();
            code += &format!("&[{}],\n", texts.join(",\n"));
        }
        code += "]),\n";
    }
    code + "];\n"
}
