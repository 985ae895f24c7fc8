//! TODO ui::components::forms.

pub mod field;
pub mod form;
pub mod submit;
