//! Text that a person understands in one look.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::deciding;
use super::json::Run;
use super::tree::{self, named};
use crate::day::Day;
use crate::expand::{Basis, Certainty, Exposure, ExposureKind};
use crate::model::{Confidence, EntityId, Party, Restriction, Status};
use crate::name::{Line, POINTS_OF_ONE};
use crate::screen::{Answer, Match, Note, Tier, Verdict};
use crate::share::Share;
use crate::snapshot::{Ownership, Snapshot};

pub(super) const HIT: Style = AnsiColor::Red.on_default().bold();
const REVIEW: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const CLEAR: Style = AnsiColor::Green.on_default().bold();
pub(super) const LISTED: Style = AnsiColor::Red.on_default();
pub(super) const WEAK: Style = AnsiColor::Yellow.on_default();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();

/// Columns of the text: a comfortable line, whatever the terminal.
const WIDTH: usize = 100;

/// The text in a style; who prints it to something that is no terminal strips the style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A status in words.
pub(super) fn status(status: Status, confirm: bool) -> String {
    let words = match status {
        Status::InForce if confirm => return styled(LISTED, "in force, to be confirmed"),
        Status::InForce => return styled(LISTED, "in force"),
        Status::NotYet => "not yet in force",
        Status::Suspended => "suspended",
        Status::Stopped => "stopped, not delisted",
        Status::Removed => "removed",
    };
    styled(WEAK, words)
}

fn restriction(restriction: Option<Restriction>) -> &'static str {
    match restriction {
        Some(Restriction::TradeBan) => "trade ban",
        Some(Restriction::ExportBan) => "export ban",
        Some(Restriction::AssetFreeze) => "asset freeze",
        Some(Restriction::InvestmentBan) => "investment ban",
        Some(Restriction::Sectoral) => "sectoral restriction",
        Some(Restriction::Licence) => "licence needed or refused",
        Some(Restriction::Other) => "other",
        Some(Restriction::None) => "no measure ordered",
        None => "not stated",
    }
}

pub(super) fn wrap(out: &mut String, first: &str, rest: &str, text: &str) {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let _ = writeln!(out, "{}", textwrap::fill(text, options));
}

/// The verdict on one party. The last lines, on lists and what they do not cover, stand once a run:
/// see [`footer`].
pub fn screened(run: &Run, party: &Party, verdict: &Verdict, threshold: i32) -> String {
    let mut out = String::new();
    let (style, word) = match verdict.answer {
        Answer::Hit => (HIT, "HIT"),
        Answer::Review => (REVIEW, "REVIEW"),
        Answer::Clear => (CLEAR, "CLEAR"),
        Answer::Error => (HIT, "ERROR"),
    };
    let country = party.countries.to_string();
    let _ = writeln!(
        out,
        "{:8}{}",
        styled(style, &format!("{word:<8}")),
        styled(BOLD, &named(&party.name, &country))
    );
    wrap(&mut out, "        ", "        ", &sentence(run, verdict, threshold));
    if verdict.confirm {
        let text = "To be confirmed: a suspension ran out on its official day while a longer one was announced, and no \
                    instrument for it was seen.";
        wrap(&mut out, "        ", "        ", text);
    }
    for (rank, matched) in verdict.matches.iter().enumerate() {
        match_block(&mut out, run.snapshot, verdict, rank, matched);
    }
    let hidden = verdict.matches_total - verdict.matches.len();
    if hidden > 0 {
        let _ = writeln!(out, "\n  … {hidden} more matches; --limit 0 shows all");
    }
    let _ = writeln!(out);
    entails(&mut out, verdict.matches.iter().flat_map(|matched| &matched.exposures));
    let _ = writeln!(out, "  Owners    {}", ownership(verdict.ownership));
    for note in &verdict.notes {
        let place = note.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        wrap(&mut out, "  Note      ", "            ", &format!("{}{place}", note.text));
    }
    out
}

