//! The form of the search page: the field, and below it the filters that are fields. A form with GET, so it works without
//! script; with it, results follow what is typed.

use std::time::Duration;

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use web_sys::FormData;

use super::asked::{Asked, PATH, href};
use crate::{
    shared::{listings::SEARCH_MAX_CHARS, messages::search::Has, words},
    ui::components::Icon,
};

/// Debounce: a search is sent when the viewer has not typed for this long.
const DEBOUNCE: Duration = Duration::from_millis(250);

/// The names of the form's fields, which are those of the URL.
const FIELDS: [&str; 9] = ["q", "in", "with", "listing", "order", "since", "until", "mine", "has"];

#[component]
pub fn SearchForm(asked: Memo<Asked>) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let input = NodeRef::<html::Input>::new();
    let navigate = use_navigate();
    let last_typed = StoredValue::new(0_u32);
    // The field follows the URL (a chip, Back), but not while somebody types, and not on hydration.
    Effect::new(move |before: Option<String>| {
        let text = asked.with(|asked| asked.search.text.clone());
        if before.is_some_and(|before| before != text)
            && let Some(input) = input.get_untracked()
            && input.value().trim() != text
        {
            input.set_value(&text);
        }
        text
    });
    let follow = move |is_replaced: bool| {
        let Some(form) = form.get_untracked() else { return };
        let Ok(data) = FormData::new_with_form(&form) else { return };
        let value = |name| data.get(name).as_string().unwrap_or_default().trim().to_owned();
        let to = href(FIELDS.map(|name| (name, value(name))));
        if to != asked.with_untracked(Asked::href) {
            navigate(
                &to,
                NavigateOptions { replace: is_replaced, scroll: false, ..NavigateOptions::default() },
            );
        }
    };
    let submit = {
        let follow = follow.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            follow(false);
        }
    };
    let change = {
        let follow = follow.clone();
        move |_: ev::Event| follow(false)
    };
    let typed = move |_| {
        let number = last_typed.try_update_value(|last| {
            *last += 1;
            *last
        });
        let follow = follow.clone();
        set_timeout(
            move || {
                if last_typed.try_get_value() == number {
                    follow(true);
                }
            },
            DEBOUNCE,
        );
    };
    let hidden = move |name: &'static str, value: fn(&Asked) -> Option<String>| {
        move || {
            asked.with(value).map(|value| view! { <input type="hidden" name=name value=value/> }.into_any())
        }
    };
    let first = asked.get_untracked();
    let day =
        |day: Option<crate::shared::values::dates::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    view! {
        <form class="seek" method="get" action=PATH role="search" node_ref=form on:submit=submit>
            <label class="seek__field">
                <Icon name="search"/>
                <span class="visually-hidden">{words::search_field()}</span>
                <input
                    node_ref=input
                    type="search"
                    name="q"
                    value=first.search.text.clone()
                    maxlength=SEARCH_MAX_CHARS.to_string()
                    placeholder=words::search_placeholder()
                    autocomplete="off"
                    enterkeyhint="search"
                    on:input=typed
                />
            </label>
            <button class="button button--main" type="submit">{words::search_go()}</button>
            {hidden("in", |asked| asked.search.conversation.map(|id| id.to_string()))}
            {hidden("with", |asked| asked.search.with.map(|id| id.to_string()))}
            {hidden("listing", |asked| asked.search.listing.map(|id| id.to_string()))}
            <details class="seek__more" open=first.has_fields()>
                <summary>{words::search_filters()}</summary>
                <div class="seek__fields">
                    <label class="field">
                        <span class="seek__label">{words::search_since()}</span>
                        <input class="input" type="date" name="since" value=day(first.search.since) prop:value=move || asked.with(|asked| day(asked.search.since)) on:change=change.clone()/>
                    </label>
                    <label class="field">
                        <span class="seek__label">{words::search_until()}</span>
                        <input class="input" type="date" name="until" value=day(first.search.until) prop:value=move || asked.with(|asked| day(asked.search.until)) on:change=change.clone()/>
                    </label>
                    <label class="field">
                        <span class="seek__label">{words::search_order()}</span>
                        <input
                            class="input"
                            type="text"
                            name="order"
                            value=first.search.order.clone()
                            prop:value=move || asked.with(|asked| asked.search.order.clone().unwrap_or_default())
                            maxlength="20"
                            placeholder=words::search_order_example()
                            autocomplete="off"
                            autocapitalize="characters"
                            spellcheck="false"
                            on:change=change.clone()
                        />
                    </label>
                    <label class="seek__check">
                        <input
                            type="checkbox"
                            name="mine"
                            value="1"
                            prop:checked=move || asked.with(|asked| asked.search.is_mine)
                            checked=first.search.is_mine
                            on:change=change.clone()
                        />
                        {words::search_mine()}
                    </label>
                    <label class="field">
                        <span class="field__label">{words::search_has()}</span>
                        <select
                            class="field__input"
                            name="has"
                            prop:value=move || asked.with(|asked| asked.search.has.map_or("", Has::as_str))
                            on:change=change
                        >
                            <option value="" selected=first.search.has.is_none()>{words::search_has_anything()}</option>
                            {Has::ALL.into_iter().map(|has| view! {
                                <option value=has.as_str() selected={first.search.has == Some(has)}>{has_name(has)}</option>
                            }).collect_view()}
                        </select>
                    </label>
                </div>
            </details>
        </form>
    }
    .into_any()
}

fn has_name(has: Has) -> &'static str {
    match has {
        Has::Link => words::search_has_link(),
        Has::Photo => words::search_has_photo(),
        Has::File => words::search_has_file(),
        Has::Voice => words::search_has_voice(),
    }
}
