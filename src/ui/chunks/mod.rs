//! Code splitting: chunks of the wasm that load on demand, so that the inbox loads fast
//! (docs/decisions/0010-chunks.md). `registry` names the chunks and renders their views; `split_points` holds
//! the only calls into their code.

pub mod registry;
pub mod split_points;
