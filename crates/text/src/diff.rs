//! The smallest sensible set of replacements that makes one text of another.
//!
//! Sensible means: as a person would tell it. Whole lines first, then words inside lines; a removed paragraph
//! is removed from its first letter to its newline, even where the next one begins with the same words.

use crate::flat::Glyph;
use crate::keys::{Key, OBJECT};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

/// After this the rest is replaced as a whole: correct, only less fine. The library bounds its work by itself
/// (a fraction of a second for the longest text); this is for the day on which it does not. A tight budget
/// would make of a slow moment of the machine a paragraph that is removed and written anew, which a merge
/// with a colleague's work pays for.
const BUDGET: Duration = Duration::from_secs(2);
/// How far a replacement is moved in search of a better border.
const MAX_SLIDE: usize = 2_000;

/// `old` is to be replaced by `new`; positions in the two sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gap {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// The gaps in ascending order; between them the sequences agree.
pub(crate) fn diff(old: &[Glyph], new: &[Glyph]) -> Vec<Gap> {
    let deadline = Instant::now() + BUDGET;
    let mut names = BTreeMap::new();
    let whole = Gap {
        old: 0..old.len(),
        new: 0..new.len(),
    };
    let mut gaps = Vec::new();
    for hunk in whole.cut_up(old, new, &mut names, line_border, deadline) {
        let mut inner = hunk.cut_up(old, new, &mut names, word_border, deadline);
        absorb(&mut inner, old);
        gaps.append(&mut inner);
    }
    for gap in &mut gaps {
        narrow(gap, old, new);
    }
    slide(&mut gaps, old, new);
    gaps
}

fn part<'a>(glyphs: &'a [Glyph], range: &Range<usize>) -> &'a [Glyph] {
    glyphs.get(range.clone()).unwrap_or_default()
}

impl Gap {
    /// The gaps inside this one, unit by unit. What both sides begin and end with is not looked at again:
    /// a word typed in a text costs as much as the word, not as the text.
    fn cut_up(
        &self,
        old: &[Glyph],
        new: &[Glyph],
        names: &mut BTreeMap<String, u32>,
        border: Border,
        deadline: Instant,
    ) -> Vec<Self> {
        let core = self.trimmed(old, new, border);
        if core.old.is_empty() && core.new.is_empty() {
            return Vec::new();
        }
        if core.old.is_empty() || core.new.is_empty() {
            return vec![core];
        }
        let (o, n) = (part(old, &core.old), part(new, &core.new));
        let gaps = Units::new(o, n, names, border).diff(deadline);
        gaps.into_iter().map(|gap| gap.shifted(&core)).collect()
    }

    /// Without the whole units that both sides begin with, then without those that both end with.
    fn trimmed(&self, old: &[Glyph], new: &[Glyph], border: Border) -> Self {
        let (o, n) = (part(old, &self.old), part(new, &self.new));
        let is_border = |glyphs: &[Glyph], at: usize| match (
            at.checked_sub(1).and_then(|at| glyphs.get(at)),
            glyphs.get(at),
        ) {
            (Some(a), Some(b)) => border(a, b),
            _ => true,
        };
        let alike = o.iter().zip(n).take_while(|(a, b)| a.same(b)).count();
        let head = (0..=alike)
            .rev()
            .find(|&at| is_border(o, at) && is_border(n, at))
            .unwrap_or(0);
        let tails = o.iter().skip(head).rev().zip(n.iter().skip(head).rev());
        let alike = tails.take_while(|(a, b)| a.same(b)).count();
        let tail = (0..=alike)
            .rev()
            .find(|&len| is_border(o, o.len() - len) && is_border(n, n.len() - len))
            .unwrap_or(0);
        Self {
            old: self.old.start + head..self.old.end - tail,
            new: self.new.start + head..self.new.end - tail,
        }
    }

    fn shifted(&self, hunk: &Self) -> Self {
        let by = |range: &Range<usize>, start| range.start + start..range.end + start;
        Self {
            old: by(&self.old, hunk.old.start),
            new: by(&self.new, hunk.new.start),
        }
    }

    fn is_replacement(&self) -> bool {
        !self.old.is_empty() && !self.new.is_empty()
    }

    fn weight(&self) -> usize {
        self.old.len().max(self.new.len())
    }
}

