//! What is said of the line: how long, why it waits, what went wrong. Pure; the words are in `l10n`.

use crate::words::size;
use api::stato::{Attempt, HeldBack, LeftAlone, Line, Transit, Why};
use domain::line::{Carried, Fault, Held};
use l10n::Lang;

/// A minute of the day as on a clock: `8:00`, `13:30`.
pub fn clock(minute: u16) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}

/// About how long: never more exact than it is known.
pub fn duration(t: Lang, seconds: u64) -> String {
    match seconds {
        0..45 => t.time_moment().into(),
        45..3_570 => t.time_minutes(rounded(seconds, 60)),
        3_570..84_600 => t.time_hours(rounded(seconds, 3_600)),
        _ => t.time_days(rounded(seconds, 86_400)),
    }
}

fn rounded(seconds: u64, unit: u64) -> u64 {
    ((seconds + unit / 2) / unit).max(1)
}

/// How much is left and how long it takes, where anything is left.
pub fn left(t: Lang, transit: &Transit, line: Line) -> Option<String> {
    let bytes = size(t, transit.left);
    match (transit.left, transit.seconds) {
        (0, _) => None,
        (_, Some(seconds)) => Some(t.left_time(&bytes, &duration(t, seconds))),
        (_, None) if matches!(line, Line::Up | Line::Busy) => Some(t.left_unknown(&bytes)),
        (_, None) => Some(t.left_bytes(&bytes)),
    }
}

/// Why large files wait.
pub fn held(t: Lang, held: Held) -> String {
    match held {
        Held::Quiet { until } => t.held_quiet(&clock(until)),
        Held::Cap { mb } => t.held_cap(&format!("{} MB", t.number(mb.into()))),
        Held::Metered => t.held_metered().into(),
    }
}

/// How many files wait, where any does.
pub fn held_files(t: Lang, back: &HeldBack) -> Option<String> {
    (back.files > 0).then(|| t.held_files(back.files.into(), &size(t, back.bytes)))
}

/// Why a file did not go, and what to do.
pub fn left_alone(t: Lang, file: &LeftAlone) -> String {
    let (what, help) = fault(t, file.why);
    let name = match &file.page {
        Some((_, title)) if file.name.is_empty() => title,
        _ => &file.name,
    };
    match file.up {
        true => t.left_alone_up(name, what, help),
        false => t.left_alone_down(name, what, help),
    }
}

/// Why a change is not at the hub yet.
pub fn why(t: Lang, why: Why, line: Line, fault: Option<Fault>) -> String {
    match why {
        Why::Parked => t.why_parked().into(),
        Why::Page => t.why_page().into(),
        Why::Failing => t.why_failing().into(),
        Why::Earlier => t.why_earlier().into(),
        Why::Files { sent, all, held } => files(t, (sent, all), held),
        Why::Answer if matches!(line, Line::Up | Line::Busy) => t.why_answer().into(),
        Why::Answer | Why::Line => of_line(t, line, fault).into(),
    }
}

fn files(t: Lang, (sent, all): (u64, u64), held: Option<Held>) -> String {
    let left = size(t, all.saturating_sub(sent));
    match held {
        Some(Held::Quiet { until }) => t.why_held_quiet(&left, &clock(until)),
        Some(Held::Cap { .. }) => t.why_held_cap(&left),
        Some(Held::Metered) => t.why_held_metered(&left),
        None => t.why_files(&size(t, sent), &size(t, all)),
    }
}

fn of_line(t: Lang, line: Line, fault: Option<Fault>) -> &'static str {
    match line {
        Line::Up | Line::Busy => t.why_sending(),
        Line::Down => t.why_down(),
        Line::Off => t.why_off(),
        Line::Trouble if fault == Some(Fault::HubFull) => t.why_full(),
        Line::Trouble if fault == Some(Fault::HubQuota) => t.why_quota(),
        Line::Trouble => t.why_trouble(),
        Line::Revoked => t.why_revoked(),
    }
}

