//! What an answer claims, held against the records.

use serde_json::Value;

use super::world::{Entity, Listed, World};
use super::{flag, proof};
use crate::model::{ListEntry, OnDay, Restriction, Status};
use crate::rule::{Rule, RuleKind};
use crate::source::{HoldingRecord, Mention};

/// The claims of one answer.
pub(super) struct Claims<'w, 'r> {
    pub world: &'w World<'r>,
    pub exposures: usize,
    pub outside: usize,
    pub faults: Vec<String>,
}

/// Points of a score of 1.
const ONE: f64 = 10_000.0;

/// How far the review band reaches below the threshold, in points.
const BAND: i64 = 1_000;

impl<'w, 'r> Claims<'w, 'r> {
    pub fn new(world: &'w World<'r>) -> Claims<'w, 'r> {
        Claims { world, exposures: 0, outside: 0, faults: Vec::new() }
    }

    pub fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    /// Checks that a field is what it should be.
    pub fn same(&mut self, what: &str, said: &Value, expected: Option<&str>) {
        if said.as_str() != expected {
            let expected = expected.unwrap_or("nothing");
            self.fault(format!("{what}: said to be {said}, from the records it is {expected}"));
        }
    }

    /// Checks an answer of the run that another begins.
    pub fn answer(&mut self, answer: &Value, first: &Value) {
        let rules = self.rules(&first["rules"]);
        self.has_all_keys(answer);
        if answer.get("verdict").is_none() {
            self.exposed(&answer["entity"], &answer["exposures"], &rules);
            return;
        }
        if answer["format"] != 1 {
            self.fault("its format is not 1");
        }
        for matched in answer["matches"].as_array().into_iter().flatten() {
            self.alignment(matched);
            if matched["declared"] == true {
                // It rests on what the party declares, which is in no file of ownership data.
                self.outside += matched["exposures"].as_array().map_or(0, Vec::len);
                continue;
            }
            self.exposed(&matched["entity"], &matched["exposures"], &rules);
            self.treated(&first["profile"], &matched["exposures"]);
            self.matched_name(matched);
        }
        self.verdict(answer, &first["threshold"]);
        self.matches_all(answer, &rules);
    }

    /// The rules named, each of which there has to be.
    fn rules(&mut self, ids: &Value) -> Vec<Rule> {
        let mut rules = Vec::new();
        for id in ids.as_array().into_iter().flatten() {
            match self.known_rule(id.as_str().unwrap_or_default()) {
                Some(rule) => rules.push(rule),
                None => self.fault(format!("there is no rule {id}")),
            }
        }
        rules
    }

    fn known_rule(&self, id: &str) -> Option<Rule> {
        let (base, reading) = id.split_once('/').map_or((id, None), |(a, b)| (a, Some(b)));
        let rule = self.world.records.rules.iter().find(|rule| rule.id == base)?;
        match reading {
            Some(reading) => rule.reading(reading),
            None => Some(rule.clone()),
        }
    }

    /// The points of an alignment add up to its score.
    fn alignment(&mut self, matched: &Value) {
        let points = |value: &Value| (value.as_f64().unwrap_or(f64::NAN) * ONE).round();
        let lines = matched["alignment"].as_array().into_iter().flatten();
        let sum: f64 = lines.map(|line| points(&line["points"])).sum();
        let score = points(&matched["score"]);
        if !(sum.max(0.0) - score).abs().lt(&0.5) {
            self.fault(format!(
                "the alignment of {} adds up to {}, not to {}",
                matched["name"],
                sum / ONE,
                matched["score"]
            ));
        }
    }

