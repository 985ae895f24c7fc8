//! Reports and the desk's decisions (F11): what is reported is copied at once, one thing is one case, the reporter is named to
//! nobody, and each decision does what it says, in one transaction with its notices and its audit entry.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};
use stoa::{
    server::domain::{
        conversations, listings, messages, notifications,
        operators::{cases, retention, user_directory},
        orders, rooms,
        users::reports,
    },
    shared::{
        conversations::{rooms::History, system_messages::SystemMessage},
        errors::{ErrorCode, Result},
        ids::{CaseId, ConversationId, ListingId, MessageId, OrderId, ReportId},
        messages::Range,
        notifications::NotificationFilter,
        operators::{
            cases::{Case, CaseAbout, CaseFilter, Decision, ReportReason},
            user_directory::UserChange,
        },
        users::Viewer,
        values::time::{DAY, MINUTE},
    },
};
use uuid::Uuid;

use crate::{client::Client, orders::stay, place::Place};

const TEXT: &str = "Send the money to my own account";

/// A guest who reports, a host who did it, and a desk.
struct Desk {
    place: Place,
    guest: Viewer,
    host: Viewer,
    operator: Viewer,
    admin: Viewer,
    talk: ConversationId,
    listing: ListingId,
    message: MessageId,
}

impl Desk {
    async fn new() -> Self {
        let place = Place::new().await;
        let (guest, host) = (place.user("Noor").await, place.user("Tomas").await);
        let talk = place.conversation(&guest, &host).await;
        let message = place.send(&host, talk.id, TEXT).await.unwrap().id;
        Self {
            operator: place.operator("Mara").await,
            admin: place.admin("Ada").await,
            listing: talk.subject.listing().unwrap().id,
            talk: talk.id,
            place,
            guest,
            host,
            message,
        }
    }

    async fn report_as(&self, by: &Viewer, about: CaseAbout, id: Uuid) -> Result<()> {
        let (report, reason) = (ReportId::new(), ReportReason::Fraud);
        reports::report(&self.place.context, by, report, about, id, reason, "It is a trick").await
    }

    async fn report(&self, about: CaseAbout, id: Uuid) -> Case {
        self.report_as(&self.guest, about, id).await.unwrap();
        self.open(&self.operator).await.into_iter().find(|case| case.about == about).expect("a case")
    }

    async fn open(&self, viewer: &Viewer) -> Vec<Case> {
        cases::page(&self.place.context, viewer, CaseFilter::Open, None, None).await.unwrap().cases
    }

    async fn decide(&self, by: &Viewer, case: CaseId, decision: Decision) -> Result<Case> {
        cases::claim(&self.place.context, by, case, true).await?;
        cases::decide(&self.place.context, by, case, decision, Some(3), "That is against our rules").await
    }

    /// What somebody was told: titles and texts of notices.
    async fn told(&self, viewer: &Viewer) -> Vec<(String, String)> {
        let page =
            notifications::list(&self.place.context, viewer, NotificationFilter::default(), None).await;
        let notices = page.unwrap().notifications.into_iter().filter_map(|one| match one.event {
            SystemMessage::Notice { title, text, .. } => Some((title, text)),
            _ => None,
        });
        notices.collect()
    }

    async fn audited(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            self.place.rows("SELECT action FROM audit WHERE action LIKE 'case%' ORDER BY at, id").await;
        rows.into_iter().map(|(action,)| action).collect()
    }
}

