//! Code splitting: parts of the wasm that are loaded when they are needed, so that the list of conversations loads
//! fast (docs/decisions/0010-chunks.md). `registry` names the chunks and shows what is in them; `split_points` is the
//! only place that calls it.

pub mod registry;
pub mod split_points;
