//! Measurements of the matching as text, CSV, JSON, and as a page to be handed to an auditor.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;

use crate::name::{POINTS_OF_ONE, TABLE_VERSION};
use crate::screen::{REVIEW_BAND, Settings};
use crate::selftest::{Curve, Listed, Tally, ratio};
use crate::snapshot::Snapshot;

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was measured.
    pub measure: String,
    /// Of which class of names, or `all`.
    pub class: String,
    /// How many were measured.
    pub of: usize,
    /// How many of them count.
    pub count: usize,
    /// The figure: a share of 1 unless the measure says otherwise.
    pub value: f64,
    /// What stands behind it, for example a name that was missed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The columns of a figure.
pub const COLUMNS: [&str; 6] = ["measure", "class", "of", "count", "value", "text"];

impl Row {
    fn new(measure: &str, class: &str, count: usize, of: usize) -> Row {
        let (measure, class) = (measure.to_owned(), class.to_owned());
        Row { measure, class, of, count, value: ratio(count, of), text: String::new() }
    }

    /// The fields in the order of [`COLUMNS`].
    pub fn fields(&self) -> [String; 6] {
        let (of, count) = (self.of.to_string(), self.count.to_string());
        let value = format!("{:.4}", self.value);
        [self.measure.clone(), self.class.clone(), of, count, value, self.text.clone()]
    }
}

/// The figures as an array.
pub fn json(rows: &[Row]) -> String {
    serde_json::to_string(rows).unwrap_or_default()
}

/// The figures as a table for people.
pub fn text(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.class.chars().count()).max().unwrap_or(0).max(5);
    let mut text = String::new();
    let mut before = "";
    for row in rows {
        if row.measure != before {
            let gap = if before.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", super::text::styled(super::text::BOLD, &row.measure));
            before = &row.measure;
        }
        let value = if row.text.is_empty() || row.of > 0 || row.class == "F1" {
            format!("{:.3}", row.value)
        } else {
            String::new()
        };
        let counts =
            if row.of > 0 { format!("{} of {}", row.count, row.of) } else { String::new() };
        let line = format!("  {:<width$}  {value:>6}  {counts:<18}{}", row.class, row.text);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Labelled pairs: F1, precision and recall of all; recall or false alarms by class; matches by band
/// of scores.
pub fn pairs(
    all: &Tally,
    classes: &BTreeMap<&str, Tally>,
    bands: &[(i32, usize, usize)],
) -> Vec<Row> {
    let mut f1 = Row::new("all pairs", "F1", 0, 0);
    f1.value = all.f1();
    f1.text = format!("{} pairs", all.matches + all.others);
    let mut rows = vec![
        f1,
        Row::new("all pairs", "precision", all.found, all.found + all.alarms),
        Row::new("all pairs", "recall", all.found, all.matches),
    ];
    for (class, tally) in classes.iter().filter(|(_, tally)| tally.matches > 0) {
        rows.push(Row::new("found, by class", class, tally.found, tally.matches));
    }
    for (class, tally) in classes.iter().filter(|(_, tally)| tally.others > 0) {
        rows.push(Row::new("false alarms, by class", class, tally.alarms, tally.others));
    }
    for (from, pairs, matches) in bands {
        let from = f64::from(*from) / f64::from(POINTS_OF_ONE);
        let class =
            if from >= 1.0 { "1.00".to_owned() } else { format!("{from:.2}-{:.2}", from + 0.05) };
        rows.push(Row::new("share of matches, by score", &class, *matches, *pairs));
    }
    rows
}

/// Searches: how many found their name at all and first, of all and by class, and how fast.
pub fn searches(ranks: &[(String, Option<usize>)], names: usize, elapsed: Duration) -> Vec<Row> {
    let mut classes: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
    for (class, rank) in ranks {
        classes.entry("all").or_default().push(*rank);
        classes.entry(class).or_default().push(*rank);
    }
    let mut rows = Vec::new();
    for (measure, least) in [("found in the first 20", usize::MAX), ("found first", 1)] {
        for (class, ranks) in &classes {
            let found = ranks.iter().filter(|rank| rank.is_some_and(|rank| rank < least)).count();
            rows.push(Row::new(measure, class, found, ranks.len()));
        }
    }
    rows.push(speed(ranks.len(), names, elapsed));
    rows
}

fn speed(queries: usize, names: usize, elapsed: Duration) -> Row {
    #[expect(clippy::cast_precision_loss, reason = "a count of queries")]
    let value = (queries as f64 / elapsed.as_secs_f64().max(1e-9)).round();
    let measure = format!("searches a second against {names} names, all cores");
    Row { measure, class: "all".to_owned(), of: 0, count: queries, value, text: String::new() }
}

/// A customer whose name looks like one that is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The customer.
    pub customer: String,
    /// The name that it looks like.
    pub name: String,
    /// The score in points.
    pub points: i32,
    /// Whether it rests on an acronym alone.
    pub weak: bool,
}

