//! Second factors, as their owner sees them.

use serde::Serialize;

use crate::shared::{
    ids::PasskeyId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// A code of an app has six digits, a recovery code 24 characters, in groups.
pub const CODE_MAX_CHARS: usize = 64;

/// The field of the error of a command before which the viewer has to prove again who they are.
pub const REAUTHENTICATION: &str = "reauthentication";
/// As many passkeys can one have.
pub const PASSKEYS_MAX: i64 = 20;

/// What the viewer has beside their password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SecondFactor {
    /// Since when an authenticator app is in use.
    pub app_since: Option<Timestamp>,
    /// Recovery codes that are not used.
    pub recovery_codes: i64,
    /// Newest first.
    pub passkeys: Vec<ListedPasskey>,
    /// Whether this site has passkeys: its address is a name.
    pub has_passkeys: bool,
    /// From when on the viewer needs a second factor for the rights of the staff.
    pub needed_from: Option<Timestamp>,
    /// The app that this session is setting up.
    pub setup: Option<AppSetup>,
    /// Recovery codes that a form without scripts has just made. They are shown only once.
    pub made: Vec<String>,
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedPasskey {
    pub id: PasskeyId,
    /// The browser that made it.
    pub name: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
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
    SecondFactor { app_since, recovery_codes, passkeys, has_passkeys, needed_from, setup, made }
    ListedPasskey { id, name, created_at, used_at }
    AppSetup { secret, qr, uri }
    QrPath { size, path }
}
read_by_serde! { SecondFactor }
