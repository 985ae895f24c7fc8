//! Message bodies: bounds and validation.

use crate::shared::{
    errors::{ApiError, Result},
    values::text,
    words,
};

pub const BODY_MAX_CHARS: usize = 10_000;

/// Most bytes of a body, in UTF-8.
pub const BODY_MAX_BYTES: usize = 40_000;

/// Normalises and checks a message's text: line ends are unified and outer white space is trimmed.
pub fn check_body(body: &str) -> Result<String> {
    if body.len() > BODY_MAX_BYTES * 2 {
        return Err(too_long(body.chars().count()));
    }
    let body = text::block("body", words::text_check_message(), body, 1, BODY_MAX_CHARS)?;
    if body.len() > BODY_MAX_BYTES {
        return Err(too_long(body.chars().count()));
    }
    Ok(body)
}

fn too_long(chars: usize) -> ApiError {
    ApiError::invalid(
        "body",
        words::text_check_too_long(
            &chars.to_string(),
            words::text_check_message(),
            &BODY_MAX_CHARS.to_string(),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_bounded_in_characters_and_in_bytes() {
        assert_eq!(check_body(" hi\r\n").unwrap(), "hi");
        assert!(check_body(" \n ").is_err());
        assert!(check_body(&"x".repeat(BODY_MAX_CHARS)).is_ok());
        assert!(check_body(&"x".repeat(BODY_MAX_CHARS + 1)).is_err());
        assert!(check_body(&"😀".repeat(BODY_MAX_CHARS)).is_ok());
        assert!(check_body(&"x".repeat(1_000_000)).is_err());
    }
}
