//! Second factors, as their owner sees them.

use serde::Serialize;

use crate::shared::{
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// A code of an app has six digits, a recovery code 24 characters, in groups.
pub const CODE_MAX_CHARS: usize = 64;

/// What the viewer has beside their password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SecondFactor {
    /// Since when an authenticator app is in use.
    pub app_since: Option<Timestamp>,
    /// Recovery codes that are not used.
    pub recovery_codes: i64,
    /// The app that this session is setting up.
    pub setup: Option<AppSetup>,
    /// Recovery codes that a form without scripts has just made. They are shown only once.
    pub made: Vec<String>,
}

/// What an app has to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AppSetup {
    /// As people type it.
    pub secret: String,
    pub qr: QrPath,
    /// For the app of this device.
    pub uri: String,
}

/// A QR code, as the path of an SVG of `size` × `size` modules, without its margin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QrPath {
    pub size: i64,
    pub path: String,
}

read_fields! {
    SecondFactor { app_since, recovery_codes, setup, made }
    AppSetup { secret, qr, uri }
    QrPath { size, path }
}
read_by_serde! { SecondFactor }
