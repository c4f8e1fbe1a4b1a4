//! What the hub counts, as Prometheus reads it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

macro_rules! metrics {
    ($($name:ident: $kind:literal, $help:literal;)*) => {
        /// Counters and gauges since the start.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $help] pub $name: AtomicU64,)*
        }

        impl Metrics {
            /// The text format of Prometheus.
            pub fn render(&self) -> String {
                let mut out = String::new();
                $(
                    let name = concat!("hub_", stringify!($name));
                    out.push_str(&format!(
                        "# HELP {name} {}\n# TYPE {name} {}\n{name} {}\n",
                        $help, $kind, self.$name.load(Relaxed),
                    ));
                )*
                out
            }
        }
    };
}

metrics! {
    syncs_total: "counter", "Sync calls answered.";
    ops_accepted_total: "counter", "Operations accepted.";
    ops_refused_total: "counter", "Operations refused.";
    ops_repeated_total: "counter", "Operations answered again.";
    errors_total: "counter", "Calls answered with an error.";
    bytes_in_total: "counter", "Bytes of request bodies, as received.";
    bytes_out_total: "counter", "Bytes of sync answers, as sent.";
    chunks_total: "counter", "New chunks of files.";
    enrolled_total: "counter", "Devices enrolled.";
    stamps_total: "counter", "Time stamps that were had.";
    relayed_total: "counter", "Questions about certificates.";
    publications_total: "counter", "Rounds of rendering that ended well.";
    publication_errors_total: "counter", "Rounds of rendering that failed.";
    publish_last_ms: "gauge", "Milliseconds from the commit to the files on disk, last round.";
    publish_max_ms: "gauge", "Milliseconds from the commit to the files on disk, slowest round.";
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Relaxed);
}