/// Why, in one sentence.
fn sentence(run: &Run, verdict: &Verdict, threshold: i32) -> String {
    let Some(exposure) = deciding(verdict, threshold) else {
        return match verdict.answer {
            Answer::Review => {
                "nothing is said of it, but a note below asks a person to look".to_owned()
            }
            _ => format!(
                "on {} nothing that was read lists it or says that a listed party holds enough of it",
                run.day
            ),
        };
    };
    let held = |exposure: &Exposure| match (exposure.basis, exposure.share) {
        (Some(Basis::Branch), _) => "a branch of a listed or reached party".to_owned(),
        (Some(Basis::Control), _) => "controlled by a listed party".to_owned(),
        (_, Some((low, high))) => {
            let sure = if exposure.certainty == Certainty::Possible { "possibly " } else { "" };
            format!("{sure}held {} by listed parties or what they own", range(low, high))
        }
        _ => "reached".to_owned(),
    };
    let why = match (exposure.certainty, exposure.kind) {
        (Certainty::Flag, _) => flagged(exposure),
        (Certainty::Listed, _) => format!("listed: {}", lists_of(run.snapshot, exposure)),
        (_, ExposureKind::Policy) => format!(
            "{}: by the house's own policy ({}), not by law; what it entails is below",
            held(exposure),
            exposure.rule
        ),
        _ => format!("{}: by law ({})", held(exposure), exposure.rule),
    };
    let doubt = doubts(verdict, exposure, threshold);
    if doubt.is_empty() { why } else { format!("{why}; {}", doubt.join("; ")) }
}

/// Why an entity that no rule reaches is shown.
fn flagged(exposure: &Exposure) -> String {
    match (exposure.basis, exposure.effective) {
        (Some(Basis::Branch), _) => {
            "head office of a listed branch; the listing itself does not climb to it".to_owned()
        }
        (_, Some((low, high))) => format!(
            "not reached by {}, but listed parties in force hold {} of it when shares are multiplied along the chains",
            exposure.rule,
            range(low, high)
        ),
        _ => format!(
            "controlled by a listed or reached party; {} has no test of control",
            exposure.rule
        ),
    }
}

/// Why a verdict is no hit.
fn doubts(verdict: &Verdict, exposure: &Exposure, threshold: i32) -> Vec<String> {
    let mut doubts = Vec::new();
    if verdict.answer != Answer::Review {
        return doubts;
    }
    let mut says = |applies: bool, text: &str| {
        if applies {
            doubts.push(text.to_owned());
        }
    };
    says(exposure.restriction == Some(Restriction::None), "no measure was ordered");
    says(exposure.listing_status == Status::NotYet, "the listing is not effective yet");
    says(exposure.listing_status == Status::Suspended, "the listing is suspended");
    says(
        exposure.listing_status == Status::Stopped,
        "its measures were stopped, nobody delisted it",
    );
    says(exposure.rule_status == Some(Status::Suspended), "the rule is suspended");
    says(exposure.rule_status == Some(Status::NotYet), "the rule is not in force yet");
    if let Some(best) = verdict.matches.first() {
        says(best.tier == Tier::Weak, "only a weak alias fits");
        says(best.points < threshold, "the name is near, not near enough for a hit");
    }
    doubts
}

fn lists_of(snapshot: &Snapshot, exposure: &Exposure) -> String {
    let entries = exposure.listed.iter().map(|cited| &snapshot.entries()[cited.entry as usize]);
    let lists = snapshot.lists_checked(Day::NEVER);
    let mut titles: Vec<String> = entries
        .map(|entry| {
            let title =
                lists.iter().find(|one| one.list == entry.list).map(|one| one.title.as_str());
            let title = match title {
                Some(title) if !title.is_empty() => title,
                _ => &entry.list,
            };
            match entry.announcement.as_str() {
                "" => title.to_owned(),
                announcement => format!("{title}, {announcement}"),
            }
        })
        .collect();
    titles.dedup();
    titles.join("; ")
}

/// A share with its two ends in words.
pub(super) fn range(low: Share, high: Share) -> String {
    if low == high {
        return format!("{low} %");
    }
    // An open end is stored as the next part per billion; a sum of a few of them is as many above.
    let above = low.parts() % 1_000;
    let open = (1..10).contains(&above);
    let stated = Share::from_parts(u64::from(low.parts() - if open { above } else { 0 }));
    let more = if open { "more than " } else { "" };
    format!("{more}{stated} to {high} %")
}

