//! Geometry of a thread's lines, drawn or not. A message that is not drawn is located by the height of a
//! line.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList};

/// The heights of fewer lines are not representative.
const MEASURED_LINES_MIN: f64 = 10.0;
/// Height of a line that is not drawn, at most. Browsers lay out some 33 million pixels.
const LINE_MAX_PX: f64 = 200.0;

/// The drawn elements with a `data-seq`, from which all other lines are located.
pub(super) struct Lines {
    drawn: NodeList,
    first: Element,
    last: Element,
    line_px: f64,
}

impl Lines {
    pub(super) fn of(frame: &HtmlElement, line_px: f64) -> Option<Self> {
        let drawn = frame.query_selector_all("[data-seq]").ok()?;
        let (first, last) = (element(&drawn, 0)?, element(&drawn, drawn.length().checked_sub(1)?)?);
        Some(Self { drawn, first, last, line_px })
    }

    /// The line at this y coordinate; its fraction is the part of the line above.
    pub(super) fn line_at(&self, edge: f64) -> f64 {
        let (element, is_passed) = match first_below(&self.drawn, edge) {
            Some(element) => (element, false),
            None => (self.last.clone(), true),
        };
        let (area, first, count) = (element.get_bounding_client_rect(), seq(&element), count(&element));
        if is_passed {
            first + count + (edge - area.bottom()) / self.line_px
        } else if edge >= area.top() {
            first + count * (edge - area.top()) / area.height().max(1.0)
        } else {
            first + (edge - area.top()) / self.line_px
        }
    }

    /// The y coordinate of a line's top, drawn or not.
    pub(super) fn top_of(&self, line: f64) -> f64 {
        let drawn =
            (0..self.drawn.length()).filter_map(|index| element(&self.drawn, index)).find(|element| {
                let first = seq(element);
                (first..first + count(element)).contains(&line)
            });
        match drawn {
            Some(element) => {
                let area = element.get_bounding_client_rect();
                area.top() + (line - seq(&element)) / count(&element) * area.height()
            }
            None => self.first.get_bounding_client_rect().top() + (line - seq(&self.first)) * self.line_px,
        }
    }

    /// The median distance between lines, unless too few are drawn. A single very long message does not count.
    pub(super) fn median_px(&self) -> Option<f64> {
        let lines = seq(&self.last) + count(&self.last) - seq(&self.first);
        if lines != f64::from(self.drawn.length()) || lines < MEASURED_LINES_MIN {
            return None;
        }
        let tops = (0..self.drawn.length()).filter_map(|index| element(&self.drawn, index));
        let tops: Vec<f64> = tops.map(|element| element.get_bounding_client_rect().top()).collect();
        let mut distances: Vec<f64> = tops.windows(2).map(|pair| pair[1] - pair[0]).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let median = *distances.get(distances.len() / 2)?;
        (median > 0.0).then(|| median.min(LINE_MAX_PX))
    }
}

fn element(nodes: &NodeList, index: u32) -> Option<Element> {
    nodes.item(index)?.dyn_into().ok()
}

fn seq(element: &Element) -> f64 {
    number(element, "data-seq")
}

fn count(element: &Element) -> f64 {
    number(element, "data-count").max(1.0)
}

fn number(element: &Element, name: &str) -> f64 {
    element.get_attribute(name).and_then(|text| text.parse::<u32>().ok()).map_or(0.0, f64::from)
}

/// The first element whose lower edge is below `edge`. Elements are stacked, so a binary search finds it
/// without measuring all of them.
pub(super) fn first_below(messages: &NodeList, edge: f64) -> Option<Element> {
    let (mut low, mut high) = (0, messages.length());
    while low < high {
        let middle = (low + high) / 2;
        if element(messages, middle)?.get_bounding_client_rect().bottom() > edge {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    element(messages, low)
}
