//! The latency plot for the documentation, as SVG: latency by rate, with logarithmic axes so that
//! milliseconds and seconds are both readable.

use std::fmt::Write;

use crate::report::Report;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 24.0;
const RIGHT: f64 = 176.0;
const BOTTOM: f64 = 48.0;
/// The smallest vertical distance of two labels.
const LABEL_HEIGHT: f64 = 15.0;
const RATES: (f64, f64) = (400.0, 10_000.0);
const MILLIS: (f64, f64) = (0.3, 3_000.0);
const MARKED_RATES: [f64; 5] = [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];
const MARKED_MILLIS: [f64; 4] = [1.0, 10.0, 100.0, 1_000.0];
const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#555}.grid{stroke:#8884}.line{fill:none;stroke-width:2}\
     .p50{stroke:#0f766e}.p99{stroke:#c2410c}.dashed{stroke-dasharray:5 4}\
     @media(prefers-color-scheme:dark){text{fill:#bbb}.p50{stroke:#2dd4bf}.p99{stroke:#fb923c}}";

/// The plot of delivery latency: a line for p50 and one for p99, for `live` without and with read receipts.
pub fn svg(reports: &[Report]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <title>Milliseconds until a message is delivered, by messages a second</title><style>{STYLE}</style>\n"
    );
    for millis in MARKED_MILLIS {
        let y = y(millis);
        line(&mut svg, "grid", &[(LEFT, y), (WIDTH - RIGHT, y)]);
        text(&mut svg, LEFT - 8.0, y + 4.0, "end", &format!("{millis} ms"));
    }
    for rate in MARKED_RATES {
        let x = x(rate);
        line(&mut svg, "grid", &[(x, TOP), (x, HEIGHT - BOTTOM)]);
        text(&mut svg, x, HEIGHT - BOTTOM + 18.0, "middle", &rate.to_string());
    }
    text(&mut svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8.0, "middle", "messages a second");
    let mut labels = Vec::new();
    for (kind, dashed) in [("delivered", ""), ("delivered and read", " dashed")] {
        for percent in [50, 99] {
            let of_kind = reports.iter().filter(|report| report.receipts() == Some(kind));
            let points: Vec<_> = of_kind
                .filter_map(|report| Some((x(report.rate()? as f64), y(report.millis(percent)))))
                .collect();
            let Some((last_x, last_y)) = points.last().copied() else { continue };
            line(&mut svg, &format!("line p{percent}{dashed}"), &points);
            labels.push((last_x, last_y, format!("p{percent}, {kind}")));
        }
    }
    // Labels are placed from the top down without overlap.
    labels.sort_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
    let mut free = TOP;
    for (last_x, last_y, label) in labels {
        let y = last_y.max(free);
        text(&mut svg, last_x + 8.0, y + 4.0, "start", &label);
        free = y + LABEL_HEIGHT;
    }
    svg.push_str("</svg>\n");
    svg
}

fn x(rate: f64) -> f64 {
    LEFT + log_position(rate, RATES) * (WIDTH - LEFT - RIGHT)
}

fn y(millis: f64) -> f64 {
    HEIGHT - BOTTOM - log_position(millis, MILLIS) * (HEIGHT - TOP - BOTTOM)
}

/// The position on a logarithmic axis, from 0 to 1.
fn log_position(value: f64, (from, to): (f64, f64)) -> f64 {
    (value.clamp(from, to) / from).ln() / (to / from).ln()
}

fn line(svg: &mut String, class: &str, points: &[(f64, f64)]) {
    let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(svg, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}
