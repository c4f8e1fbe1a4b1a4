//! The arithmetic of a visible stamp's place: points from the page's upper left corner as a person sees it. Pure.

use api::firma::{PageSize, Spot};
use l10n::Lang;

/// Points in a millimetre: 72 in an inch of 25.4 mm.
const MM: f32 = 72.0 / 25.4;
/// The size that is proposed: 70 by 22 mm hold a name, a day and a purpose.
const SIZE: (f32, f32) = (70.0 * MM, 22.0 * MM);
/// The smallest that can still be read.
const LEAST: (f32, f32) = (35.0 * MM, 12.0 * MM);
/// From the edge of the page to the ready places.
const MARGIN: f32 = 12.0 * MM;
/// A step of a key, and a larger one.
const STEP: f32 = MM;
const LEAP: f32 = 10.0 * MM;

/// A ready place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Above, at the left.
    TopLeft,
    /// Above, in the middle.
    TopCenter,
    /// Above, at the right.
    TopRight,
    /// Below, at the left.
    BottomLeft,
    /// Below, in the middle.
    BottomCenter,
    /// Below, at the right.
    BottomRight,
}

impl Place {
    /// All, as they lie on the page.
    pub const ALL: [Self; 6] = [
        Self::TopLeft,
        Self::TopCenter,
        Self::TopRight,
        Self::BottomLeft,
        Self::BottomCenter,
        Self::BottomRight,
    ];

    /// Its name.
    pub fn words(self, t: Lang) -> &'static str {
        match self {
            Self::TopLeft => t.place_top_left(),
            Self::TopCenter => t.place_top_center(),
            Self::TopRight => t.place_top_right(),
            Self::BottomLeft => t.place_bottom_left(),
            Self::BottomCenter => t.place_bottom_center(),
            Self::BottomRight => t.place_bottom_right(),
        }
    }

    /// The spot there; of a size that is given, or of the proposed one.
    pub fn spot(self, on: PageSize, page: u32, size: Option<(f32, f32)>) -> Spot {
        let (width, height) = size.unwrap_or(SIZE);
        let (right, below) = (on.width - MARGIN - width, on.height - MARGIN - height);
        let left = match self {
            Self::TopLeft | Self::BottomLeft => MARGIN,
            Self::TopCenter | Self::BottomCenter => (on.width - width) / 2.0,
            Self::TopRight | Self::BottomRight => right,
        };
        let top = match self {
            Self::TopLeft | Self::TopCenter | Self::TopRight => MARGIN,
            _ => below,
        };
        let spot = Spot {
            page,
            left,
            top,
            width,
            height,
        };
        within(spot, on)
    }

    /// The ready place that a spot lies on, where it lies on one.
    pub fn of(spot: Spot, on: PageSize) -> Option<Self> {
        let size = Some((spot.width, spot.height));
        let near = |a: f32, b: f32| (a - b).abs() < 0.5;
        Self::ALL.into_iter().find(|place| {
            let it = place.spot(on, spot.page, size);
            near(it.left, spot.left) && near(it.top, spot.top)
        })
    }
}

/// Keeps a spot on the page, and large enough to be read.
pub fn within(spot: Spot, on: PageSize) -> Spot {
    let width = spot.width.max(LEAST.0).min(on.width);
    let height = spot.height.max(LEAST.1).min(on.height);
    Spot {
        left: spot.left.min(on.width - width).max(0.0),
        top: spot.top.min(on.height - height).max(0.0),
        width,
        height,
        ..spot
    }
}

/// Moved by so many points.
pub fn moved(spot: Spot, on: PageSize, right: f32, down: f32) -> Spot {
    let spot = Spot {
        left: spot.left + right,
        top: spot.top + down,
        ..spot
    };
    within(spot, on)
}

/// Its lower right corner moved by so many points; the other one stays.
pub fn resized(spot: Spot, on: PageSize, right: f32, down: f32) -> Spot {
    let width = (spot.width + right).max(LEAST.0).min(on.width - spot.left);
    let height = (spot.height + down).max(LEAST.1).min(on.height - spot.top);
    let spot = Spot {
        width,
        height,
        ..spot
    };
    within(spot, on)
}

/// What a key does to it: arrows move, with Shift further; `+` and `-`, and arrows with Alt, change the size.
pub fn key(spot: Spot, on: PageSize, key: &str, shift: bool, alt: bool) -> Option<Spot> {
    let step = if shift { LEAP } else { STEP };
    let (right, down) = match key {
        "ArrowLeft" => (-step, 0.0),
        "ArrowRight" => (step, 0.0),
        "ArrowUp" => (0.0, -step),
        "ArrowDown" => (0.0, step),
        // In proportion; `+` may need Shift, so that makes no difference.
        "+" => return Some(grown(spot, on, 5.0 * MM)),
        "-" => return Some(grown(spot, on, -5.0 * MM)),
        _ => return None,
    };
    Some(if alt {
        resized(spot, on, right, down)
    } else {
        moved(spot, on, right, down)
    })
}

