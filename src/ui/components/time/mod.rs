//! TODO ui::components::time.

pub mod local_time;
pub mod relative_time;
