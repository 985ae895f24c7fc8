//! Forms: fields with their hints and errors, the form that sends a command, and its submit button.

pub mod confirm;
pub mod field;
pub mod form;
pub mod incomplete_fields;
pub mod new_secret;
pub mod reauthentication;
pub mod submit;
