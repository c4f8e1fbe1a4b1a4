//! Pages as pictures, with things over them: turned with buttons and keys, larger and smaller.

use super::spot;
use crate::dom;
use crate::lang::lang;
use crate::part::{IconButton, icon};
use api::firma::{PageSize, Paper, PaperId, Spot};
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// How much larger than its place a page is shown, in per cent; the picture is drawn as fine.
const ZOOMS: [(&str, u32); 3] = [("sheet-1", 1200), ("sheet-2", 1800), ("sheet-3", 2400)];
/// The width of a small picture, in pixels: twice what is shown, for fine screens.
const SMALL: u32 = 240;

/// Where the picture of a page is, so many pixels wide.
pub fn address(paper: &PaperId, page: u32, pixels: u32) -> String {
    // WebView2 knows no schemes of one's own: there they are hosts.
    let windows = dom::window().location().hostname();
    let base = match windows.as_deref() {
        Ok("tauri.localhost") => "http://anteprima.localhost",
        _ => "anteprima://localhost",
    };
    format!("{base}/carta/{}/{page}/{pixels}.png", paper.0)
}

#[derive(Properties, PartialEq)]
pub struct SheetProps {
    pub paper: PaperId,
    pub page: u32,
    pub size: PageSize,
    pub pixels: u32,
    /// What the picture shows, for assistive technology; nothing where words stand beside it.
    pub alt: AttrValue,
    #[prop_or_default]
    pub class: Classes,
    /// What lies over the page.
    #[prop_or_default]
    pub children: Html,
    #[prop_or_default]
    pub frame: NodeRef,
}

/// A page. It has its shape before its picture is there, so that nothing jumps.
#[component]
pub fn Sheet(props: &SheetProps) -> Html {
    let broken = use_state_eq(|| false);
    let source = address(&props.paper, props.page, props.pixels);
    {
        let broken = broken.setter();
        use_effect_with(source.clone(), move |_| broken.set(false));
    }
    let frame = props.frame.clone();
    use_effect_with(props.size, move |size| {
        if let Some(frame) = frame.cast::<HtmlElement>() {
            dom::style(
                &frame,
                "aspect-ratio",
                &format!("{} / {}", size.width, size.height),
            );
        }
    });
    let on_error = {
        let broken = broken.setter();
        Callback::from(move |_: web_sys::Event| broken.set(true))
    };
    html! {
        <div class={classes!("sheet", props.class.clone())} ref={props.frame.clone()}>
            if *broken {
                <p class="sheet-broken" role="status">{ lang().pages_broken() }</p>
            } else {
                // Another page is another picture: the old one must not stand under the new number while that loads.
                <img key={source.clone()} src={source} alt={props.alt.clone()} draggable="false" onerror={on_error} />
            }
            { props.children.clone() }
        </div>
    }
}

/// The first page, small, beside words that name it.
pub fn small(paper: &Paper) -> Html {
    match paper.pages.first() {
        Some(size) => html! {
            <Sheet class="sheet-small" paper={paper.id.clone()} page={1} size={*size} pixels={SMALL} alt="" />
        },
        None => {
            html! { <span class="sheet sheet-small sheet-none" aria-hidden="true">{ icon("it-file") }</span> }
        }
    }
}

/// Lays an element over a page.
#[hook]
pub fn use_laid(node: NodeRef, spot: Spot, size: PageSize) {
    use_effect_with((spot, size), move |(spot, size)| {
        let Some(element) = node.cast::<HtmlElement>() else {
            return;
        };
        let names = ["left", "top", "width", "height"];
        for (name, value) in names.into_iter().zip(spot::percent(*spot, *size)) {
            dom::style(&element, name, &format!("{value}%"));
        }
    });
}

#[derive(Properties, PartialEq)]
struct MarkProps {
    spot: Spot,
    size: PageSize,
}

/// A frame around a signature's stamp.
#[component]
fn Mark(props: &MarkProps) -> Html {
    let node = use_node_ref();
    use_laid(node.clone(), props.spot, props.size);
    html! { <div class="sheet-mark" ref={node}></div> }
}

