//! What is kept on the viewer's device: its appearance, its sound, and its keyboard shortcuts.

pub mod appearance;
mod device_switch;
pub mod shortcuts;
pub mod sound;
