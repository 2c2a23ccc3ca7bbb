//! Whether anything is left out of an answer, or told twice.

use std::collections::BTreeSet;

use serde_json::Value;

use super::claim::Claims;
use super::proof;
use super::world::Entity;
use crate::model::{Interest, Status};
use crate::name;
use crate::rule::{Reach, Rule};

/// The keys of a screening, of an expansion, and of what the first answer of a run says besides.
const SCREENED: &[&str] = &[
    "format",
    "query",
    "verdict",
    "verdict_kind",
    "ownership",
    "notes",
    "confirm",
    "matches_total",
    "matches",
    "as_of",
    "snapshot",
    "rejected",
    "seal",
];
const EXPANDED: &[&str] = &["entity", "exposures", "effective_share", "as_of", "snapshot", "seal"];
const FIRST_SCREENED: &[&str] = &["lists_checked", "rules", "threshold", "floor", "inputs"];
const FIRST_EXPANDED: &[&str] = &["rules", "floor", "entities", "inputs"];

/// The keys of what stands in an answer.
const QUERY: &[&str] = &["name", "country", "id"];
const ENTITY: &[&str] = &["id", "name", "country"];
const MATCH: &[&str] = &["alert_id", "score", "tier", "name", "entity", "alignment", "exposures"];
const EXPOSURE: &[&str] = &[
    "rule",
    "kind",
    "rule_status",
    "confirm",
    "certainty",
    "basis",
    "share",
    "listing_status",
    "restriction",
    "confidence",
    "effect",
    "evidence",
    "listed",
];
const HOLDING: &[&str] = &[
    "holder",
    "issuer",
    "interest",
    "share_min",
    "share_max",
    "since",
    "until",
    "confidence",
    "source",
    "place",
    "holder_joined_by",
    "issuer_joined_by",
];
const LISTED: &[&str] =
    &["list", "name", "announcement", "status", "confirm", "confidence", "place", "joined_by"];

/// Keys whose values are arrays wherever they stand.
const ARRAYS: &[&str] = &[
    "notes",
    "matches",
    "lists_checked",
    "rules",
    "inputs",
    "alignment",
    "exposures",
    "evidence",
    "listed",
];

impl Claims<'_, '_> {
    /// Every field that an answer always has is there, one that is null too.
    pub fn has_all_keys(&mut self, answer: &Value) {
        let screened = answer.get("verdict").is_some();
        self.keys(answer, if screened { SCREENED } else { EXPANDED });
        if answer.get("rules").is_some() {
            self.keys(answer, if screened { FIRST_SCREENED } else { FIRST_EXPANDED });
        }
        let each = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut exposures = each(&answer["exposures"]);
        if screened {
            self.keys(&answer["query"], QUERY);
            if !["complete", "partial", "none"].iter().any(|one| answer["ownership"] == *one) {
                self.fault("how its ownership is known is none of complete, partial, none");
            }
            for matched in each(&answer["matches"]) {
                self.keys(&matched, MATCH);
                self.keys(&matched["entity"], ENTITY);
                exposures.extend(each(&matched["exposures"]));
            }
        } else {
            self.keys(&answer["entity"], ENTITY);
        }
        for exposure in exposures {
            self.keys(&exposure, EXPOSURE);
            each(&exposure["evidence"]).iter().for_each(|row| self.keys(row, HOLDING));
            each(&exposure["listed"]).iter().for_each(|entry| self.keys(entry, LISTED));
        }
    }

    fn keys(&mut self, object: &Value, keys: &[&str]) {
        for key in keys {
            match object.get(key) {
                None => self.fault(format!("`{key}` is left out")),
                Some(value) if ARRAYS.contains(key) && !value.is_array() => {
                    self.fault(format!("`{key}` is no array"));
                }
                Some(_) => {}
            }
        }
    }

    /// No exposure is told twice, and none cites a row or an entry twice.
    pub fn told_once(&mut self, exposures: &Value) {
        let all = exposures.as_array().map_or(&[][..], Vec::as_slice);
        for (at, exposure) in all.iter().enumerate() {
            if all[..at].contains(exposure) {
                self.fault(format!("what {} says of it is told twice", exposure["rule"]));
            }
            // A record may say several holdings.
            let said =
                ["place", "holder", "issuer", "interest", "share_min", "since", "until", "source"];
            let of_row = |one: &Value| said.map(|field| one[field].to_string()).join(" ");
            let of_entry = |one: &Value| one["place"].to_string();
            let rows = exposure["evidence"].as_array().into_iter().flatten().map(of_row);
            let entries = exposure["listed"].as_array().into_iter().flatten().map(of_entry);
            let mut told: BTreeSet<String> = BTreeSet::new();
            for one in rows.chain(entries) {
                if !told.insert(one.clone()) {
                    self.fault(format!("{one} is cited twice by {}", exposure["rule"]));
                }
            }
        }
    }