pub(super) fn ownership(ownership: Ownership) -> &'static str {
    match ownership {
        Ownership::Complete => "every chain of owners above it is recorded",
        Ownership::Partial => "some of its owners are recorded, not every chain above it",
        Ownership::None => {
            "nobody's shares in it are recorded here: where nothing is found, only its name was checked"
        }
    }
}

fn match_block(
    out: &mut String,
    snapshot: &Snapshot,
    verdict: &Verdict,
    rank: usize,
    matched: &Match,
) {
    let count = if verdict.matches_total > 1 {
        format!(" {} of {}", rank + 1, verdict.matches_total)
    } else {
        String::new()
    };
    let view = &matched.view;
    let _ = writeln!(
        out,
        "\n  Match{count}   {}   score {}{}   {}",
        styled(BOLD, &named(&view.name, &view.country)),
        score(matched.points),
        if matched.tier == Tier::Weak { ", weak alias" } else { "" },
        styled(DIM, &view.id)
    );
    if matched.points < POINTS_OF_ONE || matched.name != view.name {
        let _ = writeln!(out, "    name      {}", matched.name);
    }
    if matched.points < POINTS_OF_ONE {
        let _ = writeln!(out, "    because   {}", alignment_in_words(&matched.lines));
    }
    exposures(out, snapshot, matched.entity, &matched.exposures);
}

/// Exposures one under the other: listings first, then rules, each with its owners; holdings that
/// an earlier rule showed are not shown again. What a rule entails stands once a run, below
/// all of them.
pub fn exposures(out: &mut String, snapshot: &Snapshot, entity: EntityId, all: &[Exposure]) {
    let (listings, rules): (Vec<&Exposure>, Vec<&Exposure>) =
        all.iter().partition(|exposure| exposure.kind == ExposureKind::Listing);
    for exposure in listings {
        for line in tree::listed_lines(snapshot, exposure) {
            let _ = writeln!(out, "\n    {line}");
        }
        let measures = if exposure.effect.is_empty() {
            "the words of the notice were not read"
        } else {
            exposure.effect.as_str()
        };
        wrap(
            out,
            "      ",
            "      ",
            &format!("{}: {measures}", restriction(exposure.restriction)),
        );
    }
    let mut shown: Vec<Vec<crate::error::Place>> = Vec::new();
    for exposure in rules {
        let _ = writeln!(out, "\n    {}", headline(exposure));
        if exposure.listing_status != Status::InForce {
            let through = status(exposure.listing_status, false);
            let _ = writeln!(out, "      by listings that are {through}");
        }
        let places: Vec<_> = exposure.evidence.iter().map(|row| row.place).collect();
        if exposure.certainty == Certainty::Listed {
            continue;
        }
        if shown.contains(&places) {
            let _ = writeln!(out, "      {}", styled(DIM, "the same holdings as above"));
            continue;
        }
        tree::owners(out, snapshot, exposure, entity, "      ");
        shown.push(places);
        let doubt = match exposure.confidence {
            Some(Confidence::Reported) => {
                "the weakest holding rests on a report; no filing or register was read"
            }
            Some(Confidence::Unverified) => {
                "the weakest holding is unverified: check it before relying on it"
            }
            Some(Confidence::Documented) | None => continue,
        };
        let _ = writeln!(out, "      {}", styled(WEAK, doubt));
    }
}

/// What a rule says of an entity, on one line.
fn headline(exposure: &Exposure) -> String {
    let kind = match exposure.kind {
        ExposureKind::Listing => "listing",
        ExposureKind::Law => "law",
        ExposureKind::Policy => "house policy",
    };
    let what = match (exposure.certainty, exposure.basis, exposure.share) {
        (Certainty::Listed, _, _) => "listed itself".to_owned(),
        (Certainty::Flag, Some(Basis::Branch), _) => {
            "flag: head office of a listed branch".to_owned()
        }
        (Certainty::Flag, _, _) => match exposure.effective {
            Some((low, high)) => format!("flag: {} multiplied through", range(low, high)),
            None => "flag: control".to_owned(),
        },
        (certainty, Some(basis @ (Basis::Single | Basis::Aggregate)), Some((low, high))) => {
            let owners = match basis {
                Basis::Single => "one owner's chain",
                _ => "several owners together",
            };
            format!("{certainty}: {} by {owners}", range(low, high))
        }
        (certainty, basis, _) => format!("{certainty}: by {}", basis.map_or("", Basis::as_str)),
    };
    let state = exposure.rule_status.unwrap_or(Status::InForce);
    let confirm = exposure.rule_confirm && state == Status::InForce;
    format!("{} · {kind} · {what} · rule {}", styled(BOLD, &exposure.rule), status(state, confirm))
}

