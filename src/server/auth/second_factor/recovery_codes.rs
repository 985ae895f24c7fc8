//! Recovery codes: for whoever has lost their second factor. The database stores only their hashes. With 120 random bits a
//! code needs neither salt nor a slow hash (ASVS 5.0, 6.5.2: from 112 bits on).

use base32::Alphabet;
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

pub const CODES: usize = 10;
const CODE_BYTES: usize = 15;
/// Its characters, without what separates them.
const CODE_CHARS: usize = CODE_BYTES * 8 / 5;

/// Ten new codes, such as `k7wr-2m9x-…`: letters and digits that nobody mistakes for one another. `None` if the system has no
/// randomness.
pub fn new() -> Option<Vec<String>> {
    let random = SystemRandom::new();
    let code = |_| {
        let mut bytes = [0; CODE_BYTES];
        random.fill(&mut bytes).ok()?;
        let text = base32::encode(Alphabet::Crockford, &bytes).to_lowercase();
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        Some(groups.join("-"))
    };
    (0..CODES).map(code).collect()
}

/// The hash that the database stores. `None` if this is no code. Case and separators don't count, nor does it matter whether
/// an O or a 0 is typed.
pub fn hash(typed: &str) -> Option<[u8; 32]> {
    let plain: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(CODE_CHARS + 1).collect();
    let bytes = (plain.len() == CODE_CHARS).then(|| base32::decode(Alphabet::Crockford, &plain))??;
    (bytes.len() == CODE_BYTES).then(|| Sha256::digest(&bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_a_recovery_code_is_read_as_people_type_it() {
        let codes = new().unwrap();
        assert_eq!(codes.len(), CODES);
        for code in &codes {
            assert_eq!(code.len(), 29, "{code}");
            let expected = hash(code).unwrap();
            for typed in [
                code.to_uppercase(),
                code.replace('-', ""),
                format!(" {} ", code.replace('-', " ")),
                code.replace('0', "O").replace('1', "l"),
            ] {
                assert_eq!(hash(&typed), Some(expected), "{typed}");
            }
        }
        assert_ne!(hash(&codes[0]), hash(&codes[1]));
        for wrong in
            ["", "123456", &codes[0][1..], &format!("{}0", codes[0]), &"u".repeat(24), &"é".repeat(12)]
        {
            assert_eq!(hash(wrong), None, "{wrong}");
        }
    }
}
