//! Which mentions are one entity, worked out again from the records: a second reading of the rules
//! by which `link` joins, mention by mention, that shares no code with it.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::beside;
use crate::column::TextId;
use crate::model::{Countries, EntityKind, Identifiers, Sort};
use crate::name::{self, NameKeys};
use crate::source::{MentionId, Records};

/// What a mention says.
struct Said {
    keys: NameKeys,
    natives: Vec<String>,
    countries: Countries,
    identifiers: Identifiers,
    born: String,
    sort: Option<Sort>,
    /// It has no name that joins.
    nameless: bool,
}

/// The entities of mentions: each is named by its first mention.
pub(super) struct Joins {
    said: Vec<Said>,
    entity: Vec<MentionId>,
    /// The first mention that says the same.
    alike: Vec<MentionId>,
    /// By what the first of its like was joined first.
    by: FxHashMap<MentionId, &'static str>,
    /// Mentions by exact name.
    exact: FxHashMap<String, Vec<MentionId>>,
}

/// Mentions the names that no record has and that a decision gives to somebody who has one; then those that
/// one gives to these. Then marks the holdings that are counted beside a chain. O(mentions), and nothing without
/// decisions and such holdings.
pub fn give(records: &mut Records) {
    give_names(records);
    beside::mark(records);
}

fn give_names(records: &mut Records) {
    if !records.links.iter().any(|decision| decision.same) {
        return;
    }
    let mut known: FxHashMap<(String, String), Vec<Countries>> = FxHashMap::default();
    let of = |name: &str| {
        let keys = name::keys(name);
        (keys.exact, keys.form)
    };
    for mention in &records.mentions {
        let countries = Countries::parse(records.texts.get(mention.countries)).unwrap_or_default();
        known.entry(of(records.texts.get(mention.name))).or_default().push(countries);
    }
    loop {
        let mut given: Vec<(String, Countries)> = Vec::new();
        for decision in records.links.iter().filter(|decision| decision.same) {
            let sides =
                [(&decision.a, &decision.a_countries), (&decision.b, &decision.b_countries)];
            let is_known = sides.map(|(name, countries)| {
                let of_name = known.get(&of(name));
                of_name.is_some_and(|all| all.iter().any(|own| !countries.contradict(own)))
            });
            if is_known[0] != is_known[1] {
                let (name, countries) = sides[usize::from(is_known[0])];
                given.push((name.clone(), countries.clone()));
            }
        }
        if given.is_empty() {
            return;
        }
        for (name, countries) in given {
            let none = Identifiers::default();
            records.mention(&name, "", &countries, &none, EntityKind::Unknown);
            known.entry(of(&name)).or_default().push(countries);
        }
    }
}

/// Names that share a key with more others than this are joined only where they lack nothing.
const LARGEST: usize = 200;

impl Joins {
    pub fn new(records: &Records) -> Joins {
        let said: Vec<Said> = records.mentions.iter().map(|one| said(records, one)).collect();
        let mut work = Work::new(said);
        work.decide(records);
        work.by_way("identifier", |said| said.identifiers.all().to_vec(), |_, _| true);
        work.by_way("native", |said| said.natives.clone(), |_, _| true);
        work.by_way(
            "name",
            |said| if said.nameless { Vec::new() } else { vec![said.keys.exact.clone()] },
            |a, b| a.keys.form == b.keys.form || a.keys.form.is_empty() || b.keys.form.is_empty(),
        );
        work.done()
    }

    /// The entity of a mention.
    pub fn entity(&self, mention: MentionId) -> MentionId {
        self.entity[mention as usize]
    }

    /// The entities of which a mention has exactly this name, its legal form included.
    pub fn named(&self, keys: &NameKeys) -> Vec<MentionId> {
        let same = self.exact.get(&keys.exact).map_or(&[][..], Vec::as_slice).iter();
        let same = same.filter(|one| self.said[**one as usize].keys.form == keys.form);
        let mut entities: Vec<MentionId> = same.map(|one| self.entity(*one)).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }

    /// The countries of an entity, as its mentions say them.
    pub fn countries(&self, entity: MentionId) -> Countries {
        let own = (0..).zip(&self.said).filter(|(mention, _)| self.entity(*mention) == entity);
        own.fold(Countries::default(), |all, (_, said)| all.with(&said.countries))
    }

    /// The stable key of an entity that is shown by a name: its best identifier, else a digest of name
    /// and country.
    pub fn key(&self, entity: MentionId, name: &str) -> String {
        let own = || (0..).zip(&self.said).filter(|(mention, _)| self.entity(*mention) == entity);
        let identifiers =
            own().fold(Identifiers::default(), |all, (_, said)| all.with(&said.identifiers));
        if let Some(best) = identifiers.best() {
            return best.to_owned();
        }
        let sort = Sort::in_key(own().find_map(|(_, said)| said.sort));
        let key = format!("{}|{}{sort}", name::fold(name), self.countries(entity));
        format!("name:{}", &blake3::hash(key.as_bytes()).to_hex()[..16])
    }