/// Customers on no list: how many alert, and of what kind, with each alert.
pub fn customers(
    alerts: &[Alert],
    customers: usize,
    threshold: i32,
    elapsed: Duration,
) -> Vec<Row> {
    let count = |fits: &dyn Fn(&Alert) -> bool| alerts.iter().filter(|alert| fits(alert)).count();
    let above = |alert: &Alert| alert.points >= threshold;
    let all = count(&above);
    let weak = count(&|alert| above(alert) && alert.weak);
    let mut rows = vec![
        Row::new("clean customers that alert", "all", all, customers),
        Row::new("clean customers that alert", "strong", all - weak, customers),
        Row::new("clean customers that alert", "weak (acronym)", weak, customers),
        Row::new(
            "clean customers to review below the threshold",
            "all",
            alerts.len() - all,
            customers,
        ),
    ];
    for alert in alerts.iter().filter(|alert| above(alert)) {
        let score = f64::from(alert.points) / f64::from(POINTS_OF_ONE);
        let text = format!("{score:.3}  {} / {}", alert.customer, alert.name);
        rows.push(Row { text, ..Row::new("alerts", "", 0, 0) });
    }
    rows.push(Row {
        measure: "customers a second, all cores".to_owned(),
        ..speed(customers, 0, elapsed)
    });
    rows
}

/// The loaded names against themselves: found by way, and what was missed.
pub fn listed(listed: &Listed) -> Vec<Row> {
    let measure = "names of the lists, hit or review";
    let mut rows: Vec<Row> = listed
        .ways
        .iter()
        .map(|(way, screened, found)| Row::new(measure, way, *found, *screened))
        .collect();
    let varied = |(way, _, _): &&(&str, usize, usize)| *way != "exact";
    let (screened, found) = listed
        .ways
        .iter()
        .filter(varied)
        .fold((0, 0), |sum, (_, all, found)| (sum.0 + all, sum.1 + found));
    rows.push(Row::new(measure, "all variations", found, screened));
    for missed in &listed.missed {
        let text = format!("{} / {}", missed.query, missed.name);
        rows.push(Row { text, ..Row::new("missed", missed.way, 0, 0) });
    }
    rows
}

/// The columns of [`curve_rows`].
pub const CURVE_COLUMNS: [&str; 6] =
    ["threshold", "recall", "alerts", "default", "customers", "customers_of"];

/// The rows of a curve as CSV: the share of varied names found and of customers on no list that
/// alert, whether the threshold is the one measured with, and what the customers are.
pub fn curve_rows<'q>(quality: &'q Quality) -> impl Iterator<Item = [String; 6]> + 'q {
    quality.curve.steps.iter().map(|(threshold, recall, alerts)| {
        [
            format!("{:.2}", f64::from(*threshold) / f64::from(POINTS_OF_ONE)),
            format!("{recall:.5}"),
            format!("{alerts:.5}"),
            (*threshold == quality.settings.threshold).to_string(),
            quality.customers.to_string(),
            quality.customers_of.unwrap_or("made-up names").to_owned(),
        ]
    })
}