/// Two sequences cut into units (lines or words), each unit as a number.
struct Units {
    old: (Vec<u32>, Vec<usize>),
    new: (Vec<u32>, Vec<usize>),
}

type Border = fn(&Glyph, &Glyph) -> bool;

impl Units {
    fn new(
        old: &[Glyph],
        new: &[Glyph],
        names: &mut BTreeMap<String, u32>,
        border: Border,
    ) -> Self {
        Self {
            old: units(old, names, border),
            new: units(new, names, border),
        }
    }

    fn diff(&self, deadline: Instant) -> Vec<Gap> {
        let at = |starts: &[usize], unit: usize| starts.get(unit).copied().unwrap_or(0);
        capture_diff_slices_deadline(Algorithm::Myers, &self.old.0, &self.new.0, Some(deadline))
            .into_iter()
            .filter(|op| !matches!(op, DiffOp::Equal { .. }))
            .map(|op| {
                let (old, new) = (op.old_range(), op.new_range());
                Gap {
                    old: at(&self.old.1, old.start)..at(&self.old.1, old.end),
                    new: at(&self.new.1, new.start)..at(&self.new.1, new.end),
                }
            })
            .fold(Vec::new(), join_touching)
    }
}

fn join_touching(mut gaps: Vec<Gap>, gap: Gap) -> Vec<Gap> {
    match gaps.last_mut() {
        Some(last) if last.old.end == gap.old.start && last.new.end == gap.new.start => {
            last.old.end = gap.old.end;
            last.new.end = gap.new.end;
        }
        _ => gaps.push(gap),
    }
    gaps
}

/// The number of each unit, and where each starts, with the end of the last one at the end.
fn units(
    glyphs: &[Glyph],
    names: &mut BTreeMap<String, u32>,
    border: Border,
) -> (Vec<u32>, Vec<usize>) {
    let (mut ids, mut starts) = (Vec::new(), vec![0]);
    let mut at = 0;
    for unit in glyphs.chunk_by(|a, b| !border(a, b)) {
        let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
        ids.push(*names.entry(name(unit)).or_insert(next));
        at += unit.len();
        starts.push(at);
    }
    (ids, starts)
}

fn name(unit: &[Glyph]) -> String {
    let mut name = String::new();
    for glyph in unit {
        name.push(glyph.c);
        if glyph.c == OBJECT {
            name.push_str(glyph.mark(Key::Object).unwrap_or_default());
        }
    }
    name
}

fn line_border(a: &Glyph, _: &Glyph) -> bool {
    a.c == '\n'
}

