//! Deferred hydration: parts of a page that the server rendered are hydrated one after the other, in short tasks. In one
//! task a slow phone would take half a second for a conversation, and half of that to compile the functions that it
//! calls for the first time. Meanwhile it would answer to nothing.
//!
//! Until all parts are hydrated nothing starts that could change what they are rendered from. The start script calls
//! [`hydrate_next`] until nothing is left, with pauses, and then [`finish`].

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::types::{Element, Node},
        view::{
            Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr,
            any_view::AnyViewState,
        },
    },
};
use wasm_bindgen::JsCast;

thread_local! {
    static WAITING: RefCell<VecDeque<Weak<RefCell<Part>>>> = const { RefCell::new(VecDeque::new()) };
    static FINISHED: Cell<bool> = const { Cell::new(false) };
    static ON_FINISH: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
}

/// A view of exactly one element. If the server has rendered it, it is hydrated later.
pub fn deferred(content: impl FnOnce() -> AnyView + Send + 'static) -> AnyView {
    if is_server() { content() } else { Deferred(Box::new(content)).into_any() }
}

/// Hydrates the next part. Returns false if there is none.
pub fn hydrate_next() -> bool {
    let next = WAITING.with(|waiting| waiting.borrow_mut().pop_front());
    // A part that is gone meanwhile needs no hydration.
    if let Some(part) = next.as_ref().and_then(Weak::upgrade) {
        hydrate(&part);
    }
    next.is_some()
}

/// Call it once, when all parts are hydrated.
pub fn finish() {
    FINISHED.set(true);
    for callback in ON_FINISH.take() {
        callback();
    }
}

/// Calls back once all parts are hydrated.
pub fn on_finish(callback: impl FnOnce() + 'static) {
    if FINISHED.get() {
        callback();
    } else {
        ON_FINISH.with(|callbacks| callbacks.borrow_mut().push(Box::new(callback)));
    }
}

type Content = Box<dyn FnOnce() -> AnyView + Send>;

enum Part {
    /// The element as the server rendered it, what to hydrate it with, and the owner of that.
    Waiting(Element, Option<(Content, Owner)>),
    Ready(AnyViewState),
}

fn hydrate(part: &Rc<RefCell<Part>>) {
    let (cursor, content, owner) = match &mut *part.borrow_mut() {
        Part::Waiting(element, content) => match content.take() {
            Some((content, owner)) => (Cursor::new(element.clone()), content, owner),
            None => return,
        },
        Part::Ready(_) => return,
    };
    let state = owner.with(|| content().hydrate::<true>(&cursor, &PositionState::new(Position::Current)));
    *part.borrow_mut() = Part::Ready(state);
}

struct Deferred(Content);

impl Render for Deferred {
    type State = Rc<RefCell<Part>>;

    fn build(self) -> Self::State {
        Rc::new(RefCell::new(Part::Ready((self.0)().build())))
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut built = self.build();
        state.insert_before_this(&mut built);
        state.unmount();
        *state = built;
    }
}

impl RenderHtml for Deferred {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        (self.0)().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        position.set(Position::NextChild);
        let element: Element = cursor.current().unchecked_into();
        let owner = Owner::current().expect("the owner of the component that is hydrated");
        let part = Rc::new(RefCell::new(Part::Waiting(element, Some((self.0, owner)))));
        WAITING.with(|waiting| waiting.borrow_mut().push_back(Rc::downgrade(&part)));
        part
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl AddAnyAttr for Deferred {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self
    where
        Self::Output<A>: RenderHtml,
    {
        self
    }
}

impl Mountable for Part {
    fn unmount(&mut self) {
        match self {
            Self::Waiting(element, content) => {
                *content = None;
                element.unmount();
            }
            Self::Ready(state) => state.unmount(),
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        match self {
            Self::Waiting(element, _) => element.mount(parent, marker),
            Self::Ready(state) => state.mount(parent, marker),
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Self::Waiting(element, _) => element.insert_before_this(child),
            Self::Ready(state) => state.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<Element> {
        match self {
            Self::Waiting(element, _) => vec![element.clone()],
            Self::Ready(state) => state.elements(),
        }
    }
}