/// What the page reports.
pub struct Quality<'q> {
    /// What was screened against.
    pub snapshot: &'q Snapshot,
    /// By what.
    pub settings: &'q Settings,
    /// The loaded names against themselves.
    pub listed: &'q Listed,
    /// Recall and alerts by threshold.
    pub curve: &'q Curve,
    /// How many customers on no list were screened for the curve.
    pub customers: usize,
    /// The file they came from; `None` for made-up names.
    pub customers_of: Option<&'q str>,
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;\
padding:0 1rem;color:#1d2733}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\
table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #d5dbe1;\
text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}\
svg{width:100%;height:auto}code{background:#f0f3f6;padding:0 .2rem}";

/// The page: what was tested, on what, how it came out, what was missed, and the curve.
pub fn page(quality: &Quality) -> String {
    let settings = quality.settings;
    let score = |points: i32| format!("{:.2}", f64::from(points) / f64::from(POINTS_OF_ONE));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>Test of the name \
         matching</title>\n<style>{STYLE}</style>\n<h1>Test of the name matching</h1>\n<p>Every name \
         and alias of the loaded lists, and of what a rule reaches from them, was screened against \
         them: as it is written, and changed in the ways that data entry changes names. A name counts \
         as found where the party comes out as a hit or a review with the right entity among its \
         matches. The aim is every name as it is written, and 99.8 % of the changed ones.</p>\n<table>\n"
    );
    let lists = quality.snapshot.lists_checked(settings.day);
    let lists: Vec<String> =
        lists.iter().map(|list| format!("{} ({} entries)", list.list, list.entries)).collect();
    for (what, value) in [
        ("Day", settings.day.to_string()),
        (
            "Program",
            format!(
                "parentage {}, table of word frequencies {TABLE_VERSION}",
                env!("CARGO_PKG_VERSION")
            ),
        ),
        ("Snapshot", quality.snapshot.digest().to_owned()),
        ("Lists", lists.join(", ")),
        ("Hit from", score(settings.threshold)),
        ("Review from", score(settings.threshold - REVIEW_BAND)),
    ] {
        let _ = writeln!(page, "<tr><th>{what}</th><td>{}</td></tr>", escaped(&value));
    }
    page.push_str("</table>\n<h2>Found, by kind of change</h2>\n<table>\n<tr><th>Change</th><th class=\"n\">Screened</th><th class=\"n\">Found</th><th class=\"n\">Share</th></tr>\n");
    for row in listed(quality.listed).iter().filter(|row| row.of > 0) {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{:.2} %</td></tr>",
            escaped(&row.class),
            row.of,
            row.count,
            100.0 * row.value
        );
    }
    page.push_str("</table>\n<h2>Missed</h2>\n");
    if quality.listed.missed.is_empty() {
        page.push_str("<p>None.</p>\n");
    } else {
        page.push_str("<table>\n<tr><th>Change</th><th>On the list</th><th>Screened</th></tr>\n");
        for missed in &quality.listed.missed {
            let _ = writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                missed.way,
                escaped(&missed.name),
                escaped(&missed.query)
            );
        }
        page.push_str("</table>\n");
    }
    let customers = match quality.customers_of {
        Some(file) => format!("{} customers of {file}", quality.customers),
        None => format!(
            "{} made-up company names, for want of a file of real customers: they show how alerts \
             fall with the threshold, not how many a bank has (give --clean FILE)",
            quality.customers
        ),
    };
    let _ = writeln!(
        page,
        "<h2>Recall and alerts by threshold</h2>\n<p>Recall: the share of changed names whose right \
         entity scores at or above the threshold. Alerts: the share of {} of whom any name does. A \
         higher threshold saves work and loses matches; what is lost down to {} below it is still \
         shown for review.</p>\n{}",
        escaped(&customers),
        score(REVIEW_BAND),
        drawn(quality.curve, settings.threshold)
    );
    page.push_str("<table>\n<tr><th class=\"n\">Threshold</th><th class=\"n\">Recall</th><th class=\"n\">Alerts</th></tr>\n");
    for (threshold, recall, alerts) in quality.curve.steps.iter().filter(|step| step.0 % 500 == 0) {
        let _ = writeln!(
            page,
            "<tr><td class=\"n\">{}</td><td class=\"n\">{:.2} %</td><td class=\"n\">{:.2} %</td></tr>",
            score(*threshold),
            100.0 * recall,
            100.0 * alerts
        );
    }
    page.push_str("</table>\n</html>\n");
    page
}

