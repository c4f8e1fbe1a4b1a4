//! The rows of the list of pages: only what is in sight is drawn, a hundred are asked for at a time.

use super::list::NewButtons;
use super::window::{CHUNK, Move, Window, chunks};
use crate::lang::lang;
use crate::part::{Empty, FailureNotice, badge, icon};
use crate::route::{Filter, Route};
use crate::words;
use crate::{dom, ipc, later, time};
use api::sito::{PageList, PageListLoad, PageRow};
use api::{Event, Failure};
use gloo_events::EventListener;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The height of a row in CSS pixels; `app.css` has the same.
const ROW: f64 = 68.0;
/// The height of the window before it was measured.
const GUESS: f64 = 800.0;

/// What is known of the list.
#[derive(Clone, PartialEq, Default)]
struct Known {
    filter: Filter,
    total: Option<usize>,
    chunks: BTreeMap<usize, Rc<Vec<PageRow>>>,
    failure: Option<Failure>,
    /// The chunks are those of the filter before.
    stale: bool,
}

enum Action {
    /// Another filter: what is on the screen stays until the answer comes.
    Filter(Filter),
    /// An answer to a question with this filter.
    Answer(Filter, usize, Result<PageList, Failure>),
}

impl Reducible for Known {
    type Action = Action;
    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut known = (*self).clone();
        match action {
            Action::Filter(filter) => {
                known.stale = known.filter != filter;
                known.filter = filter;
            }
            Action::Answer(filter, ..) if filter != known.filter => return self,
            Action::Answer(_, _, Err(failure)) => known.failure = Some(failure),
            Action::Answer(_, at, Ok(list)) => known.take(at, list),
        }
        Rc::new(known)
    }
}

impl Known {
    fn take(&mut self, at: usize, list: PageList) {
        let total = list.total as usize;
        if self.stale || self.total != Some(total) {
            // Rows moved: what else is known stands elsewhere now.
            self.chunks.clear();
            self.stale = false;
        }
        self.total = Some(total);
        self.failure = None;
        self.chunks.insert(at, Rc::new(list.rows));
    }

    fn row(&self, at: usize) -> Option<&PageRow> {
        self.chunks.get(&(at / CHUNK))?.get(at % CHUNK)
    }
}

fn ask(filter: &Filter, at: usize, known: &UseReducerDispatcher<Known>) {
    let (filter, known) = (filter.clone(), known.clone());
    spawn_local(async move {
        let answer = ipc::call(PageListLoad {
            kind: filter.kind,
            status: filter.status,
            query: filter.query.trim().to_owned(),
            offset: u32::try_from(at * CHUNK).unwrap_or(u32::MAX),
            limit: u32::try_from(CHUNK).unwrap_or(u32::MAX),
        })
        .await;
        known.dispatch(Action::Answer(filter, at, answer));
    });
}

thread_local! {
    /// Where the person was in the list before opening a page: filter, scroll, row.
    static LEFT: RefCell<Option<(Filter, i32, usize)>> = const { RefCell::new(None) };
}

/// Brings the person back to where the list was left.
fn come_back(filter: &Filter, grid: &NodeRef, active: &UseStateSetter<usize>) {
    let left = LEFT.with_borrow(|left| left.clone().filter(|(of, ..)| of == filter));
    if let (Some((_, top, row)), Some(grid)) = (left, grid.cast::<HtmlElement>()) {
        grid.set_scroll_top(top);
        active.set(row);
    }
}

#[derive(Properties, PartialEq)]
pub struct RowsProps {
    pub filter: Filter,
}

