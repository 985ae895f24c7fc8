//! Requests as the layers around the handlers see them: their kind by path, and the log and id of each.

pub mod kind;
pub mod log;