fn word_border(a: &Glyph, b: &Glyph) -> bool {
    let class = |c: char| match c {
        '\n' | OBJECT => 0,
        c if c.is_alphanumeric() || c == '\'' || c == '’' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    class(a.c) == 0 || class(a.c) != class(b.c)
}

/// Two replaced stretches with next to nothing in common between them are one replacement; else a sentence
/// written anew would be woven into what a colleague wrote in the old one.
fn absorb(gaps: &mut Vec<Gap>, old: &[Glyph]) {
    let mut out: Vec<Gap> = Vec::with_capacity(gaps.len());
    for gap in gaps.drain(..) {
        match out.last_mut() {
            Some(last) if is_noise(last, &gap, part(old, &(last.old.end..gap.old.start))) => {
                last.old.end = gap.old.end;
                last.new.end = gap.new.end;
            }
            _ => out.push(gap),
        }
    }
    *gaps = out;
}

fn is_noise(a: &Gap, b: &Gap, between: &[Glyph]) -> bool {
    if between.iter().any(|g| g.c == '\n' || g.c == OBJECT) {
        return false;
    }
    let both = a.is_replacement() && b.is_replacement();
    if between.iter().any(|g| g.c.is_alphanumeric()) {
        return both && between.len() * 3 < a.weight().min(b.weight());
    }
    both
}

/// A word that only grew or shrank at one end: that end, so that typing on does not replace what stands.
fn narrow(gap: &mut Gap, old: &[Glyph], new: &[Glyph]) {
    let (o, n) = (part(old, &gap.old), part(new, &gap.new));
    let word = |glyphs: &[Glyph]| glyphs.iter().all(|g| g.c.is_alphanumeric());
    if !gap.is_replacement() || !word(o) || !word(n) {
        return;
    }
    let short = o.len().min(n.len());
    let heads = o.iter().zip(n).take_while(|(a, b)| a.same(b)).count();
    let tails = o.iter().rev().zip(n.iter().rev());
    let tails = tails.take_while(|(a, b)| a.same(b)).count();
    if heads == short {
        gap.old.start += short;
        gap.new.start += short;
    } else if tails == short {
        gap.old.end -= short;
        gap.new.end -= short;
    }
}

/// Moves pure insertions and pure removals to where they begin at a line, or at least at a word.
fn slide(gaps: &mut [Gap], old: &[Glyph], new: &[Glyph]) {
    for at in 0..gaps.len() {
        let before = at.checked_sub(1).and_then(|at| gaps.get(at)).cloned();
        let after = gaps.get(at + 1).cloned();
        let Some(gap) = gaps.get_mut(at) else {
            continue;
        };
        let (low, high) = (
            before.map_or((0, 0), |gap| (gap.old.end, gap.new.end)),
            after.map_or((old.len(), new.len()), |gap| (gap.old.start, gap.new.start)),
        );
        let by = if gap.new.is_empty() {
            best_slide(old, &gap.old, low.0..high.0)
        } else if gap.old.is_empty() {
            best_slide(new, &gap.new, low.1..high.1)
        } else {
            0
        };
        let moved = |range: &Range<usize>| {
            range.start.saturating_add_signed(by)..range.end.saturating_add_signed(by)
        };
        *gap = Gap {
            old: moved(&gap.old),
            new: moved(&gap.new),
        };
    }
}

fn best_slide(glyphs: &[Glyph], range: &Range<usize>, room: Range<usize>) -> isize {
    let same = |a: usize, b: usize| matches!((glyphs.get(a), glyphs.get(b)), (Some(a), Some(b)) if a.same(b));
    let left = (1..=MAX_SLIDE)
        .take_while(|k| range.start >= room.start + k && same(range.start - k, range.end - k))
        .count();
    let right = (0..MAX_SLIDE)
        .take_while(|k| range.end + k < room.end && same(range.start + k, range.end + k))
        .count();
    let (left, right) = (left.cast_signed(), right.cast_signed());
    (-left..=right)
        .max_by_key(|&by| {
            let start = range.start.saturating_add_signed(by);
            let end = range.end.saturating_add_signed(by);
            (border_score(glyphs, start, end), -by.abs())
        })
        .unwrap_or(0)
}

fn border_score(glyphs: &[Glyph], start: usize, end: usize) -> u8 {
    let at = |at: Option<usize>| at.and_then(|at| glyphs.get(at)).map(|g| g.c);
    let starts_line = matches!(at(start.checked_sub(1)), None | Some('\n'));
    let ends_line = at(end.checked_sub(1)) == Some('\n');
    match (starts_line, ends_line) {
        (true, true) => 4,
        (true, false) => 3,
        _ if at(start.checked_sub(1)).is_some_and(char::is_whitespace) => 2,
        _ if at(Some(start)).is_some_and(char::is_whitespace) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flat::flatten;
    use domain::sito::RichText;

    fn glyphs(text: &str) -> Vec<Glyph> {
        flatten(&RichText::from_plain(text))
    }

    /// The day on which the time was up before it began.
    fn in_no_time(old: &[Glyph], new: &[Glyph]) -> Vec<Gap> {
        let whole = Gap {
            old: 0..old.len(),
            new: 0..new.len(),
        };
        whole.cut_up(old, new, &mut BTreeMap::new(), word_border, Instant::now())
    }

    #[test]
    fn a_word_in_a_long_paragraph_is_all_that_is_looked_at() {
        let text = "Le scuole restano chiuse. ".repeat(5_500);
        let (head, tail) = text.split_at(26 * 2_700);
        let edits = [
            (format!("{head}Domani {tail}"), 0, 7),
            (format!("Avviso. {text}"), 0, 8),
            (
                format!("{head}{}", tail.replacen("restano", "sono", 1)),
                7,
                4,
            ),
            (format!("{head}{}", &tail[26..]), 26, 0),
        ];
        for (edited, removed, written) in edits {
            let (old, new) = (glyphs(&text), glyphs(&edited));
            let gaps = in_no_time(&old, &new);
            let sizes: Vec<_> = gaps.iter().map(|g| (g.old.len(), g.new.len())).collect();
            assert_eq!(sizes, [(removed, written)]);
        }
    }
}
