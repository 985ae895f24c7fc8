//! Cases page (F11): what people have reported. An operator claims a case, looks at the copy, and decides.

use leptos::{html, prelude::*};

use super::layout::{ListQuery, OperatorLayout, PaginationLinks, use_list_query};
use crate::{
    api::reports::{claim_case, decide_case, get_cases},
    shared::{
        operators::cases::{
            Case, CaseAbout, CaseFilter, CasePage, CaseReport, DECISION_REASON_MAX_CHARS, Decision,
            LIMIT_DAYS_MAX, ReportReason,
        },
        page::{payload::PagePayload, session::PageSession},
        words,
    },
    ui::components::{
        Attempt, CommandForm, EmptyState, LocalTime, ResourceView, Skeleton, SubmitButton, TimeStyle,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields, posted_error},
        },
        not_found::LoadError,
        page_resource, reactive_view, use_toasts,
    },
};

const PATH: &str = "/operator/reports";
const CLAIM: &str = "/rpc/claim_case";
const DECIDE: &str = "/rpc/decide_case";

#[component]
pub fn CasesPage() -> impl IntoView {
    let list_query = use_list_query();
    let payload = page_resource(
        Signal::derive(move || list_query.with(|list_query| list_query.href(PATH))),
        move || {
            let list_query = list_query.get_untracked();
            Box::pin(async move {
                let filter = CaseFilter::parse(&list_query.show).unwrap_or_default();
                let about = CaseAbout::parse(&list_query.more("event"));
                PagePayload::new(get_cases(filter, about, list_query.after).await)
            })
        },
    );
    view! {
        <OperatorLayout title=words::cases_title()>
            <header class="page__head">
                <div>
                    <h1>{words::cases_title()}</h1>
                    <p>{words::cases_intro()}</p>
                </div>
            </header>
            <ResourceView
                from=payload
                fallback=|| view! { <Skeleton count=4/> }
                show=Box::new(move |answer| match answer.take::<CasePage>() {
                    Ok(page) => view! { <Cases list_query=list_query.get_untracked() page/> }.into_any(),
                    Err(error) => view! { <LoadError error payload/> }.into_any(),
                })
            />
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn Cases(list_query: ListQuery, page: CasePage) -> impl IntoView {
    let shown = CaseFilter::parse(&list_query.show).unwrap_or_default();
    let query = list_query.clone();
    let chip = move |filter: CaseFilter| {
        let href = ListQuery { show: filter.as_str().to_owned(), after: None, ..query.clone() }.href(PATH);
        view! { <a class="chip" href=href aria-current=(shown == filter).then_some("true")>{filter_word(filter)}</a> }
            .into_any()
    };
    let query = list_query.clone();
    let about_chip = move |about: Option<CaseAbout>| {
        let about_name = about.map_or("", CaseAbout::as_str);
        let is_shown = query.more("event") == about_name;
        let more = vec![("event", about_name.to_owned())];
        let href = ListQuery { more, after: None, ..query.clone() }.href(PATH);
        let word = about.map_or(words::cases_filter_all(), about_word);
        view! { <a class="chip" href=href aria-current=is_shown.then_some("true")>{word}</a> }.into_any()
    };
    let abouts = [None].into_iter().chain(CaseAbout::ALL.map(Some));
    let error = [CLAIM, DECIDE].into_iter().find_map(posted_error);
    let is_empty = page.cases.is_empty();
    let cases = page.cases.into_iter().map(|case| view! { <CaseCard case/> }.into_any()).collect_view();
    view! {
        <div class="cases__bar">
        <nav class="chips" aria-label=words::cases_filter()>{CaseFilter::ALL.map(chip).collect_view()}</nav>
        <nav class="chips" aria-label=words::cases_filter_about()>{abouts.map(about_chip).collect_view()}</nav>
        </div>
        <FormErrorLine error=Signal::stored(error) fields=&[]/>
        {if is_empty {
            view! { <EmptyState title=words::cases_empty_title() text=words::cases_empty_text() art="search"/> }.into_any()
        } else {
            view! { <ul class="cases">{cases}</ul> }.into_any()
        }}
        <PaginationLinks list_query path=PATH next=page.next/>
    }
    .into_any()
}

fn filter_word(filter: CaseFilter) -> &'static str {
    match filter {
        CaseFilter::Open => words::cases_filter_open(),
        CaseFilter::Mine => words::cases_filter_mine(),
        CaseFilter::Decided => words::cases_filter_decided(),
    }
}

fn about_word(about: CaseAbout) -> &'static str {
    match about {
        CaseAbout::Message => words::cases_about_message(),
        CaseAbout::Conversation => words::cases_about_conversation(),
        CaseAbout::User => words::cases_about_user(),
        CaseAbout::Listing => words::cases_about_listing(),
        CaseAbout::Room => words::cases_about_room(),
    }
}

