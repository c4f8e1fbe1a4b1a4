//! Writes the difference between two texts as operations of the document.

use crate::diff::{Gap, diff};
use crate::flat::{Glyph, Raw, glyphs};
use crate::keys::{Key, Sort};
use loro::{LoroResult, LoroText};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// Characters written at once. The library walks a stretch of text that was written at once and then removed
/// in a time that grows with the square of its length; written from the last piece to the first, it keeps the
/// pieces apart.
const PIECE: usize = 4_096;

/// What a stored character is after the replacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Nobody sees it.
    Hidden,
    /// It stood already; position in the new text.
    Kept(usize),
    /// It was written just now; position in the new text.
    Written(usize),
}

/// Makes the visible part of `text`, read as `raw`, equal to `new`.
pub(crate) fn patch(text: &LoroText, raw: &Raw, new: &[Glyph]) -> LoroResult<()> {
    let old = raw.seen();
    let gaps = diff(&old, new);
    let cuts: Vec<Cut> = gaps.iter().map(|gap| Cut::new(gap, raw, &old)).collect();
    for cut in cuts.iter().rev() {
        cut.write(text, new)?;
    }
    let slots = slots(raw, &cuts, new.len());
    let touched = touched_lines(&old, new, &gaps);
    fix_marks(text, &slots, new, &touched)
}

/// A gap in terms of stored positions.
struct Cut {
    /// Stored characters that go, in ascending runs.
    delete: Vec<Range<usize>>,
    /// Stored span whose newlines stay as the graves of removed paragraphs.
    graves: Range<usize>,
    /// Stored position before which the new characters come.
    insert_at: usize,
    new: Range<usize>,
}

impl Cut {
    fn new(gap: &Gap, raw: &Raw, old: &[Glyph]) -> Self {
        let stored = |at: usize| raw.visible.get(at).copied().unwrap_or(raw.glyphs.len());
        let graves = graves(gap, old);
        let delete = if joins(gap, old) {
            // Graves between lines that become one would cut it in two.
            std::iter::once(stored(gap.old.start)..stored(gap.old.end)).collect()
        } else {
            let kept = |at: &usize| {
                graves.contains(at) && old.get(*at).is_some_and(|glyph| glyph.c == '\n')
            };
            let gone = gap.old.clone().filter(|at| !kept(at));
            gone.map(stored).fold(Vec::new(), join_neighbours)
        };
        let graves = match graves.end.checked_sub(1) {
            Some(last) if !graves.is_empty() => stored(graves.start)..stored(last) + 1,
            _ => 0..0,
        };
        Self {
            delete,
            graves,
            insert_at: stored(gap.old.end),
            new: gap.new.clone(),
        }
    }

    fn write(&self, text: &LoroText, new: &[Glyph]) -> LoroResult<()> {
        let glyphs = new.get(self.new.clone()).unwrap_or_default();
        for piece in glyphs.chunks(PIECE).rev() {
            let words: String = piece.iter().map(|glyph| glyph.c).collect();
            text.insert(self.insert_at, &words)?;
        }
        for run in self.delete.iter().rev() {
            text.delete(run.start, run.len())?;
        }
        if !self.graves.is_empty() {
            let deleted: usize = self
                .delete
                .iter()
                .map(|run| run.end.min(self.graves.end).saturating_sub(run.start))
                .sum();
            let span = self.graves.start..self.graves.end - deleted;
            text.mark(span, Key::Gone.name(), true)?;
        }
        Ok(())
    }

    fn deletes(&self, at: usize) -> bool {
        self.delete.iter().any(|run| run.contains(&at))
    }
}

fn join_neighbours(mut runs: Vec<Range<usize>>, at: usize) -> Vec<Range<usize>> {
    match runs.last_mut() {
        Some(run) if run.end == at => run.end += 1,
        _ => runs.push(at..at + 1),
    }
    runs
}

fn starts_line(gap: &Gap, old: &[Glyph]) -> bool {
    let before = gap.old.start.checked_sub(1).and_then(|at| old.get(at));
    before.is_none_or(|glyph| glyph.c == '\n')
}

/// Whether the end of a line goes, but not its beginning.
fn joins(gap: &Gap, old: &[Glyph]) -> bool {
    let mut gone = old.get(gap.old.clone()).unwrap_or_default().iter();
    !starts_line(gap, old) && gone.any(|glyph| glyph.c == '\n')
}

/// The whole lines among what goes. They must begin where a line begins, or a grave would cut a line in two.
fn graves(gap: &Gap, old: &[Glyph]) -> Range<usize> {
    if !starts_line(gap, old) {
        return 0..0;
    }
    let gone = old.get(gap.old.clone()).unwrap_or_default();
    let len = gone.iter().rposition(|glyph| glyph.c == '\n');
    gap.old.start..gap.old.start + len.map_or(0, |at| at + 1)
}

