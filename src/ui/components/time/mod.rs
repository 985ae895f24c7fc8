//! Times in the language and zone of the reader. The server knows neither, so only the browser fills them in.

pub mod format;
pub mod local_time;
pub mod minute_tick;
