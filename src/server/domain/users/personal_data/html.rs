//! The export as one HTML page that needs nothing else: no script, no picture, its few styles inside. What people wrote is
//! escaped by maud.

use maud::{DOCTYPE, PreEscaped, html};
use serde_json::Value;

use super::labels::{label, part};
use crate::{
    server::store::users::personal_data::{export::ExportRow, sections::Kind},
    shared::{values::time::Timestamp, words},
};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#16262d;background:#fff;max-width:46rem;margin:0 auto;padding:1.5rem}\
h2{margin-block-start:2.5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0 0 1rem;padding:.75rem 1rem;\
border:1px solid #d5dde1;border-radius:.75rem}dt{color:#4d5b63}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}\
ol{list-style:none;margin:0 0 1rem;padding:0}li{padding:.25rem 0;overflow-wrap:anywhere}li span{color:#4d5b63;font-size:.85em}\
li div{white-space:pre-wrap}";

pub(super) struct HtmlWriter {
    site: String,
    is_empty: bool,
}

impl HtmlWriter {
    pub(super) fn new(site: String) -> Self {
        Self { site, is_empty: true }
    }

    pub(super) fn start(&mut self, made_at: Timestamp) -> String {
        let language = words::language();
        let title = words::personal_data_title(&self.site);
        let head = html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
        };
        let top = html! { h1 { (title) } p { (words::personal_data_made(&time(&made_at.to_rfc3339()))) } };
        let (tag, direction) = (language.tag(), language.dir());
        format!(
            "{}<html lang=\"{tag}\" dir=\"{direction}\">{}<body><main>{}\n",
            DOCTYPE.into_string(),
            head.into_string(),
            top.into_string()
        )
    }

    pub(super) fn part(&mut self, key: &'static str) -> String {
        self.is_empty = true;
        html! { h2 id=(key) { (part(key).unwrap_or(key)) } }.into_string()
    }

    pub(super) fn row(&mut self, columns: &[(&'static str, Kind)], row: &ExportRow) -> String {
        self.is_empty = false;
        let filled = || columns.iter().filter_map(|(key, kind)| Some((*key, shown(*kind, row.get(*key)?)?)));
        let list = html! {
            dl { @for (key, value) in filled() { dt { (label(key).unwrap_or(key)) } dd dir="auto" { (value) } } }
        };
        list.into_string() + "\n"
    }

    pub(super) fn conversation(&mut self, columns: &[(&'static str, Kind)], row: &ExportRow) -> String {
        let title = row.get("title").and_then(Value::as_str);
        let heading =
            html! { h3 dir="auto" { (title.unwrap_or(words::personal_data_part_conversations())) } };
        heading.into_string() + &self.row(columns, row) + "<ol>"
    }

    pub(super) fn message(&mut self, row: &ExportRow) -> String {
        let text = |key: &str| row.get(key).and_then(Value::as_str);
        let (is_deleted, is_edited) = (text("deleted_at").is_some(), text("edited_at").is_some());
        let at = text("at").map(time).unwrap_or_default();
        let item = html! {
            li {
                span {
                    @if let Some(sender) = text("sender") { bdi { (sender) } " · " }
                    (at)
                    @if is_edited { " · " (words::personal_data_edited()) }
                }
                div dir="auto" {
                    @if is_deleted { (words::personal_data_deleted()) } @else { (text("text").unwrap_or_default()) }
                }
                @if let Some(rest) = text("left_out_of_mail") { div dir="auto" { (rest) } }
            }
        };
        item.into_string() + "\n"
    }

    pub(super) fn end_conversation(&mut self) -> String {
        "</ol>".to_owned()
    }

    pub(super) fn end_part(&mut self) -> String {
        if self.is_empty {
            html! { p { (words::personal_data_nothing()) } }.into_string()
        } else {
            String::new()
        }
    }

    pub(super) fn end(&mut self) -> String {
        let last = html! { p { (words::personal_data_complete()) } };
        last.into_string() + "</main></body></html>\n"
    }
}

/// A value as people read it. None of one that is not there.
fn shown(kind: Kind, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) if kind == Kind::Time => Some(time(text)),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is_so) => {
            Some(if *is_so { words::personal_data_yes() } else { words::personal_data_no() }.to_owned())
        }
        _ => None,
    }
}

/// `2026-11-29 14:05:00` of `2026-11-29T14:05:00Z`.
fn time(text: &str) -> String {
    text.trim_end_matches('Z').replace('T', " ")
}