    /// The verdict follows from the matches.
    fn verdict(&mut self, answer: &Value, threshold: &Value) {
        let matches: Vec<&Value> = answer["matches"].as_array().into_iter().flatten().collect();
        let total = answer["matches_total"].as_u64().unwrap_or(0);
        let shown = u64::try_from(matches.len()).unwrap_or(u64::MAX);
        if total < shown || shown == 0 && total > 0 {
            self.fault(format!("{shown} matches are shown, {total} are counted"));
        }
        if answer["verdict"] == "error" && shown > 0 {
            self.fault("what could not be screened has no matches");
        }
        let Some(threshold) = threshold.as_f64() else {
            return self.fault("the threshold is no number");
        };
        if !(0.0..=1.0).contains(&threshold) {
            self.fault("the threshold is not between 0 and 1");
        }
        let threshold = proof::whole(threshold * ONE);
        let says = |matched: &Value| {
            let points = proof::whole(matched["score"].as_f64().unwrap_or(0.0) * ONE);
            let strong = points >= threshold && matched["tier"] == "strong";
            let exposures = matched["exposures"].as_array().map_or(&[][..], Vec::as_slice);
            match () {
                // A person decided that it is none, and that stands.
                () if settled(matched) => 0,
                () if strong && exposures.iter().any(makes_hit) => 2,
                () if points >= threshold - BAND && exposures.iter().any(counts) => 1,
                () => 0,
            }
        };
        let notes = answer["notes"].as_array().into_iter().flatten();
        let asks = |note: &Value| {
            ["possible_link", "list_age", "unread_owner"].iter().any(|kind| note["kind"] == *kind)
        };
        let by_notes = i32::from(notes.into_iter().any(asks));
        let found = matches.iter().map(|one| says(one)).max().unwrap_or(0).max(by_notes);
        let verdict = answer["verdict"].as_str().unwrap_or_default();
        let expected = ["clear", "review", "hit"][usize::try_from(found).unwrap_or(0)];
        // An exact name is looked at whatever its score is, and a limit may hide what decides.
        let hidden = total > shown || verdict == "review" && found == 0 && shown > 0;
        if verdict != expected && verdict != "error" && !hidden {
            self.fault(format!("the verdict is {verdict}, from its matches it is {expected}"));
        }
        if total == shown && verdict != "clear" {
            let level = if verdict == "hit" { 2 } else { 1 };
            let deciding = matches.iter().filter(|one| says(one) == level);
            self.gravest(answer, deciding.flat_map(|one| one["exposures"][0].as_object()));
        }
    }

    /// No exposure gives less than the profile of the run says.
    fn treated(&mut self, profile: &Value, exposures: &Value) {
        let names = |value: &Value, word: &Value| {
            let all = value.as_array().map_or(&[][..], Vec::as_slice);
            all.is_empty() || all.contains(word)
        };
        for exposure in exposures.as_array().into_iter().flatten() {
            let rule = exposure["rule"].as_str().unwrap_or_default();
            let base = Value::from(rule.split('/').next());
            let unknown = Value::from("unknown");
            let restriction = match &exposure["restriction"] {
                Value::Null => &unknown,
                stated => stated,
            };
            let listed = exposure["listed"].as_array().map_or(&[][..], Vec::as_slice);
            let fits = |line: &&Value| {
                let any = line["lists"].as_array().is_none_or(Vec::is_empty);
                (names(&line["rules"], &exposure["rule"]) || names(&line["rules"], &base))
                    && names(&line["restrictions"], restriction)
                    && (any || !listed.is_empty())
                    && listed.iter().all(|one| names(&line["lists"], &one["list"]))
            };
            let line = profile["treatments"].as_array().into_iter().flatten().find(fits);
            let by_line = line.and_then(|line| line["gives"].as_str()).unwrap_or("hit");
            let counts = rule == "listing" || names(&profile["rules"], &exposure["rule"]);
            let expected = if counts { by_line } else { "note" };
            // It may give more than the line says, where entries of other lists lead to it as well.
            let rank = |word: &str| ["hit", "review", "note"].iter().position(|one| *one == word);
            let said = exposure["treatment"].as_str().unwrap_or("hit");
            if rank(said).is_none_or(|said| Some(said) > rank(expected)) {
                self.fault(format!("by the profile, {rule} gives a {expected}, not a {said}"));
            }
        }
    }

