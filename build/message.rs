//! One message of a Fluent file, in the subset that Stoa has: texts, placeables of arguments, and one select on a number.

use std::collections::BTreeSet;

use fluent_syntax::ast::{
    Expression, InlineExpression, Message as Parsed, Pattern, PatternElement, Variant, VariantKey,
};

/// Stands between two variants; `src/shared/words/pattern.rs` splits there.
const BETWEEN_VARIANTS: &str = "\u{1e}";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    /// The names of all placeables, in alphabetical order.
    pub arguments: Vec<String>,
    /// The argument that is selected on.
    pub selector: Option<String>,
    /// Each variant whole, with its key; the default last. One without a key if nothing is selected.
    pub variants: Variants,
}

pub type Variants = Vec<(Option<String>, Vec<Part>)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Argument(String),
}

impl Message {
    pub fn read(message: &Parsed<String>) -> Result<Self, String> {
        let id = message.id.name.clone();
        let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !id.chars().all(is_snake) {
            return Err(format!("{id}: ids are lower_snake_case"));
        }
        if !message.attributes.is_empty() {
            return Err(format!("{id}: no attributes"));
        }
        let Some(pattern) = &message.value else { return Err(format!("{id}: no text")) };
        let read = read_pattern(pattern).map_err(|error| format!("{id}: {error}"))?;
        let mut names = BTreeSet::new();
        names.extend(read.selector.clone());
        for (_, parts) in &read.variants {
            names.extend(parts.iter().filter_map(|part| match part {
                Part::Argument(name) => Some(name.clone()),
                Part::Text(_) => None,
            }));
        }
        let (arguments, selector, variants) = (names.into_iter().collect(), read.selector, read.variants);
        let message = Self { id, arguments, selector, variants };
        if message.arguments.len() > 10 {
            return Err(format!("{}: more than ten placeables", message.id));
        }
        Ok(message)
    }

    /// The message in the form that `src/shared/words/pattern.rs` reads.
    pub fn compiled(&self) -> String {
        let place = |name: &String| self.arguments.iter().position(|argument| argument == name).unwrap_or(0);
        let variants = self.variants.iter().map(|(key, parts)| {
            let text = parts.iter().map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Argument(name) => format!("{{{}}}", place(name)),
            });
            let text = text.collect::<String>();
            key.as_ref().map_or(text.clone(), |key| format!("{key}|{text}"))
        });
        variants.collect::<Vec<_>>().join(BETWEEN_VARIANTS)
    }

    /// The same message with each of its texts changed.
    pub fn changed(&self, change: impl Fn(&[Part]) -> Vec<Part>) -> Self {
        let variants = self.variants.iter().map(|(key, parts)| (key.clone(), change(parts))).collect();
        Self { variants, ..self.clone() }
    }
}

/// A pattern, with its select multiplied out: each variant is the whole text.
struct Read {
    selector: Option<String>,
    variants: Variants,
}

fn read_pattern(pattern: &Pattern<String>) -> Result<Read, String> {
    let mut read = Read { selector: None, variants: vec![(None, Vec::new())] };
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => read.push(Part::Text(checked(value)?)),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => read.push(part(inline)?),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                if read.selector.is_some() {
                    return Err("one select is all".to_owned());
                }
                let Part::Argument(name) = part(selector)? else {
                    return Err("a select is on a placeable".to_owned());
                };
                let [(_, before)] = &read.variants[..] else { return Err("one select is all".to_owned()) };
                read.variants = read_variants(before, variants)?;
                read.selector = Some(name);
            }
        }
    }
    Ok(read)
}

impl Read {
    fn push(&mut self, part: Part) {
        for (_, parts) in &mut self.variants {
            parts.push(part.clone());
        }
    }
}

fn read_variants(before: &[Part], variants: &[Variant<String>]) -> Result<Variants, String> {
    let (last, others): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| variant.default);
    let variants = others.into_iter().chain(last).map(|variant| {
        let key = match &variant.key {
            VariantKey::Identifier { name } => name,
            VariantKey::NumberLiteral { value } => value,
        };
        let is_number = key.parse::<u64>().is_ok();
        if !is_number && !["zero", "one", "two", "few", "many", "other"].contains(&key.as_str()) {
            return Err(format!("{key} is neither a number nor a plural category"));
        }
        let inner = read_pattern(&variant.value)?;
        let [(None, parts)] = &inner.variants[..] else { return Err("no select in a select".to_owned()) };
        Ok((Some(key.clone()), [before, parts].concat()))
    });
    variants.collect()
}

fn part(expression: &InlineExpression<String>) -> Result<Part, String> {
    match expression {
        InlineExpression::VariableReference { id } => Ok(Part::Argument(id.name.clone())),
        InlineExpression::StringLiteral { value } => Ok(Part::Text(checked(value)?)),
        _ => Err("only placeables of arguments and texts in quotes".to_owned()),
    }
}

fn checked(text: &str) -> Result<String, String> {
    let is_special = |c: char| matches!(c, '{' | '}' | '\\' | '\u{fffc}') || c.is_control() && c != '\n';
    if text.contains(is_special) {
        return Err(format!("a character that is not for texts in {text:?}"));
    }
    Ok(text.to_owned())
}