#[tokio::test]
async fn f11_a_report_has_a_copy_that_outlives_an_edit_a_deletion_and_retention() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    let case = desk.report(CaseAbout::Message, desk.message.0).await;
    assert_eq!((case.count, case.person.as_ref().map(|person| person.id)), (1, Some(desk.host.id)));
    let seen = messages::page(context, &desk.host, desk.talk, Range::Newest, None).await.unwrap();
    let version = seen.messages.last().unwrap().version;
    let edited = messages::edit(context, &desk.host, desk.message, version, "Hello".into()).await.unwrap();
    messages::delete(context, &desk.host, desk.message, edited.message.version).await.unwrap();
    desk.place.keep_for(Some(1)).await;
    retention::run(context, context.clock.now().plus(3 * DAY)).await.unwrap();
    let case = desk.open(&desk.operator).await.pop().unwrap();
    let report = &case.reports[0];
    let copy: Value = serde_json::from_str(&report.copy).unwrap();
    assert_eq!(copy["message"]["body"], TEXT);
    let hash: String = Sha256::digest(&report.copy).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(report.copy_hash, hash);
    // It stays while the case is open, and goes some time after the decision.
    context.clock.advance(400 * DAY);
    cases::empty_old(context).await.unwrap();
    assert!(!desk.open(&desk.operator).await[0].reports[0].copy.is_empty());
    desk.decide(&desk.operator, case.id, Decision::Warn).await.unwrap();
    let decided = async || {
        let page = cases::page(context, &desk.operator, CaseFilter::Decided, None, None).await.unwrap();
        page.cases.into_iter().next().unwrap().reports.remove(0)
    };
    context.clock.advance(179 * DAY);
    cases::empty_old(context).await.unwrap();
    assert!(!decided().await.copy.is_empty());
    context.clock.advance(2 * DAY);
    cases::empty_old(context).await.unwrap();
    let report = decided().await;
    assert_eq!((report.copy.as_str(), report.text.as_str(), report.copy_hash), ("", "", hash));
}

#[tokio::test]
async fn f11_one_thing_is_one_case_and_one_person_reports_it_once() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    let other = desk.place.user("Ana").await;
    let id = ReportId::new();
    for _ in 0..2 {
        let about = CaseAbout::Listing;
        let done = reports::report(context, &desk.guest, id, about, desk.listing.0, ReportReason::Fraud, "");
        done.await.unwrap();
        desk.report_as(&desk.guest, about, desk.listing.0).await.unwrap();
    }
    assert_eq!(desk.open(&desk.operator).await[0].count, 1);
    // Another's id is another's.
    let taken =
        reports::report(context, &other, id, CaseAbout::Listing, desk.listing.0, ReportReason::Spam, "");
    assert_eq!(taken.await.unwrap_err().code, ErrorCode::Conflict);
    desk.report_as(&other, CaseAbout::Listing, desk.listing.0).await.unwrap();
    let cases = desk.open(&desk.operator).await;
    assert_eq!((cases.len(), cases[0].count, cases[0].reports.len()), (1, 2, 2));
    assert_eq!(cases::open(context, &desk.operator).await.unwrap(), 1);
    // Once it is decided, what is reported again is another case.
    desk.decide(&desk.operator, cases[0].id, Decision::Nothing).await.unwrap();
    assert_eq!(cases::open(context, &desk.operator).await.unwrap(), 0);
    desk.report_as(&desk.guest, CaseAbout::Listing, desk.listing.0).await.unwrap();
    assert_eq!(desk.open(&desk.operator).await[0].count, 1);
}

#[tokio::test]
async fn f11_what_one_can_not_see_or_what_is_ones_own_is_not_there_to_report() {
    let desk = Desk::new().await;
    let stranger = desk.place.user("Eve").await;
    let room = ConversationId::new();
    let people = vec![desk.guest.id];
    desk.place.room(&desk.host, room, "A room", History::Start, &people).await;
    let things = [
        (CaseAbout::Message, desk.message.0),
        (CaseAbout::Conversation, desk.talk.0),
        (CaseAbout::User, desk.host.id.0),
        (CaseAbout::Room, room.0),
    ];
    for (about, id) in things {
        let theirs = desk.report_as(&stranger, about, id).await.unwrap_err();
        let missing = desk.report_as(&stranger, about, Uuid::now_v7()).await.unwrap_err();
        assert_eq!(theirs, missing, "{about:?}");
        assert_eq!(theirs.code, ErrorCode::NotFound);
    }
    for (about, id) in [
        (CaseAbout::Message, desk.message.0),
        (CaseAbout::User, desk.host.id.0),
        (CaseAbout::Listing, desk.listing.0),
    ] {
        let own = desk.report_as(&desk.host, about, id).await.unwrap_err();
        assert_eq!(own.code, ErrorCode::NotFound, "{about:?}");
    }
    // A thing of another kind is none of this.
    assert!(desk.report_as(&desk.host, CaseAbout::Room, desk.talk.0).await.is_err());
    assert!(desk.open(&desk.operator).await.is_empty());
}

