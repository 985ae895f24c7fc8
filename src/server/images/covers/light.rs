//! Recolouring of a drawing, so that two listings with the same scene differ: a tint and a turn of all hues.

/// Hues turn by at most this much to either side. More makes skies green.
const TURN_DEGREES: f64 = 15.0;
const TURN_STEPS: u64 = 10;

/// Factors for red, green and blue. White stays close to white with each of them.
const TINTS: [[f64; 3]; 5] = [
    [1.0, 1.0, 1.0],    // as drawn
    [1.0, 0.95, 0.86],  // a golden afternoon
    [0.92, 0.98, 1.03], // a clear morning
    [1.02, 0.93, 0.95], // a rosy evening
    [0.86, 0.88, 0.96], // dusk
];

#[derive(Clone, Copy, Debug)]
pub struct Light {
    tint: [f64; 3],
    turn: f64,
}

impl Light {
    pub fn from_number(number: u64) -> Self {
        let tints = TINTS.len() as u64;
        let step = number / tints % (TURN_STEPS + 1);
        Self {
            tint: TINTS[(number % tints) as usize],
            turn: (step as f64 / TURN_STEPS as f64 * 2.0 - 1.0) * TURN_DEGREES,
        }
    }

    /// The drawing in this light. Changes each colour that is written as `"#rrggbb"`.
    pub fn recolour(self, drawing: &str) -> String {
        let mut recoloured = String::with_capacity(drawing.len());
        let mut rest = drawing;
        while let Some(at) = rest.find("\"#") {
            let (before, colour) = rest.split_at(at + 2);
            recoloured.push_str(before);
            let digits = colour.get(..6).unwrap_or_default();
            match u32::from_str_radix(digits, 16) {
                Ok(rgb) if digits.len() == 6 => {
                    recoloured.push_str(&format!("{:06x}", self.apply(rgb)));
                    rest = &colour[6..];
                }
                _ => rest = colour,
            }
        }
        recoloured.push_str(rest);
        recoloured
    }

    fn apply(self, rgb: u32) -> u32 {
        let [_, red, green, blue] = rgb.to_be_bytes().map(f64::from);
        let turned = turn_hue([red, green, blue], self.turn.to_radians());
        let [red, green, blue] = std::array::from_fn(|at| {
            // The cast is sound: clamped to a byte's range.
            (turned[at] * self.tint[at]).round().clamp(0.0, 255.0) as u8
        });
        u32::from_be_bytes([0, red, green, blue])
    }
}

/// The rotation that SVG calls `hueRotate`: brightness stays, greys stay grey.
fn turn_hue([red, green, blue]: [f64; 3], angle: f64) -> [f64; 3] {
    let (sin, cos) = angle.sin_cos();
    let luma = 0.213 * red + 0.715 * green + 0.072 * blue;
    [
        luma + cos * (red - luma) + sin * (-0.213 * red - 0.715 * green + 0.928 * blue),
        luma + cos * (green - luma) + sin * (0.143 * red + 0.140 * green - 0.283 * blue),
        luma + cos * (blue - luma) + sin * (-0.787 * red + 0.715 * green + 0.072 * blue),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_change() {
        let dusk = Light { tint: TINTS[4], turn: 0.0 };
        assert_eq!(
            dusk.recolour(r##"<path fill="#ffffff" stroke="#fff"/><rect fill="url(#abc123)"/>"##),
            r##"<path fill="#dbe0f5" stroke="#fff"/><rect fill="url(#abc123)"/>"##
        );
        let plain = Light { tint: TINTS[0], turn: 0.0 };
        assert_eq!(plain.recolour(r##"<path fill="#0f766e"/>"##), r##"<path fill="#0f766e"/>"##);
    }

    #[test]
    fn turning_keeps_greys() {
        let turned = Light { tint: TINTS[0], turn: TURN_DEGREES };
        assert_eq!(turned.recolour(r##""#808080""##), r##""#808080""##);
        assert_ne!(turned.recolour(r##""#b4563f""##), r##""#b4563f""##);
    }
}