    /// By what a mention was joined to another one of its entity, in the order in which ways are tried.
    pub fn joined_by(&self, mention: MentionId) -> &'static str {
        self.by.get(&self.alike[mention as usize]).copied().unwrap_or("name")
    }
}

fn said(records: &Records, mention: &crate::source::Mention) -> Said {
    let text = |id| records.texts.get(id);
    let keys = name::keys(text(mention.name));
    let mut natives = Vec::new();
    let identifiers = text(mention.identifiers);
    let nameless = identifiers.starts_with("unnamed:")
        || identifiers
            .to_lowercase()
            .split(';')
            .any(|one| one == text(mention.name).to_lowercase());
    if keys.is_native && !nameless {
        natives.push(keys.native.clone());
    }
    if mention.native != TextId::EMPTY {
        natives.push(name::keys(text(mention.native)).native);
    }
    Said {
        keys,
        natives,
        countries: Countries::parse(text(mention.countries)).unwrap_or_default(),
        identifiers: Identifiers::parse(text(mention.identifiers)),
        born: text(mention.born).to_owned(),
        sort: mention.kind().sort(),
        nameless,
    }
}

/// Whether two are said to be born in years of which none is common.
fn born_apart(one: &str, other: &str) -> bool {
    let said = !one.is_empty() && !other.is_empty();
    said && !one.split(';').any(|year| other.split(';').any(|own| own == year))
}

struct Work {
    said: Vec<Said>,
    entity: Vec<MentionId>,
    members: FxHashMap<MentionId, Vec<MentionId>>,
    different: FxHashSet<(MentionId, MentionId)>,
    alike: Vec<MentionId>,
    /// The first mentions of their likes, in the order of what they say.
    order: Vec<MentionId>,
    by: FxHashMap<MentionId, &'static str>,
}

impl Work {
    fn new(said: Vec<Said>) -> Work {
        let count = MentionId::try_from(said.len()).expect("32-bit mentions");
        let mut work = Work {
            said,
            entity: (0..count).collect(),
            members: FxHashMap::default(),
            different: FxHashSet::default(),
            alike: Vec::new(),
            order: Vec::new(),
            by: FxHashMap::default(),
        };
        // Mentions that say the same are one to begin with.
        let mut first: BTreeMap<([String; 5], Option<Sort>), MentionId> = BTreeMap::new();
        for mention in 0..count {
            let one = &work.said[mention as usize];
            let says = [
                one.keys.exact.clone(),
                one.keys.form.clone(),
                one.countries.to_string(),
                one.identifiers.to_string(),
                one.born.clone(),
            ];
            let known = *first.entry((says, one.sort)).or_insert(mention);
            work.alike.push(known);
            work.unite(known, mention);
        }
        work.order = first.into_values().collect();
        work
    }

    fn members(&self, entity: MentionId) -> Vec<MentionId> {
        self.members.get(&entity).cloned().unwrap_or_else(|| vec![entity])
    }

    fn unite(&mut self, a: MentionId, b: MentionId) {
        let (a, b) = (self.entity[a as usize], self.entity[b as usize]);
        if a == b {
            return;
        }
        let (into, from) = (a.min(b), a.max(b));
        let mut moved = self.members(from);
        moved.iter().for_each(|mention| self.entity[*mention as usize] = into);
        self.members.remove(&from);
        self.members.entry(into).or_insert_with(|| vec![into]).append(&mut moved);
    }

    /// Whether something speaks against two mentions' being one.
    fn against(&self, a: MentionId, b: MentionId, way: &str) -> bool {
        let (a, b) = (self.entity[a as usize], self.entity[b as usize]);
        let (left, right) = (self.members(a), self.members(b));
        a != b
            && left.iter().any(|x| {
                right.iter().any(|y| {
                    let (one, other) = (&self.said[*x as usize], &self.said[*y as usize]);
                    let kinds = matches!((one.sort, other.sort), (Some(p), Some(q)) if p != q);
                    kinds
                        || one.identifiers.contradict(&other.identifiers)
                        || way != "identifier" && one.countries.contradict(&other.countries)
                        || way != "identifier" && born_apart(&one.born, &other.born)
                        || self.different.contains(&((*x).min(*y), (*x).max(*y)))
                })
            })
    }