    /// Kind and confirmation of a verdict are those of its gravest exposure.
    fn gravest<'v>(
        &mut self,
        answer: &Value,
        exposures: impl Iterator<Item = &'v serde_json::Map<String, Value>>,
    ) {
        let rank = |words: &[&str], value: Option<&Value>| {
            let word = value.and_then(Value::as_str).unwrap_or_default();
            words.iter().position(|one| *one == word).unwrap_or(0)
        };
        let statuses = ["in_force", "not_yet", "suspended", "stopped"];
        let gravity = |one: &serde_json::Map<String, Value>| {
            let weaker = rank(&statuses, one.get("listing_status"))
                .max(rank(&statuses, one.get("rule_status")));
            (
                !makes_hit(&Value::Object(one.clone())),
                one.get("treatment").is_some_and(|own| own == "note"),
                weaker,
                rank(&["listed", "certain", "possible", "flag"], one.get("certainty")),
                rank(&["listing", "law", "policy"], one.get("kind")),
                one.get("confirm").and_then(Value::as_bool).unwrap_or(false),
            )
        };
        let Some(first) = exposures.min_by_key(|one| gravity(one)) else { return };
        if Some(&answer["verdict_kind"]) != first.get("kind") {
            self.fault("the kind of the verdict is not that of its gravest exposure");
        }
        if Some(&answer["confirm"]) != first.get("confirm") {
            self.fault("the verdict is to be confirmed where its gravest exposure is not, or not where it is");
        }
    }

    fn exposed(&mut self, entity: &Value, exposures: &Value, rules: &[Rule]) {
        self.complete(exposures, rules);
        self.told_once(exposures);
        for exposure in exposures.as_array().into_iter().flatten() {
            self.exposures += 1;
            let before = self.faults.len();
            self.exposure(entity, exposure);
            let rule = exposure["rule"].as_str().unwrap_or("an exposure");
            for fault in &mut self.faults[before..] {
                *fault = format!("{rule}: {fault}");
            }
        }
    }

    /// The entity an exposure is about.
    pub fn subject(&self, exposure: &Value) -> Option<Entity> {
        let records = self.world.records;
        let place = |at: &str| exposure.pointer(at).and_then(Value::as_str);
        if let Some(cited) = exposure.pointer("/evidence/0") {
            let row = proof::cited_row(records, cited)?;
            let branch = exposure["certainty"] == "flag" && exposure["basis"] == "branch";
            return Some(self.world.joins.entity(if branch { row.holder } else { row.issuer }));
        }
        let place = place("/listed/0/place")?;
        let all = &self.world.listed;
        all.iter().find(|one| records.sources.show(one.entry.place) == place).map(|one| one.entity)
    }

    fn exposure(&mut self, entity: &Value, exposure: &Value) {
        let rows = self.rows(&exposure["evidence"]);
        let listed = self.listings(&exposure["listed"]);
        let (Some(rows), Some(listed)) = (rows, listed) else { return };
        let Some(subject) = self.subject(exposure) else { return self.fault("rests on nothing") };
        self.named(entity, subject);
        if exposure["rule"] == "listing" {
            return self.listing(exposure, subject, &listed);
        }
        let Some(rule) = self.rule(exposure) else { return };
        let outside = proof::multiplies(&rule);
        match exposure["certainty"].as_str() {
            Some("listed") => self.listed_itself(exposure, &rule, subject, &listed),
            Some("certain" | "possible") if outside => {
                self.outside += 1;
                proof::multiplied(self, exposure, &rule, subject, &rows, &listed);
            }
            Some("certain" | "possible") => {
                proof::held(self, exposure, &rule, subject, &rows, &listed);
            }
            Some("flag") => {
                self.outside += usize::from(exposure.get("effective_share").is_some());
                flag::flag(self, exposure, &rule, subject, &rows, &listed);
            }
            other => self.fault(format!("certainty {other:?} is none")),
        }
    }

    /// The entity is one of which the records speak by that name.
    fn named(&mut self, entity: &Value, subject: Entity) {
        let records = self.world.records;
        let name = entity["name"].as_str().unwrap_or_default();
        let known = (0..).zip(&records.mentions).any(|(number, mention)| {
            self.world.joins.entity(number) == subject && records.texts.get(mention.name) == name
        });
        if !known {
            self.fault(format!("the evidence is not about {name}"));
        }
        let countries = self.world.joins.countries(subject).to_string();
        let key = self.world.joins.key(subject, name);
        self.same("id", &entity["id"], Some(&key));
        let countries = (!countries.is_empty()).then_some(countries);
        self.same("country", &entity["country"], countries.as_deref());
    }

    /// The name that was matched is one that the records have for the entity.
    fn matched_name(&mut self, matched: &Value) {
        let world = self.world;
        let exposures = matched["exposures"].as_array().into_iter().flatten();
        let Some(subject) = exposures.into_iter().find_map(|one| self.subject(one)) else { return };
        let name = matched["name"].as_str().unwrap_or_default();
        let is = |mention: &Mention| {
            [mention.name, mention.native].iter().any(|text| world.records.texts.get(*text) == name)
        };
        let by_mention = (0..).zip(&world.records.mentions);
        let by_mention = by_mention
            .filter(|(number, _)| world.joins.entity(*number) == subject)
            .any(|(_, mention)| is(mention));
        let by_alias = || {
            let entries = world.records.entries.iter();
            let own = entries.filter(|(_, mention)| world.joins.entity(*mention) == subject);
            let aliases = |entry: &'r ListEntry| entry.aliases.iter().chain(&entry.weak_aliases);
            own.flat_map(|(entry, _)| aliases(entry)).any(|alias| alias == name)
        };
        if !by_mention && !by_alias() {
            self.fault(format!("nothing in the records has {name} for a name of it"));
        }
    }

    /// The rows cited, each as its file has it.
    fn rows(&mut self, evidence: &Value) -> Option<Vec<HoldingRecord>> {
        let mut rows = Vec::new();
        for cited in evidence.as_array().into_iter().flatten() {
            let place = cited["place"].as_str().unwrap_or_default();
            let records = self.world.records;
            let Some(row) = proof::cited_row(records, cited) else {
                self.fault(format!("there is no holding at {place}"));
                return None;
            };
            for (what, expected) in proof::fields(records, row) {
                self.same(&format!("{place}: {what}"), &cited[what], expected.as_deref());
            }
            for (what, mention) in
                [("holder_joined_by", row.holder), ("issuer_joined_by", row.issuer)]
            {
                let joined_by = self.world.joins.joined_by(mention);
                self.same(&format!("{place}: {what}"), &cited[what], Some(joined_by));
            }
            for (what, open) in [
                ("min_exclusive", row.terms().range.low_open()),
                ("max_exclusive", row.terms().range.high_open()),
            ] {
                if cited[what].as_bool().unwrap_or(false) != open {
                    self.fault(format!("{place}: {what} is {open}"));
                }
            }
            if !row.span().contains(self.world.day) {
                self.fault(format!("{place} does not hold on {}", self.world.day));
            }
            rows.push(*row);
        }
        Some(rows)
    }

    /// The list entries cited, each as its file has it and with its status on the day.
    fn listings(&mut self, listed: &Value) -> Option<Vec<Listed<'r>>> {
        let mut found = Vec::new();
        for cited in listed.as_array().into_iter().flatten() {
            let place = cited["place"].as_str().unwrap_or_default();
            let sources = &self.world.records.sources;
            let one = self.world.listed.iter().find(|one| sources.show(one.entry.place) == place);
            let Some(one) = one.cloned() else {
                self.fault(format!("there is no list entry at {place} on {}", self.world.day));
                return None;
            };
            let joined_by = self.world.joins.joined_by(one.mention);
            for (what, expected) in [
                ("list", one.entry.list.as_str()),
                ("name", &one.entry.name),
                ("announcement", &one.entry.announcement),
                ("status", one.on_day.status.as_str()),
                ("confidence", one.entry.confidence.as_str()),
                ("joined_by", joined_by),
            ] {
                self.same(&format!("{place}: {what}"), &cited[what], Some(expected));
            }
            if cited["confirm"].as_bool() != Some(one.on_day.confirm) {
                self.fault(format!("{place}: confirm is {}", one.on_day.confirm));
            }
            found.push(one);
        }
        Some(found)
    }

    /// The exposure of an entry by itself.
    fn listing(&mut self, exposure: &Value, subject: Entity, listed: &[Listed]) {
        let [one] = listed else { return self.fault("a listing cites one entry") };
        if one.entity != subject {
            self.fault("the entry is another entity's");
        }
        self.same("kind", &exposure["kind"], Some("listing"));
        self.same("certainty", &exposure["certainty"], Some("listed"));
        self.same("rule_status", &exposure["rule_status"], None);
        self.same("listing_status", &exposure["listing_status"], Some(one.on_day.status.as_str()));
        self.same("effect", &exposure["effect"], Some(one.measures));
        self.restriction(exposure, one.restriction);
        self.confirm(exposure, one.on_day.confirm);
        self.nothing(exposure, &["basis", "share", "confidence"]);
    }

    /// The rule an exposure names, with what is true of it on the day.
    fn rule(&mut self, exposure: &Value) -> Option<Rule> {
        let id = exposure["rule"].as_str().unwrap_or_default();
        let Some(rule) = self.known_rule(id) else {
            self.fault("there is no such rule or reading");
            return None;
        };
        let kind = if rule.kind == RuleKind::Law { "law" } else { "policy" };
        self.same("kind", &exposure["kind"], Some(kind));
        self.same("effect", &exposure["effect"], Some(&rule.effect));
        let status = rule.status(self.world.day).map(|on_day| on_day.status.as_str());
        self.same("rule_status", &exposure["rule_status"], status);
        Some(rule)
    }

    /// Whether the rule itself is to be confirmed.
    pub fn rule_confirm(&self, rule: &Rule) -> bool {
        rule.status(self.world.day).is_some_and(|on_day: OnDay| on_day.confirm)
    }

    pub fn restriction(&mut self, exposure: &Value, expected: Option<Restriction>) {
        self.same("restriction", &exposure["restriction"], expected.map(Restriction::as_str));
    }

    /// The confidence is that of the weakest row cited.
    pub fn weakest(&mut self, exposure: &Value, rows: &[HoldingRecord]) {
        let weakest = rows.iter().map(|row| row.terms().confidence).max();
        self.same("confidence", &exposure["confidence"], weakest.map(|one| one.as_str()));
    }

    pub fn confirm(&mut self, exposure: &Value, expected: bool) {
        if exposure["confirm"].as_bool() != Some(expected) {
            self.fault(format!("confirm is {expected}"));
        }
    }

    pub fn nothing(&mut self, exposure: &Value, fields: &[&str]) {
        for field in fields {
            if !exposure[*field].is_null() {
                self.fault(format!("{field} should be null"));
            }
        }
    }

    /// The exposure of an entity that is on one of the rule's lists: all its entries there.
    fn listed_itself(&mut self, exposure: &Value, rule: &Rule, subject: Entity, listed: &[Listed]) {
        let own: Vec<Listed> =
            self.world.counted(rule).filter(|one| one.entity == subject).cloned().collect();
        let places = |all: &[Listed]| {
            let mut places: Vec<_> = all.iter().map(|one| one.entry.place).collect();
            places.sort_unstable();
            places
        };
        if places(&own) != places(listed) {
            self.fault("the entries cited are not all of its entries on the rule's lists");
        }
        let all: Vec<&Listed> = own.iter().collect();
        self.summed_up(exposure, rule, &all);
        self.nothing(exposure, &["basis", "share", "confidence"]);
    }

    /// Status, restriction and confirmation of some listings together.
    pub fn summed_up(&mut self, exposure: &Value, rule: &Rule, listed: &[&Listed]) {
        let Some(status) = listed.iter().map(|one| one.on_day.status).min() else {
            return self.fault("no listing is cited");
        };
        self.same("listing_status", &exposure["listing_status"], Some(status.as_str()));
        let same: Vec<&&Listed> = listed.iter().filter(|one| one.on_day.status == status).collect();
        let restricts = same.iter().any(|one| one.restriction != Some(Restriction::None));
        let mut deciding =
            same.iter().filter(|one| !restricts || one.restriction != Some(Restriction::None));
        let confirm = deciding.all(|one| one.on_day.confirm);
        let nothing = Some(Restriction::None);
        self.restriction(exposure, if restricts { rule.restriction } else { nothing });
        self.confirm(exposure, self.rule_confirm(rule) || confirm);
    }
}

/// Whether an exposure makes a hit of a strong match.
fn makes_hit(exposure: &Value) -> bool {
    let in_force = Status::InForce.as_str();
    (exposure["certainty"] == "listed" || exposure["certainty"] == "certain")
        && exposure["listing_status"] == in_force
        && (exposure["rule_status"].is_null() || exposure["rule_status"] == in_force)
        && exposure["restriction"] != "none"
        && exposure.get("treatment").is_none()
}

/// Whether a person decided that a match is none, and nothing that it rests on has changed.
fn settled(matched: &Value) -> bool {
    let decision = &matched["decision"];
    let changed = decision["changed"].as_array().is_some_and(|changed| !changed.is_empty());
    decision["outcome"] == "false_match" && decision["stands"] == true && !changed
}

/// Whether an exposure counts for a verdict at all.
fn counts(exposure: &Value) -> bool {
    exposure.get("treatment").is_none_or(|treatment| treatment != "note")
}
