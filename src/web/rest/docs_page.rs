//! The API documentation page, at `/api/docs`: plain HTML without script, rendered from the OpenAPI
//! description.

use std::sync::OnceLock;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;
use serde_json::Value;

use super::{
    frames::{self, asyncapi},
    openapi,
};
use crate::{
    shared::page::session::Theme,
    web::{pages::session::theme, state::SiteState},
};

/// The path of the page; public.
pub const PATH: &str = "/api/docs";
/// The page's content security policy: it loads only our own styles and images.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'none'";

/// The rendered pages by theme: each is rendered once, since that takes some 20 ms.
static PAGES: [OnceLock<Bytes>; Theme::ALL.len()] = [const { OnceLock::new() }; Theme::ALL.len()];

/// Serves the page with the site's styles and its own content security policy.
pub async fn serve(State(site): State<SiteState>, headers: HeaderMap) -> Response {
    let theme = theme(&headers);
    let render = || format!("<!DOCTYPE html>{}", page([site.assets.css, site.assets.chunk_css], theme));
    let html = PAGES[theme as usize].get_or_init(|| render().into()).clone();
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// The page as HTML.
pub fn page(sheets: [String; 2], theme: Theme) -> String {
    let description = openapi::description();
    view! {
        <html lang="en" data-theme=(theme != Theme::Device).then(|| theme.as_str())>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <title>"API · Stoa"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {sheets.map(|sheet| view! { <link rel="stylesheet" href=sheet/> })}
            </head>
            <body>
                <main class="page api" id="main">
                    <p><a class="link" href="/">"Stoa"</a></p>
                    <h1>"API"</h1>
                    <p>
                        {words(&description["info"]["description"])} " For programs: "
                        <a class="link" href=openapi::PATH>"openapi.json"</a> ", and the socket: "
                        <a class="link" href=asyncapi::PATH>"asyncapi.json"</a> " (its frames alone: "
                        <a class="link" href=frames::PATH>"frames.json"</a> "). Make a token under "
                        <a class="link" href="/settings#tokens">"Settings"</a> "."
                    </p>
                    <section aria-labelledby="ways-in"><h2 id="ways-in">"Ways in"</h2>{ways_in(description)}</section>
                    <section aria-labelledby="endpoints"><h2 id="endpoints">"Endpoints"</h2>{endpoints(description)}</section>
                    <section aria-labelledby="errors"><h2 id="errors">"Errors"</h2>{errors(description)}</section>
                    <section aria-labelledby="types"><h2 id="types">"Types"</h2>{types(description)}</section>
                </main>
            </body>
        </html>
    }
    .into_any()
    .to_html()
}

fn ways_in(description: &Value) -> AnyView {
    let schemes = &description["components"]["securitySchemes"];
    let (token, session) = (&schemes["token"], &schemes["session"]);
    let header = format!("Authorization: Bearer {}", text(&token["bearerFormat"]));
    let cookie = format!("Cookie: {}=…", text(&session["name"]));
    list([item(code(header), ().into_any(), token), item(code(cookie), ().into_any(), session)])
}

fn endpoints(description: &Value) -> AnyView {
    let operations = entries(&description["paths"]).flat_map(|(path, methods)| {
        entries(methods).map(move |(method, operation)| (path, method, operation))
    });
    operations.map(|(path, method, operation)| endpoint(path, method, operation)).collect_view().into_any()
}

fn endpoint(path: &str, method: &str, operation: &Value) -> AnyView {
    let id = text(&operation["operationId"]).to_owned();
    let parameters: Vec<_> = items(&operation["parameters"]).collect();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let errors = entries(&operation["responses"]).filter_map(|(_, answer)| reference(answer));
    let heading = format!("{id}-heading");
    view! {
        <article class="card" id=id aria-labelledby=heading>
            <h3 id=heading.clone()><span class="api__method">{method.to_uppercase()}</span> " " {code(path)}</h3>
            <p>{words(&operation["summary"])}</p>
            {(!parameters.is_empty()).then(|| view! {
                <h4>"Parameters"</h4>
                {list(parameters.into_iter().map(parameter))}
            }.into_any())}
            {(!body.is_null()).then(|| view! { <h4>"Body"</h4><p>{kind(body)}</p> }.into_any())}
            <h4>"Answer"</h4>
            <p>{kind(answer)}</p>
            <h4>"Errors"</h4>
            <p class="api__codes">
                {errors.map(|name| link(format!("error-{name}"), name)).collect_view()}
            </p>
        </article>
    }
    .into_any()
}

fn parameter(parameter: &Value) -> AnyView {
    let location = if parameter["in"] == "path" { " in the path" } else { " in the query" };
    let kind = view! { {kind(&parameter["schema"])} {location} }.into_any();
    item(code(text(&parameter["name"])), kind, parameter)
}

fn errors(description: &Value) -> AnyView {
    let intro = view! {
        <p>
            "Each is " {code("application/problem+json")} ", a " {link("type-Problem", "Problem")} " with one of these codes."
        </p>
    };
    let errors = entries(&description["components"]["responses"]).map(|(name, response)| {
        let status = &response["content"]["application/problem+json"]["example"]["status"];
        let name = view! { <span id=format!("error-{name}")>{code(name)}</span> " " {status.to_string()} }
            .into_any();
        item(name, ().into_any(), response)
    });
    view! { {intro} {list(errors)} }.into_any()
}

fn types(description: &Value) -> AnyView {
    let schema = |(name, schema): (&str, &Value)| {
        let id = format!("type-{name}");
        let note = schema.get("description").map(|note| view! { <p>{words(note)}</p> }.into_any());
        view! {
            <article class="card" id=id>
                <h3>{code(name)}</h3>
                {note}
                {shape(schema)}
            </article>
        }
        .into_any()
    };
    entries(&description["components"]["schemas"]).map(schema).collect_view().into_any()
}

/// A schema in full: its fields, its alternatives, or its kind.
fn shape(schema: &Value) -> AnyView {
    if let Some(options) = schema.get("oneOf").or(schema.get("allOf")) {
        let (is_all, count) = (schema.get("allOf").is_some(), items(options).count());
        let parts = items(options).enumerate().map(|(index, part)| {
            let joint = if is_all { "and" } else { "or" };
            let joint = (index > 0 && index < count).then(|| view! { <p class="muted">{joint}</p> });
            view! { {joint} {shape(part)} }.into_any()
        });
        return parts.collect_view().into_any();
    }
    if schema.get("properties").is_none() {
        return view! { <p>{kind(schema)}</p> }.into_any();
    }
    let required: Vec<_> = items(&schema["required"]).map(text).collect();
    list(entries(&schema["properties"]).map(|(name, field)| {
        let may_lack = (!required.contains(&name)).then_some(", may be missing");
        item(code(name), view! { {kind(field)} {may_lack} }.into_any(), field)
    }))
}

/// A schema in short: "integer, 1 to 200", "list of Message", "UserId or null".
fn kind(schema: &Value) -> AnyView {
    if let Some(name) = reference(schema) {
        return link(format!("type-{name}"), name);
    }
    if let Some(options) = schema.get("oneOf") {
        let options = items(options)
            .enumerate()
            .map(|(index, option)| view! { {(index > 0).then_some(" or ")} {kind(option)} }.into_any());
        return options.collect_view().into_any();
    }
    if let Some(item) = schema.get("items") {
        return view! { "list of " {kind(item)} }.into_any();
    }
    if let Some(options) = schema.get("enum") {
        return words(&Value::from(
            items(options).map(|word| format!("`{}`", text(word))).collect::<Vec<_>>().join(", "),
        ));
    }
    let format = if schema["format"] == "uuid" { " (UUID)" } else { "" };
    format!("{}{format}{}", text(&schema["type"]), bounds(schema)).into_any()
}

/// The bounds of a number or string, such as ", 1 to 200"; empty if it has none.
fn bounds(schema: &Value) -> String {
    let number = |name| schema.get(name).and_then(Value::as_i64);
    let (least, most, unit) = match number("maxLength") {
        Some(most) => (number("minLength"), Some(most), " characters"),
        None => (number("minimum"), number("maximum"), ""),
    };
    most.map(|most| format!(", {} to {most}{unit}", least.unwrap_or_default())).unwrap_or_default()
}

fn list(items: impl IntoIterator<Item = AnyView>) -> AnyView {
    view! { <dl class="api__list">{items.into_iter().collect_view()}</dl> }.into_any()
}

/// One entry of a list: a name, its kind and its description.
fn item(name: AnyView, kind: AnyView, described: &Value) -> AnyView {
    let note = described.get("description").map(|note| view! { <dd>{words(note)}</dd> }.into_any());
    view! { <div><dt>{name} " " <span class="muted">{kind}</span></dt>{note}</div> }.into_any()
}

fn link(to: impl Into<String>, word: &str) -> AnyView {
    view! { <a class="link" href=format!("#{}", to.into())>{code(word)}</a> " " }.into_any()
}

fn code(text: impl Into<String>) -> AnyView {
    view! { <code>{text.into()}</code> }.into_any()
}

/// A text with the names between backticks rendered as code.
fn words(value: &Value) -> AnyView {
    let parts = text(value)
        .split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 1 { code(part) } else { part.to_owned().into_any() });
    parts.collect_view().into_any()
}

/// The name of the component that a `$ref` points to.
fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.rsplit('/').next()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}
