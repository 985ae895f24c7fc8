//! The data of a person: exporting it, and closing the account.

pub mod closing;
pub mod erasure;
pub mod export;
mod html;
mod json;
mod labels;