/// What each rule that says something entails, once.
pub(super) fn entails<'a>(out: &mut String, all: impl Iterator<Item = &'a Exposure>) {
    let mut told: Vec<&str> = Vec::new();
    for exposure in all.filter(|exposure| exposure.kind != ExposureKind::Listing) {
        if told.contains(&exposure.rule.as_str()) {
            continue;
        }
        told.push(&exposure.rule);
        let rule_restricts = exposure.restriction.filter(|one| *one != Restriction::None);
        let kind =
            rule_restricts.map_or_else(String::new, |one| format!(" ({})", restriction(Some(one))));
        wrap(
            out,
            "  Entails   ",
            "            ",
            &format!("{}{kind}: {}", exposure.rule, exposure.effect),
        );
    }
}

pub(super) fn score(points: i32) -> String {
    format!("{:.2}", f64::from(points) / f64::from(POINTS_OF_ONE))
}

fn alignment_in_words(lines: &[Line]) -> String {
    let words = lines.iter().map(|line| {
        let pair = match (line.query.as_str(), line.name.as_str()) {
            (query, "") => format!("{query} / –"),
            ("", name) => format!("– / {name}"),
            (query, name) if query == name => query.to_owned(),
            (query, name) => format!("{query} / {name}"),
        };
        let kind = line.kind.as_str().replace('_', " ");
        format!(
            "{pair} {}",
            styled(
                DIM,
                &format!("{kind} {:+.2}", f64::from(line.points) / f64::from(POINTS_OF_ONE))
            )
        )
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What stands once under the answers of a run: lists, days, rejected rows, and what no list covers.
pub fn footer(run: &Run) -> String {
    let mut out = String::new();
    let lists = run.snapshot.lists_checked(run.day).into_iter().map(|list| {
        let checked =
            list.checked_until.map_or_else(|| "nobody says".to_owned(), |day| day.to_string());
        let history = if list.history { "" } else { " (undated: today's entries, for every day)" };
        let entries = if list.entries == 1 { "entry" } else { "entries" };
        format!("{} {} {entries}, checked until {checked}{history}", list.list, list.entries)
    });
    let lists: Vec<String> = lists.collect();
    let lists = if lists.is_empty() { "none".to_owned() } else { lists.join("; ") };
    wrap(&mut out, "  Lists     ", "            ", &lists);
    let rules = match run.rules.is_empty() {
        true => "none starts from a list that was read".to_owned(),
        false => run.rules.join(", "),
    };
    wrap(&mut out, "  Rules     ", "            ", &format!("{rules}; on {}", run.day));
    let rejected = run.snapshot.rejected().len();
    if rejected > 0 {
        let (rows, are) = if rejected == 1 { ("row", "is") } else { ("rows", "are") };
        let text = format!(
            "{rejected} {rows} of the data could not be read and {are} not in this answer; see standard error"
        );
        wrap(&mut out, "  Rejected  ", "            ", &text);
    }
    for text in run.snapshot.not_covered() {
        wrap(&mut out, "  Not here  ", "            ", text);
    }
    let _ = writeln!(out, "  {}", styled(DIM, &format!("Snapshot  {}", run.snapshot.digest())));
    out
}

/// A party that could not be screened, with the reasons.
pub fn unscreened(party: &Party, notes: &[Note]) -> String {
    let mut out = String::new();
    let _ =
        writeln!(out, "{}{}", styled(HIT, &format!("{:<8}", "ERROR")), styled(BOLD, &party.name));
    for note in notes {
        wrap(&mut out, "        ", "        ", &note.text);
    }
    out
}