/// What went wrong, in a few words, and what to do about it.
pub fn fault(t: Lang, fault: Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::NoLine => (t.fault_no_line(), t.fault_no_line_help()),
        Fault::Cut => (t.fault_cut(), t.fault_cut_help()),
        Fault::Stalled => (t.fault_stalled(), t.fault_stalled_help()),
        Fault::NotAHub => (t.fault_not_a_hub(), t.fault_not_a_hub_help()),
        Fault::Untrusted => (t.fault_untrusted(), t.fault_untrusted_help()),
        Fault::HubTrouble => (t.fault_hub_trouble(), t.fault_hub_trouble_help()),
        Fault::HubFull => (t.fault_hub_full(), t.fault_hub_full_help()),
        Fault::HubQuota => (t.fault_hub_quota(), t.fault_hub_quota_help()),
        Fault::TooManyCalls => (t.fault_too_many(), t.fault_too_many_help()),
        Fault::Revoked => (t.fault_revoked(), t.fault_revoked_help()),
        Fault::Expired => (t.fault_expired(), t.fault_expired_help()),
        Fault::Unauthorized => (t.fault_unauthorized(), t.fault_unauthorized_help()),
        Fault::Forbidden => (t.fault_forbidden(), t.fault_forbidden_help()),
        Fault::UpgradeRequired => (t.fault_upgrade(), t.fault_upgrade_help()),
        Fault::CodeUnknown => (t.fault_code(), t.fault_code_help()),
        Fault::NotFound => (t.fault_not_found(), t.fault_not_found_help()),
        Fault::Conflict => (t.fault_conflict(), t.fault_conflict_help()),
        Fault::Dictionary => (t.fault_dictionary(), t.fault_dictionary_help()),
        Fault::TooLarge => (t.fault_too_large(), t.fault_too_large_help()),
        Fault::Malformed => (t.fault_malformed(), t.fault_malformed_help()),
        Fault::Here => (t.fault_here(), t.fault_here_help()),
        Fault::Other => (t.fault_other(), t.fault_other_help()),
    }
}

/// How a try ended, or a run of tries.
pub fn result(t: Lang, it: &Attempt) -> String {
    let times = (it.times > 1).then(|| t.log_times(it.times.into()));
    match (it.error, it.carried) {
        (Some(error), _) => joined(fault(t, error).0, times),
        (None, Carried::Upload) => joined(t.log_upload(), Some(t.log_pieces(it.times.into()))),
        (None, Carried::Download) => joined(t.log_download(), Some(t.log_pieces(it.times.into()))),
        (None, Carried::Operations) => match operations(t, it.ops) {
            Some(ops) => t.log_ops(&ops),
            None => joined(t.log_idle(), times),
        },
    }
}

fn joined(words: &str, more: Option<String>) -> String {
    more.map_or_else(|| words.to_owned(), |more| format!("{words}, {more}"))
}

