//! `site bench [N]`: the full build of a site with N news and the edit of one word, beside Hugo.
//!
//! The corpus is made up page by page while the site is built, as it would come from a database, so that
//! the memory measured is that of the program. Hugo gets the same texts as Markdown files and layouts
//! that show the same parts.

use domain::sito::{Argomento, Block, Fields, NewsKind, PageKind, RichText, Span};
use domain::{PageId, UnixMs};
use site::{Comune, NoFiles, Pages, Published, Site};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

const WORDS: &str = "comune strada lavori scuola neve piazza ufficio servizio cittadini avviso bando torre \
    collina mercato biblioteca prestito riunione consiglio delibera acqua luce rifiuti raccolta orario \
    apertura chiusura sabato domenica festa sagra robiola vigna sentiero bosco frana ponte cantiere anno";
const START: UnixMs = 946_684_800_000; // 2000-01-01
const EVERY: UnixMs = 20 * 3_600_000;

/// A site of so many news, made up from their numbers; one may have another word in its text.
struct Corpus {
    news: usize,
    edited: Option<usize>,
}

impl Corpus {
    fn id(n: usize) -> PageId {
        PageId::new(format!("01980000-0000-7000-8000-{n:012}"))
    }

    fn office() -> PageId {
        PageId::new("01980000-0000-7000-9000-000000000000")
    }

    fn page(&self, n: usize) -> Published {
        let mut words = Words(u64::try_from(n).unwrap_or(0) + 1);
        let at = START + EVERY * UnixMs::try_from(n).unwrap_or(0);
        let edited = self.edited == Some(n);
        Published {
            id: Self::id(n),
            kind: PageKind::Notizia,
            slug: format!("notizia-{n}"),
            at: if edited { at + EVERY } else { at },
            first_at: at,
            fields: Fields {
                title: words.take(7),
                summary: words.take(18),
                news: [NewsKind::Notizia, NewsKind::Comunicato, NewsKind::Avviso][n % 3],
                topics: Argomento::all().skip(n * 7 % 60).take(2).collect(),
                office: Some(Self::office()),
                ..Fields::default()
            },
            body: body(&mut words, edited),
        }
    }

    fn office_page() -> Published {
        Published {
            id: Self::office(),
            kind: PageKind::Ufficio,
            slug: "segreteria".into(),
            at: START,
            first_at: START,
            fields: Fields {
                title: "Segreteria".into(),
                address: "Piazza 1".into(),
                ..Fields::default()
            },
            body: RichText::from_plain("Segue le novità."),
        }
    }
}

/// 300 words in seven paragraphs, a list and two headings.
fn body(words: &mut Words, edited: bool) -> RichText {
    let spans = |text| vec![Span::plain(text)];
    let mut blocks = Vec::new();
    for part in 0..7 {
        if part % 3 == 1 {
            blocks.push(Block::Heading {
                level: 2,
                spans: spans(words.take(4)),
            });
        }
        blocks.push(Block::Paragraph {
            spans: spans(words.take(38)),
        });
    }
    for _ in 0..4 {
        blocks.push(Block::Item {
            ordered: false,
            depth: 0,
            spans: spans(words.take(6)),
        });
    }
    if edited {
        blocks.push(Block::Paragraph {
            spans: spans("corretto".into()),
        });
    }
    RichText { blocks }
}

impl Pages for Corpus {
    fn each(&self, with: &mut dyn FnMut(Published)) -> io::Result<()> {
        with(Self::office_page());
        (0..self.news).for_each(|n| with(self.page(n)));
        Ok(())
    }

    fn get(&self, id: &PageId) -> io::Result<Option<Published>> {
        if *id == Self::office() {
            return Ok(Some(Self::office_page()));
        }
        let n = id.as_str().rsplit('-').next().and_then(|n| n.parse().ok());
        Ok(n.filter(|n| *n < self.news).map(|n: usize| self.page(n)))
    }
}

/// Words in an order that looks random and is always the same.
struct Words(u64);

impl Words {
    fn take(&mut self, count: usize) -> String {
        let all: Vec<_> = WORDS.split_whitespace().collect();
        let mut out = String::new();
        for _ in 0..count {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(self.0 >> 40).unwrap_or(0) % all.len();
            let _ = write!(out, "{}{}", if out.is_empty() { "" } else { " " }, all[at]);
        }
        out
    }
}

/// Measures and gives the figures as JSON.
pub fn run(news: usize) -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("site-bench-{}", std::process::id()));
    let result = measure(news, &folder);
    let _ = fs::remove_dir_all(&folder);
    result.map(|figures| figures.to_string())
}