/// The curve in SVG: recall and alerts over the threshold, with the chosen one marked.
fn drawn(curve: &Curve, chosen: i32) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 260.0;
    const MARGIN: f64 = 44.0;
    let first = f64::from(curve.steps.first().map_or(0, |step| step.0));
    let range = f64::from(POINTS_OF_ONE) - first;
    let x = |points: i32| MARGIN + (f64::from(points) - first) / range * WIDTH;
    let y = |share: f64| MARGIN / 2.0 + (1.0 - share) * HEIGHT;
    let line = |of: &dyn Fn(&(i32, f64, f64)) -> f64| -> String {
        let points = curve.steps.iter().map(|step| format!("{:.1},{:.1}", x(step.0), y(of(step))));
        points.collect::<Vec<_>>().join(" ")
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Recall and alerts by threshold\" font-size=\"12\">",
        WIDTH + 2.0 * MARGIN,
        HEIGHT + 1.5 * MARGIN
    );
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let _ = write!(
            svg,
            "<line x1=\"{MARGIN}\" x2=\"{}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#d5dbe1\"/><text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{4} %</text>",
            MARGIN + WIDTH,
            y(share),
            MARGIN - 6.0,
            y(share) + 4.0,
            25 * step
        );
    }
    for (threshold, ..) in curve.steps.iter().filter(|step| step.0 % 1_000 == 0) {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.1}</text>",
            x(*threshold),
            y(0.0) + 18.0,
            f64::from(*threshold) / f64::from(POINTS_OF_ONE)
        );
    }
    let _ = write!(
        svg,
        "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\" stroke=\"#5b6b7b\" stroke-dasharray=\"4 3\"/><text x=\"{3:.1}\" y=\"{4:.1}\">threshold {5:.2}</text>",
        x(chosen),
        y(1.0),
        y(0.0),
        x(chosen) + 6.0,
        y(0.55),
        f64::from(chosen) / f64::from(POINTS_OF_ONE)
    );
    let _ = write!(
        svg,
        "<polyline fill=\"none\" stroke=\"#1f6f4a\" stroke-width=\"2\" points=\"{}\"/><polyline fill=\"none\" stroke=\"#b3261e\" stroke-width=\"2\" stroke-dasharray=\"6 3\" points=\"{}\"/>",
        line(&|step| step.1),
        line(&|step| step.2)
    );
    let _ = writeln!(
        svg,
        "<text x=\"{0}\" y=\"{1:.1}\" fill=\"#1f6f4a\">recall</text><text x=\"{0}\" y=\"{2:.1}\" fill=\"#b3261e\">alerts</text></svg>",
        MARGIN + 8.0,
        y(0.92),
        y(0.08)
    );
    svg
}

/// Text in HTML: no name becomes a tag.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_becomes_a_tag() {
        assert_eq!(escaped("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }

    #[test]
    fn a_curve_marks_the_threshold() {
        let curve = Curve::new(6_000, &[9_000], &[0]);
        let svg = drawn(&curve, 8_500);
        assert!(svg.contains("threshold 0.85"));
        assert_eq!(svg.matches("<polyline").count(), 2);
    }
}
