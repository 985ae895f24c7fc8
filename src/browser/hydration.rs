//! Deferred hydration: parts of a page that the server rendered are hydrated one after the other, in short tasks. In one
//! task a slow phone would take half a second for a conversation, and half of that to compile the functions that it
//! calls for the first time. Meanwhile it would answer to nothing.
//!
//! Until all parts are hydrated nothing starts that could change what they are rendered from. The start script calls
//! [`hydrate_next`] until nothing is left, with pauses.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::types::{Element, Node},
        view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
    },
};
use wasm_bindgen::JsCast;

use super::use_live;

type Step = Box<dyn FnOnce()>;

thread_local! {
    /// The parts that are not hydrated yet, in the order of the page, and what follows.
    static STEPS: RefCell<(Vec<Step>, Vec<Step>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

/// A view of exactly one element. If the server has rendered it, it is hydrated later.
pub fn deferred(content: impl FnOnce() -> AnyView + Send + 'static) -> AnyView {
    if is_server() { content() } else { Deferred(Box::new(content)).into_any() }
}

/// Hydrates the next part, or does what follows. Returns false if nothing is left.
pub fn hydrate_next() -> bool {
    let next = STEPS.with_borrow_mut(|(parts, later)| {
        let steps = if parts.is_empty() { later } else { parts };
        (!steps.is_empty()).then(|| steps.remove(0))
    });
    next.map(|next| next()).is_some()
}

/// Sets what starts the app once all parts are hydrated.
pub fn on_start(start: impl FnOnce() + 'static) {
    STEPS.with_borrow_mut(|(_, later)| later.insert(0, Box::new(start)));
}

/// Whether browser APIs may be used: a signal that turns true after the start, for one view after the other. All at once
/// would take as long as their hydration.
pub fn use_is_ready() -> RwSignal<bool> {
    let is_ready = RwSignal::new(use_live().is_hydrated.get_untracked());
    if !is_server() && !is_ready.get_untracked() {
        let step = Box::new(move || {
            is_ready.try_set(true);
        });
        STEPS.with_borrow_mut(|(_, later)| later.push(step));
    }
    is_ready
}

type Content = Box<dyn FnOnce() -> AnyView + Send>;

struct Part {
    /// The element as the server rendered it, or the view.
    shown: RefCell<Box<dyn Mountable>>,
    /// What to hydrate the element with, and the owner of that, until it is done.
    waiting: Cell<Option<(Content, Element, Owner)>>,
}

impl Part {
    fn hydrate(&self) {
        if let Some((content, element, owner)) = self.waiting.take() {
            let (cursor, position) = (Cursor::new(element), PositionState::new(Position::Current));
            let view = owner.with(|| content().hydrate::<true>(&cursor, &position));
            *self.shown.borrow_mut() = Box::new(view);
        }
    }
}

struct Deferred(Content);

impl Render for Deferred {
    type State = PartState;

    fn build(self) -> PartState {
        PartState(Rc::new(Part {
            shown: RefCell::new(Box::new((self.0)().build())),
            waiting: Cell::new(None),
        }))
    }

    fn rebuild(self, state: &mut PartState) {
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

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> PartState {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        position.set(Position::NextChild);
        let element: Element = cursor.current().unchecked_into();
        let owner = Owner::current().expect("the owner of the component that is hydrated");
        let part = Rc::new(Part {
            shown: RefCell::new(Box::new(element.clone())),
            waiting: Cell::new(Some((self.0, element, owner))),
        });
        let weak = Rc::downgrade(&part);
        // A part that is gone meanwhile needs no hydration.
        let step = Box::new(move || weak.upgrade().iter().for_each(|part| part.hydrate()));
        STEPS.with_borrow_mut(|(parts, _)| parts.push(step));
        PartState(part)
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

struct PartState(Rc<Part>);

impl Mountable for PartState {
    fn unmount(&mut self) {
        self.0.shown.borrow_mut().unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.shown.borrow_mut().mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.shown.borrow().insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.shown.borrow().elements()
    }
}
