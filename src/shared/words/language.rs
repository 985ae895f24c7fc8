//! Languages: those with words, what a browser asks for, and how each of them counts.

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    /// A pseudo-language: English with accents and longer, to see what does not come from the words and what has no room.
    Accented,
    /// A pseudo-language: English, mirrored. A mark in front of each text shows where it comes from.
    Mirrored,
}

impl Language {
    /// In the order of the build script's tables.
    pub const ALL: [Self; 3] = [Self::English, Self::Accented, Self::Mirrored];
    /// Name of the cookie that holds the tag of the language that a user chose. Only it leads to a pseudo-language.
    pub const COOKIE: &'static str = "language";

    /// The tag of BCP 47, and the name of the folder of its words.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Accented => "en-XA",
            Self::Mirrored => "ar-XB",
        }
    }

    /// The direction of its script, for the attribute `dir`.
    pub fn dir(self) -> &'static str {
        if self == Self::Mirrored { "rtl" } else { "ltr" }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }

    fn is_pseudo(self) -> bool {
        self != Self::English
    }

    /// The language of a request with this cookie and this `Accept-Language`.
    pub fn of_request(cookie: Option<&str>, accepted: &str) -> Self {
        cookie.and_then(Self::from_tag).or_else(|| Self::accepted(accepted)).unwrap_or_default()
    }

    /// The language that an `Accept-Language` prefers (RFC 9110, 12.5.4; lookup of RFC 4647, 3.4).
    fn accepted(header: &str) -> Option<Self> {
        let ranges = header.split(',').filter_map(|part| {
            let (range, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = match weight.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse::<f32>().ok()?,
                None => 1.0,
            };
            (weight > 0.0 && weight <= 1.0).then_some((range.trim(), weight))
        });
        let mut ranges: Vec<_> = ranges.collect();
        // Stable: of equal weights the first is preferred.
        ranges.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        ranges.into_iter().find_map(|(range, _)| Self::for_range(range))
    }

    /// `en-GB` is served by `en`.
    fn for_range(mut range: &str) -> Option<Self> {
        loop {
            let found = Self::from_tag(range).filter(|language| !language.is_pseudo());
            if found.is_some() {
                return found;
            }
            range = range.rsplit_once('-')?.0;
        }
    }

    /// The plural category of a number (CLDR).
    pub fn plural(self, count: u64) -> &'static str {
        match self {
            Self::English | Self::Accented | Self::Mirrored => english_plural(count),
        }
    }
}

fn english_plural(count: u64) -> &'static str {
    if count == 1 { "one" } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_gets_the_language_that_it_prefers() {
        for (accepted, language) in [
            ("en", Some(Language::English)),
            ("EN-gb", Some(Language::English)),
            ("de-DE, de;q=0.9, en;q=0.1", Some(Language::English)),
            ("en;q=0", None),
            ("en;q=2", None),
            ("en;q=nonsense", None),
            ("de", None),
            ("*", None),
            ("", None),
            (";;,,;q=", None),
            ("en-XA", Some(Language::English)),
            ("ar-XB", None),
        ] {
            assert_eq!(Language::accepted(accepted), language, "{accepted}");
        }
    }

    #[test]
    fn only_the_cookie_leads_to_a_pseudo_language() {
        assert_eq!(Language::of_request(Some("ar-XB"), "en"), Language::Mirrored);
        assert_eq!(Language::of_request(Some("en-xa"), ""), Language::Accented);
        assert_eq!(Language::of_request(Some("nonsense"), "ar-XB"), Language::English);
        assert_eq!(Language::of_request(None, "ar-XB, en-XA"), Language::English);
        assert_eq!(Language::of_request(None, ""), Language::English);
    }

    #[test]
    fn english_has_one_and_other() {
        let categories = [0, 1, 2, 11, 21, u64::MAX].map(|count| Language::English.plural(count));
        assert_eq!(categories, ["other", "one", "other", "other", "other", "other"]);
    }
}
