//! The report of a bulk run: one page that needs nothing but itself.
//!
//! The alerts lie in it compressed, a hundred a piece, and the page unpacks what it shows: a hundred thousand
//! alerts are then some megabytes, and none is read before somebody looks at it.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::value::RawValue;

use super::json::{InputView, Run};
use crate::error::Rejected;
use crate::model::Party;
use crate::screen::{Answer, Verdict};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Alerts of one piece; the page's script has the same number.
const PER_CHUNK: usize = 100;

/// Rejected rows that are told one by one; more are counted, and stand in the file of rejects.
const TOLD: usize = 500;

/// An alert: what the list of alerts shows of it, its answer as JSON, and the pictures of the entities matched.
#[derive(Debug, Clone)]
pub struct Alert {
    order: (Answer, Option<crate::expand::ExposureKind>, i32),
    row: [String; 8],
    answer: String,
    pictures: Vec<(String, String)>,
}

/// What the page says of the run.
#[derive(Debug)]
pub struct Summary<'r> {
    /// Parties that hit, are to be reviewed, are clear, could not be screened.
    pub counts: [(&'static str, usize); 4],
    /// Exposures that the profile reduces to a review, and to a note.
    pub reduced: [usize; 2],
    /// The answers' file.
    pub output: InputView,
    /// What could not be read, of the data and of the parties.
    pub rejected: Vec<&'r Rejected>,
}

impl Alert {
    /// The alert of a party: its answer as JSON, and pictures by entity id.
    pub fn new(
        run: &Run,
        party: &Party,
        verdict: Option<&Verdict>,
        answer: String,
        pictures: Vec<(String, String)>,
    ) -> Alert {
        let first = verdict.and_then(|verdict| verdict.matches.first());
        let exposure = verdict.and_then(|verdict| super::deciding(verdict, run.threshold));
        let listed = exposure.and_then(|exposure| exposure.listed.first());
        let list = listed.map(|cited| run.snapshot.entries()[cited.entry as usize].list.clone());
        let answered = verdict.map_or(Answer::Error, |verdict| verdict.answer);
        let kind = verdict.and_then(|verdict| verdict.kind);
        let points = first.map_or(0, |first| first.points);
        let row = [
            party.name.clone(),
            party.id.clone(),
            answered.to_string(),
            kind.map(|kind| kind.to_string()).unwrap_or_default(),
            super::json::score(points).to_string(),
            first.map(|first| first.view.name.clone()).unwrap_or_default(),
            list.unwrap_or_default(),
            exposure.map(|exposure| exposure.rule.clone()).unwrap_or_default(),
        ];
        Alert { order: (answered, kind, -points), row, answer, pictures }
    }
}

/// The page: the gravest alert first. O(alerts), on all cores.
pub fn page(run: &Run, summary: &Summary, mut alerts: Vec<Alert>) -> String {
    alerts.sort_by_key(|alert| alert.order);
    let rows: Vec<&[String; 8]> = alerts.iter().map(|alert| &alert.row).collect();
    let chunks: Vec<String> = alerts.par_chunks(PER_CHUNK).map(chunk).collect();
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Screening of {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        run.day
    );
    head(&mut out, run, summary);
    out.push_str(FILTERS);
    let _ = writeln!(out, "<script type=\"text/plain\" id=\"index\">{}</script>", packed(&rows));
    for (number, chunk) in chunks.iter().enumerate() {
        let _ = writeln!(out, "<script type=\"text/plain\" id=\"c{number}\">{chunk}</script>");
    }
    let _ = write!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

const FILTERS: &str = "<main>\n<div class=\"filters\">\n\
    <label>Verdict<select id=\"by-verdict\"><option value=\"\">all</option></select></label>\n\
    <label>List<select id=\"by-list\"><option value=\"\">all</option></select></label>\n\
    <label>Rule<select id=\"by-rule\"><option value=\"\">all</option></select></label>\n\
    <label>Name or id<input id=\"words\" type=\"search\"></label>\n</div>\n\
    <div class=\"pages\"><button id=\"before\">Before</button><span id=\"where\" aria-live=\"polite\"></span><button id=\"after\">After</button></div>\n\
    <noscript><p>The alerts are shown by the script of this page; the same answers stand in the file named above.</p></noscript>\n\
    <div id=\"alerts\"></div>\n</main>\n";

/// What is known of all alerts, as plain text.
fn head(out: &mut String, run: &Run, summary: &Summary) {
    let _ = write!(
        out,
        "<header>\n<h1>Screening of {}</h1>\n<p class=\"soft\">Score from {} for a hit, flags from {} %, snapshot {}, answers in {} (BLAKE3 {})</p>\n<ul class=\"counts\">\n",
        run.day,
        super::json::score(run.threshold),
        run.floor,
        escaped(run.snapshot.digest()),
        escaped(&summary.output.file),
        summary.output.digest,
    );
    for (word, count) in summary.counts {
        let _ = writeln!(out, "<li class=\"{word}\"><b>{count}</b>{word}</li>");
    }
    out.push_str("</ul>\n");
    if let Some(profile) = run.profile {
        let [reviews, notes] = summary.reduced;
        let _ = writeln!(
            out,
            "<p>Profile <b>{}</b>: {} (BLAKE3 {}). It lets {reviews} exposures give no more than a review, and {notes} no more than a note.</p>",
            escaped(&profile.id),
            escaped(&profile.title),
            profile.digest
        );
    }
    let _ = writeln!(out, "<p>Rules: {}</p>", escaped(&run.rules.join(", ")));
    out.push_str("<details><summary>Lists checked</summary><table><tr><th>List</th><th>Entries</th><th>Checked until</th></tr>\n");
    for list in run.snapshot.lists_checked(run.day) {
        let checked =
            list.checked_until.map_or_else(|| "nobody says".to_owned(), |day| day.to_string());
        let (name, entries) = (escaped(&list.list), list.entries);
        let _ = writeln!(
            out,
            "<tr><td>{name}</td><td class=\"number\">{entries}</td><td>{checked}</td></tr>"
        );
    }
    out.push_str("</table></details>\n<details><summary>Files read</summary><table><tr><th>File</th><th>BLAKE3</th></tr>\n");
    for input in super::json::inputs(run) {
        let _ =
            writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", escaped(&input.file), input.digest);
    }
    out.push_str("</table></details>\n");
    let rejected = &summary.rejected;
    let _ = writeln!(out, "<details><summary>Not read: {}</summary><ul>", rejected.len());
    for one in rejected.iter().take(TOLD) {
        let _ = writeln!(out, "<li>{}</li>", escaped(&one.to_string()));
    }
    if rejected.len() > TOLD {
        let _ =
            writeln!(out, "<li>and {} more, which --rejects writes</li>", rejected.len() - TOLD);
    }
    out.push_str("</ul></details>\n</header>\n");
}

#[derive(Serialize)]
struct Chunk<'a> {
    alerts: Vec<&'a RawValue>,
    pictures: FxHashMap<&'a str, &'a str>,
}

/// Some alerts, each picture once.
fn chunk(alerts: &[Alert]) -> String {
    let answers = alerts.iter().filter_map(|alert| serde_json::from_str(&alert.answer).ok());
    let pictures = alerts.iter().flat_map(|alert| &alert.pictures);
    packed(&Chunk {
        alerts: answers.collect(),
        pictures: pictures.map(|(id, picture)| (id.as_str(), picture.as_str())).collect(),
    })
}

/// An object as JSON, compressed, in letters that no page takes for anything else.
fn packed(object: &impl Serialize) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = serde_json::to_writer(&mut encoder, object).map_err(std::io::Error::from);
    let bytes = written.and_then(|()| encoder.flush()).and_then(|()| encoder.finish());
    STANDARD.encode(bytes.expect("memory takes all"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