/// The rows.
#[component]
pub fn Rows(props: &RowsProps) -> Html {
    let t = lang();
    let known = use_reducer(Known::default);
    let scroll = use_state_eq(|| 0.0_f64);
    let height = use_state_eq(|| GUESS);
    let active = use_state_eq(|| 0_usize);
    let (grid, space, shown) = (use_node_ref(), use_node_ref(), use_node_ref());
    let window = Window {
        row: ROW,
        height: *height,
        scroll: *scroll,
        total: known.total.unwrap_or(0),
    };
    let drawn = window.drawn();

    use_filter(props.filter.clone(), &known, &grid, &active);
    use_chunks(drawn.clone(), &known);
    use_height(&grid, &height, known.total.is_some());
    {
        let (space, shown) = (space.clone(), shown.clone());
        #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^52")]
        let (whole, above) = (window.total as f64 * ROW, drawn.start as f64 * ROW);
        use_effect(move || {
            if let (Some(space), Some(shown)) =
                (space.cast::<HtmlElement>(), shown.cast::<HtmlElement>())
            {
                dom::style(&space, "height", &format!("{whole}px"));
                dom::style(&shown, "transform", &format!("translateY({above}px)"));
            }
        });
    }

    {
        let (filter, grid, active) = (props.filter.clone(), grid.clone(), active.setter());
        use_effect_with(known.total.is_some(), move |there| {
            if *there {
                come_back(&filter, &grid, &active);
            }
        });
    }

    let on_scroll = {
        let (scroll, grid) = (scroll.setter(), grid.clone());
        let (filter, row) = (props.filter.clone(), *active);
        Callback::from(move |_: Event_| {
            if let Some(grid) = grid.cast::<HtmlElement>() {
                let top = grid.scroll_top();
                LEFT.set(Some((filter.clone(), top, row)));
                scroll.set(f64::from(top));
            }
        })
    };
    let on_key = keys(&known, window, &active, &grid);
    if let Some(failure) = &known.failure {
        return html! { <FailureNotice failure={failure.clone()} /> };
    }
    let Some(total) = known.total else {
        return Html::default();
    };
    if total == 0 {
        return nothing(&props.filter);
    }
    let current = known.row(*active).map(row_id);
    html! {
        <>
            <p class="list-count" role="status">{ t.list_count(total as u64) }</p>
            <div class="grid-head" aria-hidden="true">
                <span>{ t.column_title() }</span>
                <span>{ t.column_status() }</span>
                <span>{ t.column_edited() }</span>
            </div>
            <div
                id="elenco"
                class="grid"
                ref={grid}
                role="grid"
                tabindex="0"
                aria-label={t.list_label()}
                aria-rowcount={total.to_string()}
                aria-colcount="3"
                aria-activedescendant={current}
                onscroll={on_scroll}
                onkeydown={on_key}
            >
                <div class="grid-space" ref={space} role="presentation">
                    <div class="grid-shown" ref={shown} role="presentation">
                        for at in drawn {
                            <Line key={at} {at} row={known.row(at).cloned()} active={at == *active} />
                        }
                    </div>
                </div>
            </div>
        </>
    }
}

type Event_ = yew::Event;

/// Asks anew when the filter changes, and when pages change.
#[hook]
fn use_filter(
    filter: Filter,
    known: &UseReducerHandle<Known>,
    grid: &NodeRef,
    active: &UseStateHandle<usize>,
) {
    let (dispatcher, grid, active) = (known.dispatcher(), grid.clone(), active.setter());
    // Which chunks are on the screen now, for the ear below.
    let latest = use_mut_ref(Vec::<usize>::new);
    *latest.borrow_mut() = known.chunks.keys().copied().collect();
    use_effect_with(filter, move |filter| {
        dispatcher.dispatch(Action::Filter(filter.clone()));
        active.set(0);
        if let Some(grid) = grid.cast::<HtmlElement>() {
            grid.set_scroll_top(0);
        }
        ask(filter, 0, &dispatcher);
        let filter = filter.clone();
        let hearing = ipc::hear(move |event| {
            if matches!(event, Event::Pages(_)) {
                for at in latest.borrow().iter() {
                    ask(&filter, *at, &dispatcher);
                }
            }
        });
        move || drop(hearing)
    });
}

