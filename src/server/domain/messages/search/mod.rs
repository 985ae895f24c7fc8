//! Search in the messages that the viewer may read (F8).

pub mod indexer;
mod spelling;

use std::collections::BTreeSet;

use crate::{
    server::{
        context::ContextInner,
        domain::failed,
        store::{
            Conn, TimeLimit,
            conversations::summary,
            messages::search::{
                find::{self, Hit},
                statement::Scope,
            },
        },
    },
    shared::{
        errors::{ApiError, Result},
        listings::SEARCH_MAX_CHARS,
        messages::search::{FOUND_PAGE, FoundMessage, FoundPage, Mark, MessageSearch, SearchCursor},
        orders::code::OrderCode,
        users::Viewer,
        values::{
            dates::Day,
            search::{excerpt::excerpt, query::Query},
            text,
            time::DAY,
        },
        words,
    },
};

/// Batches of entries that are read for one page. Beyond them the page is answered as it is, with where to go on.
const BATCHES_MAX: usize = 20;
/// Times of messages are below this.
const END_OF_TIME: i64 = 1 << 52;

/// One page of the viewer's messages with these words, newest first.
pub async fn find(
    context: &ContextInner,
    viewer: &Viewer,
    search: MessageSearch,
    after: Option<SearchCursor>,
) -> Result<FoundPage> {
    let typed = text::search("q", &search.text, SEARCH_MAX_CHARS)?;
    let order = search.order.as_deref().map(str::trim).filter(|code| !code.is_empty());
    let order: Option<OrderCode> = order
        .map(|code| code.parse().map_err(|_| ApiError::invalid("order", words::search_refused_code())))
        .transpose()?;
    for (field, day) in [("since", search.since), ("until", search.until)] {
        if day.is_some_and(|day| !(0..=END_OF_TIME / DAY).contains(&day.0)) {
            return Err(ApiError::invalid(field, words::search_refused_day()));
        }
    }
    context.limits.message_search(viewer.id)?;
    let query = Query::parse(&typed);
    let is_complete = context.pending_index.is_complete();
    let nothing = FoundPage { is_complete, ..FoundPage::nothing() };
    // Words without letters find nothing, and neither does nothing at all.
    if query.is_empty() && (!typed.is_empty() || search.is_empty()) {
        return Ok(nothing);
    }
    let user = viewer.id;
    let _turn = context.pending_index.searches.acquire().await.ok();
    let found = context.store.read_within(TimeLimit::Search, move |mut conn| {
        Box::pin(async move {
            let conn = &mut conn;
            let conversation = match order {
                Some(code) => match find::conversation_of_order(conn, code).await? {
                    Some(of_order) if search.conversation.is_none_or(|id| id == of_order) => Some(of_order),
                    _ => return Ok(None),
                },
                None => search.conversation,
            };
            let rooms = match conversation {
                Some(_) => Vec::new(),
                None => find::rooms(conn, user, search.with).await?,
            };
            let scope = Scope {
                user,
                rooms,
                conversation,
                with: search.with,
                listing: search.listing,
                sender: search.is_mine.then_some(user),
                has: search.has,
                since: search.since.map_or(0, |day| day.0 * DAY),
                until: search.until.map_or(END_OF_TIME, |Day(day)| (day + 1) * DAY - 1),
            };
            let mut page = page(conn, &scope, query.clone(), after).await?;
            if page.hits.is_empty() && page.next.is_none() && after.is_none() {
                let corrected = spelling::corrected(conn, &scope, &query).await?;
                if let Some(corrected) = corrected {
                    page = self::page(conn, &scope, corrected, None).await?;
                    page.is_corrected = true;
                }
            }
            let ids: BTreeSet<_> = page.hits.iter().map(|(hit, _)| hit.conversation.0).collect();
            let ids: Vec<_> = ids.into_iter().collect();
            let conversations = summary::of(conn, user, &ids).await?;
            Ok(Some((page, conversations)))
        })
    });
    let Some((page, conversations)) = found.await.map_err(failed)? else { return Ok(nothing) };
    let instead = page.is_corrected.then(|| spelling::instead(&page.query, &page.hits)).flatten();
    let messages = page.hits.into_iter().map(|(hit, found)| shown(hit, &found)).collect();
    Ok(FoundPage { messages, conversations, instead, next: page.next, is_complete })
}

/// Messages with the places of what was sought.
struct Page {
    hits: Vec<(Hit, Vec<std::ops::Range<usize>>)>,
    next: Option<SearchCursor>,
    query: Query,
    is_corrected: bool,
}

/// The index is behind the messages, and finds too many: what is shown has the words now, and is read now.
async fn page(
    conn: &mut Conn<'_>,
    scope: &Scope,
    query: Query,
    after: Option<SearchCursor>,
) -> crate::server::store::Result<Page> {
    let mut below = after.map_or(i64::MAX, |SearchCursor(below)| below);
    let mut hits: Vec<(Hit, Vec<std::ops::Range<usize>>)> = Vec::new();
    let mut next = None;
    for _ in 0..BATCHES_MAX {
        // One more than a page tells whether there is another.
        let entries = find::entries(conn, scope, &query, below, FOUND_PAGE + 1).await?;
        let read = find::hits(conn, scope, &entries.ids).await?;
        hits.extend(read.into_iter().filter_map(|hit| query.find(&hit.text).map(|found| (hit, found))));
        next = entries.below;
        match next {
            Some(last) if hits.len() <= FOUND_PAGE => below = last,
            _ => break,
        }
    }
    if hits.len() > FOUND_PAGE {
        hits.truncate(FOUND_PAGE);
        next = hits.last().map(|(hit, _)| hit.entry);
    }
    Ok(Page { hits, next: next.map(SearchCursor), query, is_corrected: false })
}

fn shown(hit: Hit, found: &[std::ops::Range<usize>]) -> FoundMessage {
    let (excerpt, marks) = excerpt(&hit.text, found);
    FoundMessage {
        id: hit.id,
        conversation: hit.conversation,
        seq: hit.seq,
        sender: hit.sender,
        sender_name: hit.sender_name,
        created_at: hit.created_at,
        excerpt,
        marks: marks.iter().map(|mark| Mark { from: mark.start as i64, to: mark.end as i64 }).collect(),
    }
}