#[tokio::test]
async fn f11_a_case_is_claimed_for_half_an_hour_by_one_operator() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    let second = desk.place.operator("Mila").await;
    let case = desk.report(CaseAbout::Message, desk.message.0).await.id;
    // Nobody decides what they have not claimed.
    let unclaimed = cases::decide(context, &desk.operator, case, Decision::Nothing, None, "").await;
    assert_eq!(unclaimed.unwrap_err().code, ErrorCode::Conflict);
    let claimed = cases::claim(context, &desk.operator, case, true).await.unwrap();
    assert_eq!(claimed.claimed_by.map(|by| by.id), Some(desk.operator.id));
    assert_eq!(cases::claim(context, &second, case, true).await.unwrap_err().code, ErrorCode::Conflict);
    let mine = cases::page(context, &desk.operator, CaseFilter::Mine, None, None).await.unwrap();
    let others = cases::page(context, &second, CaseFilter::Mine, None, None).await.unwrap();
    assert_eq!((mine.cases.len(), others.cases.len()), (1, 0));
    // The lease ends, and then the other takes it over.
    context.clock.advance(31 * MINUTE);
    cases::claim(context, &second, case, true).await.unwrap();
    let late = cases::decide(context, &desk.operator, case, Decision::Nothing, None, "").await;
    assert_eq!(late.unwrap_err().code, ErrorCode::Conflict);
    cases::claim(context, &second, case, false).await.unwrap();
    assert_eq!(desk.open(&desk.operator).await[0].claimed_by, None);
    // A decision that is sent twice is one.
    for _ in 0..2 {
        cases::claim(context, &desk.operator, case, true).await.ok();
        let done = cases::decide(context, &desk.operator, case, Decision::Nothing, None, "").await.unwrap();
        assert_eq!(done.decision, Some(Decision::Nothing));
    }
    assert_eq!(desk.audited().await, ["case_nothing"]);
    assert_eq!(desk.told(&desk.guest).await.len(), 1, "told once");
}

#[tokio::test]
async fn f11_nobody_decides_about_themselves_and_about_staff_only_an_admin_does() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    let about_staff = desk.place.conversation(&desk.guest, &desk.operator).await.id;
    let said = desk.place.send(&desk.operator, about_staff, "Pay me").await.unwrap().id;
    desk.report_as(&desk.guest, CaseAbout::Message, said.0).await.unwrap();
    // Whoever it concerns does not even see it.
    assert!(desk.open(&desk.operator).await.is_empty());
    assert_eq!(cases::open(context, &desk.operator).await.unwrap(), 0);
    let case = desk.open(&desk.admin).await.pop().unwrap().id;
    assert_eq!(
        cases::claim(context, &desk.operator, case, true).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    let second = desk.place.operator("Mila").await;
    assert_eq!(cases::claim(context, &second, case, true).await.unwrap_err().code, ErrorCode::Forbidden);
    for member in [&desk.guest, &desk.host] {
        let refused = cases::claim(context, member, case, true).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotFound, "there is no such page for members");
    }
    desk.decide(&desk.admin, case, Decision::Warn).await.unwrap();
    assert_eq!(desk.told(&desk.operator).await.len(), 1);
}