fn grown(spot: Spot, on: PageSize, by: f32) -> Spot {
    resized(spot, on, by, by * spot.height / spot.width)
}

/// Where it is, for an element over the picture: left, top, width, height in per cent of the page.
pub fn percent(spot: Spot, on: PageSize) -> [f32; 4] {
    [
        spot.left / on.width * 100.0,
        spot.top / on.height * 100.0,
        spot.width / on.width * 100.0,
        spot.height / on.height * 100.0,
    ]
}

/// Where it is, in words: "Pagina 1, 20 mm da sinistra, 35 mm dall’alto …".
pub fn words(t: Lang, spot: Spot) -> String {
    t.place_at(
        &t.number(spot.page.into()),
        &mm(spot.left),
        &mm(spot.top),
        &mm(spot.width),
        &mm(spot.height),
    )
}

fn mm(points: f32) -> String {
    format!("{:.0}", points / MM)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A4, upright.
    const A4: PageSize = PageSize {
        width: 595.0,
        height: 842.0,
    };

    fn at(left: f32, top: f32) -> Spot {
        Spot {
            page: 1,
            left,
            top,
            width: 200.0,
            height: 60.0,
        }
    }

    fn inside(spot: Spot, on: PageSize) -> bool {
        spot.left >= 0.0
            && spot.top >= 0.0
            && spot.left + spot.width <= on.width + 0.01
            && spot.top + spot.height <= on.height + 0.01
    }

    #[test]
    fn the_six_ready_places_are_on_the_page_and_known_again() {
        let slip = PageSize {
            width: 240.0,
            height: 100.0,
        };
        for place in Place::ALL {
            let spot = place.spot(A4, 2, None);
            assert!(inside(spot, A4), "{place:?}");
            assert_eq!((spot.page, Place::of(spot, A4)), (2, Some(place)));
            assert!(inside(place.spot(slip, 1, None), slip), "{place:?}");
        }
        assert_eq!(Place::of(at(100.0, 300.0), A4), None);
    }

    #[test]
    fn a_stamp_cannot_leave_the_page() {
        let far = moved(at(500.0, 800.0), A4, 4000.0, 4000.0);
        assert!(inside(far, A4));
        assert_eq!((far.left, far.top), (395.0, 782.0));
        let back = moved(far, A4, -9000.0, -9000.0);
        assert_eq!((back.left, back.top), (0.0, 0.0));
        assert!(inside(resized(far, A4, 900.0, 900.0), A4));
    }

    #[test]
    fn it_stays_large_enough_to_be_read_and_its_corner_stays() {
        let small = resized(at(100.0, 100.0), A4, -900.0, -900.0);
        assert_eq!((small.width, small.height), LEAST);
        assert_eq!((small.left, small.top), (100.0, 100.0));
    }

    #[test]
    fn keys_move_by_millimetres_and_shift_moves_by_ten() {
        let from = at(100.0, 100.0);
        let to = |name, shift, alt| key(from, A4, name, shift, alt);
        assert_eq!(
            to("ArrowRight", false, false).map(|it| it.left),
            Some(100.0 + MM)
        );
        assert_eq!(
            to("ArrowUp", true, false).map(|it| it.top),
            Some(100.0 - LEAP)
        );
        let wider = to("ArrowRight", false, true).map(|it| (it.left, it.width));
        assert_eq!(wider, Some((100.0, 200.0 + MM)));
        assert!(to("+", true, false).is_some_and(|it| it.width > 200.0 && it.height > 60.0));
        assert!(to("-", false, false).is_some_and(|it| it.width < 200.0));
        assert_eq!(to("Tab", false, false), None);
    }

    #[test]
    fn its_place_is_told_in_millimetres() {
        let spot = Spot {
            page: 1,
            left: 20.0 * MM,
            top: 35.0 * MM,
            width: 70.0 * MM,
            height: 22.0 * MM,
        };
        assert_eq!(
            words(Lang::It, spot),
            "Pagina 1, 20 mm da sinistra, 35 mm dall’alto, largo 70 mm e alto 22 mm"
        );
        let whole = Spot {
            page: 1,
            left: 0.0,
            top: 421.0,
            width: 595.0,
            height: 421.0,
        };
        assert_eq!(percent(whole, A4), [0.0, 50.0, 100.0, 50.0]);
    }
}
