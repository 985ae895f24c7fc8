//! Edit distance, for typing errors: insertions, deletions, substitutions, and neighbours that have changed places.

/// Typing errors that a word of this many letters may have. Short words have too many neighbours.
pub fn allowed(chars: usize) -> usize {
    match chars {
        ..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// The distance of two words, if it is not above `max` (optimal string alignment).
pub fn within(one: &str, other: &str, max: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > max {
        return None;
    }
    let mut before: Vec<usize> = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i; other.len() + 1];
        for j in 1..=other.len() {
            let is_other = usize::from(one[i - 1] != other[j - 1]);
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + is_other);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row[j] = least;
        }
        if row.iter().min().is_some_and(|least| *least > max) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    Some(last[other.len()]).filter(|distance| *distance <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_a_distance_counts_typing_errors() {
        for (one, other, max, distance) in [
            ("booking", "booking", 1, Some(0)),
            ("booking", "bookings", 1, Some(1)),
            ("boking", "booking", 1, Some(1)),
            ("bokoing", "booking", 1, Some(1)),
            ("bukking", "booking", 1, None),
            ("bukking", "booking", 2, Some(2)),
            ("привте", "привет", 1, Some(1)),
            ("a", "abcd", 2, None),
        ] {
            assert_eq!(within(one, other, max), distance, "{one} {other}");
            assert_eq!(within(other, one, max), distance, "{other} {one}");
        }
    }
}