#[tokio::test]
async fn f11_each_decision_does_what_it_says_and_both_sides_are_told_and_not_of_each_other() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    // The message is taken down, as if it had been deleted.
    let case = desk.report(CaseAbout::Message, desk.message.0).await;
    desk.decide(&desk.operator, case.id, Decision::HideMessage).await.unwrap();
    for viewer in [&desk.guest, &desk.host] {
        let page = messages::page(context, viewer, desk.talk, Range::Newest, None).await.unwrap();
        let message = page.messages.into_iter().find(|message| message.id == desk.message).unwrap();
        assert!(message.body.is_empty() && message.deleted_at.is_some());
    }
    assert_eq!(desk.place.get(&desk.guest, desk.talk).await.unread, 0);
    // A warning says why, and leaves everything as it is.
    let case = desk.report(CaseAbout::Conversation, desk.talk.0).await;
    desk.decide(&desk.operator, case.id, Decision::Warn).await.unwrap();
    // The listing is gone for all but who talks about it, and its host can't bring it back.
    let third = desk.place.user("Ana").await;
    let case = desk.report(CaseAbout::Listing, desk.listing.0).await;
    desk.decide(&desk.operator, case.id, Decision::CloseListing).await.unwrap();
    desk.place.settle().await;
    listings::pause(context, &desk.host, desk.listing, false).await.unwrap();
    assert!(listings::get(context, Some(&third), desk.listing).await.is_err());
    let page = listings::browse(context, listings::Visitor::default(), None, None, None).await.unwrap();
    assert!(page.listings.iter().all(|listing| listing.id != desk.listing));
    assert!(conversations::get_or_create(context, &third, desk.listing).await.is_err());
    assert!(desk.place.get(&desk.guest, desk.talk).await.subject.listing().unwrap().is_paused);
    let booked =
        orders::create(context, &desk.guest, OrderId::new(), Some(desk.listing), stay(&desk.place)).await;
    assert_eq!(booked.unwrap_err().code, ErrorCode::Conflict);
    // A room: nobody writes or comes in.
    let room = ConversationId::new();
    desk.place.room(&desk.host, room, "A room", History::Start, &[desk.guest.id]).await;
    let link = rooms::set_link(context, &desk.host, room, true).await.unwrap().unwrap();
    let case = desk.report(CaseAbout::Room, room.0).await;
    assert_eq!(case.person, None);
    desk.decide(&desk.operator, case.id, Decision::CloseRoom).await.unwrap();
    assert_eq!(desk.place.send(&desk.host, room, "Hi").await.unwrap_err().code, ErrorCode::Forbidden);
    assert!(rooms::join(context, &third, &link, MessageId::new()).await.is_err());
    assert!(rooms::set_link(context, &desk.host, room, true).await.is_err());
    assert!(rooms::invite(context, &desk.host, room, MessageId::new(), vec![desk.guest.id]).await.is_err());
    assert!(desk.place.get(&desk.guest, room).await.is_closed(), "and everybody reads it as before");
    // A limit: what goes on goes on, and nothing begins until it ends.
    let case = desk.report(CaseAbout::User, desk.host.id.0).await;
    desk.decide(&desk.operator, case.id, Decision::Limit).await.unwrap();
    let listing = desk.place.listing(&third).await;
    desk.place.send(&desk.host, desk.talk, "Still here").await.unwrap();
    let begun = async || conversations::get_or_create(context, &desk.host, listing).await;
    assert_eq!(begun().await.unwrap_err().code, ErrorCode::Forbidden);
    let order = orders::create(context, &desk.host, OrderId::new(), Some(listing), stay(&desk.place)).await;
    assert_eq!(order.unwrap_err().code, ErrorCode::Forbidden);
    let (another, people) = (ConversationId::new(), vec![desk.guest.id]);
    let made = rooms::create(context, &desk.host, another, "Another", History::Start, people).await;
    assert_eq!(made.unwrap_err().code, ErrorCode::Forbidden);
    context.clock.advance(3 * DAY + MINUTE);
    begun().await.unwrap();
    // A suspension.
    let case = desk.report(CaseAbout::User, desk.host.id.0).await;
    desk.decide(&desk.operator, case.id, Decision::Suspend).await.unwrap();
    let suspended: Vec<(i64,)> =
        desk.place.rows("SELECT COUNT(*) FROM users WHERE suspended_at IS NOT NULL").await;
    assert_eq!(suspended, [(1,)]);
    assert_eq!(
        desk.audited().await.into_iter().collect::<BTreeSet<_>>(),
        [
            "case_hide_message",
            "case_warn",
            "case_close_listing",
            "case_close_room",
            "case_limit",
            "case_suspend"
        ]
        .map(str::to_owned)
        .into()
    );
    let (told, reported) = (desk.told(&desk.host).await, desk.told(&desk.guest).await);
    assert_eq!((told.len(), reported.len()), (5, 6), "the room concerns nobody: {told:?} {reported:?}");
    let all = format!("{told:?}");
    assert!(told.iter().all(|(_, text)| text == "That is against our rules"), "{all}");
    assert!(!all.contains("Noor") && !all.contains("trick"), "{all}");
    assert!(reported.iter().all(|(_, text)| !text.contains("Tomas")), "{reported:?}");
}