/// Asks for the chunks that come into sight.
#[hook]
fn use_chunks(drawn: Range<usize>, known: &UseReducerHandle<Known>) {
    let missing: Vec<usize> = match drawn.is_empty() {
        true => Vec::new(),
        false => chunks(&drawn)
            .filter(|at| !known.chunks.contains_key(at))
            .collect(),
    };
    let (filter, dispatcher) = (known.filter.clone(), known.dispatcher());
    use_effect_with((missing, filter), move |(missing, filter)| {
        for at in missing {
            ask(filter, *at, &dispatcher);
        }
    });
}

/// Measures the window when it comes and when the app's window changes.
#[hook]
fn use_height(grid: &NodeRef, height: &UseStateHandle<f64>, there: bool) {
    let (grid, height) = (grid.clone(), height.setter());
    use_effect_with(there, move |_| {
        let measure = move || {
            if let Some(grid) = grid.cast::<HtmlElement>() {
                height.set(f64::from(grid.client_height()));
            }
        };
        measure();
        let listener = EventListener::new(&dom::window(), "resize", move |_| measure());
        move || drop(listener)
    });
}

fn keys(
    known: &UseReducerHandle<Known>,
    window: Window,
    active: &UseStateHandle<usize>,
    grid: &NodeRef,
) -> Callback<KeyboardEvent> {
    let (known, active, grid) = (known.clone(), active.clone(), grid.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            if let Some(row) = known.row(*active) {
                Route::Page(row.id.clone()).go();
            }
            return;
        }
        let to =
            Move::of(&event.key()).and_then(|step| step.from(*active, window.page(), window.total));
        let Some(to) = to else { return };
        event.prevent_default();
        active.set(to);
        if let (Some(top), Some(grid)) = (window.reveal(to), grid.cast::<HtmlElement>()) {
            #[expect(clippy::cast_possible_truncation, reason = "pixels fit")]
            grid.set_scroll_top(top as i32);
        }
    })
}

fn row_id(row: &PageRow) -> String {
    format!("riga-{}", row.id)
}

/// Nothing to show, and what to do about it.
fn nothing(filter: &Filter) -> Html {
    let t = lang();
    if *filter == Filter::default() {
        return html! {
            <Empty icon="it-file" title={t.list_empty()} words={t.list_empty_words()}>
                <NewButtons />
            </Empty>
        };
    }
    html! {
        <Empty icon="it-search" title={t.list_none()} words={t.list_none_words()}>
            <a class="btn btn-outline-primary" href={Route::Sito(Filter::default()).hash()}>{ t.list_all() }</a>
        </Empty>
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    at: usize,
    row: Option<PageRow>,
    active: bool,
}

/// A row; a row that is not known yet keeps its place.
#[component]
fn Line(props: &LineProps) -> Html {
    let t = lang();
    let index = (props.at + 1).to_string();
    let Some(row) = &props.row else {
        return html! { <div class="grid-row grid-row-unknown" role="row" aria-rowindex={index}></div> };
    };
    let leaves = later::is_waiting(&row.id);
    html! {
        <div
            id={row_id(row)}
            class={classes!("grid-row", props.active.then_some("active"), leaves.then_some("leaves"))}
            role="row"
            aria-rowindex={index}
            aria-selected={if props.active { "true" } else { "false" }}
        >
            <div role="gridcell" class="grid-title">
                { icon(words::kind_icon(row.kind)) }
                <div>
                    <a href={Route::Page(row.id.clone()).hash()} tabindex="-1">
                        { words::title(t, &row.title, row.kind) }
                    </a>
                    <p class="hint">
                        { words::kind(t, row.kind) }
                        if let Some(until) = &row.until {
                            { " · " }{ t.until(&time::date(until)) }
                        }
                    </p>
                </div>
            </div>
            <div role="gridcell" class="grid-status">
                { badge(words::status(t, row.status), words::status_tone(row.status)) }
                if leaves {
                    <span class="hint">{ t.row_leaves() }</span>
                } else if row.waiting {
                    <span class="hint row-waiting">{ icon("it-clock") }{ t.row_waiting() }</span>
                }
            </div>
            <div role="gridcell" class="grid-edited">
                { time::when(row.edited_at) }
                <p class="hint">{ t.by(&row.edited_by) }</p>
            </div>
        </div>
    }
}