#[derive(Properties, PartialEq)]
pub struct PagerProps {
    pub page: u32,
    pub count: u32,
    pub on_page: Callback<u32>,
}

/// "Pagina 2 di 5", with buttons.
#[component]
pub fn Pager(props: &PagerProps) -> Html {
    let (t, page, count) = (lang(), props.page, props.count);
    html! {
        <div class="pager">
            <IconButton
                label={t.pages_previous()}
                icon="it-chevron-left"
                on_click={props.on_page.reform(move |()| turned(page, -1, count))}
            />
            <span role="status">{ t.pages_of(&page.to_string(), &count.to_string()) }</span>
            <IconButton
                label={t.pages_next()}
                icon="it-chevron-right"
                on_click={props.on_page.reform(move |()| turned(page, 1, count))}
            />
        </div>
    }
}

/// The page that lies so many further, within the document.
fn turned(page: u32, by: i32, count: u32) -> u32 {
    page.saturating_add_signed(by).clamp(1, count.max(1))
}

/// Where a key leads, where it leads anywhere.
fn key(page: u32, key: &str, count: u32) -> Option<u32> {
    match key {
        "PageUp" | "ArrowLeft" => Some(turned(page, -1, count)),
        "PageDown" | "ArrowRight" => Some(turned(page, 1, count)),
        "Home" => Some(1),
        "End" => Some(count),
        _ => None,
    }
}

#[derive(Properties, PartialEq)]
pub struct PagesProps {
    pub paper: Paper,
    pub page: u32,
    pub on_page: Callback<u32>,
    /// What to point out.
    pub mark: Option<Spot>,
}

/// The pages of a document.
#[component]
pub fn Pages(props: &PagesProps) -> Html {
    let (t, paper) = (lang(), &props.paper);
    let zoom = use_state_eq(|| 0_usize);
    let count = u32::try_from(paper.pages.len()).unwrap_or(u32::MAX);
    let page = props.page.clamp(1, count.max(1));
    let Some(size) = paper.pages.get(page as usize - 1).copied() else {
        return Html::default();
    };
    let (class, pixels) = ZOOMS.get(*zoom).copied().unwrap_or(ZOOMS[0]);
    let zoomed = |by: isize| {
        let zoom = zoom.clone();
        Callback::from(move |()| zoom.set(zoom.saturating_add_signed(by).min(ZOOMS.len() - 1)))
    };
    let on_key = {
        let on_page = props.on_page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let plain = !event.alt_key() && !event.ctrl_key() && !event.meta_key();
            if let Some(to) = key(page, &event.key(), count).filter(|_| plain) {
                event.prevent_default();
                on_page.emit(to);
            }
        })
    };
    let mark = props.mark.filter(|spot| spot.page == page);
    let (of, all) = (page.to_string(), count.to_string());
    html! {
        <div class="pages">
            <div class="pages-tools">
                <Pager {page} {count} on_page={props.on_page.clone()} />
                <div>
                    <IconButton label={t.pages_smaller()} icon="it-zoom-out" on_click={zoomed(-1)} />
                    <IconButton label={t.pages_larger()} icon="it-zoom-in" on_click={zoomed(1)} />
                </div>
            </div>
            <div class="pages-window" id="pagine" tabindex="0" role="region" aria-label={t.pages_label(&paper.name)} onkeydown={on_key}>
                <Sheet
                    {class}
                    paper={paper.id.clone()}
                    {page}
                    {size}
                    {pixels}
                    alt={t.pages_alt(&of, &all, &paper.name)}
                >
                    if let Some(spot) = mark {
                        <Mark {spot} {size} />
                    }
                </Sheet>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn keys_turn_pages_and_stop_at_the_ends() {
        let to = |page, name| key(page, name, 3);
        assert_eq!(to(1, "PageDown"), Some(2));
        assert_eq!(to(3, "ArrowRight"), Some(3));
        assert_eq!(to(1, "ArrowLeft"), Some(1));
        assert_eq!((to(2, "Home"), to(2, "End")), (Some(1), Some(3)));
        assert_eq!(to(2, "ArrowDown"), None, "that scrolls");
    }
}