/// What every stored character is after the cuts.
fn slots(raw: &Raw, cuts: &[Cut], new_len: usize) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(raw.glyphs.len() + new_len);
    let mut cuts = cuts.iter().peekable();
    let mut visible = raw.visible.iter().copied().peekable();
    let mut next = 0;
    let mut current: Option<&Cut> = None;
    for at in 0..=raw.glyphs.len() {
        // A cut governs the stored characters before its insertion point.
        while let Some(cut) = cuts.peek().filter(|cut| cut.insert_at == at) {
            slots.extend(cut.new.clone().map(Slot::Written));
            next = cut.new.end;
            current = None;
            cuts.next();
        }
        if at == raw.glyphs.len() {
            break;
        }
        if current.is_none() {
            current = cuts.peek().copied();
        }
        let seen = visible.next_if_eq(&at).is_some();
        match current {
            Some(cut) if cut.deletes(at) => {}
            Some(cut) if cut.graves.contains(&at) => slots.push(Slot::Hidden),
            _ if seen => {
                slots.push(Slot::Kept(next));
                next += 1;
            }
            _ => slots.push(Slot::Hidden),
        }
    }
    slots
}

/// The newlines of the new text whose line is not letter by letter what it was.
fn touched_lines(old: &[Glyph], new: &[Glyph], gaps: &[Gap]) -> Vec<bool> {
    let ends = line_ends(new);
    let mut touched = vec![false; new.len()];
    for gap in gaps {
        let after = Some(gap.new.end).filter(|_| {
            let whole_lines = graves(gap, old) == gap.old && gap.new.is_empty();
            !whole_lines
        });
        for at in gap.new.clone().chain(after) {
            let end = ends.get(at).copied().unwrap_or(new.len());
            if let Some(flag) = touched.get_mut(end) {
                *flag = true;
            }
        }
    }
    touched
}

/// For each position the newline that ends its line.
fn line_ends(glyphs: &[Glyph]) -> Vec<usize> {
    let mut ends = vec![glyphs.len(); glyphs.len()];
    let mut end = glyphs.len();
    for (at, slot) in ends.iter_mut().enumerate().rev() {
        if glyphs.get(at).is_some_and(|glyph| glyph.c == '\n') {
            end = at;
        }
        *slot = end;
    }
    ends
}

/// Sets and clears marks where the text does not yet look as it should.
fn fix_marks(text: &LoroText, slots: &[Slot], new: &[Glyph], touched: &[bool]) -> LoroResult<()> {
    let now = glyphs(text);
    let used = used(&[&now, new]);
    for key in used {
        for (range, want) in runs(key, &now, slots, new, touched) {
            match want {
                Some(value) => text.mark(range, key.name(), key.write(value))?,
                None => text.unmark(range, key.name())?,
            }
        }
    }
    Ok(())
}

/// The marks that occur: of the others there is nothing to set and nothing to clear.
fn used(texts: &[&[Glyph]]) -> BTreeSet<Key> {
    let runs = texts
        .iter()
        .flat_map(|text| text.chunk_by(|a, b| Arc::ptr_eq(&a.marks, &b.marks)));
    runs.filter_map(|run| run.first())
        .flat_map(|glyph| glyph.marks.keys().copied())
        .collect()
}

type Run<'a> = (Range<usize>, Option<&'a str>);

fn runs<'a>(
    key: Key,
    now: &'a [Glyph],
    slots: &[Slot],
    new: &'a [Glyph],
    touched: &[bool],
) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut open = false;
    let mut line = 0;
    for (at, (glyph, slot)) in now.iter().zip(slots).enumerate() {
        let Some((is, want)) = states(key, glyph, *slot, new, touched) else {
            continue;
        };
        if is == want {
            open = false;
        } else {
            match runs.last_mut() {
                Some(last) if open && last.1 == want => last.0.end = at + 1,
                // What a block is covers the whole line, so that a line split meanwhile stays what it is.
                _ if matches!(key, Key::Block | Key::Depth) => runs.push((line..at + 1, want)),
                _ => runs.push((at..at + 1, want)),
            }
            open = true;
        }
        if glyph.c == '\n' {
            line = at + 1;
        }
    }
    runs
}

/// How a character looks in respect of a mark, and how it should; `None` where the mark does not concern it.
fn states<'a>(
    key: Key,
    glyph: &'a Glyph,
    slot: Slot,
    new: &'a [Glyph],
    touched: &[bool],
) -> Option<(Option<&'a str>, Option<&'a str>)> {
    let at = match slot {
        Slot::Hidden => return None,
        Slot::Kept(at) | Slot::Written(at) => at,
    };
    if Sort::of(glyph.c) != key.sort() {
        return None;
    }
    let is = glyph.mark(key);
    if key == Key::Gone {
        // Who works on a paragraph that was left over from a removal takes it back.
        let settled = matches!(slot, Slot::Written(_)) || touched.get(at).copied().unwrap_or(false);
        return Some((is, if settled { None } else { is }));
    }
    Some((is, new.get(at)?.mark(key)))
}
