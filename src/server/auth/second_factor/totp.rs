//! Time-based one-time passwords (TOTP, RFC 6238), as authenticator apps make them: six digits of SHA-1, a new code every 30
//! seconds.

use qrcode::{Color, EcLevel, QrCode};
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Algorithm, Builder, Totp};

use crate::shared::{
    users::second_factor::QrPath,
    values::time::{SECOND, Timestamp},
};

pub const DIGITS: usize = 6;
const STEP_S: u64 = 30;
/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// The clock of a phone may be off by a step.
const SKEW_STEPS: u16 = 1;

/// The secret that an app and this server share.
#[derive(Clone)]
pub struct TotpSecret(Vec<u8>);

impl TotpSecret {
    /// A new one. `None` if the system has no randomness.
    pub fn random() -> Option<Self> {
        let mut bytes = vec![0; SECRET_BYTES];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it: base32 in groups of four.
    pub fn to_text(&self) -> String {
        let text = base32::encode(base32::Alphabet::Rfc4648 { padding: false }, &self.0);
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// The URI that an app reads from a QR code. A colon separates its parts, so names have none.
    pub fn uri(&self, site: &str, account: &str) -> Option<String> {
        let builder = self.builder().with_issuer(Some(site.replace(':', " ")));
        builder.with_account_name(account.replace(':', " ")).build().ok()?.to_url().ok()
    }

    /// The step that this code belongs to, if it is one of now, or of a step before or after, and later than `last_step`.
    /// Codes are compared in constant time.
    pub fn step_of(&self, code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
        let totp: Totp = self.builder().build().ok()?;
        let step = totp.check(code, u64::try_from(now.0.div_euclid(SECOND)).ok()?)?;
        i64::try_from(step).ok().filter(|step| *step > last_step)
    }

    fn builder(&self) -> Builder {
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS as u8);
        builder.with_step_duration(STEP_S).with_skew(SKEW_STEPS).with_secret(self.0.clone())
    }
}

/// The QR code of a text, as the outline of its dark modules. `None` if the text is too long.
pub fn qr_path(text: &str) -> Option<QrPath> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                let length = run.len();
                path += &format!("M{x} {y}h{length}v1h-{length}z");
            }
            x += run.len();
        }
    }
    Some(QrPath { size: i64::try_from(width).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of RFC 6238, appendix B, and what it gives at these seconds. The last six of its eight digits.
    #[test]
    fn r5_codes_are_those_of_rfc_6238() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp(seconds * SECOND);
            assert_eq!(secret.step_of(code, now, 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn r5_a_code_is_good_for_a_step_before_and_after_and_not_again() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        let at = |seconds: i64| Timestamp(seconds * SECOND);
        let step = 1_111_111_109 / 30;
        for (seconds, is_good) in
            [(step * 30 - 31, false), (step * 30 - 30, true), (step * 30 + 59, true), (step * 30 + 60, false)]
        {
            assert_eq!(secret.step_of("081804", at(seconds), 0).is_some(), is_good, "{seconds}");
        }
        assert_eq!(secret.step_of("081804", at(1_111_111_109), step - 1), Some(step));
        assert_eq!(secret.step_of("081804", at(1_111_111_109), step), None, "used");
        for wrong in ["", "81804", "0818040", "08180a", "０81804"] {
            assert_eq!(secret.step_of(wrong, at(1_111_111_109), 0), None, "{wrong}");
        }
    }

    #[test]
    fn r5_an_app_reads_site_and_account_from_the_uri() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec());
        let uri = secret.uri("Harbour: Market", "noor@example.com").unwrap();
        assert!(uri.starts_with("otpauth://totp/Harbour%20%20Market:noor%40example.com?"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && uri.contains("issuer=Harbour"));
        assert_eq!(secret.to_text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let qr = qr_path(&uri).unwrap();
        // The finder pattern at the top left.
        assert!(qr.path.starts_with("M0 0h7v1h-7z") && qr.size > 20, "{}", qr.path);
        assert_ne!(TotpSecret::random().unwrap().0, TotpSecret::random().unwrap().0);
    }
}
