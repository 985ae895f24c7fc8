//! Cases: what people report, with a copy of it, and how operators decide about it.

mod copies;
pub mod decide;
pub mod list;
pub mod report;
