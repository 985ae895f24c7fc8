//! Report page: why somebody reports something, in a list and in their words. `?about=message&id=…` names what it is about.

use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use uuid::Uuid;

use crate::{
    api::reports::report,
    shared::{
        errors::{ApiError, Missing},
        ids::ReportId,
        operators::cases::{CaseAbout, REPORT_TEXT_MAX_CHARS, ReportReason},
        words,
    },
    ui::components::{
        Attempt, CommandForm, EmptyState, SubmitButton,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        guard::SignedIn,
        reactive_view,
    },
};

#[component]
pub fn ReportPage() -> impl IntoView {
    let query = use_query_map();
    let subject = Memo::new(move |_| {
        query.with(|query| {
            let about = CaseAbout::parse(query.get_str("about")?)?;
            Some((about, query.get_str("id")?.parse::<Uuid>().ok()?))
        })
    });
    let is_done = RwSignal::new(query.with_untracked(|query| query.get_str("done").is_some()));
    view! {
        <SignedIn>
            <Title text=words::report_title()/>
            <main class="page report" id="main" tabindex="-1">
                {reactive_view(move || Some(match subject.get() {
                    _ if is_done.get() => view! {
                        <header class="page__head"><h1>{words::report_title()}</h1></header>
                        <EmptyState title=words::report_done_title() text=words::report_done_text()>
                            <a class="button button--main" href="/messages">{words::common_open_messages()}</a>
                        </EmptyState>
                    }
                    .into_any(),
                    Some((about, id)) => view! { <ReportForm about id is_done/> }.into_any(),
                    None => view! {
                        <header class="page__head"><h1>{words::report_title()}</h1></header>
                        <EmptyState title=words::report_missing_title() text=words::report_missing()>
                            <a class="button button--main" href="/messages">{words::common_open_messages()}</a>
                        </EmptyState>
                    }
                    .into_any(),
                }))}
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn ReportForm(about: CaseAbout, id: Uuid, is_done: RwSignal<bool>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/report");
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    focus_on_error(form, error);
    // Idempotency key: a retry keeps it.
    let report_id = ReportId::new();
    let send = move |fields: Fields| -> CommandFuture {
        let report_id = fields.text("report_id").parse().unwrap_or(report_id);
        let reason = ReportReason::parse(&fields.text("reason"));
        let text = fields.text("text");
        Box::pin(async move {
            let reason = reason.ok_or_else(|| ApiError::not_found(Missing::Page))?;
            report(report_id, about, id, reason, text).await?;
            is_done.set(true);
            Ok(String::new())
        })
    };
    let title = match about {
        CaseAbout::Message => words::report_message(),
        CaseAbout::Conversation => words::report_conversation(),
        CaseAbout::User => words::report_user(),
        CaseAbout::Listing => words::report_listing(),
        CaseAbout::Room => words::report_room(),
    };
    view! {
        <header class="page__head"><div><h1>{title}</h1><p>{words::report_intro()}</p></div></header>
        <section class="card">
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <input type="hidden" name="report_id" value=report_id.to_string()/>
                <input type="hidden" name="about" value=about.as_str()/>
                <input type="hidden" name="subject_id" value=id.to_string()/>
                <fieldset class="field">
                    <legend>{words::report_reason()}</legend>
                    <div class="choices">
                        {ReportReason::ALL.map(|reason| view! {
                            <label class="choice">
                                <input type="radio" name="reason" value=reason.as_str() required checked=reason == ReportReason::ALL[0]/>
                                <span>{reason_text(reason)}</span>
                            </label>
                        }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <div class="field">
                    <label for="report-text">{words::report_text()}</label>
                    <textarea
                        class="input input--area"
                        id="report-text"
                        name="text"
                        rows="4"
                        maxlength=REPORT_TEXT_MAX_CHARS.to_string()
                        aria-describedby="report-text-hint"
                    ></textarea>
                    <p class="field__hint" id="report-text-hint">{words::report_text_hint()}</p>
                </div>
                <FormErrorLine error fields=&[]/>
                <SubmitButton pending=attempt.is_pending>{words::report_send()}</SubmitButton>
            </CommandForm>
        </section>
    }
    .into_any()
}

fn reason_text(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Harassment => words::report_reason_harassment(),
        ReportReason::Fraud => words::report_reason_fraud(),
        ReportReason::Spam => words::report_reason_spam(),
        ReportReason::Illegal => words::report_reason_illegal(),
        ReportReason::Outside => words::report_reason_outside(),
        ReportReason::Other => words::report_reason_other(),
    }
}