fn measure(news: usize, folder: &Path) -> Result<serde_json::Value, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let comune = Comune {
        name: "Roccaverano".into(),
        base: "/".into(),
        origin: "https://comune.roccaverano.at.it".into(),
        ..Comune::default()
    };
    let corpus = Corpus { news, edited: None };
    let start = Instant::now();
    let (mut site, report) =
        Site::build(comune, &corpus, &NoFiles, &folder.join("sito")).map_err(|e| text(&e))?;
    let seconds = start.elapsed().as_secs_f64();
    let peak = peak_kb("self").unwrap_or(0);

    let mut edits = Vec::new();
    let mut rewritten = 0;
    for edited in [news / 2, news / 3, news.saturating_sub(1)] {
        let corpus = Corpus {
            news,
            edited: Some(edited),
        };
        let start = Instant::now();
        let report = site
            .update(&Corpus::id(edited), &corpus, &NoFiles)
            .map_err(|e| text(&e))?;
        edits.push(start.elapsed().as_secs_f64() * 1e3);
        rewritten = rewritten.max(report.written.len());
    }
    edits.sort_by(f64::total_cmp);
    Ok(serde_json::json!({
        "news": news,
        "ours": {"seconds": seconds, "peak_mb": mb(peak), "files": report.written.len()},
        "edit_ms": edits[1],
        "edit_ms_worst": edits[2],
        "files_rewritten": rewritten,
        "hugo": hugo(&corpus, &folder.join("hugo")),
    }))
}

fn mb(kb: u64) -> u64 {
    kb.div_ceil(1024)
}

/// The most memory that a process had at any time, in kB.
fn peak_kb(pid: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The same corpus through Hugo; `null` where there is no Hugo.
fn hugo(corpus: &Corpus, folder: &Path) -> serde_json::Value {
    let version = Command::new("hugo").arg("version").output().ok();
    let Some(version) = version else {
        return serde_json::Value::Null;
    };
    if write_hugo(corpus, folder).is_err() {
        return serde_json::Value::Null;
    }
    let start = Instant::now();
    let child = Command::new("hugo")
        .arg("--source")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        return serde_json::Value::Null;
    };
    let mut peak = 0;
    while let Ok(None) = child.try_wait() {
        // The kernel keeps the peak itself: only what it grew in the last moments can be missed.
        peak = peak_kb(&child.id().to_string()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = start.elapsed().as_secs_f64();
    let version = String::from_utf8_lossy(&version.stdout);
    serde_json::json!({
        "seconds": seconds,
        "peak_mb": mb(peak),
        "version": version.split_whitespace().nth(1),
    })
}

const CONFIG: &str = r#"
baseURL = "https://comune.roccaverano.at.it/"
languageCode = "it"
title = "Comune di Roccaverano"
paginate = 20
[taxonomies]
topic = "topics"
"#;

const BASE: &str = r#"<!DOCTYPE html><html lang="it"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<meta name="description" content="{{ .Params.summary }}"><link rel="stylesheet" href="/stile.css"></head><body>
<header><a href="/">Comune di Roccaverano</a><nav><ul>{{ range slice "amministrazione" "novita" "servizi" "vivere" }}
<li><a href="/{{ . }}/">{{ . }}</a></li>{{ end }}</ul></nav></header>
<main>{{ block "main" . }}{{ end }}</main><footer><p>Comune di Roccaverano</p></footer></body></html>"#;

const SINGLE: &str = r#"{{ define "main" }}<article><h1>{{ .Title }}</h1><p>{{ .Params.summary }}</p>
<time>{{ .Date.Format "2006-01-02" }}</time><ul>{{ range .Params.topics }}<li><a href="/topics/{{ . | urlize }}/">{{ . }}</a></li>{{ end }}</ul>
{{ .TableOfContents }}{{ .Content }}</article>{{ end }}"#;

const LIST: &str = r#"{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .Paginator.Pages }}<li><article>
<h2><a href="{{ .Permalink }}">{{ .Title }}</a></h2><time>{{ .Date.Format "2006-01-02" }}</time><p>{{ .Params.summary }}</p></article></li>{{ end }}</ul>
{{ with .Paginator.Prev }}<a href="{{ .URL }}">prima</a>{{ end }}{{ with .Paginator.Next }}<a href="{{ .URL }}">dopo</a>{{ end }}{{ end }}"#;

fn write_hugo(corpus: &Corpus, folder: &Path) -> io::Result<()> {
    let layouts = folder.join("layouts/_default");
    fs::create_dir_all(&layouts)?;
    fs::write(folder.join("config.toml"), CONFIG)?;
    fs::write(layouts.join("baseof.html"), BASE)?;
    fs::write(layouts.join("single.html"), SINGLE)?;
    fs::write(layouts.join("list.html"), LIST)?;
    for n in 0..corpus.news {
        let page = corpus.page(n);
        let kind = ["notizie", "comunicati", "avvisi"][n % 3];
        let content = folder.join("content").join(kind);
        fs::create_dir_all(&content)?;
        fs::write(content.join(format!("{}.md", page.slug)), markdown(&page))?;
    }
    Ok(())
}

fn markdown(page: &Published) -> String {
    let topics: Vec<_> = page.fields.topics.iter().map(|t| t.as_str()).collect();
    let date = page.first_at / 1000;
    let mut out = format!(
        "---\ntitle: {}\nsummary: {}\ndate: {}\ntopics: [{}]\n---\n",
        page.fields.title,
        page.fields.summary,
        jiff::Timestamp::from_second(date).unwrap_or_default(),
        topics.join(", "),
    );
    for block in &page.body.blocks {
        let words: String = block
            .spans()
            .into_iter()
            .flatten()
            .map(|s| s.text.as_str())
            .collect();
        let _ = match block {
            Block::Heading { .. } => writeln!(out, "\n## {words}"),
            Block::Item { .. } => writeln!(out, "- {words}"),
            _ => writeln!(out, "\n{words}\n"),
        };
    }
    out
}