fn reason_word(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Harassment => words::cases_reason_harassment(),
        ReportReason::Fraud => words::cases_reason_fraud(),
        ReportReason::Spam => words::cases_reason_spam(),
        ReportReason::Illegal => words::cases_reason_illegal(),
        ReportReason::Outside => words::cases_reason_outside(),
        ReportReason::Other => words::cases_reason_other(),
    }
}

fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Nothing => words::cases_decision_nothing(),
        Decision::Warn => words::cases_decision_warn(),
        Decision::HideMessage => words::cases_decision_hide_message(),
        Decision::CloseListing => words::cases_decision_close_listing(),
        Decision::CloseRoom => words::cases_decision_close_room(),
        Decision::Limit => words::cases_decision_limit(),
        Decision::Suspend => words::cases_decision_suspend(),
    }
}

#[component]
fn CaseCard(case: Case) -> impl IntoView {
    // What a command answers takes its place.
    let case = RwSignal::new(case);
    let heading = format!("case-{}", case.with_untracked(|case| case.id));
    let id = heading.clone();
    view! {
        <li class="card case" aria-labelledby=heading>
            {reactive_view(move || Some(view! { <CaseContent case=case.get() heading=id.clone() on_change=case/> }.into_any()))}
        </li>
    }
}

#[component]
fn CaseContent(case: Case, heading: String, on_change: RwSignal<Case>) -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer.map(|viewer| viewer.id);
    let is_mine = case.claimed_by.as_ref().is_some_and(|by| Some(by.id) == viewer);
    let person = case.person.clone().map(|person| {
        let [before, after] = words::around(&words::cases_concerns(words::HOLE));
        view! { <p>{before}<bdi><b>{person.name}</b></bdi>{after}</p> }.into_any()
    });
    let state = match (&case.decision, &case.decided_by, &case.claimed_by) {
        (Some(decision), by, _) => {
            let by = by.as_ref().map(|by| words::cases_decided_by(&by.name)).unwrap_or_default();
            Some(
                view! { <p><span class="status">{decision_word(*decision)}</span> " " <bdi>{by}</bdi></p> }
                    .into_any(),
            )
        }
        (None, _, Some(by)) => {
            let [before, after] = words::around(&words::cases_claimed(&by.name, words::HOLE));
            let at = case.claimed_until.unwrap_or_default();
            Some(
                view! { <p class="muted">{before}<LocalTime at style=TimeStyle::Exact/>{after}</p> }
                    .into_any(),
            )
        }
        _ => None,
    };
    let reports = case.reports.clone().into_iter().map(|report| view! { <ReportView report/> }.into_any());
    let read = case.conversation.map(|id| {
        view! { <a class="button button--small" href=format!("/operator/conversations/{id}")>{words::cases_read()}</a> }.into_any()
    });
    let is_open = case.decision.is_none();
    let may_claim = is_open && (is_mine || case.claimed_by.is_none());
    view! {
        <div class="case__head">
            <h2 id=heading>{about_word(case.about)}</h2>
            <span class="muted">
                {words::cases_count(case.count.unsigned_abs())} " · " <LocalTime at=case.created_at style=TimeStyle::Relative/>
            </span>
        </div>
        {person}
        {state}
        <ul class="case__reports">{reports.collect_view()}</ul>
        {(!case.reason.is_empty()).then(|| view! { <p class="muted" dir="auto">{case.reason.clone()}</p> }.into_any())}
        <div class="case__acts">
            {read}
            {may_claim.then(|| view! { <ClaimForm case=case.clone() is_mine on_change/> }.into_any())}
        </div>
        {(is_open && is_mine).then(|| view! { <DecisionForm case=case.clone() on_change/> }.into_any())}
    }
    .into_any()
}

