//! Access checks before any handler: the origin of a request, the session or API token that it brings, and
//! the errors of plain forms that may come back in a URL. Beside them, which other sites may read the answers.

pub mod bearer;
pub mod cors;
pub mod embed;
pub mod form_errors;
pub mod openid_connect;
pub mod origin;
pub mod session;
