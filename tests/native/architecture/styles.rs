//! Styles name sides by the direction of the text: what stands left in one language stands right in another.

use std::{fs, path::Path};

/// Properties and values that name a side of the screen.
const SIDES: [&str; 10] = [
    "left:",
    "right:",
    "margin-left",
    "margin-right",
    "padding-left",
    "padding-right",
    "border-left",
    "border-right",
    "text-align: left",
    "text-align: right",
];

/// The values of a shorthand, of which functions are one.
fn values(text: &str) -> Vec<String> {
    let (mut values, mut depth) = (vec![String::new()], 0);
    for letter in text.trim().chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match letter {
            ' ' if depth == 0 => values.push(String::new()),
            _ => values.last_mut().expect("one").push(letter),
        }
    }
    values
}

/// Whether a line names a side of the screen. What only keeps clear of its rim may.
fn names_a_side(line: &str) -> bool {
    let line = line.trim();
    let Some((property, value)) = line.split_once(": ").filter(|_| !line.contains("safe-area")) else {
        return false;
    };
    let values = values(value.trim_end_matches(';'));
    let is_uneven = values.len() == 4 && values[1] != values[3];
    SIDES.iter().any(|side| line.starts_with(side))
        || (matches!(property, "inset" | "margin" | "padding") && is_uneven)
}

#[test]
fn styles_name_no_side_of_the_screen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("style");
    let mut found = Vec::new();
    for file in fs::read_dir(folder).expect("the styles") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a text");
        // The coordinates of a menu are those of a press.
        let named = text.lines().filter(|line| names_a_side(line) && !line.contains("var(--menu-y, auto)"));
        found.extend(named.map(|line| format!("{}: {}", path.display(), line.trim())));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_side_is_found() {
    for line in [
        "  padding: 1px 2px 3px calc(1px + 2px);",
        "inset: 0 auto auto 0;",
        "  text-align: right;",
        "left: 0;",
    ] {
        assert!(names_a_side(line), "{line}");
    }
    for line in
        ["padding: 1px 2px 3px 2px;", "inset: 0 auto auto;", "inset-inline-start: 0;", "background: left;"]
    {
        assert!(!names_a_side(line), "{line}");
    }
}