    /// Applies a person's decisions.
    fn decide(&mut self, records: &Records) {
        for decision in &records.links {
            let named = |text: &str, countries: &Countries| -> Vec<MentionId> {
                let keys = name::keys(text);
                let fits = |said: &Said| {
                    (&said.keys.exact, &said.keys.form) == (&keys.exact, &keys.form)
                        && !countries.contradict(&said.countries)
                };
                let all = (0..).zip(&self.said).filter(|(_, said)| fits(said));
                all.map(|(mention, _)| mention).collect()
            };
            let left = named(&decision.a, &decision.a_countries);
            let right = named(&decision.b, &decision.b_countries);
            for a in &left {
                for b in &right {
                    if decision.same {
                        for mention in [*a, *b] {
                            self.by.insert(self.alike[mention as usize], "links.csv");
                        }
                        self.unite(*a, *b);
                    } else if a != b {
                        self.different.insert(((*a).min(*b), (*a).max(*b)));
                    }
                }
            }
        }
    }

    /// Joins by one way: what to join is settled for all that share a key before any of it is joined,
    /// and joined in the order of what mentions say.
    fn by_way(
        &mut self,
        way: &'static str,
        keys: impl Fn(&Said) -> Vec<String>,
        fit: impl Fn(&Said, &Said) -> bool,
    ) {
        let mut rank = vec![0; self.said.len()];
        for (at, mention) in self.order.iter().enumerate() {
            rank[*mention as usize] = at;
        }
        let mut sharing: FxHashMap<String, Vec<MentionId>> = FxHashMap::default();
        for (said, alike) in self.said.iter().zip(&self.alike) {
            for key in keys(said) {
                sharing.entry(key).or_default().push(*alike);
            }
        }
        let mut joins: Vec<(MentionId, MentionId)> = Vec::new();
        for mut bucket in sharing.into_values() {
            bucket.sort_unstable_by_key(|mention| rank[*mention as usize]);
            bucket.dedup();
            joins.extend(if bucket.len() > LARGEST {
                self.of_many(&bucket, way)
            } else {
                self.of_few(&bucket, way, &fit)
            });
        }
        joins.sort_unstable_by_key(|(a, b)| (rank[*a as usize], rank[*b as usize]));
        for (a, b) in joins {
            if !self.against(a, b, way) {
                self.by.entry(a).or_insert(way);
                self.by.entry(b).or_insert(way);
                self.unite(a, b);
            }
        }
    }

