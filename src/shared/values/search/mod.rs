//! Full-text search in messages, as far as it is pure: the tokenizer, which makes the words of a text, the query, and the excerpt
//! of what was found. Both databases index the words that come from here, so both find the same.

pub mod distance;
pub mod excerpt;
pub mod folding;
pub mod query;
pub mod tokens;
