//! Where a visible stamp goes: dragged on the picture of the page, moved with keys, or at a ready place.

use super::pages::{Pager, Sheet, use_laid};
use super::spot::{self, Place};
use crate::lang::lang;
use crate::part::Button;
use api::firma::{PageSize, Paper, Spot};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

/// The width of the picture, in pixels.
const PIXELS: u32 = 900;

#[derive(Properties, PartialEq)]
pub struct PlaceFieldProps {
    /// The document that is shown: of many, the one with the most pages.
    pub paper: Paper,
    /// There are others.
    pub many: bool,
    pub spot: Spot,
    pub on_spot: Callback<Spot>,
    /// Whose name is in the stamp.
    pub name: AttrValue,
}

/// Chooses the place.
#[component]
pub fn PlaceField(props: &PlaceFieldProps) -> Html {
    let (t, paper, at) = (lang(), &props.paper, props.spot);
    let count = u32::try_from(paper.pages.len()).unwrap_or(u32::MAX);
    let frame = use_node_ref();
    let Some(size) = page_size(paper, at.page) else {
        return Html::default();
    };
    let on_page = {
        let (paper, on_spot) = (paper.clone(), props.on_spot.clone());
        Callback::from(move |page: u32| {
            let size = page_size(&paper, page).unwrap_or(size);
            on_spot.emit(spot::within(Spot { page, ..at }, size));
        })
    };
    html! {
        <div class="place">
            <div class="place-picture">
                <div class="pages-tools">
                    <Pager page={at.page} {count} on_page={on_page.clone()} />
                    if count > 1 {
                        <div class="place-ends">
                            <Button label={t.place_page_first()} small=true pressed={at.page == 1} on_click={on_page.reform(|()| 1)} />
                            <Button label={t.place_page_last()} small=true pressed={at.page == count} on_click={on_page.reform(move |()| count)} />
                        </div>
                    }
                </div>
                <Sheet
                    paper={paper.id.clone()}
                    page={at.page}
                    {size}
                    pixels={PIXELS}
                    alt={t.pages_alt(&at.page.to_string(), &count.to_string(), &paper.name)}
                    frame={frame.clone()}
                >
                    <Stamp {frame} spot={at} {size} on_spot={props.on_spot.clone()} name={props.name.clone()} />
                </Sheet>
            </div>
            <div class="place-words">
                <h3 id="timbro-dove">{ t.place_title() }</h3>
                <p class="hint" id="timbro-come">{ t.place_lead() }</p>
                <Ready spot={at} {size} on_spot={props.on_spot.clone()} />
                <p class="place-at" role="status" id="timbro-posto">{ spot::words(t, at) }</p>
                if props.many {
                    <p class="hint">{ t.place_fewer() }</p>
                }
            </div>
        </div>
    }
}

fn page_size(paper: &Paper, page: u32) -> Option<PageSize> {
    paper.pages.get(page.checked_sub(1)? as usize).copied()
}

#[derive(Properties, PartialEq)]
struct ReadyProps {
    spot: Spot,
    size: PageSize,
    on_spot: Callback<Spot>,
}

/// The six ready places.
#[component]
fn Ready(props: &ReadyProps) -> Html {
    let (t, at, size) = (lang(), props.spot, props.size);
    let here = Place::of(at, size);
    html! {
        <fieldset class="field radios ready-places">
            <legend>{ t.place_ready() }</legend>
            <div class="ready-grid">
                for place in Place::ALL {
                    <label class="radio">
                        <input
                            type="radio"
                            name="timbro-posto"
                            checked={here == Some(place)}
                            onchange={props.on_spot.reform(move |_: web_sys::Event| {
                                place.spot(size, at.page, Some((at.width, at.height)))
                            })}
                        />
                        <span>{ place.words(t) }</span>
                    </label>
                }
            </div>
        </fieldset>
    }
}