    /// What of a few joins: what fits, where what each could be is one entity.
    fn of_few(
        &self,
        bucket: &[MentionId],
        way: &str,
        fit: impl Fn(&Said, &Said) -> bool,
    ) -> Vec<(MentionId, MentionId)> {
        let fits = |a: MentionId, b: MentionId| {
            self.entity[a as usize] == self.entity[b as usize]
                || fit(&self.said[a as usize], &self.said[b as usize]) && !self.against(a, b, way)
        };
        let could_be = |mention: MentionId| -> Vec<MentionId> {
            let others = bucket.iter().copied();
            others.filter(|other| *other != mention && fits(mention, *other)).collect()
        };
        let clear = |mention: MentionId| {
            let all = could_be(mention);
            let pairs = all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b)));
            pairs.into_iter().all(|(a, b)| a == b || fits(a, b))
        };
        let clear: Vec<MentionId> = bucket.iter().copied().filter(|one| clear(*one)).collect();
        let mut joins = Vec::new();
        for (at, a) in clear.iter().enumerate() {
            joins.extend(clear[at + 1..].iter().filter(|b| fits(*a, **b)).map(|b| (*a, *b)));
        }
        joins
    }

    /// What of very many joins: by an identifier each with the first that nothing speaks against; by
    /// a name only those that lack nothing, and are all alike in form and countries, and of which nothing speaks
    /// against any's being the first.
    fn of_many(&self, bucket: &[MentionId], way: &str) -> Vec<(MentionId, MentionId)> {
        let mut groups: FxHashMap<String, Vec<MentionId>> = FxHashMap::default();
        for mention in bucket {
            let one = &self.said[*mention as usize];
            let form = if way == "name" { one.keys.form.as_str() } else { "any" };
            let countries = one.countries.to_string();
            if way == "identifier" {
                groups.entry(String::new()).or_default().push(*mention);
            } else if !form.is_empty() && !countries.is_empty() {
                groups.entry(format!("{form}|{countries}")).or_default().push(*mention);
            }
        }
        let mut joins = Vec::new();
        for group in groups.into_values() {
            let mut firsts: Vec<MentionId> = Vec::new();
            let mut own = Vec::new();
            for mention in group {
                match firsts.iter().find(|first| !self.against(**first, mention, way)) {
                    Some(first) => own.push((*first, mention)),
                    None => firsts.push(mention),
                }
            }
            if way == "identifier" || firsts.len() == 1 {
                joins.extend(own);
            }
        }
        joins
    }

    fn done(self) -> Joins {
        let mut exact: FxHashMap<String, Vec<MentionId>> = FxHashMap::default();
        for (mention, said) in (0..).zip(&self.said) {
            if !said.keys.exact.is_empty() {
                exact.entry(said.keys.exact.clone()).or_default().push(mention);
            }
        }
        Joins { said: self.said, entity: self.entity, alike: self.alike, by: self.by, exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;
    use crate::link::link_with_given;
    use crate::source::LinkDecision;
    use proptest::prelude::*;

    type Given = (&'static str, &'static str, &'static str, &'static str, EntityKind);

    fn records(given: &[Given], links: &[(usize, usize, &str, bool)]) -> Records {
        let mut records = Records::new();
        for (name, native, countries, identifiers, kind) in given {
            let countries = Countries::parse(countries).unwrap();
            let own =
                records.mention(name, native, &countries, &Identifiers::parse(identifiers), *kind);
            // Some say when somebody was born: by their names and identifiers, so that it differs.
            let births = ["", "", "1960", "1960;1961", "1985"];
            let at = (name.len() + identifiers.len() + native.len()) % births.len();
            records.mentions[own as usize].born = records.texts.intern(births[at]);
        }
        for (a, b, country, same) in links {
            let of = |at: &usize| match given.get(*at % (given.len() + 2)) {
                Some(given) => given.0.to_owned(),
                None => format!("Stranger {}", at % 2),
            };
            records.links.push(LinkDecision {
                a: of(a),
                a_countries: Countries::parse(country).unwrap(),
                b: of(b),
                b_countries: Countries::default(),
                same: *same,
                reason: String::new(),
                place: Place { source: 0, record: 1 },
            });
        }
        records
    }

    /// The first mention of each mention's entity.
    fn firsts<T: PartialEq>(entities: &[T]) -> Vec<usize> {
        let first = |entity| entities.iter().position(|other| other == entity);
        entities.iter().filter_map(first).collect()
    }

    fn same_as_link(given: &[Given], links: &[(usize, usize, &str, bool)]) {
        let (mut by_link, mut records) = (records(given, links), records(given, links));
        let (linked, _) = link_with_given(&mut by_link);
        give(&mut records);
        let joins = Joins::new(&records);
        assert_eq!(by_link.mentions.len(), records.mentions.len(), "{given:?} {links:?}");
        let count = MentionId::try_from(records.mentions.len()).unwrap();
        let own: Vec<MentionId> = (0..count).map(|mention| joins.entity(mention)).collect();
        assert_eq!(firsts(&own), firsts(&linked.entity_of), "{given:?} {links:?}");
        for mention in 0..count {
            let by = linked.joined_by[mention as usize].as_str();
            assert_eq!(joins.joined_by(mention), by, "{mention} of {given:?} {links:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        /// Both readings of the rules join the same mentions, and by the same.
        #[test]
        fn what_link_joins_is_joined(
            given in proptest::collection::vec((
                proptest::sample::select(vec![
                    "Acme", "Acme Ltd", "ACME Limited", "Acme Inc", "Bolt", "东方公司", "The Acme",
                ]),
                proptest::sample::select(vec!["", "", "东方公司", "新华"]),
                proptest::sample::select(vec!["", "US", "GB", "GB;US"]),
                proptest::sample::select(vec!["", "", "lei:1", "lei:2", "reg:7", "lei:1;reg:7"]),
                proptest::sample::select(vec![
                    EntityKind::Unknown, EntityKind::Unknown, EntityKind::Person, EntityKind::Company,
                ]),
            ), 1..9),
            links in proptest::collection::vec(
                (0usize..9, 0usize..9, proptest::sample::select(vec!["", "US"]), any::<bool>()), 0..3),
        ) {
            same_as_link(&given, &links);
        }
    }

    #[test]
    fn what_hundreds_share_joins_only_what_lacks_nothing() {
        for (share, blank) in [("", 7), ("", 1_000), ("lei:1;", 1_000), ("lei:1;", 3)] {
            let identifier = |at: usize| match at % blank {
                0 => share.to_owned(),
                _ => format!("{share}reg:{}", at / 2),
            };
            let identifiers: Vec<String> = (0..LARGEST + 9).map(identifier).collect();
            let identifiers: Vec<&'static str> =
                identifiers.into_iter().map(|text| &*text.leak()).collect();
            let given: Vec<Given> = (0..)
                .zip(&identifiers)
                .map(|(at, identifier)| {
                    let name = ["Acme Ltd", "Acme", "Acme Inc"][at % 3];
                    (name, "", ["GB", "", "US"][at / 3 % 3], *identifier, EntityKind::Unknown)
                })
                .collect();
            same_as_link(&given, &[]);
            same_as_link(&given[..LARGEST], &[]);
            let alike: Vec<Given> =
                given.iter().map(|one| ("Acme Ltd", "", "GB", one.3, one.4)).collect();
            same_as_link(&alike, &[]);
        }
    }
}