#[component]
fn ReportView(report: CaseReport) -> impl IntoView {
    let copy = if report.copy.is_empty() {
        view! { <p class="muted">{words::cases_copy_gone()}</p> }.into_any()
    } else {
        view! {
            <details class="case__copy">
                <summary>{words::cases_copy()}</summary>
                <pre dir="auto" tabindex="0">{readable(&report.copy)}</pre>
                <p class="muted case__hash">{words::cases_copy_hash(&report.copy_hash)}</p>
            </details>
        }
        .into_any()
    };
    view! {
        <li>
            <p>
                <b>{reason_word(report.reason)}</b> " · "
                <span class="muted"><LocalTime at=report.at style=TimeStyle::Relative/></span>
            </p>
            {(!report.text.is_empty()).then(|| view! { <p class="case__text" dir="auto">{report.text.clone()}</p> }.into_any())}
            {copy}
        </li>
    }
}

/// The copy with its parts on lines of their own.
fn readable(copy: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(copy);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| copy.to_owned())
}

#[component]
fn ClaimForm(case: Case, is_mine: bool, on_change: RwSignal<Case>) -> impl IntoView {
    let toasts = use_toasts();
    let id = case.id;
    let form = move |is_claimed: bool, word: &'static str, done: &'static str| {
        let attempt = Attempt::one_of_many(CLAIM);
        let send = move |_: Fields| -> CommandFuture {
            Box::pin(async move {
                if let Some(case) = toasts.settle("claim", claim_case(id, is_claimed).await) {
                    toasts.show(done);
                    on_change.try_set(case);
                }
                Ok(String::new())
            })
        };
        view! {
            <CommandForm attempt send=Box::new(send)>
                <input type="hidden" name="case_id" value=id.to_string()/>
                <input type="hidden" name="is_claimed" value=is_claimed.to_string()/>
                <SubmitButton pending=attempt.is_pending class="button--small">{word}</SubmitButton>
            </CommandForm>
        }
        .into_any()
    };
    let claim = if is_mine { words::cases_claim_again() } else { words::cases_claim() };
    view! {
        {form(true, claim, words::cases_claim_done())}
        {is_mine.then(|| form(false, words::cases_release(), words::cases_release_done()))}
    }
}

#[component]
fn DecisionForm(case: Case, on_change: RwSignal<Case>) -> impl IntoView {
    let attempt = Attempt::one_of_many(DECIDE);
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let id = case.id;
    let send = move |fields: Fields| -> CommandFuture {
        let decision = Decision::parse(&fields.text("decision")).unwrap_or(Decision::Nothing);
        let [days, text] = ["days", "text"].map(|name| fields.text(name));
        Box::pin(async move {
            let case = decide_case(id, decision, days, text).await?;
            toasts.show(words::cases_decide_done());
            on_change.try_set(case);
            Ok(String::new())
        })
    };
    let name = move |field: &str| format!("{field}-{id}");
    let (about, has_person) = (case.about, case.person.is_some());
    let decisions = Decision::ALL.into_iter().filter(move |decision| decision.fits(about, has_person));
    let choices = decisions.map(|decision| {
        view! {
            <label class="choice">
                <input type="radio" name="decision" value=decision.as_str() required checked=decision == Decision::Nothing/>
                <span>{decision_word(decision)}</span>
            </label>
        }
        .into_any()
    });
    view! {
        <CommandForm attempt class="case__decide" node_ref=form send=Box::new(send)>
            <input type="hidden" name="case_id" value=id.to_string()/>
            <fieldset class="field">
                <legend>{words::cases_decision()}</legend>
                <div class="choices">{choices.collect_view()}</div>
            </fieldset>
            <div class="field case__days">
                <label for=name("days")>{words::cases_days()}</label>
                <input class="input" id=name("days") type="number" name="days" min="1" max=LIMIT_DAYS_MAX.to_string() inputmode="numeric"/>
            </div>
            <div class="field">
                <label for=name("text")>{words::cases_text()}</label>
                <input
                    class="input"
                    id=name("text")
                    name="text"
                    maxlength=DECISION_REASON_MAX_CHARS.to_string()
                    aria-describedby=name("text-hint")
                />
                <p class="field__hint" id=name("text-hint")>{words::cases_text_hint()}</p>
            </div>
            <FormErrorLine error fields=&[]/>
            <SubmitButton pending=attempt.is_pending>{words::cases_decide()}</SubmitButton>
        </CommandForm>
    }
}