fn operations(t: Lang, (up, down): (u32, u32)) -> Option<String> {
    let up = (up > 0).then(|| t.log_ops_up(up.into()));
    let down = (down > 0).then(|| t.log_ops_down(down.into()));
    let both: Vec<String> = up.into_iter().chain(down).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// How good the line was: round trip and what it carried.
pub fn quality(t: Lang, it: &Attempt) -> String {
    let rtt = it.rtt.map(|ms| t.linea_rtt_words(&t.number(ms.into())));
    let goodput = it.goodput.map(|bytes| speed(t, bytes));
    let both: Vec<String> = rtt.into_iter().chain(goodput).collect();
    match both.is_empty() {
        true => t.log_no_quality().into(),
        false => both.join(" · "),
    }
}

/// Bytes per second.
pub fn speed(t: Lang, bytes: u64) -> String {
    t.linea_goodput_words(&size(t, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IT: Lang = Lang::It;

    #[test]
    fn a_time_is_about_as_long_as_it_is() {
        let said = [10, 50, 100, 240, 3_500, 3_600, 7_300, 90_000, 200_000];
        assert_eq!(
            said.map(|seconds| duration(IT, seconds)),
            [
                "meno di un minuto",
                "circa un minuto",
                "circa 2 minuti",
                "circa 4 minuti",
                "circa 58 minuti",
                "circa un’ora",
                "circa 2 ore",
                "circa un giorno",
                "circa 2 giorni",
            ]
        );
    }

    fn transit(left: u64, seconds: Option<u64>) -> Transit {
        Transit {
            left,
            seconds,
            ..Transit::default()
        }
    }

    #[test]
    fn a_time_is_told_only_where_it_is_known() {
        let said = |left_bytes, seconds, line| left(IT, &transit(left_bytes, seconds), line);
        assert_eq!(
            said(3_400_000, Some(240), Line::Busy).as_deref(),
            Some("Restano 3,4 MB: circa 4 minuti con la linea di oggi.")
        );
        assert_eq!(
            said(3_400_000, None, Line::Down).as_deref(),
            Some("Restano 3,4 MB.")
        );
        assert!(said(1, None, Line::Up).is_some_and(|it| it.contains("non si sa ancora")));
        assert_eq!(said(0, Some(1), Line::Up), None);
    }

    #[test]
    fn a_file_that_did_not_go_says_why_and_what_to_do() {
        let file = LeftAlone {
            name: "bando.pdf".into(),
            page: None,
            up: true,
            why: Fault::HubFull,
        };
        assert_eq!(
            left_alone(IT, &file),
            "«bando.pdf» non è andato (Disco pieno al Centro servizi). Il Centro servizi deve fare spazio: avvisalo. \
             Qui il lavoro è al sicuro. Si riprova da soli."
        );
    }

    #[test]
    fn what_waits_says_its_own_reason_before_that_of_the_line() {
        let files = |held| Why::Files {
            sent: 100_000,
            all: 300_000,
            held,
        };
        let said = |it| why(IT, it, Line::Down, None);
        assert_eq!(said(Why::Line), IT.why_down());
        assert_eq!(said(Why::Answer), IT.why_down());
        assert_eq!(said(Why::Parked), IT.why_parked());
        assert_eq!(said(files(None)), "File inviati: 100 kB di 300 kB");
        assert!(
            said(files(Some(Held::Quiet { until: 780 })))
                .contains("200 kB da inviare dopo le 13:00")
        );
        assert_eq!(why(IT, Why::Answer, Line::Up, None), IT.why_answer());
        let full = why(IT, Why::Line, Line::Trouble, Some(Fault::HubFull));
        assert_eq!(full, IT.why_full());
        let share = why(IT, Why::Line, Line::Trouble, Some(Fault::HubQuota));
        assert_eq!(share, IT.why_quota());
    }

    fn attempt(times: u32, error: Option<Fault>, carried: Carried, ops: (u32, u32)) -> Attempt {
        Attempt {
            at: 0,
            until: 0,
            times,
            ms: 612,
            up: 0,
            down: 0,
            ops,
            carried,
            rtt: Some(612),
            goodput: Some(14_000),
            error,
        }
    }

    #[test]
    fn every_kind_of_try_has_words() {
        let none = Carried::Operations;
        let said = [
            attempt(12, Some(Fault::NoLine), none, (0, 0)),
            attempt(1, None, none, (3, 1)),
            attempt(1, None, none, (0, 2)),
            attempt(40, None, none, (0, 0)),
            attempt(14, None, Carried::Upload, (0, 0)),
            attempt(1, None, Carried::Download, (0, 0)),
        ]
        .map(|it| result(IT, &it));
        assert_eq!(
            said,
            [
                "Senza linea, 12 volte",
                "Riuscito: 3 modifiche inviate, 1 ricevuta",
                "Riuscito: 2 ricevute",
                "Riuscito, niente da portare, 40 volte",
                "File inviati, 14 pezzi",
                "File ricevuti, 1 pezzo",
            ]
        );
        let one = attempt(1, None, none, (0, 0));
        assert_eq!(quality(IT, &one), "612 ms · 14 kB al secondo");
        let unknown = Attempt {
            rtt: None,
            goodput: None,
            ..one
        };
        assert_eq!(quality(IT, &unknown), "–");
    }

    #[test]
    fn every_limit_says_what_still_goes() {
        for it in [
            Held::Metered,
            Held::Cap { mb: 500 },
            Held::Quiet { until: 780 },
        ] {
            assert!(held(IT, it).contains("parte solo il lavoro"), "{it:?}");
        }
        assert!(held(IT, Held::Cap { mb: 500 }).contains("500 MB"));
        assert_eq!(clock(485), "8:05");
    }
}