#[tokio::test]
async fn f11_a_suspended_hosts_listings_are_hidden_and_come_back_with_them() {
    let desk = Desk::new().await;
    let context = &desk.place.context;
    let third = desk.place.user("Ana").await;
    let change = async |change| {
        user_directory::change(context, &desk.operator, desk.host.id, change).await.unwrap();
        desk.place.settle().await;
    };
    change(UserChange::Suspend).await;
    assert!(listings::get(context, Some(&third), desk.listing).await.is_err());
    let page = listings::browse(context, listings::Visitor::default(), None, None, None).await.unwrap();
    assert!(page.listings.is_empty());
    let booked = orders::create(context, &third, OrderId::new(), Some(desk.listing), stay(&desk.place)).await;
    assert_eq!(booked.unwrap_err().code, ErrorCode::Conflict);
    assert!(conversations::get_or_create(context, &third, desk.listing).await.is_err());
    change(UserChange::Reinstate).await;
    listings::get(context, Some(&third), desk.listing).await.unwrap();
    conversations::get_or_create(context, &third, desk.listing).await.unwrap();
}

#[tokio::test]
async fn f11_the_reporter_is_in_nothing_that_leaves_the_server() {
    let desk = Desk::new().await;
    let site = desk.place.serve().await;
    let session = desk.place.session(&desk.operator).await;
    let mut of_host = Client::open(&desk.place, &site, &desk.host, 1).await;
    of_host.hear().await;
    of_host.heard_so_far().await;
    let case = desk.report(CaseAbout::Message, desk.message.0).await;
    assert_eq!(of_host.heard_so_far().await, [], "whoever is reported hears nothing of it");
    let (_, queue) = site.get("/rpc/get_cases", Some(&session)).await;
    let queue = queue.to_string();
    assert!(
        queue.contains(TEXT) && !queue.contains("Noor") && !queue.contains(&desk.guest.id.to_string()),
        "{queue}"
    );
    desk.decide(&desk.operator, case.id, Decision::Warn).await.unwrap();
    let told = format!("{:?}", of_host.change().await);
    assert!(told.contains("against our rules") && !told.contains(&desk.guest.id.to_string()), "{told}");
    let entries: Vec<(String, String)> = desk.place.rows("SELECT action, detail FROM audit").await;
    assert!(entries.iter().all(|(_, detail)| !detail.contains(&desk.guest.id.to_string())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f11_many_at_once_make_one_case_and_two_operators_one_decision() {
    let desk = Arc::new(Desk::new().await);
    let mut people = Vec::new();
    for _ in 0..8 {
        people.push(desk.place.user("Ana").await);
    }
    let reporting = people.into_iter().map(|by| {
        let desk = desk.clone();
        tokio::spawn(async move { desk.report_as(&by, CaseAbout::Listing, desk.listing.0).await })
    });
    for done in futures::future::join_all(reporting).await {
        done.unwrap().unwrap();
    }
    let cases = desk.open(&desk.operator).await;
    assert_eq!((cases.len(), cases[0].count), (1, 8));
    let id = cases[0].id;
    let deciding = [&desk.operator, &desk.admin].map(|by| {
        let (desk, by) = (desk.clone(), by.clone());
        tokio::spawn(async move { desk.decide(&by, id, Decision::CloseListing).await.is_ok() })
    });
    let done =
        futures::future::join_all(deciding).await.into_iter().filter(|done| *done.as_ref().unwrap()).count();
    assert_eq!(done, 1);
    assert_eq!(desk.audited().await, ["case_close_listing"]);
}