#[derive(Properties, PartialEq)]
struct StampProps {
    /// The picture of the page.
    frame: NodeRef,
    spot: Spot,
    size: PageSize,
    on_spot: Callback<Spot>,
    name: AttrValue,
}

/// What a pointer took hold of, and where it was then.
#[derive(Clone, Copy, PartialEq)]
struct Held {
    corner: bool,
    from: (i32, i32),
    spot: Spot,
}

/// The stamp over the page.
#[component]
fn Stamp(props: &StampProps) -> Html {
    let (t, at, size) = (lang(), props.spot, props.size);
    let node = use_node_ref();
    use_laid(node.clone(), at, size);
    let held = use_mut_ref(|| None::<Held>);
    let on_down = {
        let held = held.clone();
        Callback::from(move |event: PointerEvent| {
            let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
            let Some(target) = target.filter(|_| event.button() == 0) else {
                return;
            };
            // The pointer is followed also where it leaves the stamp.
            let _ = target.set_pointer_capture(event.pointer_id());
            *held.borrow_mut() = Some(Held {
                corner: target.class_list().contains("stamp-corner"),
                from: (event.client_x(), event.client_y()),
                spot: at,
            });
        })
    };
    let on_move = {
        let (held, frame, on_spot) = (held.clone(), props.frame.clone(), props.on_spot.clone());
        Callback::from(move |event: PointerEvent| {
            if let (Some(held), Some(frame)) = (*held.borrow(), frame.cast::<HtmlElement>()) {
                let to = (event.client_x(), event.client_y());
                on_spot.emit(dragged(held, to, f64::from(frame.client_width()), size));
            }
        })
    };
    let on_up = Callback::from(move |_: PointerEvent| *held.borrow_mut() = None);
    let on_key = {
        let on_spot = props.on_spot.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() {
                return;
            }
            let to = spot::key(at, size, &event.key(), event.shift_key(), event.alt_key());
            if let Some(to) = to {
                event.prevent_default();
                on_spot.emit(to);
            }
        })
    };
    html! {
        <div
            id="timbro"
            class="stamp-box"
            ref={node}
            role="application"
            tabindex="0"
            aria-label={t.place_box()}
            aria-describedby="timbro-posto timbro-come"
            onpointerdown={on_down}
            onpointermove={on_move}
            onpointerup={on_up.clone()}
            onpointercancel={on_up}
            onkeydown={on_key}
        >
            <span class="stamp-words" aria-hidden="true">
                { t.place_sample() }
                <strong>{ &props.name }</strong>
            </span>
            <span class="stamp-corner" aria-hidden="true" title={t.place_corner()}></span>
        </div>
    }
}

/// Where a drag leads. `width` is that of the picture, in CSS pixels.
fn dragged(held: Held, to: (i32, i32), width: f64, size: PageSize) -> Spot {
    if width <= 0.0 {
        return held.spot;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a page is a few thousand points"
    )]
    let points = |pixels: i32| (f64::from(pixels) * f64::from(size.width) / width) as f32;
    let (right, down) = (points(to.0 - held.from.0), points(to.1 - held.from.1));
    match held.corner {
        true => spot::resized(held.spot, size, right, down),
        false => spot::moved(held.spot, size, right, down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_on_a_small_picture_moves_as_far_on_the_page() {
        let size = PageSize {
            width: 600.0,
            height: 800.0,
        };
        let spot = Spot {
            page: 1,
            left: 100.0,
            top: 100.0,
            width: 200.0,
            height: 60.0,
        };
        let held = |corner| Held {
            corner,
            from: (10, 10),
            spot,
        };
        let to = dragged(held(false), (60, 30), 300.0, size);
        assert_eq!((to.left, to.top, to.width), (200.0, 140.0, 200.0));
        let to = dragged(held(true), (60, 30), 300.0, size);
        assert_eq!((to.left, to.width, to.height), (100.0, 300.0, 100.0));
        assert_eq!(dragged(held(false), (60, 30), 0.0, size), spot);
    }
}
