//! The look of the marketplace's pages: its colours, corners and font, with a preview of what is chosen.

use leptos::{ev, html, prelude::*};
use web_sys::{Element, HtmlElement};

use crate::{
    api::operators::site_settings::set_look,
    shared::{
        errors::ApiError,
        operators::{
            look::{Corners, Font, Look},
            site_settings::SiteSettings,
        },
        words,
    },
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::{
            field::{FormError, FormErrorLine, focus_on_error, message_for},
            form::{CommandFuture, Fields},
            reauthentication::reauthenticate_when_asked,
        },
        reactive_view, use_toasts,
    },
};

pub const SET_LOOK: &str = "/rpc/set_look";

#[component]
pub fn LookSection(settings: SiteSettings, is_admin: bool, on_change: Callback<()>) -> impl IntoView {
    let form = is_admin.then(|| view! { <LookForm settings on_change/> }.into_any());
    let reset = (is_admin && settings.look.is_some())
        .then(|| view! { <ResetForm version=settings.version on_change/> }.into_any());
    view! {
        <section class="card look" aria-labelledby="look-title">
            <h2 id="look-title">{words::look_title()}</h2>
            <p>{words::look_text()}</p>
            {form}
            {reset}
        </section>
    }
    .into_any()
}

#[component]
fn LookForm(settings: SiteSettings, on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::one_of_many(SET_LOOK);
    let (form, toasts) = (NodeRef::<html::Form>::new(), use_toasts());
    let error = attempt.error();
    focus_on_error(form, error);
    reauthenticate_when_asked(attempt);
    let look = settings.look.unwrap_or(Look::OWN);
    // What the fields say, once they say anything else than what is set.
    let chosen = RwSignal::new(None::<Result<Look, ApiError>>);
    let choose = move |event: ev::Event| {
        let form = event_target::<Element>(&event).closest("form").ok().flatten();
        chosen.set(form.and_then(Fields::of).map(|fields| typed(&fields)));
    };
    let send = move |fields: Fields| -> CommandFuture {
        Box::pin(async move {
            let [light, dark, corners, font] = texts(&fields).map(Some);
            let set = set_look(settings.version, light, dark, corners, font).await?;
            show_on_page(set.look);
            toasts.show(words::common_saved());
            on_change.run(());
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt class="look__form" node_ref=form send=Box::new(send)>
            <input type="hidden" name="seen_version" value=settings.version.to_string()/>
            <div class="look__fields" on:input=choose>
                <TextField name="light" kind="color" label=words::look_light() value=look.light.to_string() error/>
                <TextField name="dark" kind="color" label=words::look_dark() value=look.dark.to_string() error/>
                <CornersField chosen=look.corners error/>
                <FontField chosen=look.font/>
            </div>
            <Preview chosen/>
            <FormErrorLine error fields=&["light", "dark"]/>
            <SubmitButton pending=attempt.is_pending class="">{words::common_save()}</SubmitButton>
        </CommandForm>
    }
}

#[component]
fn CornersField(chosen: Corners, error: FormError) -> impl IntoView {
    let message = message_for(error, "corners");
    let choice = |corners: Corners| {
        let label = match corners {
            Corners::Square => words::look_corners_square(),
            Corners::Soft => words::look_corners_soft(),
            Corners::Round => words::look_corners_round(),
        };
        view! {
            <label class="choice">
                <input type="radio" name="corners" value=corners.as_str() checked=corners == chosen/>
                <span>{label}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="field" aria-invalid=move || message.get().is_some().then_some("true")>
            <legend>{words::look_corners()}</legend>
            <div class="choices">{Corners::ALL.map(choice).collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn FontField(chosen: Font) -> impl IntoView {
    let choice = |font: Font| {
        let label = match font {
            Font::System => words::look_font_system(),
            Font::Humanist => words::look_font_humanist(),
            Font::Geometric => words::look_font_geometric(),
            Font::Rounded => words::look_font_rounded(),
            Font::Serif => words::look_font_serif(),
        };
        view! { <option value=font.as_str() selected=font == chosen>{label}</option> }.into_any()
    };
    view! {
        <div class="field">
            <label for="font-input">{words::look_font()}</label>
            <select class="input" id="font-input" name="font">{Font::ALL.map(choice).collect_view()}</select>
        </div>
    }
}

/// A conversation in both themes, in what is chosen. What can't be taken is said, and the last one that can stays.
#[component]
fn Preview(chosen: RwSignal<Option<Result<Look, ApiError>>>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let (Some(node), Some(Ok(look))) = (node.get(), chosen.get()) {
            show_on(&node, Some(look));
        }
    });
    let refused = reactive_view(move || {
        let error = chosen.get().and_then(Result::err)?;
        Some(view! { <p class="field__error" role="status">{error.message}</p> }.into_any())
    });
    let scheme = |class: &'static str, name: &'static str| {
        view! {
            <div class=format!("look__scheme look__scheme--{class}")>
                <p class="look__name">{name}</p>
                <p class="look__bubble"><span>{words::look_preview_other()}</span></p>
                <p class="look__bubble look__bubble--own"><span>{words::look_preview_own()}</span></p>
                <p class="look__acts">
                    <span class="look__link">{words::look_preview_link()}</span>
                    <span class="look__button">{words::look_preview_button()}</span>
                </p>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="look__preview" node_ref=node role="group" aria-label=words::look_preview()>
            {scheme("light", words::look_preview_light())} {scheme("dark", words::look_preview_dark())}
        </div>
        {refused}
    }
}

#[component]
fn ResetForm(version: i64, on_change: Callback<()>) -> impl IntoView {
    let attempt = Attempt::one_of_many(SET_LOOK);
    let toasts = use_toasts();
    reauthenticate_when_asked(attempt);
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            show_on_page(set_look(version, None, None, None, None).await?.look);
            toasts.show(words::common_saved());
            on_change.run(());
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="seen_version" value=version.to_string()/>
            <FormErrorLine error=attempt.error() fields=&[]/>
            <SubmitButton pending=attempt.is_pending class="button--ghost">{words::look_reset()}</SubmitButton>
        </CommandForm>
    }
}

fn texts(fields: &Fields) -> [String; 4] {
    ["light", "dark", "corners", "font"].map(|name| fields.text(name))
}

fn typed(fields: &Fields) -> Result<Look, ApiError> {
    let [light, dark, corners, font] = texts(fields);
    Look::check(&light, &dark, &corners, &font)
}

/// Gives this page the look that was set; others have it when they are loaded. Without one the page's sheet of it goes.
fn show_on_page(look: Option<Look>) {
    let Some(root) = document().document_element() else { return };
    if let Ok(Some(sheet)) = document().query_selector("link[href^='/look/']")
        && look.is_none()
    {
        sheet.remove();
    }
    if let Some(root) = wasm_bindgen::JsCast::dyn_ref::<HtmlElement>(&root) {
        show_on(root, look);
    }
}

/// By the style of the element itself, which no policy of content forbids a script.
fn show_on(element: &HtmlElement, look: Option<Look>) {
    let style = element.style();
    for (name, value) in look.unwrap_or(Look::OWN).tokens() {
        let done = match look {
            Some(_) => style.set_property(name, &value),
            None => style.remove_property(name).map(drop),
        };
        debug_assert!(done.is_ok());
    }
}
