//! Requests as the layers around the handlers see them: their kind by path, their language, and the log and id of each.

pub mod kind;
pub mod language;
pub mod log;