    /// Nothing that has to be said of an entity is left out: each of its entries, and each rule asked
    /// that lists it, may reach it or raises a flag that rests on rows alone.
    pub fn complete(&mut self, exposures: &Value, rules: &[Rule]) {
        let all = exposures.as_array().map_or(&[][..], Vec::as_slice);
        let Some(subject) = all.iter().find_map(|one| self.subject(one)) else {
            return self.fault("nothing is said of it");
        };
        let says = |rule: &str| all.iter().filter(|one| one["rule"] == rule).count();
        if says("listing") != self.standing(subject) {
            self.fault(format!("it stands on lists with {} entries", self.standing(subject)));
        }
        for rule in rules {
            let world = self.world;
            let listed = world.counted(rule).any(|one| one.entity == subject);
            let own = |one: &&Value| one["rule"] == rule.id && one["certainty"] == "listed";
            let left_out = match says(&rule.id) {
                0 => listed || self.reaches(rule, subject, true) || self.flags(rule, subject),
                _ => listed && !all.iter().any(|one| own(&one)),
            };
            if rule.status(world.day).is_some() && left_out {
                self.fault(format!("{} says something of it, and that is left out", rule.id));
            }
        }
    }

    /// Entries by which an entity stands on lists.
    fn standing(&self, subject: Entity) -> usize {
        let own = self.world.listed.iter().filter(|one| one.entity == subject);
        own.filter(|one| one.on_day.status != Status::Removed).count()
    }

    /// Whether a rule that adds up certainly, or possibly, reaches an entity and shows it.
    fn reaches(&self, rule: &Rule, subject: Entity, possible: bool) -> bool {
        let world = self.world;
        let shown = rule.shows(&world.joins.countries(subject));
        let shown = if possible { shown != Some(false) } else { shown == Some(true) };
        rule.reach != Reach::Multiplied
            && shown
            && world.reach(rule, subject, &|_| true, possible).1.contains(&subject)
    }

    /// Whether a rule flags an entity that has a listed branch, or that a holder controls who is listed,
    /// or reached by a rule that does not multiply.
    fn flags(&self, rule: &Rule, subject: Entity) -> bool {
        let world = self.world;
        if rule.shows(&world.joins.countries(subject)) != Some(true) {
            return false;
        }
        let branches = world.branches(subject);
        let by_branch = world.counted(rule).any(|one| branches.contains(&one.entity));
        let controls = |holder: Entity| {
            world.counted(rule).any(|one| one.entity == holder)
                || !proof::multiplies(rule)
                    && world.reach(rule, holder, &|_| true, true).1.contains(&holder)
        };
        let held = world.held_in(subject);
        let mut controllers =
            held.iter().filter(|one| one.interest == Interest::Control && one.holder != subject);
        by_branch || !rule.control && controllers.any(|one| controls(one.holder))
    }

    /// Whoever bears exactly the name that was asked for, and of whom something is certainly said, is among
    /// the matches. A limit may hide him.
    pub fn matches_all(&mut self, answer: &Value, rules: &[Rule]) {
        let matches = answer["matches"].as_array().map_or(&[][..], Vec::as_slice);
        let total = answer["matches_total"].as_u64();
        let declared = matches.iter().any(|one| one["declared"] == true);
        if answer["verdict"] == "error" || declared || total != u64::try_from(matches.len()).ok() {
            return;
        }
        let exposures = |one: &Value| one["exposures"].as_array().cloned().unwrap_or_default();
        let subjects: Vec<Entity> = matches
            .iter()
            .filter_map(|one| exposures(one).iter().find_map(|one| self.subject(one)))
            .collect();
        let keys = name::keys(answer["query"]["name"].as_str().unwrap_or_default());
        for entity in self.world.joins.named(&keys) {
            let said = self.standing(entity) > 0
                || rules.iter().any(|rule| {
                    rule.status(self.world.day).is_some() && self.reaches(rule, entity, false)
                });
            if said && !subjects.contains(&entity) {
                self.fault("an entity of exactly this name is left out of the matches");
            }
        }
    }
}
