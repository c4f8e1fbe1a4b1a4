//! The arithmetic of a list of which only what is in sight is drawn. Pure.

use std::ops::Range;

/// Rows above and below the window that are drawn too, so that scrolling shows no gaps.
const MARGIN: usize = 8;
/// Rows asked for at a time.
pub const CHUNK: usize = 100;

/// A window on a list of rows of one height. Heights in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The height of a row.
    pub row: f64,
    /// The height of the window.
    pub height: f64,
    /// How far it is scrolled.
    pub scroll: f64,
    /// How many rows there are.
    pub total: usize,
}

impl Window {
    /// The rows to draw.
    pub fn drawn(&self) -> Range<usize> {
        let first = floor(self.scroll / self.row);
        let shown = floor(self.height / self.row) + 2;
        let end = (first + shown + MARGIN).min(self.total);
        first.saturating_sub(MARGIN).min(end)..end
    }

    /// How many rows fit whole.
    pub fn page(&self) -> usize {
        floor(self.height / self.row).max(1)
    }

    /// Where to scroll so that a row is in sight; `None` where it is already.
    pub fn reveal(&self, at: usize) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "rows are far fewer than 2^52")]
        let top = at as f64 * self.row;
        if top < self.scroll {
            Some(top)
        } else if top + self.row > self.scroll + self.height {
            Some(top + self.row - self.height)
        } else {
            None
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what is not negative; pixels are far fewer than 2^52"
)]
fn floor(x: f64) -> usize {
    x.max(0.0) as usize
}

/// The chunks that hold these rows.
pub fn chunks(rows: &Range<usize>) -> Range<usize> {
    rows.start / CHUNK..rows.end.div_ceil(CHUNK)
}

/// A key of the keyboard in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

impl Move {
    /// The move of a key.
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "Home" => Self::Home,
            "End" => Self::End,
            _ => return None,
        })
    }

    /// The row one comes to; a list without rows has none.
    pub fn from(self, at: usize, page: usize, total: usize) -> Option<usize> {
        let last = total.checked_sub(1)?;
        Some(match self {
            Self::Up => at.saturating_sub(1),
            Self::Down => at + 1,
            Self::PageUp => at.saturating_sub(page),
            Self::PageDown => at + page,
            Self::Home => 0,
            Self::End => last,
        })
        .map(|at| at.min(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(scroll: f64, total: usize) -> Window {
        Window {
            row: 64.0,
            height: 640.0,
            scroll,
            total,
        }
    }

    #[test]
    fn only_what_is_in_sight_is_drawn_however_long_the_list() {
        assert_eq!(window(0.0, 10_000).drawn(), 0..20);
        assert_eq!(window(64.0 * 5000.0, 10_000).drawn(), 4992..5020);
        assert_eq!(window(64.0 * 9990.0, 10_000).drawn(), 9982..10_000);
    }

    #[test]
    fn a_list_that_became_shorter_under_the_scroll_draws_nothing_that_is_not_there() {
        assert_eq!(window(64.0 * 9990.0, 3).drawn(), 3..3);
        assert_eq!(window(0.0, 0).drawn(), 0..0);
        assert_eq!(window(-20.0, 3).drawn(), 0..3);
    }

    #[test]
    fn rows_are_asked_for_by_the_hundred() {
        assert_eq!(chunks(&(0..20)), 0..1);
        assert_eq!(chunks(&(95..123)), 0..2);
        assert_eq!(chunks(&(200..220)), 2..3);
        assert_eq!(chunks(&(5..5)).len(), 1);
    }

    #[test]
    fn a_row_is_brought_into_sight_by_the_shortest_way() {
        let window = window(640.0, 10_000);
        assert_eq!(window.reveal(10), None);
        assert_eq!(window.reveal(9), Some(576.0));
        assert_eq!(window.reveal(20), Some(704.0));
    }

    #[test]
    fn keys_never_leave_the_list() {
        assert_eq!(Move::Up.from(0, 10, 3), Some(0));
        assert_eq!(Move::Down.from(2, 10, 3), Some(2));
        assert_eq!(Move::PageDown.from(0, 10, 3), Some(2));
        assert_eq!(Move::PageUp.from(25, 10, 100), Some(15));
        assert_eq!(Move::End.from(0, 10, 10_000), Some(9999));
        assert_eq!(Move::Home.from(7, 10, 0), None);
        assert_eq!(Move::of("a"), None);
    }
}
